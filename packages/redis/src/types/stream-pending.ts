import { compareIds, type StreamId } from "./stream-id.ts";
import type { StreamConsumer } from "./stream-group.ts";

/** An entry that was delivered to a consumer and not acknowledged. In the list of its group and of its consumer at once. */
export class PendingEntry {
  readonly id: StreamId;
  consumer: StreamConsumer;
  /** Milliseconds since the epoch. */
  deliveredMs: number;
  deliveries: number;

  constructor(id: StreamId, consumer: StreamConsumer, deliveredMs: number, deliveries = 1) {
    this.id = id;
    this.consumer = consumer;
    this.deliveredMs = deliveredMs;
    this.deliveries = deliveries;
  }
}

/** Most entries in a run. Removal moves half of it on average, finding a run halves the number of runs. */
const RUN_LIMIT = 256;

/**
 * Pending entries in the order of their IDs: runs of at most RUN_LIMIT, each a sorted array.
 *
 * Entries come mostly at the end (deliveries) and go mostly at the front (acknowledgements); both are cheap, as is anything between:
 * a binary search over the runs, one in the run, and a short move.
 */
export class PendingList {
  #runs: PendingEntry[][] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  first(): PendingEntry | undefined {
    return this.#runs[0]?.[0];
  }

  last(): PendingEntry | undefined {
    return this.#runs.at(-1)?.at(-1);
  }

  get(id: StreamId): PendingEntry | undefined {
    const run = this.#runs[this.#runOf(id)];
    const entry = run?.[lowerBound(run, id)];
    return entry !== undefined && compareIds(entry.id, id) === 0 ? entry : undefined;
  }

  /** Adds an entry whose ID is not in the list. */
  add(entry: PendingEntry): void {
    this.#size++;
    const at = this.#runOf(entry.id);
    const run = this.#runs[at];
    if (run === undefined) {
      this.#runs.push([entry]);
      return;
    }
    if (run.length === RUN_LIMIT && at === this.#runs.length - 1 && compareIds(run.at(-1)!.id, entry.id) < 0) {
      this.#runs.push([entry]);
      return;
    }
    run.splice(lowerBound(run, entry.id), 0, entry);
    if (run.length > RUN_LIMIT) this.#runs.splice(at + 1, 0, run.splice(RUN_LIMIT >> 1));
  }

  /** Returns whether there was one with this ID. */
  delete(id: StreamId): boolean {
    const at = this.#runOf(id);
    const run = this.#runs[at];
    if (run === undefined) return false;
    const index = lowerBound(run, id);
    if (index === run.length || compareIds(run[index]!.id, id) !== 0) return false;
    run.splice(index, 1);
    if (run.length === 0) this.#runs.splice(at, 1);
    this.#size--;
    return true;
  }

  /** The entries from `from` on, in order. The list may be changed between steps: the walk goes on behind the last ID given. */
  *from(from: StreamId): Generator<PendingEntry> {
    let id = from;
    for (let found = this.#atOrAfter(id, false); found !== undefined; found = this.#atOrAfter(id, true)) {
      id = found.id;
      yield found;
    }
  }

  /** The first entry at `id` or later; with `exclusive` only later. */
  #atOrAfter(id: StreamId, exclusive: boolean): PendingEntry | undefined {
    const at = this.#runOf(id);
    const run = this.#runs[at];
    if (run === undefined) return undefined;
    let index = lowerBound(run, id);
    if (exclusive && index < run.length && compareIds(run[index]!.id, id) === 0) index++;
    return index < run.length ? run[index] : this.#runs[at + 1]?.[0];
  }

  /** The run that holds `id` or would: the last one that begins at or before it, or the first. */
  #runOf(id: StreamId): number {
    let low = 0;
    let high = this.#runs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (compareIds(this.#runs[middle]![0]!.id, id) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Index of the first entry at `id` or later. */
function lowerBound(run: readonly PendingEntry[], id: StreamId): number {
  let low = 0;
  let high = run.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareIds(run[middle]!.id, id) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
