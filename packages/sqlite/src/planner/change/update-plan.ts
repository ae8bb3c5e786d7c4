/** How a row is updated: what SET says, and what else changes with it. */
import type { Block, Expression } from "../../compile/program.ts";
import { SqlError } from "../../errors.ts";
import { mayAbort } from "../../runtime/change/constraints.ts";
import type { RowUpdatePlan } from "../../runtime/change/row-update.ts";
import { columnNamed, ROWID, type Table } from "../../schema/table.ts";
import type * as ast from "../../sql/ast.ts";
import { lowerExpression } from "../lower/expressions.ts";
import { assign, register } from "../lower/steps.ts";
import { bindExpression, bindSelect } from "./binding.ts";
import type { ChangeCompiler } from "./compiler.ts";
import { deletePlan } from "./delete-plan.ts";
import { foreignKeysOfUpdate } from "./foreign-keys.ts";
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
}

/** The last one counts where a column is assigned to twice. Throws SqlError. */
export function assignmentsOf(set: readonly ast.Assignment[], { table }: Found, shape: RowShape): readonly Assigned[] {
  const assigned = new Map<number, Assigned>();
  for (const { columns, row, value } of set) {
    const values = row ? rowOf(value, columns.length) : [{ value, place: undefined }];
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

function rowOf(value: ast.Expression, count: number): { value: ast.Expression; place: number | undefined }[] {
  if (value.kind === "subquery") return Array.from({ length: count }, (_, place) => ({ value, place }));
  const values = value.kind === "row" ? value.values : [value];
  if (values.length !== count) throw wrongCount(count, values.length);
  return values.map((one) => ({ value: one, place: undefined }));
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
      update: { old, changed },
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
  /** NEW's first register. */
  readonly fresh: number;
}

/** The values are there already, in registers from `values` on: UPDATE … FROM. */
export function copyAssigned(assignments: readonly Assigned[], values: number, fresh: number): Block {
  return assignments.map(({ column }, at) => assign(fresh + 1 + column, register(values + at)));
}

/** SET, for the row that the scopes name. */
export function lowerAssignments(parts: AssignmentParts, compiler: ChangeCompiler): Block {
  const { lowering } = compiler;
  const { assignments, scopes, fresh } = parts;
  const target = (column: number): number => fresh + 1 + column; // ROWID is -1
  const rows = new Map<ast.Expression, readonly Expression[]>();
  return assignments.map(({ column, value, place }) => {
    if (place === undefined) {
      const bound = bindExpression(value, scopes, compiler, { with: parts.with });
      return assign(target(column), lowerExpression(bound, lowering));
    }
    const known = rows.get(value);
    if (known !== undefined) return assign(target(column), known[place]!);
    const { select } = value as Extract<ast.Expression, { kind: "subquery" }>; // of rowOf
    const count = assignments.filter((other) => other.value === value).length;
    const { first, rest } = lowerRow(select, count, scopes, parts.with, compiler);
    rows.set(value, [first, ...rest]);
    return assign(target(column), place === 0 ? first : rest[place - 1]!);
  });
}

/** The values of a SELECT's first row: the first one runs it. */
function lowerRow(
  select: ast.Select,
  count: number,
  scopes: readonly RowScope[],
  withTables: ast.With | undefined,
  compiler: ChangeCompiler,
): { first: Expression; rest: Expression[] } {
  const query = bindSelect(select, scopes, compiler, withTables);
  if (query.columns.length !== count) throw wrongCount(count, query.columns.length);
  const { lowering } = compiler;
  lowering.uses.noteQuery(query);
  const column = (at: number): Expression => lowerExpression({ kind: "row-column", query, column: at }, lowering);
  const first = lowerExpression({ kind: "with-row", query, body: { kind: "row-column", query, column: 0 } }, lowering);
  return { first, rest: query.columns.slice(1).map((_, at) => column(at + 1)) };
}
