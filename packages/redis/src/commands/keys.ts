/** Keys, whatever they hold: existence, renaming, copying, walking. */
import { Buffer } from "node:buffer";
import type { Database } from "../keyspace/database.ts";
import { Glob } from "../keyspace/glob.ts";
import { Collection, typeOf, type Value } from "../types/value.ts";
import { EVENT, type CommandContext } from "./context.ts";
import { CommandError, NO_SUCH_KEY, SYNTAX_ERROR } from "./errors.ts";
import { BUCKETS_PER_ELEMENT, parseCursor, parseScanOptions } from "./scan.ts";
import { key, keys, type CommandRow } from "./table.ts";

const DB_OUT_OF_RANGE = new CommandError("ERR DB index is out of range");
const SAME_OBJECT = new CommandError("ERR source and destination objects are the same");

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
  const id = ctx.peek(1);
  ctx.reply.simple(id === 0 ? "none" : typeOf(ctx.db.value(id)));
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
  // What was at the new name goes; the key is a new one there.
  ctx.remove(2);
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
  ctx.arriving(target, 1);
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
  ctx.arriving(target, 2);
  const made = target.insert(args, 2, copyOf(value));
  if (expiresAt >= 0) target.setExpiresAt(made, expiresAt);
  ctx.dirty++;
  ctx.arrived(target, 2, "copy_to");
  reply.integer(1);
}

/** Draws of RANDOMKEY where keys that have expired cannot be removed: on a replica, and during a pause. */
const MOST_TRIES = 100;

function randomkey(ctx: CommandContext): void {
  const { db, reply } = ctx;
  for (let tries = 1; ; tries++) {
    const id = db.keys.randomId((limit) => ctx.engine.random.integer(limit));
    if (id === 0) {
      reply.nil();
      return;
    }
    if (!db.expireIfDue(id) || tries === MOST_TRIES) {
      reply.bulk(db.keys.key(id));
      return;
    }
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
    if (!glob.all && !glob.matches(name)) continue;
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
    if (db.expireIfDue(id)) continue;
    if (wanted === undefined || typeOf(db.value(id)) === wanted) names.push(name);
  }
  reply.array(2);
  reply.bulk(String(cursor));
  reply.array(names.length);
  for (const name of names) reply.bulk(name);
}

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
];
