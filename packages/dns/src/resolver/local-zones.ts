/**
 * Names that the resolver answers itself (Unbound's `local-zone` and `local-data`; what each type does was asked of Unbound 1.17).
 *
 * A query belongs to the smallest local zone around its name, by whose type it is answered, or let through to the cache and the upstreams.
 */
import { RCODES } from "../message/rcodes.ts";
import { Name } from "../name/name.ts";
import { CLASS, TYPE } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import { bareOutcome, EDE, extendedError, type Outcome } from "./outcome.ts";
import { specialZones } from "./special-names.ts";

/**
 * What happens to names without local data:
 * - `deny`: no answer. `refuse`: REFUSED. `static`: NXDOMAIN, or NODATA where the name has other data.
 * - `transparent`: upstream, but NODATA where the name has other data. `typetransparent`: upstream, also then.
 * - `redirect`: the zone's own data at every name in it.
 * - `inform…`: as transparent, deny and redirect, and the query is logged.
 * - `always_…`: that, whatever data there is. `block_a`: NODATA for A, everything else upstream. `nodefault`: no zone here, in particular
 *   not one of `local-defaults`.
 */
export const LOCAL_ZONE_TYPES = [
  "deny",
  "refuse",
  "static",
  "transparent",
  "typetransparent",
  "redirect",
  "inform",
  "inform_deny",
  "inform_redirect",
  "always_transparent",
  "always_refuse",
  "always_nxdomain",
  "always_nodata",
  "always_deny",
  "always_null",
  "block_a",
  "nodefault",
] as const;
export type LocalZoneType = (typeof LOCAL_ZONE_TYPES)[number];

/** `alias`: the local CNAME leads to `target`, whose answer follows. */
export type LocalAnswer =
  | { readonly kind: "answer"; readonly outcome: Outcome }
  | { readonly kind: "alias"; readonly outcome: Outcome; readonly target: Name }
  | { readonly kind: "silence" }
  | { readonly kind: "elsewhere" };

export interface LocalMatch {
  readonly zone: Name;
  readonly isLogged: boolean;
  readonly answer: LocalAnswer;
}

interface LocalZone {
  readonly name: Name;
  readonly type: LocalZoneType;
  /** By folded name: sets in the order in which they were said. */
  readonly data: Map<string, ResourceRecord[]>;
  /** Names that have data, or have names below that do. */
  readonly names: Set<string>;
}

const ELSEWHERE: LocalAnswer = { kind: "elsewhere" };
const NULL_TTL = 3600;

export class LocalZones {
  readonly #zones = new Map<string, LocalZone>();

  constructor(
    zones: readonly { readonly name: Name; readonly type: LocalZoneType }[],
    data: readonly ResourceRecord[],
    withDefaults: boolean,
  ) {
    for (const { name, type } of zones) this.#zone(name, type);
    if (withDefaults) {
      for (const { name, records } of specialZones()) {
        if (this.#zones.has(keyOf(name))) continue;
        const zone = this.#zone(name, name.equals(LOCALHOST) ? "redirect" : "static");
        for (const record of records) add(zone, record);
      }
    }
    // A transparent zone of its own for data outside of every zone; the owners nearer to the root first, as they enclose others.
    for (const record of data.toSorted((a, b) => a.name.labelCount - b.name.labelCount)) {
      add(this.#enclosing(record.name) ?? this.#zone(record.name, "transparent"), record);
    }
  }

  #zone(name: Name, type: LocalZoneType): LocalZone {
    const zone: LocalZone = { name, type, data: new Map(), names: new Set() };
    this.#zones.set(keyOf(name), zone);
    return zone;
  }

  #enclosing(name: Name): LocalZone | undefined {
    for (let labels = name.labelCount; labels >= 0; labels--) {
      const zone = this.#zones.get(keyOf(name.suffix(labels)));
      // DS is asked of the parent's side (RFC 4035 §3.1.4.1), which the caller passes as the name.
      if (zone !== undefined && zone.type !== "nodefault") return zone;
    }
    return undefined;
  }

  /** What is done with a question; undefined when its name lies in no local zone. */
  find(name: Name, type: number): LocalMatch | undefined {
    const zone = this.#enclosing(name);
    if (zone === undefined) return undefined;
    return { zone: zone.name, isLogged: zone.type.startsWith("inform"), answer: answerIn(zone, name, type) };
  }
}

