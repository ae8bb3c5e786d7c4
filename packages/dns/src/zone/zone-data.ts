/**
 * One version of a zone: its records, in an arena of bytes that all versions share.
 *
 * A version never changes. The next one shares all pages and bytes with it but those of the names that differ, so a change costs what it
 * changes, whatever the zone's size, and a transfer reads its version to the end while newer ones are made. What only versions long gone
 * refer to is left behind when it is more than what is in use: the next version is then a copy in an arena of its own.
 */
import type { Name } from "../name/name.ts";
import { CLASS, TYPE, typeText } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import { checkZone } from "../zonefile/check.ts";
import { parseZone, readZone, ZoneFileError, type ZoneFileOptions } from "../zonefile/parser.ts";
import { type ByteArena, offsetOf } from "./byte-arena.ts";
import { ZoneError } from "./errors.ts";
import { LookupName } from "./lookup-name.ts";
import { APEX, type NameIndex, NO_NODE } from "./name-index.ts";
import { BlockBuilder, findSet, firstSet, nextSet, read16, read32, rdatasOf, ttlOf } from "./record-block.ts";
import type { RRset } from "./rrset.ts";
import { blockFlags, ZoneBuilder } from "./zone-builder.ts";

/** Exact: all of `removed` is there before, with its TTL; the SOAs are among them (RFC 1995 §4). */
export interface ZoneChange {
  readonly removed: readonly ResourceRecord[];
  readonly added: readonly ResourceRecord[];
}

/** Less than so many bytes left behind are nobody's worry. */
const MIN_GARBAGE_BYTES = 1 << 20;
const MIN_GARBAGE_NAMES = 1 << 12;

/** Of a master file, with all that is said of it; a guess that need not be right. */
const BYTES_A_NAME = 40;

const lookup = new LookupName();

/** Within a version's arena: what the authority answers from. */
export interface ZoneStore {
  readonly arena: ByteArena;
  readonly index: NameIndex;
}

export class ZoneData {
  readonly origin: Name;
  readonly class: number;
  readonly serial: number;
  readonly soa: ResourceRecord;
  readonly recordCount: number;
  /** For answers; not to be changed. */
  readonly store: ZoneStore;
  /** Bytes of the arena that this version's records take. */
  readonly #blockBytes: number;

  private constructor(origin: Name, zoneClass: number, store: ZoneStore, recordCount: number, blockBytes: number) {
    this.origin = origin;
    this.class = zoneClass;
    this.store = store;
    this.recordCount = recordCount;
    this.#blockBytes = blockBytes;
    const soa = this.rrset(origin, TYPE.SOA);
    if (soa === undefined) throw new ZoneError("no-soa", `no SOA at ${origin.toString()}`);
    const rdata = soa.rdatas[0]!;
    this.soa = { name: soa.name, type: TYPE.SOA, class: zoneClass, ttl: soa.ttl, rdata };
    this.serial = read32(rdata, rdata.length - 20);
  }

  /**
   * The zone that a master file says, without an object for each record on the way. All that is wrong with the file otherwise, also what
   * no zone may be: without SOA or NS at its apex, with names outside, with data beside a CNAME.
   */
  static load(source: Uint8Array, options: ZoneFileOptions): { zone: ZoneData | undefined; errors: ZoneFileError[] } {
    const { origin, class: zoneClass = CLASS.IN } = options;
    const builder = new ZoneBuilder(origin, zoneClass, source.length / BYTES_A_NAME);
    try {
      const errors = readZone(source, options, (owner, ownerLength, type, ttl, rdata, length) =>
        builder.add(owner, ownerLength, type, ttl, rdata, length),
      );
      if (errors.length > 0) return { zone: undefined, errors };
      const zone = ZoneData.fromBuilder(origin, zoneClass, builder);
      if (zone.rrset(origin, TYPE.NS) !== undefined) return { zone, errors };
      throw new ZoneError("no-ns", `no NS at ${origin.toString()}`);
    } catch (error) {
      if (!(error instanceof ZoneError)) throw error;
      // Where in the file, and what else: as `zone check` says it.
      const errors = checkZone(parseZone(source, options).records, origin, options.file);
      return {
        zone: undefined,
        errors: errors.length > 0 ? errors : [new ZoneFileError(options.file, 1, error.message)],
      };
    }
  }

  /**
   * Throws ZoneError: no SOA or two, names outside, a SOA below, a CNAME beside other data, limits. Duplicates count once, and of the
   * TTLs within a set the smallest. An NS at the apex is not asked for.
   */
  static fromRecords(origin: Name, records: Iterable<ResourceRecord>, zoneClass: number = CLASS.IN): ZoneData {
    const builder = new ZoneBuilder(origin, zoneClass);
    for (const record of records) {
      checkClass(record, zoneClass);
      const { wire } = record.name;
      builder.add(wire, wire.length, record.type, record.ttl, record.rdata, record.rdata.length);
    }
    return ZoneData.fromBuilder(origin, zoneClass, builder);
  }

  /** What has come into `builder`, which is not used again. Throws ZoneError. */
  static fromBuilder(origin: Name, zoneClass: number, builder: ZoneBuilder): ZoneData {
    builder.finish();
    const { arena, index, recordCount } = builder;
    return new ZoneData(origin, zoneClass, { arena, index }, recordCount, arena.reserved - index.nameBytes);
  }

  /** Memory, what is shared with other versions included. */
  get bytes(): number {
    return this.store.arena.capacity + this.store.index.bytes;
  }

  rrset(name: Name, type: number): RRset | undefined {
    const address = this.#dataAt(name);
    if (address === 0) return undefined;
    const chunk = this.store.arena.chunkOf(address);
    const set = findSet(chunk, offsetOf(address), type);
    return set === -1 ? undefined : this.#rrset(this.#ownName(name), chunk, set);
  }

