/**
 * Whether a row may be written: NOT NULL, CHECK, the rowid and unique indexes, in the order in which SQLite asks, and what happens where the
 * answer is no.
 *
 * The order: columns that are NULL and must not be; checks in the order of the text; the rowid; unique indexes, the youngest first, and those that
 * say REPLACE last, so that no row is deleted in vain. ON CONFLICT clauses of an upsert bring their indexes to the front. Affinities are applied
 * at the last moment at which somebody looks at the values.
 */
import type { RoutineCompiler } from "../../compile/program.ts";
import { ConflictError, type FailureAction, type ResultCode } from "../../errors.ts";
import { EXPRESSION, type Index, ROWID, type Table } from "../../schema/table.ts";
import type { ConflictResolution } from "../../sql/ast.ts";
import { Cells, NULL, type Payload } from "../../values/value.ts";
import type { Frame } from "../frame.ts";
import { RowDelete, type RowDeletePlan } from "./row-delete.ts";
import { PreparedRow, type RowRules } from "./row-rules.ts";
import type { StoredTable } from "./stored-table.ts";
import { checkOrder } from "./table-order.ts";

/** An ON CONFLICT clause of an INSERT. */
export interface UpsertRule {
  /** The index it is about; "rowid"; undefined: any. */
  readonly target: Index | "rowid" | undefined;
  /** DO UPDATE of the row under the cursor; undefined: DO NOTHING. */
  readonly update: ((compiler: RoutineCompiler) => (frame: Frame, stored: StoredTable) => void) | undefined;
}

export interface ConstraintPlan {
  /** NEW. */
  readonly row: RowRules;
  /** OR …, which goes before what the constraints say themselves. */
  readonly conflict: ConflictResolution | undefined;
  /** The same for the rowid and unique indexes, where ON CONFLICT DO NOTHING has a word in it. */
  readonly uniqueConflict: ConflictResolution | undefined;
  /** Of an UPDATE: where OLD is, and the columns that may change, ROWID among them when the rowid may. */
  readonly update:
    | {
        readonly old: number;
        readonly changed: ReadonlySet<number>;
        /** Foreign keys want all of the row written anew, with its entries in all indexes. */
        readonly whole: boolean;
      }
    | undefined;
  /** Whether the rowid has to be looked up: not when it was made anew. */
  readonly checksRowid: boolean;
  readonly upserts: readonly UpsertRule[];
  /** What REPLACE deletes; undefined: nothing here says REPLACE. */
  readonly victim: RowDeletePlan | undefined;
  /** PRAGMA ignore_check_constraints. */
  readonly ignoresChecks: boolean;
}

type Upserting = (frame: Frame, stored: StoredTable) => void;
/** What to do about a row that is there already. */
type Response = ConflictResolution | Upserting;

interface NullRule {
  readonly column: number;
  readonly at: number;
  readonly action: ConflictResolution;
}

/** The rowid (-1) or an index, by its place in the order of checks, and the response to a conflict; undefined: none can be. */
interface UniqueRule {
  readonly index: number;
  readonly response: Response | undefined;
}

/** Whether a constraint may refuse a row with ABORT. */
export function mayAbort(plan: ConstraintPlan): boolean {
  const { row, conflict, uniqueConflict, update, checksRowid, victim, ignoresChecks } = plan;
  const { table } = row;
  const { first, again } = nullRules(plan);
  if ([...first, ...again].some(({ action }) => action === "ABORT")) return true;
  const hasChecks =
    !ignoresChecks && row.checks.some(({ columns }) => !(update && columns.isDisjointFrom(update.changed)));
  if (hasChecks && (conflict === undefined || conflict === "ABORT" || conflict === "REPLACE")) return true;
  const aborts = (own: ConflictResolution | undefined): boolean => (uniqueConflict ?? own ?? "ABORT") === "ABORT";
  if (checksRowid && aborts(table.rowidConflict)) return true;
  if (table.indexes.some(({ unique, onConflict }) => unique && aborts(onConflict))) return true;
  // What REPLACE deletes may fire something, after which the row is checked again.
  return victim !== undefined && (victim.before.length > 0 || victim.after.length > 0 || hasKeys(victim));
}

function hasKeys({ foreignKeys }: RowDeletePlan): boolean {
  return foreignKeys.removed !== undefined || foreignKeys.actions.length > 0;
}

