/** Zero-width conditions as the automata number them, and whether they hold at a place. */
import type { AssertionKind } from "../syntax/ast.ts";
import { contains } from "../unicode/code-point-set.ts";
import { unicodeClass } from "../unicode/posix-classes.ts";
import { RAW_BYTE, decodeAt, enclosingStart, lookalikeLength, previousStart, sequenceLength } from "../unicode/utf8.ts";

/** Index is the number. */
export const ASSERTIONS: readonly AssertionKind[] = [
  "lineStart",
  "lineEnd",
  "wordBoundary",
  "notWordBoundary",
  "wordStart",
  "wordEnd",
  "notAfterWord",
  "notBeforeWord",
  "multilineStart",
  "multilineEnd",
  "never",
  "lookalike",
];

const NUMBERS = new Map<AssertionKind, number>(ASSERTIONS.map((kind, index) => [kind, index]));

export function assertionNumber(kind: AssertionKind): number | undefined {
  return NUMBERS.get(kind);
}

const bits = (...kinds: AssertionKind[]): number => kinds.reduce((sum, kind) => sum | (1 << NUMBERS.get(kind)!), 0);

/** Those that ask whether a word character stands before or behind. */
export const WORD_ASSERTIONS: number = bits(
  "wordBoundary",
  "notWordBoundary",
  "wordStart",
  "wordEnd",
  "notAfterWord",
  "notBeforeWord",
);

/** What counts as part of a word. */
export type WordRules =
  /** ASCII letters, digits and the underscore. */
  | "bytes"
  /** As glibc's matcher has it: iswalnum(); a byte that is no UTF-8 counts as the Latin-1 character of its value. */
  | "unicode"
  /** Perl without Unicode properties: ASCII, whatever the encoding. */
  | "ascii";

export function isAsciiWord(byte: number): boolean {
  return (
    (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f
  );
}

function isWord(codePoint: number, rules: WordRules, rawIsLatin1: boolean): boolean {
  if (codePoint < 0x80) return isAsciiWord(codePoint);
  if (rules !== "unicode") return false;
  if (codePoint >= RAW_BYTE) return rawIsLatin1 && contains(unicodeClass("word"), codePoint - RAW_BYTE);
  return contains(unicodeClass("word"), codePoint);
}

/** Between the bytes of a character, which only bytes of a pattern that are none get to, that character is before and behind. */
function wordBefore(
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  rules: WordRules,
  raw: boolean,
): boolean {
  if (at <= start) return false;
  const byte = bytes[at - 1]!;
  if (byte < 0x80 || rules !== "unicode") return isAsciiWord(byte);
  const around = enclosingStart(bytes, at, start, end);
  if (around !== at) return isWordAt(bytes, around, end, rules, raw);
  return isWordAt(bytes, previousStart(bytes, at, start), at, rules, raw);
}

function wordBehind(
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  rules: WordRules,
  raw: boolean,
): boolean {
  if (at >= end) return false;
  const byte = bytes[at]!;
  if (byte < 0x80 || rules !== "unicode") return isAsciiWord(byte);
  return isWordAt(bytes, enclosingStart(bytes, at, start, end), end, rules, raw);
}

function isWordAt(bytes: Uint8Array, at: number, end: number, rules: WordRules, raw: boolean): boolean {
  return lookalikeLength(bytes, at, end, false) === 0 && isWord(decodeAt(bytes, at, end), rules, raw);
}

/** Whether assertion number `kind` holds at `at` in the line [start, end). */
export function holds(
  kind: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  at: number,
  rules: WordRules,
): boolean {
  switch (ASSERTIONS[kind]) {
    case "lineStart":
      return at === start;
    case "lineEnd":
      return at === end;
    case "wordBoundary":
      return wordBefore(bytes, start, at, end, rules, true) !== wordBehind(bytes, start, at, end, rules, true);
    case "notWordBoundary":
      return wordBefore(bytes, start, at, end, rules, true) === wordBehind(bytes, start, at, end, rules, true);
    case "wordStart":
      return !wordBefore(bytes, start, at, end, rules, true) && wordBehind(bytes, start, at, end, rules, true);
    case "wordEnd":
      return wordBefore(bytes, start, at, end, rules, true) && !wordBehind(bytes, start, at, end, rules, true);
    case "notAfterWord":
      return !wordBefore(bytes, start, at, end, rules, false);
    case "notBeforeWord":
      return !wordBehind(bytes, start, at, end, rules, false);
    case "multilineStart":
      return at === start || bytes[at - 1] === 0x0a;
    case "multilineEnd":
      return at === end || bytes[at] === 0x0a;
    case "lookalike":
      return true;
    default:
      return false;
  }
}

/** Whether a word character has the byte before `at`; a byte that is no character is none. */
export function standsBehindWord(bytes: Uint8Array, start: number, end: number, at: number, rules: WordRules): boolean {
  if (at <= start) return false;
  const byte = bytes[at - 1]!;
  if (byte < 0x80 || rules !== "unicode") return isAsciiWord(byte);
  for (let from = at - 1; from >= start && at - from <= 4; from--) {
    if ((bytes[from]! & 0xc0) === 0x80) continue;
    return from + sequenceLength(bytes, from, end) >= at && isWord(decodeAt(bytes, from, end), rules, false);
  }
  return false;
}

/** Whether a word character begins at `at`. */
export function standsBeforeWord(bytes: Uint8Array, at: number, end: number, rules: WordRules): boolean {
  return wordBehind(bytes, at, at, end, rules, false);
}
