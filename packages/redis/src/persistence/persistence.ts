/**
 * What a server keeps on disk: loading at the start, save points, BGSAVE, the append-only file, and the last save at the end.
 *
 * One of these serves one engine. Everything of the outside comes from the World: the disk, and the clock for timers.
 */
import type { Clock, Disk, Log } from "@tenon/kit";
import { CommandError } from "../commands/errors.ts";
import type { Engine } from "../engine/engine.ts";
import { EFFECT_TARGET } from "../engine/effects.ts";
import type { PersistenceDoor } from "../engine/persistence-door.ts";
import { AppendOnlyFile, type SyncPolicy } from "./append-only-file.ts";
import { AofError } from "./aof-manifest.ts";
import { AofReplay } from "./aof-replay.ts";
import { BackgroundSnapshot } from "./background-snapshot.ts";
import { type FileSource, joined, openSource, reasonOf, ReplacementFile } from "./disk-source.ts";
import { beginWalk, loadOptions } from "./engine-snapshot.ts";
import { type LoadOptions, RdbLoad } from "./rdb-load.ts";
import { RdbError } from "./rdb-format.ts";
import { SnapshotFile } from "./snapshot-file.ts";

export interface PersistenceHost {
  readonly engine: Engine;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly log: Log;
  /** The data directory: absolute on `disk`, and there. */
  readonly directory: string;
  /** Loading lets others have their turn after this. */
  readonly loadSliceMs: number;
  /** After the engine did something on its own: timers may have to be set. */
  served(): void;
}

/** A data file that cannot be loaded: the server must not start, lest it overwrites it. */
export class LoadError extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = "LoadError";
  }
}

const MISCONF_RDB =
  "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may modify the data set are disabled, because this instance is configured to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error.";
const SHUTDOWN_FAILED = new CommandError("ERR Errors trying to SHUTDOWN. Check logs.");
/** A slice of loading before others get their turn. */
export const LOAD_SLICE_MS = 20;

export class Persistence implements PersistenceDoor {
  readonly #host: PersistenceHost;
  readonly #engine: Engine;
  #aof: AppendOnlyFile | undefined;
  #unsubscribe: (() => void) | undefined;
  readonly #snapshot: SnapshotFile;
  #rewrite: BackgroundSnapshot | undefined;
  #rewriteScheduled = false;
  #rewriteOk = true;
  #rewrites = 0;
  #rewriteSeconds = -1;
  /** The background task that began last: there is one at a time. */
  #tasks: Promise<void> = Promise.resolve();
  #closed = false;
  #keysLoaded = 0;
  #keysExpired = 0;

