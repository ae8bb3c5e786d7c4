/** INSERT and REPLACE → steps. */
import type { Block, Expression, Step } from "../../compile/program.ts";
import { SqlError } from "../../errors.ts";
import { mayAbort } from "../../runtime/change/constraints.ts";
import { fireInstead, noteEmpty } from "../../runtime/change/change-rows.ts";
import { prepareInsert, type RowInsertPlan } from "../../runtime/change/row-insert.ts";
import { columnNamed, type Table } from "../../schema/table.ts";
import type * as ast from "../../sql/ast.ts";
import { scanList } from "../lower/from.ts";
import { lowerExpression } from "../lower/expressions.ts";
import { lowerQuery } from "../lower/query.ts";
import { assign, NULL_CONSTANT, register } from "../lower/steps.ts";
import type { BoundQuery } from "../query.ts";
import { bindRows, viewShape } from "./binding.ts";
import { type ChangeCompiler, runs } from "./compiler.ts";
import { copiedWithRowids } from "./copied-rows.ts";
import { deletePlan } from "./delete-plan.ts";
import { foreignKeysOfInsert } from "./foreign-keys.ts";
import type { LoweredChange } from "./lower-step.ts";
import { readsTable } from "./reads-table.ts";
import { lowerReturning, type Returning } from "./returning.ts";
import { type RowScope, type RowShape, shapeOf } from "./row-scope.ts";
import { rowRules } from "./rules.ts";
import { checkChangeable, findTarget, type Found, shownName } from "./target.ts";
import { type Firing, firedPrograms, hasTriggers, triggersFor } from "./triggers.ts";
import { lowerUpserts } from "./upsert.ts";

/** Where each column's value comes from: the place among the values that are given; -1: its default. */
interface Given {
  readonly rowid: number;
  readonly columns: readonly number[];
  /** How many values each row has. */
  readonly count: number;
}

export function lowerInsertSteps(statement: ast.Insert, compiler: ChangeCompiler): LoweredChange {
  const { context } = compiler;
  const found = findTarget(statement.table, context, compiler.firing?.database);
  const triggers = triggersFor(found, "INSERT", context);
  checkChangeable(found, triggers.insteadOf);
  const { table, database } = found;
  if (table.kind === "view") return lowerInsertIntoView(statement, found, triggers, compiler);
  compiler.writes.add(database);
  const shape = shapeOf(table);
  const copied = hasTriggers(triggers) ? undefined : copiedWithRowids(statement, table, compiler);
  const given = givenColumns(statement, shape, table, copied !== undefined);
  const query = boundSource(copied === undefined ? statement : { ...statement, source: copied }, given, compiler);
  const first = compiler.rowRegisters(shape.columns.length, 2) + shape.columns.length + 1;
  const row: RowScope = {
    name: statement.table.alias ?? statement.table.name,
    shape,
    first,
    qualifiedOnly: false,
    changes: true,
  };
  const isSingle = query === undefined || isSingleRow(query);
  const plan = insertPlan(statement, found.database, table, { given, triggers, row, isSingle }, compiler);
  const isEmpty = copied === undefined ? undefined : compiler.builder.registers.allocate();
  const values = (row_: readonly Expression[]): Block => [
    ...assignRow(row_, given, table, plan.plan, first),
    ...(isEmpty === undefined ? [] : [forgetUnless(isEmpty, first)]),
    runs({ name: "insert", prepare: (routines) => prepareInsert(plan.plan, routines) }),
  ];
  const rows = lowerRows(query, table, hasTriggers(triggers), values, compiler);
  const block = isEmpty === undefined ? rows : [runs(noteEmpty(database, table, isEmpty)), ...rows];
  return { block, returning: plan.returning, atomic: plan.isSimple };
}

/** Rows that come into a table that has others get rowids of their own. */
function forgetUnless(isEmpty: number, rowid: number): Step {
  return { kind: "if", condition: { kind: "not", operand: register(isEmpty) }, then: [assign(rowid, NULL_CONSTANT)] };
}

function isSingleRow({ cores }: BoundQuery): boolean {
  const [core] = cores;
  return cores.length === 1 && core?.kind === "values" && core.rows.length === 1;
}

/** `INSERT INTO t DEFAULT VALUES` has no query. */
function boundSource(statement: ast.Insert, given: Given, compiler: ChangeCompiler): BoundQuery | undefined {
  const { source, columns, table } = statement;
  if (source === undefined) return undefined;
  const query = bindRows(source, compiler, statement.with);
  const width = query.columns.length;
  if (width !== given.count) {
    throw new SqlError(
      columns === undefined
        ? `table ${shownName(table)} has ${given.count} columns but ${width} values were supplied`
        : `${width} values for ${given.count} columns`,
    );
  }
  return query;
}

