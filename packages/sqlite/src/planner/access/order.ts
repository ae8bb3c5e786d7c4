/**
 * Whether loops deliver rows in an order that is wished for.
 *
 * Loop by loop: columns that are equal to something known do not matter; then the columns of the index follow, as long as they are the terms that come next,
 * all in the direction that the first one takes. What stands inside of a loop can go on with the order only when that loop's rows are all different
 * in what has been matched: otherwise rows of one value would be interleaved.
 */
import { EXPRESSION, ROWID } from "../../schema/table.ts";
import { affinityOf, equalExpressions } from "../walk.ts";
import { BY_ROWID, type Candidate, ONE_ROW, SKIP_SCAN, STREAMED } from "./candidate.ts";
import { findTerm } from "./find-terms.ts";
import type { OrderKind, OrderTerm, Planning } from "./planning.ts";
import type { PlannedSource } from "./planned-source.ts";
import { includes, isEmpty, NO_SOURCES, sourceBit, type SourceSet, union, without } from "./source-set.ts";
import { EQ, IN, IS, IS_NULL } from "./term.ts";
import { sameName, withoutCollate } from "./usage.ts";

export interface Satisfaction {
  /** How many of the first terms are; −1: all those so far, and loops further inside will decide. */
  terms: number;
  /** The loops, by their depth, that have to go backwards. */
  reverse: SourceSet;
}

/** More terms than anybody sorts by; no order is looked for with more. */
const MAX_TERMS = 63;

export interface OrderQuestion {
  readonly order: readonly OrderTerm[];
  readonly kind: OrderKind;
  /** Only the innermost loop counts: rows are wanted in order among those that come one after another. */
  readonly innermostOnly?: boolean;
  /** The first row is the only one that counts. */
  readonly isExtreme?: boolean | undefined;
}

/** `loops`: the outer ones, the first `depth` of the list; `last`: the one inside. */
export function satisfies(
  planning: Planning,
  question: OrderQuestion,
  loops: readonly Candidate[],
  depth: number,
  last: Candidate,
): Satisfaction {
  const check = new OrderCheck(planning, question);
  return check.run(loops, depth, last);
}

class OrderCheck {
  readonly #planning: Planning;
  readonly #question: OrderQuestion;
  readonly #order: readonly OrderTerm[];
  readonly #done: Uint8Array;
  readonly #equalities: number;
  #doneCount = 0;
  #reverse: SourceSet = NO_SOURCES;
  /** What has been matched tells every row of the loops so far from every other. */
  #isDistinct = true;
  #distinctSources: SourceSet = NO_SOURCES;

  constructor(planning: Planning, question: OrderQuestion) {
    this.#planning = planning;
    this.#question = question;
    this.#order = question.order;
    this.#done = new Uint8Array(question.order.length);
    const takesIn = question.innermostOnly === true || question.isExtreme === true;
    this.#equalities = EQ | IS | IS_NULL | (takesIn ? IN : 0);
  }

