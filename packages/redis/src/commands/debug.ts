/** DEBUG, behind `enable-debug-command`: what tests of servers and clients ask of it. What would crash the process is left out. */
import type { Database } from "../keyspace/database.ts";
import { Glob } from "../keyspace/glob.ts";
import { datasetDigest, valueDigest } from "../observe/digest.ts";
import { dumpValue } from "../persistence/dump-payload.ts";
import { reload } from "../persistence/reload.ts";
import { ListValue } from "../types/list.ts";
import type { CommandContext } from "./context.ts";
import { CommandError, NO_SUCH_KEY, NOT_AN_INTEGER } from "./errors.ts";
import { subcommandHelp } from "./help.ts";
import { encodingOf } from "./object.ts";
import type { CommandRow, Handler } from "./table.ts";

const REFUSED = new CommandError(
  'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.',
);
/** Bytes of a DUMP payload around the value itself: type, version, checksum. */
const DUMP_FRAME_BYTES = 11;
const MAX_PACKED_BYTES = 4 * 1024 ** 3;

/** A subcommand: how many arguments it takes, DEBUG and its own name included (negative: at least), and what it does. */
type Action = readonly [arity: number, run: Handler];

function object(ctx: CommandContext): void {
  const { args, db, engine } = ctx;
  const id = db.peekId(args.string(2));
  if (id === 0) throw NO_SUCH_KEY;
  const value = db.value(id);
  const idle = engine.idleSeconds(db, id);
  let text = `Value at:0x7f0000000000 refcount:1 encoding:${encodingOf(value)}`;
  text += ` serializedlength:${dumpValue(value, engine.config.flag("rdbcompression")).length - DUMP_FRAME_BYTES}`;
  text += ` lru:${db.keys.access(id)} lru_seconds_idle:${idle}`;
  if (value instanceof ListValue && value.encoding() === "quicklist") {
    const average = (value.size / value.nodes).toFixed(2);
    const limit = engine.config.text("list-max-listpack-size");
    text += ` ql_nodes:${value.nodes} ql_avg_node:${average} ql_listpack_max:${limit} ql_compressed:0 ql_uncompressed_size:${value.memoryBytes()}`;
  }
  ctx.reply.simple(text);
}

function populate(ctx: CommandContext): void {
  const { args, db, engine } = ctx;
  const count = args.integer(2);
  if (count < 0) throw new CommandError("ERR value is out of range, must be positive");
  const prefix = args.length > 3 ? args.string(3) : "key";
  const size = args.length > 4 ? args.integer(4) : 0;
  if (size < 0) throw NOT_AN_INTEGER;
  for (let n = 0; n < count; n++) {
    const name = `${prefix}:${n}`;
    if (db.findKey(name) !== 0) continue;
    const text = `value:${n}`;
    db.insertKey(name, size === 0 ? text : text.slice(0, size).padEnd(size, "\0"));
    db.touch(name);
    engine.blocked.signal(db, name);
  }
  ctx.noEffect();
  ctx.reply.ok();
}

function digestValue(ctx: CommandContext): void {
  const names = ctx.args.strings(2);
  ctx.reply.array(names.length);
  for (const name of names) ctx.reply.simple(valueDigest(ctx.db, name));
}

function listpack(ctx: CommandContext): void {
  const id = ctx.db.peekId(ctx.args.string(2));
  if (id === 0) throw NO_SUCH_KEY;
  if (encodingOf(ctx.db.value(id)) !== "listpack") throw new CommandError("ERR Not a listpack encoded object.");
  ctx.reply.simple("Listpack structure printed on stdout");
}

function packedThreshold(ctx: CommandContext): void {
  const match = /^(\d+)(b|kb?|mb?|gb?)?$/i.exec(ctx.args.string(2));
  const unit = { k: 1000, kb: 1024, m: 1000 ** 2, mb: 1024 ** 2, g: 1000 ** 3, gb: 1024 ** 3 }[
    (match?.[2] ?? "").toLowerCase()
  ];
  if (match === null || Number(match[1]) * (unit ?? 1) > MAX_PACKED_BYTES) {
    throw new CommandError("ERR argument must be a memory value bigger than 1 and smaller than 4gb");
  }
  // Nodes of lists are packed by their own rule here; the setting changes nothing that can be seen.
  ctx.reply.ok();
}

