/** Cells that take several lines. */
import { byteLength, bytesOf, textOf } from "../bytes.ts";

const TAB_STOPS = 8;
const WORD = /[A-Za-z0-9]/;
const SPACE = /[\t-\r ]/;
/** Bytes behind the first one of a character. */
const CONTINUES = /[\x80-\xbf]/;

/**
 * What fits into one line of `width` characters (0: any), tabs as spaces, and what is left for the next one. The line ends at a line end or any other control
 * character; with `wordWrap` rather between words, when that leaves more than half of it.
 */
export function firstLine(
  text: string,
  width: number,
  wordWrap: boolean,
): { readonly line: string; readonly rest: string | undefined } {
  const limit = width === 0 ? 1_000_000 : width;
  let at = 0;
  for (let column = 0; column < limit && at < text.length;) {
    const character = text.codePointAt(at)!;
    if (character === 9) column = afterTab(column, limit);
    else if (character < 32) break;
    else column += 1;
    at += character > 0xffff ? 2 : 1;
    if (column >= limit && wordWrap) return wrapped(text, at, limit);
  }
  return {
    line: untabbed(text.slice(0, at), limit),
    rest: restAt(text, at, columnsOf(text.slice(0, at), limit) >= limit),
  };
}

/** Half of the line, words and what is left are reckoned in bytes, as in C. */
function wrapped(text: string, end: number, limit: number): { line: string; rest: string | undefined } {
  const bytes = Buffer.from(bytesOf(text)).toString("latin1");
  const endByte = byteLength(text.slice(0, end));
  const half = endByte >> 1;
  let cut = endByte;
  while (cut > half && !SPACE.test(bytes[cut - 1]!)) cut -= 1;
  if (cut <= half) {
    cut = endByte;
    while (
      cut > half &&
      (WORD.test(bytes[cut - 1]!) === WORD.test(bytes[cut] ?? "") || CONTINUES.test(bytes[cut] ?? ""))
    )
      cut -= 1;
  }
  if (cut <= half) return { line: untabbed(text.slice(0, end), limit), rest: restAt(text, end, true) };
  const kept = textOf(Buffer.from(bytes.slice(0, cut), "latin1"));
  let next = kept.length;
  while (text[next] === " ") next += 1;
  return { line: untabbed(kept, limit), rest: restAt(text, next, true) };
}

/** `isFull`: the line ended because it was full. A control character at which it ended is dropped. */
function restAt(text: string, at: number, isFull: boolean): string | undefined {
  if (at >= text.length) return undefined;
  if (isFull && text.charCodeAt(at) >= 32) return text.slice(at);
  const skipped = text.startsWith("\r\n", at) ? 2 : 1;
  return at + skipped < text.length ? text.slice(at + skipped) : undefined;
}

function afterTab(column: number, limit: number): number {
  return Math.min(limit, (Math.floor(column / TAB_STOPS) + 1) * TAB_STOPS);
}

function columnsOf(text: string, limit: number): number {
  return [...untabbed(text, limit)].length;
}

function untabbed(text: string, limit: number): string {
  if (!text.includes("\t")) return text;
  let line = "";
  let column = 0;
  for (const character of text) {
    const next = character === "\t" ? afterTab(column, limit) : column + 1;
    line += character === "\t" ? " ".repeat(next - column) : character;
    column = next;
  }
  return line;
}
