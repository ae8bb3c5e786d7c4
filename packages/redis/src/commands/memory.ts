/** MEMORY: what a key takes, and what all takes. */
import { entryBytes } from "../keyspace/entry-size.ts";
import { memoryDiagnosis, memoryReport } from "../observe/memory-report.ts";
import type { CommandContext } from "./context.ts";
import { SYNTAX_ERROR } from "./errors.ts";
import { subcommandHelp } from "./help.ts";
import { key, type CommandRow, type Handler } from "./table.ts";

function usage(ctx: CommandContext): void {
  const { args, db } = ctx;
  for (let i = 3; i < args.length; i++) {
    if (!args.is(i, "SAMPLES") || i + 1 >= args.length) throw SYNTAX_ERROR;
    if (args.integer(++i) < 0) throw SYNTAX_ERROR;
  }
  const id = db.peekId(args.string(2));
  if (id === 0) ctx.reply.nil();
  else ctx.reply.integer(entryBytes(db.keys, id));
}

function doctor(ctx: CommandContext): void {
  ctx.reply.verbatim("txt", memoryDiagnosis(memoryReport(ctx.engine), ctx.engine.clients.size));
}

function stats(ctx: CommandContext): void {
  const { reply } = ctx;
  const report = memoryReport(ctx.engine);
  const net = Math.max(1, report.usedBytes - report.startupBytes);
  const mark = reply.begin();
  let fields = 0;
  const integer = (name: string, value: number): void => {
    reply.bulk(name);
    reply.integer(Math.round(value));
    fields++;
  };
  const double = (name: string, value: number): void => {
    reply.bulk(name);
    reply.double(value);
    fields++;
  };
  integer("peak.allocated", report.peakBytes);
  integer("total.allocated", report.usedBytes);
  integer("startup.allocated", report.startupBytes);
  integer("replication.backlog", 0);
  integer("clients.slaves", 0);
  integer("clients.normal", report.clientBytes);
  integer("cluster.links", 0);
  integer("aof.buffer", 0);
  integer("lua.caches", report.scriptBytes);
  integer("functions.caches", 0);
  for (const { index, main, expires } of report.databases) {
    reply.bulk(`db.${index}`);
    reply.map(2);
    reply.bulk("overhead.hashtable.main");
    reply.integer(main);
    reply.bulk("overhead.hashtable.expires");
    reply.integer(expires);
    fields++;
  }
  integer(
    "overhead.db.hashtable.lut",
    report.databases.reduce((sum, { main }) => sum + main, 0),
  );
  integer("overhead.db.hashtable.rehashing", 0);
  integer("db.dict.rehashing.count", 0);
  integer("overhead.total", report.overheadBytes);
  integer("keys.count", report.keys);
  integer("keys.bytes-per-key", report.keys === 0 ? 0 : net / report.keys);
  integer("dataset.bytes", report.datasetBytes);
  double("dataset.percentage", Math.min(100, (report.datasetBytes / net) * 100));
  double("peak.percentage", (report.usedBytes / Math.max(1, report.peakBytes)) * 100);
  integer("allocator.allocated", report.usedBytes);
  integer("allocator.active", report.usedBytes);
  integer("allocator.resident", report.residentBytes);
  integer("allocator.muzzy", 0);
  double("allocator-fragmentation.ratio", 1);
  integer("allocator-fragmentation.bytes", 0);
  double("allocator-rss.ratio", report.residentBytes / Math.max(1, report.usedBytes));
  integer("allocator-rss.bytes", report.residentBytes - report.usedBytes);
  double("rss-overhead.ratio", 1);
  integer("rss-overhead.bytes", 0);
  double("fragmentation", report.residentBytes / Math.max(1, report.usedBytes));
  integer("fragmentation.bytes", report.residentBytes - report.usedBytes);
  reply.endMap(mark, fields);
}

function mallocStats(ctx: CommandContext): void {
  ctx.reply.bulk("Stats not supported for the current allocator");
}

const SHARDS = ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"];

function row(name: string, summary: string, tips: readonly string[], handler: Handler): CommandRow {
  const group = "server";
  return {
    name,
    arity: 2,
    flags: [],
    categories: [],
    since: "4.0.0",
    group,
    summary,
    complexity: "O(1)",
    tips,
    handler,
  };
}

const SUBCOMMANDS: readonly CommandRow[] = [
  row("doctor", "Outputs a memory problems report.", SHARDS, doctor),
  row("malloc-stats", "Returns the allocator statistics.", SHARDS, mallocStats),
  row(
    "purge",
    "Asks the allocator to release memory.",
    ["request_policy:all_shards", "response_policy:all_succeeded"],
    (ctx) => ctx.reply.ok(),
  ),
  row("stats", "Returns details about memory usage.", SHARDS, stats),
  {
    name: "usage",
    arity: -3,
    flags: ["readonly"],
    categories: [],
    keys: [key("RO", 2)],
    since: "4.0.0",
    group: "server",
    summary: "Estimates the memory usage of a key.",
    complexity: "O(1)",
    syntax: "key [SAMPLES count:integer]",
    handler: usage,
  },
  subcommandHelp(
    "memory",
    "4.0.0",
    "server",
    [],
    [
      ["DOCTOR", "Return memory problems reports."],
      ["MALLOC-STATS", "Return internal statistics report from the memory allocator."],
      ["PURGE", "Attempt to purge dirty pages for reclamation by the allocator."],
      ["STATS", "Return information about the memory usage of the server."],
      [
        "USAGE <key> [SAMPLES <count>]",
        "Return memory in bytes used by <key> and its value. Nested values are sampled up to <count> times (default: 5, 0 means sample all).",
      ],
    ],
  ),
];

export const memoryCommands: readonly CommandRow[] = [
  {
    name: "memory",
    arity: -2,
    flags: [],
    categories: [],
    since: "4.0.0",
    group: "server",
    summary: "A container for memory diagnostics commands.",
    complexity: "Depends on subcommand.",
    subcommands: SUBCOMMANDS,
  },
];
