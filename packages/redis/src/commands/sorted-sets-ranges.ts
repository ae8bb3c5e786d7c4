/**
 * Sorted sets: ranges by rank, score and name. All of them are one command: parse what kind of range it is, turn it into
 * a range of ranks, then reply with it, store it, or remove it.
 */
import type { ReplyWriter } from "../resp/reply-writer.ts";
import { type ScoreVisitor, SortedSetValue } from "../types/zset.ts";
import { type CommandContext, EVENT } from "./context.ts";
import { CommandError, SYNTAX_ERROR } from "./errors.ts";
import { type CommandRow, key } from "./table.ts";
import { lexBound, scoreBound } from "./zset-bounds.ts";

const LIMIT_BY_RANK = new CommandError(
  "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
);
const SCORES_BY_NAME = new CommandError("ERR syntax error, WITHSCORES not supported in combination with BYLEX");

type RangeKind = "rank" | "score" | "lex";

/** Ranks [from, to) in ascending order; from ≥ to when empty. */
interface RankRange {
  readonly from: number;
  readonly to: number;
}

/** A parsed range: what it covers of a set is known once the set is. */
type RangeOf = (set: SortedSetValue) => RankRange;

/** The range between arguments `min` and `max`. For ranks in reverse, 0 is the highest. */
function parseRange(ctx: CommandContext, kind: RangeKind, min: number, max: number, reverse = false): RangeOf {
  const { args } = ctx;
  if (kind === "score") {
    const [low, high] = [scoreBound(args, min), scoreBound(args, max)];
    return (set) => set.scoreRange(low, high);
  }
  if (kind === "lex") {
    const [low, high] = [lexBound(args, min), lexBound(args, max)];
    return (set) => set.lexRange(low, high);
  }
  const [start, stop] = [args.integer(min), args.integer(max)];
  return ({ size }) => {
    const from = Math.max(start < 0 ? start + size : start, 0);
    const to = Math.min(stop < 0 ? stop + size : stop, size - 1) + 1;
    return reverse ? { from: size - to, to: size - from } : { from, to };
  };
}

interface RangeRequest {
  readonly kind: RangeKind;
  readonly reverse: boolean;
  readonly withScores: boolean;
  /** Members to leave out at the beginning, and to take at most (negative: all). */
  readonly offset: number;
  readonly limit: number;
  readonly rangeOf: RangeOf;
}

/** What a command fixes; the rest are options. */
interface RangeForm {
  readonly kind?: RangeKind;
  readonly reverse?: boolean;
  readonly stores?: boolean;
}

/** `min max [options]`, from argument `at` on. */
function parseRequest(ctx: CommandContext, at: number, form: RangeForm): RangeRequest {
  const { args } = ctx;
  let { kind, reverse } = form;
  let withScores = false;
  let offset = 0;
  let limit = -1;
  for (let i = at + 2; i < args.length; i++) {
    if (form.stores !== true && args.is(i, "WITHSCORES")) {
      withScores = true;
    } else if (args.is(i, "LIMIT") && i + 2 < args.length) {
      offset = args.integer(i + 1);
      limit = args.integer(i + 2);
      i += 2;
    } else if (form.reverse === undefined && args.is(i, "REV")) {
      reverse = true;
    } else if (form.kind === undefined && args.is(i, "BYLEX")) {
      kind = "lex";
    } else if (form.kind === undefined && args.is(i, "BYSCORE")) {
      kind = "score";
    } else {
      throw SYNTAX_ERROR;
    }
  }
  kind ??= "rank";
  reverse ??= false;
  if (limit !== -1 && kind === "rank") throw LIMIT_BY_RANK;
  if (withScores && kind === "lex") throw SCORES_BY_NAME;
  // In reverse, bounds by score and name are written the higher first.
  const swapped = reverse && kind !== "rank";
  const rangeOf = parseRange(ctx, kind, swapped ? at + 1 : at, swapped ? at : at + 1, reverse);
  return { kind, reverse, withScores, offset, limit, rangeOf };
}

/** The ranks that are left of `range` by offset and limit, counted from its upper end in reverse. */
function limited({ from, to }: RankRange, { kind, offset, limit, reverse }: RangeRequest): RankRange {
  // By rank, the one LIMIT that passes is "any offset, all members"; it means nothing.
  if (kind === "rank") return { from, to };
  const count = Math.min(to - from - offset, limit < 0 ? Infinity : limit);
  if (offset < 0 || count <= 0) return { from: 0, to: 0 };
  return reverse ? { from: to - offset - count, to: to - offset } : { from: from + offset, to: from + offset + count };
}