function hashTableStatistics(ctx: CommandContext): void {
  const database = ctx.engine.keyspace.databases[ctx.args.integer(2)];
  if (database === undefined) throw new CommandError("ERR Out of range database");
  ctx.reply.verbatim(
    "txt",
    `[Dictionary HT]\n${tableText(database)}[Expires HT]\nkeys that expire: ${database.expiry.size}\n`,
  );
}

function tableText({ keys }: Database): string {
  return `Hash table 0 stats (main hash table):\n table size: ${keys.bucketCount}\n number of elements: ${keys.size}\n`;
}

/** One value of each type of RESP3, for clients' tests. */
const PROTOCOL: Readonly<Record<string, Handler>> = {
  string: ({ reply }) => reply.bulk("Hello World"),
  integer: ({ reply }) => reply.integer(12345),
  // As the original sends it: a value for tests, not a constant.
  double: ({ reply }) => reply.double(Number("3.141")),
  null: ({ reply }) => reply.nil(),
  bignum: ({ reply }) => reply.bigNumber("1234567999999999999999999999999999999"),
  true: ({ reply }) => reply.boolean(true),
  false: ({ reply }) => reply.boolean(false),
  verbatim: ({ reply }) => reply.verbatim("txt", "This is a verbatim\nstring"),
  array: ({ reply }) => {
    reply.array(3);
    for (let n = 0; n < 3; n++) reply.integer(n);
  },
  set: ({ reply }) => {
    reply.set(3);
    for (let n = 0; n < 3; n++) reply.integer(n);
  },
  map: ({ reply }) => {
    reply.map(3);
    for (let n = 0; n < 3; n++) {
      reply.integer(n);
      reply.boolean(n === 1);
    }
  },
  attrib: ({ reply }) => {
    if (reply.resp === 3) {
      reply.attribute(1);
      reply.bulk("key-popularity");
      reply.array(2);
      reply.bulk("key:123");
      reply.integer(90);
    }
    reply.bulk("Some real reply following the attribute");
  },
  push: ({ reply }) => {
    if (reply.resp === 2) throw new CommandError("ERR RESP2 is not supported by this command");
    reply.push(2);
    reply.bulk("server-cpu-usage");
    reply.integer(42);
    reply.bulk("Some real reply following the push reply");
  },
};

function protocol(ctx: CommandContext): void {
  const write = PROTOCOL[ctx.args.string(2).toLowerCase()];
  if (write === undefined) {
    throw new CommandError(
      "ERR Wrong protocol type name. Please use one of the following: string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false",
    );
  }
  write(ctx);
}

function reloadSnapshot(ctx: CommandContext): void {
  const words = ctx.args.strings(2).map((word) => word.toUpperCase());
  if (words.some((word) => !["MERGE", "NOFLUSH", "NOSAVE"].includes(word))) {
    throw new CommandError("ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.");
  }
  const merges = words.includes("MERGE");
  reload(ctx.engine, { saves: !words.includes("NOSAVE"), flushes: !words.includes("NOFLUSH"), merges });
  ctx.reply.ok();
}

const ACTIONS: Readonly<Record<string, Action>> = {
  "CHANGE-REPL-ID": [
    2,
    (ctx) => {
      ctx.engine.replication.rename();
      ctx.reply.ok();
    },
  ],
  DIGEST: [2, (ctx) => ctx.reply.simple(datasetDigest(ctx.engine.keyspace.databases))],
  "DIGEST-VALUE": [-2, digestValue],
  ERROR: [
    3,
    (ctx) => {
      throw new CommandError(ctx.args.string(2));
    },
  ],
  HTSTATS: [-3, hashTableStatistics],
  JMAP: [2, (ctx) => ctx.reply.ok()],
  LISTPACK: [3, listpack],
  LOADAOF: [
    2,
    (ctx) => {
      ctx.engine.persistence?.reloadAppendOnly();
      ctx.reply.ok();
    },
  ],
  RELOAD: [-2, reloadSnapshot],
  OBJECT: [-3, object],
  POPULATE: [-3, populate],
  PROTOCOL: [3, protocol],
  "QUICKLIST-PACKED-THRESHOLD": [3, packedThreshold],
  "SET-ACTIVE-EXPIRE": [
    3,
    (ctx) => {
      ctx.engine.activeExpire = Number.parseInt(ctx.args.string(2), 10) !== 0;
      ctx.reply.ok();
    },
  ],
  // Commands are answered late, not slowly: a process that serves others too must not really sleep.
  SLEEP: [
    3,
    (ctx) => {
      ctx.engine.pause(ctx.now + (Number.parseFloat(ctx.args.string(2)) || 0) * 1000, true);
      ctx.reply.ok();
    },
  ],
  "STRINGMATCH-LEN": [4, (ctx) => ctx.reply.integer(new Glob(ctx.args.string(2)).matches(ctx.args.string(3)) ? 1 : 0)],
};

