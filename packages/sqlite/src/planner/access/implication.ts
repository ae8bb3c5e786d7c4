/** What follows from a condition: that of a partial index, that something is not NULL, that a source is no row of NULLs. */
import type { BoundExpression } from "../expression.ts";
import { children, equalExpressions, replace } from "../walk.ts";
import type { PlannedSource } from "./planned-source.ts";
import { rowComparison } from "./row-comparison.ts";
import type { Clause } from "./term.ts";
import { bare, withoutCollate } from "./usage.ts";

/** Whether the rows that the clause wants are all in an index that has only those for which `where` holds. */
export function impliesPartialIndex(where: BoundExpression, source: PlannedSource, clause: Clause): boolean {
  if (source.isLeftOfRight) return false;
  if (where.kind === "and")
    return impliesPartialIndex(where.left, source, clause) && impliesPartialIndex(where.right, source, clause);
  return clause.terms.some(({ expression, outerJoin, isNotNullRange }) => {
    if (isNotNullRange || (outerJoin !== -1 && outerJoin !== source.source.id)) return false;
    if (source.isOuter && outerJoin === -1) return false;
    return implies(expression, where);
  });
}

/** Whether `b` is true where `a` is, by their forms. */
function implies(a: BoundExpression, b: BoundExpression): boolean {
  if (equalExpressions(a, b) || equalExpressions(withoutLets(a), withoutLets(b))) return true;
  if (b.kind === "or" && (implies(a, b.left) || implies(a, b.right))) return true;
  if (b.kind === "not-null" && impliesNotNull(a, b.operand, false)) return true;
  // CASE WHEN x THEN y END is true only where x is.
  const only = a.kind === "case" && a.branches.length === 1 && isNeverTrue(a.otherwise) ? a.branches[0] : undefined;
  return only !== undefined && implies(only.when, b);
}

function isNeverTrue(e: BoundExpression | undefined): boolean {
  return e === undefined || (e.kind === "constant" && (e.payload === null || e.payload === 0));
}

/** Locals spelled out, so that ids do not tell two expressions apart. */
function withoutLets(e: BoundExpression): BoundExpression {
  if (e.kind !== "let") return e;
  return replace(e.body, (part) => (part.kind === "local" && part.id === e.id ? e.value : undefined));
}

/** Not 0 only where both operands are not. */
const MULTIPLYING: ReadonlySet<string> = new Set(["*", "/", "%", "&"]);

/** Whether `operand` is not NULL where `e` is true (`seenNot`: where it is not NULL). */
function impliesNotNull(e: BoundExpression, operand: BoundExpression, seenNot: boolean): boolean {
  if (equalExpressions(e, operand)) return true;
  switch (e.kind) {
    case "in-list":
      return impliesNotNull(e.operand, operand, true);
    case "in-query":
      if (seenNot || e.not) return false;
      return e.operands.length === 1 && impliesNotNull(e.operands[0]!, operand, true);
    case "let": {
      if (seenNot) return false;
      const spelled = withoutLets(e);
      return (
        spelled.kind === "and" &&
        (impliesNotNull(spelled.left, operand, true) || impliesNotNull(spelled.right, operand, true))
      );
    }
    case "compare":
      if (e.operator === "IS" || e.operator === "IS NOT") return false;
      return impliesNotNull(e.right, operand, true) || impliesNotNull(e.left, operand, true);
    case "concat":
      return impliesNotNull(e.right, operand, true) || impliesNotNull(e.left, operand, true);
    case "arithmetic":
      seenNot ||= !MULTIPLYING.has(e.operator);
      return impliesNotNull(e.right, operand, seenNot) || impliesNotNull(e.left, operand, seenNot);
    case "collate":
    case "plus":
    case "negate":
      return impliesNotNull(e.operand, operand, seenNot);
    case "is-true":
      return !seenNot && impliesNotNull(e.operand, operand, true);
    case "bit-not":
    case "not":
      return impliesNotNull(e.operand, operand, true);
    default:
      return false;
  }
}

/** Whether a condition cannot be true of a row in which all columns of `source` are NULL: then an outer join that makes such rows is an inner one. */
export function rejectsNullRow(condition: BoundExpression, source: number): boolean {
  let e = bare(condition);
  if (e.kind === "not-null") return needsRow(e.operand, source);
  // The original looks at the last one of several less closely, which shows in plans.
  while (e.kind === "and" && e.row !== true && e.between !== true) {
    if (rejectsNullRow(e.left, source)) return true;
    e = e.right;
  }
  return needsRow(e, source);
}

/** Whether `e` is NULL or false when the source is a row of NULLs. */
function needsRow(e: BoundExpression, source: number): boolean {
  switch (e.kind) {
    case "column":
    case "generated":
      return e.source === source;
    case "is-null":
    case "not-null":
    case "is-true":
    case "is-false":
    case "is-not-true":
    case "is-not-false":
    case "call":
    case "case":
    case "coalesce":
    case "in-query":
    case "with-row":
    case "subquery":
    case "exists":
    case "raise":
      return false;
    case "and":
      if (e.row === true) return false;
      return needsRow(e.left, source) && needsRow(e.right, source);
    case "or":
      if (rowComparison(e) !== undefined) return false;
      return needsRow(e.left, source) && needsRow(e.right, source);
    case "in-list":
      return e.items.length > 0 && needsRow(e.operand, source);
    case "compare":
      if (e.operator === "IS" || e.operator === "IS NOT") return false;
      return needsRow(e.left, source) || needsRow(e.right, source);
    case "let":
      return needsRow(withoutLets(e), source);
    case "collate":
      return needsRow(withoutCollate(e), source);
    default:
      return children(e).some((child) => needsRow(child, source));
  }
}
