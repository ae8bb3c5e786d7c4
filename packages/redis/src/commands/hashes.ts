/** Hashes. */
import { HashValue } from "../types/hash.ts";
import { addLongDouble, isLongDouble } from "../types/long-double.ts";
import { addInt64, parseDouble, parseInt64 } from "../types/numbers.ts";
import { type CommandContext, EVENT } from "./context.ts";
import { CommandError, NOT_A_FLOAT, OVERFLOW } from "./errors.ts";
import { randomCountWith, randomIndexes } from "./random-elements.ts";
import { parseCursor, parseScanOptions, replyScanned } from "./scan.ts";
import { type CommandRow, key } from "./table.ts";

const NOT_AN_INTEGER_VALUE = new CommandError("ERR hash value is not an integer");
const NOT_A_FLOAT_VALUE = new CommandError("ERR hash value is not a float");
const NAN_OR_INFINITY = new CommandError("ERR value is NaN or Infinity");
const WOULD_BE_NAN = new CommandError("ERR increment would produce NaN or Infinity");

/** Sets the pairs from argument 2 on; returns how many fields are new. */
function setPairs(ctx: CommandContext): number {
  const { args } = ctx;
  if (args.length % 2 !== 0)
    throw new CommandError(`ERR wrong number of arguments for '${ctx.command.fullName}' command`);
  const existing = ctx.collectionForWrite(1, HashValue);
  const hash = existing ?? new HashValue(ctx.engine.collections);
  const fields = (args.length - 2) / 2;
  hash.prepareToSet(fields);
  let created = 0;
  const { buffer, starts, ends } = args;
  for (let i = 2; i < args.length; i += 2) {
    if (hash.setBytes(buffer, starts[i]!, ends[i]!, starts[i + 1]!, ends[i + 1]!)) created++;
  }
  if (existing === undefined) ctx.put(1, hash);
  ctx.changed(1, EVENT.hash, "hset", fields);
  return created;
}

function hset(ctx: CommandContext): void {
  ctx.reply.integer(setPairs(ctx));
}

function hmset(ctx: CommandContext): void {
  setPairs(ctx);
  ctx.reply.ok();
}

/** The hash at argument 1; a new one, which `store` puts there, when it is missing. */
function hashForWrite(ctx: CommandContext): { hash: HashValue; store: () => void } {
  const existing = ctx.collectionForWrite(1, HashValue);
  const hash = existing ?? new HashValue(ctx.engine.collections);
  return { hash, store: () => existing ?? ctx.put(1, hash) };
}

function hsetnx(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const { hash, store } = hashForWrite(ctx);
  const field = args.string(2);
  if (hash.has(field)) {
    reply.integer(0);
    return;
  }
  hash.set(field, args.string(3));
  store();
  ctx.changed(1, EVENT.hash, "hset");
  reply.integer(1);
}

function hincrby(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const increment = args.int64(3);
  const { hash, store } = hashForWrite(ctx);
  const field = args.string(2);
  const current = hash.get(field);
  const before = current === undefined ? 0 : parseInt64(current);
  if (before === undefined) throw NOT_AN_INTEGER_VALUE;
  const sum = addInt64(before, increment);
  if (sum === undefined) throw OVERFLOW;
  hash.set(field, String(sum), true);
  store();
  ctx.changed(1, EVENT.hash, "hincrby");
  reply.integer(sum);
}

/** Whether `text` reads as an infinity, which the long doubles here leave out. */
function isInfinite(text: string): boolean {
  return Math.abs(parseDouble(text) ?? 0) === Infinity;
}

function hincrbyfloat(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const increment = args.string(3);
  if (!isLongDouble(increment)) throw isInfinite(increment) ? NAN_OR_INFINITY : NOT_A_FLOAT;
  const { hash, store } = hashForWrite(ctx);
  const field = args.string(2);
  const current = hash.get(field) ?? "0";
  if (!isLongDouble(current)) throw isInfinite(current) ? WOULD_BE_NAN : NOT_A_FLOAT_VALUE;
  const sum = addLongDouble(current, increment);
  if (sum === undefined) throw WOULD_BE_NAN;
  hash.set(field, sum, true);
  store();
  ctx.changed(1, EVENT.hash, "hincrbyfloat");
  // Replicas must not add again: their long double may be another.
  if (ctx.propagating) {
    ctx.effect("HSET", args.string(1), field, sum);
    const atMs = hash.expiresAt(field);
    if (atMs >= 0) ctx.effect("HPEXPIREAT", args.string(1), atMs, "FIELDS", 1, field);
  }
  reply.bulk(sum);
}

/** Replies with the field in argument `i`. */
function replyField(ctx: CommandContext, hash: HashValue | undefined, i: number): void {
  const { buffer, starts, ends } = ctx.args;
  const value = hash?.getBytes(buffer, starts[i]!, ends[i]!);
  if (value === undefined) ctx.reply.nil();
  else ctx.reply.bulk(value);
}

function hget(ctx: CommandContext): void {
  replyField(ctx, ctx.collection(1, HashValue), 2);
}

