/**
 * The messages of an AXFR → a zone, record by record into the zone's blocks, without an object for any of them. `reader.ts` does the same
 * with values, for IXFR and for who wants the records; a test holds both equal.
 *
 * Hot: bench/million.bench.ts has a million records.
 */
import { DnsError } from "../errors.ts";
import { FLAG, HEADER_BYTES, type MessageTsig } from "../message/message.ts";
import { FOLD } from "../zone/lookup-name.ts";
import { MAX_LABEL_BYTES, MAX_NAME_BYTES } from "../name/limits.ts";
import type { Name } from "../name/name.ts";
import type { Tsig } from "../rdata/formats/dnssec.ts";
import { copyRdata, MAX_RDATA_BYTES, parseRdata } from "../rdata/rdata.ts";
import { CLASS, TYPE } from "../rdata/types.ts";
import { MAX_TTL } from "../text/duration.ts";
import { MAX_POINTERS, WireReader } from "../wire/reader.ts";
import { WireWriter } from "../wire/writer.ts";
import { ZoneBuilder } from "../zone/zone-builder.ts";
import { ZoneData } from "../zone/zone-data.ts";
import { TransferError } from "./errors.ts";
import { DEFAULT_TRANSFER_LIMITS, type TransferLimits } from "./reader.ts";

const SERIAL_FROM_END = 20;

export class ZoneReceiver {
  readonly #origin: Name;
  readonly #class: number;
  readonly #limits: TransferLimits;
  readonly #builder: ZoneBuilder;
  readonly #rdata = new WireWriter("plain", MAX_RDATA_BYTES, 512);
  /** The newest record's owner, uncompressed. */
  readonly #owner = new Uint8Array(MAX_NAME_BYTES);
  #ownerLength = 0;
  #state: "start" | "zone" | "done" = "start";
  #serial = 0;
  #records = 0;
  #bytes = 0;

  constructor(origin: Name, zoneClass: number, limits: TransferLimits = DEFAULT_TRANSFER_LIMITS) {
    this.#origin = origin;
    this.#class = zoneClass;
    this.#limits = limits;
    this.#builder = new ZoneBuilder(origin, zoneClass);
  }

  get isDone(): boolean {
    return this.#state === "done";
  }

