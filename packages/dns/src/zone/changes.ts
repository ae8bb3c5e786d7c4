/** Changes of zones: what two versions differ by, and several changes as one. */
import { DnsError } from "../errors.ts";
import type { Name } from "../name/name.ts";
import { canonicalRdata } from "../rdata/rdata.ts";
import { TYPE } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import { soaSerial } from "./serial.ts";
import type { ZoneChange, ZoneData } from "./zone-data.ts";

/** What equal names have in common and others have not. */
export function nameKey(name: Name): string {
  return latin1(name.folded().wire);
}

/** What equal data of one type have in common (RFC 2136 §1.1.1 compares as the canonical form does). */
export function rdataKey(type: number, rdata: Uint8Array): string {
  return latin1(canonicalOrItself(type, rdata));
}

function latin1({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString("latin1");
}

function canonicalOrItself(type: number, rdata: Uint8Array): Uint8Array {
  try {
    return canonicalRdata(type, rdata);
  } catch (error) {
    if (error instanceof DnsError) return rdata;
    throw error;
  }
}

function recordKey({ name, type, ttl, rdata }: ResourceRecord): string {
  return `${type} ${ttl} ${nameKey(name)} ${rdataKey(type, rdata)}`;
}

/** The serials that a change leads from and to. Throws RangeError for a change that lacks one of its SOAs. */
export function serialsOf({ removed, added }: ZoneChange): { readonly from: number; readonly to: number } {
  const [before, after] = [removed.find(isSoa), added.find(isSoa)];
  if (before === undefined || after === undefined) throw new RangeError("a change without its SOAs");
  return { from: soaSerial(before.rdata), to: soaSerial(after.rdata) };
}

export function isSoa({ type }: ResourceRecord): boolean {
  return type === TYPE.SOA;
}

/** What makes `after` of `before`, the SOAs first. */
export function changeBetween(before: ZoneData, after: ZoneData): ZoneChange {
  const old = new Map<string, ResourceRecord>();
  for (const record of before.records()) if (!isSoa(record)) old.set(recordKey(record), record);
  const added: ResourceRecord[] = [after.soa];
  for (const record of after.records()) {
    if (!isSoa(record) && !old.delete(recordKey(record))) added.push(record);
  }
  return { removed: [before.soa, ...old.values()], added };
}

/** One change that does what `changes`, of which there is at least one, do one after the other (RFC 1995 §5). */
export function condensed(changes: readonly ZoneChange[]): ZoneChange {
  if (changes.length === 1) return changes[0]!;
  const removed = new Map<string, ResourceRecord>();
  const added = new Map<string, ResourceRecord>();
  for (const change of changes) {
    for (const record of change.removed) {
      if (isSoa(record)) continue;
      const key = recordKey(record);
      if (!added.delete(key)) removed.set(key, record);
    }
    for (const record of change.added) {
      if (isSoa(record)) continue;
      const key = recordKey(record);
      if (!removed.delete(key)) added.set(key, record);
    }
  }
  const [first, last] = [changes[0]!.removed.find(isSoa)!, changes.at(-1)!.added.find(isSoa)!];
  return { removed: [first, ...removed.values()], added: [last, ...added.values()] };
}
