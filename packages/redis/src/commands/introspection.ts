/** COMMAND: what the table says of itself. */
import { Args } from "../resp/args.ts";
import { Glob } from "../keyspace/glob.ts";
import type { ReplyWriter } from "../resp/reply-writer.ts";
import type { CommandContext } from "./context.ts";
import { categoriesOf } from "./categories.ts";
import { CommandError, SYNTAX_ERROR } from "./errors.ts";
import { subcommandHelp } from "./help.ts";
import { hasKeys, keyPositions } from "./key-positions.ts";
import type { CommandEntry, CommandIndex } from "./registry.ts";
import { parseSyntax, type Argument } from "./syntax.ts";
import type { CommandFlag, CommandRow, KeySpec } from "./table.ts";

const NO_KEYS = new CommandError("ERR The command has no key arguments");
const NO_SUCH_COMMAND = new CommandError("ERR Invalid command specified");
const WRONG_COUNT = new CommandError("ERR Invalid number of arguments specified for command");
const WRONG_ARGUMENTS = new CommandError("ERR Invalid arguments specified for command");

/** Flags in the order in which COMMAND INFO prints them; `may_replicate` is the server's own affair. */
const FLAG_ORDER: readonly CommandFlag[] = [
  "write",
  "readonly",
  "denyoom",
  "admin",
  "pubsub",
  "noscript",
  "blocking",
  "loading",
  "stale",
  "skip_monitor",
  "skip_slowlog",
  "asking",
  "fast",
  "no_auth",
  "no_async_loading",
  "no_multi",
  "no_mandatory_keys",
  "allow_busy",
];

/** Legacy key positions: first, last, step. */
function keyRange(specs: readonly KeySpec[]): [number, number, number] {
  const first = specs[0];
  if (first === undefined || first.begin === "unknown" || !("index" in first.begin)) return [0, 0, 0];
  const from = first.begin.index;
  if (first.find === "unknown" || "keynum" in first.find) return [0, 0, 0];
  let last = first.find.lastKey >= 0 ? from + first.find.lastKey : first.find.lastKey;
  // Consecutive single keys make one range.
  for (const spec of specs.slice(1)) {
    if (spec.begin === "unknown" || !("index" in spec.begin) || spec.find === "unknown" || !("lastKey" in spec.find))
      break;
    if (last < 0 || spec.begin.index !== last + 1) break;
    last = spec.find.lastKey >= 0 ? spec.begin.index + spec.find.lastKey : spec.find.lastKey;
  }
  return [from, last, first.find.step];
}

function hasMovableKeys(row: CommandRow): boolean {
  if (row.findKeys !== undefined) return true;
  return (row.keys ?? []).some(
    (spec) => spec.begin === "unknown" || spec.find === "unknown" || "keynum" in spec.find || "keyword" in spec.begin,
  );
}

function writeInfo(reply: ReplyWriter, entry: CommandEntry | undefined): void {
  if (entry === undefined) {
    reply.nil();
    return;
  }
  const { row } = entry;
  const specs = row.keys ?? [];
  const [first, last, step] = keyRange(specs);
  const flags: string[] = FLAG_ORDER.filter((flag) => row.flags.includes(flag));
  if (hasMovableKeys(row)) flags.push("movablekeys");
  reply.array(10);
  reply.bulk(entry.fullName);
  reply.integer(row.arity);
  reply.set(flags.length);
  for (const flag of flags) reply.simple(flag);
  reply.integer(first);
  reply.integer(last);
  reply.integer(step);
  const categories = categoriesOf(row);
  reply.set(categories.length);
  for (const category of categories) reply.simple(`@${category}`);
  reply.array(row.tips?.length ?? 0);
  for (const tip of row.tips ?? []) reply.bulk(tip);
  reply.array(specs.length);
  for (const spec of specs) writeKeySpec(reply, spec);
  const subcommands = entry.subcommands?.entries ?? [];
  reply.array(subcommands.length);
  for (const subcommand of subcommands) writeInfo(reply, subcommand);
}

