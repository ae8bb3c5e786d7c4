/** Keys, whatever they hold: existence, expiry, renaming, copying, walking. */
import { Buffer } from "node:buffer";
import type { Database } from "../keyspace/database.ts";
import { Glob } from "../keyspace/glob.ts";
import { isCanonicalInt64 } from "../types/numbers.ts";
import { Collection, typeOf, type Value } from "../types/value.ts";
import { EVENT, type CommandContext } from "./context.ts";
import { CommandError, NO_SUCH_KEY, SYNTAX_ERROR } from "./errors.ts";
import { expiryTime, invalidExpire } from "./expiry.ts";
import { BUCKETS_PER_ELEMENT, parseCursor, parseScanOptions } from "./scan.ts";
import { subcommandHelp } from "./help.ts";
import { key, keys, type CommandRow } from "./table.ts";

const DB_OUT_OF_RANGE = new CommandError("ERR DB index is out of range");
const SAME_OBJECT = new CommandError("ERR source and destination objects are the same");
/** Longest string that Redis keeps in one allocation with its object. */
const EMBEDDED_STRING_BYTES = 44;

function del(ctx: CommandContext): void {
  let removed = 0;
  for (let i = 1; i < ctx.args.length; i++) {
    if (!ctx.remove(i)) continue;
    ctx.changed(i, EVENT.generic, "del");
    removed++;
  }
  ctx.reply.integer(removed);
}

function exists(ctx: CommandContext): void {
  let count = 0;
  for (let i = 1; i < ctx.args.length; i++) if (ctx.lookup(i) !== undefined) count++;
  ctx.reply.integer(count);
}

function type(ctx: CommandContext): void {
  const id = ctx.db.find(ctx.args, 1);
  ctx.reply.simple(id === 0 ? "none" : typeOf(ctx.db.value(id)));
}

interface ExpireConditions {
  onlyNew: boolean;
  onlyExisting: boolean;
  greater: boolean;
  less: boolean;
}

function expireConditions(ctx: CommandContext): ExpireConditions {
  const { args } = ctx;
  const conditions = { onlyNew: false, onlyExisting: false, greater: false, less: false };
  for (let i = 3; i < args.length; i++) {
    if (args.is(i, "NX")) conditions.onlyNew = true;
    else if (args.is(i, "XX")) conditions.onlyExisting = true;
    else if (args.is(i, "GT")) conditions.greater = true;
    else if (args.is(i, "LT")) conditions.less = true;
    else throw new CommandError(`ERR Unsupported option ${args.string(i)}`);
  }
  if (conditions.onlyNew && (conditions.onlyExisting || conditions.greater || conditions.less)) {
    throw new CommandError("ERR NX and XX, GT or LT options at the same time are not compatible");
  }
  if (conditions.greater && conditions.less) {
    throw new CommandError("ERR GT and LT options at the same time are not compatible");
  }
  return conditions;
}

/** EXPIRE and its kin: argument 2 counts `unitMs`, from `base`. */
function expireGeneric(ctx: CommandContext, unitMs: number, base: number, name: string): void {
  const { args, db, reply } = ctx;
  const conditions = expireConditions(ctx);
  const at = expiryTime(args.int64(2), unitMs, base);
  if (at === undefined) throw invalidExpire(name);
  const id = db.find(args, 1);
  if (id === 0) {
    reply.integer(0);
    return;
  }
  const current = db.expiresAt(id);
  const refused =
    (conditions.onlyNew && current >= 0) ||
    (conditions.onlyExisting && current < 0) ||
    (conditions.greater && (current < 0 || at <= current)) ||
    (conditions.less && current >= 0 && at >= current);
  if (refused) {
    reply.integer(0);
    return;
  }
  if (at <= ctx.now && !ctx.engine.loading) {
    db.remove(id);
    ctx.changed(1, EVENT.generic, "del");
    if (ctx.propagating) ctx.effect("DEL", args.string(1));
  } else {
    db.setExpiresAt(id, at);
    ctx.changed(1, EVENT.generic, "expire");
    if (ctx.propagating) ctx.effect("PEXPIREAT", args.string(1), at);
  }
  reply.integer(1);
}

