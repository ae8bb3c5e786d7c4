/** Lists: elements at both ends and by index. Those that move elements between lists, or wait for them, are in lists-moving.ts. */
import type { ReplyWriter } from "../resp/reply-writer.ts";
import { type ListEnd, ListValue } from "../types/list.ts";
import { type CommandContext, EVENT } from "./context.ts";
import { CommandError, INDEX_OUT_OF_RANGE, NO_SUCH_KEY, NOT_POSITIVE, SYNTAX_ERROR } from "./errors.ts";
import { type CommandRow, key } from "./table.ts";

/** Ends as the original names them in events. */
export const POP_EVENT: Readonly<Record<ListEnd, string>> = { front: "lpop", back: "rpop" };
export const PUSH_EVENT: Readonly<Record<ListEnd, string>> = { front: "lpush", back: "rpush" };

const RANK_ZERO = new CommandError(
  "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
);
const RANK_OUT_OF_RANGE = new CommandError(
  "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
);
const COUNT_NEGATIVE = new CommandError("ERR COUNT can't be negative");
const MAXLEN_NEGATIVE = new CommandError("ERR MAXLEN can't be negative");

function push(ctx: CommandContext, end: ListEnd, create: boolean): void {
  const { args, reply } = ctx;
  const existing = ctx.collectionForWrite(1, ListValue);
  if (existing === undefined && !create) {
    reply.integer(0);
    return;
  }
  const list = existing ?? new ListValue(ctx.engine.collections);
  const count = args.length - 2;
  if (count === 1) list.push(end, args.string(2));
  else list.pushAll(end, args.strings(2));
  if (existing === undefined) ctx.put(1, list);
  ctx.changed(1, EVENT.list, PUSH_EVENT[end], count);
  reply.integer(list.size);
}

function lpush(ctx: CommandContext): void {
  push(ctx, "front", true);
}

function rpush(ctx: CommandContext): void {
  push(ctx, "back", true);
}

function lpushx(ctx: CommandContext): void {
  push(ctx, "front", false);
}

function rpushx(ctx: CommandContext): void {
  push(ctx, "back", false);
}

/** Says that elements were taken from the list at argument `i`, and removes its key when it is empty. */
export function elementsTaken(ctx: CommandContext, i: number, list: ListValue, event: string, changes: number): void {
  list.settle();
  ctx.changed(i, EVENT.list, event, changes);
  ctx.removeIfEmpty(i, list);
}

/** Replies with up to `count` elements taken from that end, one after another. */
export function popMany(reply: ReplyWriter, list: ListValue, end: ListEnd, count: number): void {
  reply.array(count);
  for (let i = 0; i < count; i++) reply.bulk(list.pop(end)!);
}

function pop(ctx: CommandContext, end: ListEnd): void {
  const { args, reply } = ctx;
  if (args.length > 3) throw new CommandError(`ERR wrong number of arguments for '${ctx.command.fullName}' command`);
  const counted = args.length === 3;
  const wanted = counted ? args.integerWithin(2, 0, Infinity, NOT_POSITIVE) : 1;
  const list = ctx.collectionForWrite(1, ListValue);
  if (list === undefined) {
    if (counted) reply.nilArray();
    else reply.nil();
    return;
  }
  if (!counted) {
    reply.bulk(list.pop(end)!);
    elementsTaken(ctx, 1, list, POP_EVENT[end], 1);
    return;
  }
  const count = Math.min(wanted, list.size);
  popMany(reply, list, end, count);
  if (count > 0) elementsTaken(ctx, 1, list, POP_EVENT[end], count);
}

function lpop(ctx: CommandContext): void {
  pop(ctx, "front");
}

function rpop(ctx: CommandContext): void {
  pop(ctx, "back");
}

function llen(ctx: CommandContext): void {
  ctx.reply.integer(ctx.collection(1, ListValue)?.size ?? 0);
}

function lindex(ctx: CommandContext): void {
  const list = ctx.collection(1, ListValue);
  if (list === undefined) {
    ctx.reply.nil();
    return;
  }
  const element = list.get(ctx.args.integer(2));
  if (element === undefined) ctx.reply.nil();
  else ctx.reply.bulk(element);
}

function lset(ctx: CommandContext): void {
  const list = ctx.collectionForWrite(1, ListValue);
  if (list === undefined) throw NO_SUCH_KEY;
  const index = ctx.args.integer(2);
  if (!list.set(index, ctx.args.string(3))) throw INDEX_OUT_OF_RANGE;
  ctx.changed(1, EVENT.list, "lset");
  ctx.reply.ok();
}

/**
 * The range that two indexes name, negative ones counted from the end: `from` and `to` inclusive, within the list; from >
 * to when it is empty.
 */
export function indexRange(start: number, stop: number, size: number): { from: number; to: number } {
  const from = Math.max(start < 0 ? start + size : start, 0);
  const to = Math.min(stop < 0 ? stop + size : stop, size - 1);
  return { from, to };
}

