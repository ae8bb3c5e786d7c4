/** A client's own connection: greeting, authentication, database, names. CLIENT is in clients.ts. */
import type { CommandContext } from "./context.ts";
import { CommandError, SYNTAX_ERROR } from "./errors.ts";
import { describeClient } from "../engine/client-info.ts";
import { REDIS_VERSION } from "../engine/version.ts";
import type { CommandRow } from "./table.ts";

const DB_OUT_OF_RANGE = new CommandError("ERR DB index is out of range");
const WRONG_PASSWORD = new CommandError("WRONGPASS invalid username-password pair or user is disabled.");
const NO_PASSWORD_SET = new CommandError(
  "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
);
const UNSUPPORTED_PROTOCOL = new CommandError("NOPROTO unsupported protocol version");
const NOT_A_PROTOCOL = new CommandError("ERR Protocol version is not an integer or out of range");
const HELLO_WITHOUT_AUTH = new CommandError(
  "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time",
);
export const BAD_CLIENT_NAME: CommandError = new CommandError(
  "ERR Client names cannot contain spaces, newlines or special characters.",
);

function ping(ctx: CommandContext): void {
  const { args, reply, client } = ctx;
  if (args.length > 2) throw new CommandError("ERR wrong number of arguments for 'ping' command");
  if (client.subscriberMode) {
    reply.array(2);
    reply.bulk("pong");
    reply.bulk(args.length === 2 ? args.string(1) : "");
  } else if (args.length === 2) reply.bulkBytes(args.buffer, args.starts[1], args.ends[1]);
  else reply.rawString("+PONG\r\n");
}

function echo(ctx: CommandContext): void {
  ctx.reply.bulkBytes(ctx.args.buffer, ctx.args.starts[1], ctx.args.ends[1]);
}

/** Logs the client in, or throws WRONGPASS. */
function authenticate(ctx: CommandContext, name: string, password: string): void {
  const { engine, client } = ctx;
  const user = engine.acl.user(name);
  if (user === undefined || !user.accepts(password)) {
    const context = ctx.canBlock ? "toplevel" : "multi";
    const clientInfo = describeClient(client, ctx.now);
    const event = { reason: "auth", context, object: ctx.args.string(0), username: name, clientInfo } as const;
    engine.acl.log.add(event, ctx.now, engine.config.number("acllog-max-len"));
    throw WRONG_PASSWORD;
  }
  client.user = user;
  client.authenticated = true;
  client.parser.unauthenticated = false;
}

function auth(ctx: CommandContext): void {
  const { args, engine } = ctx;
  if (args.length > 3) throw SYNTAX_ERROR;
  if (args.length === 2 && engine.acl.defaultUser.noPassword) throw NO_PASSWORD_SET;
  authenticate(ctx, args.length === 2 ? "default" : args.string(1), args.string(args.length - 1));
  ctx.reply.ok();
}

function hello(ctx: CommandContext): void {
  const { args, client, reply, engine } = ctx;
  let version: number = reply.resp;
  let from = 1;
  if (args.length > 1) {
    version = args.integer(1, NOT_A_PROTOCOL);
    if (version !== 2 && version !== 3) throw UNSUPPORTED_PROTOCOL;
    from = 2;
  }
  let user: string | undefined;
  let password = "";
  let name: string | undefined;
  for (let i = from; i < args.length; i++) {
    const more = args.length - 1 - i;
    if (args.is(i, "AUTH") && more >= 2) {
      user = args.string(++i);
      password = args.string(++i);
    } else if (args.is(i, "SETNAME") && more >= 1) {
      name = args.string(++i);
      if (!isClientName(name)) throw BAD_CLIENT_NAME;
    } else throw new CommandError(`ERR Syntax error in HELLO option '${args.string(i)}'`);
  }
  if (user !== undefined) authenticate(ctx, user, password);
  if (!client.authenticated && engine.acl.requiresAuthentication) throw HELLO_WITHOUT_AUTH;
  if (name !== undefined) client.name = name;
  if (args.length > 1) reply.resp = version as 2 | 3;
  reply.map(7);
  reply.bulk("server");
  reply.bulk("redis");
  reply.bulk("version");
  reply.bulk(REDIS_VERSION);
  reply.bulk("proto");
  reply.integer(reply.resp);
  reply.bulk("id");
  reply.integer(client.id);
  reply.bulk("mode");
  reply.bulk(engine.config.flag("cluster-enabled") ? "cluster" : "standalone");
  reply.bulk("role");
  reply.bulk(engine.replication.master === undefined ? "master" : "replica");
  reply.bulk("modules");
  reply.array(0);
}

