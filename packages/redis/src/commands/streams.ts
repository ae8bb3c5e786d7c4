/** Streams: entries. Groups are in streams-groups.ts, reading in streams-reading.ts. */
import { StreamValue } from "../types/stream.ts";
import { compareIds, MAX_ID, MIN_ID, parseId, parseIdWithoutSequence, type StreamId } from "../types/stream-id.ts";
import { type CommandContext, EVENT } from "./context.ts";
import { CommandError, NO_SUCH_KEY, SYNTAX_ERROR } from "./errors.ts";
import {
  changedBeside,
  INVALID_ID,
  intervalEnd,
  intervalStart,
  replyEntry,
  replyId,
  strictId,
  TrimOptions,
} from "./stream-arguments.ts";
import { type CommandRow, key } from "./table.ts";

const ID_IS_ZERO = new CommandError("ERR The ID specified in XADD must be greater than 0-0");
const ID_TOO_SMALL = new CommandError(
  "ERR The ID specified in XADD is equal or smaller than the target stream top item",
);
const STREAM_IS_FULL = new CommandError("ERR The stream has exhausted the last possible ID, unable to add more items");
const TOO_LARGE = new CommandError("ERR Elements are too large to be stored");

/** More bytes than this one entry cannot have. */
const MAX_ENTRY_BYTES = 1 << 30;

/** How XADD names the entry: wholly, or up to the sequence. */
type GivenId = { readonly id: StreamId } | { readonly ms: StreamId["ms"] };

function givenId(text: string): GivenId {
  const id = parseId(text);
  if (id !== undefined) return { id };
  const ms = parseIdWithoutSequence(text);
  if (ms === undefined) throw INVALID_ID;
  return { ms };
}

/** The new entry's ID; with nothing given the server chooses. */
function idFor(stream: StreamValue, given: GivenId | undefined, nowMs: number): StreamId {
  if (compareIds(stream.lastId, MAX_ID) === 0) throw STREAM_IS_FULL;
  const id =
    given === undefined ? stream.automaticId(nowMs) : "id" in given ? given.id : stream.sequenceAfter(given.ms);
  if (id === undefined || compareIds(id, stream.lastId) <= 0) throw ID_TOO_SMALL;
  return id;
}

function xadd(ctx: CommandContext): void {
  const { args } = ctx;
  const trim = new TrimOptions();
  let makesStream = true;
  let at = 2;
  for (; at < args.length; at++) {
    if (args.is(at, "*")) break;
    const taken = trim.take(args, at);
    if (taken >= 0) at = taken;
    else if (args.is(at, "NOMKSTREAM")) makesStream = false;
    else break;
  }
  const idIndex = at;
  const automatic = idIndex >= args.length || args.is(idIndex, "*");
  const given = automatic ? undefined : givenId(args.string(idIndex));
  const request = trim.request(ctx.engine.collections.streamNodeMaxEntries);
  const pairs = (args.length - idIndex - 1) / 2;
  if (pairs < 1 || !Number.isInteger(pairs)) throw new CommandError("ERR wrong number of arguments for 'xadd' command");
  if (given !== undefined && "id" in given && compareIds(given.id, MIN_ID) === 0) throw ID_IS_ZERO;
  const existing = ctx.collectionForWrite(1, StreamValue);
  if (existing === undefined && !makesStream) {
    ctx.reply.nil();
    return;
  }
  const stream = existing ?? new StreamValue(ctx.engine.collections);
  const id = idFor(stream, given, ctx.now);
  if (args.ends[args.length - 1]! - args.starts[idIndex + 1]! > MAX_ENTRY_BYTES) throw TOO_LARGE;
  const fields: string[] = [];
  const values: string[] = [];
  for (let i = idIndex + 1; i < args.length; i += 2) {
    fields.push(args.string(i));
    values.push(args.string(i + 1));
  }
  stream.append(id, fields, values);
  if (existing === undefined) ctx.put(1, stream);
  else ctx.signalReady(1);
  ctx.changed(1, EVENT.stream, "xadd");
  if (request !== undefined && stream.trim(request) > 0) ctx.notify(EVENT.stream, "xtrim", 1);
  if (ctx.propagating && (trim.approximate || given === undefined || "ms" in given)) {
    const words = args.strings();
    trim.makeExact(words, stream);
    words[idIndex] = String(id);
    ctx.effect(...words);
  }
  replyId(ctx.reply, id);
}

