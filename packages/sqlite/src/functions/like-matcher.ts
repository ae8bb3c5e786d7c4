/**
 * Patterns held against texts.
 *
 * Of each part between wildcards there is a regular expression, which the engine runs faster than any loop here would; it never has anything
 * to go back to, as all it can match is of one length in characters. Parts that are compared as they are, are searched as strings. Texts that are no
 * strings are held against the pattern code point by code point.
 */
import type { RawText } from "../values/value.ts";
import { type GlobSet, isInSet, type Pattern, type PatternItem } from "./like-pattern.ts";
import { previousCharacter } from "./surrogates.ts";
import { codePointsOf } from "./utf8.ts";

/** What stands between wildcards. */
interface Part {
  /** All of it, where it may be compared as it is. */
  readonly literal: string | undefined;
  /** At a place, and from a place on. */
  readonly here: RegExp;
  readonly anywhere: RegExp;
  readonly characters: number;
}

/** A pattern in parts. */
interface Parts {
  readonly first: Part;
  readonly between: readonly Part[];
  /** Undefined: there are no wildcards. */
  readonly last: Part | undefined;
}

/** The first text, unless it has more units, makes no regular expressions: many a pattern is used once. */
const SHORT_TEXT = 512;

export class PatternMatcher {
  readonly #pattern: Pattern;
  readonly #folds: boolean;
  /** Whether the next text is held against the pattern plainly, if it is not long. */
  #isNew = true;
  /** Whether all are. */
  #isTooLarge = false;
  /** Made when they seem worth it. */
  #parts: Parts | undefined = undefined;

  /** `folds`: letters of ASCII are the same in both cases. */
  constructor(pattern: Pattern, folds: boolean) {
    this.#pattern = pattern;
    this.#folds = folds;
  }

  /** Whether all of a text, up to its first NUL, matches. */
  matches(text: string | RawText): boolean {
    if (typeof text !== "string" || this.#isTooLarge) return this.#matchesPlainly(text);
    if (this.#isNew) {
      this.#isNew = false;
      if (text.length <= SHORT_TEXT) return this.#matchesPlainly(text);
    }
    this.#parts ??= partsOf(this.#pattern, this.#folds);
    try {
      return matchesParts(this.#parts, text.includes("\0") ? text.slice(0, text.indexOf("\0")) : text);
    } catch (error) {
      // How large a regular expression may be is only known when it is first used.
      if (!(error instanceof SyntaxError)) throw error;
      this.#isTooLarge = true;
      return this.#matchesPlainly(text);
    }
  }

  #matchesPlainly(text: string | RawText): boolean {
    return matchesCodes(this.#pattern, codePointsOf(text), this.#folds);
  }
}

function partsOf(pattern: Pattern, folds: boolean): Parts {
  const parts = pattern.map((items) => partOf(items, folds));
  return {
    first: parts[0]!, // there is one at least
    between: parts.slice(1, -1).filter(({ characters }) => characters > 0),
    last: parts.length === 1 ? undefined : parts.at(-1)!,
  };
}

function matchesParts({ first, between, last }: Parts, text: string): boolean {
  let at = first.characters === 0 ? 0 : endAt(first, text, 0);
  if (last === undefined) return at === text.length;
  for (let i = 0; at >= 0 && i < between.length; i++) at = endFrom(between[i]!, text, at);
  if (at < 0 || last.characters === 0) return at >= 0;
  const start = startBeforeEnd(last, text);
  return start >= at && endAt(last, text, start) === text.length;
}

/** Where the part that begins at `at` ends; -1: it does not. */
function endAt({ literal, here }: Part, text: string, at: number): number {
  if (literal !== undefined) return text.startsWith(literal, at) ? at + literal.length : -1;
  here.lastIndex = at;
  return here.test(text) ? here.lastIndex : -1;
}

/** Where the part ends that begins first from `at` on; -1: nowhere. */
function endFrom({ literal, anywhere }: Part, text: string, at: number): number {
  if (literal !== undefined) {
    const found = text.indexOf(literal, at);
    return found < 0 ? -1 : found + literal.length;
  }
  anywhere.lastIndex = at;
  return anywhere.test(text) ? anywhere.lastIndex : -1;
}

/** Where a part that ends with the text has to begin; -1: the text is too short. */
function startBeforeEnd({ literal, characters }: Part, text: string): number {
  if (literal !== undefined) return text.length - literal.length;
  let at = text.length;
  for (let i = 0; i < characters && at >= 0; i++) at = previousCharacter(text, 0, at);
  return at;
}

function partOf(items: readonly PatternItem[], folds: boolean): Part {
  const source = items.map((item) => sourceOf(item, folds)).join("");
  const isLiteral = items.every((item) => typeof item === "number" && isItself(item, folds));
  return {
    literal: isLiteral ? String.fromCodePoint(...(items as readonly number[])) : undefined, // all numbers, if so
    // By code points, so that no half of one is found.
    here: new RegExp(source, "uy"),
    anywhere: new RegExp(source, "gu"),
    characters: items.length,
  };
}

const LAST_CODE_POINT = 0x10ffff;

/** Whether only the very same character matches. */
function isItself(code: number, folds: boolean): boolean {
  return code <= LAST_CODE_POINT && !(folds && isLetter(code));
}

function sourceOf(item: PatternItem, folds: boolean): string {
  if (item === "any") return "[^]";
  if (item === "none") return "(?!)";
  if (typeof item === "object") return setSource(item);
  if (item > LAST_CODE_POINT) return "(?!)"; // no string has it
  return isItself(item, folds) ? escaped(item) : `[${escaped(item)}${escaped(item ^ 0x20)}]`;
}

function setSource({ isInverted, ranges }: GlobSet): string {
  let source = "";
  for (let i = 0; i < ranges.length; i += 2) {
    const [first, last] = [ranges[i]!, Math.min(ranges[i + 1]!, LAST_CODE_POINT)];
    if (first <= last) source += `${escaped(first)}-${escaped(last)}`;
  }
  return `[${isInverted ? "^" : ""}${source}]`;
}

function escaped(code: number): string {
  return `\\u{${code.toString(16)}}`;
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** The plain way, on code points: what the fast one has to agree with. */
export function matchesCodes(pattern: Pattern, codes: readonly number[], folds: boolean): boolean {
  const first = pattern[0]!;
  if (!matchesAt(first, codes, 0, folds)) return false;
  if (pattern.length === 1) return codes.length === first.length;
  let at = first.length;
  for (const part of pattern.slice(1, -1)) {
    while (at + part.length <= codes.length && !matchesAt(part, codes, at, folds)) at += 1;
    if (at + part.length > codes.length) return false;
    at += part.length;
  }
  const last = pattern.at(-1)!;
  return codes.length - last.length >= at && matchesAt(last, codes, codes.length - last.length, folds);
}

function matchesAt(part: readonly PatternItem[], codes: readonly number[], at: number, folds: boolean): boolean {
  if (at + part.length > codes.length) return false;
  for (let i = 0; i < part.length; i++) if (!matchesItem(part[i]!, codes[at + i]!, folds)) return false;
  return true;
}

function matchesItem(item: PatternItem, code: number, folds: boolean): boolean {
  if (typeof item === "object") return isInSet(code, item);
  if (typeof item === "string") return item === "any";
  return item === code || (folds && isLetter(item) && (item | 0x20) === (code | 0x20) && code < 0x80);
}