/** TTL and its kin. */
function remaining(ctx: CommandContext, show: (at: number, now: number) => number): void {
  const id = ctx.db.find(ctx.args, 1);
  if (id === 0) {
    ctx.reply.integer(-2);
    return;
  }
  const at = ctx.db.expiresAt(id);
  ctx.reply.integer(at < 0 ? -1 : show(at, ctx.now));
}

function persist(ctx: CommandContext): void {
  const id = ctx.db.find(ctx.args, 1);
  if (id === 0 || !ctx.db.persist(id)) {
    ctx.reply.integer(0);
    return;
  }
  ctx.changed(1, EVENT.generic, "persist");
  ctx.reply.integer(1);
}

function rename(ctx: CommandContext): void {
  moveKey(ctx, false);
}

function renamenx(ctx: CommandContext): void {
  moveKey(ctx, true);
}

function moveKey(ctx: CommandContext, onlyNew: boolean): void {
  const { args, db, reply } = ctx;
  const id = db.find(args, 1);
  if (id === 0) throw NO_SUCH_KEY;
  if (args.string(1) === args.string(2)) {
    if (onlyNew) reply.integer(0);
    else reply.ok();
    return;
  }
  if (onlyNew && db.find(args, 2) !== 0) {
    reply.integer(0);
    return;
  }
  const value = db.value(id);
  const expiresAt = db.expiresAt(id);
  db.remove(id);
  const made = ctx.put(2, value);
  if (expiresAt >= 0) db.setExpiresAt(made, expiresAt);
  ctx.changed(1, EVENT.generic, "rename_from");
  ctx.changed(2, EVENT.generic, "rename_to", 0);
  if (onlyNew) reply.integer(1);
  else reply.ok();
}

/** The database whose number is argument `i`. */
function databaseAt(ctx: CommandContext, i: number): Database {
  const index = ctx.args.integer(i);
  const database = ctx.engine.keyspace.databases[index];
  if (database === undefined) throw DB_OUT_OF_RANGE;
  return database;
}

function move(ctx: CommandContext): void {
  const { args, db, reply } = ctx;
  const target = databaseAt(ctx, 2);
  if (target === db) throw SAME_OBJECT;
  const id = db.find(args, 1);
  if (id === 0 || target.find(args, 1) !== 0) {
    reply.integer(0);
    return;
  }
  const value = db.value(id);
  const expiresAt = db.expiresAt(id);
  db.remove(id);
  ctx.changed(1, EVENT.generic, "move_from");
  const made = target.insert(args, 1, value);
  if (expiresAt >= 0) target.setExpiresAt(made, expiresAt);
  ctx.arrived(target, 1, "move_to");
  reply.integer(1);
}

function copyOf(value: Value): Value {
  if (typeof value !== "object") return value;
  return value instanceof Collection ? value.clone() : Buffer.from(Uint8Array.prototype.slice.call(value).buffer);
}

function copy(ctx: CommandContext): void {
  const { args, db, reply } = ctx;
  let target = db;
  let replace = false;
  for (let i = 3; i < args.length; i++) {
    if (args.is(i, "REPLACE")) replace = true;
    else if (args.is(i, "DB") && i + 1 < args.length) target = databaseAt(ctx, ++i);
    else throw SYNTAX_ERROR;
  }
  if (target === db && args.string(1) === args.string(2)) throw SAME_OBJECT;
  const value = ctx.lookup(1);
  if (value === undefined) {
    reply.integer(0);
    return;
  }
  const existing = target.find(args, 2);
  if (existing !== 0) {
    if (!replace) {
      reply.integer(0);
      return;
    }
    target.remove(existing);
  }
  const expiresAt = db.expiresAt(db.find(args, 1));
  const made = target.insert(args, 2, copyOf(value));
  if (expiresAt >= 0) target.setExpiresAt(made, expiresAt);
  ctx.dirty++;
  ctx.arrived(target, 2, "copy_to");
  reply.integer(1);
}

