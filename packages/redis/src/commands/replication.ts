/** Masters and replicas: who follows whom, and waiting until they have what was written. */
import { writeRole } from "../replication/report.ts";
import type { CommandContext } from "./context.ts";
import { CommandError, NOT_AN_INTEGER, NOT_POSITIVE, SYNTAX_ERROR } from "./errors.ts";
import { serverRow } from "./server-row.ts";
import type { CommandFlag, CommandRow } from "./table.ts";

const NOT_A_PORT = new CommandError("ERR Invalid master port");
const IS_REPLICA = new CommandError("ERR Command is not valid when client is a replica.");
const NO_MASTER_LINK = new CommandError("NOMASTERLINK Can't SYNC while not connected with my master");
const PENDING_OUTPUT = new CommandError("ERR SYNC and PSYNC are invalid with pending output");
const NEEDS_END_MARK = new CommandError("ERR Filtered replica requires EOF capability");
const NO_NETWORK = new CommandError("ERR this server has no network to replicate over");
const NO_FAILOVER = new CommandError(
  "ERR FAILOVER is not supported by this server: use CLIENT PAUSE WRITE, WAIT, and REPLICAOF NO ONE on the replica",
);
const NO_WAIT_ON_REPLICA = new CommandError(
  "ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica is configured to be writable (which is not the default) writes to replicas are just local and are not propagated.",
);
const NO_WAITAOF_ON_REPLICA = new CommandError(
  "ERR WAITAOF cannot be used with replica instances. Please also note that writes to replicas are just local and are not propagated.",
);
const NO_AOF = new CommandError("ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.");
const BAD_TIMEOUT = new CommandError("ERR timeout is not an integer or out of range");
const NEGATIVE_TIMEOUT = new CommandError("ERR timeout is negative");
const BAD_LOCAL = new CommandError("ERR value is out of range, value must between 0 and 1");

function replicaof(ctx: CommandContext): void {
  const { args, engine, client, reply } = ctx;
  const { replication } = engine;
  if (engine.config.flag("cluster-enabled")) throw new CommandError("ERR REPLICAOF not allowed in cluster mode.");
  if (!replication.isReady) throw NO_NETWORK;
  if (args.is(1, "NO") && args.is(2, "ONE")) {
    replication.promote();
    reply.ok();
    return;
  }
  if (client.replica !== undefined && client.replica.state !== "announced") throw IS_REPLICA;
  const port = args.integerWithin(2, 0, 65_535, NOT_A_PORT);
  const address = args.text(1);
  const { master } = replication;
  if (master?.address.toLowerCase() === address.toLowerCase() && master.port === port) {
    reply.simple("OK Already connected to specified master");
    return;
  }
  replication.follow(address, port, true);
  reply.ok();
}

function role(ctx: CommandContext): void {
  writeRole(ctx.engine, ctx.reply);
}

function failover(): void {
  throw NO_FAILOVER;
}

/** What a replica may say of itself: the option, and what to do with its value. Undefined: no reply, and nothing after it is looked at. */
const OPTIONS: Readonly<Record<string, (ctx: CommandContext, i: number) => void>> = {
  "LISTENING-PORT": (ctx, i) => {
    ctx.engine.replication.replicas.of(ctx.client).port = ctx.args.integer(i);
  },
  "IP-ADDRESS": (ctx, i) => {
    const address = ctx.args.text(i);
    if (address.length >= MAX_ADDRESS) {
      throw new CommandError(
        `ERR REPLCONF ip-address provided by replica instance is too long: ${address.length} bytes`,
      );
    }
    ctx.engine.replication.replicas.of(ctx.client).address = address;
  },
  CAPA: (ctx, i) => {
    const replica = ctx.engine.replication.replicas.of(ctx.client);
    if (ctx.args.is(i, "EOF")) replica.knowsEndMark = true;
    else if (ctx.args.is(i, "PSYNC2")) replica.knowsNewIds = true;
  },
  "RDB-ONLY": (ctx, i) => {
    const on = ctx.args.integerWithin(i, 0, 1, BAD_LOCAL);
    ctx.engine.replication.replicas.of(ctx.client).snapshotOnly = on === 1;
  },
  "RDB-FILTER-ONLY": (ctx, i) => {
    const wanted = ctx.args.text(i).split(/\s+/).filter(Boolean);
    for (const word of wanted) {
      if (word.toLowerCase() !== "functions") throw new CommandError(`ERR Unsupported rdb-filter-only option: ${word}`);
    }
    ctx.engine.replication.replicas.of(ctx.client).withoutData = true;
  },
};
const MAX_ADDRESS = 256;

