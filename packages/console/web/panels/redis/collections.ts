/**
 * How the value of each collection type is read page by page and changed: one row per type. The value view draws them
 * all in the same manner.
 */
import type { WireReply } from "../../../src/panels/redis/wire.ts";
import type { WireBytes } from "../../../src/protocol.ts";
import { duration } from "../../format.ts";
import { bytesOf, type Command, integerOf, itemsOf } from "./redis-api.ts";

/** Cells of one element, in the order of `columns`. */
export type Row = readonly WireBytes[];

export interface Page {
  readonly rows: readonly Row[];
  /** Where the next page begins; undefined after the last. */
  readonly next: string | undefined;
}

export interface CollectionType {
  readonly columns: readonly string[];
  /** CSS grid of a row. */
  readonly layout: string;
  /** Which cell is the element's value, to be shown in full. */
  readonly valueColumn: number;
  readonly sizeCommand: string;
  readonly start: string;
  /** In which orders it can be read, the first one by default; undefined: in one. */
  readonly orders?: readonly (readonly [order: string, text: string])[];
  /** The command for the page at `position`, and what its reply says. */
  page(key: WireBytes, position: string, order?: string): Command;
  read(reply: WireReply | undefined, position: string): Page;
  /** A further command about the rows of a page, and the rows with what it says; older servers may not have it. */
  readonly annotation?: {
    command(key: WireBytes, rows: readonly Row[]): Command;
    apply(rows: readonly Row[], reply: WireReply | undefined): readonly Row[];
  };
  /** Commands that add an element from the form's fields, which are named as in `addFields`. */
  readonly addFields: readonly string[];
  add(key: WireBytes, values: readonly string[]): readonly Command[];
  /** The cell that can be changed in place, when it is not the value. */
  readonly editColumn?: number;
  /** Commands that change that cell of `row`; undefined where the type has nothing to change in place. */
  readonly edit?: (key: WireBytes, row: Row, value: string) => readonly Command[];
  /** Commands that give `row` a time to live, or take it away. */
  readonly expire?: (key: WireBytes, row: Row, seconds: string | undefined) => readonly Command[];
  remove(key: WireBytes, row: Row): readonly Command[];
}

const PAGE = 200;

/** SCAN-like pages: a cursor and items, `width` of which make a row. */
function readScan(width: number): (reply: WireReply | undefined) => Page {
  return (reply) => {
    const [cursor, items] = itemsOf(reply);
    const next = String(bytesOf(cursor) ?? "0");
    return { rows: rowsOf(items, width), next: next === "0" ? undefined : next };
  };
}

function rowsOf(items: WireReply | undefined, width: number): Row[] {
  const cells = itemsOf(items).flatMap((item) => (Array.isArray(item) ? (item as readonly WireReply[]) : [item]));
  const rows: Row[] = [];
  for (let i = 0; i + width <= cells.length; i += width) {
    rows.push(cells.slice(i, i + width).map((cell) => bytesOf(cell) ?? ""));
  }
  return rows;
}

/** Pages by position: a short page is the last. */
function pageOf(rows: readonly Row[], position: string): Page {
  return { rows, next: rows.length < PAGE ? undefined : String(Number(position) + rows.length) };
}

function lastOf(position: string): string {
  return String(Number(position) + PAGE - 1);
}

const list: CollectionType = {
  columns: ["Index", "Element"],
  layout: "72px minmax(0, 1fr)",
  valueColumn: 1,
  sizeCommand: "LLEN",
  start: "0",
  page: (key, position) => ["LRANGE", key, position, lastOf(position)],
  read: (reply, position) =>
    pageOf(
      rowsOf(reply, 1).map(([element], index) => [String(Number(position) + index), element!]),
      position,
    ),
  addFields: ["Element"],
  add: (key, [element]) => [["RPUSH", key, element!]],
  edit: (key, [index], value) => [["LSET", key, index!, value]],
  // A list cannot remove by index: the element becomes one that occurs nowhere else, and that one is removed.
  remove: (key, [index]) => {
    const marker = `tenon-removed-${crypto.randomUUID()}`;
    return [["MULTI"], ["LSET", key, index!, marker], ["LREM", key, "1", marker], ["EXEC"]];
  },
};

