/** What the columns of a result are called, what affinity they have for who selects from them, and of which table's column they are. */
import { type Affinity, affinityOfType } from "../../values/affinity.ts";
import { BLOB, NULL, TEXT } from "../../values/value.ts";
import { type BoundExpression, ROWID } from "../expression.ts";
import type { BoundCore, ResultColumn } from "../query.ts";
import { affinityOf, collationOf, columnsOf } from "../walk.ts";
import type { Binding } from "./binding.ts";
import type { ExpandedQuery } from "./expanded.ts";
import { firstRow } from "./query.ts";

type Origin = NonNullable<ResultColumn["origin"]>;

/** The names are the leftmost core's. */
export function resultColumns(
  { cores: expanded }: ExpandedQuery,
  cores: readonly BoundCore[],
  binding: Binding,
): ResultColumn[] {
  const rows = cores.flatMap((core) => (core.kind === "values" ? core.rows : [core.result]));
  const [first] = expanded;
  return rows[0]!.map((e, at): ResultColumn => {
    const column = first!.kind === "select" ? first!.columns[at]! : undefined;
    const name = column?.alias ?? columnName(e, binding) ?? column?.text ?? `column${at + 1}`;
    const collation = collationOf(e) ?? binding.binary;
    return { name, affinity: jointAffinity(rows, at), collation, origin: originOf(e, binding) };
  });
}

/** The name of a column that is no more than that. */
export function columnName(e: BoundExpression, binding: Binding): string | undefined {
  const { fullColumnNames, shortColumnNames } = binding.context;
  if (e.kind !== "column" && e.kind !== "generated") return undefined;
  if (!shortColumnNames && !fullColumnNames) return undefined;
  const { names, content } = binding.sources.get(e.source)!;
  const at = e.column === ROWID && content.kind === "table" ? content.table.rowidAlias : e.column;
  const name = at === ROWID ? "rowid" : names.columns[at]!.name;
  return fullColumnNames ? `${names.tableName}.${name}` : name;
}

/**
 * Of column `at` when all these rows are selected from: that of the first which has any, unless values of others may be of a kind that it would
 * change.
 */
function jointAffinity(rows: readonly (readonly BoundExpression[])[], at: number): Affinity | undefined {
  let affinity = affinityOf(rows[0]![at]!);
  if (rows.length === 1) return affinity;
  let kinds = 0;
  let row = 0;
  while (affinity === undefined && row + 1 < rows.length) {
    kinds |= kindsOf(rows[row]![at]!);
    row += 1;
    affinity = affinityOf(rows[row]![at]!);
  }
  if (affinity === undefined || affinity === "BLOB") return affinity;
  for (const later of rows.slice(row + 1)) kinds |= kindsOf(later[at]!);
  return (kinds & (affinity === "TEXT" ? NUMBERS : TEXTS)) === 0 ? affinity : "BLOB";
}

const NUMBERS = 1;
const TEXTS = 2;
const BLOBS = 4;
const ANYTHING = 7;

/** What values an expression may have, as far as its form says. */
function kindsOf(e: BoundExpression): number {
  switch (e.kind) {
    case "constant":
      return e.tag === NULL ? 0 : e.tag === TEXT ? TEXTS : e.tag === BLOB ? BLOBS : NUMBERS;
    case "collate":
    case "plus":
      return kindsOf(e.operand);
    case "concat":
      return TEXTS | BLOBS;
    case "parameter":
    case "aggregate":
    case "call":
    case "coalesce":
      return ANYTHING;
    case "column":
    case "generated":
    case "register":
    case "subquery":
    case "row-column":
    case "cast": {
      const affinity = affinityOf(e);
      if (affinity === undefined || affinity === "BLOB") return ANYTHING;
      return affinity === "TEXT" ? TEXTS | BLOBS : NUMBERS | BLOBS;
    }
    case "case":
      if (e.called) return ANYTHING;
      return [...e.branches.map(({ result }) => result), ...(e.otherwise === undefined ? [] : [e.otherwise])].reduce(
        (kinds, result) => kinds | kindsOf(result),
        0,
      );
    case "let":
    case "with-row":
      return kindsOf(e.body);
    default:
      return NUMBERS;
  }
}

/** The column of a table that an expression is, through however many subqueries. */
export function originOf(e: BoundExpression, binding: Binding): Origin | undefined {
  if (e.kind === "subquery") return originOf(columnsOf(e.query)[0]!, binding);
  if (e.kind !== "column" && e.kind !== "generated") return undefined;
  const { names, content } = binding.sources.get(e.source)!;
  switch (content.kind) {
    case "table": {
      const database = binding.context.databases[content.database]!.name;
      const { table } = content;
      const at = e.column === ROWID ? table.rowidAlias : e.column;
      const { name: column, type } = at === ROWID ? { name: "rowid", type: "INTEGER" } : table.columns[at]!;
      return { database, table: names.tableName, column, type };
    }
    case "query":
      return originOf(columnsOf(content.query)[e.column]!, binding);
    case "recursive":
      return originOf(columnsOf({ cores: content.common.recursive })[e.column]!, binding);
    case "queue": {
      const { affinity } = content.common.columns[e.column]!;
      const declared = originOf(firstRow(content.common.initial.cores[0]!)[e.column]!, binding)?.type;
      const isDeclared = declared !== undefined && affinityOfType(declared) === affinity;
      const type = isDeclared ? declared : affinity === undefined ? "" : TYPES[affinity];
      return { database: undefined, table: names.tableName, column: names.columns[e.column]!.name, type };
    }
  }
}

const TYPES: Readonly<Record<Affinity, string>> = {
  BLOB: "BLOB",
  TEXT: "TEXT",
  NUMERIC: "NUM",
  INTEGER: "INT",
  REAL: "REAL",
};
