/** EXPLAIN QUERY PLAN of what comes behind the loops of RIGHT and FULL JOINs: the rows on the right that matched nothing. */
import { analyzeAll, split } from "./analyze-terms.ts";
import type { Candidate } from "./candidate.ts";
import { choosePath } from "./choose-path.ts";
import { explainLoop, isMultiOr } from "./explain.ts";
import type { PlanLine } from "./plan.ts";
import { newPlanning, type Planning, termContext } from "./planning.ts";
import { includes, NO_SOURCES, type SourceSet, union } from "./source-set.ts";
import { Clause } from "./term.ts";

/** From the innermost loop. The original plans them once more, with what WHERE says of all that is NULL on the left. */
export function explainUnmatched(planning: Planning, loops: readonly Candidate[]): PlanLine[] {
  const lines: PlanLine[] = [];
  let ready: SourceSet = NO_SOURCES;
  for (const { place, self } of loops) {
    ready = union(ready, self);
    const source = planning.sources[place]!;
    if (!source.isRight) continue;
    const { content, name } = source.source;
    const alone = source.alone();
    const terms = termContext([alone], planning.context);
    const clause = new Clause(false);
    for (const term of planning.clause.terms) {
      if (source.isLeftOfRight || term.isVirtual || term.outerJoin !== -1 || term.innerJoin !== -1) continue;
      if (includes(ready, term.needs)) split(clause, term.expression, -1, -1);
    }
    analyzeAll(clause, terms);
    const inner = newPlanning(terms, clause, { ...planning.parts, sources: [alone.source] }, undefined, planning);
    const [candidate] = choosePath(inner).loops;
    const text =
      candidate === undefined || isMultiOr(candidate) ? "MULTI-INDEX OR" : explainLoop(candidate, alone, false);
    const table = content.kind === "table" ? content.table.name : name;
    lines.unshift({ text: `RIGHT-JOIN ${table}`, children: [{ text, children: [] }] });
  }
  return lines;
}
