/** The ways to run a loop as the rows of one index after another: a branch of an OR each (https://www.sqlite.org/optoverview.html#or_optimizations). */
import { MULTI_OR, OrCosts } from "./candidate.ts";
import type { Planning } from "./planning.ts";
import type { PlannedSource } from "./planned-source.ts";
import { intersects, type SourceSet } from "./source-set.ts";
import { addTableCandidates } from "./table-candidates.ts";
import { AND, Clause, OR, type Term } from "./term.ts";

export function addOrCandidates(planning: Planning, source: PlannedSource, clause: Clause, before: SourceSet): void {
  if (source.isRight) return;
  const { candidates, template } = planning;
  for (const term of clause.terms) {
    if ((term.operators & OR) === 0 || !intersects(term.indexable, source.bit)) continue;
    const costs = branchCosts(planning, source, clause, term, before);
    template.terms.length = 0;
    template.terms.push(term);
    template.flags = MULTI_OR;
    template.setup = 0;
    template.order = 0;
    template.probe = undefined;
    template.equal = 0;
    template.low = 0;
    template.high = 0;
    template.skipped = 0;
    template.distinctColumns = 0;
    for (const { prerequisites, run, rows } of costs.costs) {
      template.run = run + 1;
      template.rows = rows;
      template.prerequisites = prerequisites;
      candidates.add(template);
    }
  }
}

/** None when a branch has no index to use. */
function branchCosts(
  planning: Planning,
  source: PlannedSource,
  clause: Clause,
  term: Term,
  before: SourceSet,
): OrCosts {
  const { candidates } = planning;
  const surrounding = candidates.orCosts;
  let sum: OrCosts | undefined;
  for (const branch of term.branches!.terms) {
    // OR has its branches
    const own = branchClause(branch, source, clause);
    if (own === undefined) continue;
    const costs = new OrCosts();
    candidates.orCosts = costs;
    addTableCandidates(planning, source, own, before);
    addOrCandidates(planning, source, own, before);
    if (costs.costs.length === 0) {
      sum = costs;
      break;
    }
    sum = sum === undefined ? costs : OrCosts.sum(sum, costs);
  }
  candidates.orCosts = surrounding;
  return sum ?? new OrCosts();
}

/** What holds in a branch; undefined: it is about another source (the other way round of a branch that is about this one). */
export function branchClause(branch: Term, source: PlannedSource, outer: Clause): Clause | undefined {
  if ((branch.operators & AND) !== 0) return branch.branches;
  if (branch.source !== source.source.id) return undefined;
  const own = new Clause(false, outer);
  own.terms.push(branch);
  own.written = 1;
  return own;
}
