/** What was delivered and not acknowledged: XACK, XPENDING, XCLAIM, XAUTOCLAIM. */
import type { Args } from "../resp/args.ts";
import type { ReplyWriter } from "../resp/reply-writer.ts";
import { StreamValue } from "../types/stream.ts";
import type { StreamConsumer, StreamGroup } from "../types/stream-group.ts";
import { compareIds, MIN_ID, parseId, type StreamId } from "../types/stream-id.ts";
import { PendingEntry } from "../types/stream-pending.ts";
import type { CommandContext } from "./context.ts";
import { CommandError, SYNTAX_ERROR } from "./errors.ts";
import { countOf, groupIn, groupOf, intervalEnd, intervalStart, replyEntry, strictId } from "./stream-arguments.ts";
import { createConsumer, sayClaimed, sayGroupPosition } from "./streams-reading.ts";
import { type CommandRow, key } from "./table.ts";

function xack(ctx: CommandContext): void {
  const { args } = ctx;
  const group = ctx.collectionToChange(1, StreamValue)?.group(args.string(2));
  let acknowledged = 0;
  if (group !== undefined) {
    const ids: StreamId[] = [];
    for (let i = 3; i < args.length; i++) ids.push(strictId(args, i));
    for (const id of ids) if (group.acknowledge(id)) acknowledged++;
    ctx.dirty += acknowledged;
  }
  ctx.reply.integer(acknowledged);
}

function xpending(ctx: CommandContext): void {
  const { args } = ctx;
  if (args.length === 3) {
    replySummary(ctx.reply, groupOf(ctx, false).group);
    return;
  }
  if (args.length < 6 || args.length > 9) throw SYNTAX_ERROR;
  let at = 3;
  let minIdleMs = 0;
  if (args.is(3, "IDLE")) {
    minIdleMs = args.integer(4);
    if (args.length < 8) throw SYNTAX_ERROR;
    at = 5;
  }
  const count = countOf(args, at + 2);
  const from = intervalStart(args, at);
  const to = intervalEnd(args, at + 1);
  const { group } = groupOf(ctx, false);
  const list = at + 3 < args.length ? group.consumer(args.string(at + 3))?.pending : group.pending;
  const { reply } = ctx;
  const mark = reply.begin();
  let shown = 0;
  for (const { id, consumer, deliveredMs, deliveries } of count === 0 ? [] : (list?.from(from) ?? [])) {
    if (compareIds(id, to) > 0) break;
    const idleMs = ctx.now - deliveredMs;
    if (minIdleMs !== 0 && idleMs < minIdleMs) continue;
    reply.array(4);
    reply.bulk(String(id));
    reply.bulk(consumer.name);
    reply.integer(Math.max(0, idleMs));
    reply.integer(deliveries);
    if (++shown === count) break;
  }
  reply.endArray(mark, shown);
}

function replySummary(reply: ReplyWriter, group: StreamGroup): void {
  reply.array(4);
  reply.integer(group.pending.size);
  const [first, last] = [group.pending.first(), group.pending.last()];
  if (first === undefined || last === undefined) {
    reply.nil();
    reply.nil();
    reply.nilArray();
    return;
  }
  reply.bulk(String(first.id));
  reply.bulk(String(last.id));
  const busy = group.consumersInOrder().filter(({ pending }) => pending.size > 0);
  reply.array(busy.length);
  for (const { name, pending } of busy) {
    reply.array(2);
    reply.bulk(name);
    reply.bulk(String(pending.size));
  }
}

/** Who claims: named by argument 3, added when not there. */
function claimant(ctx: CommandContext, group: StreamGroup): StreamConsumer {
  const name = ctx.args.string(3);
  const consumer = group.consumer(name) ?? createConsumer(ctx, 1, group, name);
  consumer.seenMs = ctx.now;
  return consumer;
}

interface ClaimOptions {
  readonly minIdleMs: number;
  readonly ids: readonly StreamId[];
  /** Milliseconds since the epoch. */
  readonly deliveredMs: number;
  /** Undefined: count up. */
  readonly deliveries: number | undefined;
  readonly force: boolean;
  readonly idsOnly: boolean;
  readonly lastId: StreamId;
}

