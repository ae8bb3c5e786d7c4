/** The ordinary query, read where it lies: one question in class IN, no records but OPT. Hot: a cache hit makes nothing but this. */
import { FLAG, HEADER_BYTES } from "../message/message.ts";
import { foldedByte, MAX_LABEL_BYTES, MAX_NAME_BYTES } from "../name/limits.ts";
import type { Name } from "../name/name.ts";
import { CLASS, TYPE } from "../rdata/types.ts";

/** Owner, type, class, TTL and length of an OPT record. */
export const OPT_BYTES = 11;
const LEAST_PAYLOAD = 512;

/** Which of several answers to a question: with DNSSEC records, unchecked. Part of the cache's key. */
export const VARIANT = { DO: 1, CD: 2 } as const;

export class QueryView {
  /** The question in lower case, with type and class, in its first `questionBytes`. */
  readonly question: Uint8Array = new Uint8Array(MAX_NAME_BYTES + 4);
  questionBytes = 0;
  /** Of the folded question and the variant. */
  hash = 0;
  variant = 0;
  type = 0;
  recursionDesired = false;
  hasEdns = false;
  dnssecOk = false;
  /** What the asker takes over UDP. */
  udpPayload = 0;

  /** False for everything else, which wants to be decoded. */
  read(query: Uint8Array, length: number): boolean {
    if (length < HEADER_BYTES + 5) return false;
    // QR 0, opcode 0, TC 0; one question, no answers, no authorities, one additional record at most.
    if ((query[2]! & 0xfa) !== 0 || query[4] !== 0 || query[5] !== 1 || query[10] !== 0 || query[11]! > 1) return false;
    if ((query[6]! | query[7]! | query[8]! | query[9]!) !== 0) return false;
    const end = this.#readQuestion(query, length);
    if (end === -1) return false;
    if (query[11] === 0) {
      this.hasEdns = this.dnssecOk = false;
      this.udpPayload = LEAST_PAYLOAD;
      if (end !== length) return false;
    } else if (!this.#readOpt(query, end, length)) return false;
    this.recursionDesired = (query[2]! & (FLAG.RD >> 8)) !== 0;
    this.#finish((this.dnssecOk ? VARIANT.DO : 0) | ((query[3]! & FLAG.CD) !== 0 ? VARIANT.CD : 0));
    return true;
  }

  /** The same of a question in class IN that did not come by bytes; says nothing of its asker. */
  set({ wire }: Name, type: number, variant: number): void {
    const query = new Uint8Array(HEADER_BYTES + wire.length + 4);
    query.set(wire, HEADER_BYTES);
    query.set([type >> 8, type & 0xff, 0, CLASS.IN], HEADER_BYTES + wire.length);
    this.#readQuestion(query, query.length);
    this.#finish(variant);
  }

  #finish(variant: number): void {
    const hash = Math.imul(this.hash ^ variant, 0x01000193);
    this.variant = variant;
    this.hash = hash ^ (hash >>> 15);
  }

  /** Where the question ends; -1 for one that is compressed, too long, not in class IN, or not there. */
  #readQuestion(query: Uint8Array, length: number): number {
    const { question } = this;
    let at = HEADER_BYTES;
    let hash = 0x811c9dc5;
    let size: number;
    do {
      if (at >= length) return -1;
      size = query[at]!;
      if (size > MAX_LABEL_BYTES || at + size - HEADER_BYTES >= MAX_NAME_BYTES || at + size >= length) return -1;
      for (const end = at + size; at <= end; at++) {
        const byte = foldedByte(query[at]!);
        question[at - HEADER_BYTES] = byte;
        hash = Math.imul(hash ^ byte, 0x01000193);
      }
    } while (size !== 0);
    if (at + 4 > length || query[at + 2] !== 0 || query[at + 3] !== CLASS.IN) return -1;
    const type = (query[at]! << 8) | query[at + 1]!;
    this.type = type;
    this.hash = Math.imul(hash ^ type, 0x01000193);
    for (let i = 0; i < 4; i++) question[at - HEADER_BYTES + i] = query[at + i]!;
    this.questionBytes = at + 4 - HEADER_BYTES;
    return at + 4;
  }

  /** OPT of version 0 at the end, whose options are well-formed; what they say matters to no cached answer. */
  #readOpt(query: Uint8Array, at: number, length: number): boolean {
    if (at + OPT_BYTES > length || query[at] !== 0 || query[at + 1] !== 0 || query[at + 2] !== TYPE.OPT) return false;
    if (query[at + 6] !== 0) return false;
    const end = at + OPT_BYTES + ((query[at + 9]! << 8) | query[at + 10]!);
    if (end !== length) return false;
    for (let option = at + OPT_BYTES; option < end;) {
      if (option + 4 > end) return false;
      // Options with a form that could be broken are the decoder's to check.
      const code = (query[option]! << 8) | query[option + 1]!;
      const size = (query[option + 2]! << 8) | query[option + 3]!;
      if (code === CLIENT_SUBNET || (code === COOKIE && size !== 8 && (size < 16 || size > 40))) return false;
      option += 4 + size;
      if (option > end) return false;
    }
    this.hasEdns = true;
    this.udpPayload = Math.max(LEAST_PAYLOAD, (query[at + 3]! << 8) | query[at + 4]!);
    this.dnssecOk = (query[at + 7]! & 0x80) !== 0;
    return true;
  }
}

const CLIENT_SUBNET = 8;
const COOKIE = 10;
