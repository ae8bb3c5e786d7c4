/**
 * Ways to run one loop, with what they cost; only those that no other way beats are kept.
 *
 * A way is better than another for the same source when it needs no more sources before it, costs no more and gives no more rows. Those that keep an
 * order that is wished for are compared among themselves only.
 */
import type { LogEstimate } from "./log-estimate.ts";
import { includes, NO_SOURCES, type SourceSet, union } from "./source-set.ts";
import { addEstimates } from "./log-estimate.ts";
import type { Probe } from "./table-facts.ts";
import type { Term } from "./term.ts";

export const COLUMN_EQ = 0x1;
export const COLUMN_RANGE = 0x2;
export const COLUMN_IN = 0x4;
export const COLUMN_NULL = 0x8;
/** Any of the four: the loop does not go over everything. */
export const CONSTRAINT = 0xf;
export const HIGH_BOUND = 0x10;
export const LOW_BOUND = 0x20;
/** The index alone has everything. */
export const INDEX_ONLY = 0x40;
export const BY_ROWID = 0x100;
export const BY_INDEX = 0x200;
export const ONE_ROW = 0x1000;
export const MULTI_OR = 0x2000;
export const AUTO_INDEX = 0x4000;
export const SKIP_SCAN = 0x8000;
/** Made of the automatic index: only of rows that pass conditions of the source itself. */
export const PARTIAL_AUTO_INDEX = 0x20000;
/** Some term was found by way of another column that is the same. */
export const TRANSITIVE = 0x200000;
export const BLOOM_FILTER = 0x400000;
/** Conditions beside those that the loop uses leave rows out. */
export const SELF_CULLED = 0x800000;
export const STREAMED = 0x2000000;
/** An index on expressions that may have everything. */
export const EXPRESSION_INDEX = 0x4000000;

export class Candidate {
  place = 0;
  self: SourceSet = NO_SOURCES;
  prerequisites: SourceSet = NO_SOURCES;
  /** 0: its order helps nobody; else which index's order it is. */
  order = 0;
  setup: LogEstimate = 0;
  run: LogEstimate = 0;
  rows: LogEstimate = 0;
  /** Undefined with a rowid, an OR, an automatic index. */
  probe: Probe | undefined = undefined;
  /** Columns with equalities, those skipped among them. */
  equal = 0;
  low = 0;
  high = 0;
  skipped = 0;
  distinctColumns = 0;
  flags = 0;
  /** For each equal column its term (undefined: skipped), then those of the lower and the upper bound. */
  terms: (Term | undefined)[] = [];

  /** Hot: once for each way that is kept. */
  copy(): Candidate {
    const copy = new Candidate();
    copy.place = this.place;
    copy.self = this.self;
    copy.prerequisites = this.prerequisites;
    copy.order = this.order;
    copy.setup = this.setup;
    copy.run = this.run;
    copy.rows = this.rows;
    copy.probe = this.probe;
    copy.equal = this.equal;
    copy.low = this.low;
    copy.high = this.high;
    copy.skipped = this.skipped;
    copy.distinctColumns = this.distinctColumns;
    copy.flags = this.flags;
    copy.terms = this.terms.slice();
    return copy;
  }
}

/** The best costs of a branch of an OR, by what it needs. */
export interface OrCost {
  prerequisites: SourceSet;
  run: LogEstimate;
  rows: LogEstimate;
}

const MAX_OR_COSTS = 3;

export class OrCosts {
  costs: OrCost[] = [];

  add(prerequisites: SourceSet, run: LogEstimate, rows: LogEstimate): void {
    for (const known of this.costs) {
      if (run <= known.run && includes(known.prerequisites, prerequisites)) {
        replaceCost(known, prerequisites, run, rows);
        return;
      }
      if (known.run <= run && includes(prerequisites, known.prerequisites)) return;
    }
    if (this.costs.length < MAX_OR_COSTS) {
      this.costs.push({ prerequisites, run, rows });
      return;
    }
    const dearest = this.costs.reduce((most, cost) => (cost.run > most.run ? cost : most));
    if (dearest.run > run) replaceCost(dearest, prerequisites, run, rows);
  }

