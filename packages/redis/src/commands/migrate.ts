/**
 * MIGRATE: keys move to another server, as DUMP there, RESTORE with what they have left to live, and DEL here.
 *
 * The handler makes the requests for the target from the values as they are now; what follows is in engine/migrations.ts.
 */
import type { Buffer } from "node:buffer";
import { encodeRequest, type RequestPart } from "../resp/request-writer.ts";
import type { Args } from "../resp/args.ts";
import type { Parcel } from "../engine/migrations.ts";
import { dumpValue } from "../persistence/dump-payload.ts";
import type { CommandContext } from "./context.ts";
import { CommandError, SYNTAX_ERROR } from "./errors.ts";
import { type CommandRow, key } from "./table.ts";

const KEY_AND_KEYS = new CommandError(
  "ERR When using MIGRATE KEYS option, the key argument must be set to the empty string",
);
const NO_NETWORK = new CommandError("ERR this server has no network to migrate over");
const CANNOT_WAIT = new CommandError(
  "ERR MIGRATE is not possible in a transaction or a script: this server does not stop while it waits for the target",
);
/** Where options begin. */
const OPTIONS = 6;
const DEFAULT_TIMEOUT_MS = 1000;

interface MigrateOptions {
  copies: boolean;
  replaces: boolean;
  /** Arguments of AUTH; empty: none. */
  credentials: Buffer[];
  /** Indexes of the arguments that are keys. */
  keys: number[];
}

/** Indexes from `first` to the last. */
function from(first: number, args: Args): number[] {
  return Array.from({ length: Math.max(0, args.length - first) }, (_, n) => first + n);
}

function parseOptions(args: Args): MigrateOptions {
  const options: MigrateOptions = { copies: false, replaces: false, credentials: [], keys: [3] };
  for (let i = OPTIONS; i < args.length; i++) {
    const more = args.length - 1 - i;
    if (args.is(i, "COPY")) options.copies = true;
    else if (args.is(i, "REPLACE")) options.replaces = true;
    else if (args.is(i, "AUTH") && more >= 1) options.credentials = [args.bytes(++i)];
    else if (args.is(i, "AUTH2") && more >= 2) options.credentials = [args.bytes(++i), args.bytes(++i)];
    else if (args.is(i, "KEYS")) {
      if (args.size(3) > 0) throw KEY_AND_KEYS;
      options.keys = from(i + 1, args);
      break;
    } else throw SYNTAX_ERROR;
  }
  return options;
}

/** None where a key stands before KEYS: the original takes that for a mistake here too. */
function keysOfMigrate(args: Args): number[] {
  for (let i = OPTIONS; i < args.length; i++) {
    if (args.is(i, "KEYS")) return args.size(3) > 0 ? [] : from(i + 1, args);
    if (args.is(i, "AUTH")) i++;
    else if (args.is(i, "AUTH2")) i += 2;
  }
  return [3];
}

function migrate(ctx: CommandContext): void {
  const { args, engine, reply } = ctx;
  const { copies, replaces, credentials, keys } = parseOptions(args);
  const timeoutMs = args.integer(5);
  const database = args.integer(4);
  const compresses = engine.config.flag("rdbcompression");
  const present = keys.filter((i) => ctx.lookup(i) !== undefined);
  if (present.length === 0) {
    reply.simple("NOKEY");
    return;
  }
  if (!ctx.canBlock) throw CANNOT_WAIT;
  const { migrations } = engine;
  if (!migrations.isReady) throw NO_NETWORK;
  const parcels = present.map((i): Parcel => {
    const id = ctx.db.find(args, i);
    const expiresAt = ctx.db.expiresAt(id);
    const ttl = expiresAt < 0 ? 0 : Math.max(1, expiresAt - ctx.now);
    const request: RequestPart[] = ["RESTORE", args.bytes(i), ttl, dumpValue(ctx.db.value(id), compresses)];
    if (replaces) request.push("REPLACE");
    return { key: args.string(i), expiresAt, request: encodeRequest(request) };
  });
  migrations.begin(ctx, {
    target: {
      host: args.string(1),
      // As the original reads it: what is no number is port 0, where nobody is.
      port: Number.parseInt(args.string(2), 10) || 0,
      timeoutMs: timeoutMs <= 0 ? DEFAULT_TIMEOUT_MS : timeoutMs,
    },
    greeting: [
      ...(credentials.length === 0 ? [] : [encodeRequest(["AUTH", ...credentials])]),
      encodeRequest(["SELECT", database]),
    ],
    parcels,
    copies,
  });
}

export const migrateCommands: readonly CommandRow[] = [
  {
    name: "migrate",
    arity: -6,
    flags: ["write"],
    categories: ["keyspace", "dangerous"],
    keys: [
      key("RW access delete", 3),
      {
        flags: "RW access delete incomplete",
        begin: { keyword: "KEYS", startFrom: -2 },
        find: { lastKey: -1, step: 1, limit: 0 },
      },
    ],
    findKeys: keysOfMigrate,
    since: "2.6.0",
    group: "generic",
    summary: "Atomically transfers a key from one Redis instance to another.",
    complexity:
      "This command actually executes a DUMP+DEL in the source instance, and a RESTORE in the target instance. See the pages of these commands for time complexity. Also an O(N) data transfer between the two instances is performed.",
    syntax:
      'host port:integer key-selector:(key | "") destination-db:integer timeout:integer [COPY] [REPLACE] [authentication:([AUTH password] | [AUTH2 auth2:{username password}])] [KEYS key...]',
    history: [
      ["3.0.0", "Added the `COPY` and `REPLACE` options."],
      ["3.0.6", "Added the `KEYS` option."],
      ["4.0.7", "Added the `AUTH` option."],
      ["6.0.0", "Added the `AUTH2` option."],
    ],
    tips: ["nondeterministic_output"],
    handler: migrate,
  },
];