/** The row is left out, or another one was updated in its place. */
export const LEFT_OUT = 0;
/** The row may be written, and each index's `entry` and `isIncluded` are what it gives them. */
export const ENTRIES_READY = 1;
/** The row may be written; the entries have been used for something else. */
export const ENTRIES_STALE = 2;
export type Verdict = typeof LEFT_OUT | typeof ENTRIES_READY | typeof ENTRIES_STALE;

export class Constraints {
  readonly row: PreparedRow;
  /** By index: not 0 when an entry of it has to be written. */
  readonly touched: Uint8Array;
  readonly #table: Table;
  readonly #indexes: readonly Index[];
  readonly #update: ConstraintPlan["update"];
  readonly #checks: PreparedRow["checks"];
  readonly #checkAction: ConflictResolution;
  readonly #nulls: readonly NullRule[];
  /** Of computed columns, and of those whose default was NULL itself. */
  readonly #nullsAgain: readonly NullRule[];
  readonly #hasDefaults: boolean;
  readonly #unique: readonly UniqueRule[];
  readonly #victim: RowDelete | undefined;
  readonly #locator: Cells;
  readonly #old: Cells;
  /** Whether the index that was looked at last has an entry of the row's key: of another row, or of the row that is updated. */
  #found = false;

  constructor(plan: ConstraintPlan, compiler: RoutineCompiler) {
    const { row, update, conflict } = plan;
    const { table } = row;
    this.row = new PreparedRow(row, compiler);
    this.#table = table;
    this.#indexes = checkOrder(table.indexes);
    this.#update = update;
    this.touched = Uint8Array.from(row.indexes, ({ index, columns }) =>
      update === undefined || update.whole || isTouched(table, index, columns, update.changed) ? 1 : 0,
    );
    this.#checkAction = conflict === undefined || conflict === "REPLACE" ? "ABORT" : conflict;
    this.#checks = this.row.checks.filter(
      ({ columns }) => !plan.ignoresChecks && (update === undefined || !columns.isDisjointFrom(update.changed)),
    );
    const nulls = nullRules(plan);
    this.#nulls = nulls.first;
    this.#nullsAgain = nulls.again;
    this.#hasDefaults = nulls.first.some(({ action }) => action === "REPLACE");
    this.#victim = plan.victim && new RowDelete(plan.victim, compiler);
    this.#unique = uniqueRules(plan, this.#indexes, this.touched, compiler);
    const keyColumns = Math.max(1, ...table.indexes.map((index) => index.columns.length));
    this.#locator = new Cells(keyColumns);
    this.#old = new Cells(keyColumns);
  }

  /** Asks everything of the row in the registers, whose values have their columns' affinities afterwards. Throws ConflictError. */
  check(frame: Frame, stored: StoredTable): Verdict {
    if (!this.#checkNulls(frame)) return LEFT_OUT;
    let hasAffinities = false;
    if (this.#checks.length > 0) {
      this.row.applyAffinities(frame, true);
      hasAffinities = true;
      if (!this.#checkConditions(frame)) return LEFT_OUT;
    }
    let verdict: Verdict = ENTRIES_READY;
    let fired = 0;
    let lastFound: Payload = null;
    for (const { index: at, response } of this.#unique) {
      if (at >= 0 && !hasAffinities) {
        this.row.applyAffinities(frame, true);
        hasAffinities = true;
      }
      if (at >= 0) {
        const index = stored.indexes[at]!;
        index.isIncluded = this.row.entry(frame, at, index);
        if (response === undefined || !index.isIncluded) continue;
      }
      const meets = this.#meetsAnother(frame, stored, at);
      if (at >= 0 && this.#found) lastFound = this.#locator.payloads[0]!;
      if (!meets) continue;
      if (typeof response === "function") {
        this.#standOnConflicting(frame, stored, at);
        this.row.makeReals(frame);
        response(frame, stored);
        return LEFT_OUT;
      }
      switch (response) {
        case "IGNORE":
          return LEFT_OUT;
        case "REPLACE":
          this.#standOnConflicting(frame, stored, at);
          verdict = ENTRIES_STALE;
          this.#victim!.run(frame, stored);
          if (this.#victim!.firesSomething) fired += 1;
          break;
        default:
          throw this.#notUnique(at, response!); // a rowid has a response always
      }
    }
    if (!hasAffinities) this.row.applyAffinities(frame, true);
    if (fired > 0) this.#checkAgain(frame, stored, lastFound);
    return verdict;
  }

  /** Writes the entries of the row into the indexes, and then the row. `ready`: nothing has used the entries since `check`. */
  write(frame: Frame, stored: StoredTable, ready: boolean): void {
    const { indexes } = stored;
    stored.checkPins();
    for (let at = 0; at < indexes.length; at++) {
      if (this.touched[at] === 0) continue;
      const index = indexes[at]!;
      const isIncluded = ready ? index.isIncluded : this.row.entry(frame, at, index);
      if (isIncluded) stored.writeEntry(index);
    }
    if (stored.rows !== undefined) stored.writeRow(frame.registers, this.row.first);
  }

  // ── NOT NULL and CHECK ──

  #checkNulls(frame: Frame): boolean {
    const { row } = this;
    const { tags } = frame.registers;
    for (const rule of this.#nulls) {
      if (tags[rule.at] !== NULL) continue;
      if (rule.action === "REPLACE") row.setDefault(frame, rule.column);
      else if (rule.action === "IGNORE") return false;
      else throw this.#isNull(rule, rule.action);
    }
    if (this.#nullsAgain.length === 0) return true;
    if (this.#hasDefaults && row.hasGenerated) row.computeGenerated(frame);
    for (const rule of this.#nullsAgain) {
      if (tags[rule.at] !== NULL) continue;
      if (rule.action === "IGNORE") return false;
      throw this.#isNull(rule, rule.action as FailureAction); // REPLACE became ABORT
    }
    return true;
  }

  #checkConditions(frame: Frame): boolean {
    for (const { condition, name } of this.#checks) {
      if (condition(frame) !== 0) continue;
      if (this.#checkAction === "IGNORE") return false;
      throw new ConflictError(
        "SQLITE_CONSTRAINT_CHECK",
        `CHECK constraint failed: ${name}`,
        this.#checkAction as FailureAction, // REPLACE became ABORT
      );
    }
    return true;
  }

  #isNull({ column }: NullRule, action: FailureAction): ConflictError {
    const { name, columns } = this.#table;
    return new ConflictError(
      "SQLITE_CONSTRAINT_NOTNULL",
      `NOT NULL constraint failed: ${name}.${columns[column]!.name}`,
      action,
    );
  }

  // ── Uniqueness ──

  /** Whether another row has the same rowid (-1), or the same key in the index. */
  #meetsAnother(frame: Frame, stored: StoredTable, at: number): boolean {
    const { registers } = frame;
    const update = this.#update;
    if (at < 0) {
      const rowid = registers.payloads[this.row.first] as number | bigint;
      if (update !== undefined && registers.payloads[update.old] === rowid) return false;
      return !stored.isBehindLast(rowid) && stored.seek(rowid);
    }
    const { entry, cursor, index } = stored.indexes[at]!;
    this.#found = false;
    for (let column = 0; column < index.keyColumns; column++) {
      if (entry.tags[column] === NULL) return false;
    }
    if (cursor.seek(entry, index.keyColumns) !== 0) return false;
    this.#found = true;
    if (update === undefined) return true;
    stored.readLocator(stored.indexes[at]!, this.#locator);
    stored.locatorOf(registers, update.old, this.#old);
    return stored.compareLocators(this.#locator, this.#old) !== 0;
  }

  /** Stands on the row that is in the way. */
  #standOnConflicting(frame: Frame, stored: StoredTable, at: number): void {
    if (at < 0) return void stored.seek(frame.registers.payloads[this.row.first] as number | bigint);
    const index = stored.indexes[at]!;
    if (index === stored.primary) return;
    stored.readLocator(index, this.#locator);
    stored.seekLocator(this.#locator);
  }

  /**
   * Triggers that fired for rows which REPLACE deleted may have added rows that are in the way now. In an UPDATE the original takes the entry of the
   * row itself for one of them unless that was the last it found before (`lastFound`): it does not read again whose the entry is.
   */
  #checkAgain(frame: Frame, stored: StoredTable, lastFound: Payload): void {
    if (stored.rows !== undefined && this.#meetsAnother(frame, stored, -1)) throw this.#notUnique(-1, "ABORT");
    const update = this.#update;
    const old = update && frame.registers.payloads[update.old];
    for (const { index: at, response } of this.#unique) {
      if (at < 0 || response !== "REPLACE") continue;
      if (!this.row.entry(frame, at, stored.indexes[at]!)) continue;
      const meets = this.#meetsAnother(frame, stored, at);
      const isRefused = update === undefined || stored.rows === undefined ? meets : this.#found && lastFound !== old;
      if (isRefused) throw this.#notUnique(at, "ABORT");
    }
  }

  #notUnique(at: number, action: FailureAction): ConflictError {
    const table = this.#table;
    if (at < 0) {
      const alias = table.columns[table.rowidAlias];
      const code = alias === undefined ? "SQLITE_CONSTRAINT_ROWID" : "SQLITE_CONSTRAINT_PRIMARYKEY";
      return new ConflictError(code, `UNIQUE constraint failed: ${table.name}.${alias?.name ?? "rowid"}`, action);
    }
    const index = this.#indexes[at]!;
    const key = index.columns.slice(0, index.keyColumns);
    const what = key.some(({ column }) => column === EXPRESSION)
      ? `index '${index.name.replaceAll("'", "''")}'`
      : key.map(({ column }) => `${table.name}.${table.columns[column]?.name ?? "rowid"}`).join(", ");
    const code: ResultCode = index.origin === "pk" ? "SQLITE_CONSTRAINT_PRIMARYKEY" : "SQLITE_CONSTRAINT_UNIQUE";
    return new ConflictError(code, `UNIQUE constraint failed: ${what}`, action);
  }
}

/** Whether an UPDATE of these columns may change a row's entry, or where it is found. */
function isTouched(table: Table, index: Index, columns: ReadonlySet<number>, changed: ReadonlySet<number>): boolean {
  if (table.withoutRowid && index.origin === "pk") return true;
  return changed.has(ROWID) || keyChanges(table, changed) || !columns.isDisjointFrom(changed);
}

/** Whether what names the row may change. */
export function keyChanges(table: Table, changed: ReadonlySet<number>): boolean {
  if (!table.withoutRowid) return changed.has(ROWID);
  return table.columns.some(({ primaryKeyPosition }, at) => primaryKeyPosition > 0 && changed.has(at));
}

function nullRules({ row, conflict, update }: ConstraintPlan): {
  readonly first: readonly NullRule[];
  readonly again: readonly NullRule[];
} {
  const { table, first } = row;
  const rules: NullRule[] = [];
  const again: NullRule[] = [];
  for (const [column, { notNull, generated, default: value }] of table.columns.entries()) {
    if (notNull === undefined || column === table.rowidAlias) continue;
    if (generated === undefined && update !== undefined && !update.changed.has(column)) continue;
    const asked = conflict ?? notNull;
    const at = first + 1 + column;
    const canReplace = asked === "REPLACE" && generated === undefined && value !== undefined;
    const action = asked === "REPLACE" && !canReplace ? "ABORT" : asked;
    if (generated === undefined) rules.push({ column, at, action });
    if (generated !== undefined || canReplace) again.push({ column, at, action: canReplace ? "ABORT" : action });
  }
  return { first: rules, again };
}

function uniqueRules(
  { row, uniqueConflict: conflict, update, checksRowid, upserts }: ConstraintPlan,
  indexes: readonly Index[],
  touched: Uint8Array,
  compiler: RoutineCompiler,
): readonly UniqueRule[] {
  const { table } = row;
  const responses = upserts.map((rule): Response => rule.update?.(compiler) ?? "IGNORE");
  const clauseOf = (target: Index | "rowid"): number =>
    upserts.findIndex((rule) => rule.target === undefined || rule.target === target);
  const responseOf = (target: Index | "rowid", own: ConflictResolution | undefined): Response =>
    responses[clauseOf(target)] ?? conflict ?? own ?? "ABORT";
  const rules: UniqueRule[] = [];
  const order = indexes.map((_, at) => at).filter((at) => touched[at] !== 0);
  const asked = upserts.flatMap(({ target }) => (typeof target === "object" ? [indexes.indexOf(target)] : []));
  const inOrder = [...new Set([...asked, ...order])];
  for (const at of inOrder) {
    const index = indexes[at]!;
    const isOwnKey =
      update !== undefined && table.withoutRowid && index.origin === "pk" && !keyChanges(table, update.changed);
    rules.push({
      index: at,
      response: !index.unique || isOwnKey ? undefined : responseOf(index, index.onConflict),
    });
  }
  if (!checksRowid) return rules;
  const response = responseOf("rowid", table.rowidConflict);
  const clause = clauseOf("rowid");
  // Behind the indexes of the clauses in front of its own.
  let place = new Set(
    clause === -1
      ? asked
      : asked.slice(0, upserts.slice(0, clause).filter(({ target }) => typeof target === "object").length),
  ).size;
  if (response === "REPLACE" && conflict !== "REPLACE" && place === 0 && upserts.length === 0) place = rules.length;
  return rules.toSpliced(place, 0, { index: -1, response });
}
