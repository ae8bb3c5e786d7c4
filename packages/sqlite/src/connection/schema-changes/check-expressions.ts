/** Expressions of tables and indexes that are about to be made: whether their names mean something, and whether they may stand where they stand. */
import { Binding } from "../../planner/resolve/binding.ts";
import { expandInExpression, topLevelNames } from "../../planner/resolve/expand.ts";
import { bindExpression } from "../../planner/resolve/expression.ts";
import { type NamedRow, type SchemaPlace, Scope } from "../../planner/resolve/scope.ts";
import { EXPRESSION, type IndexColumn, type Table } from "../../schema/table.ts";
import type { Expression } from "../../sql/ast.ts";
import type { Connection } from "../connection.ts";

/** Throws SqlError: `no such column: x`, `subqueries prohibited in CHECK constraints` … */
export function checkTableExpressions(connection: Connection, database: number, table: Table): void {
  const check = checker(connection, database, table);
  for (const { expression } of table.checks) check(expression, "CHECK constraints");
  for (const { generated } of table.columns) {
    if (generated !== undefined) check(generated.expression, "generated columns");
  }
}

/** An expression of an index. Throws SqlError. */
export function checkIndexExpression(
  connection: Connection,
  database: number,
  table: Table,
  column: IndexColumn,
): void {
  if (column.column === EXPRESSION && column.expression !== undefined)
    checker(connection, database, table)(column.expression, "index expressions");
}

/** WHERE of an index. Throws SqlError. */
export function checkIndexCondition(connection: Connection, database: number, table: Table, where: Expression): void {
  checker(connection, database, table)(where, "partial index WHERE clauses");
}

type Checker = (expression: Expression, place: SchemaPlace) => void;

function checker(connection: Connection, database: number, table: Table): Checker {
  const context = connection.compileContext();
  const { name, rowidAlias, withoutRowid } = table;
  const row: NamedRow = {
    name,
    columns: table.columns,
    first: 1,
    rowid: withoutRowid ? undefined : 0,
    rowidAlias,
    qualifiedOnly: false,
    traits: "all",
  };
  return (expression, place) => {
    const binding = new Binding(context, { database });
    const subqueries = expandInExpression([expression], topLevelNames(binding));
    bindExpression(expression, new Scope(binding, undefined, { rows: [row], place, subqueries, fromSchema: true }));
    binding.throwLate();
  };
}