function xtrim(ctx: CommandContext): void {
  const { args } = ctx;
  const trim = new TrimOptions();
  for (let i = 2; i < args.length; i++) {
    const taken = trim.take(args, i);
    if (taken < 0) throw SYNTAX_ERROR;
    i = taken;
  }
  const request = trim.request(ctx.engine.collections.streamNodeMaxEntries);
  if (request === undefined) {
    throw new CommandError("ERR syntax error, XTRIM must be called with a trimming strategy");
  }
  const stream = ctx.collectionForWrite(1, StreamValue);
  const removed = stream?.trim(request) ?? 0;
  if (stream !== undefined && removed > 0) {
    ctx.changed(1, EVENT.stream, "xtrim", removed);
    if (ctx.propagating && trim.approximate) {
      const words = args.strings();
      trim.makeExact(words, stream);
      ctx.effect(...words);
    }
  }
  ctx.reply.integer(removed);
}

function xrangeFrom(ctx: CommandContext, reverse: boolean): void {
  const { args, reply } = ctx;
  const from = intervalStart(args, reverse ? 3 : 2);
  const to = intervalEnd(args, reverse ? 2 : 3);
  let count = Infinity;
  for (let i = 4; i < args.length; i += 2) {
    if (!args.is(i, "COUNT") || i + 1 === args.length) throw SYNTAX_ERROR;
    const given = args.integer(i + 1);
    // As the original keeps "no count" in the same variable.
    count = given === -1 ? 0 : Math.max(0, given);
  }
  const stream = ctx.collection(1, StreamValue);
  if (stream === undefined) {
    reply.array(0);
    return;
  }
  if (count === 0) {
    reply.nilArray();
    return;
  }
  const mark = reply.begin();
  let found = 0;
  const visit = (entry: Parameters<typeof replyEntry>[1]): boolean => {
    replyEntry(reply, entry);
    return ++found < count;
  };
  if (reverse) stream.forRangeBackwards(to, from, visit);
  else stream.forRange(from, to, visit);
  reply.endArray(mark, found);
}

function xrange(ctx: CommandContext): void {
  xrangeFrom(ctx, false);
}

function xrevrange(ctx: CommandContext): void {
  xrangeFrom(ctx, true);
}

function xlen(ctx: CommandContext): void {
  ctx.reply.integer(ctx.collection(1, StreamValue)?.size ?? 0);
}

function xdel(ctx: CommandContext): void {
  const { args } = ctx;
  const stream = ctx.collectionForWrite(1, StreamValue);
  let deleted = 0;
  if (stream !== undefined) {
    const ids: StreamId[] = [];
    for (let i = 2; i < args.length; i++) ids.push(strictId(args, i));
    for (const id of ids) if (stream.delete(id)) deleted++;
    if (deleted > 0) ctx.changed(1, EVENT.stream, "xdel", deleted);
  }
  ctx.reply.integer(deleted);
}

function xsetid(ctx: CommandContext): void {
  const { args } = ctx;
  const id = strictId(args, 2);
  let entriesAdded: number | bigint | undefined;
  let maxDeletedId = MIN_ID;
  for (let i = 3; i < args.length; i += 2) {
    if (i + 1 === args.length) throw SYNTAX_ERROR;
    if (args.is(i, "ENTRIESADDED")) {
      entriesAdded = args.int64(i + 1);
      if (entriesAdded < 0) throw new CommandError("ERR entries_added must be positive");
    } else if (args.is(i, "MAXDELETEDID")) {
      maxDeletedId = strictId(args, i + 1);
      if (compareIds(id, maxDeletedId) < 0) {
        throw new CommandError("ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id");
      }
    } else throw SYNTAX_ERROR;
  }
  const stream = ctx.collectionForWrite(1, StreamValue);
  if (stream === undefined) throw NO_SUCH_KEY;
  if (compareIds(id, stream.maxDeletedId) < 0) {
    throw new CommandError("ERR The ID specified in XSETID is smaller than current max_deleted_entry_id");
  }
  const last = stream.last();
  if (last !== undefined) {
    if (compareIds(id, last.id) < 0) {
      throw new CommandError("ERR The ID specified in XSETID is smaller than the target stream top item");
    }
    if (entriesAdded !== undefined && entriesAdded < stream.size) {
      throw new CommandError("ERR The entries_added specified in XSETID is smaller than the target stream length");
    }
  }
  stream.lastId = id;
  if (entriesAdded !== undefined) stream.entriesAdded = entriesAdded;
  if (compareIds(maxDeletedId, MIN_ID) !== 0) stream.maxDeletedId = maxDeletedId;
  changedBeside(ctx, 1, "xsetid");
  ctx.reply.ok();
}

