/**
 * `x IN (SELECT column FROM table)` without a set of the column's values: they stand in the table's tree already, as its rowids or in an index
 * (https://www.sqlite.org/optoverview.html#in_operator).
 */
import type { Block, Expression, Step } from "../../compile/program.ts";
import { fold, type Index, ROWID, type Table } from "../../schema/table.ts";
import type { BoundExpression } from "../expression.ts";
import { isUncorrelated, type Lowering } from "./lowering.ts";
import { assign, assignInteger, constantInteger, NULL_CONSTANT, register, when } from "./steps.ts";

type InQuery = Extract<BoundExpression, { kind: "in-query" }>;

/** Where the values stand. */
export interface StoredColumn {
  readonly database: number;
  readonly table: Table;
  /** Of the table; ROWID. */
  readonly column: number;
  /** Undefined: they are the rowids. */
  readonly index: Index | undefined;
}

/** The table that the query reads one whole column of, when its values can be looked up; `unique`: when no value is there twice. */
export function storedColumn(e: InQuery, unique: boolean): StoredColumn | undefined {
  const [core, another] = e.query.cores;
  if (core?.kind !== "select" || another !== undefined || core.distinct || core.isAggregate) return undefined;
  if (e.query.limit !== undefined || core.where !== undefined || !isUncorrelated(e.query)) return undefined;
  const [source, other] = core.sources;
  const [result, second] = core.result;
  if (source?.content.kind !== "table" || other !== undefined || second !== undefined) return undefined;
  if (result?.kind !== "column" || result.source !== source.id) return undefined;
  const { database, table } = source.content;
  const { column } = result;
  if (column === ROWID || (column === table.rowidAlias && !table.withoutRowid))
    return table.withoutRowid ? undefined : { database, table, column: ROWID, index: undefined };
  if (!comparesAsStored(e, table, column)) return undefined;
  const index = table.indexes.find((one) => has(one, column, e) && (!unique || (one.unique && one.keyColumns === 1)));
  return index && { database, table, column, index };
}

function has({ columns, where }: Index, column: number, { collations }: InQuery): boolean {
  const [first] = columns;
  return where === undefined && first?.column === column && fold(first.collation) === fold(collations[0]!.name);
}

/** Whether the comparison leaves the column's values as they are. */
function comparesAsStored({ affinities }: InQuery, table: Table, column: number): boolean {
  const [affinity] = affinities;
  if (affinity === undefined || affinity === "BLOB" || affinity === "TEXT") return true;
  const own = table.columns[column]!.affinity;
  return own === "INTEGER" || own === "REAL" || own === "NUMERIC";
}

export function explainStored({ table, index }: StoredColumn, lowering: Lowering): void {
  lowering.builder.explain(
    index === undefined
      ? `USING ROWID SEARCH ON TABLE ${table.name} FOR IN-OPERATOR`
      : `USING INDEX ${index.name} FOR IN-OPERATOR`,
  );
}

/** Runs `body` on each of the values, in ascending order, or descending; `value` is the one that it is on. */
export function eachStored(
  stored: StoredColumn,
  descending: boolean,
  lowering: Lowering,
): { readonly value: Expression; readonly around: (body: Block) => Block } {
  const { builder } = lowering;
  const source = sourceOf(stored, lowering);
  const { index, column } = stored;
  const label = builder.label();
  const around = (body: Block): Block => {
    if (index === undefined) return [{ kind: "scan-table", label, source, reverse: descending, body }];
    const reverse = index.columns[0]!.descending !== descending;
    return [{ kind: "scan-index", label, source, index, reverse, equal: [], nullable: [], body }];
  };
  return { value: lowering.stored(source, column), around };
}

/** `operand` has the comparison's affinity applied. */
export function isStored(operand: Expression, not: boolean, stored: StoredColumn, lowering: Lowering): Expression {
  const { builder } = lowering;
  const { index } = stored;
  const source = sourceOf(stored, lowering);
  const value = builder.registers.allocate();
  const found = builder.registers.allocate();
  const end = builder.label();
  const leave: Step = { kind: "break", label: end };
  const find = (then: Block): Block =>
    index === undefined
      ? [{ kind: "seek-rowid", label: builder.label(), source, rowid: register(value), body: then }]
      : entries(index, [register(value)], then);
  const entries = (of: Index, equal: readonly Expression[], body: Block): Block => [
    {
      kind: "scan-index",
      label: builder.label(),
      source,
      index: of,
      reverse: false,
      equal,
      nullable: equal.map((one) => one === NULL_CONSTANT),
      body,
    },
  ];
  const unknown: Block = [assign(found, NULL_CONSTANT), leave];
  const any: Block =
    index === undefined
      ? [{ kind: "scan-table", label: builder.label(), source, reverse: false, body: unknown }]
      : entries(index, [], unknown);
  const body: Block = [
    ...find([assignInteger(found, 1), leave]),
    // Nothing is in an empty table; otherwise a NULL on either side might be it.
    ...when([{ kind: "is-null", operand: register(value) }], any),
    ...(index === undefined ? [] : entries(index, [NULL_CONSTANT], unknown)),
  ];
  const block: Block = [assign(value, operand), assign(found, constantInteger(0)), { kind: "block", label: end, body }];
  const result: Expression = register(found);
  return { kind: "block-value", block, value: not ? { kind: "not", operand: result } : result };
}

function sourceOf({ database, table, index }: StoredColumn, lowering: Lowering): number {
  const isOwnKey = index === undefined || (table.withoutRowid && index.origin === "pk");
  return lowering.builder.source(
    isOwnKey ? { kind: "table", database, table, through: undefined } : { kind: "index", database, table, index },
  );
}
