/** Sets of instructions, each stored once and known by a number: what the states of a deterministic automaton are made of. */

const EMPTY_SLOT = -1;

export class StateSets {
  /** All sets one after the other; set s is [offsets[s], offsets[s + 1]). */
  #items: Int32Array = new Int32Array(256);
  #offsets: Int32Array = new Int32Array(64);
  #count = 0;
  /** Open addressing by the sets' hashes; a power of two of slots, at most half of them full. */
  #slots: Int32Array = new Int32Array(128).fill(EMPTY_SLOT);

  get count(): number {
    return this.#count;
  }

  /** Memory in use. */
  get bytes(): number {
    return 4 * (this.#offsets[this.#count]! + this.#count + this.#slots.length);
  }

  clear(): void {
    this.#count = 0;
    this.#slots.fill(EMPTY_SLOT);
  }

  /** The number of the set that `list` holds in its first `length` elements, which must be in a fixed order. */
  intern(list: Int32Array, length: number): number {
    let hash = 0x811c9dc5;
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ list[i]!, 0x01000193);
    hash ^= hash >>> 15;
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (; this.#slots[slot] !== EMPTY_SLOT; slot = (slot + 1) & mask) {
      if (this.#equals(this.#slots[slot]!, list, length)) return this.#slots[slot]!;
    }
    this.#slots[slot] = this.#count;
    return this.#append(list, length);
  }

  start(set: number): number {
    return this.#offsets[set]!;
  }

  end(set: number): number {
    return this.#offsets[set + 1]!;
  }

  /** The elements of all sets: those of one are in [start(set), end(set)). Void after the next intern(). */
  get items(): Int32Array {
    return this.#items;
  }

  #equals(set: number, list: Int32Array, length: number): boolean {
    const start = this.#offsets[set]!;
    if (this.#offsets[set + 1]! - start !== length) return false;
    for (let i = 0; i < length; i++) if (this.#items[start + i] !== list[i]) return false;
    return true;
  }

  #append(list: Int32Array, length: number): number {
    const set = this.#count++;
    const start = set === 0 ? 0 : this.#offsets[set]!;
    while (start + length > this.#items.length) this.#items = doubled(this.#items);
    if (set + 2 > this.#offsets.length) this.#offsets = doubled(this.#offsets);
    this.#items.set(list.subarray(0, length), start);
    this.#offsets[set] = start;
    this.#offsets[set + 1] = start + length;
    if (2 * this.#count > this.#slots.length) this.#rehash();
    return set;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(EMPTY_SLOT);
    for (let set = 0; set < this.#count; set++) {
      let hash = 0x811c9dc5;
      for (let i = this.#offsets[set]!; i < this.#offsets[set + 1]!; i++)
        hash = Math.imul(hash ^ this.#items[i]!, 0x01000193);
      hash ^= hash >>> 15;
      let slot = hash & (slots.length - 1);
      while (slots[slot] !== EMPTY_SLOT) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = set;
    }
    this.#slots = slots;
  }
}

function doubled(array: Int32Array): Int32Array {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
