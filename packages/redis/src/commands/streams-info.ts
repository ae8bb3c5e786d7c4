/** What streams tell of themselves: XINFO. */
import { StreamValue } from "../types/stream.ts";
import { type StreamGroup, UNKNOWN_READ } from "../types/stream-group.ts";
import { MAX_ID, MIN_ID } from "../types/stream-id.ts";
import type { CommandContext } from "./context.ts";
import { CommandError, NO_SUCH_KEY } from "./errors.ts";
import { subcommandHelp } from "./help.ts";
import { replyEntry } from "./stream-arguments.ts";
import { subcommandSyntaxError } from "./streams-groups.ts";
import { type CommandRow, key } from "./table.ts";

/** Entries and pending entries that FULL shows of each list, unless COUNT says otherwise. */
const DEFAULT_COUNT = 10;

function streamOf(ctx: CommandContext): StreamValue {
  const stream = ctx.collection(2, StreamValue);
  if (stream === undefined) throw NO_SUCH_KEY;
  return stream;
}

/** How many FULL shows of each list, Infinity for all; undefined without FULL. */
function fullCount(ctx: CommandContext): number | undefined {
  const { args } = ctx;
  if (args.length === 3) return undefined;
  if ((args.length !== 4 && args.length !== 6) || !args.is(3, "FULL")) throw subcommandSyntaxError(ctx);
  if (args.length === 4) return DEFAULT_COUNT;
  if (!args.is(4, "COUNT")) throw subcommandSyntaxError(ctx);
  const count = args.integer(5);
  return count < 0 ? DEFAULT_COUNT : count === 0 ? Infinity : count;
}

function stream(ctx: CommandContext): void {
  const { reply } = ctx;
  const found = streamOf(ctx);
  const count = fullCount(ctx);
  reply.map(count === undefined ? 10 : 9);
  reply.bulk("length");
  reply.integer(found.size);
  reply.bulk("radix-tree-keys");
  reply.integer(found.nodeCount);
  reply.bulk("radix-tree-nodes");
  reply.integer(found.radixTreeNodes);
  reply.bulk("last-generated-id");
  reply.bulk(String(found.lastId));
  reply.bulk("max-deleted-entry-id");
  reply.bulk(String(found.maxDeletedId));
  reply.bulk("entries-added");
  reply.integer(found.entriesAdded);
  reply.bulk("recorded-first-entry-id");
  reply.bulk(String(found.firstId));
  if (count === undefined) {
    reply.bulk("groups");
    reply.integer(found.groupCount);
    for (const [name, entry] of [
      ["first-entry", found.first()],
      ["last-entry", found.last()],
    ] as const) {
      reply.bulk(name);
      if (entry === undefined) reply.nil();
      else replyEntry(reply, entry);
    }
    return;
  }
  reply.bulk("entries");
  const mark = reply.begin();
  let shown = 0;
  found.forRange(MIN_ID, MAX_ID, (entry) => {
    replyEntry(reply, entry);
    return ++shown < count;
  });
  reply.endArray(mark, shown);
  reply.bulk("groups");
  reply.array(found.groupCount);
  for (const group of found.groupsInOrder()) replyFullGroup(ctx, found, group, count);
}

function replyFullGroup(ctx: CommandContext, found: StreamValue, group: StreamGroup, count: number): void {
  const { reply } = ctx;
  reply.map(7);
  reply.bulk("name");
  reply.bulk(group.name);
  reply.bulk("last-delivered-id");
  reply.bulk(String(group.lastId));
  replyProgress(ctx, found, group);
  reply.bulk("pel-count");
  reply.integer(group.pending.size);
  reply.bulk("pending");
  reply.array(Math.min(count, group.pending.size));
  let left = count;
  for (const { id, consumer, deliveredMs, deliveries } of group.pending.from(MIN_ID)) {
    if (left-- === 0) break;
    reply.array(4);
    reply.bulk(String(id));
    reply.bulk(consumer.name);
    reply.integer(deliveredMs);
    reply.integer(deliveries);
  }
  reply.bulk("consumers");
  reply.array(group.consumerCount);
  for (const consumer of group.consumersInOrder()) {
    reply.map(5);
    reply.bulk("name");
    reply.bulk(consumer.name);
    reply.bulk("seen-time");
    reply.integer(consumer.seenMs);
    reply.bulk("active-time");
    reply.integer(consumer.activeMs);
    reply.bulk("pel-count");
    reply.integer(consumer.pending.size);
    reply.bulk("pending");
    reply.array(Math.min(count, consumer.pending.size));
    let rest = count;
    for (const { id, deliveredMs, deliveries } of consumer.pending.from(MIN_ID)) {
      if (rest-- === 0) break;
      reply.array(3);
      reply.bulk(String(id));
      reply.integer(deliveredMs);
      reply.integer(deliveries);
    }
  }
}

