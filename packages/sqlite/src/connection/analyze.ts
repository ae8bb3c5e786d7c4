/** ANALYZE (https://www.sqlite.org/lang_analyze.html): how many rows tables have, and how many are alike in the first columns of indexes. */
import type { Btree } from "../btree/btree.ts";
import { SqlError } from "../errors.ts";
import { RecordReader } from "../record/record-reader.ts";
import { RecordWriter } from "../record/record-writer.ts";
import { keyInfoOf } from "../runtime/key-info.ts";
import { fold, type Index, type Table } from "../schema/table.ts";
import type { Statement } from "../sql/ast.ts";
import { compareValues } from "../values/compare.ts";
import { Cells, NULL, type Tag, TEXT } from "../values/value.ts";
import { type Connection, TEMP } from "./connection.ts";
import type { Action } from "./plan.ts";
import { addTable, tableFrom } from "./schema-changes/create-table.ts";
import { find, isSystemTable, written } from "./schema-changes/names.ts";
import { isNamed, SchemaChange } from "./schema-changes/schema-change.ts";

const STAT_TABLE = "CREATE TABLE sqlite_stat1(tbl,idx,stat)";

interface Work {
  readonly database: number;
  /** Undefined: all. */
  readonly table: Table | undefined;
  readonly index: Index | undefined;
}

/** Throws `no such table: x`. */
export function analyze(
  connection: Connection,
  statement: Extract<Statement, { kind: "analyze" | "reindex" }>,
): Action {
  const work = workOf(connection, statement);
  return {
    writes: [...new Set(work.map(({ database }) => database))],
    run() {
      for (const one of work) analyzeDatabase(connection, one);
    },
  };
}

function workOf(connection: Connection, { schema, name }: Extract<Statement, { kind: "analyze" | "reindex" }>): Work[] {
  const whole = (database: number): Work => ({ database, table: undefined, index: undefined });
  if (name === undefined)
    return connection.databases
      .map((_, at) => at)
      .filter((at) => at !== TEMP)
      .map(whole);
  const place = schema === undefined ? connection.databaseNamed(name) : -1;
  if (place !== -1) return [whole(place)];
  const wanted = { ...(schema !== undefined && { schema }), name, offset: 0 };
  const found = find(connection, wanted, ({ catalogue }, one) => {
    const index = catalogue.index(one);
    const table = catalogue.table(index?.table ?? one);
    return table?.kind === "table" ? { table, index } : undefined;
  });
  if (found === undefined) throw new SqlError(`no such table: ${written(wanted)}`);
  return [{ database: found.database, ...found.object }];
}

function analyzeDatabase(connection: Connection, { database, table, index }: Work): void {
  const change = new SchemaChange(connection, database);
  const { catalogue } = change.database;
  let isNew = false;
  let stats = catalogue.table("sqlite_stat1");
  if (stats === undefined) {
    const made = tableFrom(STAT_TABLE);
    stats = { ...made, rootPage: addTable(change, made) };
    isNew = true;
  }
  if (stats.kind !== "table") return;
  if (!isNew) {
    change.removeFrom("sqlite_stat1", ([tbl, idx]) => {
      if (index !== undefined) return isNamed(idx, index.name);
      return table === undefined || isNamed(tbl, table.name);
    });
  }
  const tables = table === undefined ? [...catalogue.tables()].toReversed() : [table];
  const target = new StatWriter(connection, change.tree, stats.rootPage);
  for (const one of tables) {
    if (one.kind === "table" && !isSystemTable(one.name)) analyzeTable(connection, change.tree, one, index, target);
  }
  target.close();
  change.finish();
}

function analyzeTable(
  connection: Connection,
  tree: Btree,
  table: Table,
  only: Index | undefined,
  target: StatWriter,
): void {
  let needsCount = only === undefined;
  for (const index of table.indexes.toReversed()) {
    if (only !== undefined && fold(only.name) !== fold(index.name)) continue;
    if (index.where === undefined) needsCount = false;
    const isTable = table.withoutRowid && index.origin === "pk";
    const stat = statOf(
      connection,
      tree,
      index,
      isTable ? table.rootPage : index.rootPage,
      isUniqueNotNull(table, index),
    );
    if (stat !== undefined) target.add(table.name, isTable ? table.name : index.name, stat);
  }
  if (!needsCount) return;
  const cursor = tree.table(table.rootPage);
  const rows = cursor.count();
  cursor.close();
  if (rows > 0) target.add(table.name, null, String(rows));
}

function isUniqueNotNull(table: Table, { unique, columns, keyColumns }: Index): boolean {
  return (
    unique &&
    columns.slice(0, keyColumns).every(({ column }) => column >= 0 && table.columns[column]!.notNull !== undefined)
  );
}

/** Undefined: there is nothing to say. */
function statOf(
  connection: Connection,
  tree: Btree,
  index: Index,
  root: number,
  lastIsUnique: boolean,
): string | undefined {
  const keyInfo = keyInfoOf(index, connection);
  const count = index.keyColumns;
  const compared = lastIsUnique ? count - 1 : count;
  const cursor = tree.index(root, keyInfo);
  const reader = new RecordReader(connection.encoding);
  let previous = new Cells(count);
  let current = new Cells(count);
  /** Changes from one entry to the next in the first so many columns. */
  const changes = new Float64Array(count);
  let rows = 0;
  for (let more = cursor.first(); more; more = cursor.next()) {
    const { bytes, view, start, end } = cursor.payload();
    reader.attach(bytes, view, start, end);
    for (let at = 0; at < count; at++) reader.read(at, current, at);
    if (rows > 0) {
      let first = 0;
      while (first < compared && isSame(previous, current, first, keyInfo.collations[first]!)) first += 1;
      for (let at = first; at < count; at++) changes[at]! += 1;
    }
    rows += 1;
    [previous, current] = [current, previous];
  }
  cursor.close();
  // An empty index says nothing, unless it is that no row fits a partial one.
  if (rows === 0) return index.where === undefined ? undefined : Array.from({ length: count + 1 }, () => 0).join(" ");
  const averages = Array.from(changes, (changed) => {
    const distinct = changed + 1;
    const average = Math.floor((rows + distinct - 1) / distinct);
    return average === 2 && rows * 10 <= distinct * 11 ? 1 : average;
  });
  return [rows, ...averages].join(" ");
}

function isSame(a: Cells, b: Cells, at: number, collation: Parameters<typeof compareValues>[4]): boolean {
  return compareValues(a.tags[at] as Tag, a.payloads[at]!, b.tags[at] as Tag, b.payloads[at]!, collation) === 0;
}

/** Adds rows to sqlite_stat1. */
class StatWriter {
  readonly #writer: RecordWriter;
  readonly #cursor: ReturnType<Btree["table"]>;
  readonly #cells = new Cells(3);

  constructor({ encoding }: Connection, tree: Btree, root: number) {
    this.#writer = new RecordWriter(encoding, tree.pager.headerField("schemaFormat"));
    this.#cursor = tree.table(root);
  }

  add(table: string, index: string | null, stat: string): void {
    const cursor = this.#cursor;
    [table, index, stat].forEach((value, at) => this.#cells.set(at, value === null ? NULL : TEXT, value));
    this.#writer.write(this.#cells, 0, 3);
    const rowid = cursor.last() ? Number(cursor.rowid) + 1 : 1;
    cursor.insert(rowid, this.#writer.bytes, this.#writer.length, true);
  }

  close(): void {
    this.#cursor.close();
  }
}
