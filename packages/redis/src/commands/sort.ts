/** SORT and SORT_RO: elements of a list, set or sorted set by number or by text, by themselves or by other keys. */
import type { Args } from "../resp/args.ts";
import { HashValue } from "../types/hash.ts";
import { ListValue } from "../types/list.ts";
import { parseDouble } from "../types/numbers.ts";
import { SetValue } from "../types/set.ts";
import { Collection, type Value } from "../types/value.ts";
import { SortedSetValue } from "../types/zset.ts";
import { EVENT, type CommandContext } from "./context.ts";
import { CommandError, SYNTAX_ERROR, WRONG_TYPE } from "./errors.ts";
import { key, type CommandRow, type KeySpec } from "./table.ts";

const NOT_A_NUMBER = new CommandError("ERR One or more scores can't be converted into double");
const BY_DENIED = new CommandError("ERR BY option of SORT denied due to insufficient ACL permissions");
const GET_DENIED = new CommandError("ERR GET option of SORT denied due to insufficient ACL permissions");

interface SortRequest {
  descending: boolean;
  alphabetic: boolean;
  /** How many elements to pass over, and to take (negative: all). */
  offset: number;
  count: number;
  /** Pattern of the keys that weights are at. */
  by: string | undefined;
  /** Some BY had no star: it is the same key for every element, and says not to sort, whatever another BY says. */
  unsorted: boolean;
  /** Patterns of what to answer for each element; none: the element. */
  readonly get: string[];
  /** Index of the argument that names the key to store at. */
  storeAt: number | undefined;
}

function parseRequest(ctx: CommandContext, mayStore: boolean): SortRequest {
  const { args } = ctx;
  const request: SortRequest = {
    descending: false,
    alphabetic: false,
    offset: 0,
    count: -1,
    by: undefined,
    unsorted: false,
    get: [],
    storeAt: undefined,
  };
  for (let i = 2; i < args.length; i++) {
    const left = args.length - i - 1;
    if (args.is(i, "ASC")) request.descending = false;
    else if (args.is(i, "DESC")) request.descending = true;
    else if (args.is(i, "ALPHA")) request.alphabetic = true;
    else if (args.is(i, "LIMIT") && left >= 2) {
      request.offset = args.integer(++i);
      request.count = args.integer(++i);
    } else if (mayStore && args.is(i, "STORE") && left >= 1) request.storeAt = ++i;
    else if (args.is(i, "BY") && left >= 1) {
      request.by = args.string(++i);
      if (!request.by.includes("*")) request.unsorted = true;
      else if (!readsEverything(ctx)) throw BY_DENIED;
    } else if (args.is(i, "GET") && left >= 1) {
      if (!readsEverything(ctx)) throw GET_DENIED;
      request.get.push(args.string(++i));
    } else throw SYNTAX_ERROR;
  }
  return request;
}

/** BY and GET name keys that no check of the request can know. */
function readsEverything(ctx: CommandContext): boolean {
  const { user } = ctx.client;
  return user.unrestricted || user.permissions.readsAllKeys;
}

function sortCommand(ctx: CommandContext): void {
  const request = parseRequest(ctx, ctx.command.row.name === "sort");
  const value = ctx.lookup(1);
  if (value !== undefined && !isSortable(value)) throw WRONG_TYPE;
  const elements = value === undefined ? [] : ordered(ctx, value, request);
  const rows = elements.flatMap((element) =>
    request.get.length === 0 ? [element] : request.get.map((pattern) => lookupByPattern(ctx, pattern, element)),
  );
  if (request.storeAt === undefined) {
    ctx.reply.array(rows.length);
    for (const row of rows) {
      if (row === undefined) ctx.reply.nil();
      else ctx.reply.bulk(row);
    }
  } else store(ctx, request.storeAt, rows);
}

type Sortable = ListValue | SetValue | SortedSetValue;

function isSortable(value: Value): value is Sortable {
  return value instanceof ListValue || value instanceof SetValue || value instanceof SortedSetValue;
}

/** The elements in the order and within the limits that were asked for. */
function ordered(ctx: CommandContext, value: Sortable, request: SortRequest): string[] {
  const { unsorted, descending } = request;
  // The original converts what it sorts for good.
  if (value instanceof SortedSetValue && value.encoding() === "listpack") {
    ctx.db.beforeWrite(ctx.db.peekId(ctx.args.string(1)));
    value.becomeLarge();
  }
  const elements = elementsOf(value);
  // What is stored, or made in a script, must not depend on the order in which a set happens to lie.
  const normalizes = unsorted && value instanceof SetValue && (request.storeAt !== undefined || !ctx.canBlock);
  if (normalizes) elements.sort((a, b) => direction(compareText(a, b), descending));
  else if (unsorted) {
    if (descending && !(value instanceof SetValue)) elements.reverse();
  } else sort(ctx, elements, request);
  return limited(elements, request);
}

function elementsOf(value: Sortable): string[] {
  if (value instanceof ListValue) return [...value];
  if (value instanceof SetValue) return [...value.members];
  const members: string[] = [];
  value.forRange(0, value.size - 1, (member) => members.push(member));
  return members;
}

function limited(elements: string[], { offset, count }: SortRequest): string[] {
  const start = Math.min(Math.max(offset, 0), elements.length);
  return count < 0 ? elements.slice(start) : elements.slice(start, start + count);
}