  /** The costs of running both. */
  static sum(a: OrCosts, b: OrCosts): OrCosts {
    const sum = new OrCosts();
    for (const one of a.costs)
      for (const other of b.costs)
        sum.add(
          union(one.prerequisites, other.prerequisites),
          addEstimates(one.run, other.run),
          addEstimates(one.rows, other.rows),
        );
    return sum;
  }
}

function replaceCost(known: OrCost, prerequisites: SourceSet, run: LogEstimate, rows: LogEstimate): void {
  known.prerequisites = prerequisites;
  known.run = run;
  known.rows = Math.min(known.rows, rows);
}

/** More ways than anybody needs; statements with more get a worse plan. */
const LIMIT = 20_000;
const LIMIT_PER_SOURCE = 1000;

export class Candidates {
  readonly list: Candidate[] = [];
  /** Set while the branches of an OR are looked at: their costs are all that counts. */
  orCosts: OrCosts | undefined;
  #left = LIMIT;

  beginSource(): void {
    this.#left += LIMIT_PER_SOURCE;
  }

  /** So many ways have been tried that no more are. */
  get isExhausted(): boolean {
    return this.#left === 0;
  }

  /** Keeps a copy of `template`, if it is any good. Adjusts its cost: a way with more conditions is never dearer than the same with fewer. */
  add(template: Candidate): void {
    if (this.isExhausted) {
      if (this.orCosts !== undefined) this.orCosts.costs = [];
      return;
    }
    this.#left -= 1;
    this.#adjust(template);
    if (this.orCosts !== undefined) {
      if (template.terms.length > 0) this.orCosts.add(template.prerequisites, template.run, template.rows);
      return;
    }
    const at = this.#findLesser(0, template);
    if (at === undefined) return;
    if (at === this.list.length) {
      this.list.push(template.copy());
      return;
    }
    this.list[at] = template.copy();
    for (let next = this.#findLesser(at + 1, template); next !== undefined && next < this.list.length;) {
      this.list.splice(next, 1);
      next = this.#findLesser(next, template);
    }
  }

  #adjust(template: Candidate): void {
    if ((template.flags & BY_INDEX) === 0) return;
    for (const other of this.list) {
      if (other.place !== template.place || (other.flags & BY_INDEX) === 0) continue;
      if (isCheaperSubset(other, template)) {
        template.run = Math.min(other.run, template.run);
        template.rows = Math.min(other.rows - 1, template.rows);
      } else if (isCheaperSubset(template, other)) {
        template.run = Math.max(other.run, template.run);
        template.rows = Math.max(other.rows + 1, template.rows);
      }
    }
  }

  /** Where in the list, from `from` on, the first is that `template` beats; its length: none; undefined: one there beats it. */
  #findLesser(from: number, template: Candidate): number | undefined {
    for (let at = from; at < this.list.length; at++) {
      const other = this.list[at]!;
      if (other.place !== template.place || other.order !== template.order) continue;
      // A real index that finds equal values is always better than one that is made for the purpose.
      const replacesAutomatic =
        (other.flags & AUTO_INDEX) !== 0 &&
        template.skipped === 0 &&
        (template.flags & BY_INDEX) !== 0 &&
        (template.flags & COLUMN_EQ) !== 0;
      const needsNoMore = includes(other.prerequisites, template.prerequisites);
      if (replacesAutomatic && needsNoMore) return at;
      if (
        includes(template.prerequisites, other.prerequisites) &&
        other.setup <= template.setup &&
        other.run <= template.run &&
        other.rows <= template.rows
      )
        return undefined;
      if (needsNoMore && other.run >= template.run && other.rows >= template.rows) return at;
    }
    return this.list.length;
  }
}

/** Whether `a` uses some of the conditions that `b` uses, and no others, and ought therefore not to look better. */
function isCheaperSubset(a: Candidate, b: Candidate): boolean {
  if (a.run > b.run && a.rows > b.rows) return false;
  if (a.equal < b.equal && a.probe === b.probe && a.skipped === 0 && b.skipped === 0) return true;
  if (a.terms.length - a.skipped >= b.terms.length - b.skipped) return false;
  if (b.skipped > a.skipped) return false;
  for (const term of a.terms) if (term !== undefined && !b.terms.includes(term)) return false;
  return (a.flags & INDEX_ONLY) === 0 || (b.flags & INDEX_ONLY) !== 0;
}
