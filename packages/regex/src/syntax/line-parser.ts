/**
 * Basic and extended regular expressions as gnulib's dfa.c reads them, with which GNU grep decides what lines come into question. The other
 * reading, of glibc's regcomp (posix.ts), has found the errors already and says where in a line the match is. The two agree but in dark
 * corners: a repetition behind an anchor (`a$*`, `\b{2}`), a `{` that begins an expression (`{1`), `^` behind another anchor; and as
 * -x and -w wrap the text of the pattern here, a `)` too many closes what they opened.
 *
 * GNU grep's warnings come from here, too.
 */
import { unicodeClass } from "../unicode/posix-classes.ts";
import { contains } from "../unicode/code-point-set.ts";
import { type Node, alternation, assertion, concatenation, repetition } from "./ast.ts";
import { BracketParser, type ParsedBracket } from "./bracket.ts";
import { CLASS_ESCAPES, ESCAPED_ANCHORS, LARGEST_REPETITION, PERL_CLASS_ESCAPES } from "./posix-tokens.ts";
import type { PosixOptions } from "./posix.ts";
import { PatternProblem } from "./problem.ts";

export interface LineReading {
  readonly root: Node;
  /** Without "warning: ", in order. */
  readonly warnings: readonly string[];
  /** What dfa.c finds wrong where regcomp finds nothing; `root` then ends there. */
  readonly problem?: PatternProblem;
  /** There is a `)` too many, which is text here. */
  readonly hasSpareParenthesis: boolean;
}

type Token =
  | { readonly type: "end" | "alternative" | "open" | "close" }
  | { readonly type: "repeat"; readonly min: number; readonly max: number }
  | { readonly type: "atom"; readonly node: Node };

interface Frame {
  readonly index: number;
  readonly branches: Node[];
  parts: Node[];
}

const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;

/** Operators: bare in extended expressions, behind a backslash in basic ones. */
const OPERATORS = "?+{|()";

/** A backslash before these is not stray. */
const KNOWN_ESCAPES = "\\^$123456789`'<>bB?*+{|()./sSwW[]}\n";

/** Reads a pattern, or several with newlines between them. `brackets`: bracket expressions that are known, by where they begin. */
export function readForLines(
  text: readonly number[],
  options: PosixOptions,
  brackets: Map<number, ParsedBracket> = new Map(),
): LineReading {
  return new LineParser(text, options, brackets).read();
}

class LineParser {
  readonly #text: readonly number[];
  readonly #options: PosixOptions;
  readonly #brackets: Map<number, ParsedBracket>;
  readonly #frames: Frame[] = [{ index: 0, branches: [], parts: [] }];
  readonly #warnings: string[] = [];
  #at = 0;
  #groups = 0;
  /** Nothing that could be repeated has been read since the expression began; anchors do not count. */
  #atStart = true;
  /** The last token was the beginning of an expression. */
  #begins = true;
  #hasSpareParenthesis = false;

  constructor(text: readonly number[], options: PosixOptions, brackets: Map<number, ParsedBracket>) {
    this.#text = text;
    this.#options = options;
    this.#brackets = brackets;
  }

  read(): LineReading {
    let problem: PatternProblem | undefined;
    try {
      while (this.#take(this.#lex())) {
        // #take() does it all
      }
    } catch (error) {
      if (!(error instanceof PatternProblem)) throw error;
      problem = error;
    }
    while (this.#frames.length > 1) this.#close();
    return {
      root: this.#body(),
      warnings: this.#warnings,
      ...(problem !== undefined && { problem }),
      hasSpareParenthesis: this.#hasSpareParenthesis,
    };
  }

  /** False at the end. */
  #take(token: Token): boolean {
    const frame = this.#frames.at(-1)!;
    switch (token.type) {
      case "end":
        return false;
      case "alternative":
        frame.branches.push(concatenation(frame.parts));
        frame.parts = [];
        break;
      case "open":
        this.#frames.push({ index: ++this.#groups, branches: [], parts: [] });
        break;
      case "close":
        this.#close();
        break;
      case "repeat": {
        const body = frame.parts.pop();
        // Repeated nothing is nothing.
        if (body !== undefined) frame.parts.push(repetition(body, token.min, token.max));
        break;
      }
      default:
        frame.parts.push(token.node);
    }
    this.#begins = token.type === "alternative" || token.type === "open";
    return true;
  }