/** Printable, without spaces: what CLIENT LIST can show. */
export function isClientName(name: string): boolean {
  return /^[!-~]*$/.test(name);
}

function select(ctx: CommandContext): void {
  const database = ctx.engine.keyspace.databases[ctx.args.integer(1)];
  if (database === undefined) throw DB_OUT_OF_RANGE;
  ctx.client.db = database;
  ctx.reply.ok();
}

function quit(ctx: CommandContext): void {
  ctx.reply.ok();
  ctx.client.closing = true;
}

function reset(ctx: CommandContext): void {
  const { client, engine } = ctx;
  engine.discardQueue(client);
  client.unwatchAll();
  engine.pubsub.removeClient(client);
  engine.setMonitor(client, false);
  client.name = "";
  client.db = engine.keyspace.databases[0]!;
  client.reply.resp = 2;
  client.replyMode = "on";
  client.noEvict = false;
  client.noTouch = false;
  client.user = engine.acl.defaultUser;
  client.authenticated = !engine.acl.requiresAuthentication;
  client.parser.unauthenticated = !client.authenticated;
  ctx.reply.simple("RESET");
}

const FLAGS = ["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"] as const;

export const connectionCommands: readonly CommandRow[] = [
  {
    name: "ping",
    arity: -1,
    flags: ["fast"],
    categories: ["connection"],
    since: "1.0.0",
    group: "connection",
    summary: "Returns the server's liveliness response.",
    complexity: "O(1)",
    syntax: "[message]",
    tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
    handler: ping,
  },
  {
    name: "echo",
    arity: 2,
    flags: ["loading", "stale", "fast"],
    categories: ["connection"],
    since: "1.0.0",
    group: "connection",
    summary: "Returns the given string.",
    complexity: "O(1)",
    syntax: "message",
    handler: echo,
  },
  {
    name: "auth",
    arity: -2,
    flags: FLAGS,
    categories: ["connection"],
    since: "1.0.0",
    group: "connection",
    summary: "Authenticates the connection.",
    complexity: "O(N) where N is the number of passwords defined for the user",
    syntax: "[username] password",
    history: [["6.0.0", "Added ACL style (username and password)."]],
    handler: auth,
  },
  {
    name: "hello",
    arity: -1,
    flags: FLAGS,
    categories: ["connection"],
    since: "6.0.0",
    group: "connection",
    summary: "Handshakes with the Redis server.",
    complexity: "O(1)",
    syntax: "[arguments:{protover:integer [AUTH auth:{username password}] [SETNAME clientname]}]",
    history: [
      [
        "6.2.0",
        "`protover` made optional; when called without arguments the command reports the current connection's context.",
      ],
    ],
    handler: hello,
  },
  {
    name: "select",
    arity: 2,
    flags: ["loading", "stale", "fast"],
    categories: ["connection"],
    since: "1.0.0",
    group: "connection",
    summary: "Changes the selected database.",
    complexity: "O(1)",
    syntax: "index:integer",
    handler: select,
  },
  {
    name: "quit",
    arity: -1,
    flags: FLAGS,
    categories: ["connection"],
    since: "1.0.0",
    group: "connection",
    summary: "Closes the connection.",
    complexity: "O(1)",
    deprecated: { since: "7.2.0", replacedBy: "just closing the connection" },
    handler: quit,
  },
  {
    name: "reset",
    arity: 1,
    flags: FLAGS,
    categories: ["connection"],
    since: "6.2.0",
    group: "connection",
    summary: "Resets the connection.",
    complexity: "O(1)",
    handler: reset,
  },
];
