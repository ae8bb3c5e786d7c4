/** Values as text and as SQL literals. Text ends at its first NUL, as in C. */
import { encodeText } from "../../values/text-codec.ts";
import type { TextEncoding } from "../../values/text-codec.ts";
import { BLOB, type Cells, INTEGER, NULL, RawText, REAL, TEXT } from "../../values/value.ts";
import { wordKind } from "../../sql/tokens.ts";
import { TOKEN } from "../../sql/tokens.ts";
import { textOf } from "../bytes.ts";
import { printedReal } from "./long-double.ts";

/** The row of a result, and how it is to be read. */
export interface Row {
  readonly cells: Cells;
  readonly encoding: TextEncoding;
}

/** As sqlite3_column_text; undefined: NULL. */
export function columnText({ cells, encoding }: Row, at: number): string | undefined {
  const payload = cells.payloads[at]!;
  switch (cells.tags[at]) {
    case NULL:
      return undefined;
    case INTEGER:
      return String(payload);
    case REAL:
      return printedReal(payload as number, 15);
    case BLOB:
      return upToNul(textOf(payload as Uint8Array));
    default:
      return upToNul(typeof payload === "string" ? payload : rawText(payload as RawText, encoding));
  }
}

/** Text that is none in its encoding. */
function rawText(text: RawText, encoding: TextEncoding): string {
  if (encoding === "utf8") return textOf(text.bytes);
  return new TextDecoder(encoding === "utf16le" ? "utf-16le" : "utf-16be", { ignoreBOM: true }).decode(text.bytes);
}

export function upToNul(text: string): string {
  const end = text.indexOf("\0");
  return end === -1 ? text : text.slice(0, end);
}

/** A text or a blob, whole. */
export function columnBytes({ cells, encoding }: Row, at: number): Uint8Array {
  const payload = cells.payloads[at]!;
  if (payload instanceof Uint8Array) return payload;
  if (payload instanceof RawText) return encoding === "utf8" ? payload.bytes : Buffer.from(rawText(payload, encoding));
  const text = String(payload);
  const bytes = new Uint8Array(Buffer.byteLength(text));
  encodeText(text, "utf8", bytes, 0);
  return bytes;
}

/** As `.mode quote` writes it. */
export function quotedColumn(row: Row, at: number): string {
  switch (row.cells.tags[at]) {
    case NULL:
      return "NULL";
    case TEXT:
      return quotedText(columnText(row, at)!);
    case REAL:
      return printedReal(row.cells.payloads[at] as number, 20);
    case BLOB:
      return blobLiteral(row.cells.payloads[at] as Uint8Array);
    default:
      return columnText(row, at)!;
  }
}

/** A REAL as SQL and JSON read it back. */
export function realLiteral(value: number): string {
  if (value === Infinity) return "1e999";
  return value === -Infinity ? "-1e999" : printedReal(value, 20);
}

export function blobLiteral(bytes: Uint8Array): string {
  return `X'${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex")}'`;
}

export function quotedText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A text literal on one line: line ends are put in by replace() and char(). */
export function quotedLine(text: string): string {
  const hasFeeds = text.includes("\n");
  const hasReturns = text.includes("\r");
  let literal = quotedText(text);
  const replaced = (end: string, word: string, octal: string, code: number): void => {
    const stand = unusedIn(text, word, octal);
    literal = `replace(${literal.replaceAll(end, stand)},'${stand}',char(${code}))`;
  };
  if (hasReturns) replaced("\r", "\\r", "\\015", 13);
  if (hasFeeds) replaced("\n", "\\n", "\\012", 10);
  return literal;
}

/** One of two, or of as many as it takes, that the text does not contain. */
function unusedIn(text: string, first: string, second: string): string {
  if (!text.includes(first)) return first;
  if (!text.includes(second)) return second;
  for (let number = 0; ; number++) {
    const candidate = `(${first}${number})`;
    if (!text.includes(candidate)) return candidate;
  }
}

/** A name as SQL reads it: in double quotes where it is no plain word, or a keyword. */
export function quotedName(name: string): string {
  return needsQuotes(name) ? `"${name.replaceAll('"', '""')}"` : name;
}

export function needsQuotes(name: string): boolean {
  return !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || wordKind(name) !== TOKEN.ID;
}