  /** By ascending type. */
  rrsetsAt(name: Name): readonly RRset[] {
    const address = this.#dataAt(name);
    return address === 0 ? [] : this.#rrsets(this.#ownName(name), address);
  }

  /** Whether the name or one below it has records; what a cut, a DNAME or a wildcard makes of it does not matter. */
  exists(name: Name): boolean {
    const node = this.#nodeOf(name);
    return node !== NO_NODE && this.store.index.exists(node);
  }

  /** The SOA first, records of a set together. */
  *records(): Generator<ResourceRecord> {
    yield this.soa;
    const { index } = this.store;
    for (let node = APEX; node < index.count; node++) {
      const address = index.data(node);
      if (address === 0) continue;
      for (const { rdatas, ...set } of this.#rrsets(index.nameOf(node), address)) {
        if (set.type === TYPE.SOA) continue;
        for (const rdata of rdatas) yield { ...set, rdata };
      }
    }
  }

  /** The next version. Throws ZoneError when `removed` is not there, and for what `fromRecords` refuses; this version stays as it is. */
  with(change: ZoneChange): ZoneData {
    const { arena } = this.store;
    const index = this.store.index.fork();
    const block = new BlockBuilder();
    let { recordCount } = this;
    let bytes = this.#blockBytes;
    for (const { name, removed, added } of changesByName(change, this.class)) {
      if (!name.isAtOrBelow(this.origin)) {
        throw new ZoneError("outside", `${name.toString()} is outside of the zone ${this.origin.toString()}`);
      }
      lookup.readWire(name.wire);
      const node = index.insert(lookup, this.origin.labelCount, name.wire, 0);
      const before = index.data(node);
      block.clear();
      if (before !== 0) block.addBlock(arena.chunkOf(before), offsetOf(before));
      recordCount -= block.recordCount;
      bytes -= blockBytes(arena, before);
      for (const { type, ttl, rdata } of removed) {
        if (!block.remove(type, ttl, rdata)) {
          throw new ZoneError("not-there", `${name.toString()} has no such ${typeText(type)} record`);
        }
      }
      for (const { type, ttl, rdata } of added) {
        if (type === TYPE.SOA && node !== APEX) {
          throw new ZoneError("misplaced-soa", `a SOA below the zone's apex: ${name.toString()}`);
        }
        block.add(type, this.class, ttl, rdata);
      }
      const address = block.write(arena, () => name);
      recordCount += block.recordCount;
      bytes += blockBytes(arena, address);
      index.setData(node, address, blockFlags(arena, address));
    }
    const next = new ZoneData(this.origin, this.class, { arena, index }, recordCount, bytes);
    const garbage = arena.reserved - bytes - index.nameBytes;
    const manyBytes = garbage > MIN_GARBAGE_BYTES && garbage * 2 > arena.reserved;
    const manyNames = index.count > MIN_GARBAGE_NAMES && index.living * 2 < index.count;
    return manyBytes || manyNames ? next.#compacted() : next;
  }

  /** The same in an arena of its own. */
  #compacted(): ZoneData {
    return ZoneData.fromRecords(this.origin, this.records(), this.class);
  }

  #nodeOf(name: Name): number {
    if (!name.isAtOrBelow(this.origin)) return NO_NODE;
    lookup.readWire(name.wire);
    return this.store.index.find(lookup, 0);
  }

  /** The address of a name's block; 0 when it has none. */
  #dataAt(name: Name): number {
    const node = this.#nodeOf(name);
    return node === NO_NODE ? 0 : this.store.index.data(node);
  }

  /** In the letters of the zone. */
  #ownName(name: Name): Name {
    return this.store.index.nameOf(this.#nodeOf(name));
  }

  #rrsets(name: Name, address: number): RRset[] {
    const chunk = this.store.arena.chunkOf(address);
    const at = offsetOf(address);
    const sets: RRset[] = [];
    let set = firstSet(at);
    for (let left = read16(chunk, at); left > 0; left--) {
      sets.push(this.#rrset(name, chunk, set));
      set = nextSet(chunk, set);
    }
    return sets;
  }

  #rrset(name: Name, chunk: Uint8Array, set: number): RRset {
    return { name, type: read16(chunk, set), class: this.class, ttl: ttlOf(chunk, set), rdatas: rdatasOf(chunk, set) };
  }
}

interface NameChange {
  readonly name: Name;
  readonly removed: ResourceRecord[];
  readonly added: ResourceRecord[];
}

function changesByName(change: ZoneChange, zoneClass: number): Iterable<NameChange> {
  const changes = new Map<string, NameChange>();
  const changeOf = (record: ResourceRecord): NameChange => {
    checkClass(record, zoneClass);
    const key = Buffer.from(record.name.folded().wire).toString("latin1");
    const known = changes.get(key);
    if (known !== undefined) return known;
    const fresh = { name: record.name, removed: [], added: [] };
    changes.set(key, fresh);
    return fresh;
  };
  for (const record of change.removed) changeOf(record).removed.push(record);
  for (const record of change.added) changeOf(record).added.push(record);
  return changes.values();
}

function checkClass({ name, class: recordClass }: ResourceRecord, zoneClass: number): void {
  if (recordClass !== zoneClass) {
    throw new ZoneError("outside", `a record of class ${recordClass} at ${name.toString()}`);
  }
}

function blockBytes(arena: ByteArena, address: number): number {
  if (address === 0) return 0;
  const chunk = arena.chunkOf(address);
  const at = offsetOf(address);
  let set = firstSet(at);
  for (let left = read16(chunk, at); left > 0; left--) set = nextSet(chunk, set);
  return set - at;
}
