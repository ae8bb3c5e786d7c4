/**
 * Dynamic update (RFC 2136 §3), as one function from a zone and a message to an rcode and a change.
 *
 * The message's sections are the zone, the prerequisites, the updates. All prerequisites are checked against the zone as it is, then all
 * updates are looked over, and only then are they made, in order, each on what the ones before have left. What cannot be, such as a
 * CNAME beside other data, is passed over in silence; that is the RFC's own word.
 */
import { type Message, OPCODE } from "../message/message.ts";
import { RCODES } from "../message/rcodes.ts";
import { CLASS, isMetaType, TYPE } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import { isSoa, nameKey, rdataKey } from "../zone/changes.ts";
import { isNewerSerial, nextSerial, soaSerial, withSerial } from "../zone/serial.ts";
import type { ZoneChange, ZoneData } from "../zone/zone-data.ts";
import { ZoneEdit } from "./zone-edit.ts";

export interface UpdateResult {
  readonly rcode: number;
  /** Undefined when nothing is to change: all was so already, or the rcode says no. */
  readonly change?: ZoneChange;
}

/** May stand beside a CNAME (RFC 4035 §2.5, RFC 2535 §2.3.5). */
const BESIDE_CNAME: ReadonlySet<number> = new Set([TYPE.RRSIG, TYPE.NSEC, TYPE.SIG, TYPE.NXT, TYPE.KEY]);
const SINGLETONS: ReadonlySet<number> = new Set([TYPE.CNAME, TYPE.DNAME, TYPE.SOA]);
/** What of WKS identifies a record: address and protocol (RFC 2136 §3.4.2.2). */
const WKS_KEY_BYTES = 5;

/** Decides what `message` does to `zone`. Its sender's rights have been looked at before. Changes nothing by itself. */
export function applyUpdate(zone: ZoneData, message: Message): UpdateResult {
  const rcode = checkZoneSection(zone, message) || checkPrerequisites(zone, message) || checkUpdates(zone, message);
  if (rcode !== 0) return { rcode };
  const edit = new ZoneEdit(zone);
  for (const record of message.authorities) applyRecord(edit, record);
  return { rcode: RCODES.NOERROR, ...asVersion(zone, edit.change()) };
}

/** RFC 2136 §3.1. */
function checkZoneSection({ origin, class: zoneClass }: ZoneData, { opcode, questions }: Message): number {
  const [question] = questions;
  if (opcode !== OPCODE.UPDATE || questions.length !== 1 || question!.type !== TYPE.SOA) return RCODES.FORMERR;
  return question!.name.equals(origin) && question!.class === zoneClass ? 0 : RCODES.NOTAUTH;
}

/** RFC 2136 §3.2. */
function checkPrerequisites(zone: ZoneData, { answers }: Message): number {
  /** Sets that have to be exactly so, by owner and type. */
  const wanted = new Map<string, ResourceRecord[]>();
  for (const record of answers) {
    const { name, type, ttl, class: recordClass, rdata } = record;
    if (ttl !== 0) return RCODES.FORMERR;
    if (!name.isAtOrBelow(zone.origin)) return RCODES.NOTZONE;
    if (recordClass === CLASS.ANY || recordClass === CLASS.NONE) {
      if (rdata.length > 0) return RCODES.FORMERR;
      const rcode = checkExistence(zone, record);
      if (rcode !== 0) return rcode;
    } else if (recordClass === zone.class && !isMetaType(type)) {
      const key = `${type} ${nameKey(name)}`;
      wanted.set(key, [...(wanted.get(key) ?? []), record]);
    } else {
      return RCODES.FORMERR;
    }
  }
  for (const records of wanted.values()) {
    if (!isExactly(zone, records)) return RCODES.NXRRSET;
  }
  return 0;
}

/** Class ANY asks that something is there, NONE that it is not; the type ANY asks for the name (RFC 2136 §2.4). */
function checkExistence(zone: ZoneData, { name, type, class: recordClass }: ResourceRecord): number {
  const byName = type === TYPE.ANY;
  if (!byName && isMetaType(type)) return RCODES.FORMERR;
  // An empty non-terminal is no name in use: it owns nothing.
  const isThere = byName ? zone.rrsetsAt(name).length > 0 : zone.rrset(name, type) !== undefined;
  if (isThere === (recordClass === CLASS.ANY)) return 0;
  if (byName) return isThere ? RCODES.YXDOMAIN : RCODES.NXDOMAIN;
  return isThere ? RCODES.YXRRSET : RCODES.NXRRSET;
}

