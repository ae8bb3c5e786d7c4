/** DELETE → steps. */
import { clearTable, deleteRows, fireInsteadOfRows } from "../../runtime/change/change-rows.ts";
import type * as ast from "../../sql/ast.ts";
import { register, assign } from "../lower/steps.ts";
import { viewShape } from "./binding.ts";
import { type ChangeCompiler, runs } from "./compiler.ts";
import { deletePlan } from "./delete-plan.ts";
import { lowerFinding } from "./finding.ts";
import { hasForeignKeys } from "./foreign-keys.ts";
import type { LoweredChange } from "./lower-step.ts";
import { lowerReturning } from "./returning.ts";
import { type RowScope, shapeOf } from "./row-scope.ts";
import { checkChangeable, findTarget, type Found } from "./target.ts";
import { type Firing, firedPrograms, hasTriggers, triggersFor } from "./triggers.ts";

export function lowerDeleteSteps(statement: ast.Delete, compiler: ChangeCompiler): LoweredChange {
  const { context } = compiler;
  const found = findTarget(statement.table, context, compiler.firing?.database);
  const triggers = triggersFor(found, "DELETE", context);
  checkChangeable(found, triggers.insteadOf);
  const { table, database } = found;
  if (table.kind === "view") return lowerDeleteOfView(statement, found, triggers, compiler);
  compiler.writes.add(database);
  const isWatched = hasTriggers(triggers) || hasForeignKeys({ table, database }, compiler);
  if (statement.where === undefined && statement.returning === undefined && !isWatched)
    return { block: [runs(clearTable(database, table))], returning: undefined, atomic: true };
  const shape = shapeOf(table);
  const finding = lowerFinding(
    shape,
    table,
    {
      target: statement.table,
      with: statement.with,
      from: [],
      where: statement.where,
      values: [],
      wholeRow: false,
    },
    compiler,
  );
  const plan = deletePlan(table, database, { fires: true, counts: true, pins: false, conflict: undefined }, compiler);
  const row: RowScope = {
    name: statement.table.alias ?? statement.table.name,
    shape,
    first: plan.row.first,
    qualifiedOnly: false,
    changes: true,
  };
  const returning = lowerReturning(statement.returning, row, compiler);
  const sorted = isWatched || returning !== undefined;
  const rows = deleteRows({ ...plan, returning: returning?.keep(row) }, { ...finding, sorted });
  // All rows are found before the first one goes, so that nothing is left that could fail.
  return { block: [runs(rows)], returning, atomic: !sorted };
}

function lowerDeleteOfView(
  statement: ast.Delete,
  found: Found,
  triggers: Firing,
  compiler: ChangeCompiler,
): LoweredChange {
  const shape = viewShape(found, compiler);
  const finding = lowerFinding(
    shape,
    undefined,
    {
      target: statement.table,
      with: statement.with,
      from: [],
      where: statement.where,
      values: [],
      wholeRow: true,
    },
    compiler,
  );
  const first = compiler.rowRegisters(shape.columns.length, 2);
  const row: RowScope = {
    name: statement.table.alias ?? statement.table.name,
    shape,
    first,
    qualifiedOnly: false,
    changes: true,
  };
  const returning = lowerReturning(statement.returning, row, compiler);
  const plan = {
    first,
    count: 2 * (shape.columns.length + 1),
    programs: firedPrograms(triggers.insteadOf, found, shape, undefined, compiler),
    assign: shape.columns.map((_, at) => assign(first + 1 + at, register(finding.first + at))),
    returning: returning?.keep(row),
  };
  return { block: [runs(fireInsteadOfRows(plan, { ...finding, sorted: false }))], returning, atomic: false };
}
