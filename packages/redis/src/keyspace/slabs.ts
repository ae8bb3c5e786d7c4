/**
 * Bytes in cells, side by side in large arrays instead of one object each: keys, and short values behind them.
 *
 * An address is a number of 8-byte units: slab number × 2^17 + unit in the slab. A slab holds 1 MiB; the first grows from
 * 1 KiB by doubling, so that a small database is small. Cells that are given back go to a free list for their size in
 * units, and are cut into smaller ones when much is free. Cells above 32 KiB get a slab of their own size, which is let go with them.
 */
import { Buffer } from "node:buffer";

const UNIT_BYTES = 8;
const SLAB_UNIT_BITS = 17;
const SLAB_UNITS = 1 << SLAB_UNIT_BITS;
const SLAB_UNIT_MASK = SLAB_UNITS - 1;
const FIRST_SLAB_UNITS = 128;
const LARGE_CELL_UNITS = 4096;
/** Free cells are cut up when they are more than this share of all, in search of one up to so much larger. */
const CUT_SHARE = 1 / 8;
const CUT_SEARCH_UNITS = 64;

const EMPTY = Buffer.alloc(0);

/** Units of a cell that holds `bytes`. */
export function unitsFor(bytes: number): number {
  return (bytes + UNIT_BYTES - 1) >>> 3;
}

export class Slabs {
  readonly #slabs: Buffer[] = [Buffer.alloc(FIRST_SLAB_UNITS * UNIT_BYTES)];
  /** The slab that is being filled, and how far. */
  #filling = 0;
  #filled = 0;
  /** Units → addresses that are free. */
  readonly #free: number[][] = [];
  #freeUnits = 0;
  readonly #freeSlabs: number[] = [];

  /** The slab of `address`, for reading and writing at `offset(address)`. Valid until the next `allocate`. */
  slab(address: number): Buffer {
    return this.#slabs[address >>> SLAB_UNIT_BITS]!;
  }

  offset(address: number): number {
    return (address & SLAB_UNIT_MASK) * UNIT_BYTES;
  }

  get bytes(): number {
    let sum = 0;
    for (const slab of this.#slabs) sum += slab.length;
    return sum;
  }

  /** A cell of so many units; returns its address. What is in it is left from before. */
  allocate(units: number): number {
    if (units > LARGE_CELL_UNITS) return this.#addSlab(units) << SLAB_UNIT_BITS;
    if (this.#freeUnits > 0) {
      const reused = this.#reuse(units);
      if (reused >= 0) return reused;
    }
    if (this.#filled + units > SLAB_UNITS) {
      this.#giveRest();
      this.#filling = this.#addSlab(SLAB_UNITS);
      this.#filled = 0;
    } else if (this.#filling === 0 && (this.#filled + units) * UNIT_BYTES > this.#slabs[0]!.length) {
      let size = this.#slabs[0]!.length;
      while (size < (this.#filled + units) * UNIT_BYTES) size *= 2;
      const grown = Buffer.alloc(size);
      grown.set(this.#slabs[0]!);
      this.#slabs[0] = grown;
    }
    const address = (this.#filling << SLAB_UNIT_BITS) | this.#filled;
    this.#filled += units;
    return address;
  }

  release(address: number, units: number): void {
    if (units > LARGE_CELL_UNITS) {
      const slab = address >>> SLAB_UNIT_BITS;
      this.#slabs[slab] = EMPTY;
      this.#freeSlabs.push(slab);
      return;
    }
    if (units === 0) return;
    (this.#free[units] ??= []).push(address);
    this.#freeUnits += units;
  }

  /** A free cell of that size, or one cut from a larger one; -1 when there is none. */
  #reuse(units: number): number {
    const fitting = this.#free[units];
    if (fitting !== undefined && fitting.length > 0) {
      this.#freeUnits -= units;
      return fitting.pop()!;
    }
    if (this.#freeUnits < this.#slabs.length * SLAB_UNITS * CUT_SHARE) return -1;
    const limit = Math.min(this.#free.length, units + CUT_SEARCH_UNITS);
    for (let size = units + 1; size < limit; size++) {
      const larger = this.#free[size];
      if (larger === undefined || larger.length === 0) continue;
      const address = larger.pop()!;
      this.#freeUnits -= size;
      this.release(address + units, size - units);
      return address;
    }
    return -1;
  }

  /** What is left of the slab that was being filled becomes a free cell. */
  #giveRest(): void {
    const rest = SLAB_UNITS - this.#filled;
    if (rest > 0) this.release((this.#filling << SLAB_UNIT_BITS) | this.#filled, rest);
  }

  #addSlab(units: number): number {
    const slab = this.#freeSlabs.pop() ?? this.#slabs.length;
    this.#slabs[slab] = Buffer.alloc(units * UNIT_BYTES);
    return slab;
  }
}