function randomkey(ctx: CommandContext): void {
  const { db, reply } = ctx;
  for (;;) {
    const id = db.keys.randomId((limit) => ctx.engine.random.integer(limit));
    if (id === 0) {
      reply.nil();
      return;
    }
    if (!db.isExpired(id)) {
      reply.bulk(db.keys.key(id));
      return;
    }
    db.removeExpired(id);
  }
}

function keysCommand(ctx: CommandContext): void {
  const { db, reply } = ctx;
  const glob = new Glob(ctx.args.string(1));
  const mark = reply.begin();
  let count = 0;
  for (let id = 1; id < db.keys.idLimit; id++) {
    if (!db.keys.isUsed(id) || db.isExpired(id)) continue;
    const name = db.keys.key(id);
    if (!glob.matches(name)) continue;
    reply.bulk(name);
    count++;
  }
  reply.endArray(mark, count);
}

function scan(ctx: CommandContext): void {
  const { db, reply } = ctx;
  let cursor = parseCursor(ctx.args, 1);
  const { count, glob, type: wanted } = parseScanOptions(ctx.args, 2, { type: true });
  const ids: number[] = [];
  let looks = count * BUCKETS_PER_ELEMENT;
  do cursor = db.keys.scan(cursor, (id) => ids.push(id));
  while (cursor !== 0 && ids.length < count && --looks > 0);
  const names: string[] = [];
  for (const id of ids) {
    if (glob === undefined && wanted === undefined && !db.keys.hasExpiry(id)) {
      names.push(db.keys.key(id));
      continue;
    }
    const name = db.keys.key(id);
    if (glob !== undefined && !glob.matches(name)) continue;
    if (db.isExpired(id)) {
      db.removeExpired(id);
      continue;
    }
    if (wanted === undefined || typeOf(db.value(id)) === wanted) names.push(name);
  }
  reply.array(2);
  reply.bulk(String(cursor));
  reply.array(names.length);
  for (const name of names) reply.bulk(name);
}

/** As OBJECT ENCODING reports it. */
export function encodingOf(value: Value): string {
  if (value instanceof Collection) return value.encoding();
  if (typeof value === "number") return "int";
  if (typeof value === "string") {
    if (value.length >= 16 && value.length <= 20 && isCanonicalInt64(value)) return "int";
    return value.length <= EMBEDDED_STRING_BYTES ? "embstr" : "raw";
  }
  return "raw";
}

/** Looks a key up without marking the access, as OBJECT does. */
function peek(ctx: CommandContext, i: number): { id: number; value: Value } | undefined {
  const id = ctx.db.find(ctx.args, i);
  return id === 0 ? undefined : { id, value: ctx.db.value(id) };
}

function objectEncoding(ctx: CommandContext): void {
  const found = peek(ctx, 2);
  if (found === undefined) ctx.reply.nil();
  else ctx.reply.bulk(encodingOf(found.value));
}

function objectRefcount(ctx: CommandContext): void {
  const found = peek(ctx, 2);
  if (found === undefined) ctx.reply.nil();
  // Integers below 10,000 are shared objects in the original.
  else ctx.reply.integer(isShared(found.value, ctx) ? 2147483647 : 1);
}

function isShared(value: Value, ctx: CommandContext): boolean {
  return typeof value === "number" && value >= 0 && value < 10_000 && ctx.engine.sharesIntegers;
}

function objectIdletime(ctx: CommandContext): void {
  const found = peek(ctx, 2);
  if (found === undefined) ctx.reply.nil();
  else if (ctx.engine.countsFrequency) {
    throw new CommandError(
      "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.",
    );
  } else ctx.reply.integer(ctx.engine.idleSeconds(ctx.db, found.id));
}

function objectFreq(ctx: CommandContext): void {
  const found = peek(ctx, 2);
  if (found === undefined) ctx.reply.nil();
  else if (ctx.engine.countsFrequency) ctx.reply.integer(ctx.engine.frequency(ctx.db, found.id));
  else {
    throw new CommandError(
      "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.",
    );
  }
}

