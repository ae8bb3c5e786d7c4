/**
 * Database files as the connections of one process share them: opened once, with the locks between them, and a version that counts what they write,
 * so that who has seen the newest one need not look at the file again.
 */
import type { Disk, FileStat } from "@tenon/kit";
import { SqliteError } from "../errors.ts";
import type { JournalPlace } from "../journal/rollback-journal.ts";
import { type DatabaseFiles, openFiles } from "../vfs/database-files.ts";
import { MemoryFile, type PagerFile } from "../vfs/pager-file.ts";
import { FileLock, FileLocks } from "./locks.ts";
import { TrackedFile } from "./tracked-file.ts";

type SharedFileParts = Pick<DatabaseFiles, "file"> & Partial<Pick<DatabaseFiles, "journal" | "log">>;

class SharedFile {
  readonly file: TrackedFile;
  readonly locks: FileLocks = new FileLocks();
  readonly journal: JournalPlace | undefined;
  readonly log: (() => PagerFile | undefined) | undefined;
  version = 0;
  users = 0;
  isReadonly: boolean;
  readonly onLast: () => void;

  constructor({ file, journal, log }: SharedFileParts, isReadonly: boolean, onLast: () => void) {
    this.file = new TrackedFile(file);
    this.journal = journal;
    this.log = log;
    this.isReadonly = isReadonly;
    this.onLast = onLast;
  }
}

/** A connection's part in a file. */
export class FileHandle {
  readonly lock: FileLock;
  /** Where the file is; undefined: in memory. */
  readonly path: string | undefined;
  readonly #shared: SharedFile;
  #isOpen = true;

  constructor(shared: SharedFile, path: string | undefined) {
    this.#shared = shared;
    this.lock = new FileLock(shared.locks);
    this.path = path;
    shared.users += 1;
  }

  get file(): TrackedFile {
    return this.#shared.file;
  }

  /** Counts commits of all connections. */
  get version(): number {
    return this.#shared.version;
  }

  countVersion(): number {
    this.#shared.version += 1;
    return this.#shared.version;
  }

  /** For a pager: closing it leaves the file to the others. */
  pagerFile(): PagerFile {
    const { file } = this;
    return {
      read: (into, position) => file.read(into, position),
      write: (bytes, position) => file.write(bytes, position),
      truncate: (size) => file.truncate(size),
      size: () => file.size(),
      sync: () => file.sync(),
      close: () => {},
    };
  }

  /** For a pager: opens the write-ahead log, if there is one. */
  get log(): (() => PagerFile | undefined) | undefined {
    return this.#shared.log;
  }

  /** For a pager: the journal of another connection that is writing is not hot. */
  journalPlace(): JournalPlace | undefined {
    const { journal } = this.#shared;
    if (journal === undefined) return undefined;
    return {
      open: () => journal.open(),
      existing: () => (this.lock.othersWrite ? undefined : journal.existing()),
      hasSuperJournal: (name) => journal.hasSuperJournal(name),
      remove: (durable) => journal.remove(durable),
    };
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.lock.release();
    this.#shared.users -= 1;
    if (this.#shared.users > 0) return;
    this.#shared.file.close();
    this.#shared.onLast();
  }
}

const openFilesOf = new WeakMap<Disk, Map<string, SharedFile>>();

/** Throws SQLITE_CANTOPEN, and SQLITE_BUSY while another process has the file. */
export function openFile(
  disk: Disk,
  path: string,
  { readonly, create }: { readonly readonly: boolean; readonly create: boolean },
): FileHandle {
  const stat = statOf(disk, path);
  if (stat === undefined ? readonly || !create : stat.kind !== "file") throw cannotOpen();
  let known = openFilesOf.get(disk);
  if (known === undefined) openFilesOf.set(disk, (known = new Map<string, SharedFile>()));
  const shared = stat && known.get(keyOf(stat));
  if (shared !== undefined) {
    if (shared.isReadonly && !readonly) makeWritable(disk, path, shared);
    return new FileHandle(shared, path);
  }
  const files = openFiles(disk, path, readonly);
  const key = keyOf(statOf(disk, path)!); // it has just been opened
  const made = new SharedFile(files, readonly, () => {
    known.delete(key);
    releaseOf.get(made)?.release();
  });
  releaseOf.set(made, files);
  known.set(key, made);
  return new FileHandle(made, path);
}

/** What to release when the last user goes. */
const releaseOf = new WeakMap<SharedFile, DatabaseFiles>();

/** Who opened the file first only wanted to read it. */
function makeWritable(disk: Disk, path: string, shared: SharedFile): void {
  releaseOf.get(shared)?.release();
  const files = openFiles(disk, path, false);
  shared.file.reopen(files.file);
  shared.isReadonly = false;
  releaseOf.set(shared, files);
}

/** A database in memory, nobody else's; `bytes` are copied. */
export function memoryFile(bytes?: Uint8Array): FileHandle {
  return new FileHandle(new SharedFile({ file: new MemoryFile(bytes) }, false, () => {}), undefined);
}

function statOf(disk: Disk, path: string): FileStat | undefined {
  try {
    return disk.stat(path);
  } catch (error) {
    throw cannotOpen(error);
  }
}

function keyOf({ device, inode }: FileStat): string {
  return `${device}:${inode}`;
}

export function cannotOpen(cause?: unknown): SqliteError {
  return new SqliteError("SQLITE_CANTOPEN", "unable to open database file", { cause });
}