  run(loops: readonly Candidate[], depth: number, last: Candidate): Satisfaction {
    const count = this.#order.length;
    if (count > MAX_TERMS) return { terms: 0, reverse: NO_SOURCES };
    let ready: SourceSet = NO_SOURCES;
    for (let at = 0; this.#isDistinct && this.#doneCount < count && at <= depth; at++) {
      const loop = at < depth ? loops[at]! : last;
      if (at > 0) ready = union(ready, loops[at - 1]!.self);
      if (at < depth && this.#question.innermostOnly === true) continue;
      if (!this.#loop(loop, at, ready)) return { terms: 0, reverse: this.#reverse };
    }
    if (this.#doneCount === count) return { terms: count, reverse: this.#reverse };
    if (this.#isDistinct) return { terms: -1, reverse: this.#reverse };
    const undone = this.#done.indexOf(0);
    return { terms: undone, reverse: this.#reverse };
  }

  #finish(at: number): void {
    this.#done[at] = 1;
    this.#doneCount += 1;
  }

  /** False: nothing is ordered here. */
  #loop(loop: Candidate, at: number, ready: SourceSet): boolean {
    const source = this.#planning.sources[loop.place]!;
    this.#equalTerms(loop, source, ready);
    if ((loop.flags & ONE_ROW) === 0) {
      let columns = 1;
      const { probe } = loop;
      if ((loop.flags & BY_ROWID) !== 0) {
        if (source.estimate?.order !== undefined && this.#matchRowsOfQuery(loop, at, source)) {
          columns = 0;
          this.#isDistinct = false;
        }
      } else if (probe === undefined || probe.unordered) return false;
      else {
        columns = probe.columns.length;
        this.#isDistinct = probe.unique && (loop.flags & SKIP_SCAN) === 0;
      }
      if (this.#matchColumns(loop, at, source, columns)) this.#isDistinct = true;
    }
    if (this.#isDistinct) this.#functionsOfDistinct(loop);
    return true;
  }

  /** Terms that are equal to something which is known in this loop. */
  #equalTerms(loop: Candidate, source: PlannedSource, ready: SourceSet): void {
    const { clause, byId, all } = this.#planning;
    for (const [at, term] of this.#order.entries()) {
      if (this.#done[at] === 1 || term.source !== source.source.id) continue;
      const found = findTerm(clause, byId, source, term.column, without(all, ready), this.#equalities, undefined);
      if (found === undefined) continue;
      if (found.operators === IN && !loop.terms.includes(found)) continue;
      if ((found.operators & (EQ | IS)) !== 0 && term.column >= 0) {
        const e = found.expression;
        if (e.kind !== "compare" || !sameName(e.collation.name, term.collation)) continue;
        const affinity = found.value && affinityOf(found.value);
        if (affinity !== undefined && affinity !== (found.own && affinityOf(found.own))) continue;
      }
      this.#finish(at);
    }
  }

  /** Rows of a query come in the order of its own ORDER BY. */
  #matchRowsOfQuery(loop: Candidate, depth: number, source: PlannedSource): boolean {
    const own = source.estimate?.order ?? [];
    let at = this.#done.indexOf(0);
    if (at === -1) return false;
    let reverse = false;
    let matched = 0;
    for (; matched < own.length && at < this.#order.length; matched++, at++) {
      const term = this.#order[at]!;
      const { column, descending, nullsFirst } = own[matched]!;
      if (term.source !== source.source.id || term.column !== column) break;
      const { content } = source.source;
      if (content.kind === "query" && !sameName(content.query.columns[column]!.collation.name, term.collation)) break;
      if (this.#question.kind !== "group") {
        if ((nullsFirst === descending) !== term.movesNulls) break;
        if (matched > 0) {
          if ((reverse !== descending) !== term.descending) break;
        } else {
          reverse = descending !== term.descending;
          if (reverse) {
            if ((loop.flags & STREAMED) !== 0) break;
            this.#reverse = union(this.#reverse, sourceBit(depth));
          }
        }
      }
      if (this.#done[at] === 0) this.#finish(at);
    }
    return matched > 0;
  }

  /** Goes along the index's columns. True: the rowid is among what has been matched. */
  #matchColumns(loop: Candidate, depth: number, source: PlannedSource, columns: number): boolean {
    const { probe } = loop;
    const { kind } = this.#question;
    let direction: boolean | undefined;
    let hasRowid = false;
    for (let position = 0; position < columns; position++) {
      let once = true;
      if (position < loop.equal && position >= loop.skipped) {
        const term = loop.terms[position]!; // only skipped columns have none
        if ((term.operators & this.#equalities) !== 0) {
          if ((term.operators & (IS_NULL | IS)) !== 0) this.#isDistinct = false;
          continue;
        }
        // A row's fields IN a query: only the last one's order is that of the query.
        once = !loop.terms.slice(position + 1, loop.equal).some((other) => other?.expression === term.expression);
      }
      const part = probe?.index === undefined ? undefined : probe.columns[position]!;
      const column = part === undefined ? ROWID : source.columnNumber(part.column);
      if (this.#isDistinct) {
        const mayBeNull = column >= 0 && position >= loop.equal && source.table!.columns[column]!.notNull === undefined; // an index's
        if (mayBeNull || column === EXPRESSION) this.#isDistinct = false;
      }
      const at = once ? this.#termOf(loop, source, position, column) : -1;
      let isMatch = at !== -1;
      const term = this.#order[at];
      if (term !== undefined && kind !== "group") {
        const descends = (part?.descending ?? false) !== term.descending;
        if (direction === undefined) {
          direction = descends;
          if (descends) this.#reverse = union(this.#reverse, sourceBit(depth));
        } else if (direction !== descends) isMatch = false;
      }
      if (term?.movesNulls === true && !this.#mayMoveNulls(loop, source, position)) isMatch = false;
      if (!isMatch) {
        if (position === 0 || position < (probe?.index === undefined ? 0 : probe.keyColumns)) this.#isDistinct = false;
        break;
      }
      if (column === ROWID) hasRowid = true;
      this.#finish(at);
    }
    return hasRowid;
  }

  /** NULLs at the other end would take two passes, unless there are none; min() skips them. */
  #mayMoveNulls({ probe, equal }: Candidate, source: PlannedSource, position: number): boolean {
    if (position !== equal) return false;
    if (this.#planning.wish?.kind === "min" || probe?.index === undefined) return true;
    const column = source.columnNumber(probe.columns[position]!.column);
    return column === ROWID || (column >= 0 && source.table?.columns[column]?.notNull !== undefined);
  }

  /** The place in the order of the term that a column is; −1: none that may come next. */
  #termOf(loop: Candidate, source: PlannedSource, position: number, column: number): number {
    const { kind } = this.#question;
    for (const [at, term] of this.#order.entries()) {
      if (this.#done[at] === 1) continue;
      const isIt = this.#isColumn(term, loop, source, position, column);
      if (isIt) {
        if (kind === "distinct") loop.distinctColumns = position + 1;
        return at;
      }
      // Sorting goes by the first term that is left; grouping by any.
      if (kind === "order") return -1;
    }
    return -1;
  }

  #isColumn(term: OrderTerm, { probe }: Candidate, source: PlannedSource, position: number, column: number): boolean {
    if (column === EXPRESSION) {
      const indexed = probe?.expressions[position];
      if (indexed === undefined || !equalExpressions(term.expression, withoutCollate(indexed))) return false;
    } else if (term.source !== source.source.id || term.column !== column) return false;
    return column === ROWID || sameName(term.collation, probe!.columns[position]!.collation); // a column other than the rowid is an index's
  }

  /** Terms that depend on nothing but what is known to be distinct keep its order. */
  #functionsOfDistinct(loop: Candidate): void {
    this.#distinctSources = union(this.#distinctSources, loop.self);
    for (const [at, { reads, isConstant }] of this.#order.entries()) {
      if (this.#done[at] === 1) continue;
      if (isEmpty(reads) && !isConstant) continue;
      if (includes(this.#distinctSources, reads)) this.#finish(at);
    }
  }
}
