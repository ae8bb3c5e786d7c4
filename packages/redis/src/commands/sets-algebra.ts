/** Sets: intersection, union, difference, as replies or stored. */
import { isInt64Text } from "../types/int64-text.ts";
import { SetValue } from "../types/set.ts";
import { type CommandContext, EVENT } from "./context.ts";
import { CommandError, SYNTAX_ERROR } from "./errors.ts";
import { type CommandRow, countedKeys, key, keys } from "./table.ts";

const NUMKEYS_NOT_POSITIVE = new CommandError("ERR numkeys should be greater than 0");
const TOO_MANY_KEYS = new CommandError("ERR Number of keys can't be greater than number of args");
const LIMIT_NEGATIVE = new CommandError("ERR LIMIT can't be negative");

/** The sets at arguments `from` … `to - 1`, undefined where a key is missing. All types are checked. */
function setsAt(ctx: CommandContext, from: number, to: number): (SetValue | undefined)[] {
  const sets: (SetValue | undefined)[] = [];
  for (let i = from; i < to; i++) sets.push(ctx.collection(i, SetValue));
  return sets;
}

/** The members that all sets have, in the order of the smallest set; at most `limit` of them. */
function intersection(sets: readonly (SetValue | undefined)[], limit = Infinity): string[] {
  const found: string[] = [];
  if (sets.includes(undefined)) return found;
  const [smallest, ...others] = (sets as readonly SetValue[]).toSorted((a, b) => a.size - b.size);
  for (const member of smallest!.members) {
    if (found.length >= limit) break;
    if (others.every((other) => other === smallest || other.has(member))) found.push(member);
  }
  return found;
}

function union(ctx: CommandContext, sets: readonly (SetValue | undefined)[]): SetValue {
  const result = new SetValue(ctx.engine.collections);
  for (const set of sets) for (const member of set?.members ?? []) result.add(member);
  return result;
}

/**
 * The members of the first set that are in no other. Two ways, by the estimated work as in the original: look every member
 * up in all others, or take the others' members out of a copy.
 */
function difference(ctx: CommandContext, sets: readonly (SetValue | undefined)[]): SetValue {
  const result = new SetValue(ctx.engine.collections);
  const [first, ...rest] = sets;
  const others = rest.filter((set) => set !== undefined);
  if (first === undefined || others.includes(first)) return result;
  const lookups = (first.size * (1 + others.length)) / 2;
  const removals = first.size + others.reduce((sum, set) => sum + set.size, 0);
  if (lookups <= removals) {
    // The largest first: it is the likeliest to have a member.
    others.sort((a, b) => b.size - a.size);
    for (const member of first.members) if (!others.some((other) => other.has(member))) result.add(member);
    return result;
  }
  for (const member of first.members) result.add(member);
  for (const other of others) {
    for (const member of other.members) {
      result.delete(member);
      if (result.size === 0) return result;
    }
  }
  return result;
}

function replySet(ctx: CommandContext, members: readonly string[]): void {
  ctx.reply.set(members.length);
  for (const member of members) ctx.reply.bulk(member);
}

/** Puts `result` at argument 1, or removes what is there when it is empty. */
function store(ctx: CommandContext, result: SetValue, event: string): void {
  if (result.size > 0) {
    ctx.put(1, result);
    ctx.changed(1, EVENT.set, event);
  } else if (ctx.removeKept(1)) {
    ctx.changed(1, EVENT.generic, "del");
  }
  ctx.reply.integer(result.size);
}

function sinter(ctx: CommandContext): void {
  replySet(ctx, intersection(setsAt(ctx, 1, ctx.args.length)));
}

function sinterstore(ctx: CommandContext): void {
  const members = intersection(setsAt(ctx, 2, ctx.args.length));
  // Only integers: an intset. Otherwise a listpack from the start, in the order found.
  const result = new SetValue(ctx.engine.collections, members.every(isInt64Text) ? "0" : "");
  for (const member of members) result.add(member);
  store(ctx, result, "sinterstore");
}

