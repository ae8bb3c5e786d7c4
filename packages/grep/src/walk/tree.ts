/**
 * A directory and what is below it, in the order in which GNU grep goes through it: entries as the file system hands them out, a directory's
 * content at its place among them. (readdir(3) would be no news, but Node's own readdir sorts; its Dir handles do not.)
 */
import { type Dir, lstatSync, opendirSync, statfsSync, statSync } from "node:fs";
import { systemErrorCode } from "../system-error.ts";
import type { ByteString } from "../byte-string.ts";

/** What the walk asks of, and tells, whoever searches. Names and paths are byte strings. */
export interface TreeVisitor {
  /** Shall the directory be entered? `path` as it is to be shown, `name` its last component (of the root: as it was given). */
  enters(path: ByteString, name: ByteString, isRoot: boolean): boolean;
  /** A file that is neither a directory nor a symbolic link that is not followed. */
  file(path: ByteString, name: ByteString, isDevice: boolean): void;
  /** The system refused. */
  failed(path: ByteString, code: string): void;
  /** A directory that is its own ancestor. */
  loop(path: ByteString): void;
}

export interface TreeOptions {
  /** Follow symbolic links that are met. */
  readonly dereference: boolean;
  /** Where a path as shown lies for the operating system. */
  locate(path: ByteString): string | Buffer;
}

interface Entry {
  readonly name: ByteString;
  readonly kind: "directory" | "symlink" | "file" | "device";
  inode: number;
}

interface Identity {
  readonly dev: number;
  readonly ino: number;
}

/** GNU's fts reads this many entries at once … */
const BATCH_ENTRIES = 100_000;
/** … and sorts more than so many by inode, where that spares the disk's arm. */
const SORT_ENTRIES = 10_000;
/** statfs(2): file systems on which inode numbers say nothing of places (tmpfs, NFS). */
const UNPLACED_FILE_SYSTEMS: readonly number[] = [0x01021994, 0x6969];
const DIRECTORY_BUFFER_ENTRIES = 256;

export class TreeWalk {
  readonly #visitor: TreeVisitor;
  readonly #options: TreeOptions;
  /** Directories on the way down to here, where links may lead back. */
  readonly #ancestors: Identity[] = [];

  constructor(visitor: TreeVisitor, options: TreeOptions) {
    this.#visitor = visitor;
    this.#options = options;
  }

  /** Goes through the directory `root`. */
  walk(root: ByteString): void {
    const shown = /^.*[^/]\/\/+$/s.test(root) ? root.replace(/\/+$/, "/") : root;
    this.#directory(shown, shown, true);
  }

  #directory(path: ByteString, name: ByteString, isRoot: boolean): void {
    if (!this.#visitor.enters(path, name, isRoot)) return;
    if (!this.#options.dereference) {
      this.#content(path);
      return;
    }
    const identity = this.#attempt(path, () => statSync(this.#options.locate(path)));
    if (identity === undefined) return;
    if (this.#ancestors.some(({ dev, ino }) => dev === identity.dev && ino === identity.ino)) {
      this.#visitor.loop(path);
      return;
    }
    this.#ancestors.push(identity);
    this.#content(path);
    this.#ancestors.pop();
  }

  #content(path: ByteString): void {
    const directory = this.#attempt(path, () =>
      opendirSync(this.#options.locate(path), {
        // The types leave out that every encoding is understood.
        encoding: "latin1" as BufferEncoding,
        bufferSize: DIRECTORY_BUFFER_ENTRIES,
      }),
    );
    if (directory === undefined) return;
    const prefix = path.endsWith("/") ? path : `${path}/`;
    try {
      for (;;) {
        const entries = this.#attempt(path, () => readEntries(directory));
        if (entries === undefined || entries.length === 0) return;
        if (entries.length > SORT_ENTRIES) this.#sortByInode(path, prefix, entries);
        for (const entry of entries) this.#entry(prefix + entry.name, entry);
        if (entries.length < BATCH_ENTRIES) return;
      }
    } finally {
      directory.closeSync();
    }
  }

  #entry(path: ByteString, { name, kind }: Entry): void {
    if (kind === "directory") this.#directory(path, name, false);
    else if (kind !== "symlink") this.#visitor.file(path, name, kind === "device");
    else if (this.#options.dereference) this.#link(path, name);
  }

  #link(path: ByteString, name: ByteString): void {
    const target = this.#attempt(path, () => statSync(this.#options.locate(path)));
    if (target?.isDirectory()) this.#directory(path, name, false);
    else if (target !== undefined) this.#visitor.file(path, name, !target.isFile());
  }

  #sortByInode(path: ByteString, prefix: ByteString, entries: Entry[]): void {
    const { locate } = this.#options;
    const fileSystem = this.#attempt(path, () => statfsSync(locate(path)));
    if (fileSystem === undefined || UNPLACED_FILE_SYSTEMS.includes(fileSystem.type)) return;
    for (const entry of entries) {
      const found = lstatSync(locate(prefix + entry.name), { throwIfNoEntry: false });
      entry.inode = found?.ino ?? 0;
    }
    entries.sort((a, b) => a.inode - b.inode);
  }

  /** The call's result; undefined when the system refused, which the visitor hears. */
  #attempt<T>(path: ByteString, call: () => T): T | undefined {
    try {
      return call();
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === undefined) throw error;
      this.#visitor.failed(path, code);
      return undefined;
    }
  }
}

function readEntries(directory: Dir): Entry[] {
  const entries: Entry[] = [];
  while (entries.length < BATCH_ENTRIES) {
    const found = directory.readSync();
    if (found === null) break;
    const kind = found.isDirectory()
      ? "directory"
      : found.isFile()
        ? "file"
        : found.isSymbolicLink()
          ? "symlink"
          : "device";
    entries.push({ name: found.name, kind, inode: 0 });
  }
  return entries;
}
