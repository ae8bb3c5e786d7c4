/**
 * What a table demands of its rows, for a row in certain registers: columns that are computed, affinities and strict types, NOT NULL, CHECK, and
 * what the row's entries in the indexes are.
 */
import type { Evaluator, Expression, RoutineCompiler } from "../../compile/program.ts";
import { operandsOf } from "../../compile/uses.ts";
import { ConflictError } from "../../errors.ts";
import { EXPRESSION, type Index, type Table } from "../../schema/table.ts";
import type { Affinity } from "../../values/affinity.ts";
import { applyAffinity } from "../../values/cast.ts";
import { type Cells, INTEGER, NULL } from "../../values/value.ts";
import type { Frame } from "../frame.ts";
import type { StoredIndex, StoredTable } from "./stored-table.ts";

export interface CheckRule {
  /** As the message has it: the constraint's name, or its text. */
  readonly name: string;
  /** 0: the row is refused; anything else: it is not. */
  readonly condition: Expression;
  /** Columns that it reads, ROWID among them. */
  readonly columns: ReadonlySet<number>;
}

export interface IndexRule {
  readonly index: Index;
  /** 1: the row is in the index. */
  readonly where: Expression | undefined;
  /** For each of the index's columns; undefined where it is a column or the rowid. */
  readonly expressions: readonly (Expression | undefined)[];
  /** Columns that WHERE and the expressions read, and those of the index itself. */
  readonly columns: ReadonlySet<number>;
}

/** Made when a statement is compiled. Expressions read the registers of the row. */
export interface RowRules {
  readonly database: number;
  readonly table: Table;
  /** The register of the rowid; the columns follow. */
  readonly first: number;
  /** For each column; undefined: NULL. */
  readonly defaults: readonly (Expression | undefined)[];
  /** In the order in which they can be computed; the column's affinity is applied. */
  readonly generated: readonly {
    readonly column: number;
    readonly value: Expression;
    /** Columns that it reads, ROWID among them. */
    readonly columns: ReadonlySet<number>;
  }[];
  readonly checks: readonly CheckRule[];
  /** In the order of checks (table-order.ts). */
  readonly indexes: readonly IndexRule[];
}

/** Where a value of an entry comes from. */
interface EntryRule {
  readonly index: Index;
  readonly where: Evaluator | undefined;
  /** Register, or -1 where `values` has it. */
  readonly registers: Int32Array;
  readonly values: readonly (Evaluator | undefined)[];
}

/** Ready to run, in any frame of the program that it was prepared for. */
export class PreparedRow {
  readonly rules: RowRules;
  readonly first: number;
  readonly table: Table;
  readonly entries: readonly EntryRule[];
  readonly checks: readonly (Omit<CheckRule, "condition"> & { readonly condition: Evaluator })[];
  readonly #defaults: readonly (Evaluator | undefined)[];
  readonly #generated: readonly { readonly at: number; readonly value: Evaluator }[];
  /** Columns whose affinity does something, and the registers they are in. */
  readonly #affinities: readonly { readonly at: number; readonly affinity: Affinity }[];

