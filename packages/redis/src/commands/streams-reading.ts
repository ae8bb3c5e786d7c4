/**
 * XREAD and XREADGROUP: both read several streams from an ID on, and may wait.
 *
 * A client that waits has its command run again when one of the keys is ready; `$` is then what it was when the command came. A reader of
 * a group also wakes, to be told so, when the group or its stream is gone.
 */
import { Args } from "../resp/args.ts";
import { StreamValue } from "../types/stream.ts";
import type { StreamConsumer, StreamGroup } from "../types/stream-group.ts";
import { compareIds, MAX_ID, MIN_ID, nextId, previousId, type StreamId } from "../types/stream-id.ts";
import type { StreamEntry } from "../types/stream-node.ts";
import type { PendingEntry } from "../types/stream-pending.ts";
import type { CommandContext } from "./context.ts";
import { CommandError, SYNTAX_ERROR, TIMEOUT_NEGATIVE } from "./errors.ts";
import { changedBeside, countOf, replyEntry, strictId } from "./stream-arguments.ts";
import type { CommandRow, KeySpec } from "./table.ts";

const TIMEOUT_NOT_AN_INTEGER = new CommandError("ERR timeout is not an integer or out of range");
const TIMEOUT_OUT_OF_RANGE = new CommandError("ERR timeout is out of range");
const MISSING_GROUP = new CommandError("ERR Missing GROUP option for XREADGROUP");
const NEW_ENTRIES_OF_NO_GROUP = new CommandError(
  "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.",
);

interface ReadRequest {
  /** Infinity: all. */
  count: number;
  /** Undefined: do not wait. 0: for ever. */
  timeoutMs: number | undefined;
  group: string;
  consumer: string;
  acknowledges: boolean;
  /** Argument index of the first key, and the number of keys, which as many IDs follow. */
  firstKey: number;
  streams: number;
}

function parseRead(ctx: CommandContext, grouped: boolean): ReadRequest {
  const { args } = ctx;
  const request: ReadRequest = {
    count: Infinity,
    timeoutMs: undefined,
    group: "",
    consumer: "",
    acknowledges: false,
    firstKey: 0,
    streams: 0,
  };
  let hasGroup = false;
  for (let i = 1; i < args.length && request.firstKey === 0; i++) {
    const more = args.length - 1 - i;
    if (more > 0 && args.is(i, "BLOCK")) {
      if (ctx.client.runsScripts) {
        throw new CommandError(`ERR ${args.string(0)} command is not allowed with BLOCK option from scripts`);
      }
      request.timeoutMs = timeoutOf(ctx, ++i);
    } else if (more > 0 && args.is(i, "COUNT")) request.count = countOf(args, ++i) || Infinity;
    else if (more > 0 && args.is(i, "STREAMS")) {
      request.firstKey = i + 1;
      if (more % 2 !== 0) throw unbalanced(grouped);
      request.streams = more / 2;
    } else if (more > 1 && args.is(i, "GROUP")) {
      if (!grouped) throw onlyInGroups("GROUP");
      hasGroup = true;
      request.group = args.string(++i);
      request.consumer = args.string(++i);
    } else if (args.is(i, "NOACK")) {
      if (!grouped) throw onlyInGroups("NOACK");
      request.acknowledges = true;
    } else throw SYNTAX_ERROR;
  }
  if (request.firstKey === 0) throw SYNTAX_ERROR;
  if (grouped && !hasGroup) throw MISSING_GROUP;
  return request;
}

function timeoutOf(ctx: CommandContext, i: number): number {
  const timeout = ctx.args.integer(i, TIMEOUT_NOT_AN_INTEGER);
  if (timeout < 0) throw TIMEOUT_NEGATIVE;
  if (timeout + ctx.now >= 2 ** 63) throw TIMEOUT_OUT_OF_RANGE;
  return timeout;
}

function unbalanced(grouped: boolean): CommandError {
  const [command, ids] = grouped ? ["xreadgroup", "ID or '>'"] : ["xread", "ID, '+', or '$'"];
  return new CommandError(
    `ERR Unbalanced '${command}' list of streams: for each stream key an ${ids} must be specified.`,
  );
}

function onlyInGroups(option: string): CommandError {
  return new CommandError(`ERR The ${option} option is only supported by XREADGROUP. You called XREAD instead.`);
}

function meaningless(id: string): CommandError {
  return new CommandError(
    `ERR The ${id} ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The ${id} ID would just return an empty result set.`,
  );
}

/** From where on XREAD reads the stream: behind this ID. */
function readFrom(ctx: CommandContext, i: number, stream: StreamValue | undefined): StreamId {
  const { args } = ctx;
  if (args.is(i, "$")) return stream?.lastId ?? MIN_ID;
  if (args.is(i, "+")) return previousId(stream?.last()?.id ?? MIN_ID) ?? stream?.lastId ?? MIN_ID;
  if (args.is(i, ">")) throw NEW_ENTRIES_OF_NO_GROUP;
  return strictId(args, i);
}

