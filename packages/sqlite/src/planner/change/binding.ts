/** Names in what changes rows: columns of the rows that lie in registers, and all that queries name. */
import type { Expression } from "../../compile/program.ts";
import { SqlError } from "../../errors.ts";
import type * as ast from "../../sql/ast.ts";
import { type BoundExpression, ROWID } from "../expression.ts";
import type { BoundQuery, BoundSource, ResultColumn } from "../query.ts";
import { rewriteQuery } from "../lower/rewrite.ts";
import { Binder, type NamedRow, type SchemaPlace } from "../resolve/bind.ts";
import { each, queryIn, replace, replaceInQuery, type Replacement, some } from "../walk.ts";
import type { ChangeCompiler } from "./compiler.ts";
import type { RowColumn, RowScope, RowShape } from "./row-scope.ts";
import type { Found } from "./target.ts";

export interface ExpressionOptions {
  /** Of the table's definition, which says nothing of triggers that are around. */
  readonly place?: SchemaPlace | "default";
  readonly with?: ast.With | undefined;
}

/** Names mean columns of `rows`, then NEW's and OLD's in a trigger. Throws SqlError. */
export function bindExpression(
  e: ast.Expression,
  rows: readonly RowScope[],
  compiler: ChangeCompiler,
  { place, with: withTables }: ExpressionOptions,
): BoundExpression {
  const isRule = place !== undefined;
  const bound = binderFor(compiler, withTables).expression(e, {
    rows: namedRows(isRule ? rows : inFiring(rows, compiler)),
    ...(isRule && place !== "default" ? { place } : {}),
    fromSchema: isRule || compiler.firing !== undefined,
  });
  if (mayAbortIn(e, compiler)) compiler.outlook.mayAbort = true;
  if (!some(bound, (part) => queryIn(part) !== undefined)) return bound;
  const dependent = replace(bound, asSources(rows, compiler));
  compiler.lowering.uses.note(dependent);
  return dependent;
}

/** A query that may name columns of `rows`, and of NEW and OLD in a trigger. Throws SqlError. */
export function bindSelect(
  select: ast.Select,
  rows: readonly RowScope[],
  compiler: ChangeCompiler,
  withTables?: ast.With,
): BoundQuery {
  const query = binderFor(compiler, withTables).select(select, namedRows(inFiring(rows, compiler)));
  if (mayAbortIn(select, compiler)) compiler.outlook.mayAbort = true;
  return replaceInQuery(query, asSources(rows, compiler));
}

/** Whether RAISE(ABORT, …) or a call stands anywhere in a syntax tree: functions may fail. */
function mayAbortIn(tree: unknown, compiler: ChangeCompiler): boolean {
  if (typeof tree !== "object" || tree === null) return false;
  const node = tree as Partial<ast.Expression>;
  if (node.kind === "raise" && node.action === "ABORT") return true;
  if (node.kind === "like" || node.kind === "current-time") return true;
  if (node.kind === "call" && typeof node.name === "string") {
    const called = compiler.context.functions.find(node.name, node.arguments?.length ?? 0);
    if (called?.kind === "scalar" && called.inline !== true) return true;
  }
  return Object.values(tree).some((part) => mayAbortIn(part, compiler));
}

/** The same, ready to be lowered. */
export function bindRows(select: ast.Select, compiler: ChangeCompiler, withTables?: ast.With): BoundQuery {
  const query = rewriteQuery(bindSelect(select, [], compiler, withTables), compiler.builder.ids);
  compiler.lowering.uses.noteQuery(query);
  return query;
}

function binderFor({ context, builder, firing }: ChangeCompiler, withTables: ast.With | undefined): Binder {
  const options = { ids: builder.ids, inTrigger: firing !== undefined, database: firing?.database };
  return new Binder(context, options, withTables);
}

function inFiring(rows: readonly RowScope[], { firing }: ChangeCompiler): readonly RowScope[] {
  return [...rows, ...(firing?.rows ?? [])];
}

function namedRows(rows: readonly RowScope[]): NamedRow[] {
  return rows.map(({ name, shape, first, qualifiedOnly, traits = "all" }) => ({
    name,
    columns: shape.columns,
    first: first + 1,
    rowid: shape.hasRowid ? first : undefined,
    rowidAlias: shape.rowidAlias,
    qualifiedOnly,
    traits,
  }));
}

