/**
 * Bytes of keys, side by side in large arrays instead of one object a key.
 *
 * An address is a number of 8-byte units: slab number × 2^17 + unit in the slab. A slab holds 1 MiB; the first grows from
 * 1 KiB by doubling, so that a small database is small. Room that is given back goes to a free list for its size in
 * units. Keys above 32 KiB get a slab of their own size, which is let go with them.
 */
const UNIT_BYTES = 8;
const SLAB_UNIT_BITS = 17;
const SLAB_UNITS = 1 << SLAB_UNIT_BITS;
const SLAB_UNIT_MASK = SLAB_UNITS - 1;
const FIRST_SLAB_UNITS = 128;
const LARGE_KEY_UNITS = 4096;

const EMPTY = new Uint8Array(0);

export class Slabs {
  readonly #slabs: Uint8Array[] = [new Uint8Array(FIRST_SLAB_UNITS * UNIT_BYTES)];
  /** The slab that is being filled, and how far. */
  #filling = 0;
  #filled = 0;
  /** Units → addresses that are free. */
  readonly #free: number[][] = [];
  readonly #freeSlabs: number[] = [];

  /** The slab of `address`, for reading at `offset(address)`. Valid until the next `store`. */
  slab(address: number): Uint8Array {
    return this.#slabs[address >>> SLAB_UNIT_BITS]!;
  }

  offset(address: number): number {
    return (address & SLAB_UNIT_MASK) * UNIT_BYTES;
  }

  /** Copies `bytes[start, end)` in and returns its address. */
  store(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    const address = this.#allocate((length + UNIT_BYTES - 1) >>> 3);
    const slab = this.slab(address);
    let to = this.offset(address);
    if (length > 64) slab.set(bytes.subarray(start, end), to);
    else for (let from = start; from < end; from++) slab[to++] = bytes[from]!;
    return address;
  }

  release(address: number, length: number): void {
    const units = (length + UNIT_BYTES - 1) >>> 3;
    if (units > LARGE_KEY_UNITS) {
      const slab = address >>> SLAB_UNIT_BITS;
      this.#slabs[slab] = EMPTY;
      this.#freeSlabs.push(slab);
      return;
    }
    if (units === 0) return;
    (this.#free[units] ??= []).push(address);
  }

  #allocate(units: number): number {
    if (units > LARGE_KEY_UNITS) return this.#addSlab(units) << SLAB_UNIT_BITS;
    const reused = this.#free[units]?.pop();
    if (reused !== undefined) return reused;
    if (this.#filled + units > SLAB_UNITS) {
      this.#filling = this.#addSlab(SLAB_UNITS);
      this.#filled = 0;
    } else if (this.#filling === 0 && (this.#filled + units) * UNIT_BYTES > this.#slabs[0]!.length) {
      let size = this.#slabs[0]!.length;
      while (size < (this.#filled + units) * UNIT_BYTES) size *= 2;
      const grown = new Uint8Array(size);
      grown.set(this.#slabs[0]!);
      this.#slabs[0] = grown;
    }
    const address = (this.#filling << SLAB_UNIT_BITS) | this.#filled;
    this.#filled += units;
    return address;
  }

  #addSlab(units: number): number {
    const slab = this.#freeSlabs.pop() ?? this.#slabs.length;
    this.#slabs[slab] = new Uint8Array(units * UNIT_BYTES);
    return slab;
  }
}
