/**
 * The algorithm of RFC 1034 §4.3.2 as plainly as it can be written, on maps of RRsets: what the compiled answers are held against. It
 * knows no messages, lengths or compression, and looks everything up anew.
 */
import { DnsError } from "../../src/errors.ts";
import { Name } from "../../src/name/name.ts";
import { canonicalRdata } from "../../src/rdata/rdata.ts";
import { TYPE } from "../../src/rdata/types.ts";
import type { ResourceRecord } from "../../src/record.ts";

export interface ReferenceAnswer {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
}

const NOERROR = 0;
const NXDOMAIN = 3;
const REFUSED = 5;
const YXDOMAIN = 6;
const MAX_ALIASES = 16;
const STAR = Uint8Array.of(0x2a);
const TARGET_OFFSETS = new Map<number, number>([
  [TYPE.NS, 0],
  [TYPE.MX, 2],
  [TYPE.SRV, 6],
]);

export class ReferenceZone {
  readonly origin: Name;
  readonly #records: readonly ResourceRecord[];
  readonly #sets = new Map<string, ResourceRecord[]>();
  readonly #names = new Set<string>();

  constructor(origin: Name, records: readonly ResourceRecord[]) {
    this.origin = origin;
    this.#records = records;
    for (const record of records) {
      const key = `${text(record.name)} ${record.type}`;
      this.#sets.set(key, [...(this.#sets.get(key) ?? []), record]);
      for (let name: Name | undefined = record.name; name?.isAtOrBelow(origin) === true; name = name.parent()) {
        this.#names.add(text(name));
      }
    }
  }

  exists(name: Name): boolean {
    return this.#names.has(text(name));
  }

  set(name: Name, type: number): readonly ResourceRecord[] | undefined {
    return this.#sets.get(`${text(name)} ${type}`);
  }

  lowestType(name: Name): number | undefined {
    const types = this.#records.filter((record) => record.name.equals(name)).map(({ type }) => type);
    return types.length === 0 ? undefined : Math.min(...types);
  }

  /** The cut or DNAME above the name that hides it, or a cut at it. */
  hiding(name: Name, type: number): { cut: Name } | { dname: Name } | undefined {
    for (let labels = this.origin.labelCount; labels <= name.labelCount; labels++) {
      const at = name.suffix(labels);
      const isName = labels === name.labelCount;
      if (labels > this.origin.labelCount && this.set(at, TYPE.NS) !== undefined && !(isName && type === TYPE.DS)) {
        return { cut: at };
      }
      if (!isName && this.set(at, TYPE.DNAME) !== undefined) return { dname: at };
    }
    return undefined;
  }

  /** The name whose records the question's name has: itself, or a wildcard. */
  source(name: Name): Name | undefined {
    if (this.exists(name)) return name;
    let encloser = name.parent()!;
    while (!this.exists(encloser)) encloser = encloser.parent()!;
    const wildcard = encloser.prepend(STAR);
    return this.exists(wildcard) ? wildcard : undefined;
  }
}

