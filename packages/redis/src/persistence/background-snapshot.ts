/**
 * A snapshot on its way to a file while commands go on: slices of about a millisecond, writes beside the event loop, and at the end
 * sync, rename, sync of the directory.
 */
import type { Clock } from "@tenon/kit";
import type { ReplacementFile } from "./disk-source.ts";
import type { SnapshotWalk } from "./snapshot-walk.ts";

/** Time of the event loop that one slice may take. */
const SLICE_MS = 1;
/** Bytes that are gathered before they are written. */
const WRITE_BYTES = 256 * 1024;

export class BackgroundSnapshot {
  readonly #clock: Clock;
  readonly #walk: SnapshotWalk;
  readonly #file: ReplacementFile;
  readonly #name: string;
  readonly #stopping = new AbortController();
  readonly startedMs: number;

  /** `name`: what the file is called in the end. */
  constructor(clock: Clock, walk: SnapshotWalk, file: ReplacementFile, name: string) {
    this.#clock = clock;
    this.#walk = walk;
    this.#file = file;
    this.#name = name;
    this.startedMs = clock.now();
  }

  get keysWritten(): number {
    return this.#walk.keysWritten;
  }

  get keysTotal(): number {
    return this.#walk.keysTotal;
  }

  /** Bytes on their way or there. */
  get size(): number {
    return this.#file.size;
  }

  /** Resolves with true when the file is durable, with false after `stop`; rejects with what went wrong. */
  async run(): Promise<boolean> {
    const { signal } = this.#stopping;
    try {
      for (let ended = false; !ended;) {
        const started = this.#clock.monotonic();
        ended = this.#walk.step(
          () => this.#walk.pendingBytes >= WRITE_BYTES || this.#clock.monotonic() - started >= SLICE_MS,
        );
        if (ended || this.#walk.pendingBytes >= WRITE_BYTES) await this.#file.writeAsync(this.#walk.take());
        if (!ended) await this.#clock.sleep(0, signal);
        signal.throwIfAborted();
      }
      await this.#file.finishAsync(this.#name, () => !signal.aborted);
      return true;
    } catch (error) {
      this.#file.abandon();
      if (signal.aborted) return false;
      throw error;
    } finally {
      this.#walk.end();
    }
  }

  /** Ends soon; the file is left out. */
  stop(): void {
    this.#stopping.abort();
    this.#walk.end();
  }
}
