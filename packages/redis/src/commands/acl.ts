/** ACL: users and what they may do. The rules themselves are in src/acl/. */
import { AclFileError, RefusedRule } from "../acl/acl.ts";
import type { User } from "../acl/user.ts";
import { CATEGORIES, categoriesOf } from "./categories.ts";
import type { CommandContext } from "./context.ts";
import { CommandError } from "./errors.ts";
import { subcommandHelp } from "./help.ts";
import type { CommandEntry } from "./registry.ts";
import type { CommandFlag, CommandRow, Handler } from "./table.ts";

const NO_ACL_FILE = new CommandError(
  "ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the Redis configuration.",
);
const SAVE_FAILED = new CommandError(
  "ERR There was an error trying to save the ACLs. Please check the server logs for more information",
);
const MAX_PASSWORD_BITS = 4096;
const DEFAULT_LOG_ENTRIES = 10;

function setuser(ctx: CommandContext): void {
  const { args, engine } = ctx;
  const name = args.string(2);
  if (/[\s\0]/.test(name)) throw new CommandError("ERR Usernames can't contain spaces or null characters");
  try {
    const user = engine.acl.setUser(name, joinSelectors(args.strings(3)));
    killDisallowedSubscribers(ctx, user);
  } catch (error) {
    if (!(error instanceof RefusedRule)) throw error;
    throw new CommandError(`ERR Error in ACL SETUSER modifier '${error.rule}': ${error.message}`);
  }
  ctx.reply.ok();
}

/** A selector may be spread over several arguments: from one that begins with a parenthesis to one that ends with it. */
function joinSelectors(rules: readonly string[]): string[] {
  const joined: string[] = [];
  let open: string | undefined;
  for (const rule of rules) {
    if (open !== undefined) open += ` ${rule}`;
    else if (rule.startsWith("(")) open = rule;
    else {
      joined.push(rule);
      continue;
    }
    if (!open.endsWith(")")) continue;
    joined.push(open);
    open = undefined;
  }
  if (open !== undefined) {
    throw new CommandError(`ERR Unmatched parenthesis in acl selector starting at '${open.split(" ")[0]}'.`);
  }
  return joined;
}

/** Subscriptions outlive the check of SUBSCRIBE: clients that listen to what their user may no longer hear are disconnected. */
function killDisallowedSubscribers(ctx: CommandContext, user: User): void {
  const { permissions } = user;
  for (const client of Array.from(ctx.engine.clients.values())) {
    if (client.user !== user) continue;
    const disallowed =
      client.patterns.values().some((pattern) => !permissions.mayUseChannel(pattern, true)) ||
      client.channels.values().some((channel) => !permissions.mayUseChannel(channel, false)) ||
      client.shardChannels.values().some((channel) => !permissions.mayUseChannel(channel, false));
    if (disallowed) ctx.engine.kill(client, ctx.client);
  }
}

function deluser(ctx: CommandContext): void {
  const { args, engine } = ctx;
  let removed = 0;
  for (const name of args.strings(2)) {
    if (name === "default") throw new CommandError("ERR The 'default' user cannot be removed");
    const user = engine.acl.deleteUser(name);
    if (user === undefined) continue;
    removed++;
    disconnectUser(ctx, user);
  }
  ctx.reply.integer(removed);
}

function disconnectUser(ctx: CommandContext, user: User): void {
  const { engine } = ctx;
  for (const client of Array.from(engine.clients.values())) {
    if (client.user !== user) continue;
    client.user = engine.acl.defaultUser;
    client.authenticated = false;
    engine.kill(client, ctx.client);
  }
}

function getuser(ctx: CommandContext): void {
  const { reply } = ctx;
  const user = ctx.engine.acl.user(ctx.args.string(2));
  if (user === undefined) {
    reply.nil();
    return;
  }
  reply.map(6);
  reply.bulk("flags");
  reply.set(user.flags.length);
  for (const flag of user.flags) reply.bulk(flag);
  reply.bulk("passwords");
  reply.array(user.passwords.length);
  for (const hash of user.passwords) reply.bulk(hash);
  reply.bulk("commands");
  reply.bulk(user.permissions.commandText);
  reply.bulk("keys");
  reply.bulk(user.permissions.keyText);
  reply.bulk("channels");
  reply.bulk(user.permissions.channelText);
  reply.bulk("selectors");
  reply.array(0);
}

