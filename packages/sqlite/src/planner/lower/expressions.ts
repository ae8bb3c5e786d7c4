/** Bound expressions → lowered ones: names of rows and groups become registers, subqueries become blocks. */
import type { Block, Expression } from "../../compile/program.ts";
import type { BoundExpression } from "../expression.ts";
import type { BoundQuery } from "../query.ts";
import { copyQuery } from "./copy.ts";
import { explainStored, isStored, storedColumn } from "./in-operator.ts";
import { isUncorrelated, type Lowering } from "./lowering.ts";
import { lowerQuery } from "./query.ts";
import { assign, assignInteger, NULL_CONSTANT, register } from "./steps.ts";

export function lowerExpression(e: BoundExpression, lowering: Lowering): Expression {
  const lower = (operand: BoundExpression): Expression => lowerExpression(operand, lowering);
  const meant = lowering.meaning(e);
  if (meant !== undefined) return meant;
  switch (e.kind) {
    case "constant":
    case "parameter":
    case "local":
    case "register":
      return e;
    case "column":
      return lowering.columns.get(e.source)?.(e) ?? e;
    case "generated": {
      const { source, column, affinity, collation } = e;
      const kept = lowering.columns.get(source)?.({
        kind: "column",
        source,
        column,
        affinity,
        collation,
        notNull: false,
      });
      return kept ?? { ...e, value: lower(e.value) };
    }
    case "arithmetic":
      return { ...e, left: lower(e.left), right: lower(e.right) };
    case "concat":
    case "compare":
    case "and":
    case "or":
      return { ...e, left: lower(e.left), right: lower(e.right) };
    case "in-list":
      return { ...e, operand: lower(e.operand), items: e.items.map(lower) };
    case "case":
      return {
        ...e,
        branches: e.branches.map(({ when, result }) => ({ when: lower(when), result: lower(result) })),
        otherwise: e.otherwise && lower(e.otherwise),
      };
    case "coalesce":
      return { ...e, operands: e.operands.map(lower) };
    case "call":
      return { ...e, arguments: e.arguments.map(lower) };
    case "let":
      return { ...e, value: lower(e.value), body: lower(e.body) };
    case "raise":
      return { ...e, message: e.message && lower(e.message) };
    case "subquery": {
      const first = firstRow(e.query, lowering, "SCALAR SUBQUERY");
      return { kind: "block-value", block: first.block, value: register(first.register) };
    }
    case "with-row": {
      const first = firstRow(e.query, lowering, "SCALAR SUBQUERY");
      lowering.rows.set(e.query, first.register);
      return { kind: "block-value", block: first.block, value: lower(e.body) };
    }
    case "row-column": {
      const first = lowering.rows.get(e.query);
      if (first === undefined) throw new Error("a column of a row that is not there");
      return register(first + e.column);
    }
    case "exists":
      return exists(e.query, lowering);
    case "in-query":
      return inQuery(e, lowering);
    case "aggregate":
      throw new Error("an aggregate outside of its query's groups");
    default:
      return { ...e, operand: lower(e.operand) };
  }
}

/** A block that runs once in all where nothing in it changes. */
function atMostOnce(query: BoundQuery, block: Block, lowering: Lowering): Block {
  return isUncorrelated(query) ? [lowering.builder.once(block)] : block;
}

function titleOf(kind: string, query: BoundQuery): string {
  return `${isUncorrelated(query) ? "" : "CORRELATED "}${kind} ${query.number}`;
}

/** The query, or a copy of it where it has been lowered before: an access may have gone through what a condition asks again. */
function unlowered(query: BoundQuery, { lowered, uses, builder }: Lowering): BoundQuery {
  const sources = query.cores.flatMap((core) => (core.kind === "values" ? [] : core.sources.map(({ id }) => id)));
  if (!sources.some((id) => lowered.has(id))) {
    for (const id of sources) lowered.add(id);
    return query;
  }
  const copy = copyQuery(query, builder.ids);
  uses.noteQuery(copy);
  return copy;
}

/** Puts the first row of a query, or NULLs, into registers. */
function firstRow(original: BoundQuery, lowering: Lowering, kind: string): { block: Block; register: number } {
  const query = unlowered(original, lowering);
  const { builder } = lowering;
  const first = builder.registers.allocate(query.columns.length);
  const end = builder.label();
  const body = builder.explained(titleOf(kind, query), () =>
    lowerQuery(
      query,
      (values) => [...values.map((value, at) => assign(first + at, value)), { kind: "break", label: end }],
      lowering,
      { firstOnly: true },
    ),
  );
  const block: Block = [
    ...query.columns.map((_, at) => assign(first + at, NULL_CONSTANT)),
    { kind: "block", label: end, body },
  ];
  return { block: atMostOnce(query, block, lowering), register: first };
}

function exists(original: BoundQuery, lowering: Lowering): Expression {
  const query = unlowered(original, lowering);
  const { builder } = lowering;
  const found = builder.registers.allocate();
  const end = builder.label();
  const body = builder.explained(titleOf("SCALAR SUBQUERY", query), () =>
    lowerQuery(
      query.limit === undefined ? anyRows(query) : query,
      () => [assignInteger(found, 1), { kind: "break", label: end }],
      lowering,
      { firstOnly: true },
    ),
  );
  const block = atMostOnce(query, [assignInteger(found, 0), { kind: "block", label: end, body }], lowering);
  return { kind: "block-value", block, value: register(found) };
}

/** The query without what matters only to those who look at its rows. */
function anyRows(query: BoundQuery): BoundQuery {
  const cores = query.cores.map((core) => (core.kind === "values" ? core : { ...core, distinct: false }));
  return { ...query, cores: cores.length === 1 ? cores : query.cores, orderBy: [], orderColumns: [] };
}

function inQuery(e: Extract<BoundExpression, { kind: "in-query" }>, lowering: Lowering): Expression {
  const operands = e.operands.map((operand, at): Expression => {
    const lowered = lowerExpression(operand, lowering);
    const affinity = e.affinities[at];
    return affinity === undefined ? lowered : { kind: "affinity", operand: lowered, affinity };
  });
  const stored = storedColumn(e, false);
  if (stored !== undefined) {
    explainStored(stored, lowering);
    return isStored(operands[0]!, e.not, stored, lowering);
  }
  const { store, prepare } = rowsAsSet(e, true, lowering);
  return { kind: "in-store", not: e.not, operands, store, prepare };
}

/** A set of the query's rows, and the steps that fill it. `isAsked`: whether rows are in it; otherwise it is gone through. */
export function rowsAsSet(
  { query: original, affinities, collations }: Extract<BoundExpression, { kind: "in-query" }>,
  isAsked: boolean,
  lowering: Lowering,
): { readonly store: number; readonly prepare: Block } {
  const { builder } = lowering;
  const query = unlowered(original, lowering);
  const store = builder.store({ kind: "set", columns: query.columns.length, collations, affinities });
  const fill = builder.explained(titleOf("LIST SUBQUERY", query), () =>
    lowerQuery(
      query,
      (values) => {
        if (isAsked && isUncorrelated(query)) builder.explain("CREATE BLOOM FILTER");
        return [{ kind: "append", store, values }];
      },
      lowering,
    ),
  );
  return { store, prepare: atMostOnce(query, [{ kind: "clear", store }, ...fill], lowering) };
}