function direction(order: number, descending: boolean): number {
  return descending ? -order : order;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sort(ctx: CommandContext, elements: string[], { by, alphabetic, descending }: SortRequest): void {
  const weight = (element: string): string | undefined =>
    by === undefined ? element : lookupByPattern(ctx, by, element);
  if (alphabetic) {
    const weighed = elements.map((element) => ({ element, text: weight(element) }));
    weighed.sort((a, b) => direction(compareOptional(a.text, b.text), descending));
    weighed.forEach(({ element }, i) => (elements[i] = element));
    return;
  }
  const weighed = elements.map((element) => {
    const text = weight(element);
    const score = text === undefined ? 0 : scoreOf(text);
    if (score === undefined) throw NOT_A_NUMBER;
    return { element, score };
  });
  weighed.sort((a, b) => direction(a.score - b.score || compareText(a.element, b.element), descending));
  weighed.forEach(({ element }, i) => (elements[i] = element));
}

/** As strtod reads it: up to the first zero byte; nothing is 0. */
function scoreOf(text: string): number | undefined {
  const end = text.indexOf("\0");
  const read = end < 0 ? text : text.slice(0, end);
  return read === "" ? 0 : parseDouble(read.trimStart());
}

/** What is missing comes first. */
function compareOptional(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  return compareText(a, b);
}

/** The string at the key that `pattern` gives with `element` for its star, or a field of the hash there (`key_*->field`). */
function lookupByPattern(ctx: CommandContext, pattern: string, element: string): string | undefined {
  if (pattern === "#") return element;
  const star = pattern.indexOf("*");
  if (star < 0) return undefined;
  const arrow = pattern.indexOf("->", star + 1);
  const hasField = arrow >= 0 && arrow + 2 < pattern.length;
  const name = pattern.slice(0, star) + element + pattern.slice(star + 1, hasField ? arrow : undefined);
  const value = read(ctx, name);
  if (value === undefined) return undefined;
  if (hasField) return value instanceof HashValue ? value.get(pattern.slice(arrow + 2)) : undefined;
  if (value instanceof Collection) return undefined;
  return value instanceof Uint8Array ? value.toString("latin1") : String(value);
}

function read(ctx: CommandContext, name: string): Value | undefined {
  const id = ctx.db.findKey(name);
  if (id === 0) {
    ctx.engine.stats.keyspaceMisses++;
    if (ctx.engine.notifies) ctx.engine.notify(EVENT.keyMiss, "keymiss", ctx.db, name);
    return undefined;
  }
  ctx.engine.stats.keyspaceHits++;
  ctx.engine.recordAccess(ctx.db, id);
  return ctx.db.value(id);
}

function store(ctx: CommandContext, at: number, rows: readonly (string | undefined)[]): void {
  if (rows.length === 0) {
    if (ctx.removeKept(at)) ctx.changed(at, EVENT.generic, "del");
  } else {
    const list = new ListValue(ctx.engine.collections);
    list.pushAll(
      "back",
      rows.map((row) => row ?? ""),
    );
    ctx.put(at, list);
    ctx.changed(at, EVENT.list, "sortstore", rows.length);
  }
  ctx.reply.integer(rows.length);
}

/** The sorted key and, as the original finds it, the last STORE's. */
function keysOfSort(args: Args): number[] {
  let stored: number | undefined;
  for (let i = 2; i < args.length; i++) {
    if (args.is(i, "LIMIT")) i += 2;
    else if (args.is(i, "GET") || args.is(i, "BY")) i++;
    else if (args.is(i, "STORE") && i + 1 < args.length) stored = ++i;
  }
  return stored === undefined ? [1] : [1, stored];
}

function unknownKeys(flags: string, notes: string): KeySpec {
  return { flags, begin: "unknown", find: "unknown", notes };
}

const BY_AND_GET = unknownKeys(
  "RO access",
  "For the optional BY/GET keyword. It is marked 'unknown' because the key names derive from the content of the key we sort",
);
const SYNTAX =
  "key [BY by-pattern:pattern@1] [LIMIT limit:{offset:integer count:integer}] [GET get-pattern:pattern@1]... [order:(ASC | DESC)] [sorting:(ALPHA)]";
const COMPLEXITY =
  "O(N+M*log(M)) where N is the number of elements in the list or set to sort, and M the number of returned elements. When the elements are not sorted, complexity is O(N).";

export const sortCommands: readonly CommandRow[] = [
  {
    name: "sort",
    arity: -2,
    flags: ["write", "denyoom"],
    categories: ["set", "sortedset", "list", "dangerous"],
    keys: [
      key("RO access"),
      BY_AND_GET,
      unknownKeys(
        "OW update",
        "For the optional STORE keyword. It is marked 'unknown' because the keyword can appear anywhere in the argument array",
      ),
    ],
    findKeys: keysOfSort,
    since: "1.0.0",
    group: "generic",
    summary: "Sorts the elements in a list, a set, or a sorted set, optionally storing the result.",
    complexity: COMPLEXITY,
    syntax: `${SYNTAX} [STORE destination:key@2]`,
    handler: sortCommand,
  },
  {
    name: "sort_ro",
    arity: -2,
    flags: ["readonly"],
    categories: ["set", "sortedset", "list", "dangerous"],
    keys: [key("RO access"), BY_AND_GET],
    findKeys: () => [1],
    since: "7.0.0",
    group: "generic",
    summary: "Returns the sorted elements of a list, a set, or a sorted set.",
    complexity: COMPLEXITY,
    syntax: SYNTAX,
    handler: sortCommand,
  },
];
