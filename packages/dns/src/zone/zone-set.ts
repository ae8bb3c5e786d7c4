/** The zones that a server answers for, and each one's current version. */
import { foldedByte } from "../name/limits.ts";
import type { Name } from "../name/name.ts";
import { CLASS } from "../rdata/types.ts";
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

export class ZoneSet implements Iterable<ServedZone> {
  readonly #zones = new Map<string, ServedZone>();
  /** Counts changes of the set itself, for those who keep something made from it. */
  #generation = 0;

  get generation(): number {
    return this.#generation;
  }

  get size(): number {
    return this.#zones.size;
  }

  /** Takes the place of a zone of the same name. */
  add(zone: ServedZone): void {
    this.#zones.set(keyOf(zone.origin), zone);
    this.#generation += 1;
  }

  remove(origin: Name): ServedZone | undefined {
    const zone = this.get(origin);
    this.#zones.delete(keyOf(origin));
    this.#generation += 1;
    return zone;
  }

  get(origin: Name): ServedZone | undefined {
    return this.#zones.get(keyOf(origin));
  }

  /** The zone with the longest name that `name` is at or below. */
  enclosing(name: Name): ServedZone | undefined {
    for (let at: Name | undefined = name; at !== undefined; at = at.parent()) {
      const zone = this.get(at);
      if (zone !== undefined) return zone;
    }
    return undefined;
  }

  [Symbol.iterator](): IterableIterator<ServedZone> {
    return this.#zones.values();
  }
}

function keyOf(name: Name): string {
  let key = "";
  for (const byte of name.wire) key += String.fromCharCode(foldedByte(byte));
  return key;
}