const OBJECT_SUBCOMMANDS: readonly CommandRow[] = [
  {
    name: "encoding",
    arity: 3,
    flags: ["readonly"],
    categories: ["keyspace"],
    keys: [key("RO", 2)],
    since: "2.2.3",
    group: "generic",
    summary: "Returns the internal encoding of a Redis object.",
    complexity: "O(1)",
    syntax: "key",
    tips: ["nondeterministic_output"],
    handler: objectEncoding,
  },
  {
    name: "refcount",
    arity: 3,
    flags: ["readonly"],
    categories: ["keyspace"],
    keys: [key("RO", 2)],
    since: "2.2.3",
    group: "generic",
    summary: "Returns the reference count of a value of a key.",
    complexity: "O(1)",
    syntax: "key",
    tips: ["nondeterministic_output"],
    handler: objectRefcount,
  },
  {
    name: "idletime",
    arity: 3,
    flags: ["readonly"],
    categories: ["keyspace"],
    keys: [key("RO", 2)],
    since: "2.2.3",
    group: "generic",
    summary: "Returns the time since the last access to a Redis object.",
    complexity: "O(1)",
    syntax: "key",
    tips: ["nondeterministic_output"],
    handler: objectIdletime,
  },
  {
    name: "freq",
    arity: 3,
    flags: ["readonly"],
    categories: ["keyspace"],
    keys: [key("RO", 2)],
    since: "4.0.0",
    group: "generic",
    summary: "Returns the logarithmic access frequency counter of a Redis object.",
    complexity: "O(1)",
    syntax: "key",
    tips: ["nondeterministic_output"],
    handler: objectFreq,
  },
  subcommandHelp(
    "object",
    "2.2.3",
    "generic",
    ["keyspace"],
    [
      [
        "ENCODING <key>",
        "Return the kind of internal representation used in order to store the value associated with a <key>.",
      ],
      [
        "FREQ <key>",
        "Return the access frequency index of the <key>. The returned integer is proportional to the logarithm of the recent access frequency of the key.",
      ],
      [
        "IDLETIME <key>",
        "Return the idle time of the <key>, that is the approximated number of seconds elapsed since the last access to the key.",
      ],
      ["REFCOUNT <key>", "Return the number of references of the value associated with the specified <key>."],
    ],
  ),
];

const EXPIRE_CONDITION = "[condition:(NX | XX | GT | LT)]";
const EXPIRE_HISTORY = [["7.0.0", "Added options: `NX`, `XX`, `GT` and `LT`."]] as const;

