/** Sorted sets: union, intersection and difference, of sorted sets and plain sets (whose members all score 1). */
import { SetValue } from "../types/set.ts";
import { type ScoreVisitor, SortedSetValue } from "../types/zset.ts";
import type { CommandContext } from "./context.ts";
import { CommandError, SYNTAX_ERROR, WRONG_TYPE } from "./errors.ts";
import { replyMember, replyMembers, storeSortedSet } from "./sorted-sets-ranges.ts";
import { type CommandRow, countedKeys, key } from "./table.ts";

const WEIGHT_NOT_A_FLOAT = new CommandError("ERR weight value is not a float");
const LIMIT_NEGATIVE = new CommandError("ERR LIMIT can't be negative");

type Aggregate = (a: number, b: number) => number;

const AGGREGATES: Readonly<Record<string, Aggregate>> = {
  // inf + -inf counts as 0.
  SUM: (a, b) => orZero(a + b),
  MIN: (a, b) => (b < a ? b : a),
  MAX: (a, b) => (b > a ? b : a),
};

function orZero(score: number): number {
  return Number.isNaN(score) ? 0 : score;
}

/** One of the keys: what it holds, and what its scores are multiplied by. */
interface Source {
  readonly value: SortedSetValue | SetValue | undefined;
  readonly size: number;
  weight: number;
}

/** Calls `visit` with the weighted scores. */
function forEachWeighted({ value, weight }: Source, visit: ScoreVisitor): void {
  if (value instanceof SortedSetValue) {
    value.forEach((member, score) => visit(member, orZero(weight * score)));
  } else if (value !== undefined) {
    for (const member of value.members) visit(member, orZero(weight));
  }
}

/** The weighted score of one member, which is NaN for 0 × inf. */
function weightedScore({ value, weight }: Source, member: string): number | undefined {
  if (value instanceof SortedSetValue) {
    const score = value.score(member);
    return score === undefined ? undefined : weight * score;
  }
  return value?.has(member) === true ? weight : undefined;
}

function has({ value }: Source, member: string): boolean {
  return value instanceof SortedSetValue ? value.score(member) !== undefined : value?.has(member) === true;
}

/** `numkeys key [key …]` at argument `at`. Returns the sources, and the argument behind them. */
function parseSources(ctx: CommandContext, at: number): { sources: Source[]; next: number } {
  const { args } = ctx;
  const numKeys = args.integer(at);
  if (numKeys < 1) throw new CommandError(`ERR at least 1 input key is needed for '${ctx.command.fullName}' command`);
  const next = at + 1 + numKeys;
  if (next > args.length) throw SYNTAX_ERROR;
  const sources: Source[] = [];
  for (let i = at + 1; i < next; i++) {
    const value = ctx.lookup(i);
    if (value !== undefined && !(value instanceof SortedSetValue) && !(value instanceof SetValue)) throw WRONG_TYPE;
    sources.push({ value, size: value?.size ?? 0, weight: 1 });
  }
  return { sources, next };
}

interface AlgebraOptions {
  readonly aggregate: Aggregate;
  readonly withScores: boolean;
}

/** The options behind the keys. Weights go into `sources`. */
function parseOptions(
  ctx: CommandContext,
  sources: readonly Source[],
  from: number,
  takes: { readonly weights: boolean; readonly withScores: boolean },
): AlgebraOptions {
  const { args } = ctx;
  let aggregate = AGGREGATES["SUM"]!;
  let withScores = false;
  for (let i = from; i < args.length;) {
    const left = args.length - i;
    if (takes.weights && left > sources.length && args.is(i, "WEIGHTS")) {
      i++;
      for (const source of sources) source.weight = args.double(i++, WEIGHT_NOT_A_FLOAT);
    } else if (takes.weights && left >= 2 && args.is(i, "AGGREGATE")) {
      const named = AGGREGATES[args.upper(i + 1)];
      if (named === undefined) throw SYNTAX_ERROR;
      aggregate = named;
      i += 2;
    } else if (takes.withScores && args.is(i, "WITHSCORES")) {
      withScores = true;
      i++;
    } else {
      throw SYNTAX_ERROR;
    }
  }
  return { aggregate, withScores };
}

