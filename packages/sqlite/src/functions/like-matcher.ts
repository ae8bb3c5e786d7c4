/** Patterns held against texts: against strings unit by unit, which is hot, and against texts that are no strings code point by code point. */
import type { RawText } from "../values/value.ts";
import { type GlobSet, isInSet, type Pattern, type PatternItem } from "./like-pattern.ts";
import { codePointsOf } from "./utf8.ts";

/** In place of a unit of a part: one character whatever it is, and nothing. Below: sets. */
const ANY = -1;
const NONE = -2;

/** What stands between wildcards. */
interface Part {
  /** UTF-16 units, letters of ASCII in lower case where case does not count; or ANY, NONE, or -3 − the number of a set. */
  readonly units: Int32Array;
  readonly sets: readonly GlobSet[];
  /** All of it, where it may be compared as it is. */
  readonly literal: string | undefined;
  readonly characters: number;
}

export class PatternMatcher {
  readonly #pattern: Pattern;
  readonly #parts: readonly Part[];
  readonly #folds: boolean;

  /** `folds`: letters of ASCII are the same in both cases. */
  constructor(pattern: Pattern, folds: boolean) {
    this.#pattern = pattern;
    this.#parts = pattern.map((items) => partOf(items, folds));
    this.#folds = folds;
  }

  /** Whether all of a text, up to its first NUL, matches. */
  matches(text: string | RawText): boolean {
    if (typeof text !== "string") return matchesCodes(this.#pattern, codePointsOf(text), this.#folds);
    const parts = this.#parts;
    const nul = text.indexOf("\0");
    const end = nul < 0 ? text.length : nul;
    const first = parts[0]!;
    let at = this.#endAt(first, text, 0, end);
    if (at < 0) return false;
    if (parts.length === 1) return at === end;
    const last = parts.length - 1;
    for (let i = 1; i < last; i++) {
      at = this.#find(parts[i]!, text, at, end);
      if (at < 0) return false;
    }
    const start = beforeEnd(parts[last]!, text, at, end);
    return start >= at && this.#endAt(parts[last]!, text, start, end) === end;
  }

  /** Where the part that begins at `at` ends; -1: it does not. */
  #endAt(part: Part, text: string, at: number, end: number): number {
    const { literal, units } = part;
    if (literal !== undefined) {
      const behind = at + literal.length;
      return behind <= end && text.startsWith(literal, at) ? behind : -1;
    }
    let unit = at;
    for (let i = 0; i < units.length; i++) {
      if (unit >= end) return -1;
      const wanted = units[i]!;
      const code = text.charCodeAt(unit);
      if (wanted >= 0) {
        if (code !== wanted && !this.#isSame(code, wanted)) return -1;
        unit += 1;
      } else {
        if (wanted !== ANY && !isOneOf(part, wanted, readable(text.codePointAt(unit)!))) return -1;
        unit += isPair(text, unit, code) ? 2 : 1;
      }
    }
    return unit <= end ? unit : -1;
  }

  /** The unequal `code` of a text and `wanted` of the pattern. */
  #isSame(code: number, wanted: number): boolean {
    if (wanted === 0xfffd) return code >= 0xfffe;
    return this.#folds && code >= 0x41 && code <= 0x5a && code + 0x20 === wanted;
  }

  /** Where the part ends that begins first from `from` on; -1: nowhere. */
  #find(part: Part, text: string, from: number, end: number): number {
    const { literal, units } = part;
    if (literal !== undefined) {
      const at = text.indexOf(literal, from);
      return at >= 0 && at + literal.length <= end ? at + literal.length : -1;
    }
    const lower = units[0]!;
    const upper = this.#folds && lower >= 0x61 && lower <= 0x7a ? lower - 0x20 : lower;
    for (let at = from; at < end; at++) {
      const code = text.charCodeAt(at);
      if (code === lower || code === upper || lower < 0 || lower === 0xfffd) {
        const behind = this.#endAt(part, text, at, end);
        if (behind >= 0) return behind;
      }
      if (isPair(text, at, code)) at += 1;
    }
    return -1;
  }
}

function partOf(items: readonly PatternItem[], folds: boolean): Part {
  const units: number[] = [];
  const sets: GlobSet[] = [];
  let literal: string | undefined = "";
  for (const item of items) {
    if (typeof item === "number") {
      const text = String.fromCodePoint(item > 0x10ffff ? 0xfffd : item);
      for (let i = 0; i < text.length; i++) units.push(folds ? folded(text.charCodeAt(i)) : text.charCodeAt(i));
      if (item > 0x10ffff) units[units.length - 1] = NONE; // no string has it
      if (item >= 0xfffd || (folds && isLetter(item)))
        literal = item > 0xffff && item <= 0x10ffff ? literal : undefined;
      if (literal !== undefined) literal += text;
    } else {
      literal = undefined;
      if (item === "any") units.push(ANY);
      else if (item === "none") units.push(NONE);
      else units.push(-2 - sets.push(item));
    }
  }
  return { units: Int32Array.from(units), sets, literal, characters: items.length };
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

function folded(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
}

function isOneOf(part: Part, wanted: number, code: number): boolean {
  return wanted !== NONE && isInSet(code, part.sets[-3 - wanted]!);
}

/** A code point as functions see it. */
function readable(code: number): number {
  return code === 0xfffe || code === 0xffff ? 0xfffd : code;
}

function isPair(text: string, at: number, code: number): boolean {
  if (code < 0xd800 || code > 0xdbff) return false;
  const low = text.charCodeAt(at + 1);
  return low >= 0xdc00 && low <= 0xdfff;
}

/** Where a part that ends with the text has to begin; before `from` when there is no room. */
function beforeEnd(part: Part, text: string, from: number, end: number): number {
  if (part.literal !== undefined) return end - part.literal.length;
  let at = end;
  for (let i = 0; i < part.characters; i++) {
    at -= 1;
    if (at < from) return -1;
    const code = text.charCodeAt(at);
    if (code >= 0xdc00 && code <= 0xdfff && at > from && isPair(text, at - 1, text.charCodeAt(at - 1))) at -= 1;
  }
  return at;
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
  return at + part.length <= codes.length && part.every((item, i) => matchesItem(item, codes[at + i]!, folds));
}

function matchesItem(item: PatternItem, code: number, folds: boolean): boolean {
  if (typeof item === "object") return isInSet(code, item);
  if (typeof item === "string") return item === "any";
  return item === code || (folds && folded(item) === folded(code));
}
