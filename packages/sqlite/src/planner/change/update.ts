/** UPDATE → steps. */
import { SqlError } from "../../errors.ts";
import { fireInsteadOfRows, updateRows } from "../../runtime/change/change-rows.ts";
import { keyChanges } from "../../runtime/change/constraints.ts";
import { fold, ROWID, type Table } from "../../schema/table.ts";
import type * as ast from "../../sql/ast.ts";
import { lowerExpression } from "../lower/expressions.ts";
import { assign, register } from "../lower/steps.ts";
import { bindExpression, viewShape } from "./binding.ts";
import { type ChangeCompiler, runs } from "./compiler.ts";
import { type FindingOptions, type FoundRows, locatorColumns, lowerFinding } from "./finding.ts";
import type { LoweredChange } from "./lower-step.ts";
import { lowerReturning } from "./returning.ts";
import { type RowScope, shapeOf } from "./row-scope.ts";
import { indexesScanned, mostRows } from "./found-rows.ts";
import { checkChangeable, findTarget, type Found } from "./target.ts";
import { type Firing, firedPrograms, hasTriggers, triggersFor } from "./triggers.ts";
import {
  type Assigned,
  assignmentsOf,
  bindAssignments,
  copyAssigned,
  lowerAssignments,
  type LoweredUpdate,
  updatePlan,
} from "./update-plan.ts";

export function lowerUpdateSteps(statement: ast.Update, compiler: ChangeCompiler): LoweredChange {
  const { context } = compiler;
  const found = findTarget(statement.table, context, compiler.firing?.database);
  const { table, database } = found;
  if (table.kind === "view") return lowerUpdateOfView(statement, found, compiler);
  checkChangeable(found, []);
  checkFrom(statement);
  compiler.writes.add(database);
  const shape = shapeOf(table);
  const assignments = assignmentsOf(statement.set, found, shape);
  const first = compiler.rowRegisters(shape.columns.length, 2);
  const row: RowScope = {
    name: statement.table.alias ?? statement.table.name,
    shape,
    first,
    qualifiedOnly: false,
    changes: true,
  };
  const returning = lowerReturning(statement.returning, row, compiler);
  const isJoined = statement.from.length > 0;
  const names = locatorColumns(table).length;
  const parts = {
    found: { table, database },
    assignments,
    row,
    scopes: [row],
    conflict: compiler.conflictOf(statement.conflict),
    returning,
    with: statement.with,
  };
  // The original looks at SET first, then at WHERE, and at triggers and foreign keys last.
  const bound = isJoined ? undefined : bindAssignments(parts, compiler);
  const finding = lowerFinding(shape, table, findingOptions(statement, isJoined ? assignments : []), compiler);
  const fresh = first + shape.columns.length + 1;
  const steps =
    bound === undefined
      ? copyAssigned(assignments, finding.first + names, fresh)
      : lowerAssignments(bound, fresh, compiler);
  const update = updatePlan({ ...parts, assign: steps }, compiler);
  const sorted = isJoined || mustSort(update, statement, table, finding);
  const atomic = mostRows(finding.steps) <= 1 && !isWatched(update, statement.returning);
  return { block: [runs(updateRows(update.plan, { ...finding, sorted }))], returning, atomic };
}

function findingOptions(
  { table, with: withTables, from, where }: ast.Update,
  assignments: readonly Assigned[],
): FindingOptions {
  const values = assignments.map(({ value, place }): ast.Expression => {
    if (place === undefined || value.kind !== "subquery") return value;
    return columnOfSelect(value, place);
  });
  return { target: table, with: withTables, from, where, values, wholeRow: false };
}

/** `(SELECT a, b …)` → `(SELECT b FROM (SELECT a, b …))`. */
function columnOfSelect(value: Extract<ast.Expression, { kind: "subquery" }>, place: number): ast.Expression {
  const { select } = value;
  const [core] = select.cores;
  if (select.cores.length !== 1 || core?.kind !== "select" || core.columns.some(({ kind }) => kind === "star"))
    throw new SqlError("this row value in UPDATE … FROM is not supported yet");
  const column = core.columns[place];
  if (column === undefined) throw new SqlError(`${place + 1} columns assigned ${core.columns.length} values`);
  return { ...value, select: { ...select, cores: [{ ...core, columns: [column] }] } };
}

