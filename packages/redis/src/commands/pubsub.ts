/** Publishing and subscribing: channels, patterns, sharded channels. */
import { Glob } from "../keyspace/glob.ts";
import type { CommandContext } from "./context.ts";
import { CommandError } from "./errors.ts";
import { subcommandHelp } from "./help.ts";
import { keys, type CommandFlag, type CommandRow } from "./table.ts";

/** One confirmation: what, the channel or null, and how many subscriptions are left. */
function confirm(ctx: CommandContext, kind: string, channel: string | undefined, count: number): void {
  const { reply } = ctx;
  reply.push(3);
  reply.bulk(kind);
  if (channel === undefined) reply.nil();
  else reply.bulk(channel);
  reply.integer(count);
}

function refuseInMulti(ctx: CommandContext): void {
  // A RESP2 client in MULTI would take the confirmations for replies of EXEC.
  if (!ctx.canBlock && ctx.reply.resp === 2) {
    throw new CommandError(`ERR ${ctx.command.row.name.toUpperCase()} isn't allowed in MULTI with RESP2`);
  }
}

function subscribe(ctx: CommandContext): void {
  const { client, engine } = ctx;
  for (const channel of ctx.args.strings(1)) {
    engine.pubsub.subscribe(client, channel);
    confirm(ctx, "subscribe", channel, client.subscriptions);
  }
}

function psubscribe(ctx: CommandContext): void {
  const { client, engine } = ctx;
  for (const pattern of ctx.args.strings(1)) {
    engine.pubsub.patternSubscribe(client, pattern);
    confirm(ctx, "psubscribe", pattern, client.subscriptions);
  }
}

function ssubscribe(ctx: CommandContext): void {
  const { client, engine } = ctx;
  refuseInMulti(ctx);
  for (const channel of ctx.args.strings(1)) {
    engine.pubsub.shardSubscribe(client, channel);
    confirm(ctx, "ssubscribe", channel, client.shardChannels.size);
  }
}

/** Named ones, or all; without any, one confirmation of nothing. */
function unsubscribeFrom(
  ctx: CommandContext,
  kind: string,
  subscribed: ReadonlySet<string>,
  remove: (name: string) => void,
  count: () => number,
): void {
  const names = ctx.args.length > 1 ? ctx.args.strings(1) : [...subscribed];
  for (const name of names) {
    remove(name);
    confirm(ctx, kind, name, count());
  }
  if (names.length === 0) confirm(ctx, kind, undefined, count());
}

function unsubscribe(ctx: CommandContext): void {
  const { client, engine } = ctx;
  unsubscribeFrom(
    ctx,
    "unsubscribe",
    client.channels,
    (channel) => engine.pubsub.unsubscribe(client, channel),
    () => client.subscriptions,
  );
}

function punsubscribe(ctx: CommandContext): void {
  const { client, engine } = ctx;
  unsubscribeFrom(
    ctx,
    "punsubscribe",
    client.patterns,
    (pattern) => engine.pubsub.patternUnsubscribe(client, pattern),
    () => client.subscriptions,
  );
}

function sunsubscribe(ctx: CommandContext): void {
  const { client, engine } = ctx;
  unsubscribeFrom(
    ctx,
    "sunsubscribe",
    client.shardChannels,
    (channel) => engine.pubsub.shardUnsubscribe(client, channel),
    () => client.shardChannels.size,
  );
}

function publish(ctx: CommandContext): void {
  ctx.effectOnReplicas();
  ctx.reply.integer(ctx.engine.pubsub.publish(ctx.args.string(1), ctx.args.string(2)));
}

function spublish(ctx: CommandContext): void {
  ctx.effectOnReplicas();
  ctx.reply.integer(ctx.engine.pubsub.shardPublish(ctx.args.string(1), ctx.args.string(2)));
}

function listChannels(ctx: CommandContext, channels: Iterable<string>): void {
  const glob = ctx.args.length > 2 ? new Glob(ctx.args.string(2)) : undefined;
  const names = Array.from(channels).filter((name) => glob === undefined || glob.matches(name));
  ctx.reply.array(names.length);
  for (const name of names) ctx.reply.bulk(name);
}

function countSubscribers(ctx: CommandContext, channels: ReadonlyMap<string, ReadonlySet<unknown>>): void {
  const names = ctx.args.strings(2);
  ctx.reply.array(names.length * 2);
  for (const name of names) {
    ctx.reply.bulk(name);
    ctx.reply.integer(channels.get(name)?.size ?? 0);
  }
}

const PUBSUB_FLAGS: readonly CommandFlag[] = ["pubsub", "loading", "stale"];
const SUBSCRIBE_FLAGS: readonly CommandFlag[] = ["pubsub", "noscript", "loading", "stale"];

function pubsubRow(
  name: string,
  arity: number,
  since: string,
  summary: string,
  complexity: string,
  syntax: string,
  handler: (ctx: CommandContext) => void,
): CommandRow {
  return {
    name,
    arity,
    flags: PUBSUB_FLAGS,
    categories: [],
    since,
    group: "pubsub",
    summary,
    complexity,
    syntax,
    handler,
  };
}

