/**
 * Files, as storage engines need them: positioned synchronous reads and writes, and explicit syncs.
 *
 * Durability follows POSIX, not hope: bytes are durable after the file's `sync`, a name (created, renamed, linked or
 * removed) after the `syncDirectory` of the directory that holds it. The simulated disk takes both literally.
 *
 * Paths are `/`-separated. A `Disk` has a root, and no path leaves it: `..` above the root and symbolic links that
 * point outside are refused with code `EACCES`.
 * Every failure is an `Error` with the operating system's `code` (`ENOENT`, `EEXIST`, `ENOSPC`, `EIO`, …).
 */

/**
 * How a file is opened, by what must hold of it:
 * - `read`: exists; read only.
 * - `update`: exists; read and write.
 * - `create`: made when missing; read and write, content kept.
 * - `truncate`: made when missing, emptied otherwise; read and write.
 * - `exclusive`: must not exist (else `EEXIST`); read and write.
 */
export type OpenMode = "read" | "update" | "create" | "truncate" | "exclusive";

export type FileKind = "file" | "directory" | "symlink" | "other";

export interface FileStat {
  readonly kind: FileKind;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch, fractional. */
  readonly modifiedMs: number;
  /** Milliseconds since the epoch, fractional: last change of the inode. */
  readonly changedMs: number;
  /** Inode number; together with `device` it tells two files apart. */
  readonly inode: number;
  readonly device: number;
  /** Permission bits and type, as in `st_mode`. */
  readonly mode: number;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: FileKind;
}

/** Held until `release` (or the end of the process). */
export interface DiskLock {
  release(): void;
}

export interface DiskFile {
  readonly path: string;
  /** Reads up to `into.length` bytes from `position`; returns how many there were: fewer at the end, or when the disk reads short. */
  read(into: Uint8Array, position: number): number;
  /** As `read`, without stopping the event loop. */
  readAsync(into: Uint8Array, position: number): Promise<number>;
  /** Writes all of `bytes` at `position`, extending the file with zeros where needed. */
  write(bytes: Uint8Array, position: number): void;
  /** As `write`, without stopping the event loop. `bytes` must not change until it resolves. */
  writeAsync(bytes: Uint8Array, position: number): Promise<void>;
  truncate(size: number): void;
  size(): number;
  stat(): FileStat;
  /** Returns when content and size are durable. */
  sync(): void;
  /** As `sync`, without stopping the event loop, so that many writers share one. */
  syncAsync(): Promise<void>;
  close(): void;
}

export interface Disk {
  open(path: string, mode: OpenMode): DiskFile;
  /** The whole file. Throws `ENOENT`. */
  readFile(path: string): Uint8Array;
  /** The file's facts; `undefined` when nothing is there. Follows symbolic links. */
  stat(path: string): FileStat | undefined;
  /** As `stat`, without stopping the event loop. */
  statAsync(path: string): Promise<FileStat | undefined>;
  /** Entries of a directory in byte order of their names, without `.` and `..`. */
  readDirectory(path: string): DirectoryEntry[];
  makeDirectory(path: string, options?: { readonly recursive?: boolean }): void;
  removeDirectory(path: string): void;
  /** Atomic; replaces a file that is already at `to`. */
  rename(from: string, to: string): void;
  /** A second name (hard link) for the same file. */
  link(from: string, to: string): void;
  unlink(path: string): void;
  /** Returns when the names in this directory are durable. */
  syncDirectory(path: string): void;
  syncDirectoryAsync(path: string): Promise<void>;
  /**
   * Takes the advisory lock named by `path` (a lock file of our own beside the data, not the data file itself);
   * `undefined` when another holder has it. Any number may share it, one may have it exclusively. A lock whose process died is free.
   */
  lock(path: string, kind: "shared" | "exclusive"): DiskLock | undefined;
  /** The same disk seen from `path` as its root. */
  subdirectory(path: string): Disk;
}
