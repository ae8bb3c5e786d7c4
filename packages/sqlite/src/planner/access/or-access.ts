/** An OR by several indexes: each branch is planned by itself, with what else is known of the source. */
import type { BoundExpression } from "../expression.ts";
import { queryIn, some } from "../walk.ts";
import { accessOf } from "./accesses.ts";
import { analyzeAll, split } from "./analyze-terms.ts";
import type { Candidate } from "./candidate.ts";
import { choosePath } from "./choose-path.ts";
import { explainLoop, isMultiOr } from "./explain.ts";
import { branchClause } from "./or-candidates.ts";
import type { Access, PlanLine } from "./plan.ts";
import type { PlannedSource } from "./planned-source.ts";
import { newPlanning, type Planning, termContext } from "./planning.ts";
import { includes, isEmpty, NO_SOURCES, type SourceSet, without } from "./source-set.ts";
import { Clause, type Term } from "./term.ts";

const NO_LINES: readonly PlanLine[] = [];

export type OrAccess = Extract<Access, { kind: "or" }>;

type PlannedBranch = OrAccess["branches"][number];

/** `before`: the sources of the loops around. */
export function orAccess(planning: Planning, candidate: Candidate, source: PlannedSource, before: SourceSet): OrAccess {
  const term = candidate.terms[0]!; // the OR
  const others = otherConditions(planning, term, source);
  // Sources around are as good as constants; those to come are there so that nobody uses them.
  const toCome = planning.sources.filter((other) => other !== source && !includes(before, other.bit));
  const branches: PlannedBranch[] = [];
  let isWhole = true;
  for (const [at, branch] of term.branches!.terms.entries()) {
    if (branchClause(branch, source, planning.clause) === undefined) continue;
    const planned = new Branch(planning, source, toCome, term, branch, others);
    branches.push(planned.plan(at + 1));
    isWhole &&= planned.isWhole;
  }
  if (isWhole && !(source.isLeft && term.outerJoin === -1)) term.isDone = true;
  return { kind: "or", branches };
}

/** What else WHERE says of the source: it may help each branch. It is tested again behind them all. */
function otherConditions({ clause }: Planning, or: Term, source: PlannedSource): Term[] {
  return clause.terms.filter((term) => {
    if (term === or || term.isVirtual || term.isDone || term.operators === 0 || hasQuery(term.expression)) return false;
    if (!source.touchesOuter) return true;
    return term.outerJoin === source.source.id || (term.innerJoin === source.source.id && !source.isLeft);
  });
}

function hasQuery(e: BoundExpression): boolean {
  return some(e, (part) => queryIn(part) !== undefined);
}

class Branch {
  /** Every condition of the branch itself is met. */
  isWhole = true;
  readonly #planning: Planning;
  readonly #own: number;

  constructor(
    outer: Planning,
    source: PlannedSource,
    toCome: readonly PlannedSource[],
    or: Term,
    branch: Term,
    others: readonly Term[],
  ) {
    const sources = [source, ...toCome].map((one, place) => one.at(place));
    const terms = termContext(sources, outer.context);
    const clause = new Clause(false);
    split(clause, branch.expression, or.outerJoin, or.innerJoin);
    this.#own = clause.terms.length;
    for (const { expression, outerJoin, innerJoin } of others) split(clause, expression, outerJoin, innerJoin);
    analyzeAll(clause, terms);
    this.#planning = newPlanning(
      terms,
      clause,
      { ...outer.parts, sources: sources.slice(0, 1).map((one) => one.source) },
      undefined,
      outer,
    );
  }

  plan(number: number): PlannedBranch {
    const planning = this.#planning;
    const [candidate] = choosePath(planning).loops;
    const source = planning.sources[0]!;
    const own = planning.clause.terms.slice(0, this.#own);
    const notReady = without(planning.all, source.bit);
    const isOr = isMultiOr(candidate!);
    const access = isOr
      ? orAccess(planning, candidate!, source, NO_SOURCES)
      : accessOf(planning, candidate!, false, notReady);
    if (access.kind === "hash") throw new Error("a hash for a part of a condition");
    const filters: BoundExpression[] = [];
    for (const term of own) {
      if (term.isDone) continue;
      if (includes(source.bit, term.needs) || isEmpty(term.needs)) filters.push(term.expression);
      else this.isWhole = false;
    }
    const explain = (): readonly PlanLine[] =>
      isOr ? NO_LINES : [{ text: explainLoop(candidate!, source, false), children: NO_LINES }];
    return { number, access, filters, explain };
  }
}