function lrange(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const start = args.integer(2);
  const stop = args.integer(3);
  const list = ctx.collection(1, ListValue);
  if (list === undefined) {
    reply.array(0);
    return;
  }
  const { from, to } = indexRange(start, stop, list.size);
  reply.array(Math.max(0, to - from + 1));
  list.forRange(from, to, (element) => reply.bulk(element));
}

function ltrim(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const start = args.integer(2);
  const stop = args.integer(3);
  const list = ctx.collectionForWrite(1, ListValue);
  if (list === undefined) {
    reply.ok();
    return;
  }
  const { from, to } = indexRange(start, stop, list.size);
  const before = from > to ? list.size : from;
  const behind = from > to ? 0 : list.size - 1 - to;
  list.removeRange(list.size - behind, behind);
  list.removeRange(0, before);
  elementsTaken(ctx, 1, list, "ltrim", before + behind);
  // Even when nothing went, the original sends the event; the count of changes then stays.
  reply.ok();
}

function linsert(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const before = args.is(2, "BEFORE");
  if (!before && !args.is(2, "AFTER")) throw SYNTAX_ERROR;
  const list = ctx.collectionForWrite(1, ListValue);
  if (list === undefined) {
    reply.integer(0);
    return;
  }
  if (!list.insert(before ? "before" : "after", args.string(3), args.string(4))) {
    reply.integer(-1);
    return;
  }
  ctx.changed(1, EVENT.list, "linsert");
  reply.integer(list.size);
}

function lrem(ctx: CommandContext): void {
  const { args, reply } = ctx;
  const count = args.integer(2);
  const list = ctx.collectionForWrite(1, ListValue);
  const removed = list === undefined ? 0 : list.removeEqual(args.string(3), count);
  if (list !== undefined && removed > 0) elementsTaken(ctx, 1, list, "lrem", removed);
  reply.integer(removed);
}

function lpos(ctx: CommandContext): void {
  const { args, reply } = ctx;
  let rank = 1;
  let count = -1;
  let maxCompared = 0;
  for (let i = 3; i < args.length; i += 2) {
    if (i + 1 >= args.length) throw SYNTAX_ERROR;
    if (args.is(i, "RANK")) {
      rank = args.integer(i + 1);
      // The least integer has no positive counterpart.
      if (rank === -(2 ** 63)) throw RANK_OUT_OF_RANGE;
      if (rank === 0) throw RANK_ZERO;
    } else if (args.is(i, "COUNT")) {
      count = args.integerWithin(i + 1, 0, Infinity, COUNT_NEGATIVE);
    } else if (args.is(i, "MAXLEN")) {
      maxCompared = args.integerWithin(i + 1, 0, Infinity, MAXLEN_NEGATIVE);
    } else {
      throw SYNTAX_ERROR;
    }
  }
  const list = ctx.collection(1, ListValue);
  if (list === undefined) {
    if (count < 0) reply.nil();
    else reply.array(0);
    return;
  }
  const wanted = count < 0 ? 1 : count === 0 ? Infinity : count;
  const found: number[] = [];
  let skip = Math.abs(rank) - 1;
  list.search(args.string(2), rank > 0 ? "front" : "back", maxCompared === 0 ? Infinity : maxCompared, (index) => {
    if (skip > 0) {
      skip--;
      return true;
    }
    found.push(index);
    return found.length < wanted;
  });
  if (count < 0) {
    if (found.length === 0) reply.nil();
    else reply.integer(found[0]!);
    return;
  }
  reply.array(found.length);
  for (const index of found) reply.integer(index);
}

