/** Lists: moving elements from one to another, taking them from the first list that has some, and waiting until one has. */
import { type ListEnd, ListValue } from "../types/list.ts";
import type { Args } from "../resp/args.ts";
import type { ReplyWriter } from "../resp/reply-writer.ts";
import { blockingTimeoutMs } from "./blocking.ts";
import { type CommandContext, EVENT } from "./context.ts";
import { SYNTAX_ERROR } from "./errors.ts";
import { elementsTaken, POP_EVENT, popMany, PUSH_EVENT } from "./lists.ts";
import { argumentRange, type PopRequest, popRequest, replyNilArray } from "./pop-request.ts";
import { type CommandRow, countedKeys, key, keys } from "./table.ts";

/** LEFT or RIGHT at argument `i`. */
function endAt(args: Args, i: number): ListEnd {
  if (args.is(i, "LEFT")) return "front";
  if (args.is(i, "RIGHT")) return "back";
  throw SYNTAX_ERROR;
}

/**
 * Moves one element from the list at argument 1 to the list at argument 2, and replies with it; false when there is none to
 * move. Types are checked before anything is changed.
 */
function move(ctx: CommandContext, from: ListEnd, to: ListEnd): boolean {
  const source = ctx.collectionForWrite(1, ListValue);
  if (source === undefined) return false;
  const existing = ctx.collectionForWrite(2, ListValue);
  const target = existing ?? new ListValue(ctx.engine.collections);
  const element = source.pop(from)!;
  target.push(to, element);
  if (existing === undefined) ctx.put(2, target);
  // The original announces the push first, and counts a single change.
  ctx.changed(2, EVENT.list, PUSH_EVENT[to]);
  elementsTaken(ctx, 1, source, POP_EVENT[from], 0);
  ctx.reply.bulk(element);
  return true;
}

function lmove(ctx: CommandContext): void {
  const from = endAt(ctx.args, 3);
  const to = endAt(ctx.args, 4);
  if (!move(ctx, from, to)) ctx.reply.nil();
}

function rpoplpush(ctx: CommandContext): void {
  if (!move(ctx, "back", "front")) ctx.reply.nil();
}

function moveOrBlock(ctx: CommandContext, from: ListEnd, to: ListEnd, timeoutMs: number): void {
  if (!move(ctx, from, to)) {
    // Not being allowed to wait answers a plain null, having waited in vain a null array: so does the original.
    ctx.block({ keys: [1], type: "list", timeoutMs, timedOut: ctx.canBlock ? replyNilArray : replyNil });
    return;
  }
  if (!ctx.propagating) return;
  // Replicas must not wait.
  const { args } = ctx;
  const [source, destination] = [args.string(1), args.string(2)];
  if (ctx.command.fullName === "brpoplpush") ctx.effect("RPOPLPUSH", source, destination);
  else ctx.effect("LMOVE", source, destination, args.string(3), args.string(4));
}

function replyNil(reply: ReplyWriter): void {
  reply.nil();
}

function blmove(ctx: CommandContext): void {
  const from = endAt(ctx.args, 3);
  const to = endAt(ctx.args, 4);
  moveOrBlock(ctx, from, to, blockingTimeoutMs(ctx.args, 5));
}

function brpoplpush(ctx: CommandContext): void {
  moveOrBlock(ctx, "back", "front", blockingTimeoutMs(ctx.args, 3));
}

/** Takes one element from the first of the keys that has a list, or waits for one. */
function popOrBlock(ctx: CommandContext, end: ListEnd): void {
  const { args, reply } = ctx;
  const last = args.length - 1;
  const timeoutMs = blockingTimeoutMs(args, last);
  for (let i = 1; i < last; i++) {
    const list = ctx.collectionForWrite(i, ListValue);
    if (list === undefined) continue;
    reply.array(2);
    reply.bulk(args.string(i));
    reply.bulk(list.pop(end)!);
    if (ctx.propagating) ctx.effect(end === "front" ? "LPOP" : "RPOP", args.string(i));
    elementsTaken(ctx, i, list, POP_EVENT[end], 1);
    return;
  }
  ctx.block({ keys: argumentRange(1, last), type: "list", timeoutMs, timedOut: replyNilArray });
}

function blpop(ctx: CommandContext): void {
  popOrBlock(ctx, "front");
}

function brpop(ctx: CommandContext): void {
  popOrBlock(ctx, "back");
}

/** Takes elements from the first key that has a list; false when none has. */
function popFromFirst(ctx: CommandContext, request: PopRequest<ListEnd>): boolean {
  const { args, reply } = ctx;
  for (const i of request.keys) {
    const list = ctx.collectionForWrite(i, ListValue);
    if (list === undefined) continue;
    const count = Math.min(request.count, list.size);
    reply.array(2);
    reply.bulk(args.string(i));
    popMany(reply, list, request.end, count);
    if (ctx.propagating) ctx.effect(request.end === "front" ? "LPOP" : "RPOP", args.string(i), count);
    elementsTaken(ctx, i, list, POP_EVENT[request.end], count);
    return true;
  }
  return false;
}