function replconf(ctx: CommandContext): void {
  const { args, client, engine, reply } = ctx;
  if (args.length % 2 === 0) throw SYNTAX_ERROR;
  for (let i = 1; i < args.length; i += 2) {
    if (args.is(i, "ACK")) {
      acknowledge(ctx, i);
      return;
    }
    if (args.is(i, "GETACK")) {
      engine.replication.master?.acknowledge();
      return;
    }
    const option = OPTIONS[args.upper(i)];
    if (option === undefined) throw new CommandError(`ERR Unrecognized REPLCONF option: ${args.text(i)}`);
    option(ctx, i + 1);
  }
  if (client.replica === undefined || client.replica.state === "announced") reply.ok();
}

/** `ACK <offset> [FACK <offset>]`: never answered. */
function acknowledge({ args, client, engine }: CommandContext, i: number): void {
  const { replica } = client;
  if (replica === undefined || replica.state === "announced") return;
  const synced = i + 3 < args.length && args.is(i + 2, "FACK") ? args.integer(i + 3) : undefined;
  engine.replication.replicas.acknowledge(replica, args.integer(i + 1), synced);
}

function sync(ctx: CommandContext): void {
  if (admitsReplica(ctx)) ctx.engine.replication.replicas.enrol(ctx.client, true);
}

function psync(ctx: CommandContext): void {
  const { args, engine, client } = ctx;
  if (!admitsReplica(ctx)) return;
  const { replicas } = engine.replication;
  const nextOffset = args.integer(2);
  const wantsStream = client.replica?.snapshotOnly !== true;
  if (!wantsStream || !replicas.resume(client, args.string(1), nextOffset)) replicas.enrol(client, false);
}

/** Whether the client becomes a replica now; one that is a replica already, or a monitor, is not answered. */
function admitsReplica({ client, engine, reply }: CommandContext): boolean {
  const { replication } = engine;
  if (client.monitor || (client.replica !== undefined && client.replica.state !== "announced")) return false;
  if (!replication.isReady) throw NO_NETWORK;
  if (replication.master !== undefined && replication.master.state !== "connected") throw NO_MASTER_LINK;
  if (reply.length > 0 || client.sink.queuedBytes > 0) throw PENDING_OUTPUT;
  if (client.replica?.withoutData === true && !client.replica.knowsEndMark) throw NEEDS_END_MARK;
  return true;
}

function timeoutMs({ args }: CommandContext, i: number): number {
  const timeout = args.integer(i, BAD_TIMEOUT);
  if (timeout < 0) throw NEGATIVE_TIMEOUT;
  return timeout;
}

function wait(ctx: CommandContext): void {
  const { args, engine, client } = ctx;
  const { replicas, waits, master } = engine.replication;
  if (master !== undefined) throw NO_WAIT_ON_REPLICA;
  const wanted = args.integer(1, NOT_AN_INTEGER);
  const timeout = timeoutMs(ctx, 2);
  const offset = client.writtenOffset;
  const waiting = waits.wait(ctx, {
    timeoutMs: timeout,
    isMet: () => replicas.acknowledging(offset) >= wanted,
    reply: (reply) => reply.integer(replicas.acknowledging(offset)),
  });
  if (waiting) replicas.requestAcknowledgements();
}

