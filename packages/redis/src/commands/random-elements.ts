/** What HRANDFIELD, SRANDMEMBER and ZRANDMEMBER share: the count argument, and which elements it asks for. */
import type { Args } from "../resp/args.ts";
import { sampleIndexes } from "../types/sampling.ts";
import type { CommandContext } from "./context.ts";
import { CommandError, NOT_AN_INTEGER, OUT_OF_RANGE, SYNTAX_ERROR } from "./errors.ts";

const COUNT_OUT_OF_RANGE = new CommandError(
  "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
);

/**
 * The most elements that a negative count may ask for. The original knows no limit and runs out of memory: elements repeat, so
 * the size of the collection does not bound them.
 */
const MAX_REPEATED = 1 << 24;

/** The count in argument `i`; negative: with repetition. */
export function randomCount(args: Args, i: number): number {
  const value = args.int64(i, NOT_AN_INTEGER);
  if (typeof value === "bigint" && value < -9223372036854775807n) throw COUNT_OUT_OF_RANGE;
  const count = Number(value);
  if (count < -MAX_REPEATED) throw OUT_OF_RANGE;
  return count;
}

/** `count [word]` from argument 2 on, where `word` is WITHVALUES or WITHSCORES. */
export function randomCountWith(args: Args, word: string): { count: number; paired: boolean } {
  const count = randomCount(args, 2);
  if (args.length > 4 || (args.length === 4 && !args.is(3, word))) throw SYNTAX_ERROR;
  const paired = args.length === 4;
  if (paired && Math.abs(count) > 2 ** 62) throw OUT_OF_RANGE;
  return { count, paired };
}

/** Indexes to answer with: distinct for a positive count, independent of each other for a negative one. */
export function randomIndexes(ctx: CommandContext, size: number, count: number): number[] {
  const { random } = ctx.engine;
  if (count < 0) return Array.from({ length: -count }, () => random.integer(size));
  // All of them come in their order, as in the original.
  if (count >= size) return Array.from({ length: size }, (_, index) => index);
  return sampleIndexes(size, count, (limit) => random.integer(limit));
}
