/** What concerns the disk, and values as bytes: SAVE and its kin, DUMP and RESTORE, SHUTDOWN. */
import { dumpValue, restoreValue, verifyPayload } from "../persistence/dump-payload.ts";
import { accessWord } from "../persistence/engine-snapshot.ts";
import type { PersistenceDoor } from "../engine/persistence-door.ts";
import { EVENT, type CommandContext } from "./context.ts";
import { BUSY_SCRIPT, CommandError, NOT_AN_INTEGER, SYNTAX_ERROR } from "./errors.ts";
import { serverRow } from "./server-row.ts";
import { key, type CommandFlag, type CommandRow } from "./table.ts";

/** A server without a data directory writes nothing. */
function door(ctx: CommandContext): PersistenceDoor {
  const { persistence } = ctx.engine;
  if (persistence === undefined)
    throw new CommandError("ERR this server was started without dir and keeps nothing on disk");
  return persistence;
}

function dump(ctx: CommandContext): void {
  const value = ctx.lookup(1);
  if (value === undefined) ctx.reply.nil();
  else ctx.reply.bulkBytes(dumpValue(value, ctx.engine.config.flag("rdbcompression")));
}

interface RestoreOptions {
  replace: boolean;
  absolute: boolean;
  idleSeconds: number;
  frequency: number;
}

function restoreOptions(ctx: CommandContext): RestoreOptions {
  const { args } = ctx;
  const options = { replace: false, absolute: false, idleSeconds: -1, frequency: -1 };
  for (let i = 4; i < args.length; i++) {
    const hasNumber = i + 1 < args.length;
    if (args.is(i, "REPLACE")) options.replace = true;
    else if (args.is(i, "ABSTTL")) options.absolute = true;
    else if (args.is(i, "IDLETIME") && hasNumber && options.frequency < 0) {
      options.idleSeconds = args.integer(++i);
      if (options.idleSeconds < 0) throw new CommandError("ERR Invalid IDLETIME value, must be >= 0");
    } else if (args.is(i, "FREQ") && hasNumber && options.idleSeconds < 0) {
      options.frequency = args.integer(++i);
      if (options.frequency < 0 || options.frequency > 255) {
        throw new CommandError("ERR Invalid FREQ value, must be >= 0 and <= 255");
      }
    } else throw SYNTAX_ERROR;
  }
  return options;
}

function restore(ctx: CommandContext): void {
  const { args, db, engine } = ctx;
  const options = restoreOptions(ctx);
  if (!options.replace && db.find(args, 1) !== 0) throw new CommandError("BUSYKEY Target key name already exists.");
  const ttl = args.integer(2, NOT_AN_INTEGER);
  if (ttl < 0) throw new CommandError("ERR Invalid TTL value, must be >= 0");
  const payload = args.bytes(3);
  if (!verifyPayload(payload)) throw new CommandError("ERR DUMP payload version or checksum are wrong");
  const value = restoreValue(payload, engine.collections);
  if (value === undefined) throw new CommandError("ERR Bad data format");
  const removed = options.replace && ctx.removeKept(1);
  const expiresAt = ttl === 0 ? -1 : options.absolute ? ttl : ctx.now + ttl;
  if (ttl !== 0 && expiresAt <= ctx.now && engine.removesExpired) {
    if (removed) {
      ctx.changed(1, EVENT.generic, "del");
      ctx.effect("DEL", args.string(1));
    }
    ctx.reply.ok();
    return;
  }
  const id = ctx.put(1, value);
  if (expiresAt >= 0) db.setExpiresAt(id, expiresAt);
  if (options.idleSeconds >= 0 || options.frequency >= 0) {
    db.keys.setAccess(id, accessWord(engine, options.idleSeconds, options.frequency));
  }
  ctx.changed(1, EVENT.generic, "restore");
  if (expiresAt >= 0 && ctx.propagating) {
    const rest = args.strings(4).filter((word) => word.toUpperCase() !== "ABSTTL");
    ctx.effect("RESTORE", args.string(1), expiresAt, payload, "ABSTTL", ...rest);
  }
  ctx.reply.ok();
}

function save(ctx: CommandContext): void {
  const error = door(ctx).save();
  if (error !== undefined) throw new CommandError(error);
  ctx.reply.ok();
}

function bgsave(ctx: CommandContext): void {
  const { args } = ctx;
  if (args.length > 2 || (args.length === 2 && !args.is(1, "SCHEDULE"))) throw SYNTAX_ERROR;
  ctx.reply.simple(door(ctx).backgroundSave(args.length === 2));
}

function lastsave(ctx: CommandContext): void {
  const { persistence, startedMs } = ctx.engine;
  ctx.reply.integer(persistence?.lastSaveSeconds ?? Math.floor(startedMs / 1000));
}

function bgrewriteaof(ctx: CommandContext): void {
  ctx.reply.simple(door(ctx).rewriteAppendOnly());
}

