/** Outer joins whose null rows WHERE would throw away are inner joins (https://www.sqlite.org/optoverview.html#the_outer_join_strength_reduction_optimization). */
import type { BoundExpression } from "../expression.ts";
import type { BoundSource, JoinKind } from "../query.ts";
import { rejectsNullRow } from "./implication.ts";

/** The sources with the joins that are left of theirs. ON of one that is inner now counts as a part of WHERE does. */
export function simplifyJoins(
  sources: readonly BoundSource[],
  where: BoundExpression | undefined,
): readonly BoundSource[] {
  if (!sources.some(({ join }) => isLeft(join) || isRight(join))) return sources;
  const joins: JoinKind[] = sources.map(({ join }) => join);
  for (const [at, { id }] of sources.entries()) {
    const isLeftOfRight = at < joins.findLastIndex(isRight);
    if (!isLeft(joins[at]!) && !isLeftOfRight) continue;
    const conditions = where === undefined ? [] : [where];
    // ON of an inner join as well, unless a RIGHT JOIN makes null rows of what it joins.
    if (!isLeftOfRight)
      for (const [other, { on }] of sources.entries())
        if (on !== undefined && !isLeft(joins[other]!) && !isRight(joins[other]!)) conditions.push(on);
    if (!conditions.some((condition) => rejectsNullRow(condition, id))) continue;
    if (isLeft(joins[at]!)) joins[at] = joins[at] === "full" ? "right" : "inner";
    if (!isLeftOfRight) continue;
    for (let right = at + 1; right < joins.length; right++)
      if (isRight(joins[right]!)) joins[right] = joins[right] === "full" ? "left" : "inner";
  }
  return sources.map((source, at) => (joins[at] === source.join ? source : { ...source, join: joins[at]! }));
}

export function isLeft(join: JoinKind): boolean {
  return join === "left" || join === "full";
}

export function isRight(join: JoinKind): boolean {
  return join === "right" || join === "full";
}
