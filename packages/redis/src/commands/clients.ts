/** CLIENT: who is connected, and what to do with them. */
import { describeClient } from "../engine/client-info.ts";
import type { Client } from "../engine/client.ts";
import { isClientName, BAD_CLIENT_NAME } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { CommandError, NOT_AN_INTEGER, SYNTAX_ERROR } from "./errors.ts";
import { subcommandHelp } from "./help.ts";
import type { CommandFlag, CommandRow, Handler } from "./table.ts";

const NO_SUCH_CLIENT = new CommandError("ERR No such client");

type ClientKind = "normal" | "pubsub" | "master" | "replica";

function kindOf(client: Client): ClientKind {
  if (client.isMaster) return "master";
  if (client.isReplica) return "replica";
  return client.subscriptions + client.shardChannels.size > 0 ? "pubsub" : "normal";
}

function parseKind(text: string): ClientKind {
  const lower = text.toLowerCase();
  if (lower === "slave") return "replica";
  if (lower === "normal" || lower === "pubsub" || lower === "master" || lower === "replica") return lower;
  throw new CommandError(`ERR Unknown client type '${text}'`);
}

function info(ctx: CommandContext): void {
  ctx.reply.verbatim("txt", `${describeClient(ctx.client, ctx.now)}\n`);
}

function list(ctx: CommandContext): void {
  const { args, engine } = ctx;
  let clients = Array.from(engine.clients.values());
  if (args.length === 4 && args.is(2, "TYPE")) {
    const kind = parseKind(args.string(3));
    clients = clients.filter((client) => kindOf(client) === kind);
  } else if (args.length > 3 && args.is(2, "ID")) {
    const ids: number[] = [];
    for (let i = 3; i < args.length; i++) ids.push(args.integer(i, new CommandError("ERR Invalid client ID")));
    clients = ids.flatMap((id) => engine.clients.get(id) ?? []);
  } else if (args.length !== 2) throw SYNTAX_ERROR;
  ctx.reply.verbatim("txt", clients.map((client) => `${describeClient(client, ctx.now)}\n`).join(""));
}

type ClientFilter = (client: Client) => boolean;

function yesOrNo(ctx: CommandContext, i: number): boolean {
  if (ctx.args.is(i, "YES")) return true;
  if (ctx.args.is(i, "NO")) return false;
  throw SYNTAX_ERROR;
}

/** CLIENT KILL's filters, one by name and value. */
const KILL_FILTERS: Readonly<Record<string, (ctx: CommandContext, i: number) => ClientFilter>> = {
  ID(ctx, i) {
    const error = new CommandError("ERR client-id should be greater than 0");
    const id = ctx.args.integer(i, error);
    if (id < 1) throw error;
    return (client) => client.id === id;
  },
  TYPE(ctx, i) {
    const kind = parseKind(ctx.args.string(i));
    return (client) => kindOf(client) === kind;
  },
  ADDR(ctx, i) {
    const address = ctx.args.string(i);
    return (client) => client.address.remote === address;
  },
  LADDR(ctx, i) {
    const address = ctx.args.string(i);
    return (client) => client.address.local === address;
  },
  USER(ctx, i) {
    const name = ctx.args.string(i);
    const user = ctx.engine.acl.user(name);
    if (user === undefined) throw new CommandError(`ERR No such user '${name}'`);
    return (client) => client.user === user;
  },
  MAXAGE(ctx, i) {
    const age = ctx.args.integer(i, new CommandError("ERR maxage is not an integer or out of range"));
    if (age < 1) throw new CommandError("ERR maxage should be greater than 0");
    return (client) => (ctx.now - client.createdMs) / 1000 >= age;
  },
};

function kill(ctx: CommandContext): void {
  const { args, engine, reply } = ctx;
  if (args.length === 3) {
    const address = args.string(2);
    const victim = engine.clients.values().find((client) => client.address.remote === address);
    if (victim === undefined) throw NO_SUCH_CLIENT;
    reply.ok();
    engine.kill(victim, ctx.client);
    return;
  }
  const filters: ClientFilter[] = [];
  let skipMe = true;
  for (let i = 2; i < args.length; i += 2) {
    if (i + 1 >= args.length) throw SYNTAX_ERROR;
    if (args.is(i, "SKIPME")) {
      skipMe = yesOrNo(ctx, i + 1);
      continue;
    }
    const filter = KILL_FILTERS[args.upper(i)];
    if (filter === undefined) throw SYNTAX_ERROR;
    filters.push(filter(ctx, i + 1));
  }
  const victims = Array.from(engine.clients.values()).filter(
    (client) => !(skipMe && client === ctx.client) && filters.every((filter) => filter(client)),
  );
  reply.integer(victims.length);
  for (const victim of victims) engine.kill(victim, ctx.client);
}

