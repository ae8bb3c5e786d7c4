/** A zone while it is being changed: sets of records are replaced one after the other, and what that came to is told at the end. */
import type { Name } from "../name/name.ts";
import type { ResourceRecord } from "../record.ts";
import { nameKey, rdataKey } from "../zone/changes.ts";
import type { RRset } from "../zone/rrset.ts";
import type { ZoneChange, ZoneData } from "../zone/zone-data.ts";

interface EditedNode {
  readonly name: Name;
  readonly before: readonly RRset[];
  /** By type. */
  readonly sets: Map<number, RRset>;
}

export class ZoneEdit {
  readonly zone: ZoneData;
  /** The names that were asked about, by `nameKey`. */
  readonly #nodes = new Map<string, EditedNode>();

  constructor(zone: ZoneData) {
    this.zone = zone;
  }

  rrset(name: Name, type: number): RRset | undefined {
    return this.#node(name).sets.get(type);
  }

  rrsetsAt(name: Name): RRset[] {
    return [...this.#node(name).sets.values()];
  }

  delete(name: Name, type: number): void {
    this.#node(name).sets.delete(type);
  }

  /** Adds a record; all of its set takes its TTL (RFC 2181 §5.2). `replaces` says which others it takes the place of. */
  add({ name, type, ttl, rdata }: ResourceRecord, replaces: (other: Uint8Array) => boolean): void {
    const key = rdataKey(type, rdata);
    const others = this.rrset(name, type)?.rdatas ?? [];
    const kept = others.filter((other) => !replaces(other) && rdataKey(type, other) !== key);
    this.#put(this.rrset(name, type)?.name ?? name, type, ttl, [...kept, rdata]);
  }

  remove(name: Name, type: number, rdata: Uint8Array): void {
    const set = this.rrset(name, type);
    if (set === undefined) return;
    const key = rdataKey(type, rdata);
    const kept = set.rdatas.filter((other) => rdataKey(type, other) !== key);
    if (kept.length === 0) this.delete(name, type);
    else this.#put(set.name, type, set.ttl, kept);
  }

  /** What is different from the zone at the beginning; undefined when nothing is. */
  change(): ZoneChange | undefined {
    const removed: ResourceRecord[] = [];
    const added: ResourceRecord[] = [];
    for (const { before, sets } of this.#nodes.values()) {
      const types = new Set([...before.map(({ type }) => type), ...sets.keys()]);
      for (const type of types) {
        const old = before.find((set) => set.type === type);
        const young = sets.get(type);
        removed.push(...missingFrom(young, old));
        added.push(...missingFrom(old, young));
      }
    }
    return removed.length + added.length === 0 ? undefined : { removed, added };
  }

  #put(name: Name, type: number, ttl: number, rdatas: readonly Uint8Array[]): void {
    this.#node(name).sets.set(type, { name, type, class: this.zone.class, ttl, rdatas });
  }

  #node(name: Name): EditedNode {
    const key = nameKey(name);
    let node = this.#nodes.get(key);
    if (node === undefined) {
      const before = this.zone.rrsetsAt(name);
      node = { name, before, sets: new Map(before.map((set) => [set.type, set])) };
      this.#nodes.set(key, node);
    }
    return node;
  }
}

/** The records of `set` that `other` has not, with this TTL. */
function missingFrom(other: RRset | undefined, set: RRset | undefined): ResourceRecord[] {
  if (set === undefined || set === other) return [];
  const { rdatas, ...owner } = set;
  const there = new Set(other?.ttl === set.ttl ? other.rdatas.map((rdata) => rdataKey(set.type, rdata)) : []);
  return rdatas.filter((rdata) => !there.has(rdataKey(set.type, rdata))).map((rdata) => ({ ...owner, rdata }));
}
