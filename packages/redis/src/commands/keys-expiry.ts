/** When keys expire: set, asked, taken away. */
import { EVENT, type CommandContext } from "./context.ts";
import { CommandError } from "./errors.ts";
import { expiryTime, invalidExpire } from "./expiry.ts";
import { key, type CommandRow } from "./table.ts";

interface ExpireConditions {
  onlyNew: boolean;
  onlyExisting: boolean;
  greater: boolean;
  less: boolean;
}

function expireConditions(ctx: CommandContext): ExpireConditions {
  const { args } = ctx;
  const conditions = { onlyNew: false, onlyExisting: false, greater: false, less: false };
  for (let i = 3; i < args.length; i++) {
    if (args.is(i, "NX")) conditions.onlyNew = true;
    else if (args.is(i, "XX")) conditions.onlyExisting = true;
    else if (args.is(i, "GT")) conditions.greater = true;
    else if (args.is(i, "LT")) conditions.less = true;
    else throw new CommandError(`ERR Unsupported option ${args.string(i)}`);
  }
  if (conditions.onlyNew && (conditions.onlyExisting || conditions.greater || conditions.less)) {
    throw new CommandError("ERR NX and XX, GT or LT options at the same time are not compatible");
  }
  if (conditions.greater && conditions.less) {
    throw new CommandError("ERR GT and LT options at the same time are not compatible");
  }
  return conditions;
}

/** EXPIRE and its kin: argument 2 counts `unitMs`, from `base`. */
function expireGeneric(ctx: CommandContext, unitMs: number, base: number, name: string): void {
  const { args, db, reply } = ctx;
  const conditions = expireConditions(ctx);
  const at = expiryTime(args.int64(2), unitMs, base);
  if (at === undefined) throw invalidExpire(name);
  const id = db.find(args, 1);
  if (id === 0) {
    reply.integer(0);
    return;
  }
  const current = db.expiresAt(id);
  const refused =
    (conditions.onlyNew && current >= 0) ||
    (conditions.onlyExisting && current < 0) ||
    (conditions.greater && (current < 0 || at <= current)) ||
    (conditions.less && current >= 0 && at >= current);
  if (refused) {
    reply.integer(0);
    return;
  }
  if (at <= ctx.now && ctx.engine.removesExpired) {
    db.remove(id);
    ctx.changed(1, EVENT.generic, "del");
    if (ctx.propagating) ctx.effect("DEL", args.string(1));
  } else {
    db.setExpiresAt(id, at);
    ctx.changed(1, EVENT.generic, "expire");
    if (ctx.propagating) ctx.effect("PEXPIREAT", args.string(1), at);
  }
  reply.integer(1);
}

/** TTL and its kin. */
function remaining(ctx: CommandContext, show: (at: number, now: number) => number): void {
  const id = ctx.peek(1);
  if (id === 0) {
    ctx.reply.integer(-2);
    return;
  }
  const at = ctx.db.expiresAt(id);
  ctx.reply.integer(at < 0 ? -1 : show(at, ctx.now));
}

function persist(ctx: CommandContext): void {
  const id = ctx.db.find(ctx.args, 1);
  if (id === 0 || !ctx.db.persist(id)) {
    ctx.reply.integer(0);
    return;
  }
  ctx.changed(1, EVENT.generic, "persist");
  ctx.reply.integer(1);
}

const EXPIRE_CONDITION = "[condition:(NX | XX | GT | LT)]";

const EXPIRE_HISTORY = [["7.0.0", "Added options: `NX`, `XX`, `GT` and `LT`."]] as const;

