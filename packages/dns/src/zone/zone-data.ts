/** One version of a zone's data. */
import { DnsError } from "../errors.ts";
import { foldedByte } from "../name/limits.ts";
import type { Name } from "../name/name.ts";
import { canonicalRdata } from "../rdata/rdata.ts";
import { CLASS, TYPE, typeText } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import { checkZone } from "../zonefile/check.ts";
import { parseZone, type ZoneFileError, type ZoneFileOptions } from "../zonefile/parser.ts";
import { ZoneError } from "./errors.ts";
import type { RRset } from "./rrset.ts";

/** Exact: all of `removed` is there before, with its TTL, and none of it afterwards; the SOAs are among them (RFC 1995 §4). */
export interface ZoneChange {
  readonly removed: readonly ResourceRecord[];
  readonly added: readonly ResourceRecord[];
}

const BESIDE_CNAME: ReadonlySet<number> = new Set([TYPE.RRSIG, TYPE.NSEC, TYPE.KEY, TYPE.NXT, TYPE.SIG]);

type Node = Map<number, RRset>;

/** Immutable: `with` makes the next version. */
export class ZoneData {
  readonly origin: Name;
  readonly class: number;
  readonly serial: number;
  readonly soa: ResourceRecord;
  readonly recordCount: number;
  readonly #nodes: ReadonlyMap<string, Node>;

  private constructor(origin: Name, zoneClass: number, nodes: Map<string, Node>) {
    const soa = nodes.get(keyOf(origin))?.get(TYPE.SOA);
    if (soa === undefined) throw new ZoneError("no-soa", `no SOA at ${origin.toString()}`);
    this.origin = origin;
    this.class = zoneClass;
    const rdata = soa.rdatas[0]!;
    this.soa = { name: origin, type: TYPE.SOA, class: zoneClass, ttl: soa.ttl, rdata };
    this.serial = new DataView(rdata.buffer, rdata.byteOffset, rdata.length).getUint32(rdata.length - 20);
    let count = 0;
    for (const node of nodes.values()) for (const { rdatas } of node.values()) count += rdatas.length;
    this.recordCount = count;
    this.#nodes = nodes;
  }

  static load(source: Uint8Array, options: ZoneFileOptions): { zone: ZoneData | undefined; errors: ZoneFileError[] } {
    const { records, errors } = parseZone(source, options);
    const complaints = errors.length > 0 ? errors : checkZone(records, options.origin, options.file);
    if (complaints.length > 0) return { zone: undefined, errors: complaints };
    return { zone: ZoneData.fromRecords(options.origin, records, options.class), errors: [] };
  }

  static fromRecords(origin: Name, records: Iterable<ResourceRecord>, zoneClass: number = CLASS.IN): ZoneData {
    const nodes = new Map<string, Node>();
    for (const record of records) add(nodes, origin, zoneClass, record);
    return new ZoneData(origin, zoneClass, nodes);
  }

  get bytes(): number {
    let bytes = 0;
    for (const { rdata } of this.records()) bytes += rdata.length;
    return bytes;
  }

  rrset(name: Name, type: number): RRset | undefined {
    return this.#nodes.get(keyOf(name))?.get(type);
  }

  rrsetsAt(name: Name): readonly RRset[] {
    return [...(this.#nodes.get(keyOf(name))?.values() ?? [])];
  }

  exists(name: Name): boolean {
    return this.#nodes.has(keyOf(name));
  }

  *records(): Generator<ResourceRecord> {
    yield this.soa;
    for (const node of this.#nodes.values()) {
      for (const { rdatas, ...set } of node.values()) {
        if (set.type === TYPE.SOA) continue;
        for (const rdata of rdatas) yield { ...set, rdata };
      }
    }
  }

  with(change: ZoneChange): ZoneData {
    const nodes = new Map([...this.#nodes].map(([key, node]) => [key, new Map(node)]));
    for (const record of change.removed) remove(nodes, record);
    for (const record of change.added) add(nodes, this.origin, this.class, record);
    for (const [key, node] of nodes) {
      if (node.size === 0 && ![...nodes].some(([other, { size }]) => size > 0 && other.endsWith(key)))
        nodes.delete(key);
    }
    return new ZoneData(this.origin, this.class, nodes);
  }
}

function add(nodes: Map<string, Node>, origin: Name, zoneClass: number, record: ResourceRecord): void {
  const { name, type, ttl, rdata } = record;
  if (!name.isAtOrBelow(origin) || record.class !== zoneClass) {
    throw new ZoneError("outside", `${name.toString()} is outside of the zone ${origin.toString()}`);
  }
  if (type === TYPE.SOA && !name.equals(origin)) throw new ZoneError("misplaced-soa", "a SOA below the zone's apex");
  for (let at = name; at.labelCount >= origin.labelCount; at = at.parent()!) {
    if (!nodes.has(keyOf(at))) nodes.set(keyOf(at), new Map());
    if (at.isRoot) break;
  }
  const node = nodes.get(keyOf(name))!;
  const set = node.get(type);
  if (set?.rdatas.some((other) => sameRdata(type, other, rdata)) === true) {
    if (ttl < set.ttl) node.set(type, { ...set, ttl });
    return;
  }
  if (set !== undefined && (type === TYPE.SOA || type === TYPE.CNAME || type === TYPE.DNAME)) {
    throw new ZoneError("second-singleton", `a second ${typeText(type)} of ${name.toString()}`);
  }
  const others = [...node.keys()].filter((other) => !BESIDE_CNAME.has(other));
  if (type === TYPE.CNAME ? others.length > 0 : node.has(TYPE.CNAME) && !BESIDE_CNAME.has(type)) {
    throw new ZoneError("cname-and-other", `${name.toString()} has a CNAME and other data`);
  }
  node.set(type, {
    name: set?.name ?? name,
    type,
    class: zoneClass,
    ttl: Math.min(ttl, set?.ttl ?? ttl),
    rdatas: [...(set?.rdatas ?? []), rdata],
  });
}

function remove(nodes: Map<string, Node>, { name, type, ttl, rdata }: ResourceRecord): void {
  const node = nodes.get(keyOf(name));
  const set = node?.get(type);
  const left = set?.rdatas.filter((other) => !sameRdata(type, other, rdata));
  if (set === undefined || left!.length === set.rdatas.length || set.ttl !== ttl) {
    throw new ZoneError("not-there", `${name.toString()} has no such ${typeText(type)}`);
  }
  if (left!.length === 0) node!.delete(type);
  else node!.set(type, { ...set, rdatas: left! });
}

function sameRdata(type: number, a: Uint8Array, b: Uint8Array): boolean {
  if (Buffer.compare(a, b) === 0) return true;
  try {
    return Buffer.compare(canonicalRdata(type, a), canonicalRdata(type, b)) === 0;
  } catch (error) {
    if (error instanceof DnsError) return false;
    throw error;
  }
}

function keyOf(name: Name): string {
  let key = "";
  for (const byte of name.wire) key += String.fromCharCode(foldedByte(byte));
  return key;
}
