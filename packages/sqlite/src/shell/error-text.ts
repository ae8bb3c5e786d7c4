/** Errors of statements as the shell tells them, with an excerpt of the text and a mark below where the trouble is. */
import { SqlError, type SqliteError } from "../errors.ts";
import { bytesOf, textOf } from "./bytes.ts";

/** A statement failed: while it was compiled, or while it ran. */
export class StatementFailure extends Error {
  readonly phase: "in prepare" | "stepping";
  readonly code: number;

  constructor(phase: "in prepare" | "stepping", error: SqliteError, excerpt: string) {
    const code = error.errcode;
    super(`${error.message}${code > 1 ? ` (${code})` : ""}${excerpt}`, { cause: error });
    this.phase = phase;
    this.code = code;
  }
}

/** Bytes before the place, and all in all, that are shown. */
const BEFORE = 50;
const LENGTH = 78;
/** From this column on the mark points from the left. */
const MARK_FLIPS = 25;
const LEFT_MARK = "error here ---^";

/** The excerpt of the statement that begins at `start`, on lines of its own; empty for an error at no single place. */
export function excerptOf(error: SqliteError, text: string, start: number): string {
  if (!(error instanceof SqlError) || error.offset < start) return "";
  const bytes = bytesOf(text.slice(start));
  let offset = bytesOf(text.slice(start, error.offset)).length;
  let from = 0;
  while (offset > BEFORE) {
    do {
      from += 1;
      offset -= 1;
    } while (isContinuation(bytes[from]));
  }
  let end = Math.min(bytes.length, from + LENGTH);
  if (bytes.length - from > LENGTH) while (end > from && isContinuation(bytes[end])) end -= 1;
  const line = textOf(bytes.subarray(from, end)).replace(/[\t-\r]/g, " ");
  const mark =
    offset < MARK_FLIPS
      ? `${" ".repeat(offset)}^--- error here`
      : `${" ".repeat(offset - LEFT_MARK.length + 1)}${LEFT_MARK}`;
  return `\n  ${line}\n  ${mark}`;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
