/** Strings as wholes: setting, getting, counting. */
import type { Args } from "../resp/args.ts";
import { addLongDouble, isLongDouble } from "../types/long-double.ts";
import { addInt64, INT64_MIN, parseInt64, parseInt64Bytes } from "../types/numbers.ts";
import type { StringValue } from "../types/value.ts";
import { EVENT, type CommandContext } from "./context.ts";
import { CommandError, NOT_A_FLOAT, NOT_AN_INTEGER, OVERFLOW, SYNTAX_ERROR } from "./errors.ts";
import { expiryTime, invalidExpire, parseExpiry, type ExpiryOption } from "./expiry.ts";
import { readString, stringBytes, stringForWrite, stringLength, stringText } from "./string-value.ts";
import { key, keys, type CommandRow } from "./table.ts";

const DECREMENT_OVERFLOW = new CommandError("ERR decrement would overflow");
const NAN_OR_INFINITY = new CommandError("ERR increment would produce NaN or Infinity");
const ODD_MSET = new CommandError("ERR wrong number of arguments for 'mset' command");
const ODD_MSETNX = new CommandError("ERR wrong number of arguments for 'msetnx' command");

const INFINITE = /^[+-]?inf(?:inity)?$/i;

function get(ctx: CommandContext): void {
  ctx.replyString(1);
}

interface SetOptions {
  onlyNew: boolean;
  onlyExisting: boolean;
  get: boolean;
  keepExpiry: boolean;
  expiry: ExpiryOption | undefined;
}

/** Options of SET, from argument 3 on. */
function setOptions(args: Args): SetOptions {
  const options: SetOptions = { onlyNew: false, onlyExisting: false, get: false, keepExpiry: false, expiry: undefined };
  for (let i = 3; i < args.length; i++) {
    if (args.is(i, "NX") && !options.onlyExisting) options.onlyNew = true;
    else if (args.is(i, "XX") && !options.onlyNew) options.onlyExisting = true;
    else if (args.is(i, "GET")) options.get = true;
    else if (args.is(i, "KEEPTTL") && options.expiry === undefined) options.keepExpiry = true;
    else {
      const expiry = parseExpiry(args, i);
      if (expiry === undefined || options.keepExpiry) throw SYNTAX_ERROR;
      if (options.expiry !== undefined && !options.expiry.isLike(expiry)) throw SYNTAX_ERROR;
      options.expiry = expiry;
      i++;
    }
  }
  return options;
}

function set(ctx: CommandContext): void {
  const { args } = ctx;
  if (args.length === 3) {
    ctx.putArgument(1, 2);
    ctx.changed(1, EVENT.string, "set");
    ctx.reply.ok();
    return;
  }
  const options = setOptions(args);
  const expiresAt = options.expiry === undefined ? -1 : options.expiry.at(ctx.now, "set");
  let previous: StringValue | undefined;
  if (options.get) {
    previous = readString(ctx, 1);
    if (previous === undefined) ctx.reply.nil();
    else ctx.reply.value(previous);
  }
  const exists = ctx.db.find(args, 1) !== 0;
  if ((options.onlyNew && exists) || (options.onlyExisting && !exists)) {
    if (!options.get) ctx.reply.nil();
    return;
  }
  setWithExpiry(ctx, args.value(2), expiresAt, options.keepExpiry);
  if (!options.get) ctx.reply.ok();
  // What it replies is of no use to replicas.
  else if (expiresAt < 0 && ctx.propagating)
    ctx.effect(...args.strings().filter((_, i) => i < 3 || !args.is(i, "GET")));
}

/** Sets key 1, with the events and the effect of SET; `expiresAt` −1: none. */
function setWithExpiry(ctx: CommandContext, value: StringValue, expiresAt: number, keepExpiry = false): void {
  const id = ctx.put(1, value, keepExpiry);
  ctx.changed(1, EVENT.string, "set");
  if (expiresAt < 0) return;
  ctx.db.setExpiresAt(id, expiresAt);
  ctx.notify(EVENT.generic, "expire", 1);
  if (ctx.propagating) ctx.effect("SET", ctx.args.string(1), stringBytes(value), "PXAT", expiresAt);
}

function setnx(ctx: CommandContext): void {
  if (ctx.db.find(ctx.args, 1) !== 0) {
    ctx.reply.integer(0);
    return;
  }
  ctx.put(1, ctx.args.value(2));
  ctx.changed(1, EVENT.string, "set");
  ctx.reply.integer(1);
}

function setex(ctx: CommandContext): void {
  setWithLifetime(ctx, 1000, "setex");
}

function psetex(ctx: CommandContext): void {
  setWithLifetime(ctx, 1, "psetex");
}

