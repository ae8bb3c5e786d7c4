/**
 * A file that remembers, for snapshots, what was overwritten since they were made: each block as it was before its first change. A snapshot costs
 * nothing until something changes, and going back costs what has changed.
 *
 * Each snapshot knows the one that was made after it, and the file only the newest: what nobody can go back to any more is not kept.
 */
import type { PagerFile } from "../vfs/pager-file.ts";

export class Epoch {
  readonly blockSize: number;
  /** Bytes of the file when it began. */
  readonly size: number;
  /** Blocks as they were when it began, by number from 0: those that have changed while it was the newest. */
  readonly blocks: Map<number, Uint8Array> = new Map();
  next: Epoch | undefined;

  constructor(blockSize: number, size: number) {
    this.blockSize = blockSize;
    this.size = size;
  }
}

/** Every block that has changed since `first` began, as it was then. */
export function changedSince(first: Epoch): Map<number, Uint8Array> {
  const all = new Map<number, Uint8Array>();
  for (let epoch: Epoch | undefined = first; epoch !== undefined; epoch = epoch.next) {
    for (const [number, bytes] of epoch.blocks) {
      if (!all.has(number)) all.set(number, bytes);
    }
  }
  return all;
}

export class TrackedFile implements PagerFile {
  #file: PagerFile;
  #newest: WeakRef<Epoch> | undefined;

  constructor(file: PagerFile) {
    this.#file = file;
  }

  /** Begins to remember. Epochs of one block size only follow on each other; undefined: it is another one than that of an epoch in use. */
  mark(blockSize: number): Epoch | undefined {
    const last = this.#newest?.deref();
    if (last !== undefined && last.blockSize !== blockSize) return undefined;
    const epoch = new Epoch(blockSize, this.#file.size());
    if (last !== undefined) last.next = epoch;
    this.#newest = new WeakRef(epoch);
    return epoch;
  }

  /** The same content opened in another way. */
  reopen(file: PagerFile): void {
    this.#file.close();
    this.#file = file;
  }

  read(into: Uint8Array, position: number): number {
    return this.#file.read(into, position);
  }

  write(bytes: Uint8Array, position: number): void {
    const epoch = this.#newest?.deref();
    if (epoch !== undefined) this.#remember(epoch, position, position + bytes.length);
    this.#file.write(bytes, position);
  }

  truncate(size: number): void {
    const epoch = this.#newest?.deref();
    if (epoch !== undefined) this.#remember(epoch, size, this.#file.size());
    this.#file.truncate(size);
  }

  size(): number {
    return this.#file.size();
  }

  sync(): void {
    this.#file.sync();
  }

  close(): void {
    this.#file.close();
  }

  #remember(epoch: Epoch, start: number, end: number): void {
    const { blockSize, blocks, size } = epoch;
    for (let number = Math.floor(start / blockSize); number * blockSize < Math.min(end, size); number++) {
      if (blocks.has(number)) continue;
      const block = new Uint8Array(blockSize);
      this.#file.read(block, number * blockSize);
      blocks.set(number, block);
    }
  }
}