export const keyCommands: readonly CommandRow[] = [
  {
    name: "del",
    arity: -2,
    flags: ["write"],
    categories: ["keyspace"],
    keys: [keys("RM delete")],
    since: "1.0.0",
    group: "generic",
    summary: "Deletes one or more keys.",
    complexity: "O(N) where N is the number of keys that will be removed, plus the elements of collections among them.",
    syntax: "key...",
    tips: ["request_policy:multi_shard", "response_policy:agg_sum"],
    handler: del,
  },
  {
    name: "unlink",
    arity: -2,
    flags: ["write", "fast"],
    categories: ["keyspace"],
    keys: [keys("RM delete")],
    since: "4.0.0",
    group: "generic",
    summary: "Asynchronously deletes one or more keys.",
    complexity: "O(1) for each key removed; the memory is reclaimed later.",
    syntax: "key...",
    tips: ["request_policy:multi_shard", "response_policy:agg_sum"],
    handler: del,
  },
  {
    name: "exists",
    arity: -2,
    flags: ["readonly", "fast"],
    categories: ["keyspace"],
    keys: [keys("RO")],
    since: "1.0.0",
    group: "generic",
    summary: "Determines whether one or more keys exist.",
    complexity: "O(N) where N is the number of keys to check.",
    syntax: "key...",
    history: [["3.0.3", "Accepts multiple `key` arguments."]],
    tips: ["request_policy:multi_shard", "response_policy:agg_sum"],
    handler: exists,
  },
  {
    name: "touch",
    arity: -2,
    flags: ["readonly", "fast"],
    categories: ["keyspace"],
    keys: [keys("RO")],
    since: "3.2.1",
    group: "generic",
    summary:
      "Returns the number of existing keys out of those specified after updating the time they were last accessed.",
    complexity: "O(N) where N is the number of keys that will be touched.",
    syntax: "key...",
    tips: ["request_policy:multi_shard", "response_policy:agg_sum"],
    handler: exists,
  },
  {
    name: "type",
    arity: 2,
    flags: ["readonly", "fast"],
    categories: ["keyspace"],
    keys: [key("RO")],
    since: "1.0.0",
    group: "generic",
    summary: "Determines the type of value stored at a key.",
    complexity: "O(1)",
    syntax: "key",
    handler: type,
  },
  {
    name: "expire",
    arity: -3,
    flags: ["write", "fast"],
    categories: ["keyspace"],
    keys: [key("RW update")],
    since: "1.0.0",
    group: "generic",
    summary: "Sets the expiration time of a key in seconds.",
    complexity: "O(1)",
    syntax: `key seconds:integer ${EXPIRE_CONDITION}`,
    history: EXPIRE_HISTORY,
    handler: (ctx) => expireGeneric(ctx, 1000, ctx.now, "expire"),
  },
  {
    name: "pexpire",
    arity: -3,
    flags: ["write", "fast"],
    categories: ["keyspace"],
    keys: [key("RW update")],
    since: "2.6.0",
    group: "generic",
    summary: "Sets the expiration time of a key in milliseconds.",
    complexity: "O(1)",
    syntax: `key milliseconds:integer ${EXPIRE_CONDITION}`,
    history: EXPIRE_HISTORY,
    handler: (ctx) => expireGeneric(ctx, 1, ctx.now, "pexpire"),
  },
  {
    name: "expireat",
    arity: -3,
    flags: ["write", "fast"],
    categories: ["keyspace"],
    keys: [key("RW update")],
    since: "1.2.0",
    group: "generic",
    summary: "Sets the expiration time of a key to a Unix timestamp.",
    complexity: "O(1)",
    syntax: `key unix-time-seconds:unix-time ${EXPIRE_CONDITION}`,
    history: EXPIRE_HISTORY,
    handler: (ctx) => expireGeneric(ctx, 1000, 0, "expireat"),
  },
  {
    name: "pexpireat",
    arity: -3,
    flags: ["write", "fast"],
    categories: ["keyspace"],
    keys: [key("RW update")],
    since: "2.6.0",
    group: "generic",
    summary: "Sets the expiration time of a key to a Unix milliseconds timestamp.",
    complexity: "O(1)",
    syntax: `key unix-time-milliseconds:unix-time ${EXPIRE_CONDITION}`,
    history: EXPIRE_HISTORY,
    handler: (ctx) => expireGeneric(ctx, 1, 0, "pexpireat"),
  },
  {
    name: "ttl",
    arity: 2,
    flags: ["readonly", "fast"],
    categories: ["keyspace"],
    keys: [key("RO access")],
    since: "1.0.0",
    group: "generic",
    summary: "Returns the expiration time in seconds of a key.",
    complexity: "O(1)",
    syntax: "key",
    history: [["2.8.0", "Added the -2 reply."]],
    tips: ["nondeterministic_output"],
    handler: (ctx) => remaining(ctx, (at, now) => Math.floor((Math.max(0, at - now) + 500) / 1000)),
  },
  {
    name: "pttl",
    arity: 2,
    flags: ["readonly", "fast"],
    categories: ["keyspace"],
    keys: [key("RO access")],
    since: "2.6.0",
    group: "generic",
    summary: "Returns the expiration time in milliseconds of a key.",
    complexity: "O(1)",
    syntax: "key",
    history: [["2.8.0", "Added the -2 reply."]],
    tips: ["nondeterministic_output"],
    handler: (ctx) => remaining(ctx, (at, now) => Math.max(0, at - now)),
  },
  {
    name: "expiretime",
    arity: 2,
    flags: ["readonly", "fast"],
    categories: ["keyspace"],
    keys: [key("RO access")],
    since: "7.0.0",
    group: "generic",
    summary: "Returns the expiration time of a key as a Unix timestamp.",
    complexity: "O(1)",
    syntax: "key",
    handler: (ctx) => remaining(ctx, (at) => Math.floor((at + 500) / 1000)),
  },
  {
    name: "pexpiretime",
    arity: 2,
    flags: ["readonly", "fast"],
    categories: ["keyspace"],
    keys: [key("RO access")],
    since: "7.0.0",
    group: "generic",
    summary: "Returns the expiration time of a key as a Unix milliseconds timestamp.",
    complexity: "O(1)",
    syntax: "key",
    handler: (ctx) => remaining(ctx, (at) => at),
  },
  {
    name: "persist",
    arity: 2,
    flags: ["write", "fast"],
    categories: ["keyspace"],
    keys: [key("RW update")],
    since: "2.2.0",
    group: "generic",
    summary: "Removes the expiration time of a key.",
    complexity: "O(1)",
    syntax: "key",
    handler: persist,
  },
  {
    name: "rename",
    arity: 3,
    flags: ["write"],
    categories: ["keyspace"],
    keys: [key("RW access delete"), key("OW update", 2)],
    since: "1.0.0",
    group: "generic",
    summary: "Renames a key and overwrites the destination.",
    complexity: "O(1), plus the deletion of what the destination held.",
    syntax: "key newkey:key",
    handler: rename,
  },
  {
    name: "renamenx",
    arity: 3,
    flags: ["write", "fast"],
    categories: ["keyspace"],
    keys: [key("RW access delete"), key("OW insert", 2)],
    since: "1.0.0",
    group: "generic",
    summary: "Renames a key only when the target key name doesn't exist.",
    complexity: "O(1)",
    syntax: "key newkey:key",
    history: [["3.2.0", "The command no longer returns an error when source and destination names are the same."]],
    handler: renamenx,
  },
  {
    name: "move",
    arity: 3,
    flags: ["write", "fast"],
    categories: ["keyspace"],
    keys: [key("RW access update")],
    since: "1.0.0",
    group: "generic",
    summary: "Moves a key to another database.",
    complexity: "O(1)",
    syntax: "key db:integer",
    handler: move,
  },
  {
    name: "copy",
    arity: -3,
    flags: ["write", "denyoom"],
    categories: ["keyspace"],
    keys: [key("RO access"), key("OW update", 2)],
    since: "6.2.0",
    group: "generic",
    summary: "Copies the value of a key to a new key.",
    complexity: "O(N) for collections, where N is the number of nested items. O(1) for string values.",
    syntax: "source destination [DB destination-db:integer] [REPLACE]",
    handler: copy,
  },
  {
    name: "randomkey",
    arity: 1,
    flags: ["readonly"],
    categories: ["keyspace"],
    since: "1.0.0",
    group: "generic",
    summary: "Returns a random key name from the database.",
    complexity: "O(1)",
    tips: ["request_policy:all_shards", "response_policy:special", "nondeterministic_output"],
    handler: randomkey,
  },
  {
    name: "keys",
    arity: 2,
    flags: ["readonly"],
    categories: ["keyspace", "dangerous"],
    since: "1.0.0",
    group: "generic",
    summary: "Returns all key names that match a pattern.",
    complexity: "O(N) with N being the number of keys in the database.",
    syntax: "pattern",
    tips: ["request_policy:all_shards", "nondeterministic_output_order"],
    handler: keysCommand,
  },
  {
    name: "scan",
    arity: -2,
    flags: ["readonly"],
    categories: ["keyspace"],
    since: "2.8.0",
    group: "generic",
    summary: "Iterates over the key names in the database.",
    complexity: "O(1) for every call. O(N) for a complete iteration, where N is the number of elements.",
    syntax: "cursor:integer [MATCH pattern] [COUNT count:integer] [TYPE type]",
    history: [["6.0.0", "Added the `TYPE` subcommand."]],
    tips: ["nondeterministic_output", "request_policy:special"],
    handler: scan,
  },
  {
    name: "object",
    arity: -2,
    flags: [],
    categories: [],
    since: "2.2.3",
    group: "generic",
    summary: "A container for object introspection commands.",
    complexity: "Depends on subcommand.",
    subcommands: OBJECT_SUBCOMMANDS,
  },
];
