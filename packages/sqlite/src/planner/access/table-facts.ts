/**
 * What the planner needs to know of tables and their indexes: how wide their rows are, how many rows there are and how many of an index's entries
 * are alike, from sqlite_stat1 or else guessed as the original does (https://www.sqlite.org/optoverview.html, https://www.sqlite.org/fileformat2.html#stat1tab).
 */
import { type Column, EXPRESSION, type Index, type IndexColumn, ROWID, type Table } from "../../schema/table.ts";
import type { Statistics } from "../context.ts";
import type { BoundExpression } from "../expression.ts";
import { type LogEstimate, logEstimate } from "./log-estimate.ts";

/** A million rows, when nobody has counted. */
export const UNKNOWN_ROWS: LogEstimate = 200;
/** A table without statistics, beside others with some, is taken for a thousand rows at least. */
const LEAST_GUESSED_ROWS: LogEstimate = 99;
/** Entries that are alike in the first column, in the first two, and so on: 10, 9, 8, 7, 6, and 5 from then on. */
const GUESSED_ALIKE: readonly LogEstimate[] = [33, 32, 30, 28, 26];
const GUESSED_ALIKE_FURTHER: LogEstimate = 23;

/** A way to look rows up: an index, or (without `index`) the rowid of a table that has one. */
export interface Probe {
  readonly index: Index | undefined;
  readonly columns: readonly IndexColumn[];
  /** For each column: the indexed expression over the source, for those that are expressions. */
  readonly expressions: readonly (BoundExpression | undefined)[];
  readonly where: BoundExpression | undefined;
  readonly keyColumns: number;
  /** Entries in all, then the entries that are alike in the first column, in the first two, and so on. */
  readonly rows: readonly LogEstimate[];
  readonly width: LogEstimate;
  readonly unique: boolean;
  /** Unique and without NULLs. */
  readonly uniqueNotNull: boolean;
  /** The tree of a table without rowid itself. */
  readonly isTable: boolean;
  readonly hasStatistics: boolean;
  readonly unordered: boolean;
  readonly noSkipScan: boolean;
  readonly hasExpressions: boolean;
  /** The key of a virtual generated column, which is an expression in disguise. */
  readonly hasVirtual: boolean;
}

/** What does not change as long as the schema does not. */
export interface TableShape {
  readonly width: LogEstimate;
  /** In the order in which they are tried: the youngest first, those that replace rows last. */
  readonly indexes: readonly Index[];
  readonly indexWidths: readonly LogEstimate[];
}

const shapes = new WeakMap<Table, TableShape>();

export function shapeOf(table: Table): TableShape {
  const known = shapes.get(table);
  if (known !== undefined) return known;
  const widths = table.columns.map(columnWidth);
  const total = widths.reduce((sum, width) => sum + width, table.rowidAlias === ROWID ? 1 : 0);
  const youngestFirst = table.indexes.toReversed();
  const replaces = (index: Index): boolean => index.unique && index.onConflict === "REPLACE";
  const indexes = [...youngestFirst.filter((index) => !replaces(index)), ...youngestFirst.filter(replaces)];
  const shape: TableShape = {
    width: logEstimate(total * 4),
    indexes,
    indexWidths: indexes.map(({ columns }) =>
      logEstimate(4 * columns.reduce((sum, { column }) => sum + (column < 0 ? 1 : widths[column]!), 0)),
    ),
  };
  shapes.set(table, shape);
  return shape;
}