function setWithLifetime(ctx: CommandContext, unitMs: number, command: string): void {
  const lifetime = ctx.args.int64(2);
  const expiresAt = lifetime > 0 ? expiryTime(lifetime, unitMs, ctx.now) : undefined;
  if (expiresAt === undefined) throw invalidExpire(command);
  setWithExpiry(ctx, ctx.args.value(3), expiresAt);
  ctx.reply.ok();
}

function getset(ctx: CommandContext): void {
  get(ctx);
  ctx.put(1, ctx.args.value(2));
  ctx.changed(1, EVENT.string, "set");
  if (ctx.propagating) ctx.effect("SET", ctx.args.string(1), ctx.args.bytes(2));
}

function getdel(ctx: CommandContext): void {
  const value = readString(ctx, 1);
  if (value === undefined) {
    ctx.reply.nil();
    return;
  }
  ctx.reply.value(value);
  ctx.remove(1);
  ctx.changed(1, EVENT.generic, "del");
  if (ctx.propagating) ctx.effect("DEL", ctx.args.string(1));
}

function getex(ctx: CommandContext): void {
  const { args } = ctx;
  let persist = false;
  let expiry: ExpiryOption | undefined;
  for (let i = 2; i < args.length; i++) {
    if (args.is(i, "PERSIST") && expiry === undefined) persist = true;
    else {
      const option = parseExpiry(args, i);
      if (option === undefined || persist) throw SYNTAX_ERROR;
      if (expiry !== undefined && !expiry.isLike(option)) throw SYNTAX_ERROR;
      expiry = option;
      i++;
    }
  }
  const value = readString(ctx, 1);
  if (value === undefined) {
    ctx.reply.nil();
    return;
  }
  const expiresAt = expiry === undefined ? -1 : expiry.at(ctx.now, "getex");
  ctx.reply.value(value);
  const id = ctx.db.find(args, 1);
  if (expiry !== undefined && expiresAt <= ctx.now && ctx.engine.removesExpired) {
    ctx.db.remove(id);
    ctx.changed(1, EVENT.generic, "del");
    if (ctx.propagating) ctx.effect("DEL", args.string(1));
  } else if (expiry !== undefined) {
    ctx.db.setExpiresAt(id, expiresAt);
    ctx.changed(1, EVENT.generic, "expire");
    if (ctx.propagating) ctx.effect("PEXPIREAT", args.string(1), expiresAt);
  } else if (persist && ctx.db.persist(id)) {
    ctx.changed(1, EVENT.generic, "persist");
    if (ctx.propagating) ctx.effect("PERSIST", args.string(1));
  }
}

function mget(ctx: CommandContext): void {
  ctx.reply.array(ctx.args.length - 1);
  for (let i = 1; i < ctx.args.length; i++) {
    ctx.replyString(i, "nil");
  }
}

function mset(ctx: CommandContext): void {
  if (ctx.args.length % 2 === 0) throw ODD_MSET;
  setAll(ctx);
  ctx.reply.ok();
}

function msetnx(ctx: CommandContext): void {
  const { args } = ctx;
  if (args.length % 2 === 0) throw ODD_MSETNX;
  for (let i = 1; i < args.length; i += 2) {
    if (ctx.db.find(args, i) !== 0) {
      ctx.reply.integer(0);
      return;
    }
  }
  setAll(ctx);
  ctx.reply.integer(1);
}

function setAll(ctx: CommandContext): void {
  for (let i = 1; i < ctx.args.length; i += 2) {
    ctx.putArgument(i, i + 1);
    ctx.changed(i, EVENT.string, "set");
  }
}

/** Adds `delta` to the integer at key 1. */
function increment(ctx: CommandContext, delta: number | bigint): void {
  const { db, args } = ctx;
  const id = db.find(args, 1);
  if (id !== 0 && typeof delta === "number") {
    const sum = db.keys.integer(id) + delta;
    if (Number.isSafeInteger(sum)) {
      ctx.engine.recordAccess(db, id);
      db.setInteger(id, sum);
      ctx.changed(1, EVENT.string, "incrby");
      ctx.reply.integer(sum);
      return;
    }
  }
  const value = stringForWrite(ctx, 1);
  let current: number | bigint | undefined = 0;
  if (typeof value === "number") current = value;
  else if (typeof value === "string") current = parseInt64(value);
  else if (value !== undefined) current = parseInt64Bytes(value, 0, value.length);
  if (current === undefined) throw NOT_AN_INTEGER;
  const sum = addInt64(current, delta);
  if (sum === undefined) throw OVERFLOW;
  const stored = typeof sum === "number" ? sum : String(sum);
  if (value === undefined) ctx.put(1, stored);
  else db.setValue(db.find(args, 1), stored);
  ctx.changed(1, EVENT.string, "incrby");
  ctx.reply.integer(sum);
}