function hmget(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const hash = ctx.collection(1, HashValue);
  reply.array(args.length - 2);
  for (let i = 2; i < args.length; i++) replyField(ctx, hash, i);
}

function hdel(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const hash = ctx.collectionForWrite(1, HashValue);
  let deleted = 0;
  if (hash !== undefined) {
    for (let i = 2; i < args.length; i++) if (hash.delete(args.string(i))) deleted++;
    if (deleted > 0) {
      ctx.changed(1, EVENT.hash, "hdel", deleted);
      ctx.removeIfEmpty(1, hash);
    }
  }
  reply.integer(deleted);
}

function hlen(ctx: CommandContext): void {
  ctx.reply.integer(ctx.collection(1, HashValue)?.size ?? 0);
}

function hstrlen(ctx: CommandContext): void {
  ctx.reply.integer(ctx.collection(1, HashValue)?.get(ctx.args.string(2))?.length ?? 0);
}

function hexists(ctx: CommandContext): void {
  ctx.reply.integer(ctx.collection(1, HashValue)?.has(ctx.args.string(2)) === true ? 1 : 0);
}

function hkeys(ctx: CommandContext): void {
  const { reply } = ctx;
  const hash = ctx.collection(1, HashValue);
  reply.array(hash?.size ?? 0);
  hash?.forEach((field) => reply.bulk(field));
}

function hvals(ctx: CommandContext): void {
  const { reply } = ctx;
  const hash = ctx.collection(1, HashValue);
  reply.array(hash?.size ?? 0);
  hash?.forEach((_, value) => reply.bulk(value));
}

function hgetall(ctx: CommandContext): void {
  const { reply } = ctx;
  const hash = ctx.collection(1, HashValue);
  reply.map(hash?.size ?? 0);
  hash?.forEach((field, value) => {
    reply.bulk(field);
    reply.bulk(value);
  });
}

function hrandfield(ctx: CommandContext): void {
  const { args, reply } = ctx;
  if (args.length === 2) {
    const hash = ctx.collection(1, HashValue);
    if (hash === undefined) reply.nil();
    else reply.bulk(hash.fieldAt(ctx.engine.random.integer(hash.size)));
    return;
  }
  const { count, paired } = randomCountWith(args, "WITHVALUES");
  const hash = ctx.collection(1, HashValue);
  const chosen = hash === undefined ? [] : randomIndexes(ctx, hash.size, count);
  const nested = paired && reply.resp === 3;
  reply.array(paired && !nested ? chosen.length * 2 : chosen.length);
  for (const index of chosen) {
    if (nested) reply.array(2);
    reply.bulk(hash!.fieldAt(index));
    if (paired) reply.bulk(hash!.valueAt(index));
  }
}

function hscan(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const cursor = parseCursor(args, 2);
  const hash = ctx.collection(1, HashValue);
  if (hash === undefined) {
    // Before the options are looked at, as in the original.
    replyScanned(reply, 0, []);
    return;
  }
  const { count, glob, noValues } = parseScanOptions(args, 3, { noValues: true });
  const found: string[] = [];
  const next = hash.scan(cursor, count, (field, value) => {
    if (glob !== undefined && !glob.matches(field)) return;
    found.push(field);
    if (!noValues) found.push(value);
  });
  replyScanned(reply, next, found);
}