  #close(): void {
    const { index } = this.#frames.at(-1)!;
    const body = this.#body();
    this.#frames.at(-1)!.parts.push({ type: "group", index, body });
  }

  #body(): Node {
    const frame = this.#frames.pop()!;
    frame.branches.push(concatenation(frame.parts));
    return alternation(frame.branches);
  }

  #lex(): Token {
    const { extended, perlClasses } = this.#options;
    const at = this.#at;
    if (at >= this.#text.length) return { type: "end" };
    const escaped = this.#text[at] === BACKSLASH;
    const character = this.#text[escaped ? at + 1 : at];
    if (character === undefined) throw new PatternProblem("EESCAPE", "unfinished \\ escape", at);
    this.#at = escaped ? at + 2 : at + 1;
    if (character === NEWLINE && !escaped) return this.#beginning("alternative");
    const letter = character < 0x80 ? String.fromCharCode(character) : "";
    if (letter !== "" && OPERATORS.includes(letter)) {
      const token = extended !== escaped ? this.#operator(letter) : undefined;
      return token ?? this.#character(character);
    }
    if (!escaped) return this.#plain(letter, character);
    const anchor = Object.hasOwn(ESCAPED_ANCHORS, letter) ? ESCAPED_ANCHORS[letter] : undefined;
    if (anchor !== undefined) return { type: "atom", node: assertion(anchor) };
    if (character >= 0x31 && character <= 0x39)
      return this.#atom({
        type: "backReference",
        indices: [character - 0x30],
        ignoreCase: this.#options.ignoreCase,
      });
    const named = CLASS_ESCAPES[letter] ?? (perlClasses ? PERL_CLASS_ESCAPES[letter] : undefined);
    if (named !== undefined) return this.#atom(named);
    if (letter === "" || !KNOWN_ESCAPES.includes(letter)) this.#warnings.push(this.#strayBackslash(character));
    return this.#character(character);
  }

  /** A character without a backslash that is no operator of ( ) | { } + ?. */
  #plain(letter: string, character: number): Token {
    const { extended } = this.#options;
    switch (letter) {
      case "*":
        if (!extended && this.#atStart) break;
        this.#warnAtStart(letter);
        return { type: "repeat", min: 0, max: Infinity };
      case "^":
        if (extended || this.#begins) return { type: "atom", node: assertion("lineStart") };
        break;
      case "$":
        if (extended || this.#dollarIsAnchor()) return { type: "atom", node: assertion("lineEnd") };
        break;
      case ".":
        return this.#atom({ type: "any", newline: true });
      case "[":
        return this.#atom(this.#bracket());
      default:
    }
    return this.#character(character);
  }

  /** Undefined where it is text. */
  #operator(letter: string): Token | undefined {
    const { extended } = this.#options;
    switch (letter) {
      case "|":
        return this.#beginning("alternative");
      case "(":
        return this.#beginning("open");
      case ")":
        if (this.#frames.length === 1) {
          this.#hasSpareParenthesis = true;
          return undefined;
        }
        this.#atStart = false;
        return { type: "close" };
      case "{":
        return this.#interval();
      default:
        if (!extended && this.#atStart) return undefined;
        this.#warnAtStart(letter);
        return { type: "repeat", min: letter === "+" ? 1 : 0, max: letter === "?" ? 1 : Infinity };
    }
  }

  #beginning(type: "alternative" | "open"): Token {
    this.#atStart = true;
    return { type };
  }

  #atom(node: Node): Token {
    this.#atStart = false;
    return { type: "atom", node };
  }

  #character(codePoint: number): Token {
    return this.#atom({ type: "character", codePoint, ignoreCase: this.#options.ignoreCase });
  }

  #warnAtStart(operator: string): void {
    if (this.#atStart) this.#warnings.push(`${operator} at start of expression`);
  }

  /** At a brace that may begin an interval. */
  #interval(): Token | undefined {
    const { extended } = this.#options;
    const interval = this.#readInterval();
    if (interval === undefined && extended) return undefined;
    if (this.#atStart) {
      if (!extended) return undefined;
      this.#warnAtStart("{...}");
    }
    if (interval === undefined) throw new PatternProblem("BADBR", "invalid content of \\{\\}", this.#at);
    const { min, max, next } = interval;
    if (max !== Infinity && max > LARGEST_REPETITION)
      throw new PatternProblem("ESIZE", "regular expression too big", this.#at);
    this.#at = next;
    this.#atStart = false;
    return { type: "repeat", min, max };
  }

  #readInterval(): { readonly min: number; readonly max: number; readonly next: number } | undefined {
    const low = this.#number(this.#at);
    const comma = this.#text[low.next] === 0x2c;
    const high = comma ? this.#number(low.next + 1) : low;
    const { extended } = this.#options;
    const closed = extended || this.#text[high.next] === BACKSLASH;
    const brace = extended ? high.next : high.next + 1;
    if (!closed || this.#text[brace] !== 0x7d) return undefined;
    if (low.value === undefined && !comma) return undefined;
    const min = low.value ?? 0;
    const max = high.value ?? Infinity;
    return min <= max ? { min, max, next: brace + 1 } : undefined;
  }

  #number(from: number): { readonly value: number | undefined; readonly next: number } {
    let value: number | undefined;
    let next = from;
    for (; this.#text[next]! >= 0x30 && this.#text[next]! <= 0x39; next++)
      value = Math.min(LARGEST_REPETITION + 1, (value ?? 0) * 10 + this.#text[next]! - 0x30);
    return { value, next };
  }

  /** In a basic expression: at its end, before a newline, and before ) and |, be they escaped or not. */
  #dollarIsAnchor(): boolean {
    const next = this.#text[this.#at];
    if (next === undefined || next === NEWLINE) return true;
    const second = this.#text[this.#at + 1];
    if (second === undefined) return false;
    const character = next === BACKSLASH ? second : next;
    return character === 0x29 || character === 0x7c;
  }

  #bracket(): Node {
    let bracket = this.#brackets.get(this.#at);
    if (bracket === undefined) {
      const { collation, ignoreCase } = this.#options;
      bracket = new BracketParser(this.#text, collation, ignoreCase).parse(this.#at);
    }
    if (bracket.lacksBrackets)
      throw new PatternProblem("ECTYPE", "character class syntax is [[:space:]], not [:space:]");
    this.#at = bracket.next;
    return bracket.node;
  }

  #strayBackslash(character: number): string {
    const known = this.#options.encoding === "utf8" || character < 0x80;
    if (!known || !contains(unicodeClass("print"), character)) return "stray \\ before unprintable character";
    if (contains(unicodeClass("space"), character)) return "stray \\ before white space";
    return `stray \\ before ${String.fromCodePoint(character)}`;
  }
}
