/** Terms that OR joins: what each branch can be looked up by, and lists that equalities with one column amount to. */
import { EXPRESSION } from "../../schema/table.ts";
import type { BoundExpression } from "../expression.ts";
import { affinityOf, equalExpressions } from "../walk.ts";
import { analyze, analyzeAll, type CompareExpression, split, type TermContext } from "./analyze-terms.ts";
import { intersects, isEmpty, NO_SOURCES, type SourceSet, union, without } from "./source-set.ts";
import { adopt, AND, Clause, EQ, GE, GT, LE, LT, OR, RANGE, SIMPLE, type Term } from "./term.ts";
import { sameName, withoutCollate } from "./usage.ts";

export function analyzeOr(term: Term, e: BoundExpression, context: TermContext): void {
  const branches = new Clause(true);
  term.branches = branches;
  split(branches, e, term.outerJoin, term.innerJoin);
  analyzeAll(branches, context);
  let indexable = allSources(context);
  let equalities = indexable;
  for (const branch of [...branches.terms]) {
    if (isEmpty(indexable)) break;
    if ((branch.operators & SIMPLE) === 0) {
      equalities = NO_SOURCES;
      indexable = common(indexable, conjunctionSources(branch, term, context));
    } else if (!branch.isCopied) {
      let own = bitOf(branch.source, context);
      if (branch.isVirtual && branch.parent !== undefined) own = union(own, bitOf(branch.parent.source, context));
      indexable = common(indexable, own);
      equalities = (branch.operators & EQ) === 0 ? NO_SOURCES : common(equalities, own);
    }
  }
  term.indexable = indexable;
  term.operators = OR;
  if (!isEmpty(indexable)) {
    term.clause.hasIndexableOr = true;
    if (branches.terms.length === 2) combineRanges(term, branches, context);
  }
  if (!isEmpty(equalities)) addList(term, branches, equalities, context);
}

function allSources({ sources }: TermContext): SourceSet {
  return sources.reduce<SourceSet>((all, { bit }) => union(all, bit), NO_SOURCES);
}

function common(a: SourceSet, b: SourceSet): SourceSet {
  return without(a, without(a, b));
}

function bitOf(source: number, { byId }: TermContext): SourceSet {
  return byId.get(source)?.bit ?? NO_SOURCES;
}

/** A branch that is no comparison: terms joined by AND, of which those of one source may use its indexes. */
function conjunctionSources(branch: Term, term: Term, context: TermContext): SourceSet {
  const parts = new Clause(false, term.clause);
  branch.branches = parts;
  branch.operators = AND;
  branch.source = -1;
  split(parts, branch.expression, branch.outerJoin, branch.innerJoin);
  analyzeAll(parts, context);
  return parts.terms
    .filter(({ operators }) => (operators & SIMPLE) !== 0)
    .reduce<SourceSet>((found, { source }) => union(found, bitOf(source, context)), NO_SOURCES);
}

/** `x = v OR x > v` → `x >= v`, beside it. */
function combineRanges(term: Term, branches: Clause, context: TermContext): void {
  const [first, second] = branches.terms;
  for (const one of partsOf(first!)) for (const two of partsOf(second!)) combine(term, one, two, context);
}

function partsOf(branch: Term): readonly Term[] {
  return branch.operators === AND ? [...branch.branches!.terms] : [branch]; // AND has its terms
}

const UP = EQ | GT | GE;
const DOWN = EQ | LT | LE;

function combine(term: Term, one: Term, two: Term, context: TermContext): void {
  if (one.isNotNullRange || two.isNotNullRange) return;
  const comparable = EQ | RANGE;
  if ((one.operators & comparable) === 0 || (two.operators & comparable) === 0) return;
  const operators = one.operators | two.operators;
  if ((operators & DOWN) !== operators && (operators & UP) !== operators) return;
  const a = one.expression;
  const b = two.expression;
  if (a.kind !== "compare" || b.kind !== "compare" || one.own === undefined || one.value === undefined) return;
  if (two.own === undefined || two.value === undefined) return;
  if (!equalExpressions(one.own, two.own) || !equalExpressions(one.value, two.value)) return;
  if (a.affinity !== b.affinity || !sameName(a.collation.name, b.collation.name)) return;
  const isOne = (operators & (operators - 1)) === 0;
  const operator = isOne ? SIGNS[operators]! : (operators & (LT | LE)) !== 0 ? "<=" : ">=";
  const combined: CompareExpression = { ...a, left: one.own, right: one.value, operator };
  analyze(term.clause.add(combined, true, term.outerJoin, term.innerJoin), context);
}

const SIGNS: Readonly<Record<number, CompareExpression["operator"]>> = {
  [EQ]: "=",
  [LT]: "<",
  [LE]: "<=",
  [GT]: ">",
  [GE]: ">=",
};

/** `x = 1 OR x = 2 OR …` → `x IN (1, 2, …)`, beside it. */
function addList(term: Term, branches: Clause, sources: SourceSet, context: TermContext): void {
  let source = -1;
  let column = -1;
  for (let attempt = 0; attempt < 2; attempt++) {
    const at = branches.terms.findIndex(
      (branch) => branch.source !== source && intersects(sources, bitOf(branch.source, context)),
    );
    if (at === -1) return;
    const first = branches.terms[at]!;
    ({ source, column } = first);
    const alike = branches.terms.slice(at).filter((branch) => branch.source === source);
    if (!alike.every((branch) => isOfSameColumn(branch, first, column))) continue;
    addInTerm(term, alike, context);
    return;
  }
}

function isOfSameColumn({ column, own, value }: Term, first: Term, wanted: number): boolean {
  if (column !== wanted || own === undefined || value === undefined) return false;
  if (column === EXPRESSION && !equalExpressions(withoutCollate(own), withoutCollate(first.own!))) return false; // it has one as well
  const affinity = affinityOf(value);
  return affinity === undefined || affinity === affinityOf(own);
}

function addInTerm(term: Term, alike: readonly Term[], context: TermContext): void {
  const [first] = alike;
  const compared = first?.expression;
  if (compared?.kind !== "compare" || first?.own === undefined) return;
  const items: BoundExpression[] = [];
  for (const { expression, value } of alike) {
    if (expression.kind !== "compare" || value === undefined) return;
    if (!sameName(expression.collation.name, compared.collation.name)) return;
    items.push(value);
  }
  const list: BoundExpression = {
    kind: "in-list",
    not: false,
    operand: first.own,
    items,
    affinity: affinityOf(first.own),
    collation: compared.collation,
  };
  const child = term.clause.add(list, true, term.outerJoin, term.innerJoin);
  analyze(child, context);
  adopt(term, child);
}
