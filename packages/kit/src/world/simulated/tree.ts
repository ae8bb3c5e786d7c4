/**
 * A file system in memory: nodes, names, and the operations of `Disk` on them, with POSIX' errors.
 *
 * `MemoryDisk` is this and nothing more. `SimulatedDisk` sees every operation before it happens and every change as it happens,
 * through the protected methods at the end of `TreeDisk`, and adds what a machine without faults does not have:
 * durability that must be asked for, failures, and power loss.
 */
import type { DirectoryEntry, Disk, DiskFile, DiskLock, FileStat, OpenMode } from "../disk.ts";
import { compareNames, pathSegments, systemError } from "../paths.ts";
import { PagedContent } from "./content.ts";
import { Subdirectory } from "./subdirectory.ts";

export interface FileNode {
  readonly kind: "file";
  readonly inode: number;
  content: PagedContent;
  /** Names that point here. */
  links: number;
  modifiedMs: number;
  changedMs: number;
}

export interface DirectoryNode {
  readonly kind: "directory";
  readonly inode: number;
  readonly entries: Map<string, Node>;
  /** Undefined for the root, and for a directory that was removed. */
  parent: DirectoryNode | undefined;
  modifiedMs: number;
  changedMs: number;
}

export type Node = FileNode | DirectoryNode;

/** A change of names: after it, `name` in `directory` stands for `node`, or for nothing. */
export interface NameChange {
  readonly directory: DirectoryNode;
  readonly name: string;
  readonly node: Node | undefined;
  /** What the name stood for. */
  readonly before: Node | undefined;
}

/** What a disk can be asked to do, as fault plans and counters name it. */
export type DiskOperation =
  | "open"
  | "create"
  | "read"
  | "write"
  | "truncate"
  | "sync"
  | "stat"
  | "readDirectory"
  | "makeDirectory"
  | "removeDirectory"
  | "rename"
  | "link"
  | "unlink"
  | "syncDirectory"
  | "lock";

/** `st_dev` of every disk in memory. */
const DEVICE = 1;
const FILE_MODE = 0o100644;
const DIRECTORY_MODE = 0o040755;

function statOf(node: Node): FileStat {
  const file = node.kind === "file";
  return {
    kind: node.kind,
    size: file ? node.content.size : node.entries.size,
    modifiedMs: node.modifiedMs,
    changedMs: node.changedMs,
    inode: node.inode,
    device: DEVICE,
    mode: file ? FILE_MODE : DIRECTORY_MODE,
  };
}

interface Place {
  readonly directory: DirectoryNode;
  readonly name: string;
  readonly node: Node | undefined;
}

interface LockHolders {
  shared: number;
  exclusive: boolean;
}

class TreeFile implements DiskFile {
  readonly path: string;
  readonly #disk: TreeDisk;
  readonly #node: FileNode;
  readonly #writable: boolean;
  #open = true;

  constructor(disk: TreeDisk, path: string, node: FileNode, writable: boolean) {
    this.#disk = disk;
    this.path = path;
    this.#node = node;
    this.#writable = writable;
  }

  #usable(syscall: string, writing: boolean): FileNode {
    this.#disk.ensureUsable();
    if (!this.#open || (writing && !this.#writable)) throw systemError("EBADF", syscall);
    return this.#node;
  }

  read(into: Uint8Array, position: number): number {
    return this.#disk.readContent(this.#usable("read", false), this.path, into, position);
  }

  async readAsync(into: Uint8Array, position: number): Promise<number> {
    return this.read(into, position);
  }

  write(bytes: Uint8Array, position: number): void {
    this.#disk.writeContent(this.#usable("write", true), this.path, bytes, position);
  }

  async writeAsync(bytes: Uint8Array, position: number): Promise<void> {
    this.write(bytes, position);
  }