function xread(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const request = parseRead(ctx, false);
  const { firstKey, streams } = request;
  const from: StreamId[] = [];
  for (let n = 0; n < streams; n++) {
    from.push(readFrom(ctx, firstKey + streams + n, ctx.collection(firstKey + n, StreamValue)));
  }
  const mark = reply.begin();
  let served = 0;
  for (let n = 0; n < streams; n++) {
    const stream = ctx.collection(firstKey + n, StreamValue);
    const last = stream?.last();
    if (stream === undefined || last === undefined || compareIds(last.id, from[n]!) <= 0) continue;
    served++;
    if (reply.resp === 2) reply.array(2);
    reply.bulk(args.string(firstKey + n));
    replyBehind(ctx, stream, from[n]!, request.count, (entry) => replyEntry(reply, entry));
  }
  finish(ctx, request, mark, served, from);
}

/** Replies the entries behind `from`, at most `count`; `visit` writes each. */
function replyBehind(
  ctx: CommandContext,
  stream: StreamValue,
  from: StreamId,
  count: number,
  visit: (entry: StreamEntry) => void,
): void {
  const { reply } = ctx;
  const mark = reply.begin();
  let found = 0;
  const start = nextId(from);
  if (start !== undefined) {
    stream.forRange(start, MAX_ID, (entry) => {
      visit(entry);
      return ++found < count;
    });
  }
  reply.endArray(mark, found);
}

/** Ends the reply of what was served; with nothing served, waits if that was asked for. */
function finish(
  ctx: CommandContext,
  { firstKey, streams, timeoutMs }: ReadRequest,
  mark: number,
  served: number,
  from?: readonly StreamId[],
): void {
  const { args, reply } = ctx;
  if (served > 0) {
    if (reply.resp === 2) reply.endArray(mark, served);
    else reply.endMap(mark, served);
    return;
  }
  if (timeoutMs === undefined) {
    reply.nilArray();
    return;
  }
  const words = args.strings();
  from?.forEach((id, n) => {
    const at = firstKey + streams + n;
    if (words[at] === "$") words[at] = String(id);
  });
  ctx.block({
    keys: Array.from({ length: streams }, (_, n) => firstKey + n),
    type: "stream",
    timeoutMs,
    timedOut: (writer) => writer.nilArray(),
    retryAs: Args.from(words),
    evenWithoutKey: from === undefined,
  });
}

function xreadgroup(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const request = parseRead(ctx, true);
  const { firstKey, streams } = request;
  ctx.noEffect();
  /** Undefined: new entries. */
  const from: (StreamId | undefined)[] = [];
  for (let n = 0; n < streams; n++) {
    const [keyIndex, idIndex] = [firstKey + n, firstKey + streams + n];
    if (ctx.collection(keyIndex, StreamValue)?.group(request.group) === undefined) {
      throw new CommandError(
        `NOGROUP No such key '${args.string(keyIndex)}' or consumer group '${request.group}' in XREADGROUP with GROUP option`,
      );
    }
    if (args.is(idIndex, "$")) throw meaningless("$");
    if (args.is(idIndex, "+")) throw meaningless("+");
    const id = args.is(idIndex, ">") ? MAX_ID : strictId(args, idIndex);
    // The original marks new entries by the last ID of all, and so takes that for `>`.
    from.push(compareIds(id, MAX_ID) === 0 ? undefined : id);
  }
  const mark = reply.begin();
  let served = 0;
  for (let n = 0; n < streams; n++) {
    const stream = ctx.collectionToChange(firstKey + n, StreamValue)!;
    const group = stream.group(request.group)!;
    const consumer = consumerOf(ctx, firstKey + n, group, request);
    const id = from[n];
    const last = stream.last();
    if (id === undefined && (last === undefined || compareIds(last.id, group.lastId) <= 0)) continue;
    served++;
    // Reading history counts as a change too: of when, and how often, entries were delivered.
    ctx.dirty++;
    if (reply.resp === 2) reply.array(2);
    reply.bulk(args.string(firstKey + n));
    if (id === undefined) deliver(ctx, firstKey + n, stream, group, consumer, request);
    else replyHistory(ctx, stream, consumer, id, request.count);
  }
  finish(ctx, request, mark, served);
}

function consumerOf(ctx: CommandContext, keyIndex: number, group: StreamGroup, request: ReadRequest): StreamConsumer {
  const consumer = group.consumer(request.consumer) ?? createConsumer(ctx, keyIndex, group, request.consumer);
  consumer.seenMs = ctx.now;
  return consumer;
}