function setname(ctx: CommandContext): void {
  const name = ctx.args.string(2);
  if (!isClientName(name)) throw BAD_CLIENT_NAME;
  ctx.client.name = name;
  ctx.reply.ok();
}

function getname(ctx: CommandContext): void {
  if (ctx.client.name === "") ctx.reply.nil();
  else ctx.reply.bulk(ctx.client.name);
}

function setinfo(ctx: CommandContext): void {
  const { args, client } = ctx;
  const value = args.string(3);
  const attribute = args.string(2).toLowerCase();
  if (attribute !== "lib-name" && attribute !== "lib-ver") {
    throw new CommandError(`ERR Unrecognized option '${args.string(2)}'`);
  }
  if (!isClientName(value)) {
    throw new CommandError(`ERR ${attribute} cannot contain spaces, newlines or special characters.`);
  }
  if (attribute === "lib-name") client.libName = value;
  else client.libVersion = value;
  ctx.reply.ok();
}

function replyCommand(ctx: CommandContext): void {
  const { args, client } = ctx;
  if (args.is(2, "ON")) {
    client.replyMode = "on";
    ctx.reply.ok();
  } else if (args.is(2, "OFF")) client.replyMode = "off";
  else if (args.is(2, "SKIP")) {
    if (client.replyMode !== "off") client.replyMode = "skip-next";
  } else throw SYNTAX_ERROR;
}

function pause(ctx: CommandContext): void {
  const { args } = ctx;
  let all = true;
  if (args.length === 4) {
    if (args.is(3, "WRITE")) all = false;
    else if (!args.is(3, "ALL")) throw new CommandError("ERR CLIENT PAUSE mode must be WRITE or ALL");
  } else if (args.length > 4) throw SYNTAX_ERROR;
  const error = new CommandError("ERR timeout is not an integer or out of range");
  const duration = args.integer(2, error);
  if (duration < 0) throw new CommandError("ERR timeout is negative");
  ctx.engine.pause(ctx.now + duration, all);
  ctx.reply.ok();
}

function unpause(ctx: CommandContext): void {
  ctx.engine.unpause();
  ctx.reply.ok();
}

