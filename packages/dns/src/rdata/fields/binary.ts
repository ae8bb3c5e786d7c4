/** Bytes in hexadecimal, base64 and base32hex. */
import { DnsError } from "../../errors.ts";
import { splitText } from "../../text/strings.ts";
import { badRdata, type Field } from "../format.ts";

/** Bytes of digits in pairs. `text` without blanks. Throws DnsError("syntax"). */
export function hexBytes(text: string, what: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/i.test(text)) throw new DnsError("syntax", `${what} is no hexadecimal: "${excerpt(text)}"`);
  return Buffer.from(text, "hex");
}

export function hexText(bytes: Uint8Array): string {
  return viewed(bytes).toString("hex").toUpperCase();
}

export function base64Bytes(text: string, what: string): Uint8Array {
  const bytes = Buffer.from(text, "base64");
  // Node skips what is no base64; what comes out again is what was there.
  if (bytes.toString("base64") !== text) throw new DnsError("syntax", `${what} is no base64: "${excerpt(text)}"`);
  return bytes;
}

export function base64Text(bytes: Uint8Array): string {
  return viewed(bytes).toString("base64");
}

const BASE32HEX = "0123456789ABCDEFGHIJKLMNOPQRSTUV";

/** Without padding, in any case (RFC 5155 §3.3). Throws DnsError("syntax"). */
export function base32hexBytes(text: string, what: string): Uint8Array {
  const bytes = new Uint8Array((text.length * 5) >> 3);
  let bits = 0;
  let value = 0;
  let length = 0;
  for (const character of text.toUpperCase()) {
    const digit = BASE32HEX.indexOf(character);
    if (digit === -1) throw new DnsError("syntax", `${what} is no base32hex: "${excerpt(text)}"`);
    value = ((value << 5) | digit) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[length++] = value >> bits;
    }
  }
  if (bits >= 5 || (value & ((1 << bits) - 1)) !== 0) {
    throw new DnsError("syntax", `${what} ends within a byte: "${excerpt(text)}"`);
  }
  return bytes;
}

export function base32hexText(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32HEX[(value >> bits) & 31]!;
    }
  }
  return bits > 0 ? text + BASE32HEX[(value << (5 - bits)) & 31]! : text;
}

function viewed(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function excerpt(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** How many bytes a field at the end may have. */
interface Amount {
  readonly min?: number;
}

function toTheEnd(
  bytesOf: (text: string, what: string) => Uint8Array,
  textOf: (bytes: Uint8Array) => string,
  { min = 0 }: Amount,
): Field<Uint8Array> {
  const checked = (bytes: Uint8Array): Uint8Array => {
    if (bytes.length < min) throw badRdata(`${bytes.length} bytes where there are at least ${min}`);
    return bytes;
  };
  return {
    read: (from) => checked(from.copy(from.remaining)),
    write: (to, value) => to.bytes(checked(value)),
    parse(from, to, what) {
      // Nothing may stand for no bytes at all.
      const text = min === 0 && from.atEnd() ? "" : from.rest(what);
      to.bytes(checked(bytesOf(text, what)));
    },
    print: (from, { splitWidth }) => splitText(textOf(from.rest()), splitWidth),
  };
}

/** Hexadecimal to the end of the rdata; blanks between digits do not matter. */
export const hexToEnd: Field<Uint8Array> = toTheEnd(hexBytes, hexText, { min: 1 });
/** Base64 to the end of the rdata. */
export const base64ToEnd: Field<Uint8Array> = toTheEnd(base64Bytes, base64Text, { min: 1 });
/** The same of keys that have been deleted (RFC 8078 §4) or left out: no bytes at all. */
export const optionalBase64ToEnd: Field<Uint8Array> = toTheEnd(base64Bytes, base64Text, {});

/** `length` bytes as pairs of hexadecimal digits between dashes. */
export function hexPairs(length: number): Field<Uint8Array> {
  const pattern = new RegExp(`^[0-9a-f]{2}(?:-[0-9a-f]{2}){${length - 1}}$`, "i");
  return {
    read: (from) => from.copy(length),
    write(to, value) {
      if (value.length !== length) throw badRdata(`${value.length} bytes instead of ${length}`);
      to.bytes(value);
    },
    parse(from, to, what) {
      const text = from.word(what);
      if (!pattern.test(text)) throw new DnsError("syntax", `${what} is malformed: "${text}"`);
      to.bytes(Buffer.from(text.replaceAll("-", ""), "hex"));
    },
    print: (from) => Array.from(from.take(length), (byte) => byte.toString(16).padStart(2, "0")).join("-"),
  };
}
