/**
 * The snapshot on disk: written at once (SAVE), beside the commands (BGSAVE), and by itself when a save point is due, so many changes in so
 * many seconds. Whoever owns it says when there is something else under way that has to end first.
 */
import type { Timer } from "@tenon/kit";
import { BackgroundSnapshot } from "./background-snapshot.ts";
import { type FileSource, joined, openSource, reasonOf, ReplacementFile } from "./disk-source.ts";
import { beginWalk } from "./engine-snapshot.ts";
import type { PersistenceHost } from "./persistence.ts";

export interface SnapshotFileOptions {
  readonly host: PersistenceHost;
  /** Whether another task is under way that a save has to wait for. */
  isBusy(): boolean;
  /** A background save has begun; `task` resolves with its end. */
  began(task: Promise<void>): void;
  /** A save has ended, well or not. */
  ended(): void;
}

interface SavePoint {
  readonly seconds: number;
  readonly changes: number;
}

/** After a failed save, save points wait at least this long. */
const RETRY_MS = 5000;
/** Bytes that SAVE gathers before it writes them: the whole need not fit into memory a second time. */
const WRITE_BYTES = 1024 * 1024;

export class SnapshotFile {
  readonly #options: SnapshotFileOptions;
  readonly #host: PersistenceHost;
  #points: readonly SavePoint[];
  #timer: Timer | undefined;
  /** When #timer fires. */
  #dueMs = Infinity;
  #savedMs: number;
  #triedMs = -Infinity;
  #ok = true;
  /** How long the last save took; -1: there was none. */
  #seconds = -1;
  #saves = 0;
  #background: BackgroundSnapshot | undefined;
  /** Changes that the snapshot being written covers. */
  #dirtyAtStart = 0;
  #closed = false;
  /** A save is to begin as soon as nothing else is under way. */
  isScheduled = false;

  constructor(options: SnapshotFileOptions) {
    this.#options = options;
    this.#host = options.host;
    const { engine } = options.host;
    this.#savedMs = engine.startedMs;
    this.#points = parseSavePoints(engine.config.text("save"));
  }

  /** Takes over the setting `save`. */
  configure(points: string): void {
    this.#points = parseSavePoints(points);
    this.plan();
  }

  get hasSavePoints(): boolean {
    return this.#points.length > 0;
  }

  /** Whether the last attempt went well. */
  get isFine(): boolean {
    return this.#ok;
  }

  /** The snapshot that is being written. */
  get background(): BackgroundSnapshot | undefined {
    return this.#background;
  }

  /** Milliseconds since the epoch. */
  get savedMs(): number {
    return this.#savedMs;
  }