/** Adds a consumer, as every command does that names one who is not there. */
export function createConsumer(
  ctx: CommandContext,
  keyIndex: number,
  group: StreamGroup,
  name: string,
): StreamConsumer {
  const consumer = group.addConsumer(name, ctx.now);
  changedBeside(ctx, keyIndex, "xgroup-createconsumer");
  if (ctx.propagating) ctx.effect("XGROUP", "CREATECONSUMER", ctx.args.string(keyIndex), group.name, name);
  return consumer;
}

/** Gives the group's new entries to `consumer`. */
function deliver(
  ctx: CommandContext,
  keyIndex: number,
  stream: StreamValue,
  group: StreamGroup,
  consumer: StreamConsumer,
  { count, acknowledges }: ReadRequest,
): void {
  let delivered = 0;
  replyBehind(ctx, stream, group.lastId, count, (entry) => {
    stream.advanceGroup(group, entry.id);
    replyEntry(ctx.reply, entry);
    delivered++;
    consumer.activeMs = ctx.now;
    if (acknowledges) return;
    const pending = group.deliver(entry.id, consumer, ctx.now);
    sayClaimed(ctx, keyIndex, group, pending);
  });
  if (delivered === 0) return;
  sayGroupPosition(ctx, keyIndex, group);
}

/** The consumer's own pending entries behind `from`. Reading them again counts as a delivery, unless they were deleted. */
function replyHistory(
  ctx: CommandContext,
  stream: StreamValue,
  consumer: StreamConsumer,
  from: StreamId,
  count: number,
): void {
  const { reply } = ctx;
  const mark = reply.begin();
  let found = 0;
  const start = nextId(from);
  for (const pending of start === undefined ? [] : consumer.pending.from(start)) {
    const entry = stream.get(pending.id);
    if (entry === undefined) {
      reply.array(2);
      reply.bulk(String(pending.id));
      reply.nilArray();
    } else {
      replyEntry(reply, entry);
      pending.deliveredMs = ctx.now;
      pending.deliveries++;
    }
    if (++found >= count) break;
  }
  reply.endArray(mark, found);
}

/** The effect of a delivery or claim: whose the entry is now, and since when. */
export function sayClaimed(
  ctx: CommandContext,
  keyIndex: number,
  group: StreamGroup,
  { id, consumer, deliveredMs, deliveries }: PendingEntry,
): void {
  if (!ctx.propagating) return;
  const whose = ["XCLAIM", ctx.args.string(keyIndex), group.name, consumer.name, 0, String(id)] as const;
  const since = ["TIME", deliveredMs, "RETRYCOUNT", deliveries] as const;
  ctx.effect(...whose, ...since, "FORCE", "JUSTID", "LASTID", String(group.lastId));
}

/** The effect of reading on: how far the group is. */
export function sayGroupPosition(ctx: CommandContext, keyIndex: number, group: StreamGroup): void {
  if (!ctx.propagating) return;
  const position = [String(group.lastId), "ENTRIESREAD", String(group.entriesRead)] as const;
  ctx.effect("XGROUP", "SETID", ctx.args.string(keyIndex), group.name, ...position);
}

const STREAMS_SYNTAX = "STREAMS streams:{key... id...}";

export const streamReadingCommands: readonly CommandRow[] = [
  {
    name: "xread",
    arity: -4,
    flags: ["readonly", "blocking"],
    categories: ["stream"],
    keys: [streamKeys("RO access", 1)],
    since: "5.0.0",
    group: "stream",
    summary:
      "Returns messages from multiple streams with IDs greater than the ones requested. Blocks until a message is available otherwise.",
    complexity: "O(N) for each stream, with N being the number of messages returned.",
    syntax: `[COUNT count:integer] [BLOCK milliseconds:integer] ${STREAMS_SYNTAX}`,
    handler: xread,
  },
  {
    name: "xreadgroup",
    arity: -7,
    flags: ["write", "blocking"],
    categories: ["stream"],
    keys: [streamKeys("RO access", 4)],
    since: "5.0.0",
    group: "stream",
    summary:
      "Returns new or historical messages from a stream for a consumer in a group. Blocks until a message is available otherwise.",
    complexity: "O(M) for each stream, with M being the number of messages returned.",
    syntax: `GROUP group-block:{group consumer} [COUNT count:integer] [BLOCK milliseconds:integer] [NOACK] ${STREAMS_SYNTAX}`,
    handler: xreadgroup,
  },
];

/** The first half of what follows STREAMS. */
function streamKeys(flags: string, startFrom: number): KeySpec {
  return { flags, begin: { keyword: "STREAMS", startFrom }, find: { lastKey: -1, step: 1, limit: 2 } };
}
