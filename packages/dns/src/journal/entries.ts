/**
 * The journal's file: a header of 16 bytes, then entries to the end.
 *
 *     header   "TenonDnsJournal" and the version, 1
 *     entry    length of the body (u32) · CRC-32C of the body (u32) · body
 *     body     kind (u8) · what that has:
 *       change   serial before (u32) · after (u32) · count removed (u32) · removed records · added records, each with its SOA
 *       zone     first part? (u8) · records: part of a whole zone
 *       zoneEnd  serial (u32)
 *       timers   wall time of the last refresh (u64, ms) · of expiry (u64, ms)
 *     record   owner (wire) · type (u16) · class (u16) · TTL (u32) · length (u16) · rdata (wire)
 *
 * Numbers are big-endian. An entry counts when it is whole and its sum is right; with the first that does not, the file ends: whatever was
 * being written when the power went was not acknowledged.
 */
import { crc32c, type DiskFile } from "@tenon/kit";
import type { ResourceRecord } from "../record.ts";
import { WireReader } from "../wire/reader.ts";
import { WireWriter } from "../wire/writer.ts";

export const FILE_HEADER: Uint8Array = Buffer.from("TenonDnsJournal\u0001", "latin1");
/** Length and sum. */
const ENTRY_HEADER_BYTES = 8;
/** No entry is longer; a length above it is garbage. */
export const MAX_ENTRY_BYTES: number = 256 * 1024 * 1024;
/** Read at a time when the file is looked through. */
const READ_CHUNK_BYTES = 1 << 20;

export const KIND = { change: 1, zone: 2, zoneEnd: 3, timers: 4 } as const;

/** An entry around what `write` writes. Throws DnsError("too-long") above MAX_ENTRY_BYTES. */
export function entry(kind: number, write: (to: WireWriter) => void): Uint8Array {
  const writer = new WireWriter("plain", MAX_ENTRY_BYTES);
  writer.u32(0);
  writer.u32(0);
  writer.u8(kind);
  write(writer);
  const bytes = writer.take();
  const body = bytes.subarray(ENTRY_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length);
  view.setUint32(4, crc32c(body));
  return bytes;
}

export function writeRecord(to: WireWriter, { name, type, class: recordClass, ttl, rdata }: ResourceRecord): void {
  to.bytes(name.wire);
  to.u16(type);
  to.u16(recordClass);
  to.u32(ttl);
  to.u16(rdata.length);
  to.bytes(rdata);
}

export function readRecord(from: WireReader): ResourceRecord {
  const name = from.name("plain");
  const [type, recordClass, ttl] = [from.u16(), from.u16(), from.u32()];
  return { name, type, class: recordClass, ttl, rdata: from.copy(from.u16()) };
}

/** An entry's place in the file. */
export interface EntryPlace {
  readonly offset: number;
  /** Header included. */
  readonly bytes: number;
}

/** Reads the body at `place`, whose sum was right when the file was opened. */
export function readBody(file: DiskFile, { offset, bytes }: EntryPlace): WireReader {
  const body = new Uint8Array(bytes - ENTRY_HEADER_BYTES);
  readFully(file, body, offset + ENTRY_HEADER_BYTES);
  return new WireReader(body);
}

/** Whole entries in order, each with its body as a view that is valid until the next; stops at the first that is torn. */
export function* scanEntries(file: DiskFile): Generator<{ readonly place: EntryPlace; readonly body: Uint8Array }> {
  const size = file.size();
  let at = FILE_HEADER.length;
  /** What is in memory of the file, from `start` on. */
  let window: Uint8Array = new Uint8Array(0);
  let start = at;
  const view = (offset: number, length: number): Uint8Array => {
    if (offset + length > start + window.length) {
      window = new Uint8Array(Math.min(size - offset, Math.max(length, READ_CHUNK_BYTES)));
      start = offset;
      readFully(file, window, offset);
    }
    return window.subarray(offset - start, offset - start + length);
  };
  while (size - at >= ENTRY_HEADER_BYTES) {
    const header = new WireReader(view(at, ENTRY_HEADER_BYTES));
    const [length, sum] = [header.u32(), header.u32()];
    if (length === 0 || length > MAX_ENTRY_BYTES || length > size - at - ENTRY_HEADER_BYTES) return;
    const body = view(at + ENTRY_HEADER_BYTES, length);
    if (crc32c(body) !== sum) return;
    yield { place: { offset: at, bytes: ENTRY_HEADER_BYTES + length }, body };
    at += ENTRY_HEADER_BYTES + length;
  }
}

/** Throws RangeError when the file ends before. */
export function readFully(file: DiskFile, into: Uint8Array, offset: number): void {
  for (let done = 0; done < into.length;) {
    const got = file.read(into.subarray(done), offset + done);
    if (got === 0) throw new RangeError(`${file.path} is shorter than it was`);
    done += got;
  }
}