function claimOptions(args: Args, now: number): ClaimOptions {
  const minIdleMs = args.integer(4, new CommandError("ERR Invalid min-idle-time argument for XCLAIM"));
  const ids: StreamId[] = [];
  let i = 5;
  for (; i < args.length; i++) {
    const id = parseId(args.string(i));
    if (id === undefined) break;
    ids.push(id);
  }
  let deliveredMs = now;
  let deliveries: number | undefined;
  let force = false;
  let idsOnly = false;
  let lastId = MIN_ID;
  for (; i < args.length; i++) {
    const more = i + 1 < args.length;
    if (args.is(i, "FORCE")) force = true;
    else if (args.is(i, "JUSTID")) idsOnly = true;
    else if (more && args.is(i, "IDLE")) {
      deliveredMs = now - args.integer(++i, new CommandError("ERR Invalid IDLE option argument for XCLAIM"));
    } else if (more && args.is(i, "TIME")) {
      deliveredMs = args.integer(++i, new CommandError("ERR Invalid TIME option argument for XCLAIM"));
    } else if (more && args.is(i, "RETRYCOUNT")) {
      const given = args.integer(++i, new CommandError("ERR Invalid RETRYCOUNT option argument for XCLAIM"));
      deliveries = given < 0 ? undefined : given;
    } else if (more && args.is(i, "LASTID")) lastId = strictId(args, ++i);
    else throw new CommandError(`ERR Unrecognized XCLAIM option '${args.string(i)}'`);
  }
  // Clients compute these times by their own clocks: what makes no sense here counts as now.
  if (deliveredMs < 0 || deliveredMs > now) deliveredMs = now;
  return { minIdleMs: Math.max(0, minIdleMs), ids, deliveredMs, deliveries, force, idsOnly, lastId };
}

function xclaim(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const { stream, group } = groupOf(ctx, true);
  const options = claimOptions(args, ctx.now);
  ctx.noEffect();
  const movesGroup = compareIds(options.lastId, group.lastId) > 0;
  if (movesGroup) group.lastId = options.lastId;
  const consumer = claimant(ctx, group);
  const mark = reply.begin();
  let claimed = 0;
  let changes = 0;
  for (const id of options.ids) {
    let pending = group.pending.get(id);
    const entry = stream.get(id);
    if (entry === undefined) {
      if (pending === undefined) continue;
      dropDeleted(ctx, group, pending);
      changes++;
      continue;
    }
    if (pending === undefined) {
      if (!options.force) continue;
      pending = new PendingEntry(id, consumer, ctx.now);
      group.pending.add(pending);
      consumer.pending.add(pending);
    } else if (options.minIdleMs > 0 && ctx.now - pending.deliveredMs < options.minIdleMs) continue;
    group.reassign(pending, consumer);
    pending.deliveredMs = options.deliveredMs;
    if (options.deliveries !== undefined) pending.deliveries = options.deliveries;
    else if (!options.idsOnly) pending.deliveries++;
    if (options.idsOnly) reply.bulk(String(id));
    else replyEntry(reply, entry);
    claimed++;
    consumer.activeMs = ctx.now;
    sayClaimed(ctx, 1, group, pending);
    changes++;
  }
  if (movesGroup && changes === 0) {
    sayGroupPosition(ctx, 1, group);
    changes++;
  }
  ctx.dirty += changes;
  reply.endArray(mark, claimed);
}

/** The entry that was pending is no longer in the stream: nobody can handle it. */
function dropDeleted(ctx: CommandContext, group: StreamGroup, pending: PendingEntry): void {
  sayClaimed(ctx, 1, group, pending);
  group.acknowledge(pending.id);
}

const DEFAULT_COUNT = 100;
/** Entries looked at for each one that may be claimed. */
const ATTEMPTS = 10;
/** Beyond this the original could not allocate what it returns. */
const MAX_COUNT = 2 ** 59;