function givenColumns(
  { columns, source, table: target }: ast.Insert,
  shape: RowShape,
  table: Table | undefined,
  rowidFirst: boolean = false,
): Given {
  const isGenerated = (at: number): boolean => table?.columns[at]!.generated !== undefined;
  const places: number[] = shape.columns.map(() => -1);
  let rowid = -1;
  if (columns === undefined) {
    let count = rowidFirst ? 1 : 0;
    if (source !== undefined) {
      for (const at of places.keys()) if (!isGenerated(at)) places[at] = count++;
    }
    if (rowidFirst) rowid = 0;
    else if (shape.rowidAlias >= 0) rowid = places[shape.rowidAlias]!;
    return { rowid, columns: places, count };
  }
  for (const [place, name] of columns.entries()) {
    const at = columnNamed(shape.columns, name);
    if (at !== -1) {
      if (isGenerated(at)) throw new SqlError(`cannot INSERT into generated column "${shape.columns[at]!.name}"`);
      if (places[at] === -1) places[at] = place;
      if (at === shape.rowidAlias) rowid = places[at]!;
    } else if (isRowidName(name) && shape.hasRowid) rowid = place;
    else throw new SqlError(`table ${shownName(target)} has no column named ${name}`);
  }
  return { rowid, columns: places, count: columns.length };
}

export function isRowidName(name: string): boolean {
  return /^(?:rowid|oid|_rowid_)$/i.test(name);
}

interface InsertPlan {
  readonly plan: RowInsertPlan;
  readonly returning: Returning | undefined;
  /** Nothing happens before the row is written that would have to be undone. */
  readonly isSimple: boolean;
}

/** Whether a conflict may delete rows. */
export function canReplace(table: Table, checksRowid: boolean, conflict: ast.ConflictResolution | undefined): boolean {
  const replaces = (own: ast.ConflictResolution | undefined): boolean => (conflict ?? own) === "REPLACE";
  if (checksRowid && replaces(table.rowidConflict)) return true;
  return table.indexes.some(({ unique, onConflict }) => unique && replaces(onConflict));
}

interface InsertParts {
  readonly given: Given;
  readonly triggers: Firing;
  /** NEW. */
  readonly row: RowScope;
  /** One row is inserted, and no more. */
  readonly isSingle: boolean;
}

function insertPlan(
  statement: ast.Insert,
  database: number,
  table: Table,
  { given, triggers, row, isSingle }: InsertParts,
  compiler: ChangeCompiler,
): InsertPlan {
  const { context } = compiler;
  const found = { table, database };
  const { shape, first } = row;
  const own = compiler.conflictOf(statement.conflict);
  const returning = lowerReturning(statement.returning, row, compiler);
  const upserts = lowerUpserts(statement, found, row, { returning, givesRowid: given.rowid !== -1 }, compiler);
  const checksRowid = given.rowid !== -1;
  const replaces = canReplace(table, checksRowid, own);
  const conflict = upserts.isAlwaysIgnored ? "IGNORE" : own;
  const rules = rowRules(table, database, first, compiler);
  // In the order of the original: BEFORE triggers, what conflicts delete, foreign keys, AFTER triggers.
  const before = firedPrograms(triggers.before, found, shape, own, compiler);
  const victim = replaces
    ? deletePlan(
        table,
        database,
        { fires: context.recursiveTriggers, counts: false, pins: false, conflict: "REPLACE" },
        compiler,
      )
    : undefined;
  const isWatched = hasTriggers(triggers) || returning !== undefined;
  const refuses = isSingle && !isWatched && !replaces && upserts.rules.length === 0 && compiler.firing === undefined;
  const foreignKeys = foreignKeysOfInsert(found, first, refuses, compiler);
  const after = firedPrograms(triggers.after, found, shape, own, compiler);
  const copy =
    before.length === 0 ? undefined : compiler.rowRegisters(shape.columns.length, 2) + shape.columns.length + 1;
  const plan: RowInsertPlan = {
    constraints: {
      row: rules,
      conflict: own,
      uniqueConflict: conflict,
      update: undefined,
      checksRowid,
      upserts: upserts.rules,
      victim,
      ignoresChecks: context.ignoreCheckConstraints,
    },
    givesRowid: checksRowid,
    copy: copy === undefined ? undefined : rowRules(table, database, copy, compiler),
    before,
    after,
    foreignKeys,
    sequences: table.autoincrement ? sequenceTable(table, database, compiler) : undefined,
    returning: returning?.keep(row),
  };
  if (mayAbort(plan.constraints)) compiler.outlook.mayAbort = true;
  const canFailLate = foreignKeys.added !== undefined && table.foreignKeys.some(({ deferred }) => deferred);
  return { plan, returning, isSimple: refuses && !canFailLate };
}

