/**
 * The order of the loops: N nearest neighbours (https://www.sqlite.org/queryplanner-ng.html#_overview_of_the_n3_algorithm).
 *
 * From the best few ways to run k loops come the ways to run k + 1, of which the best few are kept: by their cost, which includes sorting in the end
 * when their order is not the one that is wished for.
 */
import { SqliteError } from "../../errors.ts";
import { AUTO_INDEX, BY_INDEX, type Candidate } from "./candidate.ts";
import { addEstimates, type LogEstimate, logEstimate, logOfEstimate } from "./log-estimate.ts";
import { satisfies } from "./order.ts";
import type { Planning } from "./planning.ts";
import { includes, intersects, NO_SOURCES, sameSources, type SourceSet, union } from "./source-set.ts";

export interface Path {
  readonly done: SourceSet;
  readonly reverse: SourceSet;
  readonly rows: LogEstimate;
  readonly cost: LogEstimate;
  /** Without what sorting costs. */
  readonly unsorted: LogEstimate;
  /** How many terms of the order it keeps; −1: not known yet. */
  readonly ordered: number;
  readonly loops: readonly Candidate[];
}

/** Of loops around, no more than 28 turns are taken into account. */
const MAX_OUTER_ROWS: LogEstimate = 48;

/** `rows`: how many will have to be sorted; undefined: nobody knows yet, and order does not count. Throws SqliteError: there is no way. */
export function cheapestPath(planning: Planning, rows: LogEstimate | undefined, breadth: number): Path {
  const { parts } = planning;
  const order = rows === undefined || rows === 0 ? undefined : planning.order;
  const count = loopCount(planning);
  const sortCosts: LogEstimate[] = [];
  let from: Path[] = [
    {
      done: NO_SOURCES,
      reverse: NO_SOURCES,
      rows: Math.min(parts.outerRows ?? 0, MAX_OUTER_ROWS),
      cost: 0,
      unsorted: 0,
      ordered: order === undefined ? 0 : -1,
      loops: [],
    },
  ];
  for (let depth = 0; depth < count; depth++) {
    const frontier = new Frontier(breadth, depth, depth === count - 1);
    for (const path of from) {
      for (const candidate of planning.candidates.list) {
        if (!includes(path.done, candidate.prerequisites) || intersects(path.done, candidate.self)) continue;
        // A hash for a single row is never worth it.
        if ((candidate.flags & AUTO_INDEX) !== 0 && path.rows < 3) continue;
        let unsorted = candidate.run + path.rows;
        if (candidate.setup !== 0) unsorted = addEstimates(candidate.setup, unsorted);
        unsorted = addEstimates(unsorted, path.unsorted);
        let { ordered, reverse } = path;
        if (ordered < 0) {
          const question = { order: planning.order!, kind: planning.orderKind, isExtreme: planning.isExtreme }; // known to be there
          ({ terms: ordered, reverse } = satisfies(planning, question, path.loops, depth, candidate));
        }
        let cost = unsorted;
        if (order !== undefined && ordered >= 0 && ordered < order.length) {
          const sorting = (sortCosts[ordered] ??= sortingCost(planning, rows!, order.length, ordered)); // there is an order only with rows
          cost = addEstimates(unsorted, sorting) + 3;
        } else unsorted -= 2;
        frontier.offer(path, candidate, reverse, path.rows + candidate.rows, cost, unsorted, ordered);
      }
    }
    from = frontier.paths;
  }
  if (from.length === 0) throw new SqliteError("SQLITE_ERROR", "no query solution");
  return from[0]!;
}

/** The best paths of one length. */
class Frontier {
  readonly paths: Path[] = [];
  readonly #breadth: number;
  readonly #depth: number;
  readonly #isLast: boolean;
  #worst = 0;
  #worstCost = 0;
  #worstUnsorted = 0;

  constructor(breadth: number, depth: number, isLast: boolean) {
    this.#breadth = breadth;
    this.#depth = depth;
    this.#isLast = isLast;
  }