export const streamCommands: readonly CommandRow[] = [
  {
    name: "xadd",
    arity: -5,
    flags: ["write", "denyoom", "fast"],
    categories: ["stream"],
    keys: [key("RW update", 1, "UPDATE instead of INSERT because of the optional trimming feature")],
    since: "5.0.0",
    group: "stream",
    summary: "Appends a new message to a stream. Creates the key if it doesn't exist.",
    complexity: "O(1) when adding a new entry, O(N) when trimming where N being the number of entries evicted.",
    syntax:
      "key [NOMKSTREAM] [trim:{strategy:(MAXLEN | MINID) [operator:(= | ~)] threshold [LIMIT count:integer]}] id-or-auto:(* | id) field-value:{field value}...",
    history: [
      ["6.2.0", "Added the `NOMKSTREAM` option, `MINID` trimming strategy and the `LIMIT` option."],
      ["7.0.0", "Added support for the `<ms>-*` explicit ID form."],
    ],
    tips: ["nondeterministic_output"],
    handler: xadd,
  },
  {
    name: "xtrim",
    arity: -4,
    flags: ["write"],
    categories: ["stream"],
    keys: [key("RW delete")],
    since: "5.0.0",
    group: "stream",
    summary: "Deletes messages from the beginning of a stream.",
    complexity:
      "O(N), with N being the number of evicted entries. Constant times are very small however, since entries are organized in macro nodes containing multiple entries that can be released with a single deallocation.",
    syntax: "key trim:{strategy:(MAXLEN | MINID) [operator:(= | ~)] threshold [LIMIT count:integer]}",
    history: [["6.2.0", "Added the `MINID` trimming strategy and the `LIMIT` option."]],
    tips: ["nondeterministic_output"],
    handler: xtrim,
  },
  {
    name: "xrange",
    arity: -4,
    flags: ["readonly"],
    categories: ["stream"],
    keys: [key("RO access")],
    since: "5.0.0",
    group: "stream",
    summary: "Returns the messages from a stream within a range of IDs.",
    complexity:
      "O(N) with N being the number of elements being returned. If N is constant (e.g. always asking for the first 10 elements with COUNT), you can consider it O(1).",
    syntax: "key start end [COUNT count:integer]",
    history: [["6.2.0", "Added exclusive ranges."]],
    handler: xrange,
  },
  {
    name: "xrevrange",
    arity: -4,
    flags: ["readonly"],
    categories: ["stream"],
    keys: [key("RO access")],
    since: "5.0.0",
    group: "stream",
    summary: "Returns the messages from a stream within a range of IDs in reverse order.",
    complexity:
      "O(N) with N being the number of elements returned. If N is constant (e.g. always asking for the first 10 elements with COUNT), you can consider it O(1).",
    syntax: "key end start [COUNT count:integer]",
    history: [["6.2.0", "Added exclusive ranges."]],
    handler: xrevrange,
  },
  {
    name: "xlen",
    arity: 2,
    flags: ["readonly", "fast"],
    categories: ["stream"],
    keys: [key("RO")],
    since: "5.0.0",
    group: "stream",
    summary: "Return the number of messages in a stream.",
    complexity: "O(1)",
    syntax: "key",
    handler: xlen,
  },
  {
    name: "xdel",
    arity: -3,
    flags: ["write", "fast"],
    categories: ["stream"],
    keys: [key("RW delete")],
    since: "5.0.0",
    group: "stream",
    summary: "Returns the number of messages after removing them from a stream.",
    complexity: "O(1) for each single item to delete in the stream, regardless of the stream size.",
    syntax: "key id...",
    handler: xdel,
  },
  {
    name: "xsetid",
    arity: -3,
    flags: ["write", "denyoom", "fast"],
    categories: ["stream"],
    keys: [key("RW update")],
    since: "5.0.0",
    group: "stream",
    summary: "An internal command for replicating stream values.",
    complexity: "O(1)",
    syntax: "key last-id [ENTRIESADDED entries-added:integer] [MAXDELETEDID max-deleted-entry-id]",
    history: [["7.0.0", "Added the `entries_added` and `max_deleted_entry_id` arguments."]],
    handler: xsetid,
  },
];
