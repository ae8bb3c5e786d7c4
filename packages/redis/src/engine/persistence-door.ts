/** What commands, INFO and the engine ask of persistence. Whoever owns the disk implements it; an engine without one keeps nothing. */
import type { FileSource } from "../persistence/disk-source.ts";

export interface PersistenceDoor {
  /** SAVE: writes the snapshot and returns when it is durable. An error's text, or undefined. */
  save(): string | undefined;
  /** BGSAVE: the reply, or throws CommandError. `schedule`: waits for a rewrite of the AOF to end. */
  backgroundSave(schedule: boolean): string;
  /** BGREWRITEAOF: the reply, or throws CommandError. */
  rewriteAppendOnly(): string;
  /** SHUTDOWN: ends the server when everything is on disk. Throws CommandError when saving fails. */
  shutdown(saves: "save" | "nosave" | "configured", force: boolean): void;
  /** SHUTDOWN ABORT: whether there was one. */
  abortShutdown(): boolean;
  /** The snapshot on disk, to be closed; undefined: there is none. */
  openSnapshot(): FileSource | undefined;
  /** DEBUG LOADAOF: loads the append-only file again. Throws CommandError. */
  reloadAppendOnly(): void;
  /** The data set was replaced by something that no command did: what is kept has to begin anew. */
  replaced(): void;
  /** Up to where the history of changes is on the disk, in the append-only file; -1: there is none. */
  readonly syncedOffset: number;
  /** Seconds since the epoch: LASTSAVE. */
  readonly lastSaveSeconds: number;
  /** Fields of INFO persistence, after `loading` and `async_loading`. */
  info(): [name: string, value: string | number][];
}
