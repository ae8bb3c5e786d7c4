/** How a row is updated: what SET says, and what else changes with it. */
import type { Block } from "../../compile/program.ts";
import { SqlError } from "../../errors.ts";
import { mayAbort } from "../../runtime/change/constraints.ts";
import type { RowUpdatePlan } from "../../runtime/change/row-update.ts";
import { columnNamed, ROWID, type Table } from "../../schema/table.ts";
import type * as ast from "../../sql/ast.ts";
import type { BoundExpression } from "../expression.ts";
import { lowerExpression } from "../lower/expressions.ts";
import { assign, register } from "../lower/steps.ts";
import type { BoundQuery } from "../query.ts";
import { bindExpression, bindSelect } from "./binding.ts";
import type { ChangeCompiler } from "./compiler.ts";
import { deletePlan } from "./delete-plan.ts";
import { foreignKeysOfUpdate, rewritesRows } from "./foreign-keys.ts";
import { canReplace, isRowidName } from "./insert.ts";
import type { Returning } from "./returning.ts";
import { type RowScope, type RowShape } from "./row-scope.ts";
import { rowRules } from "./rules.ts";
import type { Found } from "./target.ts";
import { type Firing, firedPrograms, triggersFor } from "./triggers.ts";

/** What SET gives to a column (or to the rowid): an expression, or a value of a row that several columns get. */
export interface Assigned {
  readonly column: number;
  readonly value: ast.Expression;
  /** Of a SELECT in parentheses: which of its columns; undefined: the value itself. */
  readonly place: number | undefined;
  /** Columns that get values of the same SELECT; 1 where it is none. */
  readonly width: number;
}

/** The last one counts where a column is assigned to twice. Throws SqlError. */
export function assignmentsOf(set: readonly ast.Assignment[], { table }: Found, shape: RowShape): readonly Assigned[] {
  const assigned = new Map<number, Assigned>();
  for (const { columns, row, value } of set) {
    const values = row ? rowOf(value, columns.length) : [{ value, place: undefined, width: 1 }];
    for (const [at, name] of columns.entries()) {
      const column = columnToSet(name, shape);
      if (table.kind === "table" && table.columns[column]?.generated !== undefined)
        throw new SqlError(`cannot UPDATE generated column "${shape.columns[column]!.name}"`);
      assigned.set(column, { column, ...values[at]! });
    }
  }
  return [...assigned.values()];
}

function columnToSet(name: string, { columns, rowidAlias, hasRowid }: RowShape): number {
  const column = columnNamed(columns, name);
  if (column === -1) {
    if (hasRowid && isRowidName(name)) return ROWID;
    throw new SqlError(`no such column: ${name}`);
  }
  return column === rowidAlias ? ROWID : column;
}

function rowOf(value: ast.Expression, width: number): Omit<Assigned, "column">[] {
  if (value.kind === "subquery") return Array.from({ length: width }, (_, place) => ({ value, place, width }));
  const values = value.kind === "row" ? value.values : [value];
  if (values.length !== width) throw wrongCount(width, values.length);
  return values.map((one) => ({ value: one, place: undefined, width: 1 }));
}

function wrongCount(columns: number, values: number): SqlError {
  return new SqlError(`${columns} columns assigned ${values} values`);
}

export interface UpdateParts {
  readonly found: Found & { readonly table: Table };
  readonly assignments: readonly Assigned[];
  /** OLD: the row that is updated. NEW comes right behind it. */
  readonly row: RowScope;
  /** Puts the new values into NEW's registers. */
  readonly assign: Block;
  readonly conflict: ast.ConflictResolution | undefined;
  readonly returning: Returning | undefined;
}

export interface LoweredUpdate {
  readonly plan: RowUpdatePlan;
  readonly triggers: Firing;
  /** A conflict may delete other rows. */
  readonly replaces: boolean;
}

