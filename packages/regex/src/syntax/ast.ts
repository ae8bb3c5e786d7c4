/**
 * One tree for every dialect. It keeps what was written (named classes by their names, ranges by their ends), so that it can be printed
 * back and explained; what a class contains is worked out later, by unicode/character-class.ts, for the encoding and the folding at hand.
 *
 * Characters are code points; a pattern's byte that is not part of well-formed UTF-8 is RAW_BYTE + byte (unicode/utf8.ts). In the
 * "bytes" encoding characters are 0 to 255.
 */
import type { PatternProblem } from "./problem.ts";

/** Zero-width conditions. */
export type AssertionKind =
  | "lineStart" // ^ \A \`
  | "lineEnd" // $ \z \'
  | "wordBoundary" // \b
  | "notWordBoundary" // \B
  | "wordStart" // \<
  | "wordEnd" // \>
  | "lookalike" // nothing: marks the end of what only looks like UTF-8 where automata are to leave the line to others
  | "notAfterWord" // nothing, or no word character, before
  | "notBeforeWord" // nothing, or no word character, behind
  | "searchStart" // \G
  | "multilineStart" // ^ under (?m)
  | "multilineEnd" // $ under (?m)
  | "never"; // (*FAIL)

/** The twelve names that POSIX knows, plus what GNU and Perl abbreviate. */
export type ClassName =
  | "alnum"
  | "alpha"
  | "ascii"
  | "blank"
  | "cntrl"
  | "digit"
  | "graph"
  | "lower"
  | "print"
  | "punct"
  | "space"
  | "upper"
  | "word"
  | "xdigit"
  | "horizontalSpace"
  | "verticalSpace";

export type ClassItem =
  | { readonly type: "range"; readonly low: number; readonly high: number }
  | { readonly type: "named"; readonly name: ClassName; readonly negated: boolean }
  /** [=x=]: whatever sorts like x. */
  | { readonly type: "equivalence"; readonly codePoint: number }
  /** [.x.] */
  | { readonly type: "collating"; readonly codePoint: number }
  /** \p{name} */
  | { readonly type: "property"; readonly name: string; readonly negated: boolean };

export interface CharacterClass {
  readonly type: "class";
  readonly negated: boolean;
  readonly items: readonly ClassItem[];
  readonly ignoreCase: boolean;
  /** Written as an escape (\w) instead of in brackets. */
  readonly escape?: boolean;
}

export type RepeatMode = "greedy" | "lazy" | "possessive";

export type Node =
  | { readonly type: "empty" }
  | { readonly type: "character"; readonly codePoint: number; readonly ignoreCase: boolean }
  /** `.`; with newlines where the dialect's dot has them. */
  | { readonly type: "any"; readonly newline: boolean }
  /** \C: one byte, whatever it is part of. */
  | { readonly type: "anyByte" }
  | CharacterClass
  | { readonly type: "assertion"; readonly kind: AssertionKind }
  /** index 0: does not capture. */
  | { readonly type: "group"; readonly index: number; readonly name?: string; readonly body: Node }
  | { readonly type: "concatenation"; readonly parts: readonly Node[] }
  | { readonly type: "alternation"; readonly branches: readonly Node[] }
  | {
      readonly type: "repeat";
      readonly body: Node;
      readonly min: number;
      /** Infinity where there is no limit. */
      readonly max: number;
      readonly mode: RepeatMode;
    }
  /** The text of the first of these groups that took part (several only where Perl lets groups share a name). */
  | { readonly type: "backReference"; readonly indices: readonly number[]; readonly ignoreCase: boolean }
  // From here on Perl only.
  | { readonly type: "look"; readonly ahead: boolean; readonly negated: boolean; readonly body: Node }
  | { readonly type: "atomic"; readonly body: Node }
  /** \K: the match is said to begin here. */
  | { readonly type: "keep" }
  | {
      readonly type: "conditional";
      readonly condition: Condition;
      readonly yes: Node;
      readonly no: Node;
    }
  /** (?1), (?R): the pattern of a group, once more; 0 is the whole. */
  | { readonly type: "call"; readonly index: number }
  /** (*ACCEPT) */
  | { readonly type: "accept" };

export type Condition =
  | { readonly type: "group"; readonly indices: readonly number[] }
  | { readonly type: "look"; readonly ahead: boolean; readonly negated: boolean; readonly body: Node }
  | { readonly type: "recursion"; readonly index: number }
  | { readonly type: "define" };

export const EMPTY: Node = { type: "empty" };

/** One of the patterns that a Regex was made of, parsed. */
export interface ParsedPattern {
  readonly root: Node;
  /** How many groups capture. */
  readonly groups: number;
  readonly groupNames: ReadonlyMap<string, readonly number[]>;
  readonly warnings: readonly string[];
  /** An error that counts only when no pattern of the list has another; the warnings came before it. */
  readonly lateProblem?: PatternProblem;
  /** GNU grep's matcher for lines reads it differently (line-parser.ts). */
  readonly differsForLines?: boolean;
  /** There is a `)` that closes nothing. */
  readonly hasSpareParenthesis?: boolean;
}

export function concatenation(parts: readonly Node[]): Node {
  return parts.length === 0 ? EMPTY : parts.length === 1 ? parts[0]! : { type: "concatenation", parts };
}

export function alternation(branches: readonly Node[]): Node {
  return branches.length === 1 ? branches[0]! : { type: "alternation", branches };
}

export function assertion(kind: AssertionKind): Node {
  return { type: "assertion", kind };
}

/**
 * `body` repeated, greedily; simpler where a repetition is repeated, or something that takes nothing, so that `a****` is not nested: (x+)* is
 * x*, (x?)+ is x*.
 */
export function repetition(body: Node, min: number, max: number): Node {
  if (min === 1 && max === 1) return body;
  if (body.type === "assertion")
    return min > 0 ? body : { type: "repeat", body, min: 0, max: Math.min(1, max), mode: "greedy" };
  if (body.type === "repeat" && isOperator(body.min, body.max) && isOperator(min, max))
    return { ...body, min: Math.min(body.min, min), max: Math.max(body.max, max) };
  return { type: "repeat", body, min, max, mode: "greedy" };
}

/** One of * + ? */
function isOperator(min: number, max: number): boolean {
  return min <= 1 && (max === 1 || max === Infinity);
}
