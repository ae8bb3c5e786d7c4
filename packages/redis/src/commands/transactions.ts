/** MULTI, EXEC, DISCARD, WATCH, UNWATCH. The queueing itself is in the engine, where commands are dispatched. */
import type { CommandContext } from "./context.ts";
import { CommandError } from "./errors.ts";
import { keys, type CommandRow } from "./table.ts";

const NESTED_MULTI = new CommandError("ERR MULTI calls can not be nested");
const EXEC_WITHOUT_MULTI = new CommandError("ERR EXEC without MULTI");
const DISCARD_WITHOUT_MULTI = new CommandError("ERR DISCARD without MULTI");
const WATCH_INSIDE_MULTI = new CommandError("ERR WATCH inside MULTI is not allowed");
const EXEC_ABORTED = new CommandError("EXECABORT Transaction discarded because of previous errors.");

function multi(ctx: CommandContext): void {
  if (ctx.client.queue !== undefined) throw NESTED_MULTI;
  ctx.client.queue = [];
  ctx.client.queueFailed = false;
  ctx.reply.ok();
}

function exec(ctx: CommandContext): void {
  const { client, reply, engine } = ctx;
  const { queue } = client;
  if (queue === undefined) throw EXEC_WITHOUT_MULTI;
  const broken = client.watchBroken || engine.watchedExpired(client);
  const failed = client.queueFailed;
  engine.discardQueue(client);
  if (failed) throw EXEC_ABORTED;
  if (broken) {
    reply.nilArray();
    return;
  }
  reply.array(queue.length);
  engine.execute(client, queue);
}

function discard(ctx: CommandContext): void {
  if (ctx.client.queue === undefined) throw DISCARD_WITHOUT_MULTI;
  ctx.engine.discardQueue(ctx.client);
  ctx.reply.ok();
}

function watch(ctx: CommandContext): void {
  const { client, db, args } = ctx;
  if (client.queue !== undefined) throw WATCH_INSIDE_MULTI;
  for (let i = 1; i < args.length; i++) {
    const name = args.string(i);
    if (client.watched.some((watched) => watched.db === db && watched.key === name)) continue;
    client.watched.push({ db, key: name });
    db.watch(name, client);
  }
  ctx.reply.ok();
}

function unwatch(ctx: CommandContext): void {
  ctx.client.unwatchAll();
  ctx.reply.ok();
}

export const transactionCommands: readonly CommandRow[] = [
  {
    name: "multi",
    arity: 1,
    flags: ["noscript", "loading", "stale", "fast", "allow_busy"],
    categories: ["transaction"],
    since: "1.2.0",
    group: "transactions",
    summary: "Starts a transaction.",
    complexity: "O(1)",
    handler: multi,
  },
  {
    name: "exec",
    arity: 1,
    flags: ["noscript", "loading", "stale", "skip_slowlog"],
    categories: ["transaction"],
    since: "1.2.0",
    group: "transactions",
    summary: "Executes all commands in a transaction.",
    complexity: "Depends on commands in the transaction",
    handler: exec,
  },
  {
    name: "discard",
    arity: 1,
    flags: ["noscript", "loading", "stale", "fast", "allow_busy"],
    categories: ["transaction"],
    since: "2.0.0",
    group: "transactions",
    summary: "Discards a transaction.",
    complexity: "O(N), when N is the number of queued commands",
    handler: discard,
  },
  {
    name: "watch",
    arity: -2,
    flags: ["noscript", "loading", "stale", "fast", "allow_busy"],
    categories: ["transaction"],
    keys: [keys("RO")],
    since: "2.2.0",
    group: "transactions",
    summary: "Monitors changes to keys to determine the execution of a transaction.",
    complexity: "O(1) for every key.",
    syntax: "key...",
    handler: watch,
  },
  {
    name: "unwatch",
    arity: 1,
    flags: ["noscript", "loading", "stale", "fast", "allow_busy"],
    categories: ["transaction"],
    since: "2.2.0",
    group: "transactions",
    summary: "Forgets about watched keys of a transaction.",
    complexity: "O(1)",
    handler: unwatch,
  },
];