function writeKeySpec(reply: ReplyWriter, spec: KeySpec): void {
  reply.map(spec.notes === undefined ? 3 : 4);
  if (spec.notes !== undefined) {
    reply.bulk("notes");
    reply.bulk(spec.notes);
  }
  const flags = spec.flags.split(" ");
  reply.bulk("flags");
  reply.set(flags.length);
  for (const flag of flags) reply.simple(flag);
  reply.bulk("begin_search");
  if (spec.begin === "unknown") writeTyped(reply, "unknown", []);
  else if ("index" in spec.begin) writeTyped(reply, "index", [["index", spec.begin.index]]);
  else
    writeTyped(reply, "keyword", [
      ["keyword", spec.begin.keyword],
      ["startfrom", spec.begin.startFrom],
    ]);
  reply.bulk("find_keys");
  if (spec.find === "unknown") writeTyped(reply, "unknown", []);
  else if ("lastKey" in spec.find) {
    writeTyped(reply, "range", [
      ["lastkey", spec.find.lastKey],
      ["keystep", spec.find.step],
      ["limit", spec.find.limit],
    ]);
  } else {
    writeTyped(reply, "keynum", [
      ["keynumidx", spec.find.keynum],
      ["firstkey", spec.find.first],
      ["keystep", spec.find.step],
    ]);
  }
}

function writeTyped(reply: ReplyWriter, type: string, fields: readonly (readonly [string, string | number])[]): void {
  reply.map(2);
  reply.bulk("type");
  reply.bulk(type);
  reply.bulk("spec");
  reply.map(fields.length);
  for (const [name, value] of fields) {
    reply.bulk(name);
    if (typeof value === "number") reply.integer(value);
    else reply.bulk(value);
  }
}

/** "get", or "config|get" for a subcommand. */
function lookup(index: CommandIndex, name: string): CommandEntry | undefined {
  const [container, subcommand] = name.toLowerCase().split("|");
  const entry = index.find(Args.from([container!]), 0);
  if (subcommand === undefined || entry === undefined) return entry;
  return entry.subcommands?.find(Args.from([subcommand]), 0);
}

function all(ctx: CommandContext): void {
  const { entries } = ctx.engine.commands;
  ctx.reply.array(entries.length);
  for (const entry of entries) writeInfo(ctx.reply, entry);
}

function info(ctx: CommandContext): void {
  if (ctx.args.length === 2) {
    all(ctx);
    return;
  }
  const names = ctx.args.strings(2);
  ctx.reply.array(names.length);
  for (const name of names) writeInfo(ctx.reply, lookup(ctx.engine.commands, name));
}

function list(ctx: CommandContext): void {
  const { args, reply } = ctx;
  let keep: (entry: CommandEntry) => boolean = () => true;
  if (args.length === 5 && args.is(2, "FILTERBY")) {
    const wanted = args.string(4);
    if (args.is(3, "PATTERN")) {
      const glob = new Glob(wanted, true);
      keep = (entry) => glob.matches(entry.fullName);
    } else if (args.is(3, "ACLCAT")) keep = (entry) => categoriesOf(entry.row).includes(wanted.toLowerCase());
    else if (args.is(3, "MODULE")) keep = () => false;
    else throw SYNTAX_ERROR;
  } else if (args.length !== 2) throw SYNTAX_ERROR;
  const filtered = args.length > 2;
  const entries = ctx.engine.commands.entries.flatMap((entry) =>
    // Without a filter, containers only; with one, their subcommands too.
    (filtered ? [entry, ...(entry.subcommands?.entries ?? [])] : [entry]).filter(keep),
  );
  reply.array(entries.length);
  for (const entry of entries) reply.bulk(entry.fullName);
}

