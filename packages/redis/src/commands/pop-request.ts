/** What LMPOP, BLMPOP, ZMPOP and BZMPOP share. */
import type { Args } from "../resp/args.ts";
import type { ReplyWriter } from "../resp/reply-writer.ts";
import { CommandError, SYNTAX_ERROR } from "./errors.ts";

const NUMKEYS_NOT_POSITIVE = new CommandError("ERR numkeys should be greater than 0");
const COUNT_NOT_POSITIVE = new CommandError("ERR count should be greater than 0");

export interface PopRequest<End> {
  /** Indexes of the arguments that are keys. */
  readonly keys: readonly number[];
  readonly end: End;
  readonly count: number;
}

/** `numkeys key [key …] <end> [COUNT count]`, from argument `at` on; `endAt` reads the word for the end. */
export function popRequest<End>(args: Args, at: number, endAt: (args: Args, i: number) => End): PopRequest<End> {
  const numKeys = args.integerWithin(at, 1, Infinity, NUMKEYS_NOT_POSITIVE);
  const behindKeys = at + 1 + numKeys;
  if (behindKeys >= args.length) throw SYNTAX_ERROR;
  const end = endAt(args, behindKeys);
  let count = -1;
  for (let i = behindKeys + 1; i < args.length; i += 2) {
    if (count !== -1 || !args.is(i, "COUNT") || i + 1 >= args.length) throw SYNTAX_ERROR;
    count = args.integerWithin(i + 1, 1, Infinity, COUNT_NOT_POSITIVE);
  }
  return { keys: argumentRange(at + 1, behindKeys), end, count: count === -1 ? 1 : count };
}

/** The indexes `from` … `to - 1`. */
export function argumentRange(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** What a command answers that has waited in vain. */
export function replyNilArray(reply: ReplyWriter): void {
  reply.nilArray();
}
