/** Character-strings: bytes behind a length byte (RFC 1035 §3.3), and their relatives. */
import { DnsError } from "../../errors.ts";
import type { Scanner } from "../../text/scanner.ts";
import { quotedText } from "../../text/strings.ts";
import type { WireWriter } from "../../wire/writer.ts";
import { badRdata, type Field } from "../format.ts";

const MAX_STRING_BYTES = 255;

/** A character-string; quoted when printed. */
export const characterString: Field<Uint8Array> = {
  read: (from) => from.copy(from.u8()),
  check: (from) => from.skip(from.u8()),
  write: writeString,
  parse: parseString,
  print: (from) => quotedText(from.take(from.u8())),
};

/** One character-string or more, to the end of the rdata. */
export const characterStrings: Field<readonly Uint8Array[]> = {
  read(from) {
    const strings = [from.copy(from.u8())];
    while (from.remaining > 0) strings.push(from.copy(from.u8()));
    return strings;
  },
  check(from) {
    do from.skip(from.u8());
    while (from.remaining > 0);
  },
  write(to, strings) {
    if (strings.length === 0) throw badRdata("there is no string");
    for (const string of strings) writeString(to, string);
  },
  parse(from, to, what) {
    parseString(from, to, what);
    while (!from.atEnd()) parseString(from, to, what);
  },
  print(from) {
    let text = quotedText(from.take(from.u8()));
    while (from.remaining > 0) text += ` ${quotedText(from.take(from.u8()))}`;
    return text;
  },
};

/** A character-string that may be left out: ISDN's subaddress. */
export const optionalString: Field<Uint8Array | undefined> = {
  read: (from) => (from.remaining > 0 ? from.copy(from.u8()) : undefined),
  write(to, value) {
    if (value !== undefined) writeString(to, value);
  },
  parse(from, to, what) {
    if (!from.atEnd()) parseString(from, to, what);
  },
  print: (from) => (from.remaining > 0 ? quotedText(from.take(from.u8())) : ""),
};

/** A string without a length: one token, the rest of the rdata. */
export const stringToEnd: Field<Uint8Array> = {
  read: (from) => from.copy(from.remaining),
  write: (to, value) => to.bytes(value),
  parse: (from, to, what) => to.bytes(from.string(what)),
  print: (from) => quotedText(from.rest()),
};

/** CAA's tag (RFC 8659 §4.1): letters and digits behind a length byte, without quotes. */
export const tag: Field<string> = {
  read: (from) => tagOf(from.take(from.u8())),
  write: (to, value) => writeString(to, Buffer.from(tagOf(Buffer.from(value, "latin1")), "latin1")),
  parse: (from, to, what) => writeString(to, Buffer.from(tagOf(from.string(what)), "latin1")),
  print: (from) => tagOf(from.take(from.u8())),
};

function tagOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("latin1");
  if (!/^[0-9a-z]{1,255}$/i.test(text)) throw badRdata("a tag is one letter or digit or more");
  return text;
}

function writeString(to: WireWriter, value: Uint8Array): void {
  if (value.length > MAX_STRING_BYTES) throw badRdata(`a string of ${value.length} bytes is longer than 255`);
  to.u8(value.length);
  to.bytes(value);
}

function parseString(from: Scanner, to: WireWriter, what: string): void {
  const value = from.string(what);
  if (value.length > MAX_STRING_BYTES) throw new DnsError("syntax", `${what} is longer than 255 bytes`);
  to.u8(value.length);
  to.bytes(value);
}
