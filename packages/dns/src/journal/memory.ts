/** The past of a zone that is kept nowhere: its newest changes, for IXFR, as long as the process lives. */
import type { ZoneHistory } from "../transfer/outgoing.ts";
import { serialsOf } from "../zone/changes.ts";
import type { ZoneChange, ZoneData } from "../zone/zone-data.ts";
import { DEFAULT_JOURNAL_DEPTH, type StoredTimers, type ZoneJournal } from "./journal.ts";

/** Records of all changes together; of larger pasts less is remembered. */
const MAX_RECORDS = 1_000_000;

interface Remembered {
  readonly from: number;
  readonly change: ZoneChange;
}

export class MemoryJournal implements ZoneJournal, ZoneHistory {
  readonly #maxDepth: number;
  #changes: Remembered[] = [];
  #records = 0;
  #zone: ZoneData | undefined;
  #timers: StoredTimers | undefined;

  constructor(maxDepth: number = DEFAULT_JOURNAL_DEPTH) {
    this.#maxDepth = maxDepth;
  }

  get serial(): number | undefined {
    return this.#zone?.serial;
  }

  get timers(): StoredTimers | undefined {
    return this.#timers;
  }

  since(serial: number): readonly ZoneChange[] | undefined {
    if (serial === this.serial) return [];
    const at = this.#changes.findIndex(({ from }) => from === serial);
    return at === -1 ? undefined : this.#changes.slice(at).map(({ change }) => change);
  }

  /** The newest version, which costs nothing while it is served as well. */
  restore(file?: ZoneData): ZoneData | undefined {
    return this.#zone ?? file;
  }

  append(changes: readonly ZoneChange[], zone: ZoneData): Promise<void> {
    const { from: first } = serialsOf(changes[0]!);
    // What does not follow begins a new past.
    if (first !== this.serial) this.#forget();
    for (const change of changes) {
      this.#changes.push({ from: serialsOf(change).from, change });
      this.#records += change.removed.length + change.added.length;
    }
    while (this.#changes.length > this.#maxDepth || this.#records > MAX_RECORDS) {
      const oldest = this.#changes.shift()!;
      this.#records -= oldest.change.removed.length + oldest.change.added.length;
    }
    this.#zone = zone;
    return Promise.resolve();
  }

  store(zone: ZoneData, timers?: StoredTimers): Promise<void> {
    this.#forget();
    this.#zone = zone;
    this.#timers = timers ?? this.#timers;
    return Promise.resolve();
  }

  setTimers(timers: StoredTimers): Promise<void> {
    this.#timers = timers;
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #forget(): void {
    this.#changes = [];
    this.#records = 0;
  }
}