/** Whether the zone's set of these records' owner and type consists of them, whatever its TTL. */
function isExactly(zone: ZoneData, records: readonly ResourceRecord[]): boolean {
  const { name, type } = records[0]!;
  const there = new Set(zone.rrset(name, type)?.rdatas.map((rdata) => rdataKey(type, rdata)));
  const wanted = new Set(records.map(({ rdata }) => rdataKey(type, rdata)));
  return there.size === wanted.size && [...wanted].every((key) => there.has(key));
}

/** RFC 2136 §3.4.1. */
function checkUpdates(zone: ZoneData, { authorities }: Message): number {
  for (const { name, type, ttl, class: recordClass, rdata } of authorities) {
    if (!name.isAtOrBelow(zone.origin)) return RCODES.NOTZONE;
    const isMeta = isMetaType(type);
    const isRight =
      recordClass === zone.class
        ? !isMeta
        : recordClass === CLASS.ANY
          ? ttl === 0 && rdata.length === 0 && (!isMeta || type === TYPE.ANY)
          : recordClass === CLASS.NONE && ttl === 0 && !isMeta;
    if (!isRight) return RCODES.FORMERR;
  }
  return 0;
}

/** RFC 2136 §3.4.2. */
function applyRecord(edit: ZoneEdit, record: ResourceRecord): void {
  if (record.class === CLASS.ANY) deleteSets(edit, record);
  else if (record.class === CLASS.NONE) deleteRecord(edit, record);
  else addRecord(edit, record);
}

function addRecord(edit: ZoneEdit, record: ResourceRecord): void {
  const { name, type, rdata } = record;
  const others = edit.rrsetsAt(name);
  if (type === TYPE.CNAME) {
    if (others.some((set) => set.type !== TYPE.CNAME && !BESIDE_CNAME.has(set.type))) return;
  } else if (!BESIDE_CNAME.has(type) && others.some((set) => set.type === TYPE.CNAME)) {
    return;
  }
  if (type === TYPE.SOA) {
    const soa = edit.rrset(name, TYPE.SOA);
    if (soa === undefined) return;
    const [old, young] = [soaSerial(soa.rdatas[0]!), soaSerial(rdata)];
    if (young !== old && !isNewerSerial(young, old)) return;
  }
  edit.add(record, (other) => SINGLETONS.has(type) || (type === TYPE.WKS && isSameService(other, rdata)));
}

function isSameService(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a.subarray(0, WKS_KEY_BYTES), b.subarray(0, WKS_KEY_BYTES)) === 0;
}

/** The apex keeps its SOA and NS. */
function deleteSets(edit: ZoneEdit, { name, type }: ResourceRecord): void {
  const isApex = name.equals(edit.zone.origin);
  for (const set of edit.rrsetsAt(name)) {
    const isAsked = type === TYPE.ANY || type === set.type;
    if (isAsked && !(isApex && (set.type === TYPE.SOA || set.type === TYPE.NS))) edit.delete(name, set.type);
  }
}

/** The apex keeps its SOA and its last NS. */
function deleteRecord(edit: ZoneEdit, { name, type, rdata }: ResourceRecord): void {
  const isApex = name.equals(edit.zone.origin);
  if (isApex && type === TYPE.SOA) return;
  if (isApex && type === TYPE.NS && edit.rrset(name, type)?.rdatas.length === 1) return;
  edit.remove(name, type, rdata);
}

/** The change with its SOAs: under the next serial, unless the update has brought a newer one (RFC 2136 §3.6). */
function asVersion(zone: ZoneData, change: ZoneChange | undefined): { readonly change?: ZoneChange } {
  if (change === undefined) return {};
  const given = change.added.find(isSoa) ?? zone.soa;
  const serial = soaSerial(given.rdata);
  const soa = serial === zone.serial ? { ...given, rdata: withSerial(given.rdata, nextSerial(serial)) } : given;
  const rest = (records: readonly ResourceRecord[]): ResourceRecord[] => records.filter((record) => !isSoa(record));
  return { change: { removed: [zone.soa, ...rest(change.removed)], added: [soa, ...rest(change.added)] } };
}
