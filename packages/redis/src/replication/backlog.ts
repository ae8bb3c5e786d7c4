/**
 * The stream of changes as bytes: what the replicas still have to get, and behind that the newest of it, for replicas that come back after
 * their link was cut.
 *
 * It is kept once for all replicas, in blocks; a replica is a position in it. Positions count the bytes of the history from its very
 * beginning, so that position p is where the byte with the replication offset p + 1 lies, as in the original.
 */
import { Buffer } from "node:buffer";

/** Blocks are as large as this: the grain in which the oldest bytes are let go. */
export const BLOCK_BYTES: number = 64 * 1024;

interface Block {
  readonly start: number;
  readonly bytes: Buffer;
}

export class Backlog {
  /** In order, without gaps; all but the last are full. */
  readonly #blocks: Block[] = [];
  #start: number;
  #end: number;

  /** Empty, at position `start`. */
  constructor(start: number) {
    this.#start = start;
    this.#end = start;
  }

  /** Position of the oldest byte that is still there. */
  get start(): number {
    return this.#start;
  }

  /** Position behind the newest byte. */
  get end(): number {
    return this.#end;
  }

  /** Takes over a copy of `bytes`. */
  append(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const last = this.#blocks.at(-1);
      const used = last === undefined ? BLOCK_BYTES : this.#end - last.start;
      if (used === BLOCK_BYTES) {
        this.#blocks.push({ start: this.#end, bytes: Buffer.allocUnsafeSlow(BLOCK_BYTES) });
        continue;
      }
      const piece = bytes.subarray(at, at + BLOCK_BYTES - used);
      last!.bytes.set(piece, used);
      at += piece.length;
      this.#end += piece.length;
    }
  }

  /** Lets go of what is older than the newest `bytes`, except from position `needed` on. */
  trim(bytes: number, needed: number): void {
    const keep = Math.min(this.#end - bytes, needed);
    let gone = 0;
    while (gone < this.#blocks.length && this.#blocks[gone]!.start + BLOCK_BYTES <= keep) gone++;
    if (gone === 0) return;
    this.#blocks.splice(0, gone);
    this.#start = this.#blocks[0]?.start ?? this.#end;
  }

  /** Whether everything from `position` on is still there. */
  reaches(position: number): boolean {
    return position >= this.#start && position <= this.#end;
  }

  /** Up to `limit` bytes from `position` on, as they lie in one piece: a view, good until the next `trim`. */
  view(position: number, limit: number): Buffer {
    if (position >= this.#end) return Buffer.alloc(0);
    const first = this.#blocks[0]!.start;
    const block = this.#blocks[Math.floor((position - first) / BLOCK_BYTES)]!;
    const from = position - block.start;
    const filled = Math.min(BLOCK_BYTES, this.#end - block.start);
    return block.bytes.subarray(from, Math.min(filled, from + limit));
  }
}
