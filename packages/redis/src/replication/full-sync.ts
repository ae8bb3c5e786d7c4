/**
 * A full synchronization: one snapshot, for all replicas that waited for one when it began.
 *
 * Two forms, as the replicas can take it:
 *
 *     $EOF:<40 characters>\r\n <RDB> <the same 40 characters>      written straight from the walk, of a length that nobody knows yet
 *     $<length>\r\n <RDB>                                         written to a spool first, for its length
 *
 * The stream of changes begins where the snapshot was taken: it is behind the RDB in the second form. After the first it has to wait until
 * the replica says that it is ready, since a replica of the original looks for the mark at the end of what has arrived.
 *
 * The snapshot is walked in slices, and only as fast as the slowest of the replicas reads.
 */
import { Buffer } from "node:buffer";
import type { Clock } from "@tenon/kit";
import type { SnapshotWalk } from "../persistence/snapshot-walk.ts";
import type { Replica } from "./replica.ts";
import type { Spool } from "./spool.ts";

export interface FullSyncOptions {
  readonly walk: SnapshotWalk;
  readonly replicas: readonly Replica[];
  /** 40 characters that the RDB will hardly contain; undefined: the length comes first, through `spool`. */
  readonly mark: string | undefined;
  spool(): Spool;
  readonly clock: Clock;
  /** Time of the event loop that one slice of the walk may take. */
  readonly sliceMs: number;
  /** Puts bytes into the replica's output, and lets it leave. */
  send(replica: Replica, bytes: Uint8Array): void;
}

/** Bytes that are gathered before they are sent. */
const SEND_BYTES = 256 * 1024;
/** A replica with more than this in its output is waited for. */
const HIGH_WATER_BYTES = 1024 * 1024;

export class FullSync {
  readonly #options: FullSyncOptions;
  readonly #replicas: Set<Replica>;
  #spool: Spool | undefined;
  #stopped = false;
  #sending = false;
  #wake: (() => void) | undefined;
  /** When bytes were last sent to a replica. */
  progressMs: number;

  constructor(options: FullSyncOptions) {
    this.#options = options;
    this.#replicas = new Set(options.replicas);
    this.progressMs = options.clock.now();
  }

  get replicas(): ReadonlySet<Replica> {
    return this.#replicas;
  }

  /** Nothing of it was sent yet: the snapshot is still being spooled. */
  get isQuiet(): boolean {
    return !this.#sending;
  }

  /** Whether the snapshot is sent as it is made. */
  get isDiskless(): boolean {
    return this.#options.mark !== undefined;
  }

  /** The replica is gone; with the last one, so is the synchronization. */
  drop(replica: Replica): void {
    this.#replicas.delete(replica);
    if (this.#replicas.size === 0) this.#stopped = true;
    this.proceed();
  }

  /** A replica has read some of its output. */
  proceed(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  /** Resolves when every replica that is still there has been sent all of it; rejects with the spool's failure. */
  async run(): Promise<void> {
    const { mark, walk } = this.#options;
    try {
      if (mark === undefined) await this.#sendSpooled();
      else {
        this.#send(Buffer.from(`$EOF:${mark}\r\n`, "latin1"));
        await this.#walk((bytes) => this.#send(bytes));
        this.#send(Buffer.from(mark, "latin1"));
      }
    } finally {
      walk.end();
      this.#spool?.discard();
    }
  }

  async #sendSpooled(): Promise<void> {
    const spool = this.#options.spool();
    this.#spool = spool;
    await this.#walk((bytes) => spool.append(bytes));
    this.#send(Buffer.from(`$${spool.size}\r\n`, "latin1"));
    for (let position = 0; position < spool.size && !this.#stopped;) {
      const bytes = Buffer.allocUnsafe(Math.min(SEND_BYTES, spool.size - position));
      const length = spool.read(bytes, position);
      if (length === 0) throw new Error("the snapshot ended before its length");
      this.#send(bytes.subarray(0, length));
      position += length;
      await this.#drained();
    }
  }

  /** Walks the snapshot, giving `take` what was written whenever there is enough of it. */
  async #walk(take: (bytes: Buffer) => void): Promise<void> {
    const { walk, clock, sliceMs } = this.#options;
    for (let ended = false; !ended && !this.#stopped;) {
      const started = clock.monotonic();
      ended = walk.step(() => walk.pendingBytes >= SEND_BYTES || clock.monotonic() - started >= sliceMs);
      if (ended || walk.pendingBytes >= SEND_BYTES) take(walk.take());
      if (ended) return;
      await this.#drained();
      // Others have their turn; where time is moved by hand, there are no slices.
      if (sliceMs !== Infinity) await clock.sleep(0);
    }
  }

  #send(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#sending = true;
    this.progressMs = this.#options.clock.now();
    for (const replica of this.#replicas) this.#options.send(replica, bytes);
  }

  /** Resolves when no replica has too much to read, or all are gone. */
  async #drained(): Promise<void> {
    const isFull = ({ client }: Replica): boolean => client.sink.queuedBytes + client.reply.length > HIGH_WATER_BYTES;
    while (!this.#stopped && this.#replicas.values().some(isFull)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
