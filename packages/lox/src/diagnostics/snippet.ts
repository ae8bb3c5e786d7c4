/**
 * A place in the source, shown as people read it: the line, its number, and carets below what is meant.
 *
 * ```text
 *   3 | print 1 + ;
 *     |           ^
 * ```
 */

/** Longer lines are cut around the place, so that the carets are on the screen. */
const WIDTH = 100;
/** How much is shown before the place where a line is cut. */
const LEAD = 60;
const ELLIPSIS = "…";

export interface SourceRange {
  /** Offset of the first character meant, in UTF-16 units. */
  readonly start: number;
  /** Offset behind the last one; carets end with the line. */
  readonly end: number;
}

/** Two lines of text, without a line break at their end. `paint` styles the carets. */
export function snippet(
  source: string,
  range: SourceRange,
  paint: (carets: string) => string = (text) => text,
): string {
  // What is missing at the end of the source is missing behind its last word.
  const start = range.start < source.length ? range.start : source.trimEnd().length;
  const lineStart = source.lastIndexOf("\n", start - 1) + 1;
  const newline = source.indexOf("\n", start);
  const lineEnd = newline === -1 ? source.length : newline;

  const from = start - lineStart > LEAD ? start - LEAD : lineStart;
  const to = Math.min(lineEnd, from + WIDTH);
  const shown = (from > lineStart ? ELLIPSIS : "") + source.slice(from, to) + (to < lineEnd ? ELLIPSIS : "");
  const before = (from > lineStart ? " " : "") + blanks(source.slice(from, start));
  const carets = "^".repeat(Math.max(1, displayWidth(source.slice(start, Math.min(range.end, to)))));

  const number = String(lineNumber(source, start));
  const margin = " ".repeat(number.length);
  return `  ${number} | ${printable(shown)}\n  ${margin} | ${before}${paint(carets)}`;
}

function lineNumber(source: string, offset: number): number {
  let line = 1;
  for (let at = source.indexOf("\n"); at !== -1 && at < offset; at = source.indexOf("\n", at + 1)) line++;
  return line;
}

/** As wide as `text`; tabs stay, so that they are as wide as those of the line above. */
function blanks(text: string): string {
  return [...text].map((character) => (character === "\t" ? "\t" : " ".repeat(characterWidth(character)))).join("");
}

function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

const COMBINING = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const WIDE =
  /^(?:[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation})$/u;

/** Columns on a terminal: East Asian wide characters and emoji take two, marks that combine take none. */
function characterWidth(character: string): number {
  if (character >= " " && character <= "~") return 1;
  if (COMBINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** A source must not be able to control the terminal that its errors are shown on. */
function printable(text: string): string {
  return text.toWellFormed().replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "\ufffd");
}