  /** Where it is: CONFIG SET dir may change it, where that is allowed. */
  get #directory(): string {
    return this.#host.engine.config.text("dir") || this.#host.directory;
  }

  get #name(): string {
    return this.#host.engine.config.text("dbfilename");
  }

  /** The file, to be closed; undefined: there is none. */
  open(): FileSource | undefined {
    return openSource(this.#host.disk, joined(this.#directory, this.#name));
  }

  /** Sets the timer for the save point that is due first, if any has its changes. */
  plan(): void {
    const { clock, engine } = this.#host;
    const { dirty } = engine.stats;
    let dueMs = Infinity;
    for (const { seconds, changes } of this.#points) {
      if (dirty >= changes) dueMs = Math.min(dueMs, this.#savedMs + seconds * 1000);
    }
    if (!this.#ok) dueMs = Math.max(dueMs, this.#triedMs + RETRY_MS);
    if (dueMs === this.#dueMs || this.#closed) return;
    this.#timer?.close();
    this.#timer = undefined;
    this.#dueMs = dueMs;
    if (dueMs === Infinity) return;
    this.#timer = clock.setTimeout(
      () => {
        this.#dueMs = Infinity;
        if (this.#background === undefined && !this.#options.isBusy()) {
          engine.setNow(clock.now());
          this.begin();
        } else this.isScheduled = true;
      },
      Math.max(0, dueMs - clock.now()),
    );
    this.#timer.unref();
  }

  /** Writes it now; false when that failed. */
  save(): boolean {
    const { engine, disk, log, clock } = this.#host;
    const walk = beginWalk(engine, engine.replication.notes());
    let file: ReplacementFile | undefined;
    try {
      file = new ReplacementFile(disk, this.#directory, this.#temporaryName);
      for (let ended = false; !ended;) {
        ended = walk.step(() => walk.pendingBytes >= WRITE_BYTES);
        file.write(walk.take());
      }
      file.finish(this.#name);
    } catch (error) {
      file?.abandon();
      log.warn(`Error saving DB on disk: ${reasonOf(error)}`);
      this.#ended(false, clock.now());
      return false;
    } finally {
      walk.end();
    }
    engine.stats.dirty = 0;
    this.#ended(true, clock.now());
    return true;
  }

  /** Begins to write it beside the commands; false when that failed. */
  begin(): boolean {
    const { disk, clock, log, engine } = this.#host;
    let file: ReplacementFile;
    try {
      file = new ReplacementFile(disk, this.#directory, this.#temporaryName);
    } catch (error) {
      log.warn(`Failed opening the temp RDB file for saving: ${reasonOf(error)}`);
      this.#ended(false, clock.now());
      return false;
    }
    const background = new BackgroundSnapshot(clock, beginWalk(engine, engine.replication.notes()), file, this.#name);
    this.#background = background;
    this.#dirtyAtStart = engine.stats.dirty;
    this.#options.began(this.#finish(background));
    return true;
  }

  get #temporaryName(): string {
    return `temp-${this.#host.engine.facts.processId}.rdb`;
  }

  async #finish(background: BackgroundSnapshot): Promise<void> {
    let durable = false;
    try {
      durable = await background.run();
      if (!durable) return;
      this.#host.engine.stats.dirty -= this.#dirtyAtStart;
    } catch (error) {
      this.#host.log.warn(`Background saving error: ${reasonOf(error)}`);
    }
    this.#background = undefined;
    this.#ended(durable, background.startedMs);
  }

  #ended(ok: boolean, startedMs: number): void {
    const now = this.#host.clock.now();
    this.#ok = ok;
    this.#triedMs = now;
    if (ok) {
      this.#savedMs = now;
      this.#saves++;
    }
    this.#seconds = Math.floor((now - startedMs) / 1000);
    this.plan();
    this.#options.ended();
  }

  /** Ends what is being written, and forgets what was to be. */
  stop(): void {
    this.#background?.stop();
    this.#background = undefined;
    this.isScheduled = false;
  }

  /** No save point is due any more. */
  close(): void {
    this.#closed = true;
    this.#timer?.close();
  }

  /** Its fields of INFO persistence. */
  info(): [string, string | number][] {
    const { engine, clock } = this.#host;
    const background = this.#background;
    const current = background === undefined ? -1 : Math.floor((clock.now() - background.startedMs) / 1000);
    return [
      ["rdb_changes_since_last_save", engine.stats.dirty],
      ["rdb_bgsave_in_progress", background === undefined ? 0 : 1],
      ["rdb_last_save_time", Math.floor(this.#savedMs / 1000)],
      ["rdb_last_bgsave_status", this.#ok ? "ok" : "err"],
      ["rdb_last_bgsave_time_sec", this.#seconds],
      ["rdb_current_bgsave_time_sec", current],
      ["rdb_saves", this.#saves],
      ["rdb_last_cow_size", 0],
    ];
  }
}

function parseSavePoints(text: string): SavePoint[] {
  const numbers = text === "" ? [] : text.split(" ").map(Number);
  const points: SavePoint[] = [];
  for (let i = 0; i < numbers.length; i += 2) points.push({ seconds: numbers[i]!, changes: numbers[i + 1]! });
  return points;
}
