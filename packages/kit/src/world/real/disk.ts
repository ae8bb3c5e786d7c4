/**
 * The machine's disk: a thin layer over `node:fs`, measured against it in bench/world.ts.
 *
 * A rooted disk resolves symbolic links before it touches a path, and refuses what ends up outside. The check and
 * the use are two steps: it keeps hostile file trees out, not a hostile process that swaps links meanwhile (that
 * would take openat2(2), which Node does not offer).
 */
import {
  close,
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  open,
  openSync,
  read,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  stat,
  statSync,
  type Stats,
  unlinkSync,
  write,
  writeSync,
} from "node:fs";
import type { DirectoryEntry, Disk, DiskFile, DiskLock, FileKind, FileStat, OpenMode } from "../disk.ts";
import { compareNames, leavesRoot, pathSegments, systemError } from "../paths.ts";
import { takeLock } from "./lock.ts";

const OPEN_FLAGS: Readonly<Record<OpenMode, number>> = {
  read: constants.O_RDONLY,
  update: constants.O_RDWR,
  create: constants.O_RDWR | constants.O_CREAT,
  truncate: constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC,
  exclusive: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
};

/** No process has this many files open, so the system answers EBADF to it, and Node lets it pass. */
const CLOSED_FD = 2 ** 31 - 1;

/** As Linux' own limit (path_resolution(7)). */
const MAX_SYMBOLIC_LINKS = 40;

interface Kinded {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

function kindOf(entry: Kinded): FileKind {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "directory";
  return entry.isSymbolicLink() ? "symlink" : "other";
}

function fileStat(stats: Stats): FileStat {
  return {
    kind: kindOf(stats),
    size: stats.size,
    modifiedMs: stats.mtimeMs,
    changedMs: stats.ctimeMs,
    inode: stats.ino,
    device: stats.dev,
    mode: stats.mode,
  };
}

/** A Node callback as a promise's pair of hands. */
function settle(resolve: () => void, reject: (error: Error) => void): (error: Error | null) => void {
  return (error) => (error === null ? resolve() : reject(error));
}

class RealFile implements DiskFile {
  readonly path: string;
  #fd: number;

  constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
  }