function bulkList(ctx: CommandContext, texts: readonly string[]): void {
  ctx.reply.array(texts.length);
  for (const text of texts) ctx.reply.bulk(text);
}

function cat(ctx: CommandContext): void {
  const { args, reply, engine } = ctx;
  if (args.length > 3) throw wrongUsage(ctx);
  if (args.length === 2) {
    reply.array(CATEGORIES.length);
    for (const category of CATEGORIES) reply.bulk(category);
    return;
  }
  const category = args.string(2).toLowerCase();
  if (!CATEGORIES.includes(category)) throw new CommandError(`ERR Unknown category '${args.string(2)}'`);
  const names: string[] = [];
  const visit = (entry: CommandEntry): void => {
    if (categoriesOf(entry.row).includes(category)) names.push(entry.fullName);
    for (const subcommand of entry.subcommands?.entries ?? []) visit(subcommand);
  };
  for (const entry of engine.commands.entries) visit(entry);
  bulkList(ctx, names);
}

function wrongUsage(ctx: CommandContext): CommandError {
  return new CommandError(
    `ERR unknown subcommand or wrong number of arguments for '${ctx.args.string(1)}'. Try ACL HELP.`,
  );
}

function genpass(ctx: CommandContext): void {
  const { args, engine } = ctx;
  if (args.length > 3) throw wrongUsage(ctx);
  let bits = 256;
  if (args.length === 3) {
    bits = args.integer(2);
    if (bits <= 0 || bits > MAX_PASSWORD_BITS) {
      throw new CommandError(
        `ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to ${MAX_PASSWORD_BITS}`,
      );
    }
  }
  const digits = Math.ceil(bits / 4);
  const bytes = engine.random.bytes(Math.ceil(digits / 2));
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  ctx.reply.bulk(text.slice(0, digits));
}

function log(ctx: CommandContext): void {
  const { args, reply, engine } = ctx;
  if (args.length > 3) throw wrongUsage(ctx);
  if (args.length === 3 && args.is(2, "RESET")) {
    engine.acl.log.clear();
    reply.ok();
    return;
  }
  const count = args.length === 3 ? Math.max(0, args.integer(2)) : DEFAULT_LOG_ENTRIES;
  const entries = engine.acl.log.newest(count);
  reply.array(entries.length);
  for (const entry of entries) {
    reply.map(10);
    reply.bulk("count");
    reply.integer(entry.count);
    reply.bulk("reason");
    reply.bulk(entry.reason);
    reply.bulk("context");
    reply.bulk(entry.context);
    reply.bulk("object");
    reply.bulk(entry.object);
    reply.bulk("username");
    reply.bulk(entry.username);
    reply.bulk("age-seconds");
    reply.double((ctx.now - entry.updatedMs) / 1000);
    reply.bulk("client-info");
    reply.bulk(entry.clientInfo);
    reply.bulk("entry-id");
    reply.integer(entry.id);
    reply.bulk("timestamp-created");
    reply.integer(Math.floor(entry.createdMs));
    reply.bulk("timestamp-last-updated");
    reply.integer(Math.floor(entry.updatedMs));
  }
}

function aclFile(ctx: CommandContext): string {
  const path = ctx.engine.config.text("aclfile");
  if (path === "") throw NO_ACL_FILE;
  return path;
}

function save(ctx: CommandContext): void {
  const path = aclFile(ctx);
  try {
    ctx.engine.files.write(path, `${ctx.engine.acl.lines().join("\n")}\n`);
  } catch {
    throw SAVE_FAILED;
  }
  ctx.reply.ok();
}

function load(ctx: CommandContext): void {
  const { engine } = ctx;
  const path = aclFile(ctx);
  let text: string;
  try {
    text = engine.files.read(path);
  } catch (error) {
    throw new CommandError(`ERR Error loading ACLs, opening file '${path}': ${(error as Error).message}`);
  }
  try {
    for (const gone of engine.acl.load(text, path)) disconnectUser(ctx, gone);
  } catch (error) {
    if (!(error instanceof AclFileError)) throw error;
    throw new CommandError(`ERR ${error.message}`);
  }
  for (const user of engine.acl.users()) killDisallowedSubscribers(ctx, user);
  ctx.reply.ok();
}

