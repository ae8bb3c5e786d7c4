/** LATENCY: spikes by event, and histograms by command. */
import { latencyGraph, latencyReport } from "../observe/latency-monitor.ts";
import type { CommandContext } from "./context.ts";
import { CommandError } from "./errors.ts";
import { subcommandHelp } from "./help.ts";
import type { CommandEntry } from "./registry.ts";
import type { CommandFlag, CommandRow, Handler } from "./table.ts";

function history(ctx: CommandContext): void {
  const samples = ctx.engine.latency.event(ctx.args.string(2))?.samples ?? [];
  ctx.reply.array(samples.length);
  for (const { timeSeconds, latencyMs } of samples) {
    ctx.reply.array(2);
    ctx.reply.integer(timeSeconds);
    ctx.reply.integer(latencyMs);
  }
}

function latest(ctx: CommandContext): void {
  const events = ctx.engine.latency.events();
  ctx.reply.array(events.length);
  for (const { name, samples, longestMs } of events) {
    const { timeSeconds, latencyMs } = samples.at(-1)!;
    ctx.reply.array(4);
    ctx.reply.bulk(name);
    ctx.reply.integer(timeSeconds);
    ctx.reply.integer(latencyMs);
    ctx.reply.integer(longestMs);
  }
}

function graph(ctx: CommandContext): void {
  const name = ctx.args.string(2);
  const event = ctx.engine.latency.event(name);
  if (event === undefined) throw new CommandError(`ERR No samples available for event '${name}'`);
  ctx.reply.verbatim("txt", latencyGraph(event, Math.floor(ctx.now / 1000)));
}

function doctor(ctx: CommandContext): void {
  const { config, latency } = ctx.engine;
  const facts = {
    nowSeconds: Math.floor(ctx.now / 1000),
    thresholdMs: config.number("latency-monitor-threshold"),
    slowerThanMicroseconds: config.number("slowlog-log-slower-than"),
  };
  ctx.reply.verbatim("txt", latencyReport(latency.events(), facts));
}

/** The named commands that were called, or all; a container stands for its subcommands too. */
function measuredEntries(ctx: CommandContext): CommandEntry[] {
  const { commands } = ctx.engine;
  const withSubcommands = (entry: CommandEntry): CommandEntry[] => [entry, ...(entry.subcommands?.entries ?? [])];
  const names = new Set(ctx.args.strings(2).map((name) => name.toLowerCase()));
  return commands.entries
    .flatMap((entry) => withSubcommands(entry))
    .filter(
      (entry) =>
        entry.latency.count > 0 &&
        (names.size === 0 ||
          names.has(entry.fullName) ||
          (entry.parent !== undefined && names.has(entry.parent.fullName))),
    );
}

function histogram(ctx: CommandContext): void {
  const { reply } = ctx;
  const entries = measuredEntries(ctx);
  reply.map(entries.length);
  for (const { fullName, latency } of entries) {
    reply.bulk(fullName);
    reply.map(2);
    reply.bulk("calls");
    reply.integer(latency.count);
    reply.bulk("histogram_usec");
    const steps = latency.cumulative();
    reply.map(steps.length);
    for (const { microseconds, count } of steps) {
      reply.integer(microseconds);
      reply.integer(count);
    }
  }
}

const FLAGS: readonly CommandFlag[] = ["admin", "noscript", "loading", "stale"];
const NODES = ["nondeterministic_output", "request_policy:all_nodes", "response_policy:special"];

function row(
  name: string,
  arity: number,
  since: string,
  summary: string,
  handler: Handler,
  rest: { readonly syntax?: string; readonly complexity?: string; readonly tips?: readonly string[] } = {},
): CommandRow {
  const complexity = rest.complexity ?? "O(1)";
  return {
    name,
    arity,
    flags: FLAGS,
    categories: [],
    since,
    group: "server",
    summary,
    complexity,
    tips: rest.tips ?? NODES,
    ...(rest.syntax === undefined ? {} : { syntax: rest.syntax }),
    handler,
  };
}

const SUBCOMMANDS: readonly CommandRow[] = [
  row("doctor", 2, "2.8.13", "Returns a human-readable latency analysis report.", doctor),
  row("graph", 3, "2.8.13", "Returns a latency graph for an event.", graph, { syntax: "event" }),
  row(
    "histogram",
    -2,
    "7.0.0",
    "Returns the cumulative distribution of latencies of a subset or all commands.",
    histogram,
    {
      syntax: "[command...]",
      complexity: "O(N) where N is the number of commands with latency information being retrieved.",
    },
  ),
  row("history", 3, "2.8.13", "Returns timestamp-latency samples for an event.", history, { syntax: "event" }),
  row("latest", 2, "2.8.13", "Returns the latest latency samples for all events.", latest),
  row(
    "reset",
    -2,
    "2.8.13",
    "Resets the latency data for one or more events.",
    (ctx) => ctx.reply.integer(ctx.engine.latency.reset(ctx.args.strings(2))),
    { syntax: "[event...]", tips: ["request_policy:all_nodes", "response_policy:agg_sum"] },
  ),
  subcommandHelp(
    "latency",
    "2.8.13",
    "server",
    [],
    [
      ["DOCTOR", "Return a human readable latency analysis report."],
      ["GRAPH <event>", "Return an ASCII latency graph for the <event> class."],
      ["HISTORY <event>", "Return time-latency samples for the <event> class."],
      ["LATEST", "Return the latest latency samples for all events."],
      [
        "RESET [<event> ...]",
        "Reset latency data of one or more <event> classes. (default: reset all data for all event classes)",
      ],
      [
        "HISTOGRAM [COMMAND ...]",
        "Return a cumulative distribution of latencies in the format of a histogram for the specified command names. If no commands are specified then all histograms are replied.",
      ],
    ],
  ),
];

export const latencyCommands: readonly CommandRow[] = [
  {
    name: "latency",
    arity: -2,
    flags: [],
    categories: [],
    since: "2.8.13",
    group: "server",
    summary: "A container for latency diagnostics commands.",
    complexity: "Depends on subcommand.",
    subcommands: SUBCOMMANDS,
  },
];
