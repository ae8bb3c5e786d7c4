/**
 * Tables, with the sizes of the original (ltable.c): an array part for the keys 1…n and a hash part of 2^k nodes, both resized only
 * when a new key finds the hash part full. Those sizes are visible: they decide which border `#t` finds in a table with holes.
 * What is not visible is how nodes hash; here the hash part keeps its keys in order of insertion, small ones are searched
 * from end to end, larger ones through a Map.
 *
 * Generated code reads `arr`, `keys`, `vals` and `frozen` directly (generator/expressions.ts); bench/lua.bench.ts measures it.
 */
import { LuaError, NOT_ENOUGH_MEMORY } from "./errors.ts";
import type { LuaValue } from "./value.ts";

/** Most slots of an array part, and most nodes of a hash part (a JavaScript Map takes 2^24). */
const MAX_ARRAY = 2 ** 26;
const MAX_HASH = 2 ** 23;

/** Up to so many keys, comparing them one by one beats hashing. */
export const SMALL = 8;

const NO_ARRAY: LuaValue[] = [undefined];
const NO_KEYS: LuaValue[] = [];

/** What tables have allocated, in bytes, since somebody set it to 0: the machine charges scripts for it. */
export const growth: { bytes: number } = { bytes: 0 };

export class LuaTable {
  /** The array part; index 0 is never used, so that a key is its own index. Its size is arr.length - 1. */
  arr: LuaValue[];
  /** The hash part's keys in order of insertion; a key whose value is nil stays until the next resize. */
  keys: LuaValue[];
  /** Values beside `keys`. */
  vals: LuaValue[];
  /** Read-only for scripts. */
  frozen: boolean;
  metatable: LuaTable | undefined;
  /** Number of nodes, 0 or a power of two. */
  #nodes: number;
  #map: Map<LuaValue, number> | undefined;

  /** An empty table with room for `arraySize` array slots and `hashSize` other keys. */
  constructor(arraySize = 0, hashSize = 0) {
    this.arr = NO_ARRAY;
    this.keys = NO_KEYS;
    this.vals = NO_KEYS;
    this.frozen = false;
    this.metatable = undefined;
    this.#nodes = 0;
    this.#map = undefined;
    if (arraySize > 0) this.growArray(arraySize);
    if (hashSize > 0) {
      this.keys = [];
      this.vals = [];
      this.#nodes = nodesFor(hashSize);
    }
  }

  /** A table whose array part is the list, taken over (`[undefined, first, …]`). */
  static ofArray(slots: LuaValue[]): LuaTable {
    const table = new LuaTable();
    if (slots.length > 1) table.arr = slots;
    return table;
  }

  /** A table of fields; takes over the two lists, whose keys are distinct strings, at most SMALL of them. */
  static ofFields(keys: LuaValue[], values: LuaValue[]): LuaTable {
    const table = new LuaTable();
    table.keys = keys;
    table.vals = values;
    table.#nodes = nodesFor(keys.length);
    return table;
  }

  get(key: LuaValue): LuaValue {
    if (typeof key === "string") return this.getString(key);
    if (typeof key === "number") return this.getNumber(key);
    if (key === undefined) return undefined;
    const at = this.slot(key);
    return at < 0 ? undefined : this.vals[at];
  }

  getNumber(key: number): LuaValue {
    if (key >= 1 && key < this.arr.length && key === Math.trunc(key)) return this.arr[key];
    if (this.keys.length === 0) return undefined;
    const at = this.slot(key);
    return at < 0 ? undefined : this.vals[at];
  }

  getString(key: string): LuaValue {
    const at = this.slot(key);
    return at < 0 ? undefined : this.vals[at];
  }

  /** Where the hash part keeps the key, or -1. */
  slot(key: LuaValue): number {
    const map = this.#map;
    if (map !== undefined) {
      const at = map.get(key);
      return at === undefined ? -1 : at;
    }
    const keys = this.keys;
    for (let at = 0; at < keys.length; at++) if (keys[at] === key) return at;
    return -1;
  }

  /** Raw assignment. The key is neither nil nor NaN: callers have checked. */
  set(key: LuaValue, value: LuaValue): void {
    if (typeof key === "number") return this.setNumber(key, value);
    const at = this.slot(key);
    if (at >= 0) this.vals[at] = value;
    else this.#insert(key, value);
  }

  setNumber(key: number, value: LuaValue): void {
    if (key >= 1 && key < this.arr.length && key === Math.trunc(key)) {
      this.arr[key] = value;
      return;
    }
    const at = this.slot(key);
    if (at >= 0) this.vals[at] = value;
    // A Map takes 0 and -0 for the same, and so does Lua; the key that stays is 0.
    else this.#insert(key === 0 ? 0 : key, value);
  }

  setString(key: string, value: LuaValue): void {
    const at = this.slot(key);
    if (at >= 0) this.vals[at] = value;
    else this.#insert(key, value);
  }

  /** `#t`: a border, the same one that the original finds. */
  length(): number {
    const { arr } = this;
    let j = arr.length - 1;
    if (j > 0 && arr[j] === undefined) {
      let i = 0;
      while (j - i > 1) {
        const middle = (i + j) >>> 1;
        if (arr[middle] === undefined) j = middle;
        else i = middle;
      }
      return i;
    }
    return this.#nodes === 0 ? j : this.#unboundSearch(j);
  }

