/** The parameters of SVCB, one row a key: wire ⇄ value ⇄ text (RFC 9460 §14.3.2 and the registry it makes). */
import { DnsError } from "../../errors.ts";
import { quotedText } from "../../text/strings.ts";
import { WireReader } from "../../wire/reader.ts";
import { ipv4Bytes, ipv4Text, ipv6Bytes, ipv6Text } from "../fields/addresses.ts";
import { base64Bytes, base64Text } from "../fields/binary.ts";
import { badRdata } from "../format.ts";

/** How the value of one key is written. Bytes are the parameter's value on the wire. */
interface ParamFormat {
  readonly name: string;
  /** Throws DnsError for bytes that the key's format forbids. */
  check(bytes: Uint8Array): void;
  /** From presentation form, escapes of master files resolved; undefined when the key stands alone. */
  parse(text: Uint8Array | undefined): Uint8Array;
  /** What stands behind the `=`; undefined for a key that stands alone. */
  print(bytes: Uint8Array): string | undefined;
}

/** A key that has to have a value. */
function valued(
  name: string,
  check: (bytes: Uint8Array) => void,
  parse: (text: Uint8Array) => Uint8Array,
  print: (bytes: Uint8Array) => string,
): ParamFormat {
  return {
    name,
    check,
    parse(text) {
      if (text === undefined || text.length === 0) throw new DnsError("syntax", `SVCB ${name} needs a value`);
      const bytes = parse(text);
      check(bytes);
      return bytes;
    },
    print,
  };
}

/** A key that may have none. */
function alone(name: string): ParamFormat {
  const check = (bytes: Uint8Array): void => {
    if (bytes.length > 0) throw badRdata(`SVCB ${name} has no value`);
  };
  return {
    name,
    check,
    parse(text) {
      if (text !== undefined && text.length > 0) throw new DnsError("syntax", `SVCB ${name} has no value`);
      return new Uint8Array(0);
    },
    print: () => undefined,
  };
}

/** Groups of `size` bytes, one or more, between commas. */
function list(
  name: string,
  size: number,
  bytesOf: (text: string) => Uint8Array | undefined,
  textOf: (bytes: Uint8Array) => string,
): ParamFormat {
  return valued(
    name,
    (bytes) => {
      if (bytes.length === 0 || bytes.length % size !== 0) throw badRdata(`SVCB ${name} of ${bytes.length} bytes`);
    },
    (text) =>
      Buffer.concat(
        latin1(text)
          .split(",")
          .map((part) => bytesOf(part) ?? refuse(name, part)),
      ),
    (bytes) => groups(bytes, size).map(textOf).join(","),
  );
}

/**
 * Strings behind length bytes, between commas. Commas and backslashes inside a string are escaped in the list, and the list's backslashes
 * once more by the syntax of master files (RFC 9460 appendix A.1).
 */
function stringList(name: string, min: number): ParamFormat {
  return {
    name,
    check(bytes) {
      const strings = prefixedStrings(bytes);
      if (strings.length < min) throw badRdata(`SVCB ${name} has no strings`);
      if (strings.some(({ length }) => length === 0)) throw badRdata(`SVCB ${name} has an empty string`);
    },
    parse(text) {
      const parts: Uint8Array[] = [];
      for (const string of splitList(text ?? new Uint8Array(0))) {
        if (string.length > 255) throw new DnsError("syntax", `SVCB ${name} has a string longer than 255 bytes`);
        parts.push(Uint8Array.of(string.length), string);
      }
      const bytes = Buffer.concat(parts);
      this.check(bytes);
      return bytes;
    },
    print: (bytes) =>
      bytes.length === 0
        ? undefined
        : quotedText(
            Buffer.from(
              prefixedStrings(bytes)
                .map((string) => latin1(string).replaceAll(/[,\\]/g, String.raw`\$&`))
                .join(","),
              "latin1",
            ),
          ),
  };
}

function splitList(text: Uint8Array): Uint8Array[] {
  if (text.length === 0) return [];
  const strings: Uint8Array[] = [];
  let string: number[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === 0x5c && at + 1 < text.length) {
      string.push(text[++at]!);
    } else if (text[at] === 0x2c) {
      strings.push(Uint8Array.from(string));
      string = [];
    } else {
      string.push(text[at]!);
    }
  }
  return [...strings, Uint8Array.from(string)];
}

