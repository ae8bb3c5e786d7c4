/**
 * Basic and extended regular expressions as glibc's regcomp reads them. GNU grep has every pattern read by it: it finds the errors and says
 * where in a line the match is. Which lines come into question says another reader (line-parser.ts).
 *
 * Nesting is kept on a stack of the parser's own.
 */
import {
  type AssertionKind,
  type CharacterClass,
  type Node,
  alternation,
  assertion,
  concatenation,
  repetition,
} from "./ast.ts";
import { BracketParser, type CollationRules, type ParsedBracket } from "./bracket.ts";
import { CLASS_ESCAPES, ESCAPED_ANCHORS, LARGEST_REPETITION, PERL_CLASS_ESCAPES } from "./posix-tokens.ts";
import { POSIX_MESSAGES, PatternProblem } from "./problem.ts";

export interface PosixOptions {
  readonly extended: boolean;
  readonly encoding: "utf8" | "bytes";
  readonly ignoreCase: boolean;
  readonly perlClasses: boolean;
  readonly depth: number;
  readonly collation: CollationRules;
}

export interface PosixPattern {
  readonly root: Node;
  readonly groups: number;
  /** The bracket expressions, by the index behind their opening bracket. */
  readonly brackets: Map<number, ParsedBracket>;
}

type Token =
  | { readonly type: "character"; readonly character: number }
  | { readonly type: "star" | "plus" | "question" | "openInterval" | "closeInterval"; readonly character: number }
  | {
      readonly type: "open" | "close" | "alternative" | "bracket" | "dot" | "backslash" | "end";
      readonly character: number;
    }
  | { readonly type: "class"; readonly node: CharacterClass; readonly character: number }
  | { readonly type: "anchor"; readonly kind: AssertionKind; readonly character: number }
  | { readonly type: "backReference"; readonly index: number; readonly character: number };

/** What ( ) | { } + ? mean where they are operators: bare in extended expressions, behind a backslash in basic ones. */
const OPERATORS: Readonly<
  Record<string, "open" | "close" | "alternative" | "openInterval" | "closeInterval" | "plus" | "question">
> = {
  "(": "open",
  ")": "close",
  "|": "alternative",
  "{": "openInterval",
  "}": "closeInterval",
  "+": "plus",
  "?": "question",
};

/** A group (or the whole) that is being read. */
interface Frame {
  readonly index: number;
  readonly branches: Node[];
  parts: Node[];
  /** Groups that were complete when the alternation began, as bits: what every branch may refer to. */
  readonly completeBefore: number;
  /** Groups that some branch has completed. */
  completeInBranches: number;
}

const COMMA = 0x2c;

export class PosixParser {
  readonly #text: readonly number[];
  readonly #options: PosixOptions;
  readonly #frames: Frame[] = [];
  #at = 0;
  #token: Token = { type: "end", character: 0 };
  #groups = 0;
  /** Groups that are complete, as bits, group 1 the lowest. */
  #complete = 0;
  readonly #brackets = new Map<number, ParsedBracket>();

  constructor(text: readonly number[], options: PosixOptions) {
    this.#text = text;
    this.#options = options;
  }

  /** Throws PatternProblem. */
  parse(): PosixPattern {
    this.#openFrame(0);
    this.#advance(true);
    for (;;) {
      const token = this.#token;
      if (token.type === "end") {
        if (this.#frames.length > 1) this.#fail("EPAREN", "EPAREN");
        break;
      }
      if (token.type === "alternative") this.#nextBranch();
      else if (token.type === "close" && this.#frames.length > 1) this.#closeGroup();
      else this.#expression();
    }
    return { root: this.#closeFrame(), groups: this.#groups, brackets: this.#brackets };
  }

  get #frame(): Frame {
    return this.#frames.at(-1)!;
  }

  #openFrame(index: number): void {
    if (this.#frames.length > this.#options.depth) this.#fail("EDEPTH", "ESIZE");
    this.#frames.push({
      index,
      branches: [],
      parts: [],
      completeBefore: this.#complete,
      completeInBranches: this.#complete,
    });
  }

