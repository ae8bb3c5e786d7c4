/**
 * `(a, b) IN (SELECT …)` where an index finds some of the columns: the query's rows, cut down to those columns in the index's order, are walked once,
 * and all of them are looked up together.
 */
import type { BoundExpression } from "../expression.ts";
import type { BoundCore, BoundQuery } from "../query.ts";
import type { EqualTerm } from "./plan.ts";
import type { Term } from "./term.ts";

type InQuery = Extract<BoundExpression, { kind: "in-query" }>;

interface RowAmong {
  readonly among: InQuery;
  /** The fields, of the row as it was written, that stand in it. */
  readonly fields: readonly number[];
}

export type RowsAmong = ReadonlyMap<BoundExpression, RowAmong>;

/** Of the terms on an index's columns, in their order, those that are fields of rows. */
export function rowsAmong(terms: readonly (Term | undefined)[]): RowsAmong {
  const rows = new Map<BoundExpression, RowAmong>();
  for (const term of terms) {
    const e = term?.expression;
    if (e?.kind !== "in-query" || e.operands.length === 1 || rows.has(e)) continue;
    const fields = terms.filter((other) => other?.expression === e).map((other) => other!.field); // they have the expression
    rows.set(e, { among: projected(e, fields), fields });
  }
  return rows;
}

/** Undefined: the term is no field of a row. */
export function rowTermOf(rows: RowsAmong, { expression, field }: Term, descending: boolean): EqualTerm | undefined {
  const row = rows.get(expression);
  return row && { kind: "in", among: row.among, field: row.fields.indexOf(field), descending };
}

function projected(e: InQuery, fields: readonly number[]): InQuery {
  if (fields.length === e.operands.length && fields.every((field, at) => field === at)) return e;
  const pick = <T>(list: readonly T[]): T[] => fields.map((field) => list[field]!); // each is one of the row's
  const core = (one: BoundCore): BoundCore =>
    one.kind === "values" ? { ...one, rows: one.rows.map(pick) } : { ...one, result: pick(one.result) };
  const query: BoundQuery = { ...e.query, columns: pick(e.query.columns), cores: e.query.cores.map(core) };
  return { ...e, operands: pick(e.operands), query, affinities: pick(e.affinities), collations: pick(e.collations) };
}