function unblock(ctx: CommandContext): void {
  const { args, engine, reply } = ctx;
  let withError = false;
  if (args.length === 4) {
    if (args.is(3, "ERROR")) withError = true;
    else if (!args.is(3, "TIMEOUT")) {
      throw new CommandError("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
    }
  } else if (args.length > 4) throw SYNTAX_ERROR;
  const client = engine.clients.get(args.integer(2, NOT_AN_INTEGER));
  if (client?.blocked === undefined) {
    reply.integer(0);
    return;
  }
  if (withError) {
    engine.blocked.fail(client, "UNBLOCKED client unblocked via CLIENT UNBLOCK");
    // An error was sent while this command ran: the original counts it as failed.
    ctx.command.failedCalls++;
  } else engine.blocked.timeOut(client);
  reply.integer(1);
}

function onOff(ctx: CommandContext): boolean {
  if (ctx.args.is(2, "ON")) return true;
  if (ctx.args.is(2, "OFF")) return false;
  throw SYNTAX_ERROR;
}

function noEvict(ctx: CommandContext): void {
  ctx.client.noEvict = onOff(ctx);
  ctx.reply.ok();
}

function noTouch(ctx: CommandContext): void {
  ctx.client.noTouch = onOff(ctx);
  ctx.reply.ok();
}

const OWN: readonly CommandFlag[] = ["noscript", "loading", "stale"];
const ADMIN: readonly CommandFlag[] = ["admin", "noscript", "loading", "stale"];

function row(
  name: string,
  arity: number,
  flags: readonly CommandFlag[],
  since: string,
  summary: string,
  syntax: string,
  handler: Handler,
  complexity = "O(1)",
  tips: readonly string[] = [],
): CommandRow {
  return {
    name,
    arity,
    flags,
    categories: ["connection"],
    since,
    group: "connection",
    summary,
    complexity,
    syntax,
    tips,
    handler,
  };
}

const CLIENT_SUBCOMMANDS: readonly CommandRow[] = [
  row("id", 2, OWN, "5.0.0", "Returns the unique client ID of the connection.", "", (ctx) =>
    ctx.reply.integer(ctx.client.id),
  ),
  row("info", 2, OWN, "6.2.0", "Returns information about the connection.", "", info, "O(1)", [
    "nondeterministic_output",
  ]),
  row(
    "list",
    -2,
    ADMIN,
    "2.4.0",
    "Lists open connections.",
    "[TYPE client-type:(NORMAL | MASTER | REPLICA | PUBSUB)] [ID client-id:integer...]",
    list,
    "O(N) where N is the number of client connections",
    ["nondeterministic_output"],
  ),
  row(
    "kill",
    -3,
    ADMIN,
    "2.4.0",
    "Terminates open connections.",
    "filter:(old-format:string | new-format:([ID client-id:integer] | [TYPE client-type:(NORMAL | MASTER | SLAVE | REPLICA | PUBSUB)] | [USER username] | [ADDR addr] | [LADDR laddr] | [SKIPME yes-no:(YES | NO)] | [MAXAGE maxage:integer])...)",
    kill,
    "O(N) where N is the number of client connections",
  ),
  row("setname", 3, OWN, "2.6.9", "Sets the connection name.", "connection-name", setname),
  row("getname", 2, OWN, "2.6.9", "Returns the name of the connection.", "", getname),
  row(
    "setinfo",
    4,
    OWN,
    "7.2.0",
    "Sets information specific to the client or connection.",
    "attr:(LIB-NAME libname | LIB-VER libver)",
    setinfo,
  ),
  row(
    "reply",
    3,
    OWN,
    "3.2.0",
    "Instructs the server whether to reply to commands.",
    "action:(ON | OFF | SKIP)",
    replyCommand,
  ),
  row("pause", -3, ADMIN, "3.0.0", "Suspends commands processing.", "timeout:integer [mode:(WRITE | ALL)]", pause),
  row(
    "unpause",
    2,
    ADMIN,
    "6.2.0",
    "Resumes processing commands from paused clients.",
    "",
    unpause,
    "O(N) Where N is the number of paused clients",
  ),
  row(
    "unblock",
    -3,
    ADMIN,
    "5.0.0",
    "Unblocks a client blocked by a blocking command from a different connection.",
    "client-id:integer [unblock-type:(TIMEOUT | ERROR)]",
    unblock,
    "O(log N) where N is the number of client connections",
  ),
  row("no-evict", 3, ADMIN, "7.0.0", "Sets the client eviction mode of the connection.", "enabled:(ON | OFF)", noEvict),
  row(
    "no-touch",
    3,
    OWN,
    "7.2.0",
    "Controls whether commands sent by the client affect the LRU/LFU of accessed keys.",
    "enabled:(ON | OFF)",
    noTouch,
  ),
  row(
    "getredir",
    2,
    OWN,
    "6.0.0",
    "Returns the client ID to which the connection's tracking notifications are redirected.",
    "",
    (ctx) => ctx.reply.integer(-1),
  ),
  subcommandHelp(
    "client",
    "5.0.0",
    "connection",
    ["connection"],
    [
      ["GETREDIR", "Return the client ID we are redirecting to when tracking is enabled."],
      ["GETNAME", "Return the name of the current connection."],
      ["ID", "Return the ID of the current connection."],
      ["INFO", "Return information about the current client connection."],
      ["KILL <ip:port>", "Kill connection made from <ip:port>."],
      [
        "KILL <option> <value> [<option> <value> [...]]",
        "Kill connections. Options are: ADDR, LADDR, TYPE, USER, SKIPME, ID, MAXAGE.",
      ],
      [
        "LIST [options ...]",
        "Return information about client connections. Options: TYPE (NORMAL|MASTER|REPLICA|PUBSUB), ID <id> [<id> ...].",
      ],
      ["UNPAUSE", "Stop the current client pause, resuming traffic."],
      ["PAUSE <timeout> [WRITE|ALL]", "Suspend all, or just write, clients for <timeout> milliseconds."],
      ["REPLY (ON|OFF|SKIP)", "Control the replies sent to the current connection."],
      ["SETNAME <name>", "Assign the name <name> to the current connection."],
      ["SETINFO <option> <value>", "Set client meta attr. Options are: LIB-NAME, LIB-VER."],
      ["UNBLOCK <clientid> [TIMEOUT|ERROR]", "Unblock the specified blocked client."],
      ["NO-EVICT (ON|OFF)", "Protect current client connection from eviction."],
      ["NO-TOUCH (ON|OFF)", "Will not touch LRU/LFU stats when this mode is on."],
    ],
  ),
];

export const clientCommands: readonly CommandRow[] = [
  {
    name: "client",
    arity: -2,
    flags: [],
    categories: [],
    since: "2.4.0",
    group: "connection",
    summary: "A container for client connection commands.",
    complexity: "Depends on subcommand.",
    subcommands: CLIENT_SUBCOMMANDS,
  },
];
