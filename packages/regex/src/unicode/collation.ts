/** Ranges and collating elements in locales that sort by code: C and C.UTF-8, as glibc's regcomp treats them there. */
import type { CollationRules } from "../syntax/bracket.ts";
import type { Folding } from "./folding.ts";
import { RAW_BYTE } from "./utf8.ts";

/**
 * glibc has no table for C.UTF-8 and compares bytes: a character of several bytes is no end of a range there ("Invalid collation
 * character"). The ends are compared after folding.
 */
export class CodeOrder implements CollationRules {
  readonly #encoding: "utf8" | "bytes";
  readonly #folding: () => Folding;

  constructor(encoding: "utf8" | "bytes", folding: () => Folding) {
    this.#encoding = encoding;
    this.#folding = folding;
  }

  range(low: number, high: number, ignoreCase: boolean): boolean | "reversed" {
    if (this.#encoding === "utf8" && (isLong(low) || isLong(high))) return false;
    const first = ignoreCase ? this.#folding().fold(low) : low;
    const last = ignoreCase ? this.#folding().fold(high) : high;
    return first <= last ? true : "reversed";
  }

  element(name: readonly number[]): number | undefined {
    const [character] = name;
    if (name.length !== 1 || character === undefined) return undefined;
    return this.#encoding === "utf8" && isLong(character) ? undefined : character;
  }
}

function isLong(character: number): boolean {
  return character >= 0x80 && character < RAW_BYTE;
}
