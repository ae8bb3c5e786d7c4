/**
 * The names of a zone: a number for each, a hash table from the folded name to the number, and what is known of each name. Empty
 * non-terminals have numbers too (RFC 4592 §2.2.2).
 *
 * A version of a zone has an index of its own, which shares the pages that did not change with the version before.
 */
import { Name } from "../name/name.ts";
import { type ByteArena, offsetOf } from "./byte-arena.ts";
import { FOLD, type LookupName, wildcardHash } from "./lookup-name.ts";
import { PAGE_BITS, PAGE_MASK, PagedInts } from "./paged-ints.ts";

/** No such name. */
export const NO_NODE = -1;
/** The zone's own name. */
export const APEX = 0;

/** What holds at a name; above these bits stands how many children exist. */
export const NODE_FLAG = {
  /** It has NS records. */
  NS: 1,
  DNAME: 2,
  CNAME: 4,
  /** There has been a name `*` right below it. */
  WILDCARD_BELOW: 8,
} as const;
const CHILD = 16;
export const DATA_FLAGS: number = NODE_FLAG.NS | NODE_FLAG.DNAME | NODE_FLAG.CNAME;

/** A node's numbers: where its name is, where its block is (0: none), its parent, its flags. */
const NODE_SHIFT = 2;
const NAME = 0;
const DATA = 1;
const PARENT = 2;
const FLAGS = 3;

const FIRST_SLOTS = 16;
/** Of ten slots so many are taken before there are twice as many. */
const FULL_TENTHS = 5;

export class NameIndex {
  readonly #arena: ByteArena;
  readonly #nodes: PagedInts;
  /** Pairs: hash, node + 1 (0: free). */
  #slots: PagedInts;
  #mask: number;
  #count: number;
  #living: number;
  #nameBytes: number;

  private constructor(
    arena: ByteArena,
    nodes: PagedInts,
    slots: PagedInts,
    mask: number,
    count: number,
    living: number,
    nameBytes: number,
  ) {
    this.#arena = arena;
    this.#nodes = nodes;
    this.#slots = slots;
    this.#mask = mask;
    this.#count = count;
    this.#living = living;
    this.#nameBytes = nameBytes;
  }

  /** With room for about `names` before it has to be made anew. */
  static empty(arena: ByteArena, names = 0): NameIndex {
    const slots = slotsFor(names);
    return new NameIndex(arena, PagedInts.zeros(0), PagedInts.zeros(slots * 2), slots - 1, 0, 0, 0);
  }