function waitaof(ctx: CommandContext): void {
  const { args, engine, client } = ctx;
  const { replicas, waits, master } = engine.replication;
  const local = args.integerWithin(1, 0, 1, BAD_LOCAL);
  const wanted = args.integerWithin(2, 0, Infinity, NOT_POSITIVE);
  const timeout = timeoutMs(ctx, 3);
  if (master !== undefined) throw NO_WAITAOF_ON_REPLICA;
  if (local > 0 && !engine.config.flag("appendonly")) throw NO_AOF;
  const offset = client.writtenOffset;
  const locallySynced = (): number => ((engine.persistence?.syncedOffset ?? -1) >= offset ? 1 : 0);
  const waiting = waits.wait(ctx, {
    timeoutMs: timeout,
    isMet: () => locallySynced() >= local && replicas.synced(offset) >= wanted,
    reply: (reply) => {
      reply.array(2);
      reply.integer(locallySynced());
      reply.integer(replicas.synced(offset));
    },
  });
  if (waiting) replicas.requestAcknowledgements();
}

const FOLLOW: readonly CommandFlag[] = ["admin", "noscript", "stale", "no_async_loading"];
const SYNC: readonly CommandFlag[] = ["admin", "noscript", "no_async_loading", "no_multi"];
const MASTER = "args:(host-port:{host:string port:integer} | no-one:{NO ONE})";

export const replicationCommands: readonly CommandRow[] = [
  serverRow(
    "replicaof",
    3,
    FOLLOW,
    "5.0.0",
    "Configures a server as replica of another, or promotes it to a master.",
    replicaof,
    { syntax: MASTER },
  ),
  serverRow(
    "slaveof",
    3,
    FOLLOW,
    "1.0.0",
    "Sets a Redis server as a replica of another, or promotes it to being a master.",
    replicaof,
    {
      syntax: MASTER,
      deprecated: { since: "5.0.0", replacedBy: "`REPLICAOF`" },
    },
  ),
  serverRow("role", 1, ["noscript", "loading", "stale", "fast"], "2.8.12", "Returns the replication role.", role, {
    categories: ["admin", "dangerous"],
  }),
  serverRow(
    "failover",
    -1,
    ["admin", "noscript", "stale"],
    "6.2.0",
    "Starts a coordinated failover from a server to one of its replicas.",
    failover,
    { syntax: "[TO target:{host:string port:integer [FORCE]}] [ABORT] [TIMEOUT milliseconds:integer]" },
  ),
  serverRow(
    "replconf",
    -1,
    ["admin", "noscript", "loading", "stale", "allow_busy"],
    "3.0.0",
    "An internal command for configuring the replication stream.",
    replconf,
  ),
  serverRow("psync", -3, SYNC, "2.8.0", "An internal command used in replication.", psync, {
    syntax: "replicationid:string offset:integer",
  }),
  serverRow("sync", 1, SYNC, "1.0.0", "An internal command used in replication.", sync),
  serverRow(
    "wait",
    3,
    ["blocking"],
    "3.0.0",
    "Blocks until the asynchronous replication of all preceding write commands sent by the connection is completed.",
    wait,
    {
      group: "generic",
      categories: ["connection"],
      syntax: "numreplicas:integer timeout:integer",
      tips: ["request_policy:all_shards", "response_policy:agg_min"],
    },
  ),
  serverRow(
    "waitaof",
    4,
    ["blocking"],
    "7.2.0",
    "Blocks until all of the preceding write commands sent by the connection are written to the append-only file of the master and/or replicas.",
    waitaof,
    {
      group: "generic",
      categories: ["connection"],
      syntax: "numlocal:integer numreplicas:integer timeout:integer",
      tips: ["request_policy:all_shards", "response_policy:agg_min"],
    },
  ),
];
