/**
 * `INSERT INTO a SELECT * FROM b` for two tables that are made alike: the original copies the rows as they are when `a` is empty, which shows in
 * one way, that rows without a rowid's column keep their rowids.
 */
import { columnNamed, fold, type Index, type Table } from "../../schema/table.ts";
import type * as ast from "../../sql/ast.ts";
import { locateTable } from "../resolve/locate-table.ts";
import type { ChangeCompiler } from "./compiler.ts";

/** The SELECT with the rowids as its first column, where the rows are copied with them into an empty table; undefined: they are not. */
export function copiedWithRowids(
  statement: ast.Insert,
  table: Table,
  compiler: ChangeCompiler,
): ast.Select | undefined {
  if (!copiesRowids(statement, table, compiler)) return undefined;
  const name = ["rowid", "_rowid_", "oid"].find((one) => columnNamed(table.columns, one) === -1);
  const [core] = statement.source!.cores; // of copiesRowids, and so is the next
  if (name === undefined || core?.kind !== "select") return undefined;
  const rowid: ast.ResultColumn = {
    kind: "expression",
    expression: { kind: "identifier", name, quoted: false, offset: -1 },
    text: name,
  };
  return { ...statement.source!, cores: [{ ...core, columns: [rowid, ...core.columns] }] };
}

function copiesRowids(statement: ast.Insert, table: Table, compiler: ChangeCompiler): boolean {
  const { source, columns, upserts, returning, with: withTables } = statement;
  if (source === undefined || columns !== undefined || upserts.length > 0) return false;
  if (returning !== undefined || withTables !== undefined) return false;
  if (table.withoutRowid || table.rowidAlias >= 0 || table.indexes.length === 0) return false;
  if (compiler.context.foreignKeys && table.foreignKeys.length > 0) return false;
  const name = onlyTable(source);
  if (name === undefined) return false;
  const { table: from } = locateTable(name, compiler.context, compiler.firing?.database);
  if (from.kind !== "table" || from === table) return false;
  // Columns by the rowid's names hide it.
  return isAlike(table, from) && from.columns.every(({ name: own }) => !/^(?:rowid|_rowid_|oid)$/i.test(own));
}

/** The table of `SELECT * FROM table`, with nothing else. */
function onlyTable({ cores, with: withTables, orderBy, limit }: ast.Select): ast.TableSource | undefined {
  const [core] = cores;
  if (cores.length !== 1 || core?.kind !== "select" || withTables !== undefined) return undefined;
  if (orderBy.length > 0 || limit !== undefined || core.distinct || core.where !== undefined) return undefined;
  if (core.groupBy.length > 0 || core.having !== undefined || core.from.length !== 1) return undefined;
  const [column] = core.columns;
  if (core.columns.length !== 1 || column?.kind !== "star" || column.table !== undefined) return undefined;
  const { source } = core.from[0]!;
  return source.kind === "table" && source.arguments === undefined ? source : undefined;
}

function isAlike(to: Table, from: Table): boolean {
  if (from.withoutRowid || from.rowidAlias >= 0 || (to.strict && !from.strict)) return false;
  if (to.columns.length !== from.columns.length) return false;
  const areColumnsAlike = to.columns.every((column, at) => {
    const other = from.columns[at]!;
    return (
      column.affinity === other.affinity &&
      fold(column.collation) === fold(other.collation) &&
      (column.notNull === undefined || other.notNull !== undefined) &&
      (at === 0 || column.default?.text === other.default?.text) &&
      shown(column.generated) === shown(other.generated)
    );
  });
  const checks = ({ checks: list }: Table): string => list.map(({ text }) => text).join("\n");
  return (
    areColumnsAlike &&
    checks(to) === checks(from) &&
    to.indexes.every((index) => from.indexes.some((other) => isAlikeIndex(index, other)))
  );
}

function isAlikeIndex(a: Index, b: Index): boolean {
  return (
    a.keyColumns === b.keyColumns &&
    a.onConflict === b.onConflict &&
    a.unique === b.unique &&
    shown(a.columns) === shown(b.columns) &&
    shown(a.where) === shown(b.where)
  );
}

/** A part of a definition, wherever in the text it stood. */
function shown(part: unknown): string {
  return JSON.stringify(part, (key, value: unknown) => (key === "offset" ? undefined : value)) ?? "";
}
