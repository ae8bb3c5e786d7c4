/** What stream commands share: IDs, intervals and trimming options among the arguments, entries in replies. */
import type { Args } from "../resp/args.ts";
import type { ReplyWriter } from "../resp/reply-writer.ts";
import { StreamValue, type TrimRequest } from "../types/stream.ts";
import type { StreamGroup } from "../types/stream-group.ts";
import { MAX_ID, MIN_ID, nextId, parseId, previousId, type StreamId, type Uint64 } from "../types/stream-id.ts";
import type { StreamEntry } from "../types/stream-node.ts";
import type { Value } from "../types/value.ts";
import { type CommandContext, EVENT } from "./context.ts";
import { CommandError, WRONG_TYPE } from "./errors.ts";

export const INVALID_ID: CommandError = new CommandError("ERR Invalid stream ID specified as stream command argument");
const INVALID_START = new CommandError("ERR invalid start ID for the interval");
const INVALID_END = new CommandError("ERR invalid end ID for the interval");

/** Without a count of entries per node to go by, `~` removes at most this many. */
const DEFAULT_TRIM_LIMIT = 10_000;
const MAX_DEFAULT_TRIM_LIMIT = 1_000_000;
/** `~` removes at most as many entries as this many full nodes hold. */
const DEFAULT_TRIM_NODES = 100;

/** The ID in argument `i`; neither `-` nor `+`. */
export function strictId(args: Args, i: number, missingSeq: Uint64 = 0): StreamId {
  const id = parseId(args.string(i), missingSeq);
  if (id === undefined) throw INVALID_ID;
  return id;
}

/** The ID in argument `i`, or `-` or `+`. */
export function looseId(args: Args, i: number, missingSeq: Uint64 = 0): StreamId {
  if (args.is(i, "-")) return MIN_ID;
  if (args.is(i, "+")) return MAX_ID;
  return strictId(args, i, missingSeq);
}

/** The ID in argument `i` with `(` before it, or undefined. */
function exclusiveId(args: Args, i: number, missingSeq: Uint64): StreamId | undefined {
  const text = args.string(i);
  if (text.length < 2 || !text.startsWith("(")) return undefined;
  const id = parseId(text.slice(1), missingSeq);
  if (id === undefined) throw INVALID_ID;
  return id;
}

export function intervalStart(args: Args, i: number): StreamId {
  const exclusive = exclusiveId(args, i, 0);
  if (exclusive === undefined) return looseId(args, i);
  const start = nextId(exclusive);
  if (start === undefined) throw INVALID_START;
  return start;
}

export function intervalEnd(args: Args, i: number): StreamId {
  const exclusive = exclusiveId(args, i, MAX_ID.seq);
  if (exclusive === undefined) return looseId(args, i, MAX_ID.seq);
  const end = previousId(exclusive);
  if (end === undefined) throw INVALID_END;
  return end;
}

/** Trimming options as they are gathered. */
export class TrimOptions {
  /** Argument that holds the threshold; 0: no trimming was asked for. */
  thresholdIndex = 0;
  approximate = false;
  #keep: TrimRequest["keep"] = { count: 0 };
  #limit: number | undefined;

