/** Sorted sets: members and their scores. Ranges, computing with several sets, and popping have files of their own. */
import type { ReplyWriter } from "../resp/reply-writer.ts";
import { formatDouble } from "../types/numbers.ts";
import { SortedSetValue } from "../types/zset.ts";
import { type CommandContext, EVENT } from "./context.ts";
import { CommandError, SYNTAX_ERROR } from "./errors.ts";
import { randomCountWith, randomIndexes } from "./random-elements.ts";
import { parseCursor, parseScanOptions, replyScanned } from "./scan.ts";
import { type CommandRow, key } from "./table.ts";
import { lexBound, scoreBound } from "./zset-bounds.ts";

const NX_AND_XX = new CommandError("ERR XX and NX options at the same time are not compatible");
const GT_LT_NX = new CommandError("ERR GT, LT, and/or NX options at the same time are not compatible");
const INCR_SINGLE = new CommandError("ERR INCR option supports a single increment-element pair");
const RESULT_NAN = new CommandError("ERR resulting score is not a number (NaN)");

interface AddOptions {
  readonly nx: boolean;
  readonly xx: boolean;
  readonly gt: boolean;
  readonly lt: boolean;
  /** Reply with members changed instead of members added. */
  readonly ch: boolean;
  readonly incr: boolean;
  /** Argument of the first score. */
  readonly firstPair: number;
}

const PLAIN = { nx: false, xx: false, gt: false, lt: false, ch: false, incr: false };

function addOptions(ctx: CommandContext): AddOptions {
  const { args } = ctx;
  const options = { ...PLAIN };
  let at = 2;
  for (; at < args.length; at++) {
    if (args.is(at, "NX")) options.nx = true;
    else if (args.is(at, "XX")) options.xx = true;
    else if (args.is(at, "GT")) options.gt = true;
    else if (args.is(at, "LT")) options.lt = true;
    else if (args.is(at, "CH")) options.ch = true;
    else if (args.is(at, "INCR")) options.incr = true;
    else break;
  }
  const left = args.length - at;
  if (left === 0 || left % 2 !== 0) throw SYNTAX_ERROR;
  if (options.nx && options.xx) throw NX_AND_XX;
  if ((options.gt && options.nx) || (options.lt && options.nx) || (options.gt && options.lt)) throw GT_LT_NX;
  if (options.incr && left > 2) throw INCR_SINGLE;
  return { ...options, firstPair: at };
}

/** The score that `member` gets, given what it has now; undefined when the options leave it alone. */
function newScore(current: number | undefined, given: number, options: AddOptions): number | undefined {
  if (current === undefined) return options.xx ? undefined : given;
  if (options.nx) return undefined;
  const score = options.incr ? current + given : given;
  if (Number.isNaN(score)) throw RESULT_NAN;
  if ((options.gt && score <= current) || (options.lt && score >= current)) return undefined;
  return score;
}

function add(ctx: CommandContext, options: AddOptions): void {
  const { args, reply } = ctx;
  const scores: number[] = [];
  for (let i = options.firstPair; i < args.length; i += 2) scores.push(args.double(i));
  const existing = ctx.collectionForWrite(1, SortedSetValue);
  if (existing === undefined && options.xx) {
    if (options.incr) reply.nil();
    else reply.integer(0);
    return;
  }
  const set = existing ?? new SortedSetValue(ctx.engine.collections, scores.length, args.size(options.firstPair + 1));
  if (existing !== undefined) set.prepareToAdd(scores.length);
  let added = 0;
  let updated = 0;
  let result: number | undefined;
  for (const [pair, given] of scores.entries()) {
    const member = args.string(options.firstPair + pair * 2 + 1);
    const at = set.find(member);
    const current = at < 0 ? undefined : set.scoreAt(at);
    result = newScore(current, given, options);
    if (result === undefined) continue;
    if (current === undefined) added++;
    else if (result !== current) updated++;
    else continue;
    set.put(at, member, result);
  }
  if (existing === undefined) ctx.put(1, set);
  if (added + updated > 0) ctx.changed(1, EVENT.zset, options.incr ? "zincr" : "zadd", added + updated);
  if (!options.incr) reply.integer(options.ch ? added + updated : added);
  else if (result === undefined) reply.nil();
  else reply.double(result);
}

export function zadd(ctx: CommandContext): void {
  add(ctx, addOptions(ctx));
}

function zincrby(ctx: CommandContext): void {
  add(ctx, { ...PLAIN, incr: true, firstPair: 2 });
}

function replyScore(reply: ReplyWriter, score: number | undefined): void {
  if (score === undefined) reply.nil();
  else reply.double(score);
}

function zscore(ctx: CommandContext): void {
  replyScore(ctx.reply, ctx.collection(1, SortedSetValue)?.score(ctx.args.string(2)));
}

