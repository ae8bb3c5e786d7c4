/** Terms of WHERE → `column operator value`, and the terms that follow from them (https://www.sqlite.org/optoverview.html). */
import { EXPRESSION, ROWID } from "../../schema/table.ts";
import { INTEGER, NULL, TEXT } from "../../values/value.ts";
import type { Affinity } from "../../values/affinity.ts";
import type { CompileContext } from "../context.ts";
import type { BoundExpression, Comparison, ComparisonAffinity } from "../expression.ts";
import { affinityOf, collationOf, conjuncts, equalExpressions, isCollated, replace, some } from "../walk.ts";
import { type LikeRange, likeRange } from "./like-range.ts";
import { logEstimate } from "./log-estimate.ts";
import { analyzeOr } from "./or-terms.ts";
import type { PlannedSource } from "./planned-source.ts";
import { intersects, NO_SOURCES, sourcesBefore, union } from "./source-set.ts";
import { adopt, type Clause, EQ, EQUIVALENT, GE, GT, IN, IS, IS_NULL, LE, LT, type Term } from "./term.ts";
import { replacedColumn } from "./propagate-constants.ts";
import { type RowComparison, rowComparison } from "./row-comparison.ts";
import { bare, isConstant, likelihoodOf, sameName, sourcesRead, type SourcesById, withoutCollate } from "./usage.ts";

export type CompareExpression = Comparison<BoundExpression>;

/** What all terms of a FROM share. */
export interface TermContext {
  readonly sources: readonly PlannedSource[];
  readonly byId: SourcesById;
  readonly context: CompileContext;
  /** Some index is on an expression. */
  readonly hasExpressionIndexes: boolean;
}

const OPERATORS: Readonly<Partial<Record<CompareExpression["operator"], number>>> = {
  "=": EQ,
  "<": LT,
  "<=": LE,
  ">": GT,
  ">=": GE,
  IS,
};

const COMMUTED: Readonly<Record<number, number>> = { [EQ]: EQ, [IS]: IS, [LT]: GT, [GT]: LT, [LE]: GE, [GE]: LE };

/** The original keeps likelihoods in whole numbers; the second is 10·log2 of the first. */
const LIKELIHOOD_UNIT = 2 ** 27;
const LIKELIHOOD_ESTIMATE = 270;

/** Adds the terms that AND (or OR, as the clause joins them) joins in `e`, from the left. */
export function split(clause: Clause, e: BoundExpression, outerJoin: number, innerJoin: number): void {
  const inner = bare(e);
  const parts = clause.isOr ? plainOr(inner) : plainAnd(inner);
  if (parts !== undefined) {
    split(clause, parts.left, outerJoin, innerJoin);
    split(clause, parts.right, outerJoin, innerJoin);
    return;
  }
  const term = clause.add(inner, false, outerJoin, innerJoin);
  const said = likelihoodOf(e);
  if (said !== undefined) term.truth = logEstimate(Math.trunc(said * LIKELIHOOD_UNIT)) - LIKELIHOOD_ESTIMATE;
}

type AndOr = Extract<BoundExpression, { kind: "and" | "or" }>;

/** AND as it was written: neither BETWEEN nor a comparison of rows. */
function plainAnd(e: BoundExpression): AndOr | undefined {
  return e.kind === "and" && e.between !== true && e.row !== true ? e : undefined;
}

function plainOr(e: BoundExpression): AndOr | undefined {
  return e.kind === "or" && rowComparison(e) === undefined ? e : undefined;
}

/** From the last to the first, which is the order in which those that follow from them are added. */
export function analyzeAll(clause: Clause, context: TermContext): void {
  for (let i = clause.terms.length - 1; i >= 0; i--) analyze(clause.terms[i]!, context);
}