export function referenceAnswer(
  zones: readonly ReferenceZone[],
  question: { readonly name: Name; readonly type: number },
  minimal: boolean,
): ReferenceAnswer {
  const { type } = question;
  const answers: ResourceRecord[] = [];
  const names = [question.name];
  const finish = (
    rcode: number,
    authorities: readonly ResourceRecord[] = [],
    additionals: readonly ResourceRecord[] = [],
    authoritative = true,
  ): ReferenceAnswer => ({ rcode, authoritative, answers, authorities, additionals });
  for (;;) {
    const name = names.at(-1)!;
    const zone = zoneFor(zones, name, type);
    if (zone === undefined) return names.length === 1 ? finish(REFUSED, [], [], false) : finish(NOERROR);
    const hiding = zone.hiding(name, type);
    let target: Name;
    if (hiding !== undefined && "cut" in hiding) {
      const servers = zone.set(hiding.cut, TYPE.NS)!;
      return finish(NOERROR, servers, addresses(zone, servers), names.length > 1);
    } else if (hiding !== undefined) {
      const dname = zone.set(hiding.dname, TYPE.DNAME)![0]!;
      if (!answers.includes(dname)) answers.push(dname);
      const prefix = name.labels().slice(0, name.labelCount - hiding.dname.labelCount);
      try {
        target = Name.fromLabels([...prefix, ...Name.fromWire(dname.rdata).labels()]);
      } catch (error) {
        if (error instanceof DnsError) return finish(YXDOMAIN);
        throw error;
      }
      answers.push({ ...dname, name, type: TYPE.CNAME, rdata: target.wire });
      if (type === TYPE.CNAME) return finish(NOERROR);
    } else {
      const source = zone.source(name);
      if (source === undefined) return finish(NXDOMAIN, [negativeSoa(zone)]);
      const asked = type === TYPE.ANY ? zone.lowestType(source) : type;
      const set = asked === undefined ? undefined : zone.set(source, asked);
      if (set !== undefined) {
        if (!answers.includes(set[0]!)) answers.push(...set.map((record) => ({ ...record, name })));
        if (type === TYPE.ANY || type === TYPE.DS) return finish(NOERROR);
        const authorities =
          minimal || (source.equals(zone.origin) && asked === TYPE.NS) ? [] : (zone.set(zone.origin, TYPE.NS) ?? []);
        const naming = minimal && asked !== TYPE.NS ? [] : [...set, ...authorities];
        const said = answers.map(identity);
        return finish(
          NOERROR,
          authorities,
          addresses(zone, naming).filter((record) => !said.includes(identity(record))),
        );
      }
      const alias = zone.set(source, TYPE.CNAME)?.[0];
      if (alias === undefined) return finish(NOERROR, [negativeSoa(zone)]);
      answers.push({ ...alias, name });
      target = Name.fromWire(alias.rdata);
    }
    if (names.length === MAX_ALIASES || names.some((other) => other.equals(target))) return finish(NOERROR);
    names.push(target);
  }
}

function zoneFor(zones: readonly ReferenceZone[], name: Name, type: number): ReferenceZone | undefined {
  const enclosing = zones
    .filter(({ origin }) => name.isAtOrBelow(origin))
    .sort((a, b) => b.origin.labelCount - a.origin.labelCount);
  return type === TYPE.DS && enclosing[0]?.origin.equals(name) === true ? (enclosing[1] ?? enclosing[0]) : enclosing[0];
}

function negativeSoa(zone: ReferenceZone): ResourceRecord {
  const soa = zone.set(zone.origin, TYPE.SOA)![0]!;
  return { ...soa, ttl: Math.min(soa.ttl, Buffer.from(soa.rdata).readUInt32BE(soa.rdata.length - 4)) };
}

/** The addresses of the hosts that records name, as far as their zone has them. */
function addresses(zone: ReferenceZone, records: readonly ResourceRecord[]): ResourceRecord[] {
  const found = new Map<string, ResourceRecord>();
  for (const { type, rdata } of records) {
    const offset = TARGET_OFFSETS.get(type);
    if (offset === undefined) continue;
    const target = Name.fromWire(rdata.subarray(offset));
    if (!target.isAtOrBelow(zone.origin)) continue;
    const hiding = zone.hiding(target, TYPE.A);
    if (hiding !== undefined && ("dname" in hiding || type !== TYPE.NS)) continue;
    const source = hiding === undefined ? zone.source(target) : target;
    if (source === undefined || zone.set(source, TYPE.CNAME) !== undefined) continue;
    for (const addressType of [TYPE.A, TYPE.AAAA]) {
      for (const record of zone.set(source, addressType) ?? []) {
        const owned = { ...record, name: target };
        found.set(identity(owned), owned);
      }
    }
  }
  return [...found.values()];
}

/** A record with its names in lower case, without its TTL. */
export function identity({ name, type, rdata }: ResourceRecord): string {
  return `${text(name)} ${type} ${Buffer.from(canonicalRdata(type, rdata)).toString("latin1")}`;
}

function text(name: Name): string {
  return name.folded().toString();
}
