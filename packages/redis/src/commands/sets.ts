/** Sets: their members. What is computed from several sets is in sets-algebra.ts. */
import { SetValue } from "../types/set.ts";
import { type CommandContext, EVENT } from "./context.ts";
import { NOT_POSITIVE, SYNTAX_ERROR } from "./errors.ts";
import { randomCount, randomIndexes } from "./random-elements.ts";
import { parseCursor, parseScanOptions, replyScanned } from "./scan.ts";
import { type CommandRow, key } from "./table.ts";

/** Members that one propagated SREM takes at most, so that its arguments stay few. */
const EFFECT_BATCH = 1024;
/** SPOP leaves fewer members than a fifth of those taken: the rest moves to a new set, which may be compact again. */
const POP_MOVE_FACTOR = 5;

function sadd(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const existing = ctx.collectionForWrite(1, SetValue);
  const offered = args.length - 2;
  const set = existing ?? new SetValue(ctx.engine.collections, args.string(2), offered);
  if (existing !== undefined) set.prepareToAdd(offered);
  let added = 0;
  for (let i = 2; i < args.length; i++) if (set.addBytes(args.buffer, args.starts[i]!, args.ends[i]!)) added++;
  if (existing === undefined) ctx.put(1, set);
  if (added > 0) ctx.changed(1, EVENT.set, "sadd", added);
  reply.integer(added);
}

function srem(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const set = ctx.collectionForWrite(1, SetValue);
  let removed = 0;
  if (set !== undefined) {
    for (let i = 2; i < args.length; i++) if (set.delete(args.string(i))) removed++;
    if (removed > 0) {
      ctx.changed(1, EVENT.set, "srem", removed);
      ctx.removeIfEmpty(1, set);
    }
  }
  reply.integer(removed);
}

function smove(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const source = ctx.lookupForWrite(1);
  ctx.lookupForWrite(2);
  if (source === undefined) {
    reply.integer(0);
    return;
  }
  const from = ctx.collectionForWrite(1, SetValue)!;
  const existing = ctx.collectionForWrite(2, SetValue);
  const member = args.string(3);
  if (from === existing || !from.has(member)) {
    reply.integer(from.has(member) ? 1 : 0);
    return;
  }
  from.delete(member);
  ctx.changed(1, EVENT.set, "srem");
  ctx.removeIfEmpty(1, from);
  const to = existing ?? new SetValue(ctx.engine.collections, member, 1);
  const added = to.add(member);
  if (existing === undefined) ctx.put(2, to);
  if (added) ctx.changed(2, EVENT.set, "sadd");
  reply.integer(1);
}

/** 1 when the member in argument `i` is there, 0 when it is not. */
function has({ args: { buffer, starts, ends } }: CommandContext, set: SetValue | undefined, i: number): 0 | 1 {
  return set?.hasBytes(buffer, starts[i]!, ends[i]!) === true ? 1 : 0;
}

function sismember(ctx: CommandContext): void {
  ctx.reply.integer(has(ctx, ctx.collection(1, SetValue), 2));
}

function smismember(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const set = ctx.collection(1, SetValue);
  reply.array(args.length - 2);
  for (let i = 2; i < args.length; i++) reply.integer(has(ctx, set, i));
}

function scard(ctx: CommandContext): void {
  ctx.reply.integer(ctx.collection(1, SetValue)?.size ?? 0);
}

function smembers(ctx: CommandContext): void {
  const { reply } = ctx;
  const members = ctx.collection(1, SetValue)?.members ?? [];
  reply.set(members.length);
  for (const member of members) reply.bulk(member);
}

function spop(ctx: CommandContext): void {
  const { args, reply } = ctx;
  if (args.length > 3) throw SYNTAX_ERROR;
  if (args.length === 3) {
    popMany(ctx, args.integerWithin(2, 0, Infinity, NOT_POSITIVE));
    return;
  }
  const set = ctx.collectionForWrite(1, SetValue);
  if (set === undefined) {
    reply.nil();
    return;
  }
  const member = set.takeAt(ctx.engine.random.integer(set.size));
  // Which one it was is chance: replicas are told.
  if (ctx.propagating) ctx.effect("SREM", args.string(1), member);
  reply.bulk(member);
  ctx.changed(1, EVENT.set, "spop");
  ctx.removeIfEmpty(1, set);
}

function popMany(ctx: CommandContext, count: number): void {
  const { args, reply } = ctx;
  const set = ctx.collectionForWrite(1, SetValue);
  if (set === undefined || count === 0) {
    reply.set(0);
    return;
  }
  const { size } = set;
  if (count >= size) {
    // The original answers with the union of this set alone, which looks the key up once more, for reading.
    ctx.engine.stats.keyspaceHits++;
    reply.set(size);
    for (const member of set.members) reply.bulk(member);
    if (ctx.propagating) ctx.effect("DEL", args.string(1));
    ctx.changed(1, EVENT.set, "spop", size);
    ctx.remove(1);
    ctx.notify(EVENT.generic, "del", 1);
    return;
  }
  const remaining = size - count;
  const { random } = ctx.engine;
  let popped: string[] = [];
  if (remaining * POP_MOVE_FACTOR > count) {
    for (let i = 0; i < count; i++) popped.push(set.takeAt(random.integer(set.size)));
  } else {
    const kept: string[] = [];
    for (let i = 0; i < remaining; i++) kept.push(set.takeAt(random.integer(set.size)));
    popped = [...set.members];
    const rest = new SetValue(ctx.engine.collections, kept[0]);
    for (const member of kept) rest.add(member);
    ctx.put(1, rest, true);
  }
  reply.set(count);
  for (const member of popped) reply.bulk(member);
  if (ctx.propagating) {
    for (let from = 0; from < count; from += EFFECT_BATCH) {
      ctx.effect("SREM", args.string(1), ...popped.slice(from, from + EFFECT_BATCH));
    }
  }
  ctx.changed(1, EVENT.set, "spop", count);
}

