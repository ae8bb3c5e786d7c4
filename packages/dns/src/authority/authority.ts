/** Answers of the zones that are served here (RFC 1034 §4.3.2). Pure: bytes in, bytes out. */
import { DnsError, RCODE } from "../errors.ts";
import { decodeMessage } from "../message/decode.ts";
import { encodeMessage } from "../message/encode.ts";
import { type Message, OPCODE } from "../message/message.ts";
import { Name } from "../name/name.ts";
import { parseRdata } from "../rdata/rdata.ts";
import { CLASS, TYPE } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import type { RRset } from "../zone/rrset.ts";
import type { ZoneData } from "../zone/zone-data.ts";
import type { ServedZone, ZoneSet } from "../zone/zone-set.ts";

/** Who asks. One object a socket, reused: only valid within the call. */
export interface Client {
  address: string;
  port: number;
  tcp: boolean;
}

/** Somebody else has to answer this query. */
export const NOT_HERE = -1;

export interface AuthorityOptions {
  readonly zones: ZoneSet;
  /** The zones that a client sees instead; undefined for `zones`. */
  readonly viewOf?: (client: Client) => ZoneSet | undefined;
  readonly nsid?: Uint8Array;
  /** Answer to version.bind and version.server; refused without. */
  readonly version?: string;
  /** Answer to id.server and hostname.bind. */
  readonly identity?: string;
  readonly minimalResponses: boolean;
  /** Most bytes of an answer over UDP. */
  readonly udpPayload: number;
  /** Whether somebody else answers for names in none of the zones; without, they are refused. */
  readonly elsewhere: boolean;
  /** Milliseconds, of a clock that does not jump. */
  readonly now: () => number;
}

const MAX_CHAIN = 16;

export class Authority {
  readonly #options: AuthorityOptions;

  constructor(options: AuthorityOptions) {
    this.#options = options;
  }