  offer(
    path: Path,
    candidate: Candidate,
    reverse: SourceSet,
    rows: LogEstimate,
    cost: LogEstimate,
    unsorted: LogEstimate,
    ordered: number,
  ): void {
    const done = union(path.done, candidate.self);
    const { paths } = this;
    let at = paths.findIndex(
      (other) => sameSources(other.done, done) && (other.ordered < 0 === ordered < 0 || this.#isLast),
    );
    if (at === -1) {
      const isFull = paths.length >= this.#breadth;
      if (isFull && (cost > this.#worstCost || (cost === this.#worstCost && unsorted >= this.#worstUnsorted))) return;
      at = isFull ? this.#worst : paths.length;
    } else if (!this.#isBetter(paths[at]!, candidate, rows, cost, unsorted)) return;
    paths[at] = { done, reverse, rows, cost, unsorted, ordered, loops: [...path.loops, candidate] };
    if (paths.length >= this.#breadth) this.#findWorst();
  }

  #isBetter(known: Path, candidate: Candidate, rows: LogEstimate, cost: LogEstimate, unsorted: LogEstimate): boolean {
    if (known.cost !== cost) return known.cost > cost;
    if (known.rows !== rows) return known.rows > rows;
    if (known.unsorted !== unsorted) return known.unsorted > unsorted;
    // All the same: the narrower index.
    const other = known.loops[this.#depth]!;
    if ((candidate.flags & BY_INDEX) === 0 || (other.flags & BY_INDEX) === 0) return false;
    return candidate.probe !== undefined && other.probe !== undefined && candidate.probe.width < other.probe.width;
  }

  #findWorst(): void {
    const [first] = this.paths;
    this.#worst = 0;
    this.#worstCost = first!.cost; // it is full
    // Rows and no cost: the original compares with these here, and plans depend on it.
    this.#worstUnsorted = first!.rows;
    for (const [at, { cost, unsorted }] of this.paths.entries()) {
      if (at === 0) continue;
      if (cost > this.#worstCost || (cost === this.#worstCost && unsorted > this.#worstUnsorted)) {
        this.#worst = at;
        this.#worstCost = cost;
        this.#worstUnsorted = unsorted;
      }
    }
  }
}

/** Of `rows` rows, of which `done` of `terms` terms are in order already. */
function sortingCost({ parts, limit, wish }: Planning, rows: LogEstimate, terms: number, done: number): LogEstimate {
  let cost = rows + logEstimate(Math.trunc(((parts.resultColumns ?? 1) + 59) / 30));
  if (done > 0) cost += logEstimate(Math.trunc(((terms - done) * 100) / terms)) - 66;
  let sorted = rows;
  if (limit !== undefined) {
    cost += done === 0 ? 10 : 16;
    sorted = Math.min(limit, rows);
  } else if ((wish?.kind === "distinct" || wish?.distinct !== undefined) && rows > 10) sorted = rows - 10;
  return cost + logOfEstimate(sorted);
}

/** Of a branch of an OR, its own loop alone. */
function loopCount({ sources, isBranch }: Planning): number {
  return isBranch ? 1 : sources.length;
}

/** How many paths of a length are kept. Many sources that all hang on one (a star) need more of them, and a little help. */
export function searchBreadth(planning: Planning): number {
  const count = loopCount(planning);
  if (count <= 1) return 1;
  if (count === 2) return 5;
  return count >= 4 && helpStar(planning) ? 18 : 12;
}

/** Makes scanning the points of a star no cheaper than scanning its centre, which ought to come first. True: there is a star. */
function helpStar({ sources, candidates }: Planning): boolean {
  const { list } = candidates;
  let isStar = false;
  let start = 0;
  let selfJoined: SourceSet = NO_SOURCES;
  const isFixed = (place: number): boolean => sources[place]!.isOuter || sources[place]!.isCross;
  for (const centre of sources) {
    if (isFixed(centre.place)) {
      if (centre.place + 3 > sources.length) break;
      while (start < list.length && list[start]!.place <= centre.place) start += 1;
    }
    let seen: SourceSet = NO_SOURCES;
    let points = 0;
    for (let at = start; at < list.length && !isFixed(list[at]!.place); at++) {
      const { prerequisites, self, place } = list[at]!;
      if (!intersects(prerequisites, centre.bit) || intersects(self, seen) || intersects(self, selfJoined)) continue;
      const { table } = sources[place]!;
      if (table !== undefined && table === centre.table) selfJoined = union(selfJoined, centre.bit);
      else {
        points += 1;
        seen = union(seen, self);
      }
    }
    if (points <= 2) continue;
    isStar = true;
    const dearest = list
      .slice(start)
      .filter(({ place }) => place === centre.place)
      .reduce((most, { run }) => Math.max(most, run), -Infinity);
    if (dearest === -Infinity) continue;
    for (const candidate of list.slice(start)) {
      if (intersects(candidate.self, seen) && candidate.terms.length === 0)
        candidate.run = Math.max(candidate.run, dearest + 1);
    }
  }
  return isStar;
}