export function analyze(term: Term, context: TermContext): void {
  const { expression: e, clause } = term;
  const { byId } = context;
  term.needs = sourcesRead(e, byId);
  term.hasCorrelatedQuery = hasCorrelatedQuery(e);
  let beforeJoin = NO_SOURCES;
  const outer = term.outerJoin === -1 ? undefined : byId.get(term.outerJoin);
  if (outer !== undefined) {
    term.needs = union(term.needs, outer.bit);
    // ON of an outer join waits for all that stands before it.
    beforeJoin = sourcesBefore(outer.place);
  }
  const row = rowComparison(e);
  if (row !== undefined) {
    rowTerm(term, row, beforeJoin, context);
    return;
  }
  switch (e.kind) {
    case "compare":
      compareTerm(term, e, beforeJoin, context);
      break;
    case "in-list":
      if (!e.not) inTerm(term, e.operand, context);
      for (const item of e.items) term.needsForValue = union(term.needsForValue, sourcesRead(item, byId));
      if (intersects(term.needsForValue, sourcesRead(e.operand, byId))) term.operators = 0;
      break;
    case "in-query":
      inQueryTerm(term, e, context);
      break;
    case "is-null":
      isNullTerm(term, e.operand, context);
      break;
    case "not-null":
      notNullTerm(term, e.operand, context);
      break;
    case "and":
    case "let":
      if (!clause.isOr) betweenTerm(term, e, context);
      break;
    case "or":
      analyzeOr(term, e, context);
      break;
    case "call":
      if (!clause.isOr) likeTerm(term, e, context);
      break;
    default:
  }
  term.needsForValue = union(term.needsForValue, beforeJoin);
}

/** A query inside of the expression that reads something outside of itself. */
function hasCorrelatedQuery(e: BoundExpression): boolean {
  return some(e, (part) => {
    const isQuery =
      part.kind === "subquery" || part.kind === "exists" || part.kind === "in-query" || part.kind === "with-row";
    return isQuery && (part.query.outerSources.size > 0 || part.query.outerAggregates.size > 0);
  });
}

/** Notes that `operand` is a column, or an expression that some index has. */
function indexedAs(term: Term, operand: BoundExpression, operators: number, context: TermContext): boolean {
  const bareOperand = withoutCollate(operand);
  const own = replacedColumn(bareOperand) ?? bareOperand;
  if (own.kind === "column" || own.kind === "generated") {
    term.source = own.source;
    term.column = context.byId.get(own.source)?.columnNumber(own.column) ?? own.column;
  } else {
    const source = context.hasExpressionIndexes ? sourceIndexing(own, context.sources) : undefined;
    if (source === undefined) return false;
    term.source = source.source.id;
    term.column = EXPRESSION;
  }
  term.own = operand;
  term.operators = operators;
  return true;
}

function sourceIndexing(e: BoundExpression, sources: readonly PlannedSource[]): PlannedSource | undefined {
  return sources.find(
    (source) =>
      source.hasExpressionIndexes &&
      source
        .probes()
        .some(({ expressions, keyColumns }) =>
          expressions.some((other, at) => at < keyColumns && other !== undefined && isIndexed(e, other)),
        ),
  );
}

function isIndexed(e: BoundExpression, indexed: BoundExpression): boolean {
  return equalExpressions(e, withoutCollate(indexed)) && !isConstant(indexed);
}

function compareTerm(term: Term, e: CompareExpression, beforeJoin: Term["needs"], context: TermContext): void {
  const operator = OPERATORS[e.operator];
  if (operator === undefined) return;
  const { byId } = context;
  const left = sourcesRead(e.left, byId);
  const right = sourcesRead(e.right, byId);
  // `a.x = a.y` finds nothing by itself, but makes both the same.
  const allowed = intersects(left, right) ? EQUIVALENT : ~0;
  term.needsForValue = right;
  const isLeftIndexed = indexedAs(term, e.left, operator & allowed, context);
  if (isLeftIndexed) term.value = e.right;
  if (!mayBeIndexed(e.right, context)) return;
  let commuted = term;
  let equivalent = 0;
  if (isLeftIndexed) {
    commuted = term.clause.add(e, true, term.outerJoin, term.innerJoin);
    adopt(term, commuted);
    term.isCopied = true;
    commuted.needs = term.needs;
    if (isEquivalence(e, term, context)) {
      term.operators |= EQUIVALENT;
      equivalent = EQUIVALENT;
    }
  }
  indexedAs(commuted, e.right, (COMMUTED[operator]! | equivalent) & allowed, context);
  commuted.value = e.left;
  commuted.needsForValue = union(left, beforeJoin);
}