  truncate(size: number): void {
    // ftruncate(2): EINVAL, not EBADF, for a file that is not open for writing
    if (!this.#writable) throw systemError("EINVAL", "ftruncate");
    this.#disk.truncateContent(this.#usable("ftruncate", true), this.path, size);
  }

  size(): number {
    return this.#usable("fstat", false).content.size;
  }

  stat(): FileStat {
    return statOf(this.#usable("fstat", false));
  }

  sync(): void {
    this.#disk.syncFile(this.#usable("fdatasync", false), this.path);
  }

  async syncAsync(): Promise<void> {
    await this.#disk.syncFileAsync(this.#usable("fdatasync", false), this.path);
  }

  close(): void {
    this.#open = false;
  }
}

export abstract class TreeDisk implements Disk {
  /** Changed only through `changeNames`. */
  protected root: DirectoryNode;
  protected nextInode = 2;
  readonly #now: () => number;
  readonly #locks = new Map<string, LockHolders>();

  protected constructor(now: () => number) {
    this.#now = now;
    this.root = this.#newDirectory(1, undefined);
  }

  #newDirectory(inode: number, parent: DirectoryNode | undefined): DirectoryNode {
    const now = this.#now();
    return { kind: "directory", inode, entries: new Map(), parent, modifiedMs: now, changedMs: now };
  }

  // ------------------------------------------------------------------ names

  #find(segments: readonly string[]): Node | undefined {
    this.ensureUsable();
    let node: Node = this.root;
    for (const name of segments) {
      if (node.kind !== "directory") return undefined;
      const next = node.entries.get(name);
      if (next === undefined) return undefined;
      node = next;
    }
    return node;
  }