const PUBSUB_SUBCOMMANDS: readonly CommandRow[] = [
  pubsubRow(
    "channels",
    -2,
    "2.8.0",
    "Returns the active channels.",
    "O(N) where N is the number of active channels.",
    "[pattern]",
    (ctx) => listChannels(ctx, ctx.engine.pubsub.channels.keys()),
  ),
  pubsubRow("numpat", 2, "2.8.0", "Returns a count of unique pattern subscriptions.", "O(1)", "", (ctx) =>
    ctx.reply.integer(ctx.engine.pubsub.patternCount),
  ),
  pubsubRow(
    "numsub",
    -2,
    "2.8.0",
    "Returns a count of subscribers to channels.",
    "O(N) where N is the number of requested channels.",
    "[channel...]",
    (ctx) => countSubscribers(ctx, ctx.engine.pubsub.channels),
  ),
  pubsubRow(
    "shardchannels",
    -2,
    "7.0.0",
    "Returns the active shard channels.",
    "O(N) where N is the number of active shard channels.",
    "[pattern]",
    (ctx) => listChannels(ctx, ctx.engine.pubsub.shardChannels.keys()),
  ),
  pubsubRow(
    "shardnumsub",
    -2,
    "7.0.0",
    "Returns the count of subscribers of shard channels.",
    "O(N) where N is the number of requested shard channels.",
    "[shardchannel...]",
    (ctx) => countSubscribers(ctx, ctx.engine.pubsub.shardChannels),
  ),
  subcommandHelp(
    "pubsub",
    "6.2.0",
    "pubsub",
    [],
    [
      ["CHANNELS [<pattern>]", "Return the currently active channels matching a <pattern> (default: '*')."],
      ["NUMPAT", "Return number of subscriptions to patterns."],
      [
        "NUMSUB [<channel> ...]",
        "Return the number of subscribers for the specified channels, excluding pattern subscriptions(default: no channels).",
      ],
      [
        "SHARDCHANNELS [<pattern>]",
        "Return the currently active shard level channels matching a <pattern> (default: '*').",
      ],
      ["SHARDNUMSUB [<shardchannel> ...]", "Return the number of subscribers for the specified shard level channel(s)"],
    ],
  ),
];

export const pubsubCommands: readonly CommandRow[] = [
  {
    name: "subscribe",
    arity: -2,
    flags: SUBSCRIBE_FLAGS,
    categories: [],
    since: "2.0.0",
    group: "pubsub",
    summary: "Listens for messages published to channels.",
    complexity: "O(N) where N is the number of channels to subscribe to.",
    syntax: "channel...",
    handler: subscribe,
  },
  {
    name: "unsubscribe",
    arity: -1,
    flags: SUBSCRIBE_FLAGS,
    categories: [],
    since: "2.0.0",
    group: "pubsub",
    summary: "Stops listening to messages posted to channels.",
    complexity: "O(N) where N is the number of channels to unsubscribe.",
    syntax: "[channel...]",
    handler: unsubscribe,
  },
  {
    name: "psubscribe",
    arity: -2,
    flags: SUBSCRIBE_FLAGS,
    categories: [],
    since: "2.0.0",
    group: "pubsub",
    summary: "Listens for messages published to channels that match one or more patterns.",
    complexity: "O(N) where N is the number of patterns to subscribe to.",
    syntax: "pattern...",
    handler: psubscribe,
  },
  {
    name: "punsubscribe",
    arity: -1,
    flags: SUBSCRIBE_FLAGS,
    categories: [],
    since: "2.0.0",
    group: "pubsub",
    summary: "Stops listening to messages published to channels that match one or more patterns.",
    complexity: "O(N) where N is the number of patterns to unsubscribe.",
    syntax: "[pattern...]",
    handler: punsubscribe,
  },
  {
    name: "ssubscribe",
    arity: -2,
    flags: SUBSCRIBE_FLAGS,
    categories: [],
    keys: [keys("not_key")],
    since: "7.0.0",
    group: "pubsub",
    summary: "Listens for messages published to shard channels.",
    complexity: "O(N) where N is the number of shard channels to subscribe to.",
    syntax: "shardchannel...",
    handler: ssubscribe,
  },
  {
    name: "sunsubscribe",
    arity: -1,
    flags: SUBSCRIBE_FLAGS,
    categories: [],
    keys: [keys("not_key")],
    since: "7.0.0",
    group: "pubsub",
    summary: "Stops listening to messages posted to shard channels.",
    complexity: "O(N) where N is the number of shard channels to unsubscribe.",
    syntax: "[shardchannel...]",
    handler: sunsubscribe,
  },
  {
    name: "publish",
    arity: 3,
    flags: ["pubsub", "loading", "stale", "fast", "may_replicate"],
    categories: [],
    since: "2.0.0",
    group: "pubsub",
    summary: "Posts a message to a channel.",
    complexity: "O(N+M) where N is the number of subscribers and M is the number of subscribed patterns.",
    syntax: "channel message",
    handler: publish,
  },
  {
    name: "spublish",
    arity: 3,
    flags: ["pubsub", "loading", "stale", "fast", "may_replicate"],
    categories: [],
    keys: [keys("not_key", 1, 0)],
    since: "7.0.0",
    group: "pubsub",
    summary: "Post a message to a shard channel",
    complexity: "O(N) where N is the number of subscribers of the shard channel.",
    syntax: "shardchannel message",
    handler: spublish,
  },
  {
    name: "pubsub",
    arity: -2,
    flags: [],
    categories: [],
    since: "2.8.0",
    group: "pubsub",
    summary: "A container for Pub/Sub commands.",
    complexity: "Depends on subcommand.",
    subcommands: PUBSUB_SUBCOMMANDS,
  },
];
