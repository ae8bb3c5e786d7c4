/**
 * Bracket expressions of POSIX, read as glibc reads them: a backslash is itself; `]` first is itself; `-` is itself at either end; and what
 * a range may begin and end with, and what is wrong with it otherwise, in the same order of checks.
 */
import type { CharacterClass, ClassItem, ClassName } from "./ast.ts";
import { POSIX_MESSAGES, PatternProblem } from "./problem.ts";

const POSIX_CLASSES: ReadonlySet<string> = new Set<ClassName>([
  "alnum",
  "alpha",
  "blank",
  "cntrl",
  "digit",
  "graph",
  "lower",
  "print",
  "punct",
  "space",
  "upper",
  "xdigit",
]);

/** glibc's buffer for what stands in [. .], [= =] and [: :]. */
const LONGEST_NAME = 32;

/** How the locale sorts, as far as ranges and collating elements ask. */
export interface CollationRules {
  /** The set from `low` to `high`; undefined when they cannot be the ends of a range here; "reversed" when the high end comes first. */
  range(low: number, high: number, ignoreCase: boolean): boolean | "reversed";
  /** The character that [.name.] or [=name=] means; undefined for none. */
  element(name: readonly number[], type: "collating" | "equivalence"): number | undefined;
}

/** One element of a bracket expression before it is known whether a range follows. */
type Element =
  | { readonly type: "character"; readonly codePoint: number }
  | { readonly type: "collating"; readonly codePoint: number | undefined }
  | { readonly type: "equivalence"; readonly codePoint: number | undefined }
  | { readonly type: "named"; readonly name: string };

const RIGHT_BRACKET = 0x5d;
const LEFT_BRACKET = 0x5b;
const HYPHEN = 0x2d;
const CARET = 0x5e;
const COLON = 0x3a;
const DOT = 0x2e;
const EQUALS = 0x3d;

export interface ParsedBracket {
  readonly node: CharacterClass;
  /** The index behind the closing bracket. */
  readonly next: number;
  /** It is of the form [:name:]: an error that GNU grep finds only when all the rest is right. */
  readonly lacksBrackets: boolean;
}

export class BracketParser {
  readonly #text: readonly number[];
  readonly #rules: CollationRules;
  readonly #ignoreCase: boolean;
  #at = 0;

  constructor(text: readonly number[], rules: CollationRules, ignoreCase: boolean) {
    this.#text = text;
    this.#rules = rules;
    this.#ignoreCase = ignoreCase;
  }

  /** Reads from behind the opening bracket. Throws PatternProblem. */
  parse(start: number): ParsedBracket {
    this.#at = start;
    if (this.#atEnd()) this.#fail("BADPAT");
    const negated = this.#text[this.#at] === CARET;
    if (negated && ++this.#at >= this.#text.length) this.#fail("BADPAT");
    const items: ClassItem[] = [];
    for (let first = true; first || this.#text[this.#at] !== RIGHT_BRACKET; first = false) {
      const low = this.#element(first);
      const isRange = low.type !== "named" && low.type !== "equivalence" && this.#rangeFollows();
      items.push(isRange ? this.#range(low, this.#element(true)) : this.#single(low));
      if (this.#atEnd()) this.#fail("EBRACK");
    }
    return {
      node: { type: "class", negated, items, ignoreCase: this.#ignoreCase },
      next: this.#at + 1,
      lacksBrackets: this.#lacksBrackets(start + (negated ? 1 : 0), items),
    };
  }

  /** Takes the hyphen of a range. */
  #rangeFollows(): boolean {
    if (this.#atEnd()) this.#fail("EBRACK");
    if (this.#text[this.#at] !== HYPHEN) return false;
    if (this.#at + 1 >= this.#text.length) this.#fail("EBRACK");
    if (this.#text[this.#at + 1] === RIGHT_BRACKET) return false;
    this.#at++;
    return true;
  }

  #element(acceptHyphen: boolean): Element {
    const character = this.#text[this.#at]!;
    const second = this.#text[this.#at + 1];
    if (character === LEFT_BRACKET && (second === DOT || second === EQUALS || second === COLON)) {
      this.#at += 2;
      return this.#symbol(second);
    }
    this.#at++;
    // Such a hyphen may only be the last: [a-c-e] has no meaning.
    if (character === HYPHEN && !acceptHyphen && second !== RIGHT_BRACKET) this.#fail("ERANGE");
    return { type: "character", codePoint: character };
  }

  /** What stands between [. and .], [= and =], [: and :]. */
  #symbol(delimiter: number): Element {
    const name: number[] = [];
    for (;;) {
      if (this.#at + 1 >= this.#text.length || name.length >= LONGEST_NAME) this.#fail("EBRACK");
      const character = this.#text[this.#at++]!;
      if (character === delimiter && this.#text[this.#at] === RIGHT_BRACKET) break;
      name.push(character);
    }
    this.#at++;
    if (delimiter === COLON) {
      return {
        type: "named",
        name: name.map((character) => (character < 0x80 ? String.fromCodePoint(character) : "?")).join(""),
      };
    }
    const type = delimiter === DOT ? "collating" : "equivalence";
    return { type, codePoint: this.#rules.element(name, type) };
  }

  #single(element: Element): ClassItem {
    switch (element.type) {
      case "character":
        return { type: "range", low: element.codePoint, high: element.codePoint };
      case "named":
        if (!POSIX_CLASSES.has(element.name)) this.#fail("ECTYPE");
        return { type: "named", name: element.name as ClassName, negated: false }; // one of the twelve, as just seen
      default:
        if (element.codePoint === undefined) this.#fail("ECOLLATE");
        return { type: element.type, codePoint: element.codePoint };
    }
  }

  #range(low: Element, high: Element): ClassItem {
    if (low.type === "named" || high.type === "named" || high.type === "equivalence") this.#fail("ERANGE");
    if (low.codePoint === undefined || high.codePoint === undefined) this.#fail("ECOLLATE");
    const allowed = this.#rules.range(low.codePoint, high.codePoint, this.#ignoreCase);
    if (allowed === false) this.#fail("ECOLLATE");
    if (allowed === "reversed") this.#fail("ERANGE");
    return { type: "range", low: low.codePoint, high: high.codePoint };
  }

  /** [:space:] where [[:space:]] was meant. */
  #lacksBrackets(start: number, items: readonly ClassItem[]): boolean {
    const end = this.#at;
    if (end - start < 3 || this.#text[start] !== COLON || this.#text[end - 1] !== COLON) return false;
    const plain = items.every((item) => item.type === "range" && item.low === item.high);
    return plain && items.some((item) => item.type === "range" && item.low !== COLON);
  }

  #atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  #fail(reason: "BADPAT" | "EBRACK" | "ERANGE" | "ECOLLATE" | "ECTYPE"): never {
    throw new PatternProblem(reason === "BADPAT" ? "EBRACK" : reason, POSIX_MESSAGES[reason], this.#at);
  }
}