export const listCommands: readonly CommandRow[] = [
  {
    name: "lpush",
    arity: -3,
    flags: ["write", "denyoom", "fast"],
    categories: ["list"],
    keys: [key("RW insert")],
    since: "1.0.0",
    group: "list",
    summary: "Prepends one or more elements to a list. Creates the key if it doesn't exist.",
    complexity:
      "O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.",
    syntax: "key element...",
    history: [["2.4.0", "Accepts multiple `element` arguments."]],
    handler: lpush,
  },
  {
    name: "rpush",
    arity: -3,
    flags: ["write", "denyoom", "fast"],
    categories: ["list"],
    keys: [key("RW insert")],
    since: "1.0.0",
    group: "list",
    summary: "Appends one or more elements to a list. Creates the key if it doesn't exist.",
    complexity:
      "O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.",
    syntax: "key element...",
    history: [["2.4.0", "Accepts multiple `element` arguments."]],
    handler: rpush,
  },
  {
    name: "lpushx",
    arity: -3,
    flags: ["write", "denyoom", "fast"],
    categories: ["list"],
    keys: [key("RW insert")],
    since: "2.2.0",
    group: "list",
    summary: "Prepends one or more elements to a list only when the list exists.",
    complexity:
      "O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.",
    syntax: "key element...",
    history: [["4.0.0", "Accepts multiple `element` arguments."]],
    handler: lpushx,
  },
  {
    name: "rpushx",
    arity: -3,
    flags: ["write", "denyoom", "fast"],
    categories: ["list"],
    keys: [key("RW insert")],
    since: "2.2.0",
    group: "list",
    summary: "Appends an element to a list only when the list exists.",
    complexity:
      "O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.",
    syntax: "key element...",
    history: [["4.0.0", "Accepts multiple `element` arguments."]],
    handler: rpushx,
  },
  {
    name: "lpop",
    arity: -2,
    flags: ["write", "fast"],
    categories: ["list"],
    keys: [key("RW access delete")],
    since: "1.0.0",
    group: "list",
    summary: "Returns the first elements in a list after removing it. Deletes the list if the last element was popped.",
    complexity: "O(N) where N is the number of elements returned",
    syntax: "key [count:integer]",
    history: [["6.2.0", "Added the `count` argument."]],
    handler: lpop,
  },
  {
    name: "rpop",
    arity: -2,
    flags: ["write", "fast"],
    categories: ["list"],
    keys: [key("RW access delete")],
    since: "1.0.0",
    group: "list",
    summary: "Returns and removes the last elements of a list. Deletes the list if the last element was popped.",
    complexity: "O(N) where N is the number of elements returned",
    syntax: "key [count:integer]",
    history: [["6.2.0", "Added the `count` argument."]],
    handler: rpop,
  },
  {
    name: "llen",
    arity: 2,
    flags: ["readonly", "fast"],
    categories: ["list"],
    keys: [key("RO")],
    since: "1.0.0",
    group: "list",
    summary: "Returns the length of a list.",
    complexity: "O(1)",
    syntax: "key",
    handler: llen,
  },
  {
    name: "lindex",
    arity: 3,
    flags: ["readonly"],
    categories: ["list"],
    keys: [key("RO access")],
    since: "1.0.0",
    group: "list",
    summary: "Returns an element from a list by its index.",
    complexity:
      "O(N) where N is the number of elements to traverse to get to the element at index. This makes asking for the first or the last element of the list O(1).",
    syntax: "key index:integer",
    handler: lindex,
  },
  {
    name: "lset",
    arity: 4,
    flags: ["write", "denyoom"],
    categories: ["list"],
    keys: [key("RW update")],
    since: "1.0.0",
    group: "list",
    summary: "Sets the value of an element in a list by its index.",
    complexity:
      "O(N) where N is the length of the list. Setting either the first or the last element of the list is O(1).",
    syntax: "key index:integer element",
    handler: lset,
  },
  {
    name: "lrange",
    arity: 4,
    flags: ["readonly"],
    categories: ["list"],
    keys: [key("RO access")],
    since: "1.0.0",
    group: "list",
    summary: "Returns a range of elements from a list.",
    complexity:
      "O(S+N) where S is the distance of start offset from HEAD for small lists, from nearest end (HEAD or TAIL) for large lists; and N is the number of elements in the specified range.",
    syntax: "key start:integer stop:integer",
    handler: lrange,
  },
  {
    name: "ltrim",
    arity: 4,
    flags: ["write"],
    categories: ["list"],
    keys: [key("RW delete")],
    since: "1.0.0",
    group: "list",
    summary: "Removes elements from both ends a list. Deletes the list if all elements were trimmed.",
    complexity: "O(N) where N is the number of elements to be removed by the operation.",
    syntax: "key start:integer stop:integer",
    handler: ltrim,
  },
  {
    name: "linsert",
    arity: 5,
    flags: ["write", "denyoom"],
    categories: ["list"],
    keys: [key("RW insert")],
    since: "2.2.0",
    group: "list",
    summary: "Inserts an element before or after another element in a list.",
    complexity:
      "O(N) where N is the number of elements to traverse before seeing the value pivot. This means that inserting somewhere on the left end on the list (head) can be considered O(1) and inserting somewhere on the right end (tail) is O(N).",
    syntax: "key where:(BEFORE | AFTER) pivot element",
    handler: linsert,
  },
  {
    name: "lrem",
    arity: 4,
    flags: ["write"],
    categories: ["list"],
    keys: [key("RW delete")],
    since: "1.0.0",
    group: "list",
    summary: "Removes elements from a list. Deletes the list if the last element was removed.",
    complexity: "O(N+M) where N is the length of the list and M is the number of elements removed.",
    syntax: "key count:integer element",
    handler: lrem,
  },
  {
    name: "lpos",
    arity: -3,
    flags: ["readonly"],
    categories: ["list"],
    keys: [key("RO access")],
    since: "6.0.6",
    group: "list",
    summary: "Returns the index of matching elements in a list.",
    complexity:
      "O(N) where N is the number of elements in the list, for the average case. When searching for elements near the head or the tail of the list, or when the MAXLEN option is provided, the command may run in constant time.",
    syntax: "key element [RANK rank:integer] [COUNT num-matches:integer] [MAXLEN len:integer]",
    handler: lpos,
  },
];