  /** The names along `path`, which must not be the root's own. */
  #segments(path: string, syscall: string): string[] {
    const segments = pathSegments(path, syscall);
    if (segments.length === 0) throw systemError("EPERM", syscall, path, "the root itself stays");
    return segments;
  }

  /** The directory that holds, or would hold, the last name of `path`. Throws ENOENT and ENOTDIR on the way there. */
  #place(path: string, syscall: string): Place {
    this.ensureUsable();
    const segments = this.#segments(path, syscall);
    const name = segments.pop()!;
    let directory: Node = this.root;
    for (const segment of segments) {
      if (directory.kind !== "directory") throw systemError("ENOTDIR", syscall, path);
      const next = directory.entries.get(segment);
      if (next === undefined) throw systemError("ENOENT", syscall, path);
      directory = next;
    }
    if (directory.kind !== "directory") throw systemError("ENOTDIR", syscall, path);
    return { directory, name, node: directory.entries.get(name) };
  }

  #directory(path: string, syscall: string): DirectoryNode {
    this.ensureUsable();
    const segments = pathSegments(path, syscall);
    const node = segments.length === 0 ? this.root : this.#place(path, syscall).node;
    if (node === undefined) throw systemError("ENOENT", syscall, path);
    if (node.kind !== "directory") throw systemError("ENOTDIR", syscall, path);
    return node;
  }

  /** The file at `path`. Throws as `open` does. */
  protected fileAt(path: string): FileNode {
    const { node } = this.#place(path, "open");
    if (node === undefined) throw systemError("ENOENT", "open", path);
    if (node.kind === "directory") throw systemError("EISDIR", "open", path);
    return node;
  }

  #changeNames(changes: readonly NameChange[]): void {
    const now = this.#now();
    for (const { directory, name, node, before } of changes) {
      if (before?.kind === "file") {
        before.links--;
        before.changedMs = now;
      }
      if (node === undefined) directory.entries.delete(name);
      else directory.entries.set(name, node);
      if (node?.kind === "file") {
        node.links++;
        node.changedMs = now;
      }
      directory.modifiedMs = directory.changedMs = now;
    }
    this.namesChanged(changes);
    for (const { before } of changes) if (before?.kind === "file" && before.links === 0) this.fileFreed(before);
  }

  /** Makes this disk, which is new, a copy of `other` as it stands. Returns what became of each node. */
  protected copyFrom(other: TreeDisk): (node: Node) => Node {
    const copies = new Map<Node, Node>();
    const copyOf = (node: Node): Node => {
      const known = copies.get(node);
      if (known !== undefined) return known;
      if (node.kind === "file") {
        const file: FileNode = { ...node, content: node.content.clone() };
        copies.set(node, file);
        return file;
      }
      const directory: DirectoryNode = { ...node, entries: new Map(), parent: undefined };
      copies.set(node, directory);
      directory.parent = node.parent === undefined ? undefined : (copyOf(node.parent) as DirectoryNode);
      for (const [name, entry] of node.entries) directory.entries.set(name, copyOf(entry));
      return directory;
    };
    this.root = copyOf(other.root) as DirectoryNode;
    this.nextInode = other.nextInode;
    return copyOf;
  }

  open(path: string, mode: OpenMode): DiskFile {
    const atRoot = pathSegments(path, "open").length === 0;
    const { directory, name, node } = atRoot
      ? { directory: this.root, name: "", node: this.root }
      : this.#place(path, "open");
    if (node !== undefined && mode === "exclusive") throw systemError("EEXIST", "open", path);
    if (node?.kind === "directory") throw systemError("EISDIR", "open", path);
    if (node === undefined) {
      if (mode === "read" || mode === "update" || path.endsWith("/")) throw systemError("ENOENT", "open", path);
      this.operate("create", path);
      const now = this.#now();
      const inode = this.nextInode++;
      const content = new PagedContent();
      const file: FileNode = { kind: "file", inode, content, links: 0, modifiedMs: now, changedMs: now };
      this.#changeNames([{ directory, name, node: file, before: undefined }]);
      this.afterOperation();
      return new TreeFile(this, path, file, true);
    }
    this.operate("open", path);
    const file = new TreeFile(this, path, node, mode !== "read");
    if (mode === "truncate" && node.content.size > 0) this.truncateContent(node, path, 0);
    return file;
  }

  readFile(path: string): Uint8Array {
    const file = this.open(path, "read");
    const bytes = Buffer.alloc(file.size());
    for (let filled = 0; filled < bytes.length;) filled += file.read(bytes.subarray(filled), filled);
    file.close();
    return bytes;
  }

  stat(path: string): FileStat | undefined {
    const segments = pathSegments(path, "stat");
    this.operate("stat", path);
    const node = this.#find(segments);
    return node === undefined ? undefined : statOf(node);
  }

  async statAsync(path: string): Promise<FileStat | undefined> {
    return this.stat(path);
  }

  readDirectory(path: string): DirectoryEntry[] {
    const directory = this.#directory(path, "scandir");
    this.operate("readDirectory", path);
    return [...directory.entries]
      .map(([name, node]) => ({ name, kind: node.kind }))
      .toSorted((a, b) => compareNames(a.name, b.name));
  }

  makeDirectory(path: string, options?: { readonly recursive?: boolean }): void {
    const segments = pathSegments(path, "mkdir");
    if (options?.recursive) {
      for (let depth = 1; depth <= segments.length; depth++) {
        const node = this.#find(segments.slice(0, depth));
        if (node === undefined) this.#makeOne(segments.slice(0, depth).join("/"));
        else if (node.kind === "file") {
          throw systemError(depth === segments.length ? "EEXIST" : "ENOTDIR", "mkdir", path);
        }
      }
    } else if (segments.length === 0) throw systemError("EEXIST", "mkdir", path);
    else this.#makeOne(path);
  }

  #makeOne(path: string): void {
    const { directory, name, node } = this.#place(path, "mkdir");
    if (node !== undefined) throw systemError("EEXIST", "mkdir", path);
    this.operate("makeDirectory", path);
    const made = this.#newDirectory(this.nextInode++, directory);
    this.#changeNames([{ directory, name, node: made, before: undefined }]);
    this.afterOperation();
  }

  removeDirectory(path: string): void {
    const { directory, name, node } = this.#place(path, "rmdir");
    if (node === undefined) throw systemError("ENOENT", "rmdir", path);
    if (node.kind !== "directory") throw systemError("ENOTDIR", "rmdir", path);
    if (node.entries.size > 0) throw systemError("ENOTEMPTY", "rmdir", path);
    this.operate("removeDirectory", path);
    this.#changeNames([{ directory, name, node: undefined, before: node }]);
    node.parent = undefined;
    this.afterOperation();
  }

  rename(from: string, to: string): void {
    for (const path of [from, to]) this.#segments(path, "rename");
    const source = this.#place(from, "rename");
    const target = this.#place(to, "rename");
    const node = source.node;
    if (node === undefined) throw systemError("ENOENT", "rename", from);
    if (node.kind === "directory") {
      for (let above: DirectoryNode | undefined = target.directory; above !== undefined; above = above.parent) {
        if (above === node) throw systemError("EINVAL", "rename", from, "a directory cannot move into itself");
      }
      if (target.node?.kind === "file") throw systemError("ENOTDIR", "rename", from);
      if (target.node !== undefined && target.node !== node && target.node.entries.size > 0) {
        throw systemError("ENOTEMPTY", "rename", from);
      }
    } else if (target.node?.kind === "directory") throw systemError("EISDIR", "rename", from);
    this.operate("rename", from, to);
    // rename(2): two names of the same file both stay
    if (target.node !== node) {
      this.#changeNames([
        { directory: source.directory, name: source.name, node: undefined, before: node },
        { directory: target.directory, name: target.name, node, before: target.node },
      ]);
      if (node.kind === "directory") node.parent = target.directory;
    }
    this.afterOperation();
  }

  link(from: string, to: string): void {
    for (const path of [from, to]) this.#segments(path, "link");
    const { node } = this.#place(from, "link");
    if (node === undefined) throw systemError("ENOENT", "link", from);
    const target = this.#place(to, "link");
    if (target.node !== undefined) throw systemError("EEXIST", "link", from);
    if (node.kind === "directory") throw systemError("EPERM", "link", from);
    this.operate("link", from, to);
    this.#changeNames([{ directory: target.directory, name: target.name, node, before: undefined }]);
    this.afterOperation();
  }

  unlink(path: string): void {
    const { directory, name, node } = this.#place(path, "unlink");
    if (node === undefined) throw systemError("ENOENT", "unlink", path);
    if (node.kind === "directory") throw systemError("EISDIR", "unlink", path);
    this.operate("unlink", path);
    this.#changeNames([{ directory, name, node: undefined, before: node }]);
    this.afterOperation();
  }

  syncDirectory(path: string): void {
    const directory = this.#directory(path, "fsync");
    this.operate("syncDirectory", path);
    this.afterOperation();
    this.namesSynced(directory);
  }

  async syncDirectoryAsync(path: string): Promise<void> {
    const directory = this.#directory(path, "fsync");
    this.operate("syncDirectory", path);
    await this.syncNamesAsync(directory);
  }

  lock(path: string, kind: "shared" | "exclusive"): DiskLock | undefined {
    const { directory, name } = this.#place(path, "lock");
    this.operate("lock", path);
    const key = `${directory.inode}/${name}`;
    const holders = this.#locks.get(key) ?? { shared: 0, exclusive: false };
    if (holders.exclusive || (kind === "exclusive" && holders.shared > 0)) return undefined;
    if (kind === "exclusive") holders.exclusive = true;
    else holders.shared++;
    this.#locks.set(key, holders);
    let held = true;
    return {
      release: () => {
        if (!held) return;
        held = false;
        if (kind === "exclusive") holders.exclusive = false;
        else holders.shared--;
        if (!holders.exclusive && holders.shared === 0) this.#locks.delete(key);
      },
    };
  }

  subdirectory(path: string): Disk {
    return new Subdirectory(this, `/${pathSegments(path, "open").join("/")}`);
  }

  // -------------------------------------------------- content, for open files

  /** @internal */
  readContent(node: FileNode, path: string, into: Uint8Array, position: number): number {
    this.operate("read", path);
    return this.contentRead(node, path, into, node.content.read(into, position));
  }

  /** @internal */
  writeContent(node: FileNode, path: string, bytes: Uint8Array, position: number): void {
    this.operate("write", path);
    const fits = this.contentChanging(node, path, position, bytes);
    if (fits > 0) {
      node.content.write(fits === bytes.length ? bytes : bytes.subarray(0, fits), position);
      node.modifiedMs = node.changedMs = this.#now();
    }
    if (fits < bytes.length) throw systemError("ENOSPC", "write", path);
    this.afterOperation();
  }

  /** @internal */
  truncateContent(node: FileNode, path: string, size: number): void {
    this.operate("truncate", path);
    this.contentTruncating(node, size);
    node.content.truncate(size);
    node.modifiedMs = node.changedMs = this.#now();
    this.afterOperation();
  }

  /** @internal */
  syncFile(node: FileNode, path: string): void {
    this.operate("sync", path, undefined, node);
    this.afterOperation();
    this.contentSynced(node);
  }

  /** @internal */
  async syncFileAsync(node: FileNode, path: string): Promise<void> {
    this.syncFile(node, path);
  }

  // ------------------------------------------- what a disk with faults adds

  /** @internal Throws when nothing can be done with this disk any more. */
  ensureUsable(): void {}

  /** Before an operation that is otherwise possible. Throwing keeps it from happening. */
  protected operate(_operation: DiskOperation, _path: string, _to?: string, _node?: FileNode): void {}

  /** After the effects of a changing operation, before it counts as done. */
  protected afterOperation(): void {}

  protected namesChanged(_changes: readonly NameChange[]): void {}

  protected namesSynced(_directory: DirectoryNode): void {}

  protected async syncNamesAsync(directory: DirectoryNode): Promise<void> {
    this.afterOperation();
    this.namesSynced(directory);
  }

  /** `file` has lost its last name. */
  protected fileFreed(_file: FileNode): void {}

  /** `count` bytes were read into `into`; returns how many the caller is told of. */
  protected contentRead(_node: FileNode, _path: string, _into: Uint8Array, count: number): number {
    return count;
  }

  /** Returns how many of the bytes there is space for. */
  protected contentChanging(_node: FileNode, _path: string, _position: number, bytes: Uint8Array): number {
    return bytes.length;
  }

  protected contentTruncating(_node: FileNode, _size: number): void {}

  protected contentSynced(_node: FileNode): void {}
}