/** A table that is updated may be joined with itself under another name only. */
function checkFrom({ table, from }: ast.Update): void {
  const name = table.alias ?? table.name;
  for (const { source } of from) {
    if (source.kind !== "table") continue;
    if (fold(source.alias ?? source.name) === fold(name))
      throw new SqlError(`target object/alias may not appear in FROM clause: ${name}`);
  }
}

/**
 * The original updates rows as it finds them where nothing can go wrong by that, and else goes through them in the order of the table, which shows
 * in triggers, in RETURNING, and when some rows fail.
 */
function mustSort(
  { plan, triggers, replaces }: LoweredUpdate,
  { where, returning }: ast.Update,
  table: Table,
  { steps, source }: FoundRows,
): boolean {
  const { changed, constraints } = plan;
  if (isWatched({ plan, triggers, replaces }, returning) || keyChanges(table, changed)) return true;
  if (where !== undefined && containsQuery(where)) return true;
  const scanned = indexesScanned(steps, source);
  if (scanned.length > 1) return true;
  return constraints.row.indexes.some(
    ({ index, columns }) => scanned.includes(index) && (changed.has(ROWID) || !columns.isDisjointFrom(changed)),
  );
}

/** Whether something else happens with each row, before or behind the change itself. */
function isWatched({ plan, triggers, replaces }: LoweredUpdate, returning: ast.Update["returning"]): boolean {
  const { added, removed, actions } = plan.foreignKeys;
  const hasKeys = added !== undefined || removed !== undefined || actions.length > 0;
  return hasTriggers(triggers) || returning !== undefined || hasKeys || replaces;
}

function containsQuery(e: unknown): boolean {
  if (typeof e !== "object" || e === null) return false;
  if ("cores" in e) return true;
  return Object.values(e).some(containsQuery);
}

function lowerUpdateOfView(statement: ast.Update, found: Found, compiler: ChangeCompiler): LoweredChange {
  const { context, lowering } = compiler;
  const all = triggersFor(found, "UPDATE", context);
  if (!hasTriggers(all)) checkChangeable(found, all.insteadOf);
  const shape = viewShape(found, compiler);
  const assignments = assignmentsOf(statement.set, found, shape);
  const changed = new Set(assignments.map(({ column }) => column));
  const triggers: Firing = triggersFor(found, "UPDATE", context, changed, shape.columns);
  checkChangeable(found, triggers.insteadOf);
  checkFrom(statement);
  const width = shape.columns.length + 1;
  const first = compiler.rowRegisters(shape.columns.length, 2);
  const row: RowScope = {
    name: statement.table.alias ?? statement.table.name,
    shape,
    first,
    qualifiedOnly: false,
    changes: true,
  };
  const returning = lowerReturning(statement.returning, { ...row, first: first + width }, compiler);
  const isJoined = statement.from.length > 0;
  const finding = lowerFinding(
    shape,
    undefined,
    { ...findingOptions(statement, isJoined ? assignments : []), wholeRow: true },
    compiler,
  );
  const values = finding.first + shape.columns.length;
  const kept = shape.columns.flatMap((_, at) => [
    assign(first + 1 + at, register(finding.first + at)),
    assign(first + width + 1 + at, register(finding.first + at)),
  ]);
  const assigned = assignments.map(({ column, value }, at) =>
    assign(
      first + width + 1 + column,
      isJoined
        ? register(values + at)
        : lowerExpression(bindExpression(value, [row], compiler, { with: statement.with }), lowering),
    ),
  );
  const plan = {
    first,
    count: 2 * width,
    programs: firedPrograms(triggers.insteadOf, found, shape, compiler.conflictOf(statement.conflict), compiler),
    assign: [...kept, ...assigned],
    returning: returning?.keep({ ...row, first: first + width }),
  };
  return { block: [runs(fireInsteadOfRows(plan, { ...finding, sorted: false }))], returning, atomic: false };
}