const OWN: readonly CommandFlag[] = ["noscript", "loading", "stale"];
const ADMIN: readonly CommandFlag[] = ["admin", "noscript", "loading", "stale"];

function row(
  name: string,
  arity: number,
  flags: readonly CommandFlag[],
  summary: string,
  syntax: string,
  complexity: string,
  handler: Handler,
): CommandRow {
  return { name, arity, flags, categories: [], since: "6.0.0", group: "server", summary, complexity, syntax, handler };
}

const PER_RULE = "O(N). Where N is the number of rules provided.";
const PER_USER = "O(N). Where N is the number of configured users.";

const SUBCOMMANDS: readonly CommandRow[] = [
  row(
    "cat",
    -2,
    OWN,
    "Lists the ACL categories, or the commands inside a category.",
    "[category]",
    "O(1) since the categories and commands are a fixed set.",
    cat,
  ),
  row(
    "deluser",
    -3,
    ADMIN,
    "Deletes ACL users, and terminates their connections.",
    "username...",
    "O(1) amortized time considering the typical user.",
    deluser,
  ),
  row(
    "genpass",
    -2,
    OWN,
    "Generates a pseudorandom, secure password that can be used to identify ACL users.",
    "[bits:integer]",
    "O(1)",
    genpass,
  ),
  row(
    "getuser",
    3,
    ADMIN,
    "Lists the ACL rules of a user.",
    "username",
    "O(N). Where N is the number of password, command and pattern rules that the user has.",
    getuser,
  ),
  row("list", 2, ADMIN, "Dumps the effective rules in ACL file format.", "", PER_USER, (ctx) =>
    bulkList(ctx, ctx.engine.acl.lines()),
  ),
  row("load", 2, ADMIN, "Reloads the rules from the configured ACL file.", "", PER_USER, load),
  row(
    "log",
    -2,
    ADMIN,
    "Lists recent security events generated due to ACL rules.",
    "[operation:(count:integer | RESET)]",
    "O(N) with N being the number of entries shown.",
    log,
  ),
  row("save", 2, ADMIN, "Saves the effective ACL rules in the configured ACL file.", "", PER_USER, save),
  row("setuser", -3, ADMIN, "Creates and modifies an ACL user and its rules.", "username [rule...]", PER_RULE, setuser),
  row("users", 2, ADMIN, "Lists all ACL users.", "", PER_USER, (ctx) =>
    bulkList(
      ctx,
      ctx.engine.acl.users().map((user) => user.name),
    ),
  ),
  row("whoami", 2, OWN, "Returns the authenticated username of the current connection.", "", "O(1)", (ctx) =>
    ctx.reply.bulk(ctx.client.user.name),
  ),
  subcommandHelp(
    "acl",
    "6.0.0",
    "server",
    [],
    [
      [
        "CAT [<category>]",
        "List all commands that belong to <category>, or all command categories when no category is specified.",
      ],
      ["DELUSER <username> [<username> ...]", "Delete a list of users."],
      ["GETUSER <username>", "Get the user's details."],
      [
        "GENPASS [<bits>]",
        "Generate a secure 256-bit user password. The optional `bits` argument can be used to specify a different size.",
      ],
      ["LIST", "Show users details in config file format."],
      ["LOAD", "Reload users from the ACL file."],
      ["LOG [<count> | RESET]", "Show the ACL log entries."],
      ["SAVE", "Save the current config to the ACL file."],
      ["SETUSER <username> <attribute> [<attribute> ...]", "Create or modify a user with the specified attributes."],
      ["USERS", "List all the registered usernames."],
      ["WHOAMI", "Return the current connection username."],
    ],
  ),
];

export const aclCommands: readonly CommandRow[] = [
  {
    name: "acl",
    arity: -2,
    flags: [],
    categories: [],
    since: "6.0.0",
    group: "server",
    summary: "A container for Access List Control commands.",
    complexity: "Depends on subcommand.",
    subcommands: SUBCOMMANDS,
  },
];
