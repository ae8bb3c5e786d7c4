import { COLLECTION_OVERHEAD, POINTER, STRING_OVERHEAD } from "./heap-size.ts";
import { ListNode } from "./list-node.ts";
import { LISTPACK_EMPTY_BYTES } from "./listpack-size.ts";
import type { CollectionSettings } from "./settings.ts";
import { Collection } from "./value.ts";

/**
 * The list type: a doubly linked list of nodes, each with some kilobytes of elements (Redis' quicklist).
 *
 * Pushes and pops at the ends are O(1); access by index skips whole nodes from the nearer end. What is inside a node
 * is ours, but where nodes begin and end follows the original's rules exactly, because they can be seen: a list that
 * shrinks is reported as listpack again only if it has become one node, at most half as large as it may be.
 */

/** Raw length beyond the element's own that the original reckons with before it knows an entry's encoded size. */
const ENTRY_OVERHEAD_ESTIMATE = 8;
/** Largest node when the limit is a number of elements. */
const COUNT_LIMITED_NODE_BYTES = 8192;
const NODE_BYTES = [4096, 8192, 16_384, 32_768, 65_536];

export type ListEnd = "front" | "back";

export class ListValue extends Collection {
  readonly type = "list";
  readonly #settings: Readonly<CollectionSettings>;
  #head: ListNode;
  #tail: ListNode;
  #size = 0;
  /** Characters of all elements. */
  #characters = 0;
  #nodes = 1;
  /** A listpack is one node without a limit of its own; the limit is asked before elements are added. */
  #packed = true;

  constructor(settings: Readonly<CollectionSettings>) {
    super();
    this.#settings = settings;
    this.#head = new ListNode(false);
    this.#tail = this.#head;
  }

  get size(): number {
    return this.#size;
  }

  /** Number of nodes, as DEBUG OBJECT reports it. */
  get nodes(): number {
    return this.#nodes;
  }

  encoding(): "listpack" | "quicklist" {
    return this.#packed ? "listpack" : "quicklist";
  }

  /** Pushes each element in turn, as LPUSH and RPUSH do. */
  pushAll(end: ListEnd, elements: readonly string[]): void {
    let bytes = 0;
    for (const element of elements) bytes += element.length;
    this.#prepareToGrow(bytes, elements.length);
    for (const element of elements) this.#push(end, element);
  }

  push(end: ListEnd, element: string): void {
    this.#prepareToGrow(element.length, 1);
    this.#push(end, element);
  }

