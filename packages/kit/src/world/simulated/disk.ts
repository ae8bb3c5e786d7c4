/**
 * A disk that keeps what it was asked to keep, and nothing else.
 *
 * Beside the live state, which every read sees, it keeps the durable state and what is pending between the two:
 * - per file, the writes and truncates since its last sync (`volatile.ts` says what a crash may leave of them);
 * - per disk, the changes of names since their directories were synced. One operation is atomic (a rename happened
 *   or did not); those on different names are independent; those on the same name took effect in order, so an
 *   operation survives only with the earlier ones on its names. Removing a directory needs it to have become empty first.
 *
 * Power can be cut at any changing operation: it may have taken effect, the caller gets `PowerLossError`, and the disk
 * answers nothing any more. `crash` then tells what a machine that comes up again might find, by seed.
 */
import type { Clock } from "../clock.ts";
import { PAGE_BYTES, type PagedContent } from "./content.ts";
import { type DiskFault, FaultPlan, type InjectedFault } from "./disk-faults.ts";
import { type Seed, SeededRandom } from "./random.ts";
import { type DirectoryNode, type DiskOperation, type FileNode, type NameChange, type Node, TreeDisk } from "./tree.ts";
import { drawFate, type Fate, landSurvivors, type PendingChange, type Reordering } from "./volatile.ts";

/** Changes of one file that may be pending; beyond it the older half is written back, as a kernel's flusher would do. */
export const MAX_PENDING_CHANGES = 65_536;

const CHANGING: ReadonlySet<DiskOperation> = new Set<DiskOperation>([
  "create",
  "write",
  "truncate",
  "sync",
  "makeDirectory",
  "removeDirectory",
  "rename",
  "link",
  "unlink",
  "syncDirectory",
]);

/** The power went. Code under test should let it pass: nothing that it does from here on can reach the disk. */
export class PowerLossError extends Error {
  readonly code = "POWER_LOSS";
  override readonly name = "PowerLossError";
}

export interface SimulatedDiskOptions {
  /** What faults and crashes are drawn from. Default 0. */
  readonly seed?: Seed;
  /** Stamps the files and times `syncMs`. */
  readonly clock?: Pick<Clock, "now" | "sleep">;
  /** Space for content, in bytes, counted in pages of 4096. A write beyond it fails with `ENOSPC` after the part that fits. */
  readonly capacityBytes?: number;
  /** See `volatile.ts`. Default `posix`, which promises least. */
  readonly reordering?: Reordering;
  /** How long an asynchronous sync takes on the clock. Default: until the next promise job. */
  readonly syncMs?: number;
}

interface FileHistory {
  durable: PagedContent;
  pending: PendingChange[];
}

interface PendingNames {
  readonly order: number;
  readonly changes: readonly NameChange[];
  /** Directories that it removed, and that therefore had to be empty. */
  readonly emptied: readonly DirectoryNode[];
}

export class SimulatedDisk extends TreeDisk {
  readonly #options: SimulatedDiskOptions;
  readonly #random: SeededRandom;
  readonly #faults: FaultPlan;
  readonly #histories = new WeakMap<FileNode, FileHistory>();
  readonly #durableNames = new WeakMap<DirectoryNode, Map<string, Node>>();
  #pendingNames: PendingNames[] = [];
  /** Files with pending changes. */
  readonly #dirty = new Set<FileNode>();
  /** Numbers changes in the order in which they were made. */
  #order = 0;
  #operations = 0;
  #lastOperation = "";
  #cutAt = Infinity;
  /** The power goes when the operation at hand has had its effect. */
  #cutting = false;
  #powered = true;
  #crashes = 0;
  #capacityBytes: number;
  #usedPages = 0;

  constructor(options: SimulatedDiskOptions = {}) {
    super(() => options.clock?.now() ?? 0);
    this.#options = options;
    this.#random = new SeededRandom(options.seed ?? 0);
    this.#faults = new FaultPlan(this.#random.split("faults"));
    this.#capacityBytes = options.capacityBytes ?? Infinity;
  }

  /** Changing operations (writes, syncs, changes of names) asked for so far. */
  get operations(): number {
    return this.#operations;
  }

  /** The last changing operation, such as `write /log`. */
  get lastOperation(): string {
    return this.#lastOperation;
  }

  get powered(): boolean {
    return this.#powered;
  }

  /** Space taken by content, in bytes. */
  get usedBytes(): number {
    return this.#usedPages * PAGE_BYTES;
  }

  get capacityBytes(): number {
    return this.#capacityBytes;
  }