  /** Reads a message, of which nothing is kept; returns its signature. Throws TransferError, DnsError, ZoneError: then all was for nothing. */
  push(bytes: Uint8Array): MessageTsig | undefined {
    if (this.#state === "done") throw new TransferError("protocol", "a message after the last");
    const reader = new WireReader(bytes);
    const counts = this.#header(reader);
    this.#question(reader, counts.questions);
    for (let left = counts.answers; left > 0; left--) this.#answer(reader);
    for (let left = counts.authorities; left > 0; left--) this.#skip(reader);
    let tsig: MessageTsig | undefined;
    for (let left = counts.additionals; left > 0; left--) tsig = this.#additional(reader, left === 1) ?? tsig;
    if (reader.remaining > 0) throw new DnsError("trailing-bytes", `${reader.remaining} bytes after the last record`);
    return tsig;
  }

  /** The zone, after the last message. Throws ZoneError for what is none. */
  zone(): ZoneData {
    return ZoneData.fromBuilder(this.#origin, this.#class, this.#builder);
  }

  #header(reader: WireReader): { questions: number; answers: number; authorities: number; additionals: number } {
    if (reader.remaining < HEADER_BYTES) throw new DnsError("truncated", "a message shorter than its header");
    reader.skip(2);
    const flags = reader.u16();
    const [questions, answers, authorities, additionals] = [reader.u16(), reader.u16(), reader.u16(), reader.u16()];
    if ((flags & FLAG.QR) === 0 || ((flags >> 11) & 15) !== 0) throw new TransferError("protocol", "not an answer");
    refuseRcode(flags & 15);
    if ((flags & FLAG.TC) !== 0) throw new TransferError("protocol", "a truncated message");
    return { questions, answers, authorities, additionals };
  }

  #question(reader: WireReader, count: number): void {
    for (let left = count; left > 0; left--) {
      const isOurs = reader.name().equals(this.#origin);
      const [type, questionClass] = [reader.u16(), reader.u16()];
      if (count > 1 || !isOurs || type !== TYPE.AXFR || questionClass !== this.#class) {
        throw new TransferError("protocol", "an answer to another question");
      }
    }
  }

  #answer(reader: WireReader): void {
    const isNew = this.#readOwner(reader);
    const type = reader.u16();
    const recordClass = reader.u16();
    const ttl = reader.u32();
    const length = reader.u16();
    if (type === TYPE.OPT || type === TYPE.TSIG) throw new DnsError("bad-message", "OPT or TSIG where none may be");
    const rdata = this.#readRdata(reader, type, length);
    this.#count(rdata.length);
    const isInside = isNew ? this.#isInside() : true;
    if (type === TYPE.SOA) return this.#soa(isInside && recordClass === this.#class, ttl, rdata);
    if (this.#state === "start") throw new TransferError("protocol", "the first record is no SOA");
    if (this.#state === "done") throw new TransferError("protocol", "a record after the last SOA");
    // What is not of this zone is nobody's to say here.
    if (recordClass !== this.#class || !isInside) {
      this.#ownerLength = 0;
      return;
    }
    this.#add(type, ttl, rdata);
  }

  #soa(isInside: boolean, ttl: number, rdata: Uint8Array): void {
    if (this.#state === "done") throw new TransferError("protocol", "a SOA after the last");
    if (!isInside || this.#ownerLength !== this.#origin.wire.length) {
      throw new TransferError("protocol", "a SOA of another zone");
    }
    const at = rdata.length - SERIAL_FROM_END;
    const serial = new DataView(rdata.buffer, rdata.byteOffset).getUint32(at);
    if (this.#state === "start") {
      this.#serial = serial;
      this.#state = "zone";
      this.#add(TYPE.SOA, ttl, rdata);
      return;
    }
    if (serial !== this.#serial) {
      throw new TransferError("protocol", `it began with serial ${this.#serial} and ends with ${serial}`);
    }
    this.#state = "done";
  }

  #add(type: number, ttl: number, rdata: Uint8Array): void {
    // RFC 2181 §8: the upper bit of a TTL makes it 0.
    this.#builder.add(this.#owner, this.#ownerLength, type, ttl > MAX_TTL ? 0 : ttl, rdata, rdata.length);
  }

  #count(rdataBytes: number): void {
    const { records, bytes } = this.#limits;
    this.#records += 1;
    this.#bytes += this.#ownerLength + rdataBytes + 10;
    if (this.#records > records) throw new TransferError("limit", `more than ${records} records`);
    if (this.#bytes > bytes) throw new TransferError("limit", `more than ${bytes} bytes`);
  }

  /** Uncompressed, and as its type's format has it; a view that is valid until the next. */
  #readRdata(reader: WireReader, type: number, length: number): Uint8Array {
    // Most records of most zones; the length is all that there is to be wrong.
    if ((type === TYPE.A && length === 4) || (type === TYPE.AAAA && length === 16)) return reader.take(length);
    this.#rdata.truncate(0);
    copyRdata(type, length, reader, this.#rdata);
    return this.#rdata.view();
  }

  /**
   * Reads a name into `#owner`; whether it may be another than the one before. As `WireReader.name` does, with the same refusals.
   */
  #readOwner(reader: WireReader): boolean {
    const { bytes } = reader;
    const owner = this.#owner;
    const end = reader.end;
    let at = reader.at;
    let runStart = at;
    let after = -1;
    let length = 0;
    let pointers = 0;
    let limit = end;
    let isSame = true;
    for (;;) {
      if (at >= limit) throw new DnsError("truncated", "a name ends within the message");
      const size = bytes[at]!;
      if (size <= MAX_LABEL_BYTES) {
        if (size >= limit - at) throw new DnsError("truncated", "a name ends within the message");
        if (length + size + 1 > MAX_NAME_BYTES) throw new DnsError("name-too-long", "a name is longer than 255 bytes");
        for (let i = 0; i <= size; i++) {
          const byte = bytes[at + i]!;
          if (owner[length + i] !== byte) {
            owner[length + i] = byte;
            isSame = false;
          }
        }
        length += size + 1;
        at += size + 1;
        if (size === 0) break;
      } else if (size >= 0xc0) {
        if (at + 1 >= limit) throw new DnsError("truncated", "a pointer ends within the message");
        const target = ((size & 0x3f) << 8) | bytes[at + 1]!;
        if (after === -1) after = at + 2;
        if (target >= runStart || ++pointers > MAX_POINTERS) {
          throw new DnsError("bad-pointer", "a compression pointer that does not lead backwards");
        }
        limit = end;
        at = target;
        runStart = target;
      } else {
        throw new DnsError("bad-label", "a label of a reserved kind");
      }
    }
    reader.at = after === -1 ? at : after;
    const isNew = !isSame || length !== this.#ownerLength;
    this.#ownerLength = length;
    return isNew;
  }

  /** Whether the owner is at or below the zone's apex. */
  #isInside(): boolean {
    const owner = this.#owner;
    const { wire } = this.#origin;
    let at = 0;
    while (this.#ownerLength - at > wire.length) at += owner[at]! + 1;
    if (this.#ownerLength - at !== wire.length) return false;
    for (let i = 0; i < wire.length; i++) if (FOLD[owner[at + i]!] !== FOLD[wire[i]!]) return false;
    return true;
  }

  /** A record that says nothing about the zone. */
  #skip(reader: WireReader): void {
    reader.name();
    const type = reader.u16();
    reader.skip(6);
    if (type === TYPE.OPT || type === TYPE.TSIG) throw new DnsError("bad-message", "OPT or TSIG where none may be");
    const length = reader.u16();
    this.#rdata.truncate(0);
    copyRdata(type, length, reader, this.#rdata);
  }

  #additional(reader: WireReader, isLast: boolean): MessageTsig | undefined {
    const offset = reader.at;
    const key = reader.name();
    const type = reader.u16();
    if (type === TYPE.OPT) {
      reader.skip(2);
      const extendedRcode = reader.u8();
      reader.skip(3);
      reader.skip(reader.u16());
      refuseRcode(extendedRcode << 4);
      return undefined;
    }
    if (type !== TYPE.TSIG) {
      reader.at = offset;
      this.#skip(reader);
      return undefined;
    }
    const [recordClass, ttl] = [reader.u16(), reader.u32()];
    if (!isLast || recordClass !== CLASS.ANY || ttl !== 0) throw new DnsError("bad-message", "a misplaced TSIG record");
    const value = parseRdata(TYPE.TSIG, reader.take(reader.u16()).slice()) as Tsig; // the format of TSIG made it
    return { key, value, offset };
  }
}

function refuseRcode(rcode: number): void {
  if (rcode !== 0) throw new TransferError("refused", `the server answers with rcode ${rcode}`, rcode);
}
