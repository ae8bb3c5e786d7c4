/**
 * PRAGMA integrity_check and quick_check: the structure of the file, then each row: whether indexes have it, and whether it keeps the table's
 * constraints. Lines are in the original's words.
 */
import { checkIntegrity } from "../btree/integrity.ts";
import { compareRecordToKey, type KeyInfo } from "../record/compare-key.ts";
import type { IndexCursor } from "../btree/cursor.ts";
import { keyInfoOf } from "../runtime/key-info.ts";
import { type Column, fold, type Index, type Table } from "../schema/table.ts";
import type { Expression } from "../sql/ast.ts";
import { BLOB, Cells, INTEGER, NULL, REAL, type Tag, TEXT } from "../values/value.ts";
import { compileSelect } from "./compile.ts";
import type { Connection } from "./connection.ts";
import { indexValues, keyOf, rowidName, tableSelect } from "./schema-changes/table-select.ts";

export interface CheckOptions {
  /** Without looking whether rows are in indexes. */
  readonly quick: boolean;
  /** So many problems at most. */
  readonly most: number;
  /** Undefined: all. */
  readonly table: string | undefined;
}

/** The problems of a database; none: it is fine. */
export function checkDatabase(
  connection: Connection,
  database: number,
  { quick, most, table: only }: CheckOptions,
): string[] {
  const { catalogue, tree, name } = connection.databases[database]!;
  const tables = [...catalogue.tables()]
    .filter((table): table is Table => table.kind === "table")
    .filter((table) => only === undefined || fold(table.name) === fold(only))
    .toReversed();
  if (only !== undefined && tables.length === 0) return [];
  const roots = tables.flatMap((table) => treesOf(table).map(({ root }) => root));
  const { problems: structure, entries } = checkIntegrity(
    tree,
    only === undefined ? [...roots, 1] : roots,
    most,
    only === undefined,
  );
  const problems: string[] = [];
  if (structure.length > 0) problems.push(`*** in database ${name} ***\n${structure.join("\n")}`);
  if (structure.length > 0 && structure.length >= most) return problems;
  let at = 0;
  for (const table of tables) {
    const counts = treesOf(table).map(() => entries[at++]!);
    if (problems.length >= most) break;
    try {
      const check = new TableCheck(connection, database, table, { quick, most: most - problems.length });
      problems.push(...check.run(counts));
    } catch (error) {
      // What cannot be read was told above.
      if (structure.length === 0) throw error;
    }
  }
  return problems.slice(0, most);
}

/** The trees of a table: its own, then its indexes', the newest first. */
function treesOf(table: Table): { readonly root: number; readonly index: Index | undefined }[] {
  const indexes = table.indexes
    .filter(({ origin }) => !(table.withoutRowid && origin === "pk"))
    .toReversed()
    .map((index) => ({ root: index.rootPage, index }));
  return [{ root: table.rootPage, index: undefined }, ...indexes];
}

/** An index that rows are looked for in. */
interface CheckedIndex {
  readonly index: Index;
  readonly cursor: IndexCursor;
  readonly keyInfo: KeyInfo;
  readonly key: Cells;
  /** Where its values begin in a row of the query; in front of them stands whether a partial index has the row. */
  readonly first: number;
  found: number;
}

class TableCheck {
  readonly #connection: Connection;
  readonly #database: number;
  readonly #table: Table;
  readonly #quick: boolean;
  readonly #most: number;
  readonly #problems: string[] = [];

  constructor(
    connection: Connection,
    database: number,
    table: Table,
    { quick, most }: { readonly quick: boolean; readonly most: number },
  ) {
    this.#connection = connection;
    this.#database = database;
    this.#table = table;
    this.#quick = quick;
    this.#most = most;
  }

  /** `entries`: how many each tree has. */
  run(entries: readonly number[]): string[] {
    const table = this.#table;
    const values: Expression[] = [rowName(table)];
    for (const { name } of table.columns) values.push(columnOf(table, name));
    const firstCheck = values.length;
    if (!this.#connection.settings.ignoreCheckConstraints)
      for (const { expression } of table.checks) values.push(expression);
    const indexes = this.#quick ? [] : this.#openIndexes(values);
    try {
      this.#eachRow(values, (row, number) => {
        this.#checkColumns(row);
        for (let at = firstCheck; at < firstCheck + table.checks.length && at < row.length; at++) {
          if (isFalse(row, at)) this.#say(`CHECK constraint failed in ${table.name}`);
        }
        for (const index of indexes) this.#checkIndex(index, row, number);
        return this.#problems.length < this.#most;
      });
      indexes.forEach(({ index, found }) => {
        const at = treesOf(table).findIndex((one) => one.index === index);
        if (entries[at] !== found && this.#problems.length < this.#most)
          this.#say(`wrong # of entries in index ${index.name}`);
      });
    } finally {
      for (const { cursor } of indexes) cursor.close();
    }
    return this.#problems;
  }

