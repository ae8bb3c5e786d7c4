/** Rdata of unknown form in text: `\# length hexadecimal` (RFC 3597 §5). */
import { DnsError } from "../errors.ts";
import type { Scanner } from "../text/scanner.ts";
import { splitText } from "../text/strings.ts";
import type { WireReader } from "../wire/reader.ts";
import type { WireWriter } from "../wire/writer.ts";
import { hexBytes, hexText } from "./fields/binary.ts";
import type { TextStyle } from "./format.ts";

/** Reads `\# length hex`. Throws DnsError("syntax"). */
export function parseGeneric(from: Scanner, to: WireWriter): void {
  const mark = from.word("rdata");
  if (mark !== "\\#") throw new DnsError("syntax", `rdata of an unknown form begins with \\#, not "${mark}"`);
  parseGenericBody(from, to);
}

/** The same behind the mark. */
export function parseGenericBody(from: Scanner, to: WireWriter): void {
  const length = from.integer("length of the rdata", 0xffff);
  const bytes = from.atEnd() ? new Uint8Array(0) : hexBytes(from.rest("rdata"), "rdata");
  if (bytes.length !== length)
    throw new DnsError("syntax", `rdata of ${bytes.length} bytes says that it has ${length}`);
  to.bytes(bytes);
}

export function genericText(from: WireReader, style: TextStyle): string {
  const bytes = from.rest();
  return bytes.length === 0 ? "\\# 0" : `\\# ${bytes.length} ${splitText(hexText(bytes), style.splitWidth)}`;
}