/** Scores are added up from the smallest source to the largest, as the original does: floating point can tell. */
function bySize(sources: readonly Source[]): Source[] {
  return sources.toSorted((a, b) => a.size - b.size);
}

function union(sources: readonly Source[], aggregate: Aggregate): Map<string, number> {
  const result = new Map<string, number>();
  for (const source of bySize(sources)) {
    forEachWeighted(source, (member, score) => {
      const before = result.get(member);
      result.set(member, before === undefined ? score : aggregate(before, score));
    });
  }
  return result;
}

function intersection(sources: readonly Source[], aggregate: Aggregate): Map<string, number> {
  const result = new Map<string, number>();
  const [smallest, ...others] = bySize(sources);
  forEachWeighted(smallest!, (member, first) => {
    let sum = first;
    for (const other of others) {
      // NaN here is left to the aggregate: it makes a sum 0, and is neither a minimum nor a maximum. So does the original.
      const score = weightedScore(other, member);
      if (score === undefined) return;
      sum = aggregate(sum, score);
    }
    result.set(member, sum);
  });
  return result;
}

function difference(sources: readonly Source[]): Map<string, number> {
  const result = new Map<string, number>();
  const [first, ...others] = sources;
  forEachWeighted(first!, (member, score) => {
    if (!others.some((other) => has(other, member))) result.set(member, score);
  });
  return result;
}

type Operation = "union" | "inter" | "diff";

function compute(
  ctx: CommandContext,
  operation: Operation,
  at: number,
  stores: boolean,
): { result: SortedSetValue; withScores: boolean } {
  const { sources, next } = parseSources(ctx, at);
  const takes = { weights: operation !== "diff", withScores: !stores };
  const { aggregate, withScores } = parseOptions(ctx, sources, next, takes);
  const scores =
    operation === "union"
      ? union(sources, aggregate)
      : operation === "inter"
        ? intersection(sources, aggregate)
        : difference(sources);
  // Large while it is being built and replied with, as in the original; only what is stored may be compact.
  const result = new SortedSetValue(ctx.engine.collections, Infinity);
  for (const [member, score] of scores) result.set(member, score);
  return { result, withScores };
}

function reply(ctx: CommandContext, operation: Operation): void {
  const { result, withScores } = compute(ctx, operation, 1, false);
  replyMembers(ctx.reply, result.size, withScores);
  result.forRange(0, result.size - 1, (member, score) => replyMember(ctx.reply, withScores, member, score));
}

function store(ctx: CommandContext, operation: Operation): void {
  const { result } = compute(ctx, operation, 2, true);
  result.compactIfSmall();
  storeSortedSet(ctx, result, `z${operation}store`);
}

function zunion(ctx: CommandContext): void {
  reply(ctx, "union");
}

function zinter(ctx: CommandContext): void {
  reply(ctx, "inter");
}

function zdiff(ctx: CommandContext): void {
  reply(ctx, "diff");
}

function zunionstore(ctx: CommandContext): void {
  store(ctx, "union");
}

function zinterstore(ctx: CommandContext): void {
  store(ctx, "inter");
}

function zdiffstore(ctx: CommandContext): void {
  store(ctx, "diff");
}

function zintercard(ctx: CommandContext): void {
  const { args } = ctx;
  const { sources, next } = parseSources(ctx, 1);
  let limit = 0;
  for (let i = next; i < args.length; i += 2) {
    if (!args.is(i, "LIMIT") || i + 1 >= args.length) throw SYNTAX_ERROR;
    limit = args.integerWithin(i + 1, 0, Infinity, LIMIT_NEGATIVE);
  }
  const [smallest, ...others] = bySize(sources);
  let count = 0;
  for (const member of membersOf(smallest!)) {
    if (!others.every((other) => has(other, member))) continue;
    if (++count === limit) break;
  }
  ctx.reply.integer(count);
}

function* membersOf({ value, size }: Source): Generator<string> {
  if (value === undefined) return;
  for (let i = 0; i < size; i++) yield value.memberAt(i);
}