const HELP = subcommandHelp(
  "debug",
  "1.0.0",
  "server",
  [],
  [
    [
      "CHANGE-REPL-ID",
      "Change the replication IDs of the instance. Dangerous: should be used only for testing the replication subsystem.",
    ],
    ["DIGEST", "Output a hex signature representing the current DB content."],
    ["DIGEST-VALUE <key> [<key> ...]", "Output a hex signature of the values of all the specified keys."],
    [
      "ERROR <string>",
      "Return a Redis protocol error with <string> as message. Useful for clients unit tests to simulate Redis errors.",
    ],
    ["HTSTATS <dbid>", "Return hash table statistics of the specified Redis database."],
    ["LISTPACK <key>", "Show low level info about the listpack encoding of <key>."],
    ["LOADAOF", "Flush the AOF buffers on disk and reload the AOF in memory."],
    ["OBJECT <key>", "Show low level info about `key` and associated value."],
    [
      "POPULATE <count> [<prefix>] [<size>]",
      "Create <count> string keys named key:<num>. If <prefix> is specified then it is used instead of the 'key' prefix. These are not propagated to replicas.",
    ],
    [
      "PROTOCOL <type>",
      "Reply with a test value of the specified type. <type> can be: string, integer, double, bignum, null, array, set, map, attrib, push, verbatim, true, false.",
    ],
    ["QUICKLIST-PACKED-THRESHOLD <size>", "Sets the threshold for elements to be inserted as plain vs packed nodes."],
    [
      "RELOAD [option ...]",
      "Save the RDB on disk and reload it back to memory. Options: MERGE (keys that are there are replaced), NOFLUSH (what is there stays; keys that are in both are an error, unless MERGE), NOSAVE (load the RDB that is there).",
    ],
    [
      "SET-ACTIVE-EXPIRE <0|1>",
      "Setting it to 0 disables expiring keys in background when they are not accessed (otherwise the Redis behavior). Setting it to 1 reenables back the default.",
    ],
    ["SLEEP <seconds>", "Hold all commands back for <seconds>. Decimals allowed."],
    ["STRINGMATCH-LEN <pattern> <string>", "Whether the glob-like <pattern> matches <string>."],
  ],
);

function debug(ctx: CommandContext): void {
  const { args } = ctx;
  const allowed = ctx.engine.config.text("enable-debug-command");
  if (allowed === "no" || (allowed === "local" && !isLocal(ctx.client.address.remote))) throw REFUSED;
  if (args.is(1, "HELP") && args.length === 2) {
    HELP.handler!(ctx);
    return;
  }
  const [arity, run] = ACTIONS[args.upper(1)] ?? [];
  if (arity === undefined || (arity >= 0 ? args.length !== arity : args.length < -arity)) {
    throw new CommandError(
      `ERR unknown subcommand or wrong number of arguments for '${args.string(1)}'. Try DEBUG HELP.`,
    );
  }
  run!(ctx);
}

function isLocal(address: string): boolean {
  return /^(?:127\.|::1|\[::1\]|\/)/.test(address);
}

export const debugCommands: readonly CommandRow[] = [
  {
    name: "debug",
    arity: -2,
    flags: ["admin", "noscript", "loading", "stale"],
    categories: [],
    since: "1.0.0",
    group: "server",
    summary: "A container for debugging commands.",
    complexity: "Depends on subcommand.",
    handler: debug,
  },
];
