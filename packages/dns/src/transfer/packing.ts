/**
 * Records → the messages of a transfer: as many records a message as compression still reaches all of (RFC 5936 §2.2, §3.4).
 *
 * Hot: a zone of a million records is written here record by record; bench/transfer.bench.ts measures it.
 */
import { DnsError } from "../errors.ts";
import { FLAG, HEADER_BYTES, type Message } from "../message/message.ts";
import type { Name } from "../name/name.ts";
import { copyRdata } from "../rdata/rdata.ts";
import { formatOf } from "../rdata/registry.ts";
import { TYPE } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import { WireReader } from "../wire/reader.ts";
import { MAX_MESSAGE_BYTES, WireWriter } from "../wire/writer.ts";

/** A message is ended once it is longer: pointers do not reach what comes behind (RFC 1035 §4.1.4). */
const ENOUGH_BYTES = 0x4000;
const ANSWER_COUNT_OFFSET = 6;
const ADDITIONAL_COUNT_OFFSET = 10;
const OPT_BYTES = 11;

export interface PackingOptions {
  /** Bytes of each message that are left for a signature. */
  readonly reservedBytes?: number;
  /** Of the OPT record of the first message, when the query had one. */
  readonly udpPayload?: number;
}

/** The answers to `query`, which has one question, that carry `records`. Each message is a copy. Throws DnsError("too-long") for a record that fits into none. */
export function* packedMessages(
  query: Message,
  records: Iterable<ResourceRecord>,
  { reservedBytes = 0, udpPayload = 1232 }: PackingOptions = {},
): Generator<Uint8Array> {
  const question = query.questions[0]!;
  const maxBytes = MAX_MESSAGE_BYTES - reservedBytes - OPT_BYTES;
  let writer = new WireWriter("compress", 2 * MAX_MESSAGE_BYTES, ENOUGH_BYTES + 1024);
  let count = 0;
  let isFirst = true;
  let owner: Name | undefined;
  let ownerOffset = 0;
  const begin = (): void => {
    writer.u16(query.id);
    writer.u16(FLAG.QR | FLAG.AA | (query.recursionDesired ? FLAG.RD : 0));
    writer.bytes(new Uint8Array(HEADER_BYTES - 4));
    writer.patch16(4, 1);
    writer.name(question.name, "compressible");
    writer.u16(question.type);
    writer.u16(question.class);
    owner = question.name;
    ownerOffset = HEADER_BYTES;
    count = 0;
  };
  const end = (): Uint8Array => {
    writer.patch16(ANSWER_COUNT_OFFSET, count);
    if (isFirst && query.edns !== undefined) {
      writer.patch16(ADDITIONAL_COUNT_OFFSET, 1);
      const opt = new Uint8Array(OPT_BYTES);
      writeOpt(opt, 0, udpPayload);
      writer.bytes(opt);
    }
    isFirst = false;
    const bytes = writer.take();
    writer = new WireWriter("compress", 2 * MAX_MESSAGE_BYTES, ENOUGH_BYTES + 1024);
    return bytes;
  };
  const write = (record: ResourceRecord): void => {
    const { name, type, rdata } = record;
    // Records of one owner come together; their names are pointers without looking them up.
    if (owner !== undefined && sameBytes(owner.wire, name.wire)) {
      writer.u16(0xc000 | ownerOffset);
    } else {
      ownerOffset = writer.length;
      owner = ownerOffset < ENOUGH_BYTES ? name : undefined;
      writer.name(name, "compressible");
    }
    writer.u16(type);
    writer.u16(record.class);
    writer.u32(record.ttl);
    if (formatOf(type)?.hasNames === true) {
      writer.prefixed16(() => copyRdata(type, rdata.length, new WireReader(rdata), writer));
    } else {
      writer.u16(rdata.length);
      writer.bytes(rdata);
    }
  };
  begin();
  for (const record of records) {
    const start = writer.length;
    write(record);
    if (writer.length > maxBytes && count > 0) {
      writer.truncate(start);
      yield end();
      begin();
      write(record);
    }
    if (writer.length > maxBytes)
      throw new DnsError("too-long", `a record of ${record.rdata.length} bytes fits into no message`);
    count += 1;
    if (writer.length <= ENOUGH_BYTES) continue;
    yield end();
    begin();
  }
  if (count > 0) yield end();
}

/** Writes an OPT record without options (RFC 6891 §6.1.2); returns where it ends. */
export function writeOpt(out: Uint8Array, at: number, udpPayload = 1232): number {
  out.fill(0, at, at + OPT_BYTES);
  out[at + 2] = TYPE.OPT;
  out[at + 3] = udpPayload >>> 8;
  out[at + 4] = udpPayload;
  return at + OPT_BYTES;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