  set capacityBytes(bytes: number) {
    this.#capacityBytes = bytes;
  }

  inject(fault: DiskFault): InjectedFault {
    return this.#faults.inject(fault);
  }

  clearFaults(): void {
    this.#faults.clear();
  }

  /** Flips `bits` bits of the file, for every reader and for good. Returns where, in bytes from its start. */
  rot(path: string, bits: number = 1): number[] {
    const node = this.fileAt(path);
    const { size } = node.content;
    const positions: number[] = [];
    for (let count = 0; count < bits && size > 0; count++) {
      const position = this.#random.integer(size);
      const flip = 1 << this.#random.integer(8);
      for (const content of [node.content, this.#history(node).durable]) {
        const byte = new Uint8Array(1);
        if (content.read(byte, position) === 0) continue;
        byte[0] = byte[0]! ^ flip;
        content.put(byte, position);
      }
      positions.push(position);
    }
    return positions;
  }

  /** Makes everything durable, as sync(2) does. */
  syncAll(): void {
    this.ensureUsable();
    for (const { changes } of this.#pendingNames) for (const change of changes) this.#makeNameDurable(change);
    this.#pendingNames = [];
    for (const file of this.#dirty) this.#commitContent(file, this.#order);
  }

  // ------------------------------------------------------------------ power

  /** Cuts the power during the `operations`-th changing operation from now: 1 is the next. */
  powerOffAfter(operations: number): void {
    this.#cutAt = this.#operations + operations;
  }

  powerOff(): void {
    this.#powered = false;
  }

  /** @internal */
  override ensureUsable(): void {
    if (this.#cutting) this.#powered = false;
    if (!this.#powered)
      throw new PowerLossError(`the power went at operation ${this.#operations}: ${this.#lastOperation}`);
  }

  /**
   * What a machine might find on this disk after power loss now: a new disk, everything on it durable, no lock held, no fault
   * injected. This one is off from now on, but can be asked again for other outcomes. `seed` picks the outcome; each call
   * without one picks another.
   */
  crash(seed?: Seed): SimulatedDisk {
    this.#powered = false;
    const random = seed === undefined ? this.#random.split(`crash ${this.#crashes++}`) : new SeededRandom(seed);
    const first = Math.min(
      this.#order,
      this.#pendingNames[0]?.order ?? Infinity,
      ...[...this.#dirty].map((file) => this.#history(file).pending[0]?.order ?? Infinity),
    );
    const fate = drawFate(random, first, this.#order);
    const found = new SimulatedDisk({ ...this.#options, seed: `${this.#options.seed ?? 0}/found` });
    found.#capacityBytes = this.#capacityBytes;
    found.#find(this, survivingNames(this.#pendingNames, fate), fate, random);
    return found;
  }

  /** A copy in the state of now, what is pending included; no file open, no lock held, no fault injected: what a new process finds after `kill -9`. */
  clone(): SimulatedDisk {
    const copy = new SimulatedDisk(this.#options);
    const copyOf = copy.copyFrom(this);
    const seen = new Set<Node>(this.#dirty);
    const visit = (node: Node): void => {
      if (seen.has(node)) return;
      seen.add(node);
      if (node.kind === "file") return;
      const durable = this.#durableNames.get(node);
      if (durable !== undefined) {
        const names = new Map([...durable].map(([name, entry]) => [name, copyOf(entry)]));
        copy.#durableNames.set(copyOf(node) as DirectoryNode, names);
        for (const entry of durable.values()) visit(entry);
      }
      for (const entry of node.entries.values()) visit(entry);
    };
    visit(this.root);
    // A directory may be reachable only through a change that is pending still.
    for (const { changes } of this.#pendingNames) for (const { node } of changes) if (node !== undefined) visit(node);
    copy.#pendingNames = this.#pendingNames.map(({ order, changes, emptied }) => ({
      order,
      changes: changes.map((change) => ({
        directory: copyOf(change.directory) as DirectoryNode,
        name: change.name,
        node: change.node && copyOf(change.node),
        before: change.before && copyOf(change.before),
      })),
      emptied: emptied.map((directory) => copyOf(directory) as DirectoryNode),
    }));
    for (const file of seen) {
      if (file.kind === "directory") continue;
      const history = this.#histories.get(file);
      if (history === undefined) continue;
      const twin = copyOf(file) as FileNode;
      copy.#histories.set(twin, { durable: history.durable.clone(), pending: history.pending.slice() });
      if (this.#dirty.has(file)) copy.#dirty.add(twin);
    }
    copy.#order = this.#order;
    copy.#usedPages = this.#usedPages;
    copy.#capacityBytes = this.#capacityBytes;
    return copy;
  }

  /** Fills this disk, which is new, with what is found of `lost`. */
  #find(lost: SimulatedDisk, names: readonly PendingNames[], fate: Fate, random: SeededRandom): void {
    const changed = new Map<DirectoryNode, Map<string, Node>>();
    const namesOf = (directory: DirectoryNode): Map<string, Node> =>
      changed.get(directory) ?? lost.#durableNames.get(directory) ?? new Map();
    for (const { changes } of names) {
      for (const { directory, name, node } of changes) {
        if (!changed.has(directory)) changed.set(directory, new Map(namesOf(directory)));
        setName(changed.get(directory)!, name, node);
      }
    }
    const files = new Map<FileNode, FileNode>();
    const foundFile = (node: FileNode): FileNode => {
      let file = files.get(node);
      if (file === undefined) {
        const { durable, pending } = lost.#history(node);
        const content = durable.clone();
        landSurvivors(content, pending, fate, lost.#options.reordering ?? "posix", random);
        file = { ...node, content, links: 0 };
        files.set(node, file);
        this.#histories.set(file, { durable: content.clone(), pending: [] });
        this.#usedPages += content.pageCount;
      }
      file.links++;
      return file;
    };
    const foundDirectory = (node: DirectoryNode, parent: DirectoryNode | undefined): DirectoryNode => {
      const directory: DirectoryNode = { ...node, entries: new Map(), parent };
      for (const [name, entry] of namesOf(node)) {
        directory.entries.set(name, entry.kind === "file" ? foundFile(entry) : foundDirectory(entry, directory));
      }
      this.#durableNames.set(directory, new Map(directory.entries));
      return directory;
    };
    this.root = foundDirectory(lost.root, undefined);
    this.nextInode = lost.nextInode;
  }

  // ------------------------------------------- what TreeDisk tells and asks

  protected override operate(operation: DiskOperation, path: string, _to?: string, node?: FileNode): void {
    this.ensureUsable();
    if (CHANGING.has(operation)) {
      this.#operations++;
      this.#lastOperation = `${operation} ${path}`;
      if (this.#operations >= this.#cutAt) this.#cutting = true;
    }
    const error = this.#faults.error(operation, path);
    if (error === undefined) return;
    if (operation === "sync" && node !== undefined) this.#failSync(node);
    throw error;
  }

  protected override afterOperation(): void {
    if (this.#cutting) this.ensureUsable();
  }

  protected override namesChanged(changes: readonly NameChange[]): void {
    const emptied = changes
      .map((change) => change.before)
      .filter((before) => before?.kind === "directory" && !changes.some((change) => change.node === before));
    this.#pendingNames.push({ order: this.#order++, changes, emptied: emptied as DirectoryNode[] });
  }

  protected override namesSynced(directory: DirectoryNode): void {
    this.#commitNames(directory, this.#order);
  }

  protected override fileFreed(file: FileNode): void {
    this.#usedPages -= file.content.pageCount;
  }

  protected override contentRead(_node: FileNode, path: string, into: Uint8Array, count: number): number {
    return this.#faults.spoil(path, into, count);
  }

  protected override contentChanging(node: FileNode, _path: string, position: number, bytes: Uint8Array): number {
    const fits = this.#fitting(node, position, bytes.length);
    if (fits > 0) {
      this.#usedPages += node.links > 0 ? node.content.pagesAddedBy(position, fits) : 0;
      const kept = Uint8Array.prototype.slice.call(bytes, 0, fits);
      this.#remember(node, {
        kind: "write",
        order: this.#order++,
        position,
        bytes: kept,
        sizeBefore: node.content.size,
      });
    }
    return fits;
  }

  protected override contentTruncating(node: FileNode, size: number): void {
    const before = node.content.pageCount;
    const shrunk = node.content.clone();
    shrunk.truncate(size);
    if (node.links > 0) this.#usedPages -= before - shrunk.pageCount;
    this.#remember(node, { kind: "truncate", order: this.#order++, size });
  }

  protected override contentSynced(node: FileNode): void {
    this.#commitContent(node, this.#order);
  }

  /** @internal */
  override async syncFileAsync(node: FileNode, path: string): Promise<void> {
    this.operate("sync", path, undefined, node);
    const upTo = this.#order;
    await this.#syncTakes();
    this.ensureUsable();
    this.#commitContent(node, upTo);
  }

  protected override async syncNamesAsync(directory: DirectoryNode): Promise<void> {
    const upTo = this.#order;
    await this.#syncTakes();
    this.ensureUsable();
    this.#commitNames(directory, upTo);
  }

  async #syncTakes(): Promise<void> {
    const { syncMs = 0, clock } = this.#options;
    if (syncMs > 0 && clock !== undefined) await clock.sleep(syncMs);
    else await Promise.resolve();
  }

  // ------------------------------------------------------------- durability

  #history(node: FileNode): FileHistory {
    let history = this.#histories.get(node);
    if (history === undefined) {
      history = { durable: node.content.clone(), pending: [] };
      this.#histories.set(node, history);
    }
    return history;
  }

  #remember(node: FileNode, change: PendingChange): void {
    const { durable, pending } = this.#history(node);
    pending.push(change);
    this.#dirty.add(node);
    if (pending.length <= MAX_PENDING_CHANGES) return;
    for (const old of pending.splice(0, MAX_PENDING_CHANGES / 2)) land(durable, old);
  }

  /** Makes the file's changes before `upTo` durable. */
  #commitContent(node: FileNode, upTo: number): void {
    const history = this.#history(node);
    const later = history.pending.findIndex((change) => change.order >= upTo);
    const count = later < 0 ? history.pending.length : later;
    for (const change of history.pending.splice(0, count)) land(history.durable, change);
    if (history.pending.length === 0) this.#dirty.delete(node);
  }

  #failSync(node: FileNode): void {
    const history = this.#history(node);
    const first = history.pending[0]?.order ?? this.#order;
    const fate = drawFate(this.#random, first, this.#order);
    landSurvivors(history.durable, history.pending, fate, this.#options.reordering ?? "posix", this.#random);
    history.pending = [];
    this.#dirty.delete(node);
  }

  /** Makes durable what was done before `upTo` to the names in `directory`, with what that depends on. */
  #commitNames(directory: DirectoryNode, upTo: number): void {
    const keys = new Set<string>();
    const emptied = new Set<DirectoryNode>();
    const committed = new Set<PendingNames>();
    for (const operation of this.#pendingNames.toReversed()) {
      const needed = operation.changes.some(
        (change) =>
          (change.directory === directory && operation.order < upTo) ||
          emptied.has(change.directory) ||
          keys.has(keyOf(change)),
      );
      if (!needed) continue;
      committed.add(operation);
      for (const change of operation.changes) keys.add(keyOf(change));
      for (const empty of operation.emptied) emptied.add(empty);
    }
    this.#pendingNames = this.#pendingNames.filter((operation) => {
      if (!committed.has(operation)) return true;
      for (const change of operation.changes) this.#makeNameDurable(change);
      return false;
    });
  }

  #makeNameDurable({ directory, name, node }: NameChange): void {
    let names = this.#durableNames.get(directory);
    if (names === undefined) {
      names = new Map();
      this.#durableNames.set(directory, names);
    }
    setName(names, name, node);
  }

  /** How many of `length` bytes at `position` there is space for. */
  #fitting(node: FileNode, position: number, length: number): number {
    const free = Math.floor(this.#capacityBytes / PAGE_BYTES) - this.#usedPages;
    if (free === Infinity || node.content.pagesAddedBy(position, length) <= free) return length;
    let fits = 0;
    for (let next = pageEnd(position); fits < length; next += PAGE_BYTES) {
      const upTo = Math.min(length, next - position);
      if (node.content.pagesAddedBy(position, upTo) > free) break;
      fits = upTo;
    }
    return fits;
  }
}

function pageEnd(position: number): number {
  return (Math.floor(position / PAGE_BYTES) + 1) * PAGE_BYTES;
}

function land(durable: PagedContent, change: PendingChange): void {
  if (change.kind === "write") durable.write(change.bytes, change.position);
  else durable.truncate(change.size);
}

function keyOf(change: NameChange): string {
  return `${change.directory.inode}/${change.name}`;
}

function setName(names: Map<string, Node>, name: string, node: Node | undefined): void {
  if (node === undefined) names.delete(name);
  else names.set(name, node);
}

/** Those that fate lets through and whose earlier operations on the same names survive too. */
function survivingNames(pending: readonly PendingNames[], fate: Fate): PendingNames[] {
  const lostKeys = new Set<string>();
  const lostIn = new Set<DirectoryNode>();
  return pending.filter((operation) => {
    const survives =
      fate(operation.order) &&
      !operation.changes.some((change) => lostKeys.has(keyOf(change))) &&
      !operation.emptied.some((directory) => lostIn.has(directory));
    if (survives) return true;
    for (const change of operation.changes) {
      lostKeys.add(keyOf(change));
      lostIn.add(change.directory);
    }
    return false;
  });
}
