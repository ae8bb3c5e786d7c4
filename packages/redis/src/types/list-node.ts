import { LISTPACK_EMPTY_BYTES, listpackEntryBytes } from "./listpack-size.ts";

/**
 * One node of a list: elements in an array with room at both ends, so that pushes and pops at either end cost O(1),
 * and the size that the same elements would have as a listpack.
 *
 * A plain node holds one element too large for a listpack, and counts that element's length alone.
 */
export class ListNode {
  prev: ListNode | undefined = undefined;
  next: ListNode | undefined = undefined;
  readonly plain: boolean;
  /** Size as a listpack (or of the one plain element), in bytes. */
  bytes: number;
  #slots: string[];
  /** Elements are #slots[#start … #end - 1]; the rest is "". */
  #start = 0;
  #end = 0;

  constructor(plain: boolean, slots: string[] = []) {
    this.plain = plain;
    this.#slots = slots;
    this.#end = slots.length;
    this.bytes = plain ? 0 : LISTPACK_EMPTY_BYTES;
    for (const element of slots) this.bytes += this.#weight(element);
  }

  get count(): number {
    return this.#end - this.#start;
  }

  at(index: number): string {
    return this.#slots[this.#start + index]!;
  }

  set(index: number, element: string): void {
    const slot = this.#start + index;
    this.bytes += this.#weight(element) - this.#weight(this.#slots[slot]!);
    this.#slots[slot] = element;
  }

  pushBack(element: string): void {
    if (this.#end === this.#slots.length) this.#makeRoom("back");
    this.#slots[this.#end++] = element;
    this.bytes += this.#weight(element);
  }

  pushFront(element: string): void {
    if (this.#start === 0) this.#makeRoom("front");
    this.#slots[--this.#start] = element;
    this.bytes += this.#weight(element);
  }

  popBack(): string {
    const element = this.#slots[--this.#end]!;
    this.#slots[this.#end] = "";
    this.bytes -= this.#weight(element);
    return element;
  }

  popFront(): string {
    const element = this.#slots[this.#start]!;
    this.#slots[this.#start++] = "";
    this.bytes -= this.#weight(element);
    return element;
  }

  /** Inserts before `index`; `index` may be the count. */
  insert(index: number, element: string): void {
    if (index === 0) return this.pushFront(element);
    if (index === this.count) return this.pushBack(element);
    if (this.#end === this.#slots.length) this.#makeRoom("back");
    const slot = this.#start + index;
    this.#slots.copyWithin(slot + 1, slot, this.#end++);
    this.#slots[slot] = element;
    this.bytes += this.#weight(element);
  }

  /** Removes `count` elements from `index` on; returns how many characters they had. */
  remove(index: number, count: number): number {
    const from = this.#start + index;
    const to = from + count;
    let characters = 0;
    for (let slot = from; slot < to; slot++) {
      const element = this.#slots[slot]!;
      this.bytes -= this.#weight(element);
      characters += element.length;
    }
    this.#slots.copyWithin(from, to, this.#end);
    this.#slots.fill("", this.#end - count, this.#end);
    this.#end -= count;
    return characters;
  }

  /** The index of the first element equal to `element` at or after `from`, or -1. */
  indexOf(element: string, from: number): number {
    const slot = this.#slots.indexOf(element, this.#start + from);
    return slot < 0 || slot >= this.#end ? -1 : slot - this.#start;
  }

  /** The elements `from` … `to - 1`, copied. */
  slice(from: number, to: number): string[] {
    return this.#slots.slice(this.#start + from, this.#start + to);
  }

  #weight(element: string): number {
    return this.plain ? element.length : listpackEntryBytes(element);
  }

  /**
   * Makes room at that end: by sliding when half the array is free, else by doubling it. A quarter of the room goes to
   * the other end, so that a list pushed at both ends alternately does not slide to and fro.
   */
  #makeRoom(end: "front" | "back"): void {
    const count = this.count;
    const slides = this.#slots.length >= 8 && count * 2 <= this.#slots.length;
    const capacity = slides ? this.#slots.length : count + Math.max(4, count);
    const free = capacity - count;
    const start = end === "front" ? free - (free >> 2) : free >> 2;
    if (slides) {
      this.#slots.copyWithin(start, this.#start, this.#end);
      if (start > this.#start) this.#slots.fill("", this.#start, Math.min(start, this.#end));
      else this.#slots.fill("", Math.max(start + count, this.#start), this.#end);
    } else {
      // Allocated in one piece: Array.from goes through an iterator, and this is in the way of every push.
      const grown = new Array<string>(capacity).fill("");
      for (let i = 0; i < count; i++) grown[start + i] = this.#slots[this.#start + i]!;
      this.#slots = grown;
    }
    this.#start = start;
    this.#end = start + count;
  }
}
