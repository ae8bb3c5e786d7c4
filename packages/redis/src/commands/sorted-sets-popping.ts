/** Sorted sets: taking members from the low or the high end, from the first set that has some, and waiting until one has. */
import type { Args } from "../resp/args.ts";
import { SortedSetValue } from "../types/zset.ts";
import { blockingTimeoutMs } from "./blocking.ts";
import { type CommandContext, EVENT } from "./context.ts";
import { NOT_POSITIVE, SYNTAX_ERROR } from "./errors.ts";
import { argumentRange, type PopRequest, popRequest, replyNilArray } from "./pop-request.ts";
import { type CommandRow, countedKeys, key, keys } from "./table.ts";

type Extreme = "min" | "max";

/** MIN or MAX at argument `i`. */
function extremeAt(args: Args, i: number): Extreme {
  if (args.is(i, "MIN")) return "min";
  if (args.is(i, "MAX")) return "max";
  throw SYNTAX_ERROR;
}

type Popped = readonly [member: string, score: number];

/** Takes up to `count` members from that end of the set at argument `i`, and removes the key when nothing is left. */
function take(ctx: CommandContext, i: number, set: SortedSetValue, extreme: Extreme, count: number): Popped[] {
  const taken = Math.min(count, set.size);
  const popped: Popped[] = [];
  const from = extreme === "min" ? 0 : set.size - taken;
  set.removeRange(from, from + taken - 1, (member, score) => popped.push([member, score]));
  if (extreme === "max") popped.reverse();
  ctx.changed(i, EVENT.zset, extreme === "min" ? "zpopmin" : "zpopmax", taken);
  ctx.removeIfEmpty(i, set);
  return popped;
}

function pop(ctx: CommandContext, extreme: Extreme): void {
  const { args, reply } = ctx;
  if (args.length > 3) throw SYNTAX_ERROR;
  const counted = args.length === 3;
  const count = counted ? args.integerWithin(2, 0, Infinity, NOT_POSITIVE) : 1;
  const set = ctx.collectionForWrite(1, SortedSetValue);
  if (set === undefined || count === 0) {
    reply.array(0);
    return;
  }
  const popped = take(ctx, 1, set, extreme, count);
  // Pairs are arrays only where a count was given, and in RESP3.
  const nested = counted && reply.resp === 3;
  reply.array(nested ? popped.length : popped.length * 2);
  for (const [member, score] of popped) {
    if (nested) reply.array(2);
    reply.bulk(member);
    reply.double(score);
  }
}

function zpopmin(ctx: CommandContext): void {
  pop(ctx, "min");
}

function zpopmax(ctx: CommandContext): void {
  pop(ctx, "max");
}

function popOrBlock(ctx: CommandContext, extreme: Extreme): void {
  const { args, reply } = ctx;
  const last = args.length - 1;
  const timeoutMs = blockingTimeoutMs(args, last);
  for (let i = 1; i < last; i++) {
    const set = ctx.collectionForWrite(i, SortedSetValue);
    if (set === undefined) continue;
    const [[member, score]] = take(ctx, i, set, extreme, 1) as [Popped];
    if (ctx.propagating) ctx.effect(extreme === "min" ? "ZPOPMIN" : "ZPOPMAX", args.string(i));
    reply.array(3);
    reply.bulk(args.string(i));
    reply.bulk(member);
    reply.double(score);
    return;
  }
  ctx.block({ keys: argumentRange(1, last), type: "zset", timeoutMs, timedOut: replyNilArray });
}

function bzpopmin(ctx: CommandContext): void {
  popOrBlock(ctx, "min");
}

function bzpopmax(ctx: CommandContext): void {
  popOrBlock(ctx, "max");
}

/** Takes members from the first key that has a sorted set; false when none has. */
function popFromFirst(ctx: CommandContext, request: PopRequest<Extreme>): boolean {
  const { args, reply } = ctx;
  for (const i of request.keys) {
    const set = ctx.collectionForWrite(i, SortedSetValue);
    if (set === undefined) continue;
    const popped = take(ctx, i, set, request.end, request.count);
    if (ctx.propagating) ctx.effect(request.end === "min" ? "ZPOPMIN" : "ZPOPMAX", args.string(i), popped.length);
    reply.array(2);
    reply.bulk(args.string(i));
    reply.array(popped.length);
    for (const [member, score] of popped) {
      reply.array(2);
      reply.bulk(member);
      reply.double(score);
    }
    return true;
  }
  return false;
}