/** In units of four bytes: 1 for numbers, 5 for texts and blobs, and what VARCHAR(n) and the like say. */
function columnWidth({ type, affinity }: Column): number {
  if (type === "" || (affinity !== "TEXT" && affinity !== "BLOB") || type === "ANY") return 1;
  const sized = affinity === "TEXT" ? /char(.*)/is.exec(type) : /blob(\(.*)/is.exec(type);
  if (sized === null) return 5;
  const digits = /\d+/.exec(sized[1]!)?.[0] ?? "0";
  return Math.min(255, Math.floor(Number(digits) / 4) + 1);
}

/** Rows of a table, from statistics or as guessed. */
export function rowsOfTable(table: Table, statistics: Statistics): LogEstimate {
  const counted = statistics.rows(table.name);
  const rows = counted === undefined ? UNKNOWN_ROWS : logEstimate(counted);
  const isGuessed =
    rows < LEAST_GUESSED_ROWS && table.indexes.some((index) => statisticsOf(table, index, statistics) === undefined);
  return isGuessed ? LEAST_GUESSED_ROWS : rows;
}

/** An index's expressions, one a column, and its WHERE, over the source that is planned. */
export interface BoundParts {
  readonly expressions: readonly (BoundExpression | undefined)[];
  readonly where: BoundExpression | undefined;
}

export function probeOfIndex(
  table: Table,
  place: number,
  tableRows: LogEstimate,
  statistics: Statistics,
  bound: BoundParts,
): Probe {
  const shape = shapeOf(table);
  const index = shape.indexes[place]!;
  const isTable = table.withoutRowid && index.origin === "pk";
  const { columns, keyColumns, unique } = index;
  const known = statisticsOf(table, index, statistics);
  const key = columns.slice(0, keyColumns);
  return {
    index,
    columns,
    ...bound,
    keyColumns,
    rows:
      known === undefined
        ? completed(guessedRows(index, tableRows), columns.length)
        : completed(known.counts.map(logEstimate), columns.length),
    width: shape.indexWidths[place]!,
    unique,
    uniqueNotNull:
      isTable || (unique && key.every(({ column }) => column >= 0 && table.columns[column]!.notNull !== undefined)),
    isTable,
    hasStatistics: known !== undefined,
    unordered: known?.unordered ?? false,
    noSkipScan: known?.noSkipScan ?? false,
    hasExpressions: key.some(({ column }) => column === EXPRESSION),
    hasVirtual: columns.some(({ column }) => column >= 0 && isVirtual(table.columns[column]!)),
  };
}

/** The tree of a table without rowid goes by the table's name there. */
function statisticsOf(table: Table, index: Index, statistics: Statistics): ReturnType<Statistics["index"]> {
  const isTable = table.withoutRowid && index.origin === "pk";
  return (isTable ? statistics.index(table.name) : undefined) ?? statistics.index(index.name);
}

function guessedRows({ unique, keyColumns, where }: Index, tableRows: LogEstimate): LogEstimate[] {
  const rows = [where === undefined ? tableRows : tableRows - 10];
  for (let i = 0; i < keyColumns; i++) rows.push(GUESSED_ALIKE[i] ?? GUESSED_ALIKE_FURTHER);
  if (unique) rows[keyColumns] = 0;
  return rows;
}

/** Entries alike in all columns of the key and in what finds the row as well: one. */
function completed(rows: LogEstimate[], columns: number): LogEstimate[] {
  while (rows.length <= columns) rows.push(0);
  return rows;
}

export function probeOfRowid(tableRows: LogEstimate): Probe {
  return {
    index: undefined,
    columns: ROWID_COLUMNS,
    expressions: NO_EXPRESSIONS,
    where: undefined,
    keyColumns: 1,
    rows: [tableRows, 0],
    width: 3,
    unique: true,
    uniqueNotNull: false,
    isTable: false,
    hasStatistics: false,
    unordered: false,
    noSkipScan: false,
    hasExpressions: false,
    hasVirtual: false,
  };
}

const ROWID_COLUMNS: readonly IndexColumn[] = [{ column: ROWID, collation: "BINARY", descending: false }];
const NO_EXPRESSIONS: readonly undefined[] = [undefined];

export function isVirtual({ generated }: Column): boolean {
  return generated !== undefined && !generated.stored;
}