/** Visits the members asked for; `announce` is told their number before. */
function visitRange(
  set: SortedSetValue | undefined,
  request: RangeRequest,
  announce: (count: number) => void,
  visit: ScoreVisitor,
): void {
  if (set === undefined) {
    announce(0);
    return;
  }
  const { from, to } = limited(request.rangeOf(set), request);
  announce(Math.max(0, to - from));
  if (request.reverse) set.forRangeBackwards(to - 1, from, visit);
  else set.forRange(from, to - 1, visit);
}

/** Announces `count` members, with their scores in pairs where RESP3 wants them so. */
export function replyMembers(reply: ReplyWriter, count: number, withScores: boolean): void {
  reply.array(withScores && reply.resp === 2 ? count * 2 : count);
}

export function replyMember(reply: ReplyWriter, withScores: boolean, member: string, score: number): void {
  if (withScores && reply.resp === 3) reply.array(2);
  reply.bulk(member);
  if (withScores) reply.double(score);
}

function range(ctx: CommandContext, form: RangeForm): void {
  const { reply } = ctx;
  const request = parseRequest(ctx, 2, form);
  const { withScores } = request;
  visitRange(
    ctx.collection(1, SortedSetValue),
    request,
    (count) => replyMembers(reply, count, withScores),
    (member, score) => replyMember(reply, withScores, member, score),
  );
}

function zrange(ctx: CommandContext): void {
  range(ctx, {});
}

function zrevrange(ctx: CommandContext): void {
  range(ctx, { kind: "rank", reverse: true });
}

function zrangebyscore(ctx: CommandContext): void {
  range(ctx, { kind: "score", reverse: false });
}

function zrevrangebyscore(ctx: CommandContext): void {
  range(ctx, { kind: "score", reverse: true });
}

function zrangebylex(ctx: CommandContext): void {
  range(ctx, { kind: "lex", reverse: false });
}

function zrevrangebylex(ctx: CommandContext): void {
  range(ctx, { kind: "lex", reverse: true });
}

function zrangestore(ctx: CommandContext): void {
  const request = parseRequest(ctx, 3, { stores: true });
  const result = new SortedSetValue(ctx.engine.collections);
  visitRange(
    ctx.collection(2, SortedSetValue),
    request,
    (count) => result.prepareToAdd(count),
    (member, score) => result.set(member, score),
  );
  storeSortedSet(ctx, result, "zrangestore");
}

/** Puts `result` at argument 1, or removes what is there when it is empty; replies with its size. */
export function storeSortedSet(ctx: CommandContext, result: SortedSetValue, event: string): void {
  if (result.size > 0) {
    ctx.put(1, result);
    ctx.changed(1, EVENT.zset, event);
  } else if (ctx.removeKept(1)) {
    ctx.changed(1, EVENT.generic, "del");
  }
  ctx.reply.integer(result.size);
}

function removeRange(ctx: CommandContext, kind: RangeKind): void {
  const rangeOf = parseRange(ctx, kind, 2, 3);
  const set = ctx.collectionForWrite(1, SortedSetValue);
  if (set === undefined) {
    ctx.reply.integer(0);
    return;
  }
  const { from, to } = rangeOf(set);
  const removed = Math.max(0, to - from);
  if (removed > 0) {
    set.removeRange(from, to - 1);
    ctx.changed(1, EVENT.zset, `zremrangeby${kind}`, removed);
    ctx.removeIfEmpty(1, set);
  }
  ctx.reply.integer(removed);
}

function zremrangebyrank(ctx: CommandContext): void {
  removeRange(ctx, "rank");
}

function zremrangebyscore(ctx: CommandContext): void {
  removeRange(ctx, "score");
}

function zremrangebylex(ctx: CommandContext): void {
  removeRange(ctx, "lex");
}