const hash: CollectionType = {
  columns: ["Field", "Value", "Expires in"],
  layout: "minmax(90px, 2fr) minmax(0, 5fr) 74px",
  valueColumn: 1,
  sizeCommand: "HLEN",
  start: "0",
  page: (key, cursor) => ["HSCAN", key, cursor, "COUNT", String(PAGE)],
  read: readScan(2),
  // Since 7.4.
  annotation: {
    command: (key, rows) => ["HPTTL", key, "FIELDS", String(rows.length), ...rows.map(([field]) => field!)],
    apply: (rows, reply) => {
      const times = itemsOf(reply).map(integerOf);
      return rows.map((row, index) => [...row, times[index]! >= 0 ? duration(times[index]!) : ""]);
    },
  },
  addFields: ["Field", "Value"],
  add: (key, [field, value]) => [["HSET", key, field!, value!]],
  edit: (key, [field], value) => [["HSET", key, field!, value]],
  expire: (key, [field], seconds) => [
    seconds === undefined ? ["HPERSIST", key, "FIELDS", "1", field!] : ["HEXPIRE", key, seconds, "FIELDS", "1", field!],
  ],
  remove: (key, [field]) => [["HDEL", key, field!]],
};

const set: CollectionType = {
  columns: ["Member"],
  layout: "minmax(0, 1fr)",
  valueColumn: 0,
  sizeCommand: "SCARD",
  start: "0",
  page: (key, cursor) => ["SSCAN", key, cursor, "COUNT", String(PAGE)],
  read: readScan(1),
  addFields: ["Member"],
  add: (key, [member]) => [["SADD", key, member!]],
  remove: (key, [member]) => [["SREM", key, member!]],
};

/** A ranking: the place of each member, from one end or the other. */
const zset: CollectionType = {
  columns: ["#", "Score", "Member"],
  layout: "56px 110px minmax(0, 1fr)",
  valueColumn: 2,
  sizeCommand: "ZCARD",
  start: "0",
  orders: [
    ["highest", "Highest first"],
    ["lowest", "Lowest first"],
  ],
  page: (key, position, order) => [
    order === "lowest" ? "ZRANGE" : "ZREVRANGE",
    key,
    position,
    lastOf(position),
    "WITHSCORES",
  ],
  read: (reply, position) =>
    pageOf(
      rowsOf(reply, 2).map(([member, score], index) => [String(Number(position) + index + 1), score!, member!]),
      position,
    ),
  addFields: ["Score", "Member"],
  add: (key, [score, member]) => [["ZADD", key, score!, member!]],
  editColumn: 1,
  edit: (key, [, , member], score) => [["ZADD", key, "XX", score, member!]],
  remove: (key, [, , member]) => [["ZREM", key, member!]],
};

const stream: CollectionType = {
  columns: ["ID", "Entry"],
  layout: "170px minmax(0, 1fr)",
  valueColumn: 1,
  sizeCommand: "XLEN",
  start: "start",
  orders: [
    ["newest", "Newest first"],
    ["oldest", "Oldest first"],
  ],
  page: (key, position, order) => {
    const count = ["COUNT", String(PAGE)];
    if (order === "oldest") return ["XRANGE", key, position === "start" ? "-" : position, "+", ...count];
    return ["XREVRANGE", key, position === "start" ? "+" : position, "-", ...count];
  },
  read: (reply) => {
    const rows = itemsOf(reply).map((entry): Row => {
      const [id, fields] = itemsOf(entry);
      return [bytesOf(id) ?? "", entryText(rowsOf(fields, 2))];
    });
    const last = rows.at(-1)?.[0];
    return { rows, next: rows.length < PAGE || last === undefined ? undefined : `(${textOf(last)}` };
  },
  addFields: ["Field", "Value"],
  add: (key, [field, value]) => [["XADD", key, "*", field!, value!]],
  remove: (key, [id]) => [["XDEL", key, id!]],
};

/** An entry's fields as JSON: an object or, when a field is there twice, as it may be, a list of pairs. */
export function entryText(fields: readonly Row[]): string {
  const pairs = fields.map(([field, value]) => [textOf(field!), textOf(value!)] as const);
  const distinct = new Map(pairs).size === pairs.length;
  return JSON.stringify(distinct ? Object.fromEntries(pairs) : pairs);
}

function textOf(bytes: WireBytes): string {
  return typeof bytes === "string" ? bytes : atob(bytes.base64);
}

export const COLLECTIONS: Readonly<Record<string, CollectionType>> = { list, hash, set, zset, stream };