function zmscore(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const set = ctx.collection(1, SortedSetValue);
  reply.array(args.length - 2);
  for (let i = 2; i < args.length; i++) replyScore(reply, set?.score(args.string(i)));
}

function zcard(ctx: CommandContext): void {
  ctx.reply.integer(ctx.collection(1, SortedSetValue)?.size ?? 0);
}

function zrem(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const set = ctx.collectionForWrite(1, SortedSetValue);
  let removed = 0;
  if (set !== undefined) {
    for (let i = 2; i < args.length; i++) if (set.delete(args.string(i))) removed++;
    if (removed > 0) {
      ctx.changed(1, EVENT.zset, "zrem", removed);
      ctx.removeIfEmpty(1, set);
    }
  }
  reply.integer(removed);
}

function rank(ctx: CommandContext, reverse: boolean): void {
  const { args, reply } = ctx;
  if (args.length > 4) throw new CommandError(`ERR wrong number of arguments for '${ctx.command.fullName}' command`);
  const withScore = args.length === 4;
  if (withScore && !args.is(3, "WITHSCORE")) throw SYNTAX_ERROR;
  const set = ctx.collection(1, SortedSetValue);
  const member = args.string(2);
  const found = set?.rank(member);
  if (found === undefined) {
    if (withScore) reply.nilArray();
    else reply.nil();
    return;
  }
  if (withScore) reply.array(2);
  reply.integer(reverse ? set!.size - 1 - found : found);
  if (withScore) reply.double(set!.score(member)!);
}

function zrank(ctx: CommandContext): void {
  rank(ctx, false);
}

function zrevrank(ctx: CommandContext): void {
  rank(ctx, true);
}

function zcount(ctx: CommandContext): void {
  const min = scoreBound(ctx.args, 2);
  const max = scoreBound(ctx.args, 3);
  const range = ctx.collection(1, SortedSetValue)?.scoreRange(min, max);
  ctx.reply.integer(range === undefined ? 0 : Math.max(0, range.to - range.from));
}

function zlexcount(ctx: CommandContext): void {
  const min = lexBound(ctx.args, 2);
  const max = lexBound(ctx.args, 3);
  const range = ctx.collection(1, SortedSetValue)?.lexRange(min, max);
  ctx.reply.integer(range === undefined ? 0 : Math.max(0, range.to - range.from));
}

function zrandmember(ctx: CommandContext): void {
  const { args, reply } = ctx;
  if (args.length === 2) {
    const set = ctx.collection(1, SortedSetValue);
    if (set === undefined) reply.nil();
    else reply.bulk(set.memberAt(ctx.engine.random.integer(set.size)));
    return;
  }
  const { count, paired } = randomCountWith(args, "WITHSCORES");
  const set = ctx.collection(1, SortedSetValue);
  const size = set?.size ?? 0;
  const chosen = set === undefined || count >= size ? [] : randomIndexes(ctx, size, count);
  const nested = paired && reply.resp === 3;
  const write = (member: string, score: number): void => {
    if (nested) reply.array(2);
    reply.bulk(member);
    if (paired) reply.double(score);
  };
  const length = set !== undefined && count >= size ? size : chosen.length;
  reply.array(paired && !nested ? length * 2 : length);
  // All of them come from the highest down, as in the original.
  if (set !== undefined && count >= size) set.forRangeBackwards(size - 1, 0, write);
  for (const index of chosen) write(set!.memberAt(index), set!.scoreAt(index));
}

function zscan(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const cursor = parseCursor(args, 2);
  const set = ctx.collection(1, SortedSetValue);
  if (set === undefined) {
    replyScanned(reply, 0, []);
    return;
  }
  const { count, glob } = parseScanOptions(args, 3);
  const found: string[] = [];
  const next = set.scan(cursor, count, (member, score) => {
    if (glob === undefined || glob.matches(member)) found.push(member, formatDouble(score));
  });
  replyScanned(reply, next, found);
}

