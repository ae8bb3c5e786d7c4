/**
 * Bytes → message. All of a message is checked: names, the rdata of types that have a format, EDNS options that have one, and that nothing
 * is left over. Work and memory are bounded by the message's length, since every question takes 5 bytes of it and every record 11.
 */
import { DnsError } from "../errors.ts";
import type { Name } from "../name/name.ts";
import type { Tsig } from "../rdata/formats/dnssec.ts";
import { copyRdata, parseRdata } from "../rdata/rdata.ts";
import { CLASS, TYPE, typeText } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import { MAX_TTL } from "../text/duration.ts";
import { WireReader } from "../wire/reader.ts";
import { MAX_MESSAGE_BYTES, WireWriter } from "../wire/writer.ts";
import {
  DNSSEC_OK,
  type Edns,
  type EdnsOption,
  FLAG,
  HEADER_BYTES,
  type Message,
  type MessageTsig,
  type Question,
} from "./message.ts";
import { checkOption } from "./options.ts";

/** Decompressed rdata: 65535 bytes of pointers to the longest name stay far below what this allows, and the message's length bounds them. */
const MAX_DECOMPRESSED_BYTES = 0xffff;

/** Where the rdata of one record after the other is decompressed, before it is copied out. */
const scratch = new WireWriter("plain", MAX_DECOMPRESSED_BYTES, 512);

/** Throws DnsError, whose `rcode` is what the sender is to be told. */
export function decodeMessage(bytes: Uint8Array): Message {
  if (bytes.length < HEADER_BYTES) throw new DnsError("truncated", "a message shorter than its header");
  if (bytes.length > MAX_MESSAGE_BYTES) throw new DnsError("too-long", "a message above 65535 bytes");
  return new MessageDecoder(bytes).message();
}

class MessageDecoder {
  readonly #reader: WireReader;
  #edns: Edns | undefined;
  /** EDNS's upper bits of the rcode. */
  #extendedRcode = 0;
  #tsig: MessageTsig | undefined;

  constructor(bytes: Uint8Array) {
    this.#reader = new WireReader(bytes);
  }

  message(): Message {
    const reader = this.#reader;
    const id = reader.u16();
    const flags = reader.u16();
    const [questionCount, answerCount, authorityCount, additionalCount] = [
      reader.u16(),
      reader.u16(),
      reader.u16(),
      reader.u16(),
    ];
    const questions = this.#questions(questionCount);
    const answers = this.#records(answerCount);
    const authorities = this.#records(authorityCount);
    const additionals = this.#additionals(additionalCount);
    if (reader.remaining > 0) throw new DnsError("trailing-bytes", `${reader.remaining} bytes after the last record`);
    return {
      id,
      response: (flags & FLAG.QR) !== 0,
      opcode: (flags >> 11) & 15,
      authoritative: (flags & FLAG.AA) !== 0,
      truncated: (flags & FLAG.TC) !== 0,
      recursionDesired: (flags & FLAG.RD) !== 0,
      recursionAvailable: (flags & FLAG.RA) !== 0,
      reserved: (flags & FLAG.Z) !== 0,
      authenticData: (flags & FLAG.AD) !== 0,
      checkingDisabled: (flags & FLAG.CD) !== 0,
      rcode: (this.#extendedRcode << 4) | (flags & 15),
      questions,
      answers,
      authorities,
      additionals,
      ...(this.#edns === undefined ? {} : { edns: this.#edns }),
      ...(this.#tsig === undefined ? {} : { tsig: this.#tsig }),
    };
  }

  #questions(count: number): Question[] {
    const reader = this.#reader;
    const questions: Question[] = [];
    for (let i = 0; i < count; i++) questions.push({ name: reader.name(), type: reader.u16(), class: reader.u16() });
    return questions;
  }

  #records(count: number): ResourceRecord[] {
    const reader = this.#reader;
    const records: ResourceRecord[] = [];
    for (let i = 0; i < count; i++) {
      const name = reader.name();
      const type = reader.u16();
      if (type === TYPE.OPT || type === TYPE.TSIG) throw misplaced(type);
      records.push(this.#record(name, type));
    }
    return records;
  }

  /** OPT anywhere among them and once, TSIG last (RFC 6891 §6.1.1, RFC 8945 §5.1). */
  #additionals(count: number): ResourceRecord[] {
    const reader = this.#reader;
    const records: ResourceRecord[] = [];
    for (let i = 0; i < count; i++) {
      const offset = reader.at;
      const name = reader.name();
      const type = reader.u16();
      if (type === TYPE.OPT) {
        if (this.#edns !== undefined) throw misplaced(type);
        this.#edns = this.#opt(name);
      } else if (type === TYPE.TSIG) {
        if (i !== count - 1) throw misplaced(type);
        this.#tsig = this.#transactionSignature(name, offset);
      } else {
        records.push(this.#record(name, type));
      }
    }
    return records;
  }

  /** What follows the type. */
  #record(name: Name, type: number): ResourceRecord {
    const reader = this.#reader;
    const recordClass = reader.u16();
    const ttl = reader.u32();
    const length = reader.u16();
    // RFC 2181 §8: the upper bit of a TTL makes it 0.
    return {
      name,
      type,
      class: recordClass,
      ttl: ttl > MAX_TTL ? 0 : ttl,
      rdata: this.#rdata(type, recordClass, length),
    };
  }

  #rdata(type: number, recordClass: number, length: number): Uint8Array {
    const reader = this.#reader;
    // UPDATE asks about and deletes records without saying their data (RFC 2136 §2.4, §2.5).
    if (length === 0 && (recordClass === CLASS.ANY || recordClass === CLASS.NONE)) return new Uint8Array(0);
    scratch.reset();
    copyRdata(type, length, reader, scratch);
    return scratch.take();
  }

  #opt(name: Name): Edns {
    const reader = this.#reader;
    if (!name.isRoot) throw new DnsError("bad-message", "an OPT record whose owner is not the root");
    const udpPayload = reader.u16();
    this.#extendedRcode = reader.u8();
    const version = reader.u8();
    const flags = reader.u16();
    const options: EdnsOption[] = [];
    const length = reader.u16();
    reader.within(length, () => {
      while (reader.remaining > 0) {
        const option = { code: reader.u16(), data: reader.copy(reader.u16()) };
        // What options mean is for their version to say.
        if (version === 0) checkOption(option);
        options.push(option);
      }
    });
    const reservedFlags = flags & ~DNSSEC_OK;
    return {
      udpPayload,
      version,
      dnssecOk: (flags & DNSSEC_OK) !== 0,
      ...(reservedFlags === 0 ? {} : { reservedFlags }),
      options,
    };
  }

  #transactionSignature(key: Name, offset: number): MessageTsig {
    const { class: recordClass, ttl, rdata } = this.#record(key, TYPE.TSIG);
    if (recordClass !== CLASS.ANY || ttl !== 0)
      throw new DnsError("bad-message", "a TSIG record whose class is not ANY or whose TTL is not 0");
    return { key, value: parseRdata(TYPE.TSIG, rdata) as Tsig, offset }; // the format of TSIG made it
  }
}

function misplaced(type: number): DnsError {
  return new DnsError("bad-message", `${typeText(type)} where none may be, or twice`);
}
