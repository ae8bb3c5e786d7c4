/**
 * WHERE as the planner sees it: terms, which AND joins, taken apart into `column operator value` where they have that form.
 *
 * Beside the terms that were written stand those that follow from them: the other way round (`a = b` is `b = a`), BETWEEN's two bounds, LIKE's
 * range, OR's list. They help to find rows; that the written one holds has still to be tested, unless its `children` were all used.
 */
import type { BoundExpression } from "../expression.ts";
import type { LogEstimate } from "./log-estimate.ts";
import type { RowComparison } from "./row-comparison.ts";
import { NO_SOURCES, type SourceSet } from "./source-set.ts";

/** What operator a term has; sets of them are sums. */
export const IN = 0x1;
export const EQ = 0x2;
export const GT = 0x4;
export const LE = 0x8;
export const LT = 0x10;
export const GE = 0x20;
export const IS = 0x80;
export const IS_NULL = 0x100;
/** Terms joined by OR: see Term.branches. */
export const OR = 0x200;
/** Within OR: terms joined by AND. */
export const AND = 0x400;
/** An equality of two columns that makes them the same in every respect. */
export const EQUIVALENT = 0x800;

export const RANGE: number = GT | LE | LT | GE;
/** Those that compare a column with a value. */
export const SIMPLE = 0x1ff;

export class Term {
  /** As it is tested, without likely() around it. */
  expression: BoundExpression;
  readonly clause: Clause;
  /** Its place in the clause. */
  readonly index: number;
  /** How likely it holds: 0 or below when it was said (likely, unlikely, likelihood), 1 when nobody knows. */
  truth: LogEstimate = 1;
  /** It follows from another term, or others say all that it says. */
  isVirtual: boolean;
  operators = 0;
  /** The source whose column or expression `own` is; −1: none that an index might have. */
  source = -1;
  /** Of `source`; ROWID, or EXPRESSION. */
  column = 0;
  own: BoundExpression | undefined = undefined;
  value: BoundExpression | undefined = undefined;
  /** A comparison of rows, of which `own` and `value` are the first columns. */
  row: RowComparison | undefined = undefined;
  /** Of a row of columns IN a query: which of them, from 0. */
  field = 0;
  /** Sources that `value` reads, and that the whole term reads. */
  needsForValue: SourceSet = NO_SOURCES;
  needs: SourceSet = NO_SOURCES;
  /** What it follows from, and how many follow from it. */
  parent: Term | undefined = undefined;
  children = 0;
  /** Of an outer join's ON: the join's right side; −1 otherwise. */
  readonly outerJoin: number;
  /** Of ON of an inner join that stands on the left of a RIGHT or FULL one: the join's right side; −1 otherwise. */
  readonly innerJoin: number;
  /** `OR`: its terms. `AND`: its own. */
  branches: Clause | undefined = undefined;
  /** `OR`: the sources for which every branch might use an index. */
  indexable: SourceSet = NO_SOURCES;
  /** `x > NULL`, which stands for x IS NOT NULL. */
  isNotNullRange = false;
  /** A bound of LIKE's range; the upper one follows the lower one in the clause. */
  isLikeBound = false;
  /** LIKE without regard to case: what its range finds is not all there is to test. */
  isLooseLike = false;
  /** A term that follows from it has taken its place in the search for indexes. */
  isCopied = false;
  /** A subquery in it reads other sources: tested after the others. */
  hasCorrelatedQuery = false;
  /** Nothing is left to test. */
  isDone = false;

  constructor(clause: Clause, expression: BoundExpression, isVirtual: boolean, outerJoin: number, innerJoin: number) {
    this.clause = clause;
    this.index = clause.terms.length;
    this.expression = expression;
    this.isVirtual = isVirtual;
    this.outerJoin = outerJoin;
    this.innerJoin = innerJoin;
  }
}

export class Clause {
  readonly terms: Term[] = [];
  /** Joined by OR; else by AND. */
  readonly isOr: boolean;
  /** Where terms can be found as well, for an AND within an OR. */
  readonly outer: Clause | undefined;
  /** The first so many were written. */
  written = 0;
  hasIndexableOr = false;

  constructor(isOr: boolean, outer?: Clause) {
    this.isOr = isOr;
    this.outer = outer;
  }

  add(expression: BoundExpression, isVirtual: boolean, outerJoin = -1, innerJoin = -1): Term {
    const term = new Term(this, expression, isVirtual, outerJoin, innerJoin);
    this.terms.push(term);
    if (!isVirtual) this.written = this.terms.length;
    return term;
  }
}

/** `child` follows from `parent`, and shares its likelihood. */
export function adopt(parent: Term, child: Term): void {
  child.parent = parent;
  child.truth = parent.truth;
  parent.children += 1;
}