function incr(ctx: CommandContext): void {
  increment(ctx, 1);
}

function decr(ctx: CommandContext): void {
  increment(ctx, -1);
}

function incrby(ctx: CommandContext): void {
  increment(ctx, ctx.args.int64(2));
}

function decrby(ctx: CommandContext): void {
  const amount = ctx.args.int64(2);
  if (amount === INT64_MIN) throw DECREMENT_OVERFLOW;
  increment(ctx, typeof amount === "bigint" ? -amount : 0 - amount);
}

function incrbyfloat(ctx: CommandContext): void {
  const value = stringForWrite(ctx, 1);
  const current = value === undefined ? "0" : stringText(value);
  const amount = ctx.args.string(2);
  if (!isLongDouble(current) && !INFINITE.test(current)) throw NOT_A_FLOAT;
  if (!isLongDouble(amount) && !INFINITE.test(amount)) throw NOT_A_FLOAT;
  const sum = addLongDouble(current, amount);
  if (sum === undefined) throw NAN_OR_INFINITY;
  ctx.put(1, sum, true);
  ctx.changed(1, EVENT.string, "incrbyfloat");
  if (ctx.propagating) ctx.effect("SET", ctx.args.string(1), sum, "KEEPTTL");
  ctx.reply.bulk(sum);
}

function strlen(ctx: CommandContext): void {
  const value = readString(ctx, 1);
  ctx.reply.integer(value === undefined ? 0 : stringLength(value));
}

const EXPIRY_SYNTAX =
  "EX seconds:integer | PX milliseconds:integer | EXAT unix-time-seconds:unix-time | PXAT unix-time-milliseconds:unix-time";

