/** A database on a disk: its file, its journal's place, and the lock that keeps others out. */
import type { Disk, DiskFile, DiskLock } from "@tenon/kit";
import { SqliteError } from "../errors.ts";
import type { JournalPlace } from "../journal/rollback-journal.ts";
import type { PagerFile } from "./pager-file.ts";

export interface DatabaseFiles {
  readonly file: PagerFile;
  readonly journal: JournalPlace;
  /** Opens the write-ahead log, if there is one. */
  readonly log: () => PagerFile | undefined;
  /** Lets others open it. Close the pager first. */
  release(): void;
}

/**
 * Opens the file, made when missing unless `readonly`. Throws SQLITE_CANTOPEN, and SQLITE_BUSY while another connection of this library has it
 * open. Other programs are not kept out, nor noticed: one process owns the file.
 */
export function openFiles(disk: Disk, path: string, readonly: boolean): DatabaseFiles {
  const lock = takeLock(disk, path, readonly);
  try {
    return {
      file: disk.open(path, readonly ? "read" : "create"),
      journal: new DiskJournal(disk, path),
      log: () => (disk.stat(`${path}-wal`) === undefined ? undefined : disk.open(`${path}-wal`, "read")),
      release: () => lock.release(),
    };
  } catch (error) {
    lock.release();
    throw new SqliteError("SQLITE_CANTOPEN", "unable to open database file", { cause: error });
  }
}

function takeLock(disk: Disk, path: string, readonly: boolean): DiskLock {
  let lock: DiskLock | undefined;
  try {
    lock = disk.lock(`${path}-lock`, readonly ? "shared" : "exclusive");
  } catch (error) {
    throw new SqliteError("SQLITE_CANTOPEN", "unable to open database file", { cause: error });
  }
  if (lock === undefined) throw new SqliteError("SQLITE_BUSY", "database is locked");
  return lock;
}

class DiskJournal implements JournalPlace {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #directory: string;

  constructor(disk: Disk, path: string) {
    this.#disk = disk;
    this.#path = `${path}-journal`;
    const slash = path.lastIndexOf("/");
    this.#directory = slash === -1 ? "." : path.slice(0, Math.max(1, slash));
  }

  open(): DiskFile {
    const file = this.#disk.open(this.#path, "create");
    // The name must last before anything in the file counts.
    this.#disk.syncDirectory(this.#directory);
    return file;
  }

  existing(): DiskFile | undefined {
    return this.#disk.stat(this.#path) === undefined ? undefined : this.#disk.open(this.#path, "read");
  }

  remove(durable: boolean): void {
    this.#disk.unlink(this.#path);
    if (durable) this.#disk.syncDirectory(this.#directory);
  }

  hasSuperJournal(name: string): boolean {
    return this.#disk.stat(name) !== undefined;
  }
}
