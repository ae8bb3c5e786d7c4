/** Finding comparisons of rows again, which binding has taken apart: `(a, b) < (c, d)` is `a < c OR (a = c AND b < d)`, with the same operands. */
import type { BoundExpression, Comparison } from "../expression.ts";
import { replace } from "../walk.ts";

type CompareExpression = Comparison<BoundExpression>;

export interface RowComparison {
  readonly operator: "<" | "<=" | ">" | ">=";
  /** Column by column; two at least. Each knows how it is compared. */
  readonly pairs: readonly [CompareExpression, ...CompareExpression[]];
}

const ORDERINGS = ["<", "<=", ">", ">="] as const;

/** Only what is literally the same operand on both sides of the OR counts: nobody else writes such a tree. */
export function rowComparison(e: BoundExpression): RowComparison | undefined {
  if (e.kind === "let") {
    const inner = rowComparison(e.body);
    if (inner === undefined) return undefined;
    const spelled = inner.pairs.map((pair) =>
      replace(pair, (part) => (part.kind === "local" && part.id === e.id ? e.value : undefined)),
    );
    const [first, ...rest] = spelled.filter((pair) => pair.kind === "compare");
    return first && { operator: inner.operator, pairs: [first, ...rest] };
  }
  if (e.kind !== "or") return undefined;
  const { left: first, right: rest } = e;
  if (first.kind !== "compare" || (first.operator !== "<" && first.operator !== ">")) return undefined;
  if (rest.kind !== "and" || rest.left.kind !== "compare" || rest.left.operator !== "=") return undefined;
  if (rest.left.left !== first.left || rest.left.right !== first.right) return undefined;
  const last = rowComparison(rest.right);
  if (last !== undefined)
    return last.operator[0] === first.operator ? { operator: last.operator, pairs: [first, ...last.pairs] } : undefined;
  const final = rest.right;
  if (final.kind !== "compare") return undefined;
  const operator = ORDERINGS.find((other) => other === final.operator && other[0] === first.operator);
  return operator && { operator, pairs: [first, final] };
}
