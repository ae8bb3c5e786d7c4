/** How many rows are left by conditions that no index looks at. */
import { INTEGER, TEXT } from "../../values/value.ts";
import { encodedLength } from "../../values/text-codec.ts";
import type { BoundExpression } from "../expression.ts";
import { children } from "../walk.ts";
import { type Candidate, SELF_CULLED } from "./candidate.ts";
import type { LogEstimate } from "./log-estimate.ts";
import type { Planning } from "./planning.ts";
import { includes, intersects, sameSources, union } from "./source-set.ts";
import { type Clause, EQ, IS, RANGE, IN, type Term } from "./term.ts";

/** Lowers the template's estimate of rows for terms that it does not use. `total`: rows of the source. */
export function adjustRows(
  { parts, order, sources }: Planning,
  clause: Clause,
  template: Candidate,
  total: LogEstimate,
): void {
  if (parts.sources.length <= 1 && order === undefined) return;
  const allowed = union(template.prerequisites, template.self);
  const source = sources[template.place]!;
  let reduction = 0;
  for (let i = 0; i < clause.written; i++) {
    const term = clause.terms[i]!;
    if (term.isVirtual || !includes(allowed, term.needs) || !intersects(term.needs, template.self)) continue;
    if (isUsed(term, clause, template)) continue;
    if (sameSources(term.needs, template.self)) {
      const isSimple = (term.operators & (IN | EQ | RANGE)) !== 0;
      if (isSimple || !(source.isLeft || source.isLeftOfRight)) template.flags |= SELF_CULLED;
    }
    if (term.truth <= 0) {
      template.rows += term.truth;
      continue;
    }
    template.rows -= 1;
    if ((term.operators & (EQ | IS)) !== 0) reduction = Math.max(reduction, isSmall(term.value) ? 10 : 20);
    else template.rows -= 2 * patternLength(term.expression);
  }
  template.rows = Math.min(template.rows, total - reduction);
}

/** Itself or by what follows from it. The original looks for the latter by their places, also where they are of the clause around an OR. */
function isUsed(term: Term, clause: Clause, { terms }: Candidate): boolean {
  return terms.some(
    (used) =>
      used !== undefined && (used === term || (used.parent !== undefined && clause.terms[used.parent.index] === term)),
  );
}

/** −1, 0 and 1 are more often found than other numbers. */
function isSmall(value: BoundExpression | undefined): boolean {
  if (value?.kind === "negate") return isSmall(value.operand);
  return (
    value?.kind === "constant" &&
    value.tag === INTEGER &&
    value.payload !== null &&
    Math.abs(Number(value.payload)) <= 1
  );
}

const PATTERNS: Readonly<Record<string, RegExp>> = {
  like: /[%_]/g,
  glob: /[*?]|\[.?[^\]]*\]?/gs,
  regexp: /[*?]|\[.?[^\]]*\]?/gs,
  match: /[*?]|\[.?[^\]]*\]?/gs,
};

/** Letters of the longest constant in a pattern that are no wildcards. */
function patternLength(e: BoundExpression): number {
  const wildcards = e.kind === "call" ? PATTERNS[e.function.name] : undefined;
  if (e.kind !== "call" || wildcards === undefined || e.arguments.length < 2) return 0;
  return longestText(e.arguments[0]!, wildcards);
}

function longestText(e: BoundExpression, wildcards: RegExp): number {
  if (e.kind === "constant" && e.tag === TEXT && typeof e.payload === "string")
    return encodedLength(e.payload.replace(wildcards, ""), "utf8");
  return children(e).reduce((longest, child) => Math.max(longest, longestText(child, wildcards)), 0);
}
