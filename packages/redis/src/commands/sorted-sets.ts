/** Sorted sets: members and their scores. Ranges, computing with several sets, and popping have files of their own. */
import type { Args } from "../resp/args.ts";
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

/** Options of ZADD, as bits: `ch` replies with members changed instead of members added. */
const ADD = { nx: 1, xx: 2, gt: 4, lt: 8, ch: 16, incr: 32 } as const;

/** The option in argument `i`; 0 when it is none. */
function addOption(args: Args, i: number): number {
  if (args.is(i, "NX")) return ADD.nx;
  if (args.is(i, "XX")) return ADD.xx;
  if (args.is(i, "GT")) return ADD.gt;
  if (args.is(i, "LT")) return ADD.lt;
  if (args.is(i, "CH")) return ADD.ch;
  return args.is(i, "INCR") ? ADD.incr : 0;
}

/** The score that a member gets, given what it has now (NaN: it is not there); NaN when the options leave it alone. */
function newScore(current: number, given: number, options: number): number {
  if (Number.isNaN(current)) return (options & ADD.xx) === 0 ? given : Number.NaN;
  if ((options & ADD.nx) !== 0) return Number.NaN;
  const score = (options & ADD.incr) === 0 ? given : current + given;
  if (Number.isNaN(score)) throw RESULT_NAN;
  if (((options & ADD.gt) !== 0 && score <= current) || ((options & ADD.lt) !== 0 && score >= current)) {
    return Number.NaN;
  }
  return score;
}

/** Scores of the command that runs, read before the first of them is given to a member. Hot: ZADD. */
const scores: number[] = [];

/** ZADD and ZINCRBY: pairs of score and member from argument `first` on. */
function add(ctx: CommandContext, options: number, first: number): void {
  const { args, reply } = ctx;
  const pairs = (args.length - first) / 2;
  const increments = (options & ADD.incr) !== 0;
  scores.length = 0;
  for (let i = first; i < args.length; i += 2) scores.push(args.double(i));
  const existing = ctx.collectionForWrite(1, SortedSetValue);
  if (existing === undefined && (options & ADD.xx) !== 0) {
    if (increments) reply.nil();
    else reply.integer(0);
    return;
  }
  const set = existing ?? new SortedSetValue(ctx.engine.collections, pairs, args.size(first + 1));
  if (existing !== undefined) set.prepareToAdd(pairs);
  let added = 0;
  let updated = 0;
  let result = Number.NaN;
  for (let pair = 0; pair < pairs; pair++) {
    const i = first + pair * 2 + 1;
    const at = set.findBytes(args.buffer, args.starts[i]!, args.ends[i]!);
    const current = at < 0 ? Number.NaN : set.scoreAt(at);
    result = newScore(current, scores[pair]!, options);
    if (Number.isNaN(result)) continue;
    if (at < 0) added++;
    else if (result !== current) updated++;
    else continue;
    set.put(at, args.string(i), result);
  }
  if (existing === undefined) ctx.put(1, set);
  if (added + updated > 0) ctx.changed(1, EVENT.zset, increments ? "zincr" : "zadd", added + updated);
  if (!increments) reply.integer((options & ADD.ch) === 0 ? added : added + updated);
  else if (Number.isNaN(result)) reply.nil();
  else reply.double(result);
}

export function zadd(ctx: CommandContext): void {
  const { args } = ctx;
  let options = 0;
  let first = 2;
  for (; first < args.length; first++) {
    const option = addOption(args, first);
    if (option === 0) break;
    options |= option;
  }
  const left = args.length - first;
  if (left === 0 || left % 2 !== 0) throw SYNTAX_ERROR;
  const { nx, xx, gt, lt, incr } = ADD;
  if ((options & nx) !== 0 && (options & xx) !== 0) throw NX_AND_XX;
  const exclusive = ((options & gt) === 0 ? 0 : 1) + ((options & lt) === 0 ? 0 : 1) + ((options & nx) === 0 ? 0 : 1);
  if (exclusive > 1) throw GT_LT_NX;
  if ((options & incr) !== 0 && left > 2) throw INCR_SINGLE;
  add(ctx, options, first);
}

function zincrby(ctx: CommandContext): void {
  add(ctx, ADD.incr, 2);
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
