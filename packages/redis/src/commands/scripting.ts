/** EVAL, EVALSHA, their read-only forms, and SCRIPT. Running scripts is in src/scripting/. */
import type { CommandContext } from "./context.ts";
import { CommandError } from "./errors.ts";
import { subcommandHelp } from "./help.ts";
import { type CommandFlag, type CommandRow, countedKeys, type Handler, type KeySpec } from "./table.ts";

const NO_SCRIPT = new CommandError("NOSCRIPT No matching script. Please use EVAL.");
const TOO_MANY_KEYS = new CommandError("ERR Number of keys can't be greater than number of args");
const NEGATIVE_KEYS = new CommandError("ERR Number of keys can't be negative");
const FLUSH_MODE = new CommandError("ERR SCRIPT FLUSH only support SYNC|ASYNC option");
const DEBUG_MODE = new CommandError("ERR Use SCRIPT DEBUG YES/SYNC/NO");
const NO_DEBUGGER = new CommandError("ERR the Lua debugger is not supported by this server");

function keyCount(ctx: CommandContext): number {
  const count = ctx.args.integer(2);
  if (count > ctx.args.length - 3) throw TOO_MANY_KEYS;
  if (count < 0) throw NEGATIVE_KEYS;
  return count;
}

function evaluator(readOnly: boolean): Handler {
  return (ctx) => {
    const { args, engine } = ctx;
    // The script's commands come behind it.
    engine.announce(ctx.client, ctx.command, args);
    const keys = keyCount(ctx);
    engine.scripting.evaluate(ctx, engine.scripting.cache.ofSource(args.string(1), true), keys, readOnly);
  };
}

function shaEvaluator(readOnly: boolean): Handler {
  return (ctx) => {
    const { args, engine } = ctx;
    engine.announce(ctx.client, ctx.command, args);
    if (args.size(1) !== 40) throw NO_SCRIPT;
    const keys = keyCount(ctx);
    const script = engine.scripting.cache.ofSha(args.string(1));
    if (script === undefined) throw NO_SCRIPT;
    engine.scripting.evaluate(ctx, script, keys, readOnly);
  };
}

function load({ args, engine, reply }: CommandContext): void {
  reply.bulk(engine.scripting.cache.ofSource(args.string(2), false).sha);
}

function exists({ args, engine, reply }: CommandContext): void {
  reply.array(args.length - 2);
  for (let i = 2; i < args.length; i++) reply.integer(engine.scripting.cache.has(args.string(i)) ? 1 : 0);
}

/** SYNC or ASYNC is the same here: what is let go is collected when there is time. */
function flush({ args, engine, reply }: CommandContext): void {
  if (args.length > 3 || (args.length === 3 && !args.is(2, "SYNC") && !args.is(2, "ASYNC"))) throw FLUSH_MODE;
  engine.scripting.flush();
  reply.ok();
}

function kill({ engine, reply }: CommandContext): void {
  engine.scripting.kill();
  reply.ok();
}

/** There is no debugger to switch on; to switch it off is always possible. */
function debug({ args, reply }: CommandContext): void {
  if (args.is(2, "YES") || args.is(2, "SYNC")) throw NO_DEBUGGER;
  if (!args.is(2, "NO")) throw DEBUG_MODE;
  reply.ok();
}

const EVAL: readonly CommandFlag[] = ["noscript", "skip_monitor", "no_mandatory_keys", "stale"];
const WRITES: readonly KeySpec[] = [
  {
    ...countedKeys("RW access update", 2),
    notes: "We cannot tell how the keys will be used so we assume the worst, RW and UPDATE",
  },
];
const READS: readonly KeySpec[] = [
  {
    ...countedKeys("RO access", 2),
    notes: "We cannot tell how the keys will be used so we assume the worst, RO and ACCESS",
  },
];
const DEPENDS = "Depends on the script that is executed.";
const ON_ALL_NODES = ["request_policy:all_nodes", "response_policy:all_succeeded"];

function evalRow(
  name: string,
  flags: readonly CommandFlag[],
  since: string,
  summary: string,
  handler: Handler,
  syntax: string,
  keys: readonly KeySpec[],
): CommandRow {
  return {
    name,
    arity: -3,
    flags: [...flags, ...EVAL],
    categories: ["scripting"],
    keys,
    since,
    group: "scripting",
    summary,
    complexity: DEPENDS,
    syntax: `${syntax} numkeys:integer [key...] [arg:string...]`,
    handler,
  };
}