  /** Gives room back that was made for names that did not come. */
  fit(): void {
    const needed = slotsFor(this.#count);
    if (needed * 2 <= this.#mask) this.#rehash(needed);
  }

  /** The next version's, equal to this one. This one is not to be changed afterwards. */
  fork(): NameIndex {
    return new NameIndex(
      this.#arena,
      this.#nodes.fork(),
      this.#slots.fork(),
      this.#mask,
      this.#count,
      this.#living,
      this.#nameBytes,
    );
  }

  /** Nodes, also of names that no longer exist. */
  get count(): number {
    return this.#count;
  }

  /** Nodes of names that exist. */
  get living(): number {
    return this.#living;
  }

  /** Bytes of the arena that its names take. */
  get nameBytes(): number {
    return this.#nameBytes;
  }

  get bytes(): number {
    return this.#nodes.bytes + this.#slots.bytes;
  }

  /** The node of the end of `name` that begins with `label`; NO_NODE when it has none. It may be of a name that no longer exists. */
  find(name: LookupName, label: number): number {
    const hash = name.hashes[label]!;
    const { pages } = this.#slots;
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const page = pages[slot >>> (PAGE_BITS - 1)]!;
      const at = (slot << 1) & PAGE_MASK;
      const node = page[at + 1]! - 1;
      if (node === -1) return NO_NODE;
      if (page[at] === hash && this.#isNamed(node, name, name.starts[label]!)) return node;
    }
  }

  /** The node of `*` below `parent`, which is the end of `name` that begins with `label`. */
  findWildcard(name: LookupName, label: number, parent: number): number {
    if ((this.flags(parent) & NODE_FLAG.WILDCARD_BELOW) === 0) return NO_NODE;
    const hash = wildcardHash(name.hashes[label]!);
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const node = this.#slots.get(slot * 2 + 1) - 1;
      if (node === -1) return NO_NODE;
      if (this.#slots.get(slot * 2) !== hash || this.parent(node) !== parent) continue;
      const chunk = this.#arena.chunkOf(this.nameAddress(node));
      const at = offsetOf(this.nameAddress(node)) + 1;
      if (chunk[at] === 1 && chunk[at + 1] === 0x2a) return node;
    }
  }

  /** Where a name's length and wire form stand, in the letters that it was first seen in. */
  nameAddress(node: number): number {
    return this.#get(node, NAME);
  }

  /** Where its block stands; 0 for a name without records. */
  data(node: number): number {
    return this.#get(node, DATA);
  }

  parent(node: number): number {
    return this.#get(node, PARENT);
  }

  flags(node: number): number {
    return this.#get(node, FLAGS);
  }

  /** Whether it has records, or a name below it has (RFC 8020). */
  exists(node: number): boolean {
    return this.#get(node, DATA) !== 0 || this.#get(node, FLAGS) >= CHILD;
  }

  /** Whether a name right below it exists. */
  hasChildren(node: number): boolean {
    return this.#get(node, FLAGS) >= CHILD;
  }

  nameOf(node: number): Name {
    const address = this.nameAddress(node);
    const chunk = this.#arena.chunkOf(address);
    const at = offsetOf(address);
    return Name.fromWire(chunk.slice(at + 1, at + 1 + chunk[at]!));
  }

  /**
   * The node of `name`, which is at or below the apex, and new when it has none; so are its ancestors. `wire` at `start` has its letters.
   */
  insert(name: LookupName, apexLabels: number, wire: Uint8Array, start: number): number {
    const found = this.find(name, 0);
    if (found !== NO_NODE) return found;
    return this.#insertEnd(name, 0, apexLabels, wire, start);
  }

  /** Gives a name another block and what it says. Names come into being and vanish with their first and last. */
  setData(node: number, address: number, dataFlags: number): void {
    const existed = this.exists(node);
    this.#set(node, DATA, address);
    this.#set(node, FLAGS, (this.#get(node, FLAGS) & ~DATA_FLAGS) | dataFlags);
    this.#countChildren(node, existed);
  }

  #countChildren(node: number, existed: boolean): void {
    let before = existed;
    for (let at = node; ; at = this.parent(at)) {
      const now = this.exists(at);
      if (now === before) return;
      this.#living += now ? 1 : -1;
      if (at === APEX) return;
      const parent = this.parent(at);
      before = this.exists(parent);
      this.#set(parent, FLAGS, this.#get(parent, FLAGS) + (now ? CHILD : -CHILD));
    }
  }

  #insertEnd(name: LookupName, label: number, apexLabels: number, wire: Uint8Array, start: number): number {
    let parent = APEX;
    if (name.labelCount - label > apexLabels) {
      parent = this.find(name, label + 1);
      if (parent === NO_NODE) parent = this.#insertEnd(name, label + 1, apexLabels, wire, start);
    }
    const from = name.starts[label]!;
    const length = name.length - from;
    const address = this.#arena.reserve(length + 1);
    this.#nameBytes += length + 1;
    const chunk = this.#arena.chunkOf(address);
    const at = offsetOf(address);
    chunk[at] = length;
    for (let i = 0; i < length; i++) chunk[at + 1 + i] = wire[start + from + i]!;
    const node = this.#count++;
    this.#set(node, NAME, address | 0);
    this.#set(node, DATA, 0);
    this.#set(node, PARENT, parent);
    this.#set(node, FLAGS, 0);
    if (length > 2 && name.wire[from] === 1 && name.wire[from + 1] === 0x2a) {
      this.#set(parent, FLAGS, this.#get(parent, FLAGS) | NODE_FLAG.WILDCARD_BELOW);
    }
    if (this.#count * 10 > (this.#mask + 1) * FULL_TENTHS) this.#rehash((this.#mask + 1) * 2);
    this.#take(name.hashes[label]!, node);
    return node;
  }

  #take(hash: number, node: number): void {
    let slot = hash & this.#mask;
    while (this.#slots.get(slot * 2 + 1) !== 0) slot = (slot + 1) & this.#mask;
    this.#slots.set(slot * 2, hash);
    this.#slots.set(slot * 2 + 1, node + 1);
  }

  #rehash(slots: number): void {
    const old = this.#slots;
    const oldSlots = this.#mask + 1;
    this.#slots = PagedInts.zeros(slots * 2);
    this.#mask = slots - 1;
    for (let slot = 0; slot < oldSlots; slot++) {
      const node = old.get(slot * 2 + 1);
      if (node !== 0) this.#take(old.get(slot * 2), node - 1);
    }
  }

  #isNamed(node: number, name: LookupName, start: number): boolean {
    const address = this.nameAddress(node);
    const chunk = this.#arena.chunkOf(address);
    const at = offsetOf(address);
    const length = name.length - start;
    if (chunk[at] !== length) return false;
    const { wire } = name;
    for (let i = 0; i < length; i++) {
      const byte = chunk[at + 1 + i]!;
      if (byte !== wire[start + i] && FOLD[byte] !== wire[start + i]) return false;
    }
    return true;
  }

  #get(node: number, field: number): number {
    const at = (node << NODE_SHIFT) + field;
    return this.#nodes.pages[at >>> PAGE_BITS]![at & PAGE_MASK]!;
  }

  #set(node: number, field: number, value: number): void {
    this.#nodes.set((node << NODE_SHIFT) + field, value);
  }
}

/** A power of two in which `names` take no more than their share. */
function slotsFor(names: number): number {
  let slots = FIRST_SLOTS;
  while (names * 10 > slots * FULL_TENTHS) slots *= 2;
  return slots;
}
