/** What a table demands of its rows, bound to the registers of one. */
import type { Expression } from "../../compile/program.ts";
import { SqlError } from "../../errors.ts";
import type { CheckRule, IndexRule, RowRules } from "../../runtime/change/row-rules.ts";
import { checkOrder } from "../../runtime/change/table-order.ts";
import { EXPRESSION, type Index, ROWID, type Table } from "../../schema/table.ts";
import type * as ast from "../../sql/ast.ts";
import { lowerExpression } from "../lower/expressions.ts";
import type { SchemaPlace } from "../resolve/scope.ts";
import { bindExpression, registersIn, truthOf } from "./binding.ts";
import type { ChangeCompiler } from "./compiler.ts";
import { type RowScope, shapeOf } from "./row-scope.ts";

export interface RuleOptions {
  /** Columns that are computed from themselves are left alone: of rows that are only deleted. */
  readonly toleratesLoops?: boolean;
}

/** Of the row whose rowid is in register `first`. */
export function rowRules(
  table: Table,
  database: number,
  first: number,
  compiler: ChangeCompiler,
  options: RuleOptions = {},
): RowRules {
  const binder = new RuleBinder(table, first, compiler);
  return {
    database,
    table,
    first,
    defaults: table.columns.map((column) => column.default && binder.constant(column.default.expression)),
    generated: generatedColumns(table, binder, options.toleratesLoops === true),
    checks: table.checks.map(({ name, expression, text }): CheckRule => {
      const condition = binder.bind(expression, "CHECK constraints");
      return {
        name: name ?? text,
        condition: { kind: "is-not-false", operand: condition.value },
        columns: condition.columns,
      };
    }),
    indexes: checkOrder(table.indexes).map((index) => indexRule(index, table, binder)),
  };
}

interface Bound {
  readonly value: Expression;
  /** Columns of the row that it reads, ROWID for the rowid. */
  readonly columns: ReadonlySet<number>;
}

class RuleBinder {
  readonly #compiler: ChangeCompiler;
  readonly #rows: readonly RowScope[];
  readonly #table: Table;
  readonly #first: number;

  constructor(table: Table, first: number, compiler: ChangeCompiler) {
    this.#compiler = compiler;
    this.#table = table;
    this.#first = first;
    this.#rows = [{ name: table.name, shape: shapeOf(table), first, qualifiedOnly: false, changes: false }];
  }

  bind(expression: ast.Expression, place: SchemaPlace): Bound {
    const bound = bindExpression(expression, this.#rows, this.#compiler, { place });
    const columns = new Set<number>();
    for (const register of registersIn(bound)) {
      columns.add(register === this.#first ? ROWID : register - this.#first - 1);
      if (register === this.#first && this.#table.rowidAlias >= 0) columns.add(this.#table.rowidAlias);
    }
    return { value: lowerExpression(bound, this.#compiler.lowering), columns };
  }

  constant(expression: ast.Expression): Expression {
    return lowerExpression(
      bindExpression(expression, [], this.#compiler, { place: "default" }),
      this.#compiler.lowering,
    );
  }
}

/** In an order in which each can be computed from those in front. Throws SqlError where they go round in a circle. */
function generatedColumns(table: Table, binder: RuleBinder, toleratesLoops: boolean): RowRules["generated"] {
  const left = new Map<number, { readonly value: Expression; readonly columns: ReadonlySet<number> }>();
  for (const [column, { generated, affinity }] of table.columns.entries()) {
    if (generated === undefined) continue;
    const { value, columns } = binder.bind(generated.expression, "generated columns");
    left.set(column, { value: { kind: "affinity", operand: value, affinity }, columns });
  }
  const inOrder: RowRules["generated"][number][] = [];
  while (left.size > 0) {
    const before = left.size;
    for (const [column, { value, columns }] of [...left]) {
      if (columns.keys().some((other) => left.has(other))) continue;
      inOrder.push({ column, value, columns });
      left.delete(column);
    }
    if (left.size < before) continue;
    if (toleratesLoops) return inOrder;
    const last = [...left.keys()].at(-1)!;
    throw new SqlError(`generated column loop on "${table.columns[last]!.name}"`);
  }
  return inOrder;
}

function indexRule(index: Index, table: Table, binder: RuleBinder): IndexRule {
  const columns = new Set<number>();
  const note = (bound: Bound | undefined): Expression | undefined => {
    for (const column of bound?.columns ?? []) columns.add(column);
    return bound?.value;
  };
  for (const { column } of index.columns) {
    if (column === EXPRESSION || column === ROWID) continue;
    columns.add(column);
    if (column === table.rowidAlias) columns.add(ROWID);
  }
  const where = note(index.where && binder.bind(index.where, "partial index WHERE clauses"));
  return {
    index,
    where: where && truthOf(where),
    expressions: index.columns.map(({ column, expression }) =>
      note(
        column === EXPRESSION && expression !== undefined ? binder.bind(expression, "index expressions") : undefined,
      ),
    ),
    columns,
  };
}