  #say(problem: string): void {
    if (this.#problems.length < this.#most) this.#problems.push(problem);
  }

  #openIndexes(values: Expression[]): CheckedIndex[] {
    const table = this.#table;
    const tree = this.#connection.btree(this.#database);
    return treesOf(table).flatMap(({ index }) => {
      if (index === undefined) return [];
      values.push(index.where ?? ONE);
      const first = values.length;
      values.push(...indexValues(table, index));
      const keyInfo = keyInfoOf(index, this.#connection);
      const key = new Cells(index.columns.length);
      return [{ index, keyInfo, key, first, cursor: tree.index(index.rootPage, keyInfo), found: 0 }];
    });
  }

  #eachRow(values: readonly Expression[], onRow: (row: Cells, number: number) => boolean): void {
    const { name } = this.#connection.databases[this.#database]!;
    const plan = compileSelect(this.#connection, tableSelect(name, this.#table, values));
    const run = plan.start(this.#connection, new Cells(0));
    let number = 0;
    try {
      run.push((row) => onRow(row, ++number));
    } finally {
      run.close();
    }
  }

  #checkColumns(row: Cells): void {
    const table = this.#table;
    table.columns.forEach((column, at) => {
      const tag = row.tags[at + 1] as Tag;
      if (at === table.rowidAlias) return;
      if (tag === NULL) {
        if (column.notNull !== undefined) this.#say(`NULL value in ${table.name}.${column.name}`);
        return;
      }
      const problem = table.strict ? strictProblem(column, tag) : looseProblem(column, tag);
      if (problem !== undefined) this.#say(`${problem} value in ${table.name}.${column.name}`);
    });
  }

  /** `number`: of the row, from 1, which names rows without rowids. */
  #checkIndex(checked: CheckedIndex, row: Cells, number: number): void {
    const { index, cursor, key, first, keyInfo } = checked;
    if (index.where !== undefined && !isTrue(row, first - 1)) return;
    checked.found += 1;
    for (let at = 0; at < key.length; at++) key.set(at, row.tags[first + at] as Tag, row.payloads[first + at]!);
    if (cursor.seek(key) !== 0) {
      this.#say(`row ${number} missing from index ${index.name}`);
      return;
    }
    if (!index.unique || hasNull(key, index.keyColumns) || !cursor.next()) return;
    const { bytes, view, start, end } = cursor.payload();
    if (compareRecordToKey(bytes, view, start, end, key, index.keyColumns, keyInfo) === 0)
      this.#say(`non-unique entry in index ${index.name}`);
  }
}

const ONE: Expression = { kind: "literal", type: "integer", text: "1", offset: -1 };

function columnOf({ name: table }: Table, name: string): Expression {
  return { kind: "column", table, name, offset: -1 };
}

/** The rowid, or something that is there. */
function rowName(table: Table): Expression {
  return keyOf(table) === undefined ? columnOf(table, rowidName(table)) : ONE;
}

function hasNull(key: Cells, count: number): boolean {
  for (let at = 0; at < count; at++) {
    if (key.tags[at] === NULL) return true;
  }
  return false;
}

function isFalse(row: Cells, at: number): boolean {
  return row.tags[at] !== NULL && !isTrue(row, at);
}

function isTrue(row: Cells, at: number): boolean {
  const payload = row.payloads[at];
  if (row.tags[at] === INTEGER || row.tags[at] === REAL) return Number(payload) !== 0;
  return typeof payload === "string" && Number.parseFloat(payload) !== 0 && !Number.isNaN(Number.parseFloat(payload));
}

function strictProblem({ type }: Column, tag: Tag): string | undefined {
  const isRight =
    type === "ANY" ||
    (tag === INTEGER && (type === "INT" || type === "INTEGER")) ||
    (tag === REAL && type === "REAL") ||
    (tag === TEXT && type === "TEXT") ||
    (tag === BLOB && type === "BLOB");
  return isRight ? undefined : `non-${type}`;
}

/** Values that the column's affinity would have made others of. */
function looseProblem({ affinity }: Column, tag: Tag): string | undefined {
  if (affinity === "TEXT" && (tag === INTEGER || tag === REAL)) return "NUMERIC";
  return undefined;
}
