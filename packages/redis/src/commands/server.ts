/** The server as a whole: configuration, flushing, statistics, slow log, monitoring. INFO is in info.ts, COMMAND in introspection.ts. */
import { rewriteConfig } from "../engine/config-rewrite.ts";
import { ConfigError } from "../engine/config.ts";
import { Glob } from "../keyspace/glob.ts";
import type { CommandContext } from "./context.ts";
import { CommandError, SYNTAX_ERROR } from "./errors.ts";
import { subcommandHelp } from "./help.ts";
import { type CommandFlag, type CommandRow, type Handler } from "./table.ts";

function configGet(ctx: CommandContext): void {
  const { args, reply, engine } = ctx;
  const names = new Set(args.strings(2).flatMap((pattern) => settingNames(ctx, pattern)));
  reply.map(names.size);
  for (const name of names) {
    reply.bulk(name);
    reply.bulk(engine.config.text(name.toLowerCase()));
  }
}

/** A plain name stands for itself, as it was written; a pattern for the names that it matches. */
function settingNames({ engine }: CommandContext, pattern: string): string[] {
  if (!/[*?[]/.test(pattern)) return engine.config.row(pattern) === undefined ? [] : [pattern];
  const glob = new Glob(pattern, true);
  return Array.from(engine.config.names()).filter((name) => glob.matches(name));
}

function allowsProtected({ engine, client }: CommandContext): boolean {
  const allowed = engine.config.text("enable-protected-configs");
  return allowed === "yes" || (allowed === "local" && /^(127\.|::1|\[::1\]|\/)/.test(client.address.remote));
}

function configSet(ctx: CommandContext): void {
  const { args, engine } = ctx;
  if (args.length % 2 !== 0) throw new CommandError("ERR wrong number of arguments for 'config|set' command");
  const settings: [string, string][] = [];
  for (let i = 2; i < args.length; i += 2) {
    const name = args.string(i);
    if (engine.config.row(name) === undefined) {
      throw new CommandError(`ERR Unknown option or number of arguments for CONFIG SET - '${name}'`);
    }
    if (engine.config.row(name)!.protected === true && !allowsProtected(ctx)) {
      throw new CommandError(
        `ERR CONFIG SET failed (possibly related to argument '${name}') - can't set protected config`,
      );
    }
    settings.push([name, args.string(i + 1)]);
  }
  try {
    engine.config.setAll(settings);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new CommandError(
      `ERR CONFIG SET failed (possibly related to argument '${error.setting}') - ${error.message}`,
    );
  }
  ctx.reply.ok();
}

function configRewrite(ctx: CommandContext): void {
  const { acl, config, facts, files } = ctx.engine;
  if (facts.configFile === "") throw new CommandError("ERR The server is running without a config file");
  const users = config.text("aclfile") === "" ? acl.lines() : [];
  try {
    files.write(facts.configFile, rewriteConfig(files.read(facts.configFile), config, users));
  } catch (error) {
    throw new CommandError(`ERR Rewriting config file: ${(error as Error).message}`);
  }
  ctx.reply.ok();
}

function configResetstat(ctx: CommandContext): void {
  ctx.engine.resetStats();
  ctx.reply.ok();
}

/** SYNC and ASYNC are accepted; what is let go is collected when the engine has time, either way. */
function checkFlushMode(ctx: CommandContext): void {
  if (ctx.args.length > 2 || (ctx.args.length === 2 && !ctx.args.is(1, "SYNC") && !ctx.args.is(1, "ASYNC"))) {
    throw SYNTAX_ERROR;
  }
}

function flushdb(ctx: CommandContext): void {
  checkFlushMode(ctx);
  ctx.dirty += ctx.db.flush();
  // Propagated even when nothing was there: a replica may differ.
  if (ctx.propagating) ctx.effect("FLUSHDB");
  ctx.reply.ok();
}

function flushall(ctx: CommandContext): void {
  checkFlushMode(ctx);
  ctx.dirty += ctx.engine.keyspace.flushAll();
  if (ctx.propagating) ctx.effect("FLUSHALL");
  ctx.reply.ok();
}

function swapdb(ctx: CommandContext): void {
  const { args, engine } = ctx;
  const first = args.integer(1, new CommandError("ERR invalid first DB index"));
  const second = args.integer(2, new CommandError("ERR invalid second DB index"));
  const a = engine.keyspace.databases[first];
  const b = engine.keyspace.databases[second];
  if (a === undefined || b === undefined) throw new CommandError("ERR DB index is out of range");
  if (a !== b) {
    a.swap(b);
    engine.blocked.signalAll(a);
    engine.blocked.signalAll(b);
  }
  ctx.dirty++;
  ctx.reply.ok();
}

function time(ctx: CommandContext): void {
  const microseconds = Math.floor(ctx.now * 1000);
  ctx.reply.array(2);
  ctx.reply.bulk(String(Math.floor(microseconds / 1_000_000)));
  ctx.reply.bulk(String(microseconds % 1_000_000));
}

function lolwut(ctx: CommandContext): void {
  // What other versions drew is not drawn; the number must be one all the same.
  if (ctx.args.length >= 3 && ctx.args.is(1, "VERSION")) ctx.args.integer(2);
  ctx.reply.verbatim("txt", `Redis ver. ${ctx.engine.version}\n`);
}

function monitor(ctx: CommandContext): void {
  ctx.engine.setMonitor(ctx.client, true);
  ctx.reply.ok();
}

function slowlogGet(ctx: CommandContext): void {
  const { args, reply, engine } = ctx;
  let count = 10;
  if (args.length > 3) {
    throw new CommandError(
      `ERR unknown subcommand or wrong number of arguments for '${args.string(1)}'. Try SLOWLOG HELP.`,
    );
  }
  if (args.length === 3) {
    const error = new CommandError("ERR count should be greater than or equal to -1");
    count = args.integer(2, error);
    if (count < -1) throw error;
    if (count === -1) count = Infinity;
  }
  const entries = engine.slowLog.newest(count);
  reply.array(entries.length);
  for (const entry of entries) {
    reply.array(6);
    reply.integer(entry.id);
    reply.integer(entry.timeSeconds);
    reply.integer(entry.microseconds);
    reply.array(entry.args.length);
    for (const argument of entry.args) reply.bulk(argument);
    reply.bulk(entry.address);
    reply.bulk(entry.clientName);
  }
}

const ADMIN: readonly CommandFlag[] = ["admin", "noscript", "loading", "stale"];

interface Rest {
  readonly categories?: readonly string[];
  readonly syntax?: string;
  readonly complexity?: string;
  readonly tips?: readonly string[];
  readonly subcommands?: readonly CommandRow[];
}

function row(
  name: string,
  arity: number,
  flags: readonly CommandFlag[],
  since: string,
  summary: string,
  handler: Handler | undefined,
  rest: Rest = {},
): CommandRow {
  return {
    name,
    arity,
    flags,
    categories: rest.categories ?? [],
    since,
    group: "server",
    summary,
    complexity: rest.complexity ?? "O(1)",
    ...(handler === undefined ? {} : { handler }),
    ...(rest.syntax === undefined ? {} : { syntax: rest.syntax }),
    ...(rest.tips === undefined ? {} : { tips: rest.tips }),
    ...(rest.subcommands === undefined ? {} : { subcommands: rest.subcommands }),
  };
}

const CONFIG_SUBCOMMANDS: readonly CommandRow[] = [
  row("get", -3, ADMIN, "2.0.0", "Returns the effective values of configuration parameters.", configGet, {
    syntax: "parameter...",
    complexity: "O(N) when N is the number of configuration parameters provided",
  }),
  row("set", -4, ADMIN, "2.0.0", "Sets configuration parameters in-flight.", configSet, {
    syntax: "data:{parameter value}...",
    complexity: "O(N) when N is the number of configuration parameters provided",
    tips: ["request_policy:all_nodes", "response_policy:all_succeeded"],
  }),
  row("resetstat", 2, ADMIN, "2.0.0", "Resets the server's statistics.", configResetstat, {
    tips: ["request_policy:all_nodes", "response_policy:all_succeeded"],
  }),
  row("rewrite", 2, ADMIN, "2.8.0", "Persists the effective configuration to file.", configRewrite, {
    tips: ["request_policy:all_nodes", "response_policy:all_succeeded"],
  }),
  subcommandHelp(
    "config",
    "5.0.0",
    "server",
    [],
    [
      ["GET <pattern>", "Return parameters matching the glob-like <pattern> and their values."],
      ["SET <directive> <value>", "Set the configuration <directive> to <value>."],
      ["RESETSTAT", "Reset statistics reported by the INFO command."],
      ["REWRITE", "Rewrite the configuration file."],
    ],
  ),
];

const SLOWLOG_SUBCOMMANDS: readonly CommandRow[] = [
  row("get", -2, ["admin", "loading", "stale"], "2.2.12", "Returns the slow log's entries.", slowlogGet, {
    syntax: "[count:integer]",
    complexity: "O(N) where N is the number of entries returned",
    tips: ["request_policy:all_nodes", "nondeterministic_output"],
  }),
  row(
    "len",
    2,
    ["admin", "loading", "stale"],
    "2.2.12",
    "Returns the number of entries in the slow log.",
    (ctx) => ctx.reply.integer(ctx.engine.slowLog.length),
    {
      tips: ["request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output"],
    },
  ),
  row(
    "reset",
    2,
    ["admin", "loading", "stale"],
    "2.2.12",
    "Clears all entries from the slow log.",
    (ctx) => {
      ctx.engine.slowLog.clear();
      ctx.reply.ok();
    },
    { tips: ["request_policy:all_nodes", "response_policy:all_succeeded"] },
  ),
  subcommandHelp(
    "slowlog",
    "6.2.0",
    "server",
    [],
    [
      [
        "GET [<count>]",
        "Return top <count> entries from the slowlog (default: 10, -1 mean all). Entries are made of: id, timestamp, time in microseconds, arguments array, client IP and port, client name",
      ],
      ["LEN", "Return the length of the slowlog."],
      ["RESET", "Reset the slowlog."],
    ],
  ),
];

export const serverCommands: readonly CommandRow[] = [
  row("config", -2, [], "2.0.0", "A container for server configuration commands.", undefined, {
    complexity: "Depends on subcommand.",
    subcommands: CONFIG_SUBCOMMANDS,
  }),
  row(
    "dbsize",
    1,
    ["readonly", "fast"],
    "1.0.0",
    "Returns the number of keys in the database.",
    (ctx) => ctx.reply.integer(ctx.db.size),
    {
      categories: ["keyspace"],
      tips: ["request_policy:all_shards", "response_policy:agg_sum"],
    },
  ),
  row("flushdb", -1, ["write"], "1.0.0", "Remove all keys from the current database.", flushdb, {
    categories: ["keyspace", "dangerous"],
    syntax: "[flush-type:(ASYNC | SYNC)]",
    complexity: "O(N) where N is the number of keys in the selected database",
    tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
  }),
  row("flushall", -1, ["write"], "1.0.0", "Removes all keys from all databases.", flushall, {
    categories: ["keyspace", "dangerous"],
    syntax: "[flush-type:(ASYNC | SYNC)]",
    complexity: "O(N) where N is the total number of keys in all databases",
    tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
  }),
  row("swapdb", 3, ["write", "fast"], "4.0.0", "Swaps two Redis databases.", swapdb, {
    categories: ["keyspace", "dangerous"],
    syntax: "index1:integer index2:integer",
    complexity: "O(N) where N is the count of clients watching or blocking on keys from both databases.",
  }),
  row("time", 1, ["loading", "stale", "fast"], "2.6.0", "Returns the server time.", time, {
    tips: ["nondeterministic_output"],
  }),
  row("lolwut", -1, ["readonly", "fast"], "5.0.0", "Displays computer art and the Redis version", lolwut, {
    syntax: "[VERSION version:integer]",
  }),
  row(
    "monitor",
    1,
    ["admin", "noscript", "loading", "stale"],
    "1.0.0",
    "Listens for all requests received by the server in real-time.",
    monitor,
  ),
  row("slowlog", -2, [], "2.2.12", "A container for slow log commands.", undefined, {
    complexity: "Depends on subcommand.",
    subcommands: SLOWLOG_SUBCOMMANDS,
  }),
];
