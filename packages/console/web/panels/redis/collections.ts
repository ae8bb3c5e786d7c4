/**
 * How the value of each collection type is read page by page and changed: one row per type. The value view draws them
 * all in the same manner.
 */
import type { WireReply } from "../../../src/panels/redis/wire.ts";
import type { WireBytes } from "../../../src/protocol.ts";
import { bytesOf, type Command, itemsOf } from "./redis-api.ts";

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
  /** The command for the page at `position`, and what its reply says. */
  page(key: WireBytes, position: string): Command;
  read(reply: WireReply | undefined, position: string): Page;
  /** Commands that add an element from the form's fields, which are named as in `addFields`. */
  readonly addFields: readonly string[];
  add(key: WireBytes, values: readonly string[]): readonly Command[];
  /** Commands that give `row` a new value; undefined where the type has nothing to change in place. */
  readonly edit?: (key: WireBytes, row: Row, value: string) => readonly Command[];
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
  columns: ["Field", "Value"],
  layout: "minmax(90px, 2fr) minmax(0, 5fr)",
  valueColumn: 1,
  sizeCommand: "HLEN",
  start: "0",
  page: (key, cursor) => ["HSCAN", key, cursor, "COUNT", String(PAGE)],
  read: readScan(2),
  addFields: ["Field", "Value"],
  add: (key, [field, value]) => [["HSET", key, field!, value!]],
  edit: (key, [field], value) => [["HSET", key, field!, value]],
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

const zset: CollectionType = {
  columns: ["Score", "Member"],
  layout: "110px minmax(0, 1fr)",
  valueColumn: 1,
  sizeCommand: "ZCARD",
  start: "0",
  page: (key, position) => ["ZRANGE", key, position, lastOf(position), "WITHSCORES"],
  read: (reply, position) =>
    pageOf(
      rowsOf(reply, 2).map(([member, score]) => [score!, member!]),
      position,
    ),
  addFields: ["Score", "Member"],
  add: (key, [score, member]) => [["ZADD", key, score!, member!]],
  remove: (key, [, member]) => [["ZREM", key, member!]],
};

const stream: CollectionType = {
  columns: ["ID", "Entry"],
  layout: "170px minmax(0, 1fr)",
  valueColumn: 1,
  sizeCommand: "XLEN",
  start: "-",
  page: (key, position) => ["XRANGE", key, position, "+", "COUNT", String(PAGE)],
  read: (reply) => {
    const rows = itemsOf(reply).map((entry): Row => {
      const [id, fields] = itemsOf(entry);
      const named = rowsOf(fields, 2).map(([field, value]) => [textOf(field!), textOf(value!)]);
      return [bytesOf(id) ?? "", JSON.stringify(Object.fromEntries(named))];
    });
    const last = rows.at(-1)?.[0];
    return { rows, next: rows.length < PAGE || last === undefined ? undefined : `(${textOf(last)}` };
  },
  addFields: ["Field", "Value"],
  add: (key, [field, value]) => [["XADD", key, "*", field!, value!]],
  remove: (key, [id]) => [["XDEL", key, id!]],
};

function textOf(bytes: WireBytes): string {
  return typeof bytes === "string" ? bytes : atob(bytes.base64);
}

export const COLLECTIONS: Readonly<Record<string, CollectionType>> = { list, hash, set, zset, stream };