function sintercard(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const numKeys = args.integerWithin(1, 1, Infinity, NUMKEYS_NOT_POSITIVE);
  if (numKeys > args.length - 2) throw TOO_MANY_KEYS;
  let limit = 0;
  for (let i = 2 + numKeys; i < args.length; i += 2) {
    if (!args.is(i, "LIMIT") || i + 1 >= args.length) throw SYNTAX_ERROR;
    limit = args.integerWithin(i + 1, 0, Infinity, LIMIT_NEGATIVE);
  }
  const sets = setsAt(ctx, 2, 2 + numKeys);
  reply.integer(intersection(sets, limit === 0 ? Infinity : limit).length);
}

function sunion(ctx: CommandContext): void {
  replySet(ctx, union(ctx, setsAt(ctx, 1, ctx.args.length)).members);
}

function sunionstore(ctx: CommandContext): void {
  store(ctx, union(ctx, setsAt(ctx, 2, ctx.args.length)), "sunionstore");
}

function sdiff(ctx: CommandContext): void {
  replySet(ctx, difference(ctx, setsAt(ctx, 1, ctx.args.length)).members);
}

function sdiffstore(ctx: CommandContext): void {
  store(ctx, difference(ctx, setsAt(ctx, 2, ctx.args.length)), "sdiffstore");
}

export const setAlgebraCommands: readonly CommandRow[] = [
  {
    name: "sinter",
    arity: -2,
    flags: ["readonly"],
    categories: ["set"],
    keys: [keys("RO access")],
    since: "1.0.0",
    group: "set",
    summary: "Returns the intersect of multiple sets.",
    complexity: "O(N*M) worst case where N is the cardinality of the smallest set and M is the number of sets.",
    syntax: "key...",
    tips: ["nondeterministic_output_order"],
    handler: sinter,
  },
  {
    name: "sintercard",
    arity: -3,
    flags: ["readonly"],
    categories: ["set"],
    keys: [countedKeys("RO access")],
    since: "7.0.0",
    group: "set",
    summary: "Returns the number of members of the intersect of multiple sets.",
    complexity: "O(N*M) worst case where N is the cardinality of the smallest set and M is the number of sets.",
    syntax: "numkeys:integer key... [LIMIT limit:integer]",
    handler: sintercard,
  },
  {
    name: "sinterstore",
    arity: -3,
    flags: ["write", "denyoom"],
    categories: ["set"],
    keys: [key("RW update"), keys("RO access", 2)],
    since: "1.0.0",
    group: "set",
    summary: "Stores the intersect of multiple sets in a key.",
    complexity: "O(N*M) worst case where N is the cardinality of the smallest set and M is the number of sets.",
    syntax: "destination key...",
    handler: sinterstore,
  },
  {
    name: "sunion",
    arity: -2,
    flags: ["readonly"],
    categories: ["set"],
    keys: [keys("RO access")],
    since: "1.0.0",
    group: "set",
    summary: "Returns the union of multiple sets.",
    complexity: "O(N) where N is the total number of elements in all given sets.",
    syntax: "key...",
    tips: ["nondeterministic_output_order"],
    handler: sunion,
  },
  {
    name: "sunionstore",
    arity: -3,
    flags: ["write", "denyoom"],
    categories: ["set"],
    keys: [key("OW update"), keys("RO access", 2)],
    since: "1.0.0",
    group: "set",
    summary: "Stores the union of multiple sets in a key.",
    complexity: "O(N) where N is the total number of elements in all given sets.",
    syntax: "destination key...",
    handler: sunionstore,
  },
  {
    name: "sdiff",
    arity: -2,
    flags: ["readonly"],
    categories: ["set"],
    keys: [keys("RO access")],
    since: "1.0.0",
    group: "set",
    summary: "Returns the difference of multiple sets.",
    complexity: "O(N) where N is the total number of elements in all given sets.",
    syntax: "key...",
    tips: ["nondeterministic_output_order"],
    handler: sdiff,
  },
  {
    name: "sdiffstore",
    arity: -3,
    flags: ["write", "denyoom"],
    categories: ["set"],
    keys: [key("OW update"), keys("RO access", 2)],
    since: "1.0.0",
    group: "set",
    summary: "Stores the difference of multiple sets in a key.",
    complexity: "O(N) where N is the total number of elements in all given sets.",
    syntax: "destination key...",
    handler: sdiffstore,
  },
];