function sequenceTable(table: Table, database: number, { context, sequenced }: ChangeCompiler): Table {
  const sequences = context.databases[database]!.catalogue.table("sqlite_sequence");
  if (sequences?.kind !== "table") throw new SqlError("no such table: sqlite_sequence");
  sequenced.set(table, { database, table, sequences });
  return sequences;
}

/** The steps that run `row` for each row of the source: for rows of another table as they come. */
function lowerRows(
  query: BoundQuery | undefined,
  table: Table,
  isFired: boolean,
  row: (values: readonly Expression[]) => Block,
  { lowering, builder }: ChangeCompiler,
): Block {
  if (query === undefined) return row([]);
  const [core] = query.cores;
  if (isSingleRow(query) && core?.kind === "values") return row(core.rows[0]!.map((e) => lowerExpression(e, lowering)));
  const mustFinish = isFired || readsTable(query, table);
  if (!mustFinish) return lowerQuery(query, row, lowering);
  const store = builder.store({ kind: "list", columns: query.columns.length });
  const source = builder.source({ kind: "store", store, first: 0 });
  const values = query.columns.map((_, at) => lowering.stored(source, at));
  const fill = lowerQuery(query, (values_) => [{ kind: "append", store, values: values_ }], lowering);
  return [{ kind: "clear", store }, ...fill, scanList(source, store, row(values), lowering)];
}

/** Puts a row's values, and defaults for the rest, into NEW's registers. */
function assignRow(
  values: readonly Expression[],
  given: Given,
  table: Table,
  { constraints }: RowInsertPlan,
  first: number,
): Block {
  const valueAt = (place: number): Expression | undefined => (place === -1 ? undefined : values[place]);
  const { defaults } = constraints.row;
  const steps: Block[number][] = [];
  if (given.rowid !== -1 || table.rowidAlias !== -1) steps.push(assign(first, valueAt(given.rowid) ?? NULL_CONSTANT));
  for (const [column, { generated }] of table.columns.entries()) {
    if (generated !== undefined) continue;
    const value = column === table.rowidAlias ? NULL_CONSTANT : (valueAt(given.columns[column]!) ?? defaults[column]);
    steps.push(assign(first + 1 + column, value ?? NULL_CONSTANT));
  }
  return steps;
}

// ── Views ──

function lowerInsertIntoView(
  statement: ast.Insert,
  found: Found,
  triggers: Firing,
  compiler: ChangeCompiler,
): LoweredChange {
  const shape = viewShape(found, compiler);
  const given = givenColumns(statement, shape, undefined);
  if (statement.upserts.length > 0) throw new SqlError("cannot UPSERT a view");
  const query = boundSource(statement, given, compiler);
  const width = shape.columns.length + 1;
  const first = compiler.rowRegisters(shape.columns.length, 2);
  const row: RowScope = {
    name: statement.table.alias ?? statement.table.name,
    shape,
    first: first + width,
    qualifiedOnly: false,
    changes: true,
  };
  const returning = lowerReturning(statement.returning, row, compiler);
  const programs = firedPrograms(triggers.insteadOf, found, shape, compiler.conflictOf(statement.conflict), compiler);
  const fire = (values: readonly Expression[]): Block => [
    runs(
      fireInstead({
        first,
        count: 2 * width,
        programs,
        assign: given.columns.map((place, at) =>
          assign(first + width + 1 + at, (place === -1 ? undefined : values[place]) ?? NULL_CONSTANT),
        ),
        returning: returning?.keep(row),
      }),
    ),
  ];
  if (query === undefined) return { block: fire([]), returning, atomic: false };
  const { lowering, builder } = compiler;
  const store = builder.store({ kind: "list", columns: query.columns.length });
  const source = builder.source({ kind: "store", store, first: 0 });
  const fill = lowerQuery(query, (values) => [{ kind: "append", store, values }], lowering);
  const values = query.columns.map((_, at) => lowering.stored(source, at));
  const block: Block = [{ kind: "clear", store }, ...fill, scanList(source, store, fire(values), lowering)];
  return { block, returning, atomic: false };
}