export const expiryCommands: readonly CommandRow[] = [
  {
    name: "expire",
    arity: -3,
    flags: ["write", "fast"],
    categories: ["keyspace"],
    keys: [key("RW update")],
    since: "1.0.0",
    group: "generic",
    summary: "Sets the expiration time of a key in seconds.",
    complexity: "O(1)",
    syntax: `key seconds:integer ${EXPIRE_CONDITION}`,
    history: EXPIRE_HISTORY,
    handler: (ctx) => expireGeneric(ctx, 1000, ctx.now, "expire"),
  },
  {
    name: "pexpire",
    arity: -3,
    flags: ["write", "fast"],
    categories: ["keyspace"],
    keys: [key("RW update")],
    since: "2.6.0",
    group: "generic",
    summary: "Sets the expiration time of a key in milliseconds.",
    complexity: "O(1)",
    syntax: `key milliseconds:integer ${EXPIRE_CONDITION}`,
    history: EXPIRE_HISTORY,
    handler: (ctx) => expireGeneric(ctx, 1, ctx.now, "pexpire"),
  },
  {
    name: "expireat",
    arity: -3,
    flags: ["write", "fast"],
    categories: ["keyspace"],
    keys: [key("RW update")],
    since: "1.2.0",
    group: "generic",
    summary: "Sets the expiration time of a key to a Unix timestamp.",
    complexity: "O(1)",
    syntax: `key unix-time-seconds:unix-time ${EXPIRE_CONDITION}`,
    history: EXPIRE_HISTORY,
    handler: (ctx) => expireGeneric(ctx, 1000, 0, "expireat"),
  },
  {
    name: "pexpireat",
    arity: -3,
    flags: ["write", "fast"],
    categories: ["keyspace"],
    keys: [key("RW update")],
    since: "2.6.0",
    group: "generic",
    summary: "Sets the expiration time of a key to a Unix milliseconds timestamp.",
    complexity: "O(1)",
    syntax: `key unix-time-milliseconds:unix-time ${EXPIRE_CONDITION}`,
    history: EXPIRE_HISTORY,
    handler: (ctx) => expireGeneric(ctx, 1, 0, "pexpireat"),
  },
  {
    name: "ttl",
    arity: 2,
    flags: ["readonly", "fast"],
    categories: ["keyspace"],
    keys: [key("RO access")],
    since: "1.0.0",
    group: "generic",
    summary: "Returns the expiration time in seconds of a key.",
    complexity: "O(1)",
    syntax: "key",
    history: [["2.8.0", "Added the -2 reply."]],
    tips: ["nondeterministic_output"],
    handler: (ctx) => remaining(ctx, (at, now) => Math.floor((Math.max(0, at - now) + 500) / 1000)),
  },
  {
    name: "pttl",
    arity: 2,
    flags: ["readonly", "fast"],
    categories: ["keyspace"],
    keys: [key("RO access")],
    since: "2.6.0",
    group: "generic",
    summary: "Returns the expiration time in milliseconds of a key.",
    complexity: "O(1)",
    syntax: "key",
    history: [["2.8.0", "Added the -2 reply."]],
    tips: ["nondeterministic_output"],
    handler: (ctx) => remaining(ctx, (at, now) => Math.max(0, at - now)),
  },
  {
    name: "expiretime",
    arity: 2,
    flags: ["readonly", "fast"],
    categories: ["keyspace"],
    keys: [key("RO access")],
    since: "7.0.0",
    group: "generic",
    summary: "Returns the expiration time of a key as a Unix timestamp.",
    complexity: "O(1)",
    syntax: "key",
    handler: (ctx) => remaining(ctx, (at) => Math.floor((at + 500) / 1000)),
  },
  {
    name: "pexpiretime",
    arity: 2,
    flags: ["readonly", "fast"],
    categories: ["keyspace"],
    keys: [key("RO access")],
    since: "7.0.0",
    group: "generic",
    summary: "Returns the expiration time of a key as a Unix milliseconds timestamp.",
    complexity: "O(1)",
    syntax: "key",
    handler: (ctx) => remaining(ctx, (at) => at),
  },
  {
    name: "persist",
    arity: 2,
    flags: ["write", "fast"],
    categories: ["keyspace"],
    keys: [key("RW update")],
    since: "2.2.0",
    group: "generic",
    summary: "Removes the expiration time of a key.",
    complexity: "O(1)",
    syntax: "key",
    handler: persist,
  },
];