  #nextBranch(): void {
    const frame = this.#frame;
    frame.branches.push(concatenation(frame.parts));
    frame.parts = [];
    frame.completeInBranches |= this.#complete;
    this.#complete = frame.completeBefore;
    this.#advance(true);
  }

  #closeFrame(): Node {
    const frame = this.#frames.pop()!;
    frame.branches.push(concatenation(frame.parts));
    this.#complete |= frame.completeInBranches;
    return alternation(frame.branches);
  }

  #closeGroup(): void {
    const { index } = this.#frame;
    const body = this.#closeFrame();
    if (index <= 9) this.#complete |= 1 << (index - 1);
    this.#advance(false);
    this.#repetitions({ type: "group", index, body });
  }

  /** One expression with its repetitions; for a group, its beginning. */
  #expression(): void {
    const token = this.#token;
    const { extended, ignoreCase } = this.#options;
    switch (token.type) {
      case "open":
        this.#groups++;
        this.#openFrame(this.#groups);
        this.#advance(true);
        return;
      case "anchor":
        // What would repeat it begins an expression of its own.
        this.#advance(true);
        this.#frame.parts.push(assertion(token.kind));
        return;
      case "star":
      case "plus":
      case "question":
      case "openInterval":
        if (extended) {
          this.#repetitionOfNothing();
          return;
        }
        break;
      case "close":
        if (!extended) this.#fail("EPAREN", "ERPAREN");
        break;
      case "backslash":
        return this.#fail("EESCAPE", "EESCAPE");
      case "bracket": {
        const bracket = new BracketParser(this.#text, this.#options.collation, ignoreCase).parse(this.#at);
        this.#brackets.set(this.#at, bracket);
        this.#at = bracket.next;
        this.#advance(false);
        this.#repetitions(bracket.node);
        return;
      }
      default:
    }
    const node = this.#simple(token);
    this.#advance(false);
    this.#repetitions(node);
  }

  #simple(token: Token): Node {
    const { ignoreCase } = this.#options;
    switch (token.type) {
      case "dot":
        return { type: "any", newline: true };
      case "class":
        return token.node;
      case "backReference":
        if ((this.#complete & (1 << (token.index - 1))) === 0) this.#fail("ESUBREG", "ESUBREG");
        return { type: "backReference", indices: [token.index], ignoreCase };
      default:
        return { type: "character", codePoint: token.character, ignoreCase };
    }
  }

  /** `*a`, `^*a`: extended expressions pass over the operator, and of `{1}a` over the brace alone. */
  #repetitionOfNothing(): void {
    this.#advance(false);
    // What follows stands where an expression begins, and there a parenthesis that closes is a character.
    if (this.#token.type === "close") {
      const node = this.#simple({ type: "character", character: this.#token.character });
      this.#advance(false);
      this.#repetitions(node);
    }
  }

  /** Adds `node` to the branch, with the repetitions that follow it. */
  #repetitions(node: Node): void {
    let body = node;
    let nested = 0;
    for (;;) {
      const { type } = this.#token;
      if (type === "star" || type === "plus" || type === "question") {
        body = repetition(body, type === "plus" ? 1 : 0, type === "question" ? 1 : Infinity);
        this.#advance(false);
      } else if (type === "openInterval") {
        const interval = this.#readInterval();
        if (interval === undefined) {
          this.#token = { type: "character", character: this.#token.character };
          break;
        }
        body = repetition(body, interval.min, interval.max);
        if (++nested > this.#options.depth) this.#fail("EDEPTH", "ESIZE");
      } else break;
    }
    this.#frame.parts.push(body);
  }

  /** Takes the interval whose brace is the current token; undefined, and nothing taken, when it is none and may be text. */
  #readInterval(): Interval | undefined {
    const interval = this.#interval();
    if (interval === undefined) return undefined;
    this.#at = interval.next;
    this.#advance(false);
    return interval;
  }

  /** Looks at what follows the brace that is the current token. */
  #interval(): Interval | undefined {
    const before = { at: this.#at, token: this.#token };
    const done = (): void => {
      this.#at = before.at;
      this.#token = before.token;
    };
    const low = this.#number();
    if (low === "none" && !this.#tokenIs(COMMA)) this.#fail("BADBR", "BADBR");
    let min = low === "none" ? 0 : low;
    let max: number | "none" | "bad" = "bad";
    if (min !== "bad") {
      if (this.#token.type === "closeInterval") max = min;
      else if (this.#tokenIs(COMMA)) max = this.#number();
    }
    if (min === "bad" || max === "bad") {
      if (!this.#options.extended) {
        if (this.#token.type === "end") this.#fail("EBRACE", "EBRACE");
        this.#fail("BADBR", "BADBR");
      }
      done();
      return undefined;
    }
    const next = this.#at;
    if ((max !== "none" && min > max) || this.#token.type !== "closeInterval") this.#fail("BADBR", "BADBR");
    if ((max === "none" ? min : max) > LARGEST_REPETITION) this.#fail("ESIZE", "ESIZE");
    done();
    min = Math.min(min, LARGEST_REPETITION + 1);
    return { min, max: max === "none" ? Infinity : max, next };
  }

  /** Reads to the comma or closing brace, which is then the current token. */
  #number(): number | "none" | "bad" {
    let value: number | "none" | "bad" = "none";
    for (;;) {
      this.#advance(false);
      const token = this.#token;
      if (token.type === "end") return "bad";
      if (token.type === "closeInterval" || token.character === COMMA) return value;
      const digit = token.character - 0x30;
      // What follows is of interest for the kind of error only.
      if (value === "bad" && this.#options.extended) return value;
      if (token.type !== "character" || digit < 0 || digit > 9 || value === "bad") value = "bad";
      else value = Math.min(LARGEST_REPETITION + 1, (value === "none" ? 0 : value) * 10 + digit);
    }
  }

  #tokenIs(character: number): boolean {
    return this.#token.type === "character" && this.#token.character === character;
  }

  /** Reads the next token. `caretAnchors`: an expression begins here, so that `^` is an anchor in basic syntax too. */
  #advance(caretAnchors: boolean): void {
    const at = this.#at;
    this.#token = this.#peek(at, caretAnchors);
    this.#at = Math.min(this.#text.length, at + this.#tokenLength(at));
  }

  #tokenLength(at: number): number {
    return this.#text[at] === 0x5c && at + 1 < this.#text.length ? 2 : 1;
  }

  #peek(at: number, caretAnchors: boolean): Token {
    const character = this.#text[at];
    if (character === undefined) return { type: "end", character: 0 };
    if (character >= 0x80) return { type: "character", character };
    const letter = String.fromCharCode(character);
    if (letter === "\\") return this.#escaped(at + 1);
    const { extended } = this.#options;
    switch (letter) {
      case "*":
        return { type: "star", character };
      case ".":
        return { type: "dot", character };
      case "[":
        return { type: "bracket", character };
      case "^":
        if (extended || at === 0 || caretAnchors) return { type: "anchor", kind: "lineStart", character };
        break;
      case "$":
        if (extended || this.#dollarIsAnchor(at)) return { type: "anchor", kind: "lineEnd", character };
        break;
      default: {
        const operator = extended ? OPERATORS[letter] : undefined;
        if (operator !== undefined) return { type: operator, character };
      }
    }
    return { type: "character", character };
  }

  #dollarIsAnchor(at: number): boolean {
    const next = this.#text[at + 1];
    if (next === undefined) return true;
    const second = this.#text[at + 2];
    return next === 0x5c && (second === 0x29 || second === 0x7c); // \) \|
  }

  #escaped(at: number): Token {
    const character = this.#text[at];
    if (character === undefined) return { type: "backslash", character: 0x5c };
    if (character >= 0x80) return { type: "character", character };
    const letter = String.fromCharCode(character);
    if (character >= 0x31 && character <= 0x39) return { type: "backReference", index: character - 0x30, character };
    const anchor = Object.hasOwn(ESCAPED_ANCHORS, letter) ? ESCAPED_ANCHORS[letter] : undefined;
    if (anchor !== undefined) return { type: "anchor", kind: anchor, character };
    const node = CLASS_ESCAPES[letter] ?? (this.#options.perlClasses ? PERL_CLASS_ESCAPES[letter] : undefined);
    if (node !== undefined) return { type: "class", node, character };
    const operator = this.#options.extended ? undefined : OPERATORS[letter];
    return operator === undefined ? { type: "character", character } : { type: operator, character };
  }

  #fail(code: PatternProblem["code"], message: keyof typeof POSIX_MESSAGES): never {
    throw new PatternProblem(code, POSIX_MESSAGES[message], this.#at);
  }
}

interface Interval {
  readonly min: number;
  readonly max: number;
  /** The index behind the closing brace. */
  readonly next: number;
}