function prefixedStrings(bytes: Uint8Array): Uint8Array[] {
  const reader = new WireReader(bytes);
  const strings: Uint8Array[] = [];
  while (reader.remaining > 0) strings.push(reader.take(reader.u8()));
  return strings;
}

function groups(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: bytes.length / size }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

function refuse(name: string, text: string): never {
  throw new DnsError("syntax", `SVCB ${name} is malformed: "${text}"`);
}

function u16Bytes(text: string): Uint8Array | undefined {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 0xffff) return undefined;
  return Uint8Array.of(Number(text) >> 8, Number(text));
}

function u16Of(bytes: Uint8Array): number {
  return (bytes[0]! << 8) | bytes[1]!;
}

/** Bytes that mean nothing here. */
function opaque(name: string): ParamFormat {
  return {
    name,
    check: () => {},
    parse: (text) => text ?? new Uint8Array(0),
    print: (bytes) => (bytes.length === 0 ? undefined : quotedText(bytes)),
  };
}

const dohpath: ParamFormat = valued(
  "dohpath",
  (bytes) => {
    const text = latin1(bytes);
    if (!text.startsWith("/") || !/\{[^}]*\bdns\b[^}]*\}/.test(text))
      throw badRdata("SVCB dohpath is no template with dns");
  },
  (text) => text,
  quotedText,
);

/** By number. */
const PARAMS: ReadonlyMap<number, ParamFormat> = new Map<number, ParamFormat>([
  [
    0,
    valued(
      "mandatory",
      (bytes) => {
        const keys = groups(bytes, 2).map(u16Of);
        if (bytes.length === 0 || bytes.length % 2 !== 0) throw badRdata("SVCB mandatory is malformed");
        if (keys.some((key, i) => key === 0 || (i > 0 && key <= keys[i - 1]!))) {
          throw badRdata("SVCB mandatory lists itself, or keys out of order");
        }
      },
      (text) => {
        const keys = latin1(text)
          .split(",")
          .map((key) => paramKey(key) ?? refuse("mandatory", key));
        return Buffer.concat(keys.sort((a, b) => a - b).map((key) => Uint8Array.of(key >> 8, key)));
      },
      (bytes) =>
        groups(bytes, 2)
          .map((key) => paramName(u16Of(key)))
          .join(","),
    ),
  ],
  [1, stringList("alpn", 1)],
  [2, alone("no-default-alpn")],
  [
    3,
    valued(
      "port",
      (bytes) => {
        if (bytes.length !== 2) throw badRdata(`SVCB port of ${bytes.length} bytes`);
      },
      (text) => u16Bytes(latin1(text)) ?? refuse("port", latin1(text)),
      (bytes) => String(u16Of(bytes)),
    ),
  ],
  [4, list("ipv4hint", 4, ipv4Bytes, ipv4Text)],
  [
    5,
    valued(
      "ech",
      (bytes) => {
        if (bytes.length === 0) throw badRdata("SVCB ech is empty");
      },
      (text) => base64Bytes(latin1(text), "SVCB ech"),
      base64Text,
    ),
  ],
  [6, list("ipv6hint", 16, ipv6Bytes, ipv6Text)],
  [7, dohpath],
  [8, alone("ohttp")],
  [9, list("tls-supported-groups", 2, u16Bytes, (bytes) => String(u16Of(bytes)))],
  [10, stringList("docpath", 0)],
]);

const KEYS_BY_NAME = new Map([...PARAMS].map(([key, { name }]) => [name, key]));

export function paramFormat(key: number): ParamFormat {
  return PARAMS.get(key) ?? opaque(`key${key}`);
}

/** "alpn", or "key65280" for what the table lacks. */
export function paramName(key: number): string {
  return paramFormat(key).name;
}

/** The number of a key's name or `keyNNNNN`; undefined for anything else. 65535 is reserved. */
export function paramKey(name: string): number | undefined {
  const known = KEYS_BY_NAME.get(name);
  if (known !== undefined) return known;
  const digits = /^key(0|[1-9]\d{0,4})$/.exec(name)?.[1];
  return digits === undefined || Number(digits) >= 0xffff ? undefined : Number(digits);
}