export const stringCommands: readonly CommandRow[] = [
  {
    name: "get",
    arity: 2,
    flags: ["readonly", "fast"],
    categories: ["string"],
    keys: [key("RO access")],
    since: "1.0.0",
    group: "string",
    summary: "Returns the string value of a key.",
    complexity: "O(1)",
    syntax: "key",
    handler: get,
  },
  {
    name: "set",
    arity: -3,
    flags: ["write", "denyoom"],
    categories: ["string"],
    keys: [key("RW access update variable_flags", 1, "RW and ACCESS due to the optional `GET` argument")],
    since: "1.0.0",
    group: "string",
    summary: "Sets the string value of a key, ignoring its type. The key is created if it doesn't exist.",
    complexity: "O(1)",
    syntax: `key value [condition:(NX | XX)] [GET] [expiration:(${EXPIRY_SYNTAX} | KEEPTTL)]`,
    history: [
      ["2.6.12", "Added the `EX`, `PX`, `NX` and `XX` options."],
      ["6.0.0", "Added the `KEEPTTL` option."],
      ["6.2.0", "Added the `GET`, `EXAT` and `PXAT` option."],
      ["7.0.0", "Allowed the `NX` and `GET` options to be used together."],
    ],
    handler: set,
  },
  {
    name: "setnx",
    arity: 3,
    flags: ["write", "denyoom", "fast"],
    categories: ["string"],
    keys: [key("OW insert")],
    since: "1.0.0",
    group: "string",
    summary: "Set the string value of a key only when the key doesn't exist.",
    complexity: "O(1)",
    syntax: "key value",
    deprecated: { since: "2.6.12", replacedBy: "`SET` with the `NX` argument" },
    handler: setnx,
  },
  {
    name: "setex",
    arity: 4,
    flags: ["write", "denyoom"],
    categories: ["string"],
    keys: [key("OW update")],
    since: "2.0.0",
    group: "string",
    summary: "Sets the string value and expiration time of a key. Creates the key if it doesn't exist.",
    complexity: "O(1)",
    syntax: "key seconds:integer value",
    deprecated: { since: "2.6.12", replacedBy: "`SET` with the `EX` argument" },
    handler: setex,
  },
  {
    name: "psetex",
    arity: 4,
    flags: ["write", "denyoom"],
    categories: ["string"],
    keys: [key("OW update")],
    since: "2.6.0",
    group: "string",
    summary:
      "Sets both string value and expiration time in milliseconds of a key. The key is created if it doesn't exist.",
    complexity: "O(1)",
    syntax: "key milliseconds:integer value",
    deprecated: { since: "2.6.12", replacedBy: "`SET` with the `PX` argument" },
    handler: psetex,
  },
  {
    name: "getset",
    arity: 3,
    flags: ["write", "denyoom", "fast"],
    categories: ["string"],
    keys: [key("RW access update")],
    since: "1.0.0",
    group: "string",
    summary: "Returns the previous string value of a key after setting it to a new value.",
    complexity: "O(1)",
    syntax: "key value",
    deprecated: { since: "6.2.0", replacedBy: "`SET` with the `!GET` argument" },
    handler: getset,
  },
  {
    name: "getdel",
    arity: 2,
    flags: ["write", "fast"],
    categories: ["string"],
    keys: [key("RW access delete")],
    since: "6.2.0",
    group: "string",
    summary: "Returns the string value of a key after deleting the key.",
    complexity: "O(1)",
    syntax: "key",
    handler: getdel,
  },
  {
    name: "getex",
    arity: -2,
    flags: ["write", "fast"],
    categories: ["string"],
    keys: [key("RW access update", 1, "RW and UPDATE because it changes the TTL")],
    since: "6.2.0",
    group: "string",
    summary: "Returns the string value of a key after setting its expiration time.",
    complexity: "O(1)",
    syntax: `key [expiration:(${EXPIRY_SYNTAX} | PERSIST)]`,
    handler: getex,
  },
  {
    name: "mget",
    arity: -2,
    flags: ["readonly", "fast"],
    categories: ["string"],
    keys: [keys("RO access")],
    since: "1.0.0",
    group: "string",
    summary: "Atomically returns the string values of one or more keys.",
    complexity: "O(N) where N is the number of keys to retrieve.",
    syntax: "key...",
    tips: ["request_policy:multi_shard"],
    handler: mget,
  },
  {
    name: "mset",
    arity: -3,
    flags: ["write", "denyoom"],
    categories: ["string"],
    keys: [keys("OW update", 1, -1, 2)],
    since: "1.0.1",
    group: "string",
    summary: "Atomically creates or modifies the string values of one or more keys.",
    complexity: "O(N) where N is the number of keys to set.",
    syntax: "data:{key value}...",
    tips: ["request_policy:multi_shard", "response_policy:all_succeeded"],
    handler: mset,
  },
  {
    name: "msetnx",
    arity: -3,
    flags: ["write", "denyoom"],
    categories: ["string"],
    keys: [keys("OW insert", 1, -1, 2)],
    since: "1.0.1",
    group: "string",
    summary: "Atomically modifies the string values of one or more keys only when all keys don't exist.",
    complexity: "O(N) where N is the number of keys to set.",
    syntax: "data:{key value}...",
    handler: msetnx,
  },
  {
    name: "incr",
    arity: 2,
    flags: ["write", "denyoom", "fast"],
    categories: ["string"],
    keys: [key("RW access update")],
    since: "1.0.0",
    group: "string",
    summary: "Increments the integer value of a key by one. Uses 0 as initial value if the key doesn't exist.",
    complexity: "O(1)",
    syntax: "key",
    handler: incr,
  },
  {
    name: "decr",
    arity: 2,
    flags: ["write", "denyoom", "fast"],
    categories: ["string"],
    keys: [key("RW access update")],
    since: "1.0.0",
    group: "string",
    summary: "Decrements the integer value of a key by one. Uses 0 as initial value if the key doesn't exist.",
    complexity: "O(1)",
    syntax: "key",
    handler: decr,
  },
  {
    name: "incrby",
    arity: 3,
    flags: ["write", "denyoom", "fast"],
    categories: ["string"],
    keys: [key("RW access update")],
    since: "1.0.0",
    group: "string",
    summary: "Increments the integer value of a key by a number. Uses 0 as initial value if the key doesn't exist.",
    complexity: "O(1)",
    syntax: "key increment:integer",
    handler: incrby,
  },
  {
    name: "decrby",
    arity: 3,
    flags: ["write", "denyoom", "fast"],
    categories: ["string"],
    keys: [key("RW access update")],
    since: "1.0.0",
    group: "string",
    summary: "Decrements a number from the integer value of a key. Uses 0 as initial value if the key doesn't exist.",
    complexity: "O(1)",
    syntax: "key decrement:integer",
    handler: decrby,
  },
  {
    name: "incrbyfloat",
    arity: 3,
    flags: ["write", "denyoom", "fast"],
    categories: ["string"],
    keys: [key("RW access update")],
    since: "2.6.0",
    group: "string",
    summary:
      "Increment the floating point value of a key by a number. Uses 0 as initial value if the key doesn't exist.",
    complexity: "O(1)",
    syntax: "key increment:double",
    handler: incrbyfloat,
  },
  {
    name: "strlen",
    arity: 2,
    flags: ["readonly", "fast"],
    categories: ["string"],
    keys: [key("RO")],
    since: "2.2.0",
    group: "string",
    summary: "Returns the length of a string value.",
    complexity: "O(1)",
    syntax: "key",
    handler: strlen,
  },
];