function docs(ctx: CommandContext): void {
  const { commands } = ctx.engine;
  const entries =
    ctx.args.length === 2 ? commands.entries : ctx.args.strings(2).flatMap((name) => lookup(commands, name) ?? []);
  ctx.reply.map(entries.length);
  for (const entry of entries) writeDocs(ctx.reply, entry);
}

function writeDocs(reply: ReplyWriter, entry: CommandEntry): void {
  const { row } = entry;
  reply.bulk(entry.fullName);
  const mark = reply.begin();
  let fields = 0;
  const field = (name: string): void => {
    reply.bulk(name);
    fields++;
  };
  field("summary");
  reply.bulk(row.summary);
  field("since");
  reply.bulk(row.since);
  field("group");
  reply.bulk(row.group);
  field("complexity");
  reply.bulk(row.complexity);
  if (row.deprecated !== undefined) {
    field("doc_flags");
    reply.set(1);
    reply.simple("deprecated");
    field("deprecated_since");
    reply.bulk(row.deprecated.since);
    field("replaced_by");
    reply.bulk(row.deprecated.replacedBy);
  }
  if (row.history !== undefined) {
    field("history");
    reply.set(row.history.length);
    for (const [version, change] of row.history) {
      reply.array(2);
      reply.bulk(version);
      reply.bulk(change);
    }
  }
  const described = row.syntax === undefined ? [] : parseSyntax(row.syntax);
  if (described.length > 0) {
    field("arguments");
    writeArguments(reply, described);
  }
  if (entry.subcommands !== undefined) {
    field("subcommands");
    reply.map(entry.subcommands.entries.length);
    for (const subcommand of entry.subcommands.entries) writeDocs(reply, subcommand);
  }
  reply.endMap(mark, fields);
}

function writeArguments(reply: ReplyWriter, list: readonly Argument[]): void {
  reply.array(list.length);
  for (const argument of list) {
    const flags = [
      argument.optional && "optional",
      argument.multiple && "multiple",
      argument.multipleToken && "multiple_token",
    ].filter((flag) => typeof flag === "string");
    const displays = argument.type !== "oneof" && argument.type !== "block";
    const fields =
      2 +
      (displays ? 1 : 0) +
      (argument.token === undefined ? 0 : 1) +
      (argument.keySpec === undefined ? 0 : 1) +
      (flags.length > 0 ? 1 : 0) +
      (argument.arguments === undefined ? 0 : 1);
    reply.map(fields);
    reply.bulk("name");
    reply.bulk(argument.name);
    reply.bulk("type");
    reply.bulk(argument.type);
    if (displays) {
      reply.bulk("display_text");
      reply.bulk(argument.name);
    }
    if (argument.keySpec !== undefined) {
      reply.bulk("key_spec_index");
      reply.integer(argument.keySpec);
    }
    if (argument.token !== undefined) {
      reply.bulk("token");
      reply.bulk(argument.token);
    }
    if (flags.length > 0) {
      reply.bulk("flags");
      reply.set(flags.length);
      for (const flag of flags) reply.simple(flag);
    }
    if (argument.arguments !== undefined) {
      reply.bulk("arguments");
      writeArguments(reply, argument.arguments);
    }
  }
}

function getKeys(ctx: CommandContext, withFlags: boolean): void {
  const request = Args.from(ctx.args.strings(2));
  let entry = ctx.engine.commands.find(request, 0);
  if (entry?.subcommands !== undefined && request.length > 1) entry = entry.subcommands.find(request, 1) ?? entry;
  if (entry === undefined) throw NO_SUCH_COMMAND;
  if (!hasKeys(entry.row)) throw NO_KEYS;
  if (!entry.accepts(request.length)) throw WRONG_COUNT;
  const found = keyPositions(entry.row, request) ?? [];
  if (found.length === 0 && !entry.row.flags.includes("no_mandatory_keys")) throw WRONG_ARGUMENTS;
  ctx.reply.array(found.length);
  for (const { index, flags: flagWords } of found) {
    if (!withFlags) {
      ctx.reply.bulk(request.string(index));
      continue;
    }
    const flags = flagWords.split(" ");
    ctx.reply.array(2);
    ctx.reply.bulk(request.string(index));
    ctx.reply.set(flags.length);
    for (const flag of flags) ctx.reply.simple(flag);
  }
}

