/**
 * The append-only file: every effect, in order, in a directory of parts that a manifest lists.
 *
 * `append` gathers, `commit` writes what was gathered, and syncs as `appendfsync` says:
 *
 * - always: `commit` is false until the bytes are durable; then `released` is called. The sync goes on beside the event loop, and
 *   everything that came meanwhile shares the next one.
 * - everysec: a sync at most a second after a write, beside the event loop.
 * - no: whenever the operating system likes.
 *
 * A rewrite begins a new increment, so that old and new can be told apart, and a snapshot of that instant as the new base; when
 * the base is durable, a new manifest names both and the old parts go. A crash at any point leaves a manifest whose parts
 * are all there.
 */
import { Buffer } from "node:buffer";
import type { Clock, Disk, DiskFile, Log, Timer } from "@tenon/kit";
import type { Effect } from "../engine/effects.ts";
import { AofWriter, CHECKED, checksumLine, UNCHECKED } from "./aof-format.ts";
import { type AofPart, formatManifest, parseManifest } from "./aof-manifest.ts";
import { joined, reasonOf, ReplacementFile } from "./disk-source.ts";

export type SyncPolicy = "always" | "everysec" | "no";

export interface AofOptions {
  readonly disk: Disk;
  /** The data directory, … */
  readonly directory: string;
  /** … the directory in it that holds the parts (appenddirname), … */
  readonly folder: string;
  /** … and what their names begin with (appendfilename). */
  readonly name: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Asked at each commit, since it may be changed. */
  policy(): SyncPolicy;
  timestamps(): boolean;
  now(): number;
  /** Up to where the history of changes is appended. */
  offset(): number;
  /** More of it is durable: `syncedOffset` has moved. */
  synced(): void;
  /** With `always`: what was committed is durable now. */
  released(): void;
  /** With `always`: what was committed may not be durable, ever. */
  failed(): void;
}

const SYNC_PERIOD_MS = 1000;

export class AppendOnlyFile {
  readonly #options: AofOptions;
  readonly #folder: string;
  readonly #writer = new AofWriter();
  #parts: AofPart[] = [];
  /** The highest that were given out. */
  #baseSequence = 0;
  #incrementSequence = 0;
  #file: DiskFile | undefined;
  /** Bytes of the increment that are in the file for certain. */
  #size = 0;
  /** The end of the increment is one where batches have checksums. */
  #checks = false;
  /** Bytes of the parts before the increment being written. */
  #olderBytes = 0;
  baseBytes = 0;
  #unsynced = false;
  #syncing = false;
  #inFlight: Promise<void> | undefined;
  #syncTimer: Timer | undefined;
  /** Bytes that could not be written, to be tried again. */
  #unwritten: Buffer | undefined;
  /** Why writing or syncing does not work; empty: it does. */
  error = "";
  /** A sync failed: what the system had kept back is lost, and only a new base heals that. */
  #poisoned = false;
  delayedSyncs = 0;
  /** Up to where the history of changes is durable here. */
  syncedOffset = 0;
  /** Set by who has read the last increment: its end is one where batches have checksums. */
  resumesChecked = false;

  constructor(options: AofOptions) {
    this.#options = options;
    this.#folder = joined(options.directory, options.folder);
  }

  get folder(): string {
    return this.#folder;
  }

  get parts(): readonly AofPart[] {
    return this.#parts;
  }

