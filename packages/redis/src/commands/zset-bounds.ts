/** Bounds of ranges by score and by name, as the commands of sorted sets write them. */
import type { Args } from "../resp/args.ts";
import { parseDouble } from "../types/numbers.ts";
import type { LexBound, ScoreBound } from "../types/zset.ts";
import { CommandError } from "./errors.ts";

const NOT_A_SCORE = new CommandError("ERR min or max is not a float");
const NOT_A_NAME = new CommandError("ERR min or max not valid string range item");

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** `5` or `(5` at argument `i`. */
export function scoreBound(args: Args, i: number): ScoreBound {
  const text = args.string(i);
  const exclusive = text.startsWith("(");
  const score = boundScore(exclusive ? text.slice(1) : text);
  if (score === undefined) throw NOT_A_SCORE;
  return { score, exclusive };
}

/**
 * The original calls strtod here without its usual checks: leading blanks pass, what is too large is infinite, the empty
 * string is 0, and a NUL ends the text.
 */
function boundScore(text: string): number | undefined {
  const nul = text.indexOf("\0");
  const seen = nul < 0 ? text : text.slice(0, nul);
  if (seen === "") return 0;
  const number = seen.replace(/^[ \t\n\v\f\r]+/, "");
  return DECIMAL.test(number) ? Number(number) : parseDouble(number);
}

/** `-`, `+`, `[name` or `(name` at argument `i`. */
export function lexBound(args: Args, i: number): LexBound {
  const text = args.string(i);
  if (text === "-") return { kind: "min", member: "" };
  if (text === "+") return { kind: "max", member: "" };
  if (text.startsWith("[")) return { kind: "inclusive", member: text.slice(1) };
  if (text.startsWith("(")) return { kind: "exclusive", member: text.slice(1) };
  throw NOT_A_NAME;
}
