/**
 * An RDB on its way between two servers, kept until it is whole: a master that must say its length first, a replica that must not begin to
 * load before it has all of it. In a file where the server has a data directory, else in memory.
 */
import { Buffer } from "node:buffer";
import type { Disk, DiskFile } from "@tenon/kit";
import { joined } from "../persistence/disk-source.ts";
import type { ByteSource } from "../persistence/rdb-input.ts";

export interface Spool extends ByteSource {
  /** Throws the disk's error. */
  append(bytes: Uint8Array): void;
  /** Leaves no trace. */
  discard(): void;
}

/** Bytes are gathered in pieces of this size at least. */
const PIECE_BYTES = 256 * 1024;

export class MemorySpool implements Spool {
  /** Pieces and where each begins; the last one has room behind #size. */
  readonly #pieces: { readonly start: number; readonly bytes: Buffer }[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  append(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const last = this.#pieces.at(-1);
      const room = last === undefined ? 0 : last.start + last.bytes.length - this.#size;
      if (room === 0) {
        const length = Math.max(PIECE_BYTES, bytes.length - at);
        this.#pieces.push({ start: this.#size, bytes: Buffer.allocUnsafeSlow(length) });
        continue;
      }
      const part = bytes.subarray(at, at + room);
      last!.bytes.set(part, this.#size - last!.start);
      this.#size += part.length;
      at += part.length;
    }
  }

  read(into: Uint8Array, position: number): number {
    if (position >= this.#size) return 0;
    // The last piece that begins at or before `position`.
    let low = 0;
    let high = this.#pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#pieces[middle]!.start <= position) low = middle;
      else high = middle - 1;
    }
    const { start, bytes } = this.#pieces[low]!;
    const end = Math.min(this.#size - start, bytes.length, position - start + into.length);
    into.set(bytes.subarray(position - start, end));
    return end - (position - start);
  }

  discard(): void {
    this.#pieces.length = 0;
    this.#size = 0;
  }
}

export class FileSpool implements Spool {
  readonly #disk: Disk;
  readonly #file: DiskFile;
  #size = 0;
  #open = true;

  /** A new file `name` in `directory`; what is there under that name is overwritten. Throws the disk's error. */
  constructor(disk: Disk, directory: string, name: string) {
    this.#disk = disk;
    this.#file = disk.open(joined(directory, name), "truncate");
  }

  get size(): number {
    return this.#size;
  }

  append(bytes: Uint8Array): void {
    this.#file.write(bytes, this.#size);
    this.#size += bytes.length;
  }

  read(into: Uint8Array, position: number): number {
    return this.#file.read(into, position);
  }

  discard(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#file.close();
    try {
      this.#disk.unlink(this.#file.path);
    } catch {
      // A leftover under a temporary name is only rubbish; the next one overwrites it.
    }
  }
}