const LOCALHOST = Name.parse("localhost.");

function keyOf(name: Name): string {
  return Buffer.from(name.folded().wire).toString("latin1");
}

function add(zone: LocalZone, record: ResourceRecord): void {
  const key = keyOf(record.name);
  const records = zone.data.get(key) ?? [];
  zone.data.set(key, [...records, record]);
  for (let labels = record.name.labelCount; labels >= zone.name.labelCount; labels--) {
    zone.names.add(keyOf(record.name.suffix(labels)));
  }
}

function answerIn(zone: LocalZone, name: Name, type: number): LocalAnswer {
  switch (zone.type) {
    case "always_transparent":
      return ELSEWHERE;
    case "always_deny":
      return { kind: "silence" };
    case "always_refuse":
      return refusal();
    case "always_nxdomain":
      return denial(zone, RCODES.NXDOMAIN);
    case "always_nodata":
      return denial(zone, RCODES.NOERROR);
    case "always_null":
      return nullAnswer(zone, name, type);
    case "block_a":
      return type === TYPE.A ? denial(zone, RCODES.NOERROR) : ELSEWHERE;
    case "redirect":
    case "inform_redirect":
      return dataAnswer(zone, zone.name, name, type) ?? denial(zone, RCODES.NOERROR);
    default:
      return dataAnswer(zone, name, name, type) ?? withoutData(zone, name);
  }
}

/** The name has no data of the type. */
function withoutData(zone: LocalZone, name: Name): LocalAnswer {
  const hasOther = zone.names.has(keyOf(name));
  switch (zone.type) {
    case "deny":
    case "inform_deny":
      return { kind: "silence" };
    case "refuse":
      return refusal();
    case "static":
      return denial(zone, hasOther ? RCODES.NOERROR : RCODES.NXDOMAIN);
    case "transparent":
    case "inform":
      return zone.data.has(keyOf(name)) ? denial(zone, RCODES.NOERROR) : ELSEWHERE;
    default:
      return ELSEWHERE;
  }
}

/** The data at `owner` as that of `name`. */
function dataAnswer(zone: LocalZone, owner: Name, name: Name, type: number): LocalAnswer | undefined {
  const all = zone.data.get(keyOf(owner)) ?? [];
  const set = type === TYPE.ANY ? all : all.filter((record) => record.type === type);
  const cname = all.find((record) => record.type === TYPE.CNAME);
  const found = set.length > 0 || cname === undefined ? set : [cname];
  if (found.length === 0) return undefined;
  const outcome = localOutcome(
    RCODES.NOERROR,
    found.map((record) => ({ ...record, name })),
  );
  // As Unbound: what a redirection leads to is looked up, other local aliases are handed out as they are.
  const isRedirected = owner !== name && set.length === 0;
  if (isRedirected) return { kind: "alias", outcome, target: Name.fromWire(cname!.rdata) };
  return { kind: "answer", outcome };
}

function nullAnswer(zone: LocalZone, name: Name, type: number): LocalAnswer {
  const bytes = type === TYPE.A ? 4 : type === TYPE.AAAA ? 16 : 0;
  if (bytes === 0) return denial(zone, RCODES.NOERROR);
  const record = { name, type, class: CLASS.IN, ttl: NULL_TTL, rdata: new Uint8Array(bytes) };
  return { kind: "answer", outcome: localOutcome(RCODES.NOERROR, [record]) };
}

/** With the zone's SOA, where the local data has one, for as long as that says. */
function denial(zone: LocalZone, rcode: number): LocalAnswer {
  const soa = zone.data.get(keyOf(zone.name))?.find(({ type }) => type === TYPE.SOA);
  if (soa === undefined) return { kind: "answer", outcome: localOutcome(rcode, []) };
  const minimum = Buffer.from(soa.rdata).readUInt32BE(soa.rdata.length - 4);
  return {
    kind: "answer",
    outcome: { ...localOutcome(rcode, []), authorities: [{ ...soa, ttl: Math.min(soa.ttl, minimum) }] },
  };
}

function refusal(): LocalAnswer {
  const outcome = bareOutcome(RCODES.REFUSED, [extendedError(EDE.BLOCKED)]);
  return { kind: "answer", outcome: { ...outcome, authoritative: true } };
}

function localOutcome(rcode: number, answers: readonly ResourceRecord[]): Outcome {
  return { ...bareOutcome(rcode), authoritative: true, answers };
}