function shutdown(ctx: CommandContext): void {
  const { args, engine } = ctx;
  let saves: "save" | "nosave" | "configured" = "configured";
  let force = false;
  let abort = false;
  for (let i = 1; i < args.length; i++) {
    if (args.is(i, "NOSAVE") && saves === "configured") saves = "nosave";
    else if (args.is(i, "SAVE") && saves === "configured") saves = "save";
    else if (args.is(i, "FORCE")) force = true;
    else if (args.is(i, "ABORT")) abort = true;
    else if (!args.is(i, "NOW")) throw SYNTAX_ERROR;
  }
  if (abort) {
    if (args.length > 2) throw SYNTAX_ERROR;
    if (engine.persistence?.abortShutdown() !== true) throw new CommandError("ERR No shutdown in progress.");
    ctx.reply.ok();
    return;
  }
  if (saves === "save") door(ctx);
  if (engine.busy) {
    // What the script has done so far may not be what it is about: there is no saving that.
    if (saves !== "nosave") throw BUSY_SCRIPT;
    engine.abandonScript();
  }
  engine.persistence?.shutdown(saves, force);
  engine.requestShutdown();
}

const ADMIN: readonly CommandFlag[] = ["admin", "noscript"];
const RESTORE_COMPLEXITY =
  "O(1) to create the new key and additional O(N*M) to reconstruct the serialized value, where N is the number of Redis objects composing the value and M their average size. For small string values the time complexity is thus O(1)+O(1*M) where M is small, so simply O(1). However for sorted set values the complexity is O(N*M*log(N)) because inserting values into sorted sets is O(log(N)).";

const RESTORE: Partial<CommandRow> = {
  categories: ["keyspace", "dangerous"],
  keys: [key("OW update")],
  complexity: RESTORE_COMPLEXITY,
  syntax:
    "key ttl:integer serialized-value:string [REPLACE] [ABSTTL] [IDLETIME seconds:integer] [FREQ frequency:integer]",
  history: [
    ["3.0.0", "Added the `REPLACE` modifier."],
    ["5.0.0", "Added the `ABSTTL` modifier."],
    ["5.0.0", "Added the `IDLETIME` and `FREQ` options."],
  ],
};

export const persistenceCommands: readonly CommandRow[] = [
  serverRow(
    "dump",
    2,
    ["readonly"],
    "2.6.0",
    "Returns a serialized representation of the value stored at a key.",
    dump,
    {
      group: "generic",
      categories: ["keyspace"],
      keys: [key("RO access")],
      complexity:
        "O(1) to access the key and additional O(N*M) to serialize it, where N is the number of Redis objects composing the value and M their average size. For small string values the time complexity is thus O(1)+O(1*M) where M is small, so simply O(1).",
      syntax: "key",
      tips: ["nondeterministic_output"],
    },
  ),
  serverRow(
    "restore",
    -4,
    ["write", "denyoom"],
    "2.6.0",
    "Creates a key from the serialized representation of a value.",
    restore,
    {
      ...RESTORE,
      group: "generic",
    },
  ),
  serverRow(
    "restore-asking",
    -4,
    ["write", "denyoom", "asking"],
    "3.0.0",
    "An internal command for migrating keys in a cluster.",
    restore,
    RESTORE,
  ),
  serverRow(
    "save",
    1,
    [...ADMIN, "no_async_loading", "no_multi"],
    "1.0.0",
    "Synchronously saves the database(s) to disk.",
    save,
    { complexity: "O(N) where N is the total number of keys in all databases" },
  ),
  serverRow(
    "bgsave",
    -1,
    [...ADMIN, "no_async_loading"],
    "1.0.0",
    "Asynchronously saves the database(s) to disk.",
    bgsave,
    {
      syntax: "[SCHEDULE]",
      history: [["3.2.2", "Added the `SCHEDULE` option."]],
    },
  ),
  serverRow(
    "lastsave",
    1,
    ["loading", "stale", "fast"],
    "1.0.0",
    "Returns the Unix timestamp of the last successful save to disk.",
    lastsave,
    { categories: ["admin", "dangerous"], tips: ["nondeterministic_output"] },
  ),
  serverRow(
    "bgrewriteaof",
    1,
    [...ADMIN, "no_async_loading"],
    "1.0.0",
    "Asynchronously rewrites the append-only file to disk.",
    bgrewriteaof,
  ),
  serverRow(
    "shutdown",
    -1,
    [...ADMIN, "loading", "stale", "no_multi", "allow_busy"],
    "1.0.0",
    "Synchronously saves the database(s) to disk and shuts down the Redis server.",
    shutdown,
    {
      complexity:
        "O(N) when saving, where N is the total number of keys in all databases when saving data, otherwise O(1)",
      syntax: "[save-selector:(NOSAVE | SAVE)] [NOW] [FORCE] [ABORT]",
      history: [["7.0.0", "Added the `NOW`, `FORCE` and `ABORT` modifiers."]],
    },
  ),
];
