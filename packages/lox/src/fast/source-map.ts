/**
 * Source maps (ECMA-426, version 3) of generated programs, from the table that runtime errors use: each line of
 * JavaScript stands for one place of the Lox source.
 */
import type { GeneratedSource } from "./code.ts";

export interface SourceMap {
  readonly version: 3;
  readonly sources: readonly string[];
  readonly sourcesContent: readonly string[];
  readonly names: readonly string[];
  /** A group per generated line, set off by `;`: empty, or one segment of base64 variable-length quantities. */
  readonly mappings: string;
}

/** `linesBefore` is the number of lines that will stand before the generated text in its file. */
export function sourceMap(generated: GeneratedSource, source: string, file: string, linesBefore = 0): SourceMap {
  const lineStarts = startsOfLines(source);
  let previous = { line: 0, column: 0 };
  const groups = generated.places.map((place) => {
    if (place === undefined) return "";
    const line = lastAtOrBefore(lineStarts, place.at);
    const column = place.at - lineStarts[line]!;
    // Generated column 0, source 0, and line and column as differences to those of the segment before.
    const group = [0, 0, line - previous.line, column - previous.column].map(quantity).join("");
    previous = { line, column };
    return group;
  });
  const mappings = ";".repeat(linesBefore) + groups.join(";");
  return { version: 3, sources: [file], sourcesContent: [source.toWellFormed()], names: [], mappings };
}

function startsOfLines(source: string): number[] {
  const starts = [0];
  for (let at = source.indexOf("\n"); at !== -1; at = source.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** Index of the last of the ascending numbers that is not above `value`. */
function lastAtOrBefore(numbers: readonly number[], value: number): number {
  let low = 0;
  let high = numbers.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! <= value) low = middle;
    else high = middle;
  }
  return low;
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Base64 VLQ: the sign in the lowest bit, then five bits per digit, lowest first, the sixth says that more follow. */
function quantity(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let digits = "";
  do {
    const digit = rest & 31;
    rest >>>= 5;
    digits += DIGITS[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return digits;
}