/** Registers of rows that change become columns of sources, so that queries which name them are known to depend on something. */
function asSources(rows: readonly RowScope[], { builder, lowering }: ChangeCompiler): Replacement {
  const sources = new Map<RowScope, number>();
  return (e) => {
    if (e.kind !== "register") return undefined;
    const row = rows.find(
      ({ first, shape, changes }) => changes && e.register >= first && e.register <= first + shape.columns.length,
    );
    if (row === undefined) return undefined;
    let source = sources.get(row);
    if (source === undefined) {
      source = builder.ids.source();
      sources.set(row, source);
      lowering.columns.set(source, ({ column, affinity, collation }) => ({
        kind: "register",
        register: row.first + 1 + column,
        affinity,
        collation,
      }));
    }
    const { affinity, collation = lowering.binary } = e;
    return { kind: "column", source, column: e.register - row.first - 1, affinity, collation, notNull: false };
  };
}

/** The columns of RETURNING for one row. Throws SqlError. */
export function bindResults(
  columns: readonly ast.ResultColumn[],
  row: RowScope,
  compiler: ChangeCompiler,
): { expression: BoundExpression; column: ResultColumn }[] {
  return columns.flatMap((column) => {
    if (column.kind === "star") {
      if (column.table !== undefined) throw new SqlError('RETURNING may not use "TABLE.*" wildcards');
      return row.shape.columns.map((one, at) => ({
        expression: columnOfRow(row, at, one, compiler),
        column: resultColumn(one.name, one, compiler),
      }));
    }
    const expression = bindExpression(column.expression, [row], compiler, {});
    const own = expression.kind === "register" ? ownColumn(row, expression.register) : undefined;
    const name = column.alias ?? own?.name ?? column.text;
    return [{ expression, column: resultColumn(name, own, compiler) }];
  });
}

function columnOfRow(row: RowScope, at: number, column: RowColumn, compiler: ChangeCompiler): BoundExpression {
  const { affinity, collation } = column;
  return {
    kind: "register",
    register: at === row.shape.rowidAlias ? row.first : row.first + 1 + at,
    affinity,
    collation: compiler.context.collation(collation),
  };
}

/** The column that is read from the register, if it is one of the row's. */
function ownColumn({ first, shape }: RowScope, register: number): RowColumn | undefined {
  const { columns, rowidAlias } = shape;
  return register === first
    ? (columns[rowidAlias] ?? { name: "rowid", affinity: "INTEGER", collation: "BINARY", notNull: true })
    : columns[register - first - 1];
}

function resultColumn(
  name: string,
  column: RowColumn | undefined,
  { context, lowering }: ChangeCompiler,
): ResultColumn {
  const collation = context.collation(column?.collation ?? "BINARY") ?? lowering.binary;
  return { name, affinity: column?.affinity, collation, origin: undefined };
}

/** A column of a source of FROM, to be copied. */
export function columnOfSource(
  { id }: BoundSource,
  { columns, rowidAlias }: RowShape,
  column: number,
  { lowering }: ChangeCompiler,
): BoundExpression {
  const at = column === rowidAlias ? ROWID : column;
  return {
    kind: "column",
    source: id,
    column: at,
    affinity: at === ROWID ? "INTEGER" : columns[column]!.affinity,
    collation: lowering.binary,
    notNull: false,
  };
}

/** The columns of a view. */
export function viewShape({ table, database }: Found, compiler: ChangeCompiler): RowShape {
  const source: ast.TableSource = {
    kind: "table",
    schema: compiler.context.databases[database]!.name,
    name: table.name,
    offset: -1,
  };
  const core: ast.SelectCore = {
    kind: "select",
    distinct: false,
    columns: [{ kind: "star", offset: -1 }],
    from: [{ operator: ",", natural: false, cross: false, left: false, right: false, source }],
    groupBy: [],
    windows: [],
    offset: -1,
  };
  const { columns } = bindSelect({ cores: [core], operators: [], orderBy: [], offset: -1 }, [], compiler);
  return {
    name: table.name,
    columns: columns.map(({ name, affinity, collation }) => ({
      name,
      affinity,
      collation: collation.name,
      notNull: false,
    })),
    rowidAlias: -1,
    hasRowid: false,
  };
}

/** The registers that an expression without queries reads. */
export function registersIn(e: BoundExpression): Set<number> {
  const found = new Set<number>();
  each(e, (part) => {
    if (part.kind === "register") found.add(part.register);
  });
  return found;
}

/** 1 where a condition is true, else 0. */
export function truthOf(operand: Expression): Expression {
  return { kind: "is-true", operand };
}
