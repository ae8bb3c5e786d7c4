/** Message → bytes: compressed, and cut at whole RRsets where they do not fit. */
import { DnsError } from "../errors.ts";
import { Name } from "../name/name.ts";
import { copyRdata, rdataBytes } from "../rdata/rdata.ts";
import { formatOf } from "../rdata/registry.ts";
import { CLASS, TYPE } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import { WireReader } from "../wire/reader.ts";
import { MAX_MESSAGE_BYTES, WireWriter } from "../wire/writer.ts";
import { DNSSEC_OK, type Edns, FLAG, HEADER_BYTES, type Message } from "./message.ts";

export interface EncodeOptions {
  /** 65535 unless it says otherwise; what does not fit is left out. */
  readonly maxBytes?: number;
  /** True unless it says otherwise. */
  readonly compress?: boolean;
}

/** A record is written before it is known whether it fits. */
const ROOM_FOR_ONE_MORE = 2 * MAX_MESSAGE_BYTES;
/**
 * One writer for all messages, since nothing of it is left when `encodeMessage` returns: its memory and its table cost more than the writing of a
 * small message.
 */
const compressing = new WireWriter("compress", ROOM_FOR_ONE_MORE);
const plain = new WireWriter("plain", ROOM_FOR_ONE_MORE);

/** Owner, type, class, TTL and length of an OPT record. */
const OPT_BYTES = 11;

/**
 * Answers and authorities that do not fit set TC; additional records just go (RFC 2181 §9). OPT and TSIG are always there.
 * Throws DnsError("too-long") when header, questions, OPT and TSIG alone are too much, "bad-rdata" for rdata against its format.
 */
export function encodeMessage(
  message: Message,
  { maxBytes = MAX_MESSAGE_BYTES, compress = true }: EncodeOptions = {},
): Uint8Array {
  const writer = compress ? compressing : plain;
  writer.reset();
  const { edns, tsig } = message;
  if (message.rcode > 15 && edns === undefined) throw new DnsError("bad-message", `rcode ${message.rcode} needs EDNS`);
  writer.bytes(new Uint8Array(HEADER_BYTES));
  for (const { name, type, class: questionClass } of message.questions) {
    writer.name(name, "compressible");
    writer.u16(type);
    writer.u16(questionClass);
  }
  const signature = tsig === undefined ? undefined : rdataBytes(tsig.value);
  const reserved =
    (edns === undefined ? 0 : optBytes(edns)) +
    (signature === undefined ? 0 : tsig!.key.wire.length + 10 + signature.length);
  const room = Math.min(maxBytes, MAX_MESSAGE_BYTES) - reserved;
  if (writer.length > room) throw new DnsError("too-long", `a message's fixed parts are above ${maxBytes} bytes`);

  const answers = writeSection(writer, message.answers, room);
  const cutAnswers = answers < message.answers.length;
  const authorities = cutAnswers ? 0 : writeSection(writer, message.authorities, room);
  const cut = cutAnswers || authorities < message.authorities.length;
  let additionals = cut ? 0 : writeSection(writer, message.additionals, room);

  if (edns !== undefined) {
    writeOpt(writer, edns, message.rcode >> 4);
    additionals += 1;
  }
  if (signature !== undefined) {
    // RFC 8945 §4.2: neither the key's name nor the algorithm is compressed.
    writer.name(tsig!.key, "exact");
    writeFixed(writer, TYPE.TSIG, CLASS.ANY, 0);
    writer.prefixed16(() => writer.bytes(signature));
    additionals += 1;
  }
  writer.patch16(0, message.id);
  writer.patch16(2, flagsOf(message, cut));
  for (const [i, count] of [message.questions.length, answers, authorities, additionals].entries()) {
    if (count > 0xffff) throw new DnsError("too-long", `a section of ${count} entries`);
    writer.patch16(4 + i * 2, count);
  }
  return writer.take();
}

function flagsOf(message: Message, cut: boolean): number {
  return (
    (message.response ? FLAG.QR : 0) |
    ((message.opcode & 15) << 11) |
    (message.authoritative ? FLAG.AA : 0) |
    (message.truncated || cut ? FLAG.TC : 0) |
    (message.recursionDesired ? FLAG.RD : 0) |
    (message.recursionAvailable ? FLAG.RA : 0) |
    (message.reserved ? FLAG.Z : 0) |
    (message.authenticData ? FLAG.AD : 0) |
    (message.checkingDisabled ? FLAG.CD : 0) |
    (message.rcode & 15)
  );
}

/** Writes RRsets until one does not fit below `room` bytes; returns how many records there are. */
function writeSection(writer: WireWriter, records: readonly ResourceRecord[], room: number): number {
  let setStart = 0;
  let setOffset = writer.length;
  for (let i = 0; i < records.length; i++) {
    if (i > 0 && !sameSet(records[i - 1]!, records[i]!)) {
      setStart = i;
      setOffset = writer.length;
    }
    writeRecord(writer, records[i]!);
    if (writer.length <= room) continue;
    writer.truncate(setOffset);
    return setStart;
  }
  return records.length;
}

function sameSet(a: ResourceRecord, b: ResourceRecord): boolean {
  return a.type === b.type && a.class === b.class && a.name.equals(b.name);
}

function writeRecord(writer: WireWriter, { name, type, class: recordClass, ttl, rdata }: ResourceRecord): void {
  writer.name(name, "compressible");
  writeFixed(writer, type, recordClass, ttl);
  writer.prefixed16(() => {
    if (rdata.length === 0 || formatOf(type)?.hasNames !== true) writer.bytes(rdata);
    else copyRdata(type, rdata.length, new WireReader(rdata), writer);
  });
}

function writeFixed(writer: WireWriter, type: number, recordClass: number, ttl: number): void {
  writer.u16(type);
  writer.u16(recordClass);
  writer.u32(ttl);
}

function optBytes({ options }: Edns): number {
  return options.reduce((sum, { data }) => sum + 4 + data.length, OPT_BYTES);
}

function writeOpt(
  writer: WireWriter,
  { udpPayload, version, dnssecOk, reservedFlags, options }: Edns,
  extendedRcode: number,
): void {
  writer.name(Name.root, "exact");
  writer.u16(TYPE.OPT);
  writer.u16(udpPayload);
  writer.u8(extendedRcode);
  writer.u8(version);
  writer.u16((dnssecOk ? DNSSEC_OK : 0) | (reservedFlags ?? 0));
  writer.prefixed16(() => {
    for (const { code, data } of options) {
      writer.u16(code);
      writer.prefixed16(() => writer.bytes(data));
    }
  });
}