const FLAGS: readonly CommandFlag[] = ["loading", "stale"];

const SUBCOMMANDS: readonly CommandRow[] = [
  {
    name: "count",
    arity: 2,
    flags: FLAGS,
    categories: ["connection"],
    since: "2.8.13",
    group: "server",
    summary: "Returns a count of commands.",
    complexity: "O(1)",
    handler: (ctx) => ctx.reply.integer(ctx.engine.commands.entries.length),
  },
  {
    name: "info",
    arity: -2,
    flags: FLAGS,
    categories: ["connection"],
    since: "2.8.13",
    group: "server",
    summary: "Returns information about one, multiple or all commands.",
    complexity: "O(N) where N is the number of commands to look up",
    syntax: "[command-name...]",
    tips: ["nondeterministic_output_order"],
    handler: info,
  },
  {
    name: "list",
    arity: -2,
    flags: FLAGS,
    categories: ["connection"],
    since: "7.0.0",
    group: "server",
    summary: "Returns a list of command names.",
    complexity: "O(N) where N is the total number of Redis commands",
    syntax: "[FILTERBY filterby:(MODULE module-name | ACLCAT category | PATTERN pattern)]",
    tips: ["nondeterministic_output_order"],
    handler: list,
  },
  {
    name: "docs",
    arity: -2,
    flags: FLAGS,
    categories: ["connection"],
    since: "7.0.0",
    group: "server",
    summary: "Returns documentary information about one, multiple or all commands.",
    complexity: "O(N) where N is the number of commands to look up",
    syntax: "[command-name...]",
    tips: ["nondeterministic_output_order"],
    handler: docs,
  },
  {
    name: "getkeys",
    arity: -3,
    flags: FLAGS,
    categories: ["connection"],
    since: "2.8.13",
    group: "server",
    summary: "Extracts the key names from an arbitrary command.",
    complexity: "O(N) where N is the number of arguments to the command",
    syntax: "command [arg...]",
    handler: (ctx) => getKeys(ctx, false),
  },
  {
    name: "getkeysandflags",
    arity: -3,
    flags: FLAGS,
    categories: ["connection"],
    since: "7.0.0",
    group: "server",
    summary: "Extracts the key names and access flags for an arbitrary command.",
    complexity: "O(N) where N is the number of arguments to the command",
    syntax: "command [arg...]",
    handler: (ctx) => getKeys(ctx, true),
  },
  subcommandHelp(
    "command",
    "5.0.0",
    "server",
    ["connection"],
    [
      ["(no subcommand)", "Return details about all Redis commands."],
      ["COUNT", "Return the total number of commands in this Redis server."],
      ["LIST", "Return a list of all commands in this Redis server."],
      [
        "INFO [<command-name> ...]",
        "Return details about multiple Redis commands. If no command names are given, documentation details for all commands are returned.",
      ],
      [
        "DOCS [<command-name> ...]",
        "Return documentation details about multiple Redis commands. If no command names are given, documentation details for all commands are returned.",
      ],
      ["GETKEYS <full-command>", "Return the keys from a full Redis command."],
      ["GETKEYSANDFLAGS <full-command>", "Return the keys and the access flags from a full Redis command."],
    ],
  ),
];

export const introspectionCommands: readonly CommandRow[] = [
  {
    name: "command",
    arity: -1,
    flags: FLAGS,
    categories: ["connection"],
    since: "2.8.13",
    group: "server",
    summary: "Returns detailed information about all commands.",
    complexity: "O(N) where N is the total number of Redis commands",
    tips: ["nondeterministic_output_order"],
    subcommands: SUBCOMMANDS,
    handler: all,
  },
];
