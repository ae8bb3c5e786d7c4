/** `*` and `t.*`: the columns that they stand for, as names that are looked up like any others. */
import { fold } from "../../schema/table.ts";
import type * as ast from "../../sql/ast.ts";
import type { Binding } from "./binding.ts";
import type { ExpandedColumn, ExpandedSource, InnerColumn } from "./expanded.ts";
import { isUsed } from "./join-columns.ts";

type Star = Extract<ast.ResultColumn, { kind: "star" }>;

/** What a table without a database has in its place. */
const NO_DATABASE = "*";

/** Fails the expansion: `no such table: t`, `no tables specified`. */
export function starColumns(
  { table, offset }: Star,
  sources: readonly ExpandedSource[],
  binding: Binding,
): ExpandedColumn[] {
  const { fullColumnNames, shortColumnNames } = binding.context;
  const columns: ExpandedColumn[] = [];
  let isFound = false;
  for (const [at, source] of sources.entries()) {
    const name = nameOf(source);
    if (table !== undefined && source.inner === undefined && fold(table) !== fold(name)) continue;
    for (const [i, column] of source.columns.entries()) {
      const inner = source.inner?.[i];
      if (inner?.kind === "rowid") continue;
      if (
        table !== undefined &&
        inner !== undefined &&
        (inner.table === undefined || fold(inner.table) !== fold(table))
      )
        continue;
      if (column.hidden && table === undefined) continue;
      isFound = true;
      if (at > 0 && table === undefined && isUsed(source, column.name)) continue;
      const alias = fullColumnNames && !shortColumnNames ? `${name}.${column.name}` : column.name;
      const expression = nameFor(source, column.name, sources, at, offset, binding);
      columns.push({ expression, alias, text: undefined, inner: undefined });
    }
  }
  if (!isFound) binding.failExpansion(table === undefined ? "no tables specified" : `no such table: ${table}`);
  return columns;
}

/** All columns of a join in parentheses, rowids too, with what they are called inside. */
export function innerColumns(sources: readonly ExpandedSource[], binding: Binding): ExpandedColumn[] {
  const columns: ExpandedColumn[] = [];
  for (const [at, source] of sources.entries()) {
    const next = sources[at + 1];
    for (const name of next?.using ?? []) {
      const inner: InnerColumn = { schema: undefined, table: undefined, name, kind: "using", hidden: false };
      columns.push({ expression: identifier(name, -1), alias: undefined, text: undefined, inner });
    }
    const table = nameOf(source);
    const schema = source.database === undefined ? NO_DATABASE : binding.context.databases[source.database]!.name;
    const add = (name: string, inner: InnerColumn): void => {
      columns.push({ expression: qualified(source, name, -1, binding), alias: undefined, text: undefined, inner });
    };
    for (const [i, column] of source.columns.entries()) {
      const { name } = column;
      const hidden = isUsed(source, name) || (next !== undefined && isUsed(next, name)) || column.hidden;
      const own = source.inner?.[i];
      if (own?.kind === "rowid") continue;
      add(name, own === undefined ? { schema, table, name, kind: "column", hidden } : { ...own, hidden });
    }
    const rowid = source.hasRowid ? rowidName(source) : undefined;
    if (rowid !== undefined) add(rowid, { schema, table, name: rowid, kind: "rowid", hidden: false });
  }
  return columns;
}

/** A column's name as the original writes it for a star: with everything in front where there is more than one source. */
function nameFor(
  source: ExpandedSource,
  name: string,
  sources: readonly ExpandedSource[],
  at: number,
  offset: number,
  binding: Binding,
): ast.Expression {
  const isJoined = source.beforeRight && sources.slice(at + 1).some((other) => isUsed(other, name));
  return sources.length > 1 && !isJoined ? qualified(source, name, offset, binding) : identifier(name, offset);
}

function qualified(source: ExpandedSource, name: string, offset: number, binding: Binding): ast.Expression {
  const table = nameOf(source);
  if (source.inner !== undefined) return { kind: "column", table, name, offset };
  const schema = source.database === undefined ? NO_DATABASE : binding.context.databases[source.database]!.name;
  return { kind: "column", schema, table, name, offset };
}

function identifier(name: string, offset: number): ast.Expression {
  return { kind: "identifier", name, quoted: false, offset };
}

function nameOf(source: ExpandedSource): string {
  return source.alias ?? source.tableName;
}

/** The name of the rowid that no column hides. */
function rowidName({ columns }: ExpandedSource): string | undefined {
  return ["_ROWID_", "ROWID", "OID"].find((name) => !columns.some((column) => fold(column.name) === fold(name)));
}