function scriptRow(
  name: string,
  arity: number,
  flags: readonly CommandFlag[],
  since: string,
  summary: string,
  complexity: string,
  handler: Handler,
  rest: Partial<CommandRow> = {},
): CommandRow {
  return {
    name,
    arity,
    flags,
    categories: ["scripting"],
    since,
    group: "scripting",
    summary,
    complexity,
    handler,
    ...rest,
  };
}

const SCRIPT_SUBCOMMANDS: readonly CommandRow[] = [
  scriptRow("debug", 3, ["noscript"], "3.2.0", "Sets the debug mode of server-side Lua scripts.", "O(1)", debug, {
    syntax: "mode:(YES | SYNC | NO)",
  }),
  scriptRow(
    "exists",
    -3,
    ["noscript"],
    "2.6.0",
    "Determines whether server-side Lua scripts exist in the script cache.",
    "O(N) with N being the number of scripts to check (so checking a single script is an O(1) operation).",
    exists,
    { syntax: "sha1:string...", tips: ["request_policy:all_shards", "response_policy:agg_logical_and"] },
  ),
  scriptRow(
    "flush",
    -2,
    ["noscript"],
    "2.6.0",
    "Removes all server-side Lua scripts from the script cache.",
    "O(N) with N being the number of scripts in cache",
    flush,
    {
      syntax: "[flush-type:(ASYNC | SYNC)]",
      tips: ON_ALL_NODES,
      history: [["6.2.0", "Added the `ASYNC` and `SYNC` flushing mode modifiers."]],
    },
  ),
  scriptRow(
    "kill",
    2,
    ["noscript", "allow_busy"],
    "2.6.0",
    "Terminates a server-side Lua script during execution.",
    "O(1)",
    kill,
    { tips: ["request_policy:all_shards", "response_policy:one_succeeded"] },
  ),
  scriptRow(
    "load",
    3,
    ["noscript", "stale"],
    "2.6.0",
    "Loads a server-side Lua script to the script cache.",
    "O(N) with N being the length in bytes of the script body.",
    load,
    { syntax: "script:string", tips: ON_ALL_NODES },
  ),
  subcommandHelp(
    "script",
    "5.0.0",
    "scripting",
    ["scripting"],
    [
      ["DEBUG (YES|SYNC|NO)", "Set the debug mode for subsequent scripts executed."],
      ["EXISTS <sha1> [<sha1> ...]", "Return information about the existence of the scripts in the script cache."],
      [
        "FLUSH [ASYNC|SYNC]",
        "Flush the Lua scripts cache. Very dangerous on replicas.\nWhen called without the optional mode argument, the behavior is determined by the\nlazyfree-lazy-user-flush configuration directive. Valid modes are:\n* ASYNC: Asynchronously flush the scripts cache.\n* SYNC: Synchronously flush the scripts cache.",
      ],
      ["KILL", "Kill the currently executing Lua script."],
      ["LOAD <script>", "Load a script into the scripts cache without executing it."],
    ],
  ),
];

export const scriptingCommands: readonly CommandRow[] = [
  evalRow(
    "eval",
    ["may_replicate"],
    "2.6.0",
    "Executes a server-side Lua script.",
    evaluator(false),
    "script:string",
    WRITES,
  ),
  evalRow(
    "evalsha",
    ["may_replicate"],
    "2.6.0",
    "Executes a server-side Lua script by SHA1 digest.",
    shaEvaluator(false),
    "sha1:string",
    [countedKeys("RW access update", 2)],
  ),
  evalRow(
    "evalsha_ro",
    ["readonly"],
    "7.0.0",
    "Executes a read-only server-side Lua script by SHA1 digest.",
    shaEvaluator(true),
    "sha1:string",
    [countedKeys("RO access", 2)],
  ),
  evalRow(
    "eval_ro",
    ["readonly"],
    "7.0.0",
    "Executes a read-only server-side Lua script.",
    evaluator(true),
    "script:string",
    READS,
  ),
  {
    name: "script",
    arity: -2,
    flags: [],
    categories: [],
    since: "2.6.0",
    group: "scripting",
    summary: "A container for Lua scripts management commands.",
    complexity: "Depends on subcommand.",
    subcommands: SCRIPT_SUBCOMMANDS,
  },
];