export function updatePlan(parts: UpdateParts, compiler: ChangeCompiler): LoweredUpdate {
  const { found, row, conflict, returning } = parts;
  const { table, database } = found;
  const { shape, first: old } = row;
  const { context } = compiler;
  const fresh = { ...row, first: old + shape.columns.length + 1 };
  const rules = rowRules(table, database, fresh.first, compiler);
  const changed = changedColumns(parts, rules.generated);
  const triggers = triggersFor(found, "UPDATE", context, withAlias(changed, table));
  const before = firedPrograms(triggers.before, found, shape, conflict, compiler);
  const after = firedPrograms(triggers.after, found, shape, conflict, compiler);
  const replaces = canReplace(table, changed.has(ROWID), conflict);
  const victim = replaces
    ? deletePlan(
        table,
        database,
        { fires: context.recursiveTriggers, counts: false, pins: true, conflict: "REPLACE" },
        compiler,
      )
    : undefined;
  const foreignKeys = foreignKeysOfUpdate(found, old, changed, compiler);
  const plan: RowUpdatePlan = {
    constraints: {
      row: rules,
      conflict,
      uniqueConflict: conflict,
      update: { old, changed, whole: rewritesRows(found, changed, compiler) },
      checksRowid: changed.has(ROWID),
      upserts: [],
      victim,
      ignoresChecks: context.ignoreCheckConstraints,
    },
    old: rowRules(table, database, old, compiler),
    current:
      before.length === 0
        ? undefined
        : rowRules(table, database, compiler.rowRegisters(table.columns.length), compiler),
    assign: parts.assign,
    changed,
    before,
    after,
    foreignKeys,
    returning: returning?.keep(fresh),
  };
  if (mayAbort(plan.constraints)) compiler.outlook.mayAbort = true;
  return { plan, triggers, replaces };
}

/** For UPDATE OF: a trigger may name the column that is the rowid. */
function withAlias(changed: ReadonlySet<number>, { rowidAlias }: Table): ReadonlySet<number> {
  return changed.has(ROWID) && rowidAlias >= 0 ? new Set([...changed, rowidAlias]) : changed;
}

/** What is assigned to, and what is computed from it. */
function changedColumns(
  { assignments, found }: UpdateParts,
  generated: RowUpdatePlan["old"]["generated"],
): ReadonlySet<number> {
  const changed = new Set(assignments.map(({ column }) => column));
  const { rowidAlias } = found.table;
  if (changed.has(ROWID) && rowidAlias >= 0) changed.add(rowidAlias);
  for (const { column, columns } of generated) if (!columns.isDisjointFrom(changed)) changed.add(column);
  return changed;
}

export interface AssignmentParts {
  readonly assignments: readonly Assigned[];
  /** What names in SET mean. */
  readonly scopes: readonly RowScope[];
  readonly with: ast.With | undefined;
}

/** The values are there already, in registers from `values` on: UPDATE … FROM. */
export function copyAssigned(assignments: readonly Assigned[], values: number, fresh: number): Block {
  return assignments.map(({ column }, at) => assign(fresh + 1 + column, register(values + at)));
}

/** A value for a column, with its names resolved. */
export interface BoundAssignment {
  readonly column: number;
  readonly value: BoundExpression;
}

/** What SET says, for the row that the scopes name. Throws SqlError. */
export function bindAssignments(
  { assignments, scopes, with: withTables }: AssignmentParts,
  compiler: ChangeCompiler,
): readonly BoundAssignment[] {
  const rows = new Map<ast.Expression, BoundQuery>();
  return assignments.map(({ column, value, place, width }): BoundAssignment => {
    if (place === undefined) return { column, value: bindExpression(value, scopes, compiler, { with: withTables }) };
    const known = rows.get(value);
    if (known !== undefined) return { column, value: { kind: "row-column", query: known, column: place } };
    const { select } = value as Extract<ast.Expression, { kind: "subquery" }>; // of rowOf
    const query = bindSelect(select, scopes, compiler, withTables);
    if (query.columns.length !== width) throw wrongCount(width, query.columns.length);
    rows.set(value, query);
    // The first one runs the query for all.
    return { column, value: { kind: "with-row", query, body: { kind: "row-column", query, column: place } } };
  });
}

/** Puts the values into NEW's registers. */
export function lowerAssignments(
  assignments: readonly BoundAssignment[],
  fresh: number,
  { lowering }: ChangeCompiler,
): Block {
  for (const { value } of assignments) lowering.uses.note(value);
  return assignments.map(({ column, value }) => assign(fresh + 1 + column, lowerExpression(value, lowering))); // ROWID is -1
}