export const hashCommands: readonly CommandRow[] = [
  {
    name: "hset",
    arity: -4,
    flags: ["write", "denyoom", "fast"],
    categories: ["hash"],
    keys: [key("RW update")],
    since: "2.0.0",
    group: "hash",
    summary: "Creates or modifies the value of a field in a hash.",
    complexity:
      "O(1) for each field/value pair added, so O(N) to add N field/value pairs when the command is called with multiple field/value pairs.",
    syntax: "key data:{field value}...",
    history: [["4.0.0", "Accepts multiple `field` and `value` arguments."]],
    handler: hset,
  },
  {
    name: "hsetnx",
    arity: 4,
    flags: ["write", "denyoom", "fast"],
    categories: ["hash"],
    keys: [key("RW insert")],
    since: "2.0.0",
    group: "hash",
    summary: "Sets the value of a field in a hash only when the field doesn't exist.",
    complexity: "O(1)",
    syntax: "key field value",
    handler: hsetnx,
  },
  {
    name: "hget",
    arity: 3,
    flags: ["readonly", "fast"],
    categories: ["hash"],
    keys: [key("RO access")],
    since: "2.0.0",
    group: "hash",
    summary: "Returns the value of a field in a hash.",
    complexity: "O(1)",
    syntax: "key field",
    handler: hget,
  },
  {
    name: "hmset",
    arity: -4,
    flags: ["write", "denyoom", "fast"],
    categories: ["hash"],
    keys: [key("RW update")],
    since: "2.0.0",
    group: "hash",
    summary: "Sets the values of multiple fields.",
    complexity: "O(N) where N is the number of fields being set.",
    syntax: "key data:{field value}...",
    deprecated: { since: "4.0.0", replacedBy: "`HSET` with multiple field-value pairs" },
    handler: hmset,
  },
  {
    name: "hmget",
    arity: -3,
    flags: ["readonly", "fast"],
    categories: ["hash"],
    keys: [key("RO access")],
    since: "2.0.0",
    group: "hash",
    summary: "Returns the values of all fields in a hash.",
    complexity: "O(N) where N is the number of fields being requested.",
    syntax: "key field...",
    handler: hmget,
  },
  {
    name: "hincrby",
    arity: 4,
    flags: ["write", "denyoom", "fast"],
    categories: ["hash"],
    keys: [key("RW access update")],
    since: "2.0.0",
    group: "hash",
    summary:
      "Increments the integer value of a field in a hash by a number. Uses 0 as initial value if the field doesn't exist.",
    complexity: "O(1)",
    syntax: "key field increment:integer",
    handler: hincrby,
  },
  {
    name: "hincrbyfloat",
    arity: 4,
    flags: ["write", "denyoom", "fast"],
    categories: ["hash"],
    keys: [key("RW access update")],
    since: "2.6.0",
    group: "hash",
    summary:
      "Increments the floating point value of a field by a number. Uses 0 as initial value if the field doesn't exist.",
    complexity: "O(1)",
    syntax: "key field increment:double",
    handler: hincrbyfloat,
  },
  {
    name: "hdel",
    arity: -3,
    flags: ["write", "fast"],
    categories: ["hash"],
    keys: [key("RW delete")],
    since: "2.0.0",
    group: "hash",
    summary: "Deletes one or more fields and their values from a hash. Deletes the hash if no fields remain.",
    complexity: "O(N) where N is the number of fields to be removed.",
    syntax: "key field...",
    history: [["2.4.0", "Accepts multiple `field` arguments."]],
    handler: hdel,
  },
  {
    name: "hlen",
    arity: 2,
    flags: ["readonly", "fast"],
    categories: ["hash"],
    keys: [key("RO")],
    since: "2.0.0",
    group: "hash",
    summary: "Returns the number of fields in a hash.",
    complexity: "O(1)",
    syntax: "key",
    handler: hlen,
  },
  {
    name: "hstrlen",
    arity: 3,
    flags: ["readonly", "fast"],
    categories: ["hash"],
    keys: [key("RO")],
    since: "3.2.0",
    group: "hash",
    summary: "Returns the length of the value of a field.",
    complexity: "O(1)",
    syntax: "key field",
    handler: hstrlen,
  },
  {
    name: "hkeys",
    arity: 2,
    flags: ["readonly"],
    categories: ["hash"],
    keys: [key("RO access")],
    since: "2.0.0",
    group: "hash",
    summary: "Returns all fields in a hash.",
    complexity: "O(N) where N is the size of the hash.",
    syntax: "key",
    tips: ["nondeterministic_output_order"],
    handler: hkeys,
  },
  {
    name: "hvals",
    arity: 2,
    flags: ["readonly"],
    categories: ["hash"],
    keys: [key("RO access")],
    since: "2.0.0",
    group: "hash",
    summary: "Returns all values in a hash.",
    complexity: "O(N) where N is the size of the hash.",
    syntax: "key",
    tips: ["nondeterministic_output_order"],
    handler: hvals,
  },
  {
    name: "hgetall",
    arity: 2,
    flags: ["readonly"],
    categories: ["hash"],
    keys: [key("RO access")],
    since: "2.0.0",
    group: "hash",
    summary: "Returns all fields and values in a hash.",
    complexity: "O(N) where N is the size of the hash.",
    syntax: "key",
    tips: ["nondeterministic_output_order"],
    handler: hgetall,
  },
  {
    name: "hexists",
    arity: 3,
    flags: ["readonly", "fast"],
    categories: ["hash"],
    keys: [key("RO")],
    since: "2.0.0",
    group: "hash",
    summary: "Determines whether a field exists in a hash.",
    complexity: "O(1)",
    syntax: "key field",
    handler: hexists,
  },
  {
    name: "hrandfield",
    arity: -2,
    flags: ["readonly"],
    categories: ["hash"],
    keys: [key("RO access")],
    since: "6.2.0",
    group: "hash",
    summary: "Returns one or more random fields from a hash.",
    complexity: "O(N) where N is the number of fields returned",
    syntax: "key [options:{count:integer [WITHVALUES]}]",
    tips: ["nondeterministic_output"],
    handler: hrandfield,
  },
  {
    name: "hscan",
    arity: -3,
    flags: ["readonly"],
    categories: ["hash"],
    keys: [key("RO access")],
    since: "2.8.0",
    group: "hash",
    summary: "Iterates over fields and values of a hash.",
    complexity:
      "O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor to return back to 0. N is the number of elements inside the collection..",
    syntax: "key cursor:integer [MATCH pattern:pattern] [COUNT count:integer] [NOVALUES]",
    tips: ["nondeterministic_output"],
    handler: hscan,
  },
];