function mayBeIndexed(operand: BoundExpression, { hasExpressionIndexes, sources }: TermContext): boolean {
  const own = withoutCollate(operand);
  if (own.kind === "column" || own.kind === "generated") return true;
  return hasExpressionIndexes && sourceIndexing(own, sources) !== undefined;
}

/** Whether equal values of the two columns may stand for each other in every comparison. */
function isEquivalence({ operator, left, right }: CompareExpression, term: Term, { sources }: TermContext): boolean {
  if ((operator !== "=" && operator !== "IS") || term.outerJoin !== -1) return false;
  if (isCollated(left) || isCollated(right)) return false;
  if (operator === "IS" && sources.length >= 2 && sources[0]!.isLeftOfRight) return false;
  const [a, b] = [affinityOf(left), affinityOf(right)];
  if (a !== b && !(isNumeric(a) && isNumeric(b))) return false;
  return sameName(collationOf(left)?.name ?? "BINARY", collationOf(right)?.name ?? "BINARY");
}

export function isNumeric(affinity: Affinity | undefined): boolean {
  return affinity === "NUMERIC" || affinity === "INTEGER" || affinity === "REAL";
}

function inTerm(term: Term, operand: BoundExpression, context: TermContext): void {
  indexedAs(term, operand, IN, context);
}

function inQueryTerm(term: Term, e: Extract<BoundExpression, { kind: "in-query" }>, context: TermContext): void {
  for (const id of e.query.outerSources) {
    const read = context.byId.get(id)?.bit;
    if (read !== undefined) term.needsForValue = union(term.needsForValue, read);
  }
  if (e.not) return;
  const { operands } = e;
  if (operands.length === 1) {
    if (!intersects(term.needsForValue, sourcesRead(operands[0]!, context.byId))) inTerm(term, operands[0]!, context);
    return;
  }
  // Each column of a row by itself; compound queries, and those whose rows are counted once distinct, cannot be taken apart.
  const [core, another] = e.query.cores;
  const isCounted = core?.kind === "select" && core.distinct && e.query.limit !== undefined;
  if (term.clause.isOr || another !== undefined || isCounted) return;
  for (const [field, operand] of operands.entries()) {
    const part = term.clause.add(e, true, term.outerJoin, term.innerJoin);
    adopt(term, part);
    part.field = field;
    part.needs = term.needs;
    part.needsForValue = term.needsForValue;
    if (!intersects(part.needsForValue, sourcesRead(operand, context.byId))) inTerm(part, operand, context);
  }
}

/** `(a, b) < (c, d)`, which is `a < c OR (a = c AND b < d)` by now: an index on a finds all that a <= c leaves. */
function rowTerm(term: Term, row: RowComparison, beforeJoin: Term["needs"], context: TermContext): void {
  const { byId } = context;
  const [{ left, right }] = row.pairs;
  const values = row.pairs.reduce((read, pair) => union(read, sourcesRead(pair.right, byId)), NO_SOURCES);
  const own = row.pairs.reduce((read, pair) => union(read, sourcesRead(pair.left, byId)), NO_SOURCES);
  term.needsForValue = union(values, beforeJoin);
  const operator = OPERATORS[row.operator]!; // one of the four
  const allowed = intersects(values, own) ? 0 : ~0;
  if (indexedAs(term, left, operator & allowed, context)) {
    term.value = right;
    term.row = row;
  }
  if (!mayBeIndexed(right, context)) return;
  const commuted = term.source === -1 ? term : term.clause.add(term.expression, true, term.outerJoin, term.innerJoin);
  if (commuted !== term) {
    adopt(term, commuted);
    term.isCopied = true;
    commuted.needs = term.needs;
  }
  indexedAs(commuted, right, COMMUTED[operator]! & allowed, context);
  commuted.value = left;
  commuted.needsForValue = union(own, beforeJoin);
  commuted.row = {
    operator: row.operator,
    pairs: row.pairs.map((pair) => ({
      ...pair,
      left: pair.right,
      right: pair.left,
    })) as unknown as RowComparison["pairs"],
  };
}

