/** Which rows an UPDATE or DELETE is about: a SELECT of what names them. */
import type { Expression, Step } from "../../compile/program.ts";
import { addRow, addRowid, type Finding } from "../../runtime/change/change-rows.ts";
import type { RowsToChange } from "../../runtime/change/rows-to-change.ts";
import { ROWID, type Table } from "../../schema/table.ts";
import type * as ast from "../../sql/ast.ts";
import type { BoundExpression } from "../expression.ts";
import { assign, assignAll } from "../lower/steps.ts";
import { lowerQuery } from "../lower/query.ts";
import { rewriteQuery } from "../lower/rewrite.ts";
import type { BoundSelect } from "../query.ts";
import { bindSelect, columnOfSource } from "./binding.ts";
import { type ChangeCompiler, runs } from "./compiler.ts";
import type { RowShape } from "./row-scope.ts";

export interface FindingOptions {
  readonly target: ast.ChangeTarget;
  readonly with: ast.With | undefined;
  /** Of UPDATE … FROM. */
  readonly from: ast.From;
  readonly where: ast.Expression | undefined;
  /** Values beside what names the row. */
  readonly values: readonly ast.Expression[];
  /** The whole row instead, of a view. */
  readonly wholeRow: boolean;
}

/** The columns that name a row: the key, or the rowid. */
export function locatorColumns(table: Table): readonly number[] {
  if (!table.withoutRowid) return [ROWID];
  const primary = table.indexes.find(({ origin }) => origin === "pk")!; // there is no such table without one
  return primary.columns.slice(0, primary.keyColumns).map(({ column }) => column);
}

/** Whether they have to be sorted is for who changes them to say. */
export interface FoundRows extends Omit<Finding, "sorted"> {
  /** The table, as a source of the steps. */
  readonly source: number;
}

export function lowerFinding(
  shape: RowShape,
  table: Table | undefined,
  options: FindingOptions,
  compiler: ChangeCompiler,
): FoundRows {
  const { target, from, where, values } = options;
  const { builder, lowering } = compiler;
  const star: ast.ResultColumn[] = [
    { kind: "expression", expression: { kind: "literal", type: "null", text: "NULL", offset: -1 }, text: "NULL" },
  ];
  const core: ast.SelectCore = {
    kind: "select",
    distinct: false,
    columns: [...star, ...values.map((expression) => ({ kind: "expression", expression, text: "" }) as const)],
    from: [joined(target), ...joinedAfter(from)],
    ...(where === undefined ? {} : { where }),
    groupBy: [],
    windows: [],
    offset: -1,
  };
  const bound = bindSelect({ cores: [core], operators: [], orderBy: [], offset: -1 }, [], compiler, options.with);
  const select = bound.cores[0] as BoundSelect; // the only one, and no VALUES
  const [source] = select.sources;
  const names = options.wholeRow ? shape.columns.map((_, at) => at) : locatorColumns(table!);
  const result: BoundExpression[] = [
    ...names.map((column) => columnOfSource(source!, shape, column, compiler)),
    ...select.result.slice(1),
  ];
  const query = rewriteQuery(
    { ...bound, columns: result.map(() => bound.columns[0]!), cores: [{ ...select, result }] },
    builder.ids,
  );
  // The original reads the table itself where it may change rows as it finds them.
  if (from.length === 0 && !options.wholeRow) lowering.whole.add(source!.id);
  lowering.uses.noteQuery(query);
  const first = builder.registers.allocate(result.length);
  const found: { rows: RowsToChange | undefined } = { rows: undefined };
  const rows = lowerQuery(query, (row) => [...assignAll(first, row), runs(addRow(first, found))], lowering);
  const rowid = rows.length === 1 ? onlyRowid(rows[0]!, first) : undefined;
  // Who changes the row will look whether it is there.
  const steps = rowid === undefined ? rows : [assign(first, rowid), runs(addRowid(first, found))];
  return {
    steps,
    first,
    width: result.length,
    hasRowidsOnly: result.length === 1 && names[0] === ROWID,
    found,
    source: source!.id,
  };
}

/** The rowid of steps that do nothing but find one row by it. */
function onlyRowid(step: Step, first: number): Expression | undefined {
  if (step.kind !== "seek-rowid" || step.body.length !== 2) return undefined;
  const [take] = step.body;
  if (take?.kind !== "assign" || take.register !== first || take.value.kind !== "column") return undefined;
  return take.value.source === step.source && take.value.column === ROWID ? step.rowid : undefined;
}

function joined({ schema, name, alias, indexedBy, offset }: ast.ChangeTarget): ast.Join {
  return {
    operator: ",",
    natural: false,
    cross: false,
    left: false,
    right: false,
    source: {
      kind: "table",
      name,
      offset,
      ...(schema === undefined ? {} : { schema }),
      ...(alias === undefined ? {} : { alias }),
      ...(indexedBy === undefined ? {} : { indexedBy }),
    },
  };
}

function joinedAfter(from: ast.From): ast.Join[] {
  return from.map((join, at) => (at === 0 ? { ...join, operator: "," } : join));
}