function replyProgress({ reply }: CommandContext, found: StreamValue, group: StreamGroup): void {
  reply.bulk("entries-read");
  if (group.entriesRead === UNKNOWN_READ) reply.nil();
  else reply.integer(group.entriesRead);
  reply.bulk("lag");
  const lag = found.lag(group);
  if (lag === undefined) reply.nil();
  else reply.integer(lag);
}

function groups(ctx: CommandContext): void {
  const { reply } = ctx;
  const found = streamOf(ctx);
  reply.array(found.groupCount);
  for (const group of found.groupsInOrder()) {
    reply.map(6);
    reply.bulk("name");
    reply.bulk(group.name);
    reply.bulk("consumers");
    reply.integer(group.consumerCount);
    reply.bulk("pending");
    reply.integer(group.pending.size);
    reply.bulk("last-delivered-id");
    reply.bulk(String(group.lastId));
    replyProgress(ctx, found, group);
  }
}

function consumers(ctx: CommandContext): void {
  const { args, reply, now } = ctx;
  const group = streamOf(ctx).group(args.string(3));
  if (group === undefined) {
    throw new CommandError(`NOGROUP No such consumer group '${args.string(3)}' for key name '${args.string(2)}'`);
  }
  reply.array(group.consumerCount);
  for (const consumer of group.consumersInOrder()) {
    reply.map(4);
    reply.bulk("name");
    reply.bulk(consumer.name);
    reply.bulk("pending");
    reply.integer(consumer.pending.size);
    reply.bulk("idle");
    reply.integer(Math.max(0, now - consumer.seenMs));
    reply.bulk("inactive");
    reply.integer(consumer.activeMs < 0 ? -1 : Math.max(0, now - consumer.activeMs));
  }
}

export const streamInfoCommands: readonly CommandRow[] = [
  {
    name: "xinfo",
    arity: -2,
    flags: [],
    categories: [],
    since: "5.0.0",
    group: "stream",
    summary: "A container for stream introspection commands.",
    complexity: "Depends on subcommand.",
    subcommands: [
      {
        name: "consumers",
        arity: 4,
        flags: ["readonly"],
        categories: ["stream"],
        keys: [key("RO access", 2)],
        since: "5.0.0",
        group: "stream",
        summary: "Returns a list of the consumers in a consumer group.",
        complexity: "O(1)",
        syntax: "key groupname",
        history: [["7.2.0", "Added the `inactive` field, and changed the meaning of `idle`."]],
        tips: ["nondeterministic_output"],
        handler: consumers,
      },
      {
        name: "groups",
        arity: 3,
        flags: ["readonly"],
        categories: ["stream"],
        keys: [key("RO access", 2)],
        since: "5.0.0",
        group: "stream",
        summary: "Returns a list of the consumer groups of a stream.",
        complexity: "O(1)",
        syntax: "key",
        history: [["7.0.0", "Added the `entries-read` and `lag` fields"]],
        handler: groups,
      },
      {
        name: "stream",
        arity: -3,
        flags: ["readonly"],
        categories: ["stream"],
        keys: [key("RO access", 2)],
        since: "5.0.0",
        group: "stream",
        summary: "Returns information about a stream.",
        complexity: "O(1)",
        syntax: "key [FULL full:{[COUNT count:integer]}]",
        history: [
          ["6.0.0", "Added the `FULL` modifier."],
          [
            "7.0.0",
            "Added the `max-deleted-entry-id`, `entries-added`, `recorded-first-entry-id`, `entries-read` and `lag` fields",
          ],
          ["7.2.0", "Added the `active-time` field, and changed the meaning of `seen-time`."],
        ],
        handler: stream,
      },
      subcommandHelp(
        "xinfo",
        "5.0.0",
        "stream",
        ["stream"],
        [
          ["CONSUMERS <key> <groupname>", "Show consumers of <groupname>."],
          ["GROUPS <key>", "Show the stream consumer groups."],
          ["STREAM <key> [FULL [COUNT <count>]", "Show information about the stream."],
        ],
      ),
    ],
  },
];