function xautoclaim(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const value = ctx.lookupToChange(1);
  const minIdleMs = args.integer(4, new CommandError("ERR Invalid min-idle-time argument for XAUTOCLAIM"));
  const from = intervalStart(args, 5);
  let count = DEFAULT_COUNT;
  let idsOnly = false;
  for (let i = 6; i < args.length; i++) {
    if (args.is(i, "COUNT") && i + 1 < args.length) {
      count = args.integerWithin(++i, 1, MAX_COUNT, new CommandError("ERR COUNT must be > 0"));
    } else if (args.is(i, "JUSTID")) idsOnly = true;
    else throw SYNTAX_ERROR;
  }
  const { stream, group } = groupIn(ctx, value);
  ctx.noEffect();
  const consumer = claimant(ctx, group);
  const deleted: StreamId[] = [];
  const claimed: PendingEntry[] = [];
  let attempts = count * ATTEMPTS;
  let next = MIN_ID;
  for (const pending of group.pending.from(from)) {
    if (attempts-- === 0 || count === 0) {
      next = pending.id;
      break;
    }
    if (stream.get(pending.id) === undefined) {
      dropDeleted(ctx, group, pending);
      deleted.push(pending.id);
      count--;
      continue;
    }
    if (minIdleMs > 0 && ctx.now - pending.deliveredMs < minIdleMs) continue;
    group.reassign(pending, consumer);
    pending.deliveredMs = ctx.now;
    if (!idsOnly) pending.deliveries++;
    consumer.activeMs = ctx.now;
    claimed.push(pending);
    sayClaimed(ctx, 1, group, pending);
    count--;
  }
  const changes = deleted.length + claimed.length;
  ctx.dirty += changes;
  reply.array(3);
  reply.bulk(String(next));
  reply.array(claimed.length);
  for (const { id } of claimed) {
    if (idsOnly) reply.bulk(String(id));
    else replyEntry(reply, stream.get(id)!);
  }
  reply.array(deleted.length);
  for (const id of deleted) reply.bulk(String(id));
}

export const streamPendingCommands: readonly CommandRow[] = [
  {
    name: "xack",
    arity: -4,
    flags: ["write", "fast"],
    categories: ["stream"],
    keys: [key("RW update")],
    since: "5.0.0",
    group: "stream",
    summary:
      "Returns the number of messages that were successfully acknowledged by the consumer group member of a stream.",
    complexity: "O(1) for each message ID processed.",
    syntax: "key group id...",
    handler: xack,
  },
  {
    name: "xpending",
    arity: -3,
    flags: ["readonly"],
    categories: ["stream"],
    keys: [key("RO access")],
    since: "5.0.0",
    group: "stream",
    summary: "Returns the information and entries from a stream consumer group's pending entries list.",
    complexity:
      "O(N) with N being the number of elements returned, so asking for a small fixed number of entries per call is O(1). O(M), where M is the total number of entries scanned when used with the IDLE filter. When the command returns just the summary and the list of consumers is small, it runs in O(1) time; otherwise, an additional O(N) time for iterating every consumer.",
    syntax: "key group [filters:{[IDLE min-idle-time:integer] start end count:integer [consumer]}]",
    history: [["6.2.0", "Added the `IDLE` option and exclusive range intervals."]],
    tips: ["nondeterministic_output"],
    handler: xpending,
  },
  {
    name: "xclaim",
    arity: -6,
    flags: ["write", "fast"],
    categories: ["stream"],
    keys: [key("RW update")],
    since: "5.0.0",
    group: "stream",
    summary:
      "Changes, or acquires, ownership of a message in a consumer group, as if the message was delivered a consumer group member.",
    complexity: "O(log N) with N being the number of messages in the PEL of the consumer group.",
    syntax:
      "key group consumer min-idle-time id... [IDLE ms:integer] [TIME unix-time-milliseconds:unix-time] [RETRYCOUNT count:integer] [FORCE] [JUSTID] [LASTID id]",
    tips: ["nondeterministic_output"],
    handler: xclaim,
  },
  {
    name: "xautoclaim",
    arity: -6,
    flags: ["write", "fast"],
    categories: ["stream"],
    keys: [key("RW delete")],
    since: "6.2.0",
    group: "stream",
    summary:
      "Changes, or acquires, ownership of messages in a consumer group, as if the messages were delivered to as consumer group member.",
    complexity: "O(1) if COUNT is small.",
    syntax: "key group consumer min-idle-time start [COUNT count:integer] [JUSTID]",
    history: [
      ["7.0.0", "Added an element to the reply array, containing deleted entries the command cleared from the PEL"],
    ],
    tips: ["nondeterministic_output"],
    handler: xautoclaim,
  },
];