function srandmember(ctx: CommandContext): void {
  const { args, reply } = ctx;
  if (args.length === 2) {
    const set = ctx.collection(1, SetValue);
    if (set === undefined) reply.nil();
    else reply.bulk(set.memberAt(ctx.engine.random.integer(set.size)));
    return;
  }
  if (args.length > 3) throw SYNTAX_ERROR;
  const count = randomCount(args, 2);
  const set = ctx.collection(1, SetValue);
  const chosen = set === undefined ? [] : randomIndexes(ctx, set.size, count);
  reply.array(chosen.length);
  for (const index of chosen) reply.bulk(set!.memberAt(index));
}

function sscan(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const cursor = parseCursor(args, 2);
  const set = ctx.collection(1, SetValue);
  if (set === undefined) {
    replyScanned(reply, 0, []);
    return;
  }
  const { count, glob } = parseScanOptions(args, 3);
  const found: string[] = [];
  const next = set.scan(cursor, count, (member) => {
    if (glob === undefined || glob.matches(member)) found.push(member);
  });
  replyScanned(reply, next, found);
}

export const setCommands: readonly CommandRow[] = [
  {
    name: "sadd",
    arity: -3,
    flags: ["write", "denyoom", "fast"],
    categories: ["set"],
    keys: [key("RW insert")],
    since: "1.0.0",
    group: "set",
    summary: "Adds one or more members to a set. Creates the key if it doesn't exist.",
    complexity:
      "O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.",
    syntax: "key member...",
    history: [["2.4.0", "Accepts multiple `member` arguments."]],
    handler: sadd,
  },
  {
    name: "srem",
    arity: -3,
    flags: ["write", "fast"],
    categories: ["set"],
    keys: [key("RW delete")],
    since: "1.0.0",
    group: "set",
    summary: "Removes one or more members from a set. Deletes the set if the last member was removed.",
    complexity: "O(N) where N is the number of members to be removed.",
    syntax: "key member...",
    history: [["2.4.0", "Accepts multiple `member` arguments."]],
    handler: srem,
  },
  {
    name: "smove",
    arity: 4,
    flags: ["write", "fast"],
    categories: ["set"],
    keys: [key("RW access delete"), key("RW insert", 2)],
    since: "1.0.0",
    group: "set",
    summary: "Moves a member from one set to another.",
    complexity: "O(1)",
    syntax: "source destination member",
    handler: smove,
  },
  {
    name: "sismember",
    arity: 3,
    flags: ["readonly", "fast"],
    categories: ["set"],
    keys: [key("RO")],
    since: "1.0.0",
    group: "set",
    summary: "Determines whether a member belongs to a set.",
    complexity: "O(1)",
    syntax: "key member",
    handler: sismember,
  },
  {
    name: "smismember",
    arity: -3,
    flags: ["readonly", "fast"],
    categories: ["set"],
    keys: [key("RO access")],
    since: "6.2.0",
    group: "set",
    summary: "Determines whether multiple members belong to a set.",
    complexity: "O(N) where N is the number of elements being checked for membership",
    syntax: "key member...",
    handler: smismember,
  },
  {
    name: "scard",
    arity: 2,
    flags: ["readonly", "fast"],
    categories: ["set"],
    keys: [key("RO")],
    since: "1.0.0",
    group: "set",
    summary: "Returns the number of members in a set.",
    complexity: "O(1)",
    syntax: "key",
    handler: scard,
  },
  {
    name: "smembers",
    arity: 2,
    flags: ["readonly"],
    categories: ["set"],
    keys: [key("RO access")],
    since: "1.0.0",
    group: "set",
    summary: "Returns all members of a set.",
    complexity: "O(N) where N is the set cardinality.",
    syntax: "key",
    tips: ["nondeterministic_output_order"],
    handler: smembers,
  },
  {
    name: "spop",
    arity: -2,
    flags: ["write", "fast"],
    categories: ["set"],
    keys: [key("RW access delete")],
    since: "1.0.0",
    group: "set",
    summary:
      "Returns one or more random members from a set after removing them. Deletes the set if the last member was popped.",
    complexity: "Without the count argument O(1), otherwise O(N) where N is the value of the passed count.",
    syntax: "key [count:integer]",
    history: [["3.2.0", "Added the `count` argument."]],
    tips: ["nondeterministic_output"],
    handler: spop,
  },
  {
    name: "srandmember",
    arity: -2,
    flags: ["readonly"],
    categories: ["set"],
    keys: [key("RO access")],
    since: "1.0.0",
    group: "set",
    summary: "Get one or multiple random members from a set",
    complexity: "Without the count argument O(1), otherwise O(N) where N is the absolute value of the passed count.",
    syntax: "key [count:integer]",
    history: [["2.6.0", "Added the optional `count` argument."]],
    tips: ["nondeterministic_output"],
    handler: srandmember,
  },
  {
    name: "sscan",
    arity: -3,
    flags: ["readonly"],
    categories: ["set"],
    keys: [key("RO access")],
    since: "2.8.0",
    group: "set",
    summary: "Iterates over members of a set.",
    complexity:
      "O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor to return back to 0. N is the number of elements inside the collection..",
    syntax: "key cursor:integer [MATCH pattern:pattern] [COUNT count:integer]",
    tips: ["nondeterministic_output"],
    handler: sscan,
  },
];
