/**
 * What a primary sends: a whole zone (AXFR, RFC 5936) or what has changed since a serial (IXFR, RFC 1995).
 *
 * Both end as they begin, with the newest SOA. Between these an IXFR has, for each change, the SOA before it, what went, the SOA after
 * it, what came. One that would be no shorter than the zone is answered with the zone.
 */
import { RCODES } from "../message/rcodes.ts";
import { encodeMessage } from "../message/encode.ts";
import type { Message } from "../message/message.ts";
import { replyTo } from "../message/reply.ts";
import { TYPE } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import { condensed, isSoa } from "../zone/changes.ts";
import { isNewerSerial, soaSerial } from "../zone/serial.ts";
import type { ZoneChange, ZoneData } from "../zone/zone-data.ts";
import { packedMessages, type PackingOptions } from "./packing.ts";
import { packedZone } from "./zone-packing.ts";

/** What a zone remembers of its past. */
export interface ZoneHistory {
  /** The changes that lead from `serial` to the newest version, the oldest first; none when it is the newest; undefined when that is forgotten. */
  since(serial: number): readonly ZoneChange[] | undefined;
}

export interface OutgoingOptions extends PackingOptions {
  readonly history?: ZoneHistory | undefined;
  /** Bytes of an answer over UDP; undefined over TCP. */
  readonly datagramBytes?: number | undefined;
}

/**
 * The answer to a transfer's query, which has one question, of the zone's name: messages for TCP, or one Message (all of an answer over
 * UDP, or FORMERR). `zone` is read while the messages are taken, and later versions change nothing in them.
 */
export function transferAnswer(
  zone: ZoneData,
  query: Message,
  options: OutgoingOptions = {},
): Message | Iterable<Uint8Array> {
  const { datagramBytes, udpPayload } = options;
  if (query.questions[0]!.type === TYPE.IXFR) return incrementalAnswer(zone, query, options);
  // RFC 5936 §4.2: over UDP there is no AXFR.
  if (datagramBytes !== undefined) return replyTo(query, { rcode: RCODES.FORMERR }, udpPayload);
  return packedZone(query, zone, options);
}

function incrementalAnswer(zone: ZoneData, query: Message, options: OutgoingOptions): Message | Iterable<Uint8Array> {
  const { history, datagramBytes, udpPayload, reservedBytes = 0 } = options;
  const known = query.authorities.find((record) => isSoa(record) && record.name.equals(zone.origin));
  if (known === undefined) return replyTo(query, { rcode: RCODES.FORMERR }, udpPayload);
  const serial = soaSerial(known.rdata);
  const isBehind = isNewerSerial(zone.serial, serial);
  const changes = isBehind ? history?.since(serial) : [];
  const differs = isBehind && changes !== undefined ? shorterThanZone(zone, changes) : undefined;
  const records = differs === undefined ? [zone.soa] : differences(zone, differs);
  if (datagramBytes === undefined) {
    return isBehind && differs === undefined
      ? packedZone(query, zone, options)
      : packedMessages(query, records, options);
  }
  const answer = (answers: readonly ResourceRecord[]): Message =>
    replyTo(query, { authoritative: true, answers }, udpPayload);
  // RFC 1995 §2: what does not fit is the newest SOA alone, and the client comes again over TCP.
  if (recordsIn(changes ?? []) * LEAST_RECORD_BYTES > datagramBytes) return answer([zone.soa]);
  const whole = answer([...records]);
  return encodeMessage(whole).length + reservedBytes <= datagramBytes ? whole : answer([zone.soa]);
}

/** Owner (a pointer), type, class, TTL and length: saves the work on what cannot fit into a datagram. */
const LEAST_RECORD_BYTES = 12;

/** What is sent of the changes; undefined when that is no shorter than the zone. */
function shorterThanZone(zone: ZoneData, changes: readonly ZoneChange[]): readonly ZoneChange[] | undefined {
  if (changes.length === 0) return undefined;
  const sent = worthCondensing(changes);
  return recordsIn(sent) >= zone.recordCount ? undefined : sent;
}

function recordsIn(changes: readonly ZoneChange[]): number {
  return changes.reduce((sum, { removed, added }) => sum + removed.length + added.length, 0);
}

/** As one when that is half as long or less (RFC 1995 §5): whoever takes them one by one can pass all of them on. */
function worthCondensing(changes: readonly ZoneChange[]): readonly ZoneChange[] {
  const one = [condensed(changes)];
  return recordsIn(one) * 2 <= recordsIn(changes) ? one : changes;
}

function* differences(zone: ZoneData, changes: readonly ZoneChange[]): Generator<ResourceRecord> {
  yield zone.soa;
  for (const { removed, added } of changes) {
    yield* soaFirst(removed);
    yield* soaFirst(added);
  }
  yield zone.soa;
}

function* soaFirst(records: readonly ResourceRecord[]): Generator<ResourceRecord> {
  yield* records.filter(isSoa);
  for (const record of records) if (!isSoa(record)) yield record;
}