  get #manifestName(): string {
    return `${this.#options.name}.manifest`;
  }

  /** Bytes of all parts, and of what waits to be written. */
  get totalBytes(): number {
    return this.#olderBytes + this.#size + this.pendingBytes;
  }

  get pendingBytes(): number {
    return this.#writer.length + (this.#unwritten?.length ?? 0);
  }

  get syncPending(): boolean {
    return this.#syncing;
  }

  /**
   * Reads the manifest; false when there is none. An AOF of the old kind, one file in the data directory, becomes the base of a new
   * one: first the manifest names it, then it moves, so that a crash between the two is seen and finished here.
   */
  readManifest(): boolean {
    const { disk, directory, name } = this.#options;
    const path = joined(this.#folder, this.#manifestName);
    if (disk.stat(path) !== undefined) this.#parts = parseManifest(Buffer.from(disk.readFile(path)).toString("latin1"));
    for (const { kind, sequence } of this.#parts) {
      if (kind === "increment") this.#incrementSequence = Math.max(this.#incrementSequence, sequence);
      else this.#baseSequence = Math.max(this.#baseSequence, sequence);
    }
    const [only] = this.#parts;
    const single = joined(directory, name);
    const moved = joined(this.#folder, name);
    const isUpgrade =
      this.#parts.length === 0 ||
      (this.#parts.length === 1 && only?.kind === "base" && only.name === name && disk.stat(moved) === undefined);
    if (!isUpgrade || disk.stat(single) === undefined) return this.#parts.length > 0;
    this.#makeFolder();
    this.#parts = [{ name, sequence: 1, kind: "base" }];
    this.#baseSequence = 1;
    this.#writeManifest();
    disk.rename(single, moved);
    disk.syncDirectory(this.#folder);
    disk.syncDirectory(directory);
    return true;
  }

  #makeFolder(): void {
    const { disk, directory } = this.#options;
    if (disk.stat(this.#folder) !== undefined) return;
    disk.makeDirectory(this.#folder);
    disk.syncDirectory(directory);
  }

  #writeManifest(): void {
    const file = new ReplacementFile(this.#options.disk, this.#folder, `temp-${this.#manifestName}`);
    try {
      file.write(Buffer.from(formatManifest(this.#parts), "latin1"));
      file.finish(this.#manifestName);
    } catch (error) {
      file.abandon();
      throw error;
    }
  }

  /** Parts that make up the data, in order. */
  get dataParts(): AofPart[] {
    return this.#parts
      .filter(({ kind }) => kind !== "history")
      .toSorted((a, b) => (a.kind === b.kind ? a.sequence - b.sequence : a.kind === "base" ? -1 : 1));
  }

  /**
   * Goes on writing at the end of the last increment, or begins the first one. Without any part, `base` is the snapshot to
   * begin with. What no manifest names is rubbish of an earlier crash, and is overwritten when its name comes up.
   */
  open(base: (() => Buffer) | undefined): void {
    const { disk } = this.#options;
    this.#makeFolder();
    let changed = false;
    if (base !== undefined && this.#parts.length === 0) {
      const part = this.#newBase();
      const file = new ReplacementFile(disk, this.#folder, `temp-${part.name}`);
      file.write(base());
      file.finish(part.name);
      this.#parts = [part];
      changed = true;
    }
    this.#deleteHistory();
    let last = this.#parts.filter(({ kind }) => kind === "increment").at(-1);
    if (last === undefined) {
      last = this.#newIncrement();
      this.#parts = [...this.#parts, last];
      changed = true;
    }
    this.#file ??= disk.open(joined(this.#folder, last.name), "update");
    this.#size = this.#file.size();
    this.#checks = this.resumesChecked && !changed;
    if (changed) this.#writeManifest();
    this.#measure(last);
    this.#writer.restart();
  }

  #newBase(): AofPart {
    const sequence = ++this.#baseSequence;
    return { name: `${this.#options.name}.${sequence}.base.rdb`, sequence, kind: "base" };
  }

  /** Makes an empty increment with a durable name, and writes there from now on. */
  #newIncrement(): AofPart {
    const { disk, name } = this.#options;
    const sequence = ++this.#incrementSequence;
    const part: AofPart = { name: `${name}.${sequence}.incr.aof`, sequence, kind: "increment" };
    const file = disk.open(joined(this.#folder, part.name), "truncate");
    try {
      file.sync();
      disk.syncDirectory(this.#folder);
    } catch (error) {
      file.close();
      throw error;
    }
    this.#file = file;
    this.#size = 0;
    this.#checks = false;
    this.#unsynced = false;
    return part;
  }

  #measure(current: AofPart): void {
    const { disk } = this.#options;
    const bytes = (part: AofPart): number => disk.stat(joined(this.#folder, part.name))?.size ?? 0;
    const older = this.dataParts.filter((part) => part !== current);
    this.#olderBytes = older.reduce((sum, part) => sum + bytes(part), 0);
    // Growth is measured against what there was after the last rewrite, or at the start.
    this.baseBytes = this.#olderBytes + this.#size;
  }

  append(effects: readonly Effect[]): void {
    const { timestamps, now } = this.#options;
    if (timestamps()) this.#writer.write(effects, Math.floor(now() / 1000));
    else this.#writer.write(effects);
  }

  /** Writes what was appended. False: with `always`, replies have to wait for `released`. */
  commit(): boolean {
    const policy = this.#options.policy();
    if (this.#poisoned) {
      // Nothing after a failed sync can be promised; what is still propagated (expiry) is in memory, and in the next base.
      this.#writer.take();
      return true;
    }
    if (this.pendingBytes === 0) return true;
    if (!this.#write()) {
      if (policy === "always") this.#giveUp();
      else this.#syncLater();
      return policy !== "always";
    }
    this.#unsynced = true;
    if (policy === "everysec") this.#syncLater();
    if (policy !== "always") return true;
    this.#startSync().then(
      () => this.#options.released(),
      () => this.#options.failed(),
    );
    return false;
  }

  /** Nothing that is held back can be acknowledged. The caller still marks itself as held, so this comes a moment later. */
  #giveUp(): void {
    this.#poisoned = true;
    void Promise.resolve().then(() => this.#options.failed());
  }

  #write(): boolean {
    const fresh = this.#writer.take();
    const bytes = this.#unwritten === undefined ? fresh : Buffer.concat([this.#unwritten, fresh]);
    let written: Buffer;
    try {
      written = this.#checked(bytes);
      this.#file!.write(written, this.#size);
    } catch (error) {
      this.#options.log.warn(`Error writing to the AOF file: ${reasonOf(error)}`);
      this.error = reasonOf(error);
      this.#unwritten = bytes;
      this.#cutBack();
      return false;
    }
    this.#unwritten = undefined;
    this.#size += written.length;
    if (!this.#poisoned) this.error = "";
    return true;
  }

  /** With `always`, a batch ends in its checksum. That checksums follow has to be durable before the first one matters. */
  #checked(bytes: Buffer): Buffer {
    const checks = this.#options.policy() === "always";
    if (checks !== this.#checks) {
      const line = Buffer.from(checks ? CHECKED : UNCHECKED);
      this.#file!.write(line, this.#size);
      this.#file!.sync();
      this.#size += line.length;
      this.#checks = checks;
    }
    return checks ? Buffer.concat([bytes, checksumLine(bytes)]) : bytes;
  }

  /** Half a command must not stay in the file. */
  #cutBack(): void {
    try {
      this.#file!.truncate(this.#size);
    } catch (error) {
      this.#options.log.warn(`Could not remove a short write from the append-only file: ${reasonOf(error)}`);
    }
  }

  #startSync(): Promise<void> {
    const sync = this.#sync().finally(() => {
      if (this.#inFlight === sync) this.#inFlight = undefined;
    });
    this.#inFlight = sync;
    return sync;
  }

  async #sync(): Promise<void> {
    const file = this.#file!;
    const offset = this.#options.offset();
    this.#syncing = true;
    this.#unsynced = false;
    try {
      await file.syncAsync();
      this.#durableTo(offset);
    } catch (error) {
      if (file !== this.#file) return;
      this.#options.log.warn(`Fail to fsync the AOF file: ${reasonOf(error)}`);
      this.error = reasonOf(error);
      this.#poisoned = true;
      throw error;
    } finally {
      this.#syncing = false;
    }
  }

  #durableTo(offset: number): void {
    if (offset <= this.syncedOffset) return;
    this.syncedOffset = offset;
    this.#options.synced();
  }

  /** A file that is being synced beside the event loop stays open until that is over. */
  #closeLater(file: DiskFile): void {
    const sync = this.#inFlight;
    if (sync === undefined) file.close();
    else
      sync.then(
        () => file.close(),
        () => file.close(),
      );
  }

  #syncLater(): void {
    if (this.#syncTimer !== undefined) return;
    this.#syncTimer = this.#options.clock.setTimeout(() => {
      this.#syncTimer = undefined;
      if (this.#unwritten !== undefined) {
        this.commit();
        return;
      }
      if (!this.#unsynced || this.#poisoned) return;
      if (this.#syncing) {
        this.delayedSyncs++;
        this.#syncLater();
        return;
      }
      this.#startSync().catch(() => {});
    }, SYNC_PERIOD_MS);
    this.#syncTimer.unref();
  }

  /**
   * Begins a rewrite: what is appended from now on goes to a new increment. Returns what to call when the new base stands in the
   * folder, durable, under the name that it is given here.
   */
  beginRewrite(): { temporary: string; name: string; finish: () => void } {
    this.#makeFolder();
    this.#flushAndSync();
    const before = this.#file;
    const increment = this.#newIncrement();
    if (before !== undefined) this.#closeLater(before);
    this.#writer.restart();
    const base = this.#newBase();
    const healed = this.#poisoned || before === undefined;
    // While what came before is whole, the new increment continues it; else it only counts together with the new base.
    if (!healed) {
      this.#parts = [...this.#parts, increment];
      this.#writeManifest();
    }
    this.#measure(increment);
    if (this.#poisoned) {
      this.#poisoned = false;
      this.error = "";
    }
    return {
      temporary: `temp-${base.name}`,
      name: base.name,
      finish: () => {
        const history = this.#parts
          .filter((part) => part.name !== increment.name)
          .map((part): AofPart => ({ ...part, kind: "history" }));
        this.#parts = [base, ...history, increment];
        this.#writeManifest();
        this.#deleteHistory();
        this.#measure(increment);
      },
    };
  }

  #flushAndSync(): void {
    if (this.#file === undefined || this.#poisoned) return;
    if (this.pendingBytes > 0 && !this.#write()) throw new Error(this.error);
    if (!this.#unsynced && !this.#syncing) return;
    this.#file.sync();
    this.#unsynced = false;
    this.#durableTo(this.#options.offset());
  }

  /** Parts that were replaced go, and then their lines. */
  #deleteHistory(): void {
    const { disk } = this.#options;
    const history = this.#parts.filter(({ kind }) => kind === "history");
    if (history.length === 0) return;
    for (const { name } of history) {
      const path = joined(this.#folder, name);
      if (disk.stat(path) !== undefined) disk.unlink(path);
    }
    this.#parts = this.#parts.filter(({ kind }) => kind !== "history");
    this.#writeManifest();
  }

  /** Resolves when no sync is under way. */
  async settled(): Promise<void> {
    while (this.#inFlight !== undefined) await this.#inFlight.catch(() => {});
  }

  /** Writes and syncs everything, and lets go of the file. Throws when that fails. */
  close(): void {
    this.#syncTimer?.close();
    this.#syncTimer = undefined;
    try {
      this.#flushAndSync();
    } finally {
      if (this.#file !== undefined) this.#closeLater(this.#file);
      this.#file = undefined;
    }
  }
}