  read(into: Uint8Array, position: number): number {
    return readSync(this.#fd, into, 0, into.length, position);
  }

  readAsync(into: Uint8Array, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      read(this.#fd, into, 0, into.length, position, (error, count) =>
        error === null ? resolve(count) : reject(error),
      );
    });
  }

  write(bytes: Uint8Array, position: number): void {
    let written = writeSync(this.#fd, bytes, 0, bytes.length, position);
    while (written < bytes.length) {
      written += writeSync(this.#fd, bytes, written, bytes.length - written, position + written);
    }
  }

  writeAsync(bytes: Uint8Array, position: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const from = (offset: number): void => {
        write(this.#fd, bytes, offset, bytes.length - offset, position + offset, (error, count) => {
          if (error !== null) reject(error);
          else if (offset + count < bytes.length) from(offset + count);
          else resolve();
        });
      };
      from(0);
    });
  }

  truncate(size: number): void {
    ftruncateSync(this.#fd, size);
  }

  size(): number {
    return fstatSync(this.#fd).size;
  }

  stat(): FileStat {
    return fileStat(fstatSync(this.#fd));
  }

  // fdatasync also makes the size durable, since content beyond the old size could not be read back without it (fdatasync(2)).
  sync(): void {
    fdatasyncSync(this.#fd);
  }

  syncAsync(): Promise<void> {
    return new Promise((resolve, reject) => fdatasync(this.#fd, settle(resolve, reject)));
  }

  close(): void {
    const fd = this.#fd;
    if (fd === CLOSED_FD) return;
    // The number may belong to somebody else's file from now on.
    this.#fd = CLOSED_FD;
    closeSync(fd);
  }
}

class RealDisk implements Disk {
  readonly #root: string;
  /** Where relative paths start: the root, except for the whole machine's disk. */
  readonly #relativeTo: string;
  #resolvedRoot: string | undefined;

  constructor(root: string, relativeTo: string) {
    this.#root = root;
    this.#relativeTo = relativeTo;
  }

  /** The machine's path for `path`, proven to stay below the root. `follow`: whether a link in the last place counts as what it points to. */
  #locate(path: string, syscall: string, follow: boolean): string {
    if (this.#root === "") {
      const absolute = path.startsWith("/") ? path : `${this.#relativeTo}/${path}`;
      return `/${pathSegments(absolute, syscall).join("/")}`;
    }
    const segments = pathSegments(path, syscall);
    if (segments.length === 0) return this.#root;
    this.#resolvedRoot ??= unlessMissing(() => realpathSync.native(this.#root));
    const root = this.#resolvedRoot;
    // Below a root that is not there, there are no links.
    if (root === undefined) return `${this.#root}/${segments.join("/")}`;
    return walk(root, segments, follow, path, syscall);
  }

  /** As `#locate`, for what changes the name itself: a link in the last place stays a link, and the root stays. */
  #locateName(path: string, syscall: string): string {
    if (this.#root !== "" && pathSegments(path, syscall).length === 0) {
      throw systemError("EPERM", syscall, path, "the root itself stays");
    }
    return this.#locate(path, syscall, false);
  }

  open(path: string, mode: OpenMode): DiskFile {
    const fd = openSync(this.#locate(path, "open", mode !== "exclusive"), OPEN_FLAGS[mode], 0o666);
    // The system opens a directory for reading and fails at the first read; fail while the path is at hand.
    if (mode === "read" && fstatSync(fd).isDirectory()) {
      closeSync(fd);
      throw systemError("EISDIR", "open", path);
    }
    return new RealFile(path, fd);
  }

  readFile(path: string): Uint8Array {
    return readFileSync(this.#locate(path, "open", true));
  }

  stat(path: string): FileStat | undefined {
    const located = this.#locate(path, "stat", true);
    const stats = unlessMissing(() => statSync(located, { throwIfNoEntry: false }));
    return stats === undefined ? undefined : fileStat(stats);
  }

  async statAsync(path: string): Promise<FileStat | undefined> {
    const located = this.#locate(path, "stat", true);
    return new Promise((resolve, reject) => {
      stat(located, (error, stats) => {
        if (error === null) resolve(fileStat(stats));
        else if (isMissing(error)) resolve(undefined);
        else reject(error);
      });
    });
  }

  readDirectory(path: string): DirectoryEntry[] {
    const entries = readdirSync(this.#locate(path, "scandir", true), { withFileTypes: true });
    return entries
      .map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
      .toSorted((a, b) => compareNames(a.name, b.name));
  }

  makeDirectory(path: string, options?: { readonly recursive?: boolean }): void {
    mkdirSync(this.#locate(path, "mkdir", false), { recursive: options?.recursive ?? false });
  }

  removeDirectory(path: string): void {
    rmdirSync(this.#locateName(path, "rmdir"));
  }

  rename(from: string, to: string): void {
    renameSync(this.#locateName(from, "rename"), this.#locateName(to, "rename"));
  }

  link(from: string, to: string): void {
    linkSync(this.#locateName(from, "link"), this.#locateName(to, "link"));
  }

  unlink(path: string): void {
    unlinkSync(this.#locateName(path, "unlink"));
  }

  syncDirectory(path: string): void {
    const fd = openSync(this.#locate(path, "fsync", true), constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  }

  async syncDirectoryAsync(path: string): Promise<void> {
    const located = this.#locate(path, "fsync", true);
    return new Promise((resolve, reject) => {
      open(located, constants.O_RDONLY | constants.O_DIRECTORY, (openError, fd) => {
        if (openError !== null) return reject(openError);
        fsync(fd, (syncError) => {
          close(fd, (closeError) => settle(resolve, reject)(syncError ?? closeError ?? null));
        });
      });
    });
  }

  lock(path: string, kind: "shared" | "exclusive"): DiskLock | undefined {
    return takeLock(this.#locateName(path, "lock"), kind);
  }

  subdirectory(path: string): Disk {
    return realDisk(this.#locate(path, "open", true));
  }
}

/** Nothing has this name: it is not in its directory, or that is a file. */
function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}

function unlessMissing<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Follows `segments` down from `root` link by link; refuses to step outside. Names that do not exist are kept as they are. */
function walk(root: string, segments: string[], follow: boolean, path: string, syscall: string): string {
  const pending = segments.toReversed();
  const done: string[] = [];
  let links = 0;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === "..") {
      if (done.pop() === undefined) throw leavesRoot(syscall, path);
      continue;
    }
    done.push(name);
    if (pending.length === 0 && !follow) break;
    const here = `${root}/${done.join("/")}`;
    const stats = unlessMissing(() => lstatSync(here));
    if (stats === undefined) break;
    if (!stats.isSymbolicLink()) continue;
    if (++links > MAX_SYMBOLIC_LINKS) throw systemError("ELOOP", syscall, path, "too many symbolic links");
    const target = readlinkSync(here);
    done.pop();
    let relative = target;
    if (target.startsWith("/")) {
      if (target !== root && !target.startsWith(root === "/" ? root : `${root}/`)) throw leavesRoot(syscall, path);
      relative = target.slice(root.length);
      done.length = 0;
    }
    for (const segment of relative.split("/").toReversed()) {
      if (segment !== "" && segment !== ".") pending.push(segment);
    }
  }
  // What is left below a name that is not there cannot lead astray, except upwards.
  for (const name of pending.toReversed()) {
    if (name !== "..") done.push(name);
    else if (done.pop() === undefined) throw leavesRoot(syscall, path);
  }
  return done.length === 0 ? root : `${root}/${done.join("/")}`;
}

/**
 * The directory `root` of this machine as a disk: its `/` is that directory, and no path leaves it.
 * The directory need not exist yet; `makeDirectory("/", { recursive: true })` makes it.
 */
export function realDisk(root: string): Disk {
  const base = root.startsWith("/") ? root : `${process.cwd()}/${root}`;
  const segments = pathSegments(base, "open");
  if (segments.length === 0) return new RealDisk("", "/");
  const absolute = `/${segments.join("/")}`;
  return new RealDisk(absolute, absolute);
}

/** This machine's whole disk: absolute paths mean what they say, relative ones start at the working directory. */
export const machineDisk: Disk = new RealDisk("", process.cwd());