  /** Takes the element at that end, or undefined from an empty list. */
  pop(end: ListEnd): string | undefined {
    if (this.#size === 0) return undefined;
    const node = end === "front" ? this.#head : this.#tail;
    const element = end === "front" ? node.popFront() : node.popBack();
    this.#size--;
    this.#characters -= element.length;
    this.#dropIfEmpty(node);
    return element;
  }

  /**
   * To be called after a command has taken elements away: reports a quicklist that became one small node as a
   * listpack again. Pops of one command count together, which is why the methods do not do this themselves.
   */
  settle(): void {
    if (this.#packed || this.#nodes !== 1 || this.#head.plain) return;
    const limit = nodeLimit(this.#settings.listMaxListpackSize);
    if (this.#head.bytes > limit.packedBytes / 2 || this.#size > Math.floor(limit.count / 2)) return;
    this.#packed = true;
  }

  /** The element at `index`, counted from the end when negative, or undefined. */
  get(index: number): string | undefined {
    const at = index < 0 ? index + this.#size : index;
    if (at < 0 || at >= this.#size) return undefined;
    const place = this.#seek(at);
    return place.node.at(place.offset);
  }

  /** Replaces the element at `index`; false if there is none. */
  set(index: number, element: string): boolean {
    const at = index < 0 ? index + this.#size : index;
    if (at < 0 || at >= this.#size) return false;
    if (this.#packed) this.#prepareToGrow(element.length, 1);
    const { node, offset } = this.#seek(at);
    this.#characters += element.length - node.at(offset).length;
    const large = this.#isLarge(element);
    if (node.plain === large || this.#packed) {
      node.set(offset, element);
    } else if (node.plain) {
      this.#insertBeside(node, 0, "after", element);
      this.#removeFrom(node, 0, 1);
    } else {
      // A large element in a packed node gets a node of its own, between the two halves.
      const after = this.#splitAfter(node, offset);
      const plain = this.#link(new ListNode(true, [element]), node);
      this.#removeFrom(node, offset, 1);
      this.#size++;
      this.#mergeAround(plain, after);
    }
    this.settle();
    return true;
  }

  /** Inserts before or after the first element equal to `pivot`; false if there is none. */
  insert(side: "before" | "after", pivot: string, element: string): boolean {
    // The original makes room before it looks for the pivot, and so converts even when it finds none.
    this.#prepareToGrow(element.length, 1);
    for (let node: ListNode | undefined = this.#head; node !== undefined; node = node.next) {
      const offset = node.indexOf(pivot, 0);
      if (offset < 0) continue;
      this.#characters += element.length;
      if (this.#packed) {
        node.insert(side === "before" ? offset : offset + 1, element);
        this.#size++;
      } else {
        this.#insertBeside(node, offset, side, element);
      }
      return true;
    }
    return false;
  }

  /**
   * Removes elements equal to `element`: all when `count` is 0, the first `count` from the front when positive, from
   * the back when negative. Returns how many.
   */
  removeEqual(element: string, count: number): number {
    const wanted = count === 0 ? Infinity : Math.abs(count);
    let removed = 0;
    if (count >= 0) {
      for (let node: ListNode | undefined = this.#head; node !== undefined && removed < wanted;) {
        const next: ListNode | undefined = node.next;
        for (let at = node.indexOf(element, 0); at >= 0 && removed < wanted; at = node.indexOf(element, at)) {
          node.remove(at, 1);
          this.#size--;
          this.#characters -= element.length;
          removed++;
        }
        this.#dropIfEmpty(node);
        node = next;
      }
    } else {
      for (let node: ListNode | undefined = this.#tail; node !== undefined && removed < wanted;) {
        const prev: ListNode | undefined = node.prev;
        for (let at = node.count - 1; at >= 0 && removed < wanted; at--) {
          if (node.at(at) !== element) continue;
          node.remove(at, 1);
          this.#size--;
          this.#characters -= element.length;
          removed++;
        }
        this.#dropIfEmpty(node);
        node = prev;
      }
    }
    return removed;
  }

  /** Removes `count` elements from `index` on; both must lie within the list. */
  removeRange(index: number, count: number): void {
    if (count <= 0) return;
    let { node, offset }: { node: ListNode | undefined; offset: number } = this.#seek(index);
    let left = count;
    while (left > 0 && node !== undefined) {
      const next: ListNode | undefined = node.next;
      const here = Math.min(left, node.count - offset);
      this.#characters -= this.#removeFrom(node, offset, here);
      left -= here;
      offset = 0;
      node = next;
    }
  }

  /** Calls `visit` with the elements `from` … `to` (inclusive, within the list), in order. */
  forRange(from: number, to: number, visit: (element: string) => void): void {
    if (from > to) return;
    let { node, offset }: { node: ListNode | undefined; offset: number } = this.#seek(from);
    let left = to - from + 1;
    while (left > 0 && node !== undefined) {
      const end = Math.min(node.count, offset + left);
      left -= end - offset;
      for (let i = offset; i < end; i++) visit(node.at(i));
      offset = 0;
      node = node.next;
    }
  }

  /** The same from `from` down to `to`. */
  forRangeBackwards(from: number, to: number, visit: (element: string) => void): void {
    if (from < to) return;
    let { node, offset }: { node: ListNode | undefined; offset: number } = this.#seek(from);
    let left = from - to + 1;
    while (left > 0 && node !== undefined) {
      for (let i = offset; i >= 0 && left > 0; i--, left--) visit(node.at(i));
      node = node.prev;
      offset = node === undefined ? 0 : node.count - 1;
    }
  }

  /**
   * Calls `visit` with the index of each element equal to `element`, in order from that end, looking at no more than
   * `maxCompared` elements, until it returns false.
   */
  search(element: string, from: ListEnd, maxCompared: number, visit: (index: number) => boolean): void {
    if (from === "front") {
      let base = 0;
      for (let node: ListNode | undefined = this.#head; node !== undefined; node = node.next) {
        if (base >= maxCompared) return;
        for (let at = node.indexOf(element, 0); at >= 0; at = node.indexOf(element, at + 1)) {
          if (base + at >= maxCompared || !visit(base + at)) return;
        }
        base += node.count;
      }
      return;
    }
    let index = this.#size - 1;
    const stop = Math.max(0, this.#size - maxCompared);
    for (let node: ListNode | undefined = this.#tail; node !== undefined; node = node.prev) {
      for (let at = node.count - 1; at >= 0; at--, index--) {
        if (index < stop) return;
        if (node.at(at) === element && !visit(index)) return;
      }
    }
  }

  /** The elements from front to back. */
  *[Symbol.iterator](): Generator<string> {
    for (let node: ListNode | undefined = this.#head; node !== undefined; node = node.next) {
      const count = node.count;
      for (let i = 0; i < count; i++) yield node.at(i);
    }
  }

  clone(): ListValue {
    const copy = new ListValue(this.#settings);
    copy.#packed = this.#packed;
    copy.#size = this.#size;
    copy.#characters = this.#characters;
    copy.#nodes = 0;
    for (let node: ListNode | undefined = this.#head; node !== undefined; node = node.next) {
      const twin = new ListNode(node.plain, node.slice(0, node.count));
      if (copy.#nodes++ === 0) {
        copy.#head = twin;
      } else {
        twin.prev = copy.#tail;
        copy.#tail.next = twin;
      }
      copy.#tail = twin;
    }
    return copy;
  }

  memoryBytes(): number {
    return COLLECTION_OVERHEAD * this.#nodes + this.#characters + this.#size * (STRING_OVERHEAD + POINTER * 1.5);
  }

  #push(end: ListEnd, element: string): void {
    const edge = end === "front" ? this.#head : this.#tail;
    const node = this.#packed || this.#accepts(edge, element) ? edge : this.#addNode(end, this.#isLarge(element));
    if (end === "front") node.pushFront(element);
    else node.pushBack(element);
    this.#size++;
    this.#characters += element.length;
  }

  #addNode(end: ListEnd, plain: boolean): ListNode {
    const node = new ListNode(plain);
    if (this.#size === 0 && this.#nodes === 1) {
      // The one empty node of an empty list gives way.
      this.#head = node;
      this.#tail = node;
      return node;
    }
    return this.#link(node, end === "front" ? undefined : this.#tail);
  }

  /** Puts `node` after `prev`, or first. */
  #link(node: ListNode, prev: ListNode | undefined): ListNode {
    const next = prev === undefined ? this.#head : prev.next;
    node.prev = prev;
    node.next = next;
    if (prev === undefined) this.#head = node;
    else prev.next = node;
    if (next === undefined) this.#tail = node;
    else next.prev = node;
    this.#nodes++;
    return node;
  }

  #unlink(node: ListNode): void {
    if (this.#nodes === 1) return;
    if (node.prev === undefined) this.#head = node.next!;
    else node.prev.next = node.next;
    if (node.next === undefined) this.#tail = node.prev!;
    else node.next.prev = node.prev;
    this.#nodes--;
  }

  /** Returns the characters that went. */
  #removeFrom(node: ListNode, offset: number, count: number): number {
    const characters = node.remove(offset, count);
    this.#size -= count;
    this.#dropIfEmpty(node);
    return characters;
  }

  #dropIfEmpty(node: ListNode): void {
    if (node.count === 0) this.#unlink(node);
  }

  #insertBeside(node: ListNode, offset: number, side: "before" | "after", element: string): void {
    this.#size++;
    const atTail = side === "after" && offset === node.count - 1;
    const atHead = side === "before" && offset === 0;
    const large = this.#isLarge(element);
    if (!large && this.#accepts(node, element)) {
      node.insert(side === "before" ? offset : offset + 1, element);
    } else if (!large && atTail && node.next !== undefined && this.#accepts(node.next, element)) {
      node.next.pushFront(element);
    } else if (!large && atHead && node.prev !== undefined && this.#accepts(node.prev, element)) {
      node.prev.pushBack(element);
    } else if (atTail || atHead || node.plain) {
      this.#link(new ListNode(large, [element]), side === "after" ? node : node.prev);
    } else {
      const after = this.#splitAfter(node, side === "after" ? offset : offset - 1);
      if (large) this.#link(new ListNode(true, [element]), node);
      else if (side === "after") after.pushFront(element);
      else node.pushBack(element);
      this.#mergeAround(node, after);
    }
  }

  /** Cuts a packed node behind `offset`; the second half, which may be empty, becomes a new node that is returned. */
  #splitAfter(node: ListNode, offset: number): ListNode {
    const count = node.count;
    const rest = this.#link(new ListNode(false, node.slice(offset + 1, count)), node);
    node.remove(offset + 1, count - offset - 1);
    return rest;
  }

  /** After a split: drops what is empty, and joins neighbours that fit together, in the original's order. */
  #mergeAround(first: ListNode, second: ListNode): void {
    if (second.count === 0) this.#unlink(second);
    let center = first;
    const before = center.prev;
    const after = center.next;
    if (before?.prev !== undefined) this.#merge(before.prev, before);
    if (after?.next !== undefined) this.#merge(after, after.next);
    if (center.prev !== undefined) center = this.#merge(center.prev, center) ?? center;
    if (center.next !== undefined) this.#merge(center, center.next);
  }

  /** Moves everything of `b` to the end of `a` if the limits allow it; returns the joined node. */
  #merge(a: ListNode, b: ListNode): ListNode | undefined {
    if (a.plain || b.plain) return undefined;
    if (this.#exceeds(a.bytes + b.bytes - LISTPACK_EMPTY_BYTES, a.count + b.count)) return undefined;
    for (let i = 0; i < b.count; i++) a.pushBack(b.at(i));
    this.#unlink(b);
    return a;
  }

  #prepareToGrow(bytes: number, count: number): void {
    if (!this.#packed) return;
    if (this.#exceeds(this.#head.bytes + bytes, this.#size + count)) this.#packed = false;
  }

  #accepts(node: ListNode, element: string): boolean {
    if (node.plain || this.#isLarge(element)) return false;
    // A node that has just been made, as the only one of an empty list, takes anything.
    return node.count === 0 || !this.#exceeds(node.bytes + element.length + ENTRY_OVERHEAD_ESTIMATE, node.count + 1);
  }

  #exceeds(bytes: number, count: number): boolean {
    const limit = nodeLimit(this.#settings.listMaxListpackSize);
    return bytes > limit.bytes || count > limit.count;
  }

  #isLarge(element: string): boolean {
    return element.length > nodeLimit(this.#settings.listMaxListpackSize).bytes;
  }

  /** The node that holds element `index`, and where in it. */
  #seek(index: number): { node: ListNode; offset: number } {
    if (index * 2 < this.#size) {
      let node = this.#head;
      let offset = index;
      while (offset >= node.count && node.next !== undefined) {
        offset -= node.count;
        node = node.next;
      }
      return { node, offset };
    }
    let node = this.#tail;
    let behind = this.#size - 1 - index;
    while (behind >= node.count && node.prev !== undefined) {
      behind -= node.count;
      node = node.prev;
    }
    return { node, offset: node.count - 1 - behind };
  }
}

interface NodeLimit {
  readonly bytes: number;
  /** The original forgets the safety limit on bytes when it turns a shrinking quicklist back into a listpack. */
  readonly packedBytes: number;
  readonly count: number;
}

const BY_BYTES: readonly NodeLimit[] = NODE_BYTES.map((bytes) => ({ bytes, packedBytes: bytes, count: Infinity }));
let byCount: NodeLimit = { bytes: COUNT_LIMITED_NODE_BYTES, packedBytes: Infinity, count: 128 };

/** What list-max-listpack-size means. */
function nodeLimit(setting: number): NodeLimit {
  if (setting < 0) return BY_BYTES[Math.min(-setting, NODE_BYTES.length) - 1]!;
  const count = Math.max(1, setting);
  if (byCount.count !== count) byCount = { bytes: COUNT_LIMITED_NODE_BYTES, packedBytes: Infinity, count };
  return byCount;
}
