/** Ranges and collating elements as glibc's regcomp treats them. */
import type { Collation } from "../options.ts";
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

/** In locales that sort otherwise. Only a single byte can be named as a collating element there, but any character as an equivalence class. */
export class LocaleOrder implements CollationRules {
  readonly #collation: Collation;
  readonly #folding: () => Folding;

  constructor(collation: Collation, folding: () => Folding) {
    this.#collation = collation;
    this.#folding = folding;
  }

  range(low: number, high: number, ignoreCase: boolean): boolean | "reversed" {
    const first = this.#collation.place(ignoreCase ? this.#folding().fold(low) : low);
    const last = this.#collation.place(ignoreCase ? this.#folding().fold(high) : high);
    if (first === undefined || last === undefined) return false;
    return first <= last ? true : "reversed";
  }

  element(name: readonly number[], type: "collating" | "equivalence"): number | undefined {
    const [character] = name;
    if (name.length !== 1 || character === undefined) return undefined;
    if (type === "collating") return isLong(character) ? undefined : character;
    return this.#collation.equivalents(character) === undefined ? undefined : character;
  }
}
