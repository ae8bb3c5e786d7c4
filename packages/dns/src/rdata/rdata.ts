/** Rdata between its three forms: uncompressed wire bytes (what records hold), values, and the text of master files. */
import { DnsError } from "../errors.ts";
import { Name } from "../name/name.ts";
import { Scanner } from "../text/scanner.ts";
import { WireReader } from "../wire/reader.ts";
import { WireWriter } from "../wire/writer.ts";
import { type TextStyle, WHOLE } from "./format.ts";
import { genericText, parseGeneric, parseGenericBody } from "./generic.ts";
import { formatNamed, formatOf, type Rdata } from "./registry.ts";

export const MAX_RDATA_BYTES = 0xffff;

/** The value of uncompressed rdata. Throws DnsError when its type's format forbids it. */
export function parseRdata(type: number, rdata: Uint8Array): Rdata {
  const format = formatOf(type);
  if (format === undefined) return { type: "unknown", code: type, data: rdata };
  const reader = new WireReader(rdata);
  return reader.within(rdata.length, () => format.read(reader)) as Rdata; // the registry holds the formats of Rdata's members
}

/** A value's uncompressed wire form. Throws DnsError for values that its format forbids. */
export function rdataBytes(value: Rdata): Uint8Array {
  if (value.type === "unknown") return value.data;
  const writer = new WireWriter("plain", MAX_RDATA_BYTES, 64);
  formatNamed(value.type)!.write(writer, value); // each member of Rdata has one
  return writer.take();
}

/** Rdata in the syntax of master files, names absolute. What its type's format forbids is printed as RFC 3597's `\# length hex`. */
export function rdataText(type: number, rdata: Uint8Array, style: TextStyle = WHOLE): string {
  const format = formatOf(type);
  const reader = new WireReader(rdata);
  if (format !== undefined) {
    try {
      return reader.within(rdata.length, () => format.print(reader, style));
    } catch (error) {
      if (!(error instanceof DnsError)) throw error;
    }
  }
  return genericText(new WireReader(rdata), style);
}

/** RFC 3597's form, whatever the type. */
export function unknownText(rdata: Uint8Array): string {
  return genericText(new WireReader(rdata), WHOLE);
}

/**
 * The wire form of rdata in the syntax of master files, relative names below `origin`. Both a type's own syntax and `\# length hex` are
 * read. Throws DnsError("syntax", …).
 */
export function rdataFromText(type: number, text: string, origin: Name = Name.root): Uint8Array {
  const scanner = new Scanner(Buffer.from(text, "utf8"), origin);
  const writer = new WireWriter("plain", MAX_RDATA_BYTES, 64);
  scanRdata(type, scanner, writer);
  if (!scanner.atEnd() || !scanner.atEndOfFile) throw new DnsError("syntax", "text after the last field");
  return writer.take();
}

/** Reads the rest of an entry from `scanner` into `writer`; tokens that are left are the caller's to refuse. */
export function scanRdata(type: number, scanner: Scanner, writer: WireWriter): void {
  const format = formatOf(type);
  if (format === undefined) return parseGeneric(scanner, writer);
  if (!scanner.atEnd() && scanner.startsGeneric()) {
    scanner.take("rdata");
    const start = writer.length;
    parseGenericBody(scanner, writer);
    // RFC 3597 §5: it has to be what the type's own format could say.
    parseRdata(type, writer.take(start));
    return;
  }
  format.parse(scanner, writer);
}

/**
 * Wire → wire: rdata of `length` bytes at the reader, as it stands in a message, into the writer, in whose mode names are compressed,
 * folded or left. Data of unknown types is copied. Throws DnsError.
 */
export function copyRdata(type: number, length: number, reader: WireReader, writer: WireWriter): void {
  const format = formatOf(type);
  if (format === undefined) writer.bytes(reader.take(length));
  else reader.within(length, () => format.copy(reader, writer));
}

/** The canonical form (RFC 4034 §6.2) of uncompressed rdata: names in lower case where the type says so. */
export function canonicalRdata(type: number, rdata: Uint8Array): Uint8Array {
  if (formatOf(type)?.hasNames !== true) return rdata;
  const writer = new WireWriter("canonical", MAX_RDATA_BYTES, rdata.length);
  copyRdata(type, rdata.length, new WireReader(rdata), writer);
  return writer.take();
}
