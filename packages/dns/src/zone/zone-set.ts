/** The zones that a server answers for, and each one's current version. */
import type { Name } from "../name/name.ts";
import { CLASS } from "../rdata/types.ts";
import { LookupName } from "./lookup-name.ts";
import type { ZoneChange, ZoneData } from "./zone-data.ts";

/** `change` is there when the versions are known to differ by it alone. */
export type ZoneListener = (before: ZoneData | undefined, after: ZoneData | undefined, change?: ZoneChange) => void;

/** A place in the name space that a server answers for. Its data come, change and go. */
export class ServedZone {
  readonly origin: Name;
  readonly class: number;
  #current: ZoneData | undefined;
  readonly #listeners = new Set<ZoneListener>();

  constructor(origin: Name, zoneClass: number = CLASS.IN) {
    this.origin = origin;
    this.class = zoneClass;
  }

  /** Undefined while it is not loaded, or has expired: questions get SERVFAIL. */
  get current(): ZoneData | undefined {
    return this.#current;
  }

  /** Makes `next` what is served, and tells the listeners. Throws RangeError for a zone of another name or class. */
  replace(next: ZoneData | undefined, change?: ZoneChange): void {
    if (next !== undefined && (!next.origin.equals(this.origin) || next.class !== this.class)) {
      throw new RangeError(`${next.origin.toString()} is not ${this.origin.toString()}`);
    }
    const before = this.#current;
    this.#current = next;
    for (const listener of [...this.#listeners]) listener(before, next, change);
  }

  /** Calls `listener` after each replacement; returns what ends that. */
  onChange(listener: ZoneListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

/** A zone in the table of a set, by the hash of its name. */
interface Slot {
  readonly hash: number;
  readonly wire: Uint8Array;
  readonly zone: ServedZone;
  readonly unsubscribe: () => void;
}

const FIRST_SLOTS = 16;
const lookup = new LookupName();

export class ZoneSet implements Iterable<ServedZone> {
  #slots = new Array<Slot | undefined>(FIRST_SLOTS).fill(undefined);
  #size = 0;
  #generation = 1;

  /** Above 0; another one after every change of the set, and of any of its zones. */
  get generation(): number {
    return this.#generation;
  }

  get size(): number {
    return this.#size;
  }

  /** Takes the place of a zone of the same name. */
  add(zone: ServedZone): void {
    this.remove(zone.origin);
    lookup.readWire(zone.origin.wire);
    const unsubscribe = zone.onChange(() => this.#changed());
    this.#put({ hash: lookup.hashes[0]!, wire: lookup.wire.slice(0, lookup.length), zone, unsubscribe });
    this.#changed();
  }

  /** The zone that is no longer in the set; undefined when there was none. */
  remove(origin: Name): ServedZone | undefined {
    lookup.readWire(origin.wire);
    const found = this.#slotOf(lookup, 0);
    if (found === undefined) return undefined;
    found.unsubscribe();
    const others = this.#slots.filter((slot) => slot !== undefined && slot !== found);
    this.#slots = new Array<Slot | undefined>(this.#slots.length).fill(undefined);
    this.#size = 0;
    for (const slot of others) this.#put(slot!);
    this.#changed();
    return found.zone;
  }

  get(origin: Name): ServedZone | undefined {
    lookup.readWire(origin.wire);
    return this.#slotOf(lookup, 0)?.zone;
  }

  /** The zone with the longest name that `name` is at or below. */
  enclosing(name: Name): ServedZone | undefined {
    lookup.readWire(name.wire);
    return this.find(lookup, 0);
  }

  /** The same for the end of `name` that begins with `label`. */
  find(name: LookupName, label: number): ServedZone | undefined {
    for (let at = label; at <= name.labelCount; at++) {
      const slot = this.#slotOf(name, at);
      if (slot !== undefined) return slot.zone;
    }
    return undefined;
  }

  /** In no order that means anything. */
  *[Symbol.iterator](): Generator<ServedZone> {
    for (const slot of this.#slots) if (slot !== undefined) yield slot.zone;
  }

  #changed(): void {
    this.#generation += 1;
  }

  #slotOf(name: LookupName, label: number): Slot | undefined {
    const hash = name.hashes[label]!;
    const mask = this.#slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = this.#slots[at];
      if (slot === undefined || (slot.hash === hash && isEnd(name, label, slot.wire))) return slot;
    }
  }

  #put(slot: Slot): void {
    if ((this.#size + 1) * 2 > this.#slots.length) {
      const old = this.#slots;
      this.#slots = new Array<Slot | undefined>(old.length * 2).fill(undefined);
      this.#size = 0;
      for (const other of old) if (other !== undefined) this.#put(other);
    }
    const mask = this.#slots.length - 1;
    let at = slot.hash & mask;
    while (this.#slots[at] !== undefined) at = (at + 1) & mask;
    this.#slots[at] = slot;
    this.#size += 1;
  }
}

function isEnd(name: LookupName, label: number, wire: Uint8Array): boolean {
  const start = name.starts[label]!;
  if (name.length - start !== wire.length) return false;
  for (let i = 0; i < wire.length; i++) {
    if (name.wire[start + i] !== wire[i]) return false;
  }
  return true;
}