function isNullTerm(term: Term, operand: BoundExpression, context: TermContext): void {
  const { byId } = context;
  const isNever =
    operand.kind === "column" &&
    operand.notNull &&
    byId.get(operand.source)?.touchesOuter === false &&
    term.outerJoin === -1;
  if (!isNever) {
    indexedAs(term, operand, IS_NULL, context);
    return;
  }
  term.expression = { kind: "constant", tag: INTEGER, payload: 0 };
  term.needs = NO_SOURCES;
}

function notNullTerm(term: Term, operand: BoundExpression, context: TermContext): void {
  const isColumn = operand.kind === "column" || operand.kind === "generated";
  if (!isColumn || operand.column === ROWID || term.outerJoin !== -1) return;
  const source = context.byId.get(operand.source);
  if (source?.columnNumber(operand.column) === ROWID) return;
  const above = term.clause.add(term.expression, true, term.outerJoin, term.innerJoin);
  above.isNotNullRange = true;
  indexedAs(above, operand, GT, context);
  above.value = { kind: "constant", tag: NULL, payload: null };
  above.needs = term.needs;
  adopt(term, above);
  term.isCopied = true;
}

/** BETWEEN: both bounds by themselves. What it compares may stand in a `let` around it. */
function betweenTerm(term: Term, e: BoundExpression, context: TermContext): void {
  if (e.kind === "and" && e.row === true) {
    rowEquality(term, context);
    return;
  }
  const between = asBetween(e.kind === "let" ? e.body : e);
  if (between === undefined) return;
  for (const bound of [between.left, between.right]) {
    const spelled =
      e.kind === "let"
        ? replace(bound, (part) => (part.kind === "local" && part.id === e.id ? e.value : undefined))
        : bound;
    const child = term.clause.add(spelled, true, term.outerJoin, term.innerJoin);
    analyze(child, context);
    adopt(term, child);
  }
}

/** `(a, b) = (c, d)`: each column by itself, behind all that was written. */
function rowEquality(term: Term, context: TermContext): void {
  const { clause, outerJoin, innerJoin } = term;
  term.isVirtual = true;
  for (const part of conjuncts(term.expression)) analyze(clause.add(part, false, outerJoin, innerJoin), context);
}

function asBetween(e: BoundExpression): Extract<BoundExpression, { kind: "and" | "or" }> | undefined {
  return e.kind === "and" && e.between === true ? e : undefined;
}

function likeTerm(term: Term, e: BoundExpression, context: TermContext): void {
  const range = likeRange(e, context.context.caseSensitiveLike ?? false);
  if (range === undefined) return;
  const low = term.clause.add(boundOf(range, ">=", context), true, term.outerJoin, term.innerJoin);
  const high = term.clause.add(boundOf(range, "<", context), true, term.outerJoin, term.innerJoin);
  low.isLikeBound = true;
  high.isLikeBound = true;
  analyze(low, context);
  analyze(high, context);
  term.isLooseLike = range.ignoresCase;
  if (!range.isComplete) return;
  adopt(term, low);
  adopt(term, high);
}

function boundOf(range: LikeRange, operator: ">=" | "<", { context }: TermContext): CompareExpression {
  const { operand, low, high, ignoresCase } = range;
  return {
    kind: "compare",
    operator,
    left: operand,
    right: { kind: "constant", tag: TEXT, payload: operator === ">=" ? low : high },
    affinity: comparisonAffinity(affinityOf(operand)),
    collation: context.collation(ignoresCase ? "NOCASE" : "BINARY")!, // every connection has these
  };
}

/** Of a column of that affinity beside a value that has none. */
export function comparisonAffinity(affinity: Affinity | undefined): ComparisonAffinity {
  if (affinity === "TEXT") return "text";
  return isNumeric(affinity) ? "numeric" : "none";
}
