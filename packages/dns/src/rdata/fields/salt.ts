/** NSEC3's salt and hash, and HIP-like bytes behind a length of their own. */
import { DnsError } from "../../errors.ts";
import { badRdata, type Field } from "../format.ts";
import { base32hexBytes, base32hexText, base64Bytes, base64Text, hexBytes, hexText } from "./binary.ts";

function lengthPrefixed(
  width: "u8" | "u16",
  bytesOf: (text: string, what: string) => Uint8Array,
  textOf: (bytes: Uint8Array) => string,
  min: number,
): Field<Uint8Array> {
  const max = width === "u8" ? 0xff : 0xffff;
  return {
    read(from) {
      const length = from[width]();
      if (length < min) throw badRdata("an empty value where there has to be one");
      return from.copy(length);
    },
    write(to, value) {
      if (value.length < min || value.length > max) throw badRdata(`a value of ${value.length} bytes`);
      to[width](value.length);
      to.bytes(value);
    },
    parse(from, to, what) {
      const value = bytesOf(from.word(what), what);
      if (value.length < min || value.length > max) throw new DnsError("syntax", `${what} has ${value.length} bytes`);
      to[width](value.length);
      to.bytes(value);
    },
    print: (from) => textOf(from.take(from[width]())),
  };
}

/** Hexadecimal, `-` for none (RFC 5155 §3.3). */
export const salt: Field<Uint8Array> = lengthPrefixed(
  "u8",
  (text, what) => (text === "-" ? new Uint8Array(0) : hexBytes(text, what)),
  (bytes) => (bytes.length === 0 ? "-" : hexText(bytes)),
  0,
);

/** The next owner's hash: base32hex without padding. */
export const hashedName: Field<Uint8Array> = lengthPrefixed("u8", base32hexBytes, base32hexText, 1);

/** TKEY's and TSIG's data: its length stands in front in text too; no token when it is 0. */
export const countedBase64: Field<Uint8Array> = {
  read: (from) => from.copy(from.u16()),
  write(to, value) {
    if (value.length > 0xffff) throw badRdata(`a value of ${value.length} bytes`);
    to.u16(value.length);
    to.bytes(value);
  },
  parse(from, to, what) {
    const length = from.integer(`length of ${what}`, 0xffff);
    const value = length === 0 ? new Uint8Array(0) : base64Bytes(from.word(what), what);
    if (value.length !== length)
      throw new DnsError("syntax", `${what} of ${value.length} bytes says that it has ${length}`);
    to.u16(length);
    to.bytes(value);
  },
  print(from) {
    const value = from.take(from.u16());
    return value.length === 0 ? "0" : `${value.length} ${base64Text(value)}`;
  },
};