function lmpop(ctx: CommandContext): void {
  if (!popFromFirst(ctx, popRequest(ctx.args, 1, endAt))) ctx.reply.nilArray();
}

function blmpop(ctx: CommandContext): void {
  const request = popRequest(ctx.args, 2, endAt);
  const timeoutMs = blockingTimeoutMs(ctx.args, 1);
  if (popFromFirst(ctx, request)) return;
  ctx.block({ keys: request.keys, type: "list", timeoutMs, timedOut: replyNilArray });
}

export const listMovingCommands: readonly CommandRow[] = [
  {
    name: "lmove",
    arity: 5,
    flags: ["write", "denyoom"],
    categories: ["list"],
    keys: [key("RW access delete"), key("RW insert", 2)],
    since: "6.2.0",
    group: "list",
    summary:
      "Returns an element after popping it from one list and pushing it to another. Deletes the list if the last element was moved.",
    complexity: "O(1)",
    syntax: "source destination wherefrom:(LEFT | RIGHT) whereto:(LEFT | RIGHT)",
    handler: lmove,
  },
  {
    name: "rpoplpush",
    arity: 3,
    flags: ["write", "denyoom"],
    categories: ["list"],
    keys: [key("RW access delete"), key("RW insert", 2)],
    since: "1.2.0",
    group: "list",
    summary:
      "Returns the last element of a list after removing and pushing it to another list. Deletes the list if the last element was popped.",
    complexity: "O(1)",
    syntax: "source destination",
    deprecated: { since: "6.2.0", replacedBy: "`LMOVE` with the `RIGHT` and `LEFT` arguments" },
    handler: rpoplpush,
  },
  {
    name: "blmove",
    arity: 6,
    flags: ["write", "denyoom", "noscript", "blocking"],
    categories: ["list"],
    keys: [key("RW access delete"), key("RW insert", 2)],
    since: "6.2.0",
    group: "list",
    summary:
      "Pops an element from a list, pushes it to another list and returns it. Blocks until an element is available otherwise. Deletes the list if the last element was moved.",
    complexity: "O(1)",
    syntax: "source destination wherefrom:(LEFT | RIGHT) whereto:(LEFT | RIGHT) timeout:double",
    handler: blmove,
  },
  {
    name: "brpoplpush",
    arity: 4,
    flags: ["write", "denyoom", "noscript", "blocking"],
    categories: ["list"],
    keys: [key("RW access delete"), key("RW insert", 2)],
    since: "2.2.0",
    group: "list",
    summary:
      "Pops an element from a list, pushes it to another list and returns it. Block until an element is available otherwise. Deletes the list if the last element was popped.",
    complexity: "O(1)",
    syntax: "source destination timeout:double",
    history: [["6.0.0", "`timeout` is interpreted as a double instead of an integer."]],
    deprecated: { since: "6.2.0", replacedBy: "`BLMOVE` with the `RIGHT` and `LEFT` arguments" },
    handler: brpoplpush,
  },
  {
    name: "blpop",
    arity: -3,
    flags: ["write", "noscript", "blocking"],
    categories: ["list"],
    keys: [keys("RW access delete", 1, -2)],
    since: "2.0.0",
    group: "list",
    summary:
      "Removes and returns the first element in a list. Blocks until an element is available otherwise. Deletes the list if the last element was popped.",
    complexity: "O(N) where N is the number of provided keys.",
    syntax: "key... timeout:double",
    history: [["6.0.0", "`timeout` is interpreted as a double instead of an integer."]],
    handler: blpop,
  },
  {
    name: "brpop",
    arity: -3,
    flags: ["write", "noscript", "blocking"],
    categories: ["list"],
    keys: [keys("RW access delete", 1, -2)],
    since: "2.0.0",
    group: "list",
    summary:
      "Removes and returns the last element in a list. Blocks until an element is available otherwise. Deletes the list if the last element was popped.",
    complexity: "O(N) where N is the number of provided keys.",
    syntax: "key... timeout:double",
    history: [["6.0.0", "`timeout` is interpreted as a double instead of an integer."]],
    handler: brpop,
  },
  {
    name: "lmpop",
    arity: -4,
    flags: ["write"],
    categories: ["list"],
    keys: [countedKeys("RW access delete")],
    since: "7.0.0",
    group: "list",
    summary:
      "Returns multiple elements from a list after removing them. Deletes the list if the last element was popped.",
    complexity: "O(N+M) where N is the number of provided keys and M is the number of elements returned.",
    syntax: "numkeys:integer key... where:(LEFT | RIGHT) [COUNT count:integer]",
    handler: lmpop,
  },
  {
    name: "blmpop",
    arity: -5,
    flags: ["write", "blocking"],
    categories: ["list"],
    keys: [countedKeys("RW access delete", 2)],
    since: "7.0.0",
    group: "list",
    summary:
      "Pops the first element from one of multiple lists. Blocks until an element is available otherwise. Deletes the list if the last element was popped.",
    complexity: "O(N+M) where N is the number of provided keys and M is the number of elements returned.",
    syntax: "timeout:double numkeys:integer key... where:(LEFT | RIGHT) [COUNT count:integer]",
    handler: blmpop,
  },
];
