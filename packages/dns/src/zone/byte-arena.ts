/**
 * Bytes that are only ever appended: names and records of a zone, for all of its versions.
 *
 * Memory comes in chunks, so that growing copies nothing and no version has to move. An address is a chunk's number above CHUNK_BITS bits
 * of offset; what was reserved in one piece lies in one chunk, also when it is longer than a chunk usually is. The first chunk begins
 * small and doubles, because most zones are small.
 */
const CHUNK_BITS = 20;
export const CHUNK_BYTES: number = 1 << CHUNK_BITS;
const OFFSET_MASK = CHUNK_BYTES - 1;
const FIRST_BYTES = 1024;
/** Addresses are 32 bits. */
const MAX_CHUNKS = 1 << (32 - CHUNK_BITS);

let arenas = 0;

export class ByteArena {
  /** Another one than any other arena of this process has: with an address it names bytes that never change. */
  readonly id: number = ++arenas;
  readonly #chunks: Uint8Array[] = [new Uint8Array(FIRST_BYTES)];
  /** Within the last chunk. Address 0 means nothing, so it is never given away. */
  #used = 4;
  #reserved = 4;

  /** Bytes that were given away, of whatever version. */
  get reserved(): number {
    return this.#reserved;
  }

  /** Bytes of memory. */
  get capacity(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  /** The chunk that holds `address`; its place there is `offsetOf(address)`. Read only. */
  chunkOf(address: number): Uint8Array {
    return this.#chunks[address >>> CHUNK_BITS]!;
  }

  /** `length` bytes in one piece, to be filled before anybody reads them. Throws RangeError when there are no more addresses. */
  reserve(length: number): number {
    this.#reserved += length;
    const last = this.#chunks.length - 1;
    const chunk = this.#chunks[last]!;
    const end = this.#used + length;
    if (end > chunk.length) {
      if (last > 0 || end > CHUNK_BYTES) return this.#newChunk(length);
      this.#growFirst(end);
    }
    const address = ((last << CHUNK_BITS) | this.#used) >>> 0;
    this.#used = end;
    return address;
  }

  #growFirst(needed: number): void {
    let size = this.#chunks[0]!.length;
    while (size < needed) size *= 2;
    const grown = new Uint8Array(size);
    grown.set(this.#chunks[0]!);
    this.#chunks[0] = grown;
  }

  #newChunk(length: number): number {
    if (this.#chunks.length === MAX_CHUNKS) throw new RangeError("a zone's data is above 4 GiB");
    this.#chunks.push(new Uint8Array(Math.max(length, CHUNK_BYTES)));
    this.#used = length;
    // Only its beginning has an address, so nothing can follow what is longer than a chunk.
    if (length >= CHUNK_BYTES) this.#used = Math.max(length, CHUNK_BYTES);
    return ((this.#chunks.length - 1) << CHUNK_BITS) >>> 0;
  }
}

export function offsetOf(address: number): number {
  return address & OFFSET_MASK;
}