export const sortedSetCommands: readonly CommandRow[] = [
  {
    name: "zadd",
    arity: -4,
    flags: ["write", "denyoom", "fast"],
    categories: ["sortedset"],
    keys: [key("RW update")],
    since: "1.2.0",
    group: "sorted-set",
    summary: "Adds one or more members to a sorted set, or updates their scores. Creates the key if it doesn't exist.",
    complexity: "O(log(N)) for each item added, where N is the number of elements in the sorted set.",
    syntax: "key [condition:(NX | XX)] [comparison:(GT | LT)] [CH] [INCR] data:{score:double member}...",
    history: [
      ["2.4.0", "Accepts multiple elements."],
      ["3.0.2", "Added the `XX`, `NX`, `CH` and `INCR` options."],
      ["6.2.0", "Added the `GT` and `LT` options."],
    ],
    handler: zadd,
  },
  {
    name: "zincrby",
    arity: 4,
    flags: ["write", "denyoom", "fast"],
    categories: ["sortedset"],
    keys: [key("RW access update")],
    since: "1.2.0",
    group: "sorted-set",
    summary: "Increments the score of a member in a sorted set.",
    complexity: "O(log(N)) where N is the number of elements in the sorted set.",
    syntax: "key increment:integer member",
    handler: zincrby,
  },
  {
    name: "zscore",
    arity: 3,
    flags: ["readonly", "fast"],
    categories: ["sortedset"],
    keys: [key("RO access")],
    since: "1.2.0",
    group: "sorted-set",
    summary: "Returns the score of a member in a sorted set.",
    complexity: "O(1)",
    syntax: "key member",
    handler: zscore,
  },
  {
    name: "zmscore",
    arity: -3,
    flags: ["readonly", "fast"],
    categories: ["sortedset"],
    keys: [key("RO access")],
    since: "6.2.0",
    group: "sorted-set",
    summary: "Returns the score of one or more members in a sorted set.",
    complexity: "O(N) where N is the number of members being requested.",
    syntax: "key member...",
    handler: zmscore,
  },
  {
    name: "zcard",
    arity: 2,
    flags: ["readonly", "fast"],
    categories: ["sortedset"],
    keys: [key("RO")],
    since: "1.2.0",
    group: "sorted-set",
    summary: "Returns the number of members in a sorted set.",
    complexity: "O(1)",
    syntax: "key",
    handler: zcard,
  },
  {
    name: "zrem",
    arity: -3,
    flags: ["write", "fast"],
    categories: ["sortedset"],
    keys: [key("RW delete")],
    since: "1.2.0",
    group: "sorted-set",
    summary: "Removes one or more members from a sorted set. Deletes the sorted set if all members were removed.",
    complexity:
      "O(M*log(N)) with N being the number of elements in the sorted set and M the number of elements to be removed.",
    syntax: "key member...",
    history: [["2.4.0", "Accepts multiple elements."]],
    handler: zrem,
  },
  {
    name: "zrank",
    arity: -3,
    flags: ["readonly", "fast"],
    categories: ["sortedset"],
    keys: [key("RO access")],
    since: "2.0.0",
    group: "sorted-set",
    summary: "Returns the index of a member in a sorted set ordered by ascending scores.",
    complexity: "O(log(N))",
    syntax: "key member [WITHSCORE]",
    history: [["7.2.0", "Added the optional `WITHSCORE` argument."]],
    handler: zrank,
  },
  {
    name: "zrevrank",
    arity: -3,
    flags: ["readonly", "fast"],
    categories: ["sortedset"],
    keys: [key("RO access")],
    since: "2.0.0",
    group: "sorted-set",
    summary: "Returns the index of a member in a sorted set ordered by descending scores.",
    complexity: "O(log(N))",
    syntax: "key member [WITHSCORE]",
    history: [["7.2.0", "Added the optional `WITHSCORE` argument."]],
    handler: zrevrank,
  },
  {
    name: "zcount",
    arity: 4,
    flags: ["readonly", "fast"],
    categories: ["sortedset"],
    keys: [key("RO access")],
    since: "2.0.0",
    group: "sorted-set",
    summary: "Returns the count of members in a sorted set that have scores within a range.",
    complexity: "O(log(N)) with N being the number of elements in the sorted set.",
    syntax: "key min:double max:double",
    handler: zcount,
  },
  {
    name: "zlexcount",
    arity: 4,
    flags: ["readonly", "fast"],
    categories: ["sortedset"],
    keys: [key("RO access")],
    since: "2.8.9",
    group: "sorted-set",
    summary: "Returns the number of members in a sorted set within a lexicographical range.",
    complexity: "O(log(N)) with N being the number of elements in the sorted set.",
    syntax: "key min max",
    handler: zlexcount,
  },
  {
    name: "zrandmember",
    arity: -2,
    flags: ["readonly"],
    categories: ["sortedset"],
    keys: [key("RO access")],
    since: "6.2.0",
    group: "sorted-set",
    summary: "Returns one or more random members from a sorted set.",
    complexity: "O(N) where N is the number of elements returned",
    syntax: "key [options:{count:integer [WITHSCORES]}]",
    tips: ["nondeterministic_output"],
    handler: zrandmember,
  },
  {
    name: "zscan",
    arity: -3,
    flags: ["readonly"],
    categories: ["sortedset"],
    keys: [key("RO access")],
    since: "2.8.0",
    group: "sorted-set",
    summary: "Iterates over members and scores of a sorted set.",
    complexity:
      "O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor to return back to 0. N is the number of elements inside the collection..",
    syntax: "key cursor:integer [MATCH pattern:pattern] [COUNT count:integer]",
    tips: ["nondeterministic_output"],
    handler: zscan,
  },
];