export const sortedSetAlgebraCommands: readonly CommandRow[] = [
  {
    name: "zunion",
    arity: -3,
    flags: ["readonly"],
    categories: ["sortedset"],
    keys: [countedKeys("RO access")],
    since: "6.2.0",
    group: "sorted-set",
    summary: "Returns the union of multiple sorted sets.",
    complexity:
      "O(N)+O(M*log(M)) with N being the sum of the sizes of the input sorted sets, and M being the number of elements in the resulting sorted set.",
    syntax: "numkeys:integer key... [WEIGHTS weight:integer...] [AGGREGATE aggregate:(SUM | MIN | MAX)] [WITHSCORES]",
    handler: zunion,
  },
  {
    name: "zunionstore",
    arity: -4,
    flags: ["write", "denyoom"],
    categories: ["sortedset"],
    keys: [key("OW update"), countedKeys("RO access", 2)],
    since: "2.0.0",
    group: "sorted-set",
    summary: "Stores the union of multiple sorted sets in a key.",
    complexity:
      "O(N)+O(M log(M)) with N being the sum of the sizes of the input sorted sets, and M being the number of elements in the resulting sorted set.",
    syntax: "destination numkeys:integer key... [WEIGHTS weight:integer...] [AGGREGATE aggregate:(SUM | MIN | MAX)]",
    handler: zunionstore,
  },
  {
    name: "zinter",
    arity: -3,
    flags: ["readonly"],
    categories: ["sortedset"],
    keys: [countedKeys("RO access")],
    since: "6.2.0",
    group: "sorted-set",
    summary: "Returns the intersect of multiple sorted sets.",
    complexity:
      "O(N*K)+O(M*log(M)) worst case with N being the smallest input sorted set, K being the number of input sorted sets and M being the number of elements in the resulting sorted set.",
    syntax: "numkeys:integer key... [WEIGHTS weight:integer...] [AGGREGATE aggregate:(SUM | MIN | MAX)] [WITHSCORES]",
    handler: zinter,
  },
  {
    name: "zinterstore",
    arity: -4,
    flags: ["write", "denyoom"],
    categories: ["sortedset"],
    keys: [key("OW update"), countedKeys("RO access", 2)],
    since: "2.0.0",
    group: "sorted-set",
    summary: "Stores the intersect of multiple sorted sets in a key.",
    complexity:
      "O(N*K)+O(M*log(M)) worst case with N being the smallest input sorted set, K being the number of input sorted sets and M being the number of elements in the resulting sorted set.",
    syntax: "destination numkeys:integer key... [WEIGHTS weight:integer...] [AGGREGATE aggregate:(SUM | MIN | MAX)]",
    handler: zinterstore,
  },
  {
    name: "zintercard",
    arity: -3,
    flags: ["readonly"],
    categories: ["sortedset"],
    keys: [countedKeys("RO access")],
    since: "7.0.0",
    group: "sorted-set",
    summary: "Returns the number of members of the intersect of multiple sorted sets.",
    complexity:
      "O(N*K) worst case with N being the smallest input sorted set, K being the number of input sorted sets.",
    syntax: "numkeys:integer key... [LIMIT limit:integer]",
    handler: zintercard,
  },
  {
    name: "zdiff",
    arity: -3,
    flags: ["readonly"],
    categories: ["sortedset"],
    keys: [countedKeys("RO access")],
    since: "6.2.0",
    group: "sorted-set",
    summary: "Returns the difference between multiple sorted sets.",
    complexity:
      "O(L + (N-K)log(N)) worst case where L is the total number of elements in all the sets, N is the size of the first set, and K is the size of the result set.",
    syntax: "numkeys:integer key... [WITHSCORES]",
    handler: zdiff,
  },
  {
    name: "zdiffstore",
    arity: -4,
    flags: ["write", "denyoom"],
    categories: ["sortedset"],
    keys: [key("OW update"), countedKeys("RO access", 2)],
    since: "6.2.0",
    group: "sorted-set",
    summary: "Stores the difference of multiple sorted sets in a key.",
    complexity:
      "O(L + (N-K)log(N)) worst case where L is the total number of elements in all the sets, N is the size of the first set, and K is the size of the result set.",
    syntax: "destination numkeys:integer key...",
    handler: zdiffstore,
  },
];