  #unboundSearch(from: number): number {
    let i = from;
    let j = from + 1;
    while (this.getNumber(j) !== undefined) {
      i = j;
      j *= 2;
      if (j > 0x7ffffffd) {
        for (i = 1; this.getNumber(i) !== undefined;) i++;
        return i - 1;
      }
    }
    while (j - i > 1) {
      const middle = Math.floor((i + j) / 2);
      if (this.getNumber(middle) === undefined) j = middle;
      else i = middle;
    }
    return i;
  }

  /**
   * Positions run through the array part (1…size), then through the hash part. The next position after `position` (0 begins)
   * that holds a value, or -1. Assigning to fields that exist moves nothing.
   */
  advance(position: number): number {
    const { arr, vals } = this;
    const size = arr.length - 1;
    let at = position + 1;
    for (; at <= size; at++) if (arr[at] !== undefined) return at;
    for (; at - size <= vals.length; at++) if (vals[at - size - 1] !== undefined) return at;
    return -1;
  }

  keyAt(position: number): LuaValue {
    const size = this.arr.length - 1;
    return position <= size ? position : this.keys[position - size - 1];
  }

  valueAt(position: number): LuaValue {
    const size = this.arr.length - 1;
    return position <= size ? this.arr[position] : this.vals[position - size - 1];
  }

  /** The position of a key, or -1 when the table has never heard of it. */
  positionOf(key: LuaValue): number {
    if (key === undefined) return 0;
    const size = this.arr.length - 1;
    if (typeof key === "number" && key >= 1 && key <= size && key === Math.trunc(key)) return key;
    const at = this.slot(key);
    return at < 0 ? -1 : at + size + 1;
  }

  /** Grows the array part to exactly `size` slots. */
  growArray(size: number): void {
    const before = this.arr.length - 1;
    if (size <= before) return;
    if (size > MAX_ARRAY) throw new LuaError(NOT_ENOUGH_MEMORY);
    growth.bytes += (size - before) * 8;
    const arr = this.arr === NO_ARRAY ? [undefined] : this.arr;
    while (arr.length <= size) arr.push(undefined);
    this.arr = arr;
    if (this.keys.length > 0) this.#rebuild(this.#nodes);
  }

  #insert(key: LuaValue, value: LuaValue): void {
    const { keys } = this;
    if (keys.length === this.#nodes) {
      this.#rehash(key);
      this.set(key, value);
      return;
    }
    if (keys === NO_KEYS) {
      this.keys = [key];
      this.vals = [value];
      return;
    }
    keys.push(key);
    this.vals.push(value);
    if (this.#map !== undefined) this.#map.set(key, keys.length - 1);
    else if (keys.length > SMALL) this.#map = new Map(keys.map((known, at) => [known, at]));
  }

  /** ltable.c, rehash and computesizes: the array part is the largest 2^n more than half full; all else goes to the hash part. */
  #rehash(extra: LuaValue): void {
    const counts = new Array<number>(27).fill(0);
    let inArray = 0;
    let used = 1;
    const { arr, keys, vals } = this;
    for (let at = 1, power = 0; at < arr.length; power++) {
      const limit = Math.min(2 ** power, arr.length - 1);
      let count = 0;
      for (; at <= limit; at++) if (arr[at] !== undefined) count++;
      counts[power]! += count;
      inArray += count;
    }
    used += inArray;
    for (let at = 0; at < keys.length; at++) {
      if (vals[at] === undefined) continue;
      used++;
      inArray += countInteger(keys[at], counts);
    }
    inArray += countInteger(extra, counts);
    let size = 0;
    let inside = 0;
    for (let power = 0, sum = 0; 2 ** power / 2 < inArray && power < 27; power++) {
      sum += counts[power]!;
      if (counts[power]! > 0 && sum > 2 ** power / 2) {
        size = 2 ** power;
        inside = sum;
      }
      if (sum === inArray) break;
    }
    this.#resize(size, used - inside);
  }

  #resize(arraySize: number, hashSize: number): void {
    if (arraySize > MAX_ARRAY || hashSize > MAX_HASH) throw new LuaError(NOT_ENOUGH_MEMORY);
    const { arr } = this;
    const displaced = arr.length - 1 > arraySize ? arr.slice(arraySize + 1) : [];
    if (displaced.length > 0) arr.length = arraySize + 1;
    else if (arraySize > arr.length - 1) {
      growth.bytes += (arraySize - arr.length) * 8;
      const grown = arr === NO_ARRAY ? [undefined] : arr;
      while (grown.length <= arraySize) grown.push(undefined);
      this.arr = grown;
    }
    const nodes = hashSize === 0 ? 0 : nodesFor(hashSize);
    growth.bytes += nodes * 40;
    this.#rebuild(nodes);
    for (let at = 0; at < displaced.length; at++) {
      if (displaced[at] !== undefined) this.setNumber(arraySize + 1 + at, displaced[at]);
    }
  }

  /** Puts the hash part's live keys where they belong now. */
  #rebuild(nodes: number): void {
    const { keys, vals, arr } = this;
    const keptKeys: LuaValue[] = [];
    const keptValues: LuaValue[] = [];
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at];
      if (vals[at] === undefined) continue;
      if (typeof key === "number" && key >= 1 && key < arr.length && key === Math.trunc(key)) arr[key] = vals[at];
      else {
        keptKeys.push(key);
        keptValues.push(vals[at]);
      }
    }
    this.keys = keptKeys;
    this.vals = keptValues;
    this.#nodes = nodes;
    this.#map = keptKeys.length > SMALL ? new Map(keptKeys.map((key, at) => [key, at])) : undefined;
  }
}

function nodesFor(count: number): number {
  return 2 ** Math.ceil(Math.log2(count));
}

/** Counts a key that could stand in an array part, in its slice (2^(n-1), 2^n]. */
function countInteger(key: LuaValue, counts: number[]): number {
  if (typeof key !== "number" || key < 1 || key > MAX_ARRAY || key !== Math.trunc(key)) return 0;
  counts[key === 1 ? 0 : 32 - Math.clz32(key - 1)]!++;
  return 1;
}