function zmpop(ctx: CommandContext): void {
  if (!popFromFirst(ctx, popRequest(ctx.args, 1, extremeAt))) ctx.reply.nilArray();
}

function bzmpop(ctx: CommandContext): void {
  const request = popRequest(ctx.args, 2, extremeAt);
  const timeoutMs = blockingTimeoutMs(ctx.args, 1);
  if (popFromFirst(ctx, request)) return;
  ctx.block({ keys: request.keys, type: "zset", timeoutMs, timedOut: replyNilArray });
}

export const sortedSetPoppingCommands: readonly CommandRow[] = [
  {
    name: "zpopmin",
    arity: -2,
    flags: ["write", "fast"],
    categories: ["sortedset"],
    keys: [key("RW access delete")],
    since: "5.0.0",
    group: "sorted-set",
    summary:
      "Returns the lowest-scoring members from a sorted set after removing them. Deletes the sorted set if the last member was popped.",
    complexity:
      "O(log(N)*M) with N being the number of elements in the sorted set, and M being the number of elements popped.",
    syntax: "key [count:integer]",
    handler: zpopmin,
  },
  {
    name: "zpopmax",
    arity: -2,
    flags: ["write", "fast"],
    categories: ["sortedset"],
    keys: [key("RW access delete")],
    since: "5.0.0",
    group: "sorted-set",
    summary:
      "Returns the highest-scoring members from a sorted set after removing them. Deletes the sorted set if the last member was popped.",
    complexity:
      "O(log(N)*M) with N being the number of elements in the sorted set, and M being the number of elements popped.",
    syntax: "key [count:integer]",
    handler: zpopmax,
  },
  {
    name: "bzpopmin",
    arity: -3,
    flags: ["write", "noscript", "blocking", "fast"],
    categories: ["sortedset"],
    keys: [keys("RW access delete", 1, -2)],
    since: "5.0.0",
    group: "sorted-set",
    summary:
      "Removes and returns the member with the lowest score from one or more sorted sets. Blocks until a member is available otherwise. Deletes the sorted set if the last element was popped.",
    complexity: "O(log(N)) with N being the number of elements in the sorted set.",
    syntax: "key... timeout:double",
    history: [["6.0.0", "`timeout` is interpreted as a double instead of an integer."]],
    handler: bzpopmin,
  },
  {
    name: "bzpopmax",
    arity: -3,
    flags: ["write", "noscript", "blocking", "fast"],
    categories: ["sortedset"],
    keys: [keys("RW access delete", 1, -2)],
    since: "5.0.0",
    group: "sorted-set",
    summary:
      "Removes and returns the member with the highest score from one or more sorted sets. Blocks until a member available otherwise.  Deletes the sorted set if the last element was popped.",
    complexity: "O(log(N)) with N being the number of elements in the sorted set.",
    syntax: "key... timeout:double",
    history: [["6.0.0", "`timeout` is interpreted as a double instead of an integer."]],
    handler: bzpopmax,
  },
  {
    name: "zmpop",
    arity: -4,
    flags: ["write"],
    categories: ["sortedset"],
    keys: [countedKeys("RW access delete")],
    since: "7.0.0",
    group: "sorted-set",
    summary:
      "Returns the highest- or lowest-scoring members from one or more sorted sets after removing them. Deletes the sorted set if the last member was popped.",
    complexity:
      "O(K) + O(M*log(N)) where K is the number of provided keys, N being the number of elements in the sorted set, and M being the number of elements popped.",
    syntax: "numkeys:integer key... where:(MIN | MAX) [COUNT count:integer]",
    handler: zmpop,
  },
  {
    name: "bzmpop",
    arity: -5,
    flags: ["write", "blocking"],
    categories: ["sortedset"],
    keys: [countedKeys("RW access delete", 2)],
    since: "7.0.0",
    group: "sorted-set",
    summary:
      "Removes and returns a member by score from one or more sorted sets. Blocks until a member is available otherwise. Deletes the sorted set if the last element was popped.",
    complexity:
      "O(K) + O(M*log(N)) where K is the number of provided keys, N being the number of elements in the sorted set, and M being the number of elements popped.",
    syntax: "timeout:double numkeys:integer key... where:(MIN | MAX) [COUNT count:integer]",
    handler: bzmpop,
  },
];