  constructor(host: PersistenceHost) {
    this.#host = host;
    this.#engine = host.engine;
    this.#snapshot = new SnapshotFile({
      host,
      isBusy: () => this.#rewrite !== undefined,
      began: (task) => (this.#tasks = task),
      ended: () => {
        this.#refuseWrites();
        this.#startScheduled();
      },
    });
    this.#engine.config.onChange((name, value) => {
      if (name === "save") {
        this.#snapshot.configure(value);
        this.#refuseWrites();
      } else if (name === "stop-writes-on-bgsave-error") this.#refuseWrites();
      else if (name === "appendonly") this.#switchAof(value === "yes");
    });
  }

  get #aofWanted(): boolean {
    return this.#engine.config.flag("appendonly");
  }

  /** Loads what is there; then changes are kept. Rejects with LoadError. */
  async start(): Promise<void> {
    const { engine, clock, loadSliceMs } = this.#host;
    engine.loading = true;
    try {
      for (const step = this.#load(); ;) {
        const started = clock.monotonic();
        let done = false;
        while (!done && clock.monotonic() - started < loadSliceMs) done = step.next().done === true;
        if (done) break;
        await new Promise<void>((resolve) => void clock.setTimeout(resolve, 0));
      }
    } catch (error) {
      if (error instanceof RdbError || error instanceof AofError) throw new LoadError(error.message, error);
      throw error;
    } finally {
      engine.loading = false;
    }
    engine.stats.dirty = 0;
    if (this.#aofWanted) this.#openAof();
    engine.persistence = this;
    engine.commit = () => this.#commit();
  }

  /** Each `next` loads a little. The append-only file comes before the snapshot, being newer. */
  *#load(): Generator<void> {
    if (this.#aofWanted) {
      const aof = this.#newAof();
      if (aof.readManifest()) yield* this.#loadAof(aof);
      this.#aof = aof;
      return;
    }
    const source = this.#snapshot.open();
    if (source === undefined) return;
    try {
      const notes = new Map<string, string>();
      const options: LoadOptions = {
        ...loadOptions(this.#engine, false),
        listener: {
          aux: (name, value) => {
            notes.set(name, value);
            // Replicas that go on from here have what has expired, and are told when it is removed.
            if (name === "repl-id") options.expiredBefore = undefined;
          },
        },
      };
      const load = new RdbLoad(source, options);
      while (!load.step(() => true)) yield;
      this.#engine.keyspace.adopt(load.keyspace);
      this.#engine.replication.restore(notes);
      this.#keysLoaded = load.keysLoaded;
      this.#keysExpired = load.keysExpired;
    } finally {
      source.close();
    }
  }

  *#loadAof(aof: AppendOnlyFile): Generator<void> {
    const { disk, log } = this.#host;
    const parts = aof.dataParts;
    const replay = new AofReplay(this.#engine);
    try {
      for (const [index, part] of parts.entries()) {
        const path = joined(aof.folder, part.name);
        const source = openSource(disk, path);
        if (source === undefined) throw new AofError(`The AOF file ${part.name} doesn't exist`);
        try {
          const valid = yield* replay.play(source, part.name);
          if (valid === source.size) continue;
          if (index < parts.length - 1 || !this.#engine.config.flag("aof-load-truncated")) {
            throw new AofError(
              `Unexpected end of file reading the append only file ${part.name}. You can: 1) Make a backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>. 2) Alternatively you can set the 'aof-load-truncated' configuration option to yes and restart the server.`,
            );
          }
          log.warn(`AOF ${part.name}: the last command is cut off; truncating the file to ${valid} bytes`);
          const file = disk.open(path, "update");
          file.truncate(valid);
          file.sync();
          file.close();
        } finally {
          source.close();
        }
      }
    } finally {
      replay.end();
    }
    aof.resumesChecked = replay.endsChecked;
    this.#keysLoaded = replay.keysLoaded;
  }

  #newAof(): AppendOnlyFile {
    const { disk, clock, log, directory, engine } = this.#host;
    const { config } = engine;
    return new AppendOnlyFile({
      disk,
      directory,
      clock,
      log,
      folder: config.text("appenddirname"),
      name: config.text("appendfilename"),
      policy: () => config.text("appendfsync") as SyncPolicy,
      timestamps: () => config.flag("aof-timestamp-enabled"),
      now: () => clock.now(),
      offset: () => engine.replication.offset,
      synced: () => {
        engine.replication.waits.check();
        this.#host.served();
      },
      released: () => {
        engine.release(clock.now());
        this.#host.served();
      },
      failed: () => {
        this.#refuseWrites();
        engine.fail();
      },
    });
  }

  /** The disk is where it was when loading ended. */
  #openAof(): void {
    const walk = beginWalk(this.#engine, [["aof-base", "1"]]);
    try {
      this.#aof!.open(() => {
        walk.step(() => false);
        return walk.take();
      });
    } finally {
      walk.end();
    }
    this.#listen();
  }

  #listen(): void {
    const { effects, replication } = this.#engine;
    this.#unsubscribe ??= effects.subscribe((unit) => {
      this.#aof!.append(unit);
      replication.count(unit.length);
    }, EFFECT_TARGET.aof);
  }

  /** Before replies leave: what was propagated goes to the file, and what is due begins. */
  #commit(): boolean {
    const aof = this.#aof;
    let durable = true;
    if (aof !== undefined && this.#unsubscribe !== undefined) {
      const before = aof.error;
      durable = aof.commit();
      if (aof.error !== before) this.#refuseWrites();
      if (!this.#rewriteScheduled && this.#rewrite === undefined && this.#hasGrown(aof)) this.#rewriteScheduled = true;
    }
    if (this.#rewriteScheduled || this.#snapshot.isScheduled) this.#startScheduled();
    if (this.#snapshot.hasSavePoints && this.#engine.stats.dirty > 0) this.#snapshot.plan();
    return durable;
  }

  #hasGrown(aof: AppendOnlyFile): boolean {
    const { config } = this.#engine;
    const percentage = config.number("auto-aof-rewrite-percentage");
    if (percentage === 0 || aof.totalBytes <= config.number("auto-aof-rewrite-min-size")) return false;
    const base = Math.max(1, aof.baseBytes);
    return ((aof.totalBytes - base) * 100) / base >= percentage;
  }

  #startScheduled(): void {
    if (this.#snapshot.background !== undefined || this.#rewrite !== undefined || this.#closed) return;
    if (this.#rewriteScheduled) {
      this.#rewriteScheduled = false;
      this.#startRewrite();
    } else if (this.#snapshot.isScheduled) {
      this.#snapshot.isScheduled = false;
      this.#snapshot.begin();
    }
  }

  // Snapshots.

  openSnapshot(): FileSource | undefined {
    return this.#snapshot.open();
  }

  save(): string | undefined {
    if (this.#snapshot.background !== undefined) return "ERR Background save already in progress";
    return this.#snapshot.save() ? undefined : "ERR";
  }

  backgroundSave(schedule: boolean): string {
    if (this.#snapshot.background !== undefined) throw new CommandError("ERR Background save already in progress");
    if (this.#rewrite !== undefined || this.#engine.effects.unsent) {
      if (!schedule && this.#rewrite !== undefined) {
        throw new CommandError(
          "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in order to schedule a BGSAVE whenever possible.",
        );
      }
      this.#snapshot.isScheduled = true;
      return "Background saving scheduled";
    }
    if (!this.#snapshot.begin()) throw new CommandError("ERR");
    return "Background saving started";
  }

  /** Commands that write are refused while what they write cannot be kept. */
  #refuseWrites(): void {
    const { config } = this.#engine;
    const aofError = this.#aof?.error ?? "";
    if (aofError !== "") this.#engine.writesRefused = `MISCONF Errors writing to the AOF file: ${aofError}`;
    else if (!this.#snapshot.isFine && this.#snapshot.hasSavePoints && config.flag("stop-writes-on-bgsave-error")) {
      this.#engine.writesRefused = MISCONF_RDB;
    } else this.#engine.writesRefused = "";
  }

  // The append-only file.

  rewriteAppendOnly(): string {
    if (this.#rewrite !== undefined) {
      throw new CommandError("ERR Background append only file rewriting already in progress");
    }
    if (this.#snapshot.background !== undefined || this.#engine.effects.unsent) {
      this.#rewriteScheduled = true;
      return "Background append only file rewriting scheduled";
    }
    if (!this.#startRewrite()) {
      throw new CommandError(
        "ERR Can't execute an AOF background rewriting. Please check the server logs for more information.",
      );
    }
    return "Background append only file rewriting started";
  }

  #startRewrite(): boolean {
    const { disk, clock, log, engine } = this.#host;
    if (this.#aof === undefined) {
      this.#aof = this.#newAof();
      this.#aof.readManifest();
    }
    const aof = this.#aof;
    let walk;
    let file: ReplacementFile;
    let plan: ReturnType<AppendOnlyFile["beginRewrite"]>;
    try {
      // From this instant on, effects go to the new increment, and the snapshot has what was before: nothing is lost or comes twice.
      plan = aof.beginRewrite();
      file = new ReplacementFile(disk, aof.folder, plan.temporary);
      walk = beginWalk(engine, [["aof-base", "1"]]);
    } catch (error) {
      log.warn(`Can't rewrite the append only file: ${reasonOf(error)}`);
      this.#rewriteOk = false;
      return false;
    }
    const rewrite = new BackgroundSnapshot(clock, walk, file, plan.name);
    this.#rewrite = rewrite;
    this.#tasks = this.#finishRewrite(rewrite, plan.finish);
    return true;
  }

  async #finishRewrite(rewrite: BackgroundSnapshot, finish: () => void): Promise<void> {
    this.#rewriteOk = false;
    try {
      if (!(await rewrite.run())) return;
      finish();
      this.#rewriteOk = true;
      this.#rewrites++;
    } catch (error) {
      this.#host.log.warn(`Background AOF rewrite terminated by error: ${reasonOf(error)}`);
    }
    this.#rewrite = undefined;
    this.#rewriteSeconds = Math.floor((this.#host.clock.now() - rewrite.startedMs) / 1000);
    this.#refuseWrites();
    this.#startScheduled();
  }

  /** CONFIG SET appendonly. */
  #switchAof(on: boolean): void {
    if (this.#closed || this.#engine.loading || this.#engine.persistence !== this) return;
    if (!on) {
      this.#rewrite?.stop();
      this.#rewrite = undefined;
      this.#unsubscribe?.();
      this.#unsubscribe = undefined;
      this.#aof?.close();
      this.#aof = undefined;
      this.#refuseWrites();
      return;
    }
    if (this.#unsubscribe !== undefined) return;
    if (this.#startRewrite()) this.#listen();
  }

  /** The keyspace was replaced by something that no command did (restore): the append-only file has to begin anew. */
  replaced(): void {
    if (this.#unsubscribe === undefined) return;
    this.#rewrite?.stop();
    this.#rewrite = undefined;
    this.#startRewrite();
  }

  reloadAppendOnly(): void {
    const aof = this.#aof;
    if (aof === undefined || this.#unsubscribe === undefined)
      throw new CommandError("ERR Error trying to load the AOF files, check server logs.");
    const { engine } = this.#host;
    aof.commit();
    engine.loading = true;
    this.#unsubscribe();
    this.#unsubscribe = undefined;
    try {
      engine.keyspace.flushAll();
      for (const step = this.#loadAof(aof); step.next().done !== true;);
    } catch (error) {
      throw new CommandError(`ERR Error trying to load the AOF files, check server logs. ${reasonOf(error)}`);
    } finally {
      engine.loading = false;
      this.#listen();
    }
  }

  // The end.

  /** Ends what goes on in the background; resolves when it has ended and no reply waits for a sync. */
  async quiesce(): Promise<void> {
    this.#stopTasks();
    await this.#tasks;
    await this.#aof?.settled();
  }

  #stopTasks(): void {
    this.#snapshot.stop();
    this.#rewrite?.stop();
    this.#rewrite = undefined;
    this.#rewriteScheduled = false;
  }

  shutdown(saves: "save" | "nosave" | "configured", force: boolean): void {
    if (this.#closed) return;
    const { log } = this.#host;
    this.#stopTasks();
    let failed = false;
    const closing = this.#unsubscribe === undefined ? undefined : this.#aof;
    if (saves === "save" || (saves === "configured" && this.#snapshot.hasSavePoints))
      failed = this.save() !== undefined;
    if (failed && !force) throw SHUTDOWN_FAILED;
    try {
      closing?.close();
    } catch (error) {
      log.warn(`Error syncing the append only file at shutdown: ${reasonOf(error)}`);
      if (!force) throw SHUTDOWN_FAILED;
    }
    this.#closed = true;
    this.#snapshot.close();
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#engine.commit = undefined;
  }

  abortShutdown(): boolean {
    // Shutting down waits for nobody here, so there is never one to be aborted.
    return false;
  }

  get syncedOffset(): number {
    return this.#unsubscribe === undefined ? -1 : this.#aof!.syncedOffset;
  }

  get lastSaveSeconds(): number {
    return Math.floor(this.#snapshot.savedMs / 1000);
  }

  info(): [string, string | number][] {
    const now = this.#host.clock.now();
    const seconds = (task: BackgroundSnapshot | undefined): number =>
      task === undefined ? -1 : Math.floor((now - task.startedMs) / 1000);
    const ok = (fine: boolean): string => (fine ? "ok" : "err");
    const task = this.#snapshot.background ?? this.#rewrite;
    const aof = this.#unsubscribe === undefined ? undefined : this.#aof;
    const fields: [string, string | number][] = [
      ["current_cow_peak", 0],
      ["current_cow_size", 0],
      ["current_cow_size_age", 0],
      [
        "current_fork_perc",
        task === undefined ? "0.00" : ((task.keysWritten * 100) / Math.max(1, task.keysTotal)).toFixed(2),
      ],
      ["current_save_keys_processed", task?.keysWritten ?? 0],
      ["current_save_keys_total", task?.keysTotal ?? 0],
      ...this.#snapshot.info(),
      ["rdb_last_load_keys_expired", this.#keysExpired],
      ["rdb_last_load_keys_loaded", this.#keysLoaded],
      ["aof_enabled", aof === undefined ? 0 : 1],
      ["aof_rewrite_in_progress", this.#rewrite === undefined ? 0 : 1],
      ["aof_rewrite_scheduled", this.#rewriteScheduled ? 1 : 0],
      ["aof_last_rewrite_time_sec", this.#rewriteSeconds],
      ["aof_current_rewrite_time_sec", seconds(this.#rewrite)],
      ["aof_last_bgrewrite_status", ok(this.#rewriteOk)],
      ["aof_rewrites", this.#rewrites],
      ["aof_rewrites_consecutive_failures", this.#rewriteOk ? 0 : 1],
      ["aof_last_write_status", ok((this.#aof?.error ?? "") === "")],
      ["aof_last_cow_size", 0],
      ["module_fork_in_progress", 0],
      ["module_fork_last_cow_size", 0],
    ];
    if (aof !== undefined) {
      fields.push(
        ["aof_current_size", aof.totalBytes],
        ["aof_base_size", aof.baseBytes],
        ["aof_pending_rewrite", 0],
        ["aof_buffer_length", aof.pendingBytes],
        ["aof_pending_bio_fsync", aof.syncPending ? 1 : 0],
        ["aof_delayed_fsync", aof.delayedSyncs],
      );
    }
    return fields;
  }
}
