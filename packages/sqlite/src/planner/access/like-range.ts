/**
 * The range in which texts lie that a LIKE or GLOB pattern can match: those that begin as the pattern does before its first wildcard
 * (https://www.sqlite.org/optoverview.html#the_like_optimization).
 */
import { likeFunctions } from "../../functions/like.ts";
import { TEXT } from "../../values/value.ts";
import type { BoundExpression } from "../expression.ts";
import { withoutCollate } from "./usage.ts";

export interface LikeRange {
  readonly operand: BoundExpression;
  /** The first text in the range, and the first behind it. */
  readonly low: string;
  readonly high: string;
  readonly ignoresCase: boolean;
  /** Being in the range is matching. */
  readonly isComplete: boolean;
}

/** Undefined: no LIKE or GLOB with a constant pattern, or one that begins with a wildcard, or a range that numbers might be in. */
export function likeRange(e: BoundExpression, caseSensitiveLike: boolean): LikeRange | undefined {
  if (e.kind !== "call" || !likeFunctions.includes(e.function)) return undefined;
  const isGlob = e.function.name === "glob";
  const [pattern, operand, escape] = e.arguments;
  const text = constantText(pattern);
  if (text === undefined || text === "" || operand === undefined) return undefined;
  const escapeText = escape === undefined ? undefined : constantText(escape);
  if (escape !== undefined && (escapeText === undefined || [...escapeText].length !== 1 || "%_".includes(escapeText)))
    return undefined;
  const { prefix, isComplete } = literalPrefix(
    text,
    isGlob ? "*?[" : "%_",
    isGlob ? undefined : escapeText,
    isGlob ? "*" : "%",
  );
  if (prefix === "") return undefined;
  const own = withoutCollate(operand);
  const isText = own.kind === "column" && own.affinity === "TEXT";
  if (!isText && mayBeNumeric(prefix)) return undefined;
  const ignoresCase = !isGlob && !caseSensitiveLike;
  const folded = ignoresCase ? lowerCase(prefix) : prefix;
  const high = successor(folded);
  if (high === undefined) return undefined;
  return {
    operand,
    low: ignoresCase ? upperCase(prefix) : prefix,
    high,
    ignoresCase,
    // Behind "@" comes "A", which is "a" then: the range is too wide.
    isComplete: isComplete && !(ignoresCase && prefix.endsWith("@")),
  };
}

function constantText(e: BoundExpression | undefined): string | undefined {
  if (e === undefined) return undefined;
  const bare = withoutCollate(e);
  return bare.kind === "constant" && bare.tag === TEXT && typeof bare.payload === "string" ? bare.payload : undefined;
}

function literalPrefix(
  pattern: string,
  wildcards: string,
  escape: string | undefined,
  anyRun: string,
): { prefix: string; isComplete: boolean } {
  let prefix = "";
  let at = 0;
  while (at < pattern.length) {
    const code = pattern.codePointAt(at)!;
    if (code === 0 || code === 0xfffd || wildcards.includes(pattern[at]!)) break;
    let letter = String.fromCodePoint(code);
    if (letter === escape) {
      const next = pattern.codePointAt(at + letter.length);
      // Before a letter outside of ASCII the original gives the escape up.
      if (next === undefined || next === 0 || next >= 0x80) break;
      at += letter.length;
      letter = String.fromCodePoint(next);
    }
    prefix += letter;
    at += letter.length;
  }
  return { prefix, isComplete: pattern[at] === anyRun && at + 1 === pattern.length };
}

/** Whether a number, as text, might begin so: then an index where numbers stand apart from texts does not help. */
function mayBeNumeric(prefix: string): boolean {
  if (prefix === "-") return true;
  const last = prefix.length - 1;
  return isNumeric(prefix) || isNumeric(prefix.slice(0, last) + String.fromCharCode(prefix.charCodeAt(last) + 1));
}

function isNumeric(text: string): boolean {
  return /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(text);
}

/** The first text behind all that begin so; undefined: there is none. */
function successor(prefix: string): string | undefined {
  const points = [...prefix];
  const last = points.pop()!.codePointAt(0)!; // it is not empty
  if (last === 0x10ffff) return undefined;
  const next = last === 0xd7ff ? 0xe000 : last + 1;
  return points.join("") + String.fromCodePoint(next);
}

function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function upperCase(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}
