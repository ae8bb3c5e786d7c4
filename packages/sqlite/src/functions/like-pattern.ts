/** Patterns of LIKE and GLOB, read. */

/** A set of GLOB: whether a code point is within one of the ranges, or, when it is inverted, within none. */
export interface GlobSet {
  readonly isInverted: boolean;
  /** Pairs: first and last. */
  readonly ranges: readonly number[];
}

/** A code point, or `any`: one character whatever it is, `none`: nothing matches. */
export type PatternItem = number | "any" | "none" | GlobSet;

/** The parts between wildcards for any run of characters: always one more than there are of those. */
export type Pattern = readonly (readonly PatternItem[])[];

/** `escape`: a code point, or -1. Escapes go before wildcards, if they are the same character. */
export function parseLike(codes: readonly number[], escape: number): Pattern {
  const parts: PatternItem[][] = [[]];
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at]!;
    if (code === escape) {
      at += 1;
      parts.at(-1)!.push(codes[at] ?? "none");
    } else if (code === PERCENT) parts.push([]);
    else parts.at(-1)!.push(code === UNDERSCORE ? "any" : code);
  }
  return parts;
}

const PERCENT = 0x25;
const UNDERSCORE = 0x5f;
const STAR = 0x2a;
const QUESTION = 0x3f;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const CARET = 0x5e;
const HYPHEN = 0x2d;

export function parseGlob(codes: readonly number[]): Pattern {
  const parts: PatternItem[][] = [[]];
  for (let at = 0; at < codes.length;) {
    const code = codes[at]!;
    at += 1;
    if (code === STAR) parts.push([]);
    else if (code === QUESTION) parts.at(-1)!.push("any");
    else if (code === OPEN) {
      const { set, end } = parseSet(codes, at);
      parts.at(-1)!.push(set);
      at = end;
    } else parts.at(-1)!.push(code);
  }
  return parts;
}

/** Behind the bracket. A hyphen is itself where it has not a character before and one behind it that is not the end of the set. */
function parseSet(codes: readonly number[], start: number): { readonly set: PatternItem; readonly end: number } {
  let at = start;
  const isInverted = codes[at] === CARET;
  if (isInverted) at += 1;
  const ranges: number[] = [];
  if (codes[at] === CLOSE) {
    ranges.push(CLOSE, CLOSE);
    at += 1;
  }
  let before = 0;
  for (; at < codes.length; at++) {
    const code = codes[at]!;
    if (code === CLOSE) return { set: { isInverted, ranges }, end: at + 1 };
    const next = codes[at + 1];
    if (code === HYPHEN && before > 0 && next !== undefined && next !== CLOSE) {
      ranges.push(before, next);
      before = 0;
      at += 1;
    } else {
      ranges.push(code, code);
      before = code;
    }
  }
  return { set: "none", end: at };
}

export function isInSet(code: number, { isInverted, ranges }: GlobSet): boolean {
  for (let i = 0; i < ranges.length; i += 2) {
    if (code >= ranges[i]! && code <= ranges[i + 1]!) return !isInverted;
  }
  return isInverted;
}