  /** Writes the answer to `query[0…length)` into `out`. Returns its length, 0 for no answer at all, NOT_HERE. */
  answer(query: Uint8Array, length: number, client: Client, out: Uint8Array): number {
    if (length < 12 || (query[2]! & 0x80) !== 0) return 0;
    let message: Message;
    try {
      message = decodeMessage(query.slice(0, length));
    } catch (error) {
      if (!(error instanceof DnsError)) throw error;
      out.fill(0, 0, 12);
      out.set([query[0]!, query[1]!, 0x80 | (query[2]! & 0x79), error.rcode & 15]);
      return 12;
    }
    const { opcode, questions, tsig } = message;
    const type = questions[0]?.type;
    if (opcode !== OPCODE.QUERY || tsig !== undefined || questions.length !== 1) return NOT_HERE;
    if (type === TYPE.AXFR || type === TYPE.IXFR) return NOT_HERE;
    const { name, class: questionClass } = questions[0]!;
    const zones = this.#options.viewOf?.(client) ?? this.#options.zones;
    if (this.#options.elsewhere && questionClass !== CLASS.CH && zones.enclosing(name) === undefined) return NOT_HERE;
    const limit = client.tcp
      ? 65_535
      : Math.min(this.#options.udpPayload, Math.max(512, message.edns?.udpPayload ?? 512));
    const bytes = encodeMessage(this.answerMessage(message, client), { maxBytes: limit });
    out.set(bytes);
    return bytes.length;
  }

  /** The same as values, uncut, also for queries that `answer` leaves to others. */
  answerMessage(query: Message, client: Client): Message {
    const base: Message = {
      ...query,
      response: true,
      authoritative: false,
      truncated: false,
      recursionAvailable: false,
      authenticData: false,
      reserved: false,
      rcode: RCODE.NOERROR,
      answers: [],
      authorities: [],
      additionals: [],
    };
    const { edns, tsig: _tsig, ...plain } = base;
    const head: Message = {
      ...plain,
      ...(edns === undefined
        ? {}
        : { edns: { udpPayload: this.#options.udpPayload, version: 0, dnssecOk: edns.dnssecOk, options: [] } }),
    };
    if (edns !== undefined && edns.version !== 0) return { ...head, rcode: RCODE.BADVERS };
    if (query.opcode !== OPCODE.QUERY) return { ...head, rcode: RCODE.NOTIMP };
    if (query.questions.length !== 1) return { ...head, rcode: RCODE.FORMERR };
    const { name, type } = query.questions[0]!;
    const zones = this.#options.viewOf?.(client) ?? this.#options.zones;
    return { ...head, ...respond(zones, name, type) };
  }
}

interface Sections {
  authoritative?: boolean;
  rcode?: number;
  answers?: ResourceRecord[];
  authorities?: ResourceRecord[];
  additionals?: ResourceRecord[];
}

const REFUSED = 5;
const NXDOMAIN = 3;
const YXDOMAIN = 6;

/** RFC 1034 §4.3.2, step by step. */
function respond(zones: ZoneSet, name: Name, type: number): Sections {
  const answers: ResourceRecord[] = [];
  let target = name;
  for (let step = 0; step <= MAX_CHAIN; step++) {
    const served = zoneFor(zones, target, type);
    if (served === undefined) return step === 0 ? { rcode: REFUSED } : { authoritative: true, answers };
    const zone = served.current;
    if (zone === undefined) return { rcode: RCODE.SERVFAIL, answers };
    const found = lookup(zone, target, type);
    switch (found.kind) {
      case "referral":
        return {
          authoritative: step > 0,
          answers,
          authorities: recordsOf(found.cut),
          additionals: glue(zone, found.cut),
        };
      case "negative":
        return { authoritative: true, rcode: found.rcode, answers, authorities: [negativeSoa(zone)] };
      case "too-long":
        return { authoritative: true, rcode: YXDOMAIN, answers: [...answers, ...found.records] };
      case "positive":
        return { authoritative: true, answers: [...answers, ...found.records] };
      case "alias":
        answers.push(...found.records);
        target = found.target;
    }
  }
  return { authoritative: true, answers };
}

type Found =
  | { kind: "positive" | "too-long"; records: ResourceRecord[] }
  | { kind: "alias"; records: ResourceRecord[]; target: Name }
  | { kind: "referral"; cut: RRset }
  | { kind: "negative"; rcode: number };

function zoneFor(zones: ZoneSet, name: Name, type: number): ServedZone | undefined {
  const zone = zones.enclosing(name);
  if (type !== TYPE.DS || zone === undefined || !zone.origin.equals(name) || name.isRoot) return zone;
  return zones.enclosing(name.parent()!) ?? zone;
}

function lookup(zone: ZoneData, name: Name, type: number): Found {
  const { origin } = zone;
  for (let labels = origin.labelCount; labels <= name.labelCount; labels++) {
    const at = name.suffix(labels);
    const isName = labels === name.labelCount;
    const cut = labels > origin.labelCount ? zone.rrset(at, TYPE.NS) : undefined;
    if (cut !== undefined && !(isName && type === TYPE.DS)) return { kind: "referral", cut };
    if (isName) break;
    const dname = zone.rrset(at, TYPE.DNAME);
    if (dname !== undefined) return redirect(dname, name);
    if (zone.exists(at)) continue;
    return wildcard(zone, at.parent()!, name, type);
  }
  if (!zone.exists(name)) return wildcard(zone, name.parent()!, name, type);
  return fromNode(zone, name, name, type);
}

function wildcard(zone: ZoneData, encloser: Name, name: Name, type: number): Found {
  const source = encloser.prepend(Uint8Array.of(0x2a));
  if (!zone.exists(source)) return { kind: "negative", rcode: NXDOMAIN };
  return fromNode(zone, source, name, type);
}

function fromNode(zone: ZoneData, source: Name, name: Name, type: number): Found {
  const sets = zone.rrsetsAt(source);
  const set = type === TYPE.ANY ? sets[0] : sets.find((other) => other.type === type);
  if (set !== undefined) return { kind: "positive", records: recordsOf({ ...set, name }) };
  const alias = zone.rrset(source, TYPE.CNAME);
  if (alias === undefined) return { kind: "negative", rcode: RCODE.NOERROR };
  return { kind: "alias", records: recordsOf({ ...alias, name }), target: Name.fromWire(alias.rdatas[0]!) };
}

function redirect(dname: RRset, name: Name): Found {
  const target = Name.fromWire(dname.rdatas[0]!);
  const prefix = name.labels().slice(0, name.labelCount - dname.name.labelCount);
  try {
    const synthesised = Name.fromLabels([...prefix, ...target.labels()]);
    const alias = { name, type: TYPE.CNAME, class: dname.class, ttl: dname.ttl, rdata: synthesised.wire };
    return { kind: "alias", records: [...recordsOf(dname), alias], target: synthesised };
  } catch (error) {
    if (error instanceof DnsError) return { kind: "too-long", records: recordsOf(dname) };
    throw error;
  }
}

function negativeSoa({ soa }: ZoneData): ResourceRecord {
  const value = parseRdata(TYPE.SOA, soa.rdata);
  return { ...soa, ttl: value.type === "SOA" ? Math.min(soa.ttl, value.minimum) : soa.ttl };
}

function glue(zone: ZoneData, { rdatas }: RRset): ResourceRecord[] {
  return rdatas.flatMap((rdata) =>
    [TYPE.A, TYPE.AAAA].flatMap((type) => {
      const set = zone.rrset(Name.fromWire(rdata), type);
      return set === undefined ? [] : recordsOf(set);
    }),
  );
}

function recordsOf({ rdatas, ...set }: RRset): ResourceRecord[] {
  return rdatas.map((rdata) => ({ ...set, rdata }));
}