export const sortedSetRangeCommands: readonly CommandRow[] = [
  {
    name: "zrange",
    arity: -4,
    flags: ["readonly"],
    categories: ["sortedset"],
    keys: [key("RO access")],
    since: "1.2.0",
    group: "sorted-set",
    summary: "Returns members in a sorted set within a range of indexes.",
    complexity:
      "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements returned.",
    syntax: "key start stop [sortby:(BYSCORE | BYLEX)] [REV] [LIMIT limit:{offset:integer count:integer}] [WITHSCORES]",
    history: [["6.2.0", "Added the `REV`, `BYSCORE`, `BYLEX` and `LIMIT` options."]],
    handler: zrange,
  },
  {
    name: "zrevrange",
    arity: -4,
    flags: ["readonly"],
    categories: ["sortedset"],
    keys: [key("RO access")],
    since: "1.2.0",
    group: "sorted-set",
    summary: "Returns members in a sorted set within a range of indexes in reverse order.",
    complexity:
      "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements returned.",
    syntax: "key start:integer stop:integer [WITHSCORES]",
    deprecated: { since: "6.2.0", replacedBy: "`ZRANGE` with the `REV` argument" },
    handler: zrevrange,
  },
  {
    name: "zrangebyscore",
    arity: -4,
    flags: ["readonly"],
    categories: ["sortedset"],
    keys: [key("RO access")],
    since: "1.0.5",
    group: "sorted-set",
    summary: "Returns members in a sorted set within a range of scores.",
    complexity:
      "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements being returned. If M is constant (e.g. always asking for the first 10 elements with LIMIT), you can consider it O(log(N)).",
    syntax: "key min:double max:double [WITHSCORES] [LIMIT limit:{offset:integer count:integer}]",
    history: [["2.0.0", "Added the `WITHSCORES` modifier."]],
    deprecated: { since: "6.2.0", replacedBy: "`ZRANGE` with the `BYSCORE` argument" },
    handler: zrangebyscore,
  },
  {
    name: "zrevrangebyscore",
    arity: -4,
    flags: ["readonly"],
    categories: ["sortedset"],
    keys: [key("RO access")],
    since: "2.2.0",
    group: "sorted-set",
    summary: "Returns members in a sorted set within a range of scores in reverse order.",
    complexity:
      "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements being returned. If M is constant (e.g. always asking for the first 10 elements with LIMIT), you can consider it O(log(N)).",
    syntax: "key max:double min:double [WITHSCORES] [LIMIT limit:{offset:integer count:integer}]",
    history: [["2.1.6", "`min` and `max` can be exclusive."]],
    deprecated: { since: "6.2.0", replacedBy: "`ZRANGE` with the `REV` and `BYSCORE` arguments" },
    handler: zrevrangebyscore,
  },
  {
    name: "zrangebylex",
    arity: -4,
    flags: ["readonly"],
    categories: ["sortedset"],
    keys: [key("RO access")],
    since: "2.8.9",
    group: "sorted-set",
    summary: "Returns members in a sorted set within a lexicographical range.",
    complexity:
      "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements being returned. If M is constant (e.g. always asking for the first 10 elements with LIMIT), you can consider it O(log(N)).",
    syntax: "key min max [LIMIT limit:{offset:integer count:integer}]",
    deprecated: { since: "6.2.0", replacedBy: "`ZRANGE` with the `BYLEX` argument" },
    handler: zrangebylex,
  },
  {
    name: "zrevrangebylex",
    arity: -4,
    flags: ["readonly"],
    categories: ["sortedset"],
    keys: [key("RO access")],
    since: "2.8.9",
    group: "sorted-set",
    summary: "Returns members in a sorted set within a lexicographical range in reverse order.",
    complexity:
      "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements being returned. If M is constant (e.g. always asking for the first 10 elements with LIMIT), you can consider it O(log(N)).",
    syntax: "key max min [LIMIT limit:{offset:integer count:integer}]",
    deprecated: { since: "6.2.0", replacedBy: "`ZRANGE` with the `REV` and `BYLEX` arguments" },
    handler: zrevrangebylex,
  },
  {
    name: "zrangestore",
    arity: -5,
    flags: ["write", "denyoom"],
    categories: ["sortedset"],
    keys: [key("OW update"), key("RO access", 2)],
    since: "6.2.0",
    group: "sorted-set",
    summary: "Stores a range of members from sorted set in a key.",
    complexity:
      "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements stored into the destination key.",
    syntax: "dst:key src:key min max [sortby:(BYSCORE | BYLEX)] [REV] [LIMIT limit:{offset:integer count:integer}]",
    handler: zrangestore,
  },
  {
    name: "zremrangebyrank",
    arity: 4,
    flags: ["write"],
    categories: ["sortedset"],
    keys: [key("RW delete")],
    since: "2.0.0",
    group: "sorted-set",
    summary:
      "Removes members in a sorted set within a range of indexes. Deletes the sorted set if all members were removed.",
    complexity:
      "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements removed by the operation.",
    syntax: "key start:integer stop:integer",
    handler: zremrangebyrank,
  },
  {
    name: "zremrangebyscore",
    arity: 4,
    flags: ["write"],
    categories: ["sortedset"],
    keys: [key("RW delete")],
    since: "1.2.0",
    group: "sorted-set",
    summary:
      "Removes members in a sorted set within a range of scores. Deletes the sorted set if all members were removed.",
    complexity:
      "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements removed by the operation.",
    syntax: "key min:double max:double",
    handler: zremrangebyscore,
  },
  {
    name: "zremrangebylex",
    arity: 4,
    flags: ["write"],
    categories: ["sortedset"],
    keys: [key("RW delete")],
    since: "2.8.9",
    group: "sorted-set",
    summary:
      "Removes members in a sorted set within a lexicographical range. Deletes the sorted set if all members were removed.",
    complexity:
      "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements removed by the operation.",
    syntax: "key min max",
    handler: zremrangebylex,
  },
];