  constructor(rules: RowRules, compiler: RoutineCompiler) {
    const { first, table } = rules;
    const prepare = (expression: Expression | undefined): Evaluator | undefined =>
      expression && compiler.expression(expression);
    this.rules = rules;
    this.first = first;
    this.table = table;
    this.#defaults = rules.defaults.map(prepare);
    this.#generated = rules.generated.map(({ column, value }) => ({
      at: first + 1 + column,
      value: pureEvaluator(value, "a generated column", compiler),
    }));
    this.checks = rules.checks.map((check) => ({
      ...check,
      condition: pureEvaluator(check.condition, "a CHECK constraint", compiler),
    }));
    this.entries = rules.indexes.map(({ index, where, expressions }) => ({
      index,
      where: where && pureEvaluator(where, "an index", compiler),
      registers: Int32Array.from(index.columns, ({ column }) => registerOf(table, first, column)),
      values: expressions.map((value) => value && pureEvaluator(value, "an index", compiler)),
    }));
    this.#affinities = table.columns.flatMap(({ affinity, generated }, column) =>
      affinity === "BLOB" || generated !== undefined || column === table.rowidAlias
        ? []
        : [{ at: first + 1 + column, affinity }],
    );
  }

  /** Reads the row under the cursor into the registers, or what is `needed` of it, and computes what is not stored. */
  load(frame: Frame, stored: StoredTable, needed?: Uint8Array): void {
    const { registers } = frame;
    stored.read(registers, this.first, (column, at) => this.#setDefault(frame, column, at), needed);
    if (this.#generated.length > 0) this.#computeVirtual(frame);
  }

  setDefault(frame: Frame, column: number): void {
    this.#setDefault(frame, column, this.first + 1 + column);
  }

  #setDefault(frame: Frame, column: number, at: number): void {
    const value = this.#defaults[column];
    if (value === undefined) return frame.registers.set(at, NULL, null);
    const payload = value(frame);
    frame.registers.set(at, frame.tag, payload);
    applyAffinity(frame.registers, at, this.table.columns[column]!.affinity);
  }

  /** Applies the columns' affinities, and in a STRICT table checks types: SQLITE_CONSTRAINT_DATATYPE. Computed columns: `withGenerated`. */
  applyAffinities({ registers }: Frame, withGenerated: boolean): void {
    for (const { at, affinity } of this.#affinities) applyAffinity(registers, at, affinity);
    if (this.table.strict) checkTypes(this.table, registers, this.first, withGenerated);
  }

  /** INTEGERs in REAL columns become REALs, which is all that is sure of `excluded` when the rowid is in conflict. */
  makeReals({ registers }: Frame): void {
    for (const { at, affinity } of this.#affinities)
      if (affinity === "REAL" && registers.tags[at] === INTEGER) applyAffinity(registers, at, affinity);
  }

  get hasGenerated(): boolean {
    return this.#generated.length > 0;
  }

  /** Computes columns from others. Affinities come first, because what is computed sees them. */
  computeGenerated(frame: Frame): void {
    this.applyAffinities(frame, false);
    for (const { at, value } of this.#generated) {
      const payload = value(frame);
      frame.registers.set(at, frame.tag, payload);
    }
  }

  #computeVirtual(frame: Frame): void {
    const { columns } = this.table;
    for (const { at, value } of this.#generated) {
      if (columns[at - this.first - 1]!.generated!.stored) continue;
      const payload = value(frame);
      frame.registers.set(at, frame.tag, payload);
    }
  }

  /** Puts the row's entry of index `at` together; false: the index is partial and leaves the row out. */
  entry(frame: Frame, at: number, { entry }: StoredIndex): boolean {
    const { where, registers: from, values } = this.entries[at]!;
    if (where !== undefined && !holds(frame, where)) return false;
    const { tags, payloads } = frame.registers;
    for (let i = 0; i < from.length; i++) {
      const register = from[i]!;
      if (register >= 0) {
        entry.tags[i] = tags[register]!;
        entry.payloads[i] = payloads[register]!;
      } else {
        entry.payloads[i] = values[i]!(frame);
        entry.tags[i] = frame.tag;
      }
    }
    return true;
  }
}

function registerOf(table: Table, first: number, column: number): number {
  if (column === EXPRESSION) return -1;
  return column < 0 || column === table.rowidAlias ? first : first + 1 + column;
}

/** Evaluates where only what always gives the same may be called; `place`: as CallContext.pureFor has it. */
function pureEvaluator(expression: Expression, place: string, compiler: RoutineCompiler): Evaluator {
  const evaluate = compiler.expression(expression);
  if (!calls(expression)) return evaluate;
  return (frame) => {
    const { context } = frame.environment;
    const before = context.pureFor;
    context.pureFor = place;
    try {
      return evaluate(frame);
    } finally {
      context.pureFor = before;
    }
  };
}

function calls(expression: Expression): boolean {
  return expression.kind === "call" || operandsOf(expression).some(calls);
}

/** A condition that gives 1 or 0. */
function holds(frame: Frame, condition: Evaluator): boolean {
  return condition(frame) === 1;
}

type StrictType = "INT" | "INTEGER" | "REAL" | "TEXT" | "BLOB" | "ANY";

/** By a value's tag: what messages call it, and the types of columns that take it. */
const STRICT_VALUES: readonly { readonly name: string; readonly types: ReadonlySet<StrictType> }[] = [
  { name: "NULL", types: new Set<StrictType>(["INT", "INTEGER", "REAL", "TEXT", "BLOB", "ANY"]) },
  { name: "INT", types: new Set<StrictType>(["INT", "INTEGER", "REAL", "ANY"]) },
  { name: "REAL", types: new Set<StrictType>(["REAL", "ANY"]) },
  { name: "TEXT", types: new Set<StrictType>(["TEXT", "ANY"]) },
  { name: "BLOB", types: new Set<StrictType>(["BLOB", "ANY"]) },
];

/** In a STRICT table values fit their columns' types once the affinities are applied. */
function checkTypes(table: Table, { tags }: Cells, first: number, withGenerated: boolean): void {
  for (const [column, { name, type, generated }] of table.columns.entries()) {
    if (generated !== undefined && (!generated.stored || !withGenerated)) continue;
    const value = STRICT_VALUES[tags[first + 1 + column]!]!;
    if (value.types.has(type as StrictType)) continue;
    throw new ConflictError(
      "SQLITE_CONSTRAINT_DATATYPE",
      `cannot store ${value.name} value in ${type} column ${table.name}.${name}`,
      "ABORT",
    );
  }
}