  /** Takes the option at argument `i`, if it is one; returns the index of its last argument, or -1 when it is none. */
  take(args: Args, i: number): number {
    const more = args.length - 1 - i;
    if (more === 0) return -1;
    const byCount = args.is(i, "MAXLEN");
    if (byCount || args.is(i, "MINID")) {
      if (this.thresholdIndex > 0) {
        throw new CommandError("ERR syntax error, MAXLEN and MINID options at the same time are not compatible");
      }
      let at = i + 1;
      this.approximate = more >= 2 && args.is(at, "~");
      if (more >= 2 && (this.approximate || args.is(at, "="))) at++;
      if (byCount) {
        const count = args.integer(at);
        if (count < 0) throw new CommandError("ERR The MAXLEN argument must be >= 0.");
        this.#keep = { count };
      } else this.#keep = { from: strictId(args, at) };
      this.thresholdIndex = at;
      return at;
    }
    if (!args.is(i, "LIMIT")) return -1;
    this.#limit = args.integer(i + 1);
    if (this.#limit < 0) throw new CommandError("ERR The LIMIT argument must be >= 0.");
    return i + 1;
  }

  /** Checks what the options say together; `nodeEntries` is stream-node-max-entries. Undefined: no trimming. */
  request(nodeEntries: number): TrimRequest | undefined {
    const limit = this.#limit;
    if (this.thresholdIndex === 0) {
      if (limit !== undefined && limit > 0) {
        throw new CommandError("ERR syntax error, LIMIT cannot be used without specifying a trimming strategy");
      }
    }
    if (limit !== undefined && !this.approximate) {
      throw new CommandError("ERR syntax error, LIMIT cannot be used without the special ~ option");
    }
    if (this.thresholdIndex === 0) return undefined;
    return { keep: this.#keep, approximate: this.approximate, limit: this.#limitOr(nodeEntries) };
  }

  #limitOr(nodeEntries: number): number {
    if (this.#limit !== undefined) return this.#limit;
    if (!this.approximate) return 0;
    const most = nodeEntries * DEFAULT_TRIM_NODES;
    return most <= 0 ? DEFAULT_TRIM_LIMIT : Math.min(most, MAX_DEFAULT_TRIM_LIMIT);
  }

  /** In `words`, the request's own, says exactly what `~` came to, so that replicas, whose nodes differ, do the same. */
  makeExact(words: string[], stream: StreamValue): void {
    if (!this.approximate) return;
    words[this.thresholdIndex - 1] = "=";
    words[this.thresholdIndex] = "count" in this.#keep ? String(stream.size) : String(stream.firstId);
  }
}

/** An ID. Its milliseconds repeat, and their text is remembered by V8. Hot: XADD, XRANGE. */
export function replyId(reply: ReplyWriter, { ms, seq }: StreamId): void {
  reply.bulkOfTwo(String(ms), `-${seq}`);
}

/** `[ID, [field, value, …]]`. */
export function replyEntry(reply: ReplyWriter, { id, fields, values }: StreamEntry): void {
  reply.array(2);
  replyId(reply, id);
  reply.array(fields.length * 2);
  for (let i = 0; i < fields.length; i++) {
    reply.bulk(fields[i]!);
    reply.bulk(values[i]!);
  }
}

/**
 * Says that something about the stream in argument `i` changed which is not its entries: groups, consumers, the last ID. Unlike
 * `changed` it does not tell those who WATCH the key, as in the original.
 */
export function changedBeside(ctx: CommandContext, i: number, event: string): void {
  ctx.dirty++;
  ctx.notify(EVENT.stream, event, i);
}

/** COUNT's number in argument `i`; negative ones count as 0. */
export function countOf(args: Args, i: number): number {
  return Math.max(0, args.integer(i));
}

/** The group that arguments 1 and 2 name; throws NOGROUP when it or its stream is missing. */
export function groupOf(ctx: CommandContext, forWrite: boolean): { stream: StreamValue; group: StreamGroup } {
  return groupIn(ctx, forWrite ? ctx.lookupToChange(1) : ctx.lookup(1));
}

/** The same where argument 1 was looked up before: `value` is what is there. */
export function groupIn(ctx: CommandContext, value: Value | undefined): { stream: StreamValue; group: StreamGroup } {
  if (value !== undefined && !(value instanceof StreamValue)) throw WRONG_TYPE;
  const group = value?.group(ctx.args.string(2));
  if (value === undefined || group === undefined) {
    const [key, name] = [ctx.args.string(1), ctx.args.string(2)];
    throw new CommandError(`NOGROUP No such key '${key}' or consumer group '${name}'`);
  }
  return { stream: value, group };
}
