/**
 * A query's header, question and OPT record, read in place by one object, without memory. Hot: everything here runs for every packet.
 *
 * Only the shape that nearly all queries have is read: one question, and nothing but an OPT record behind it. Others are the codec's.
 */
import { DnsError } from "../errors.ts";
import { DNSSEC_OK, HEADER_BYTES } from "../message/message.ts";
import { checkOption } from "../message/options.ts";
import { TYPE } from "../rdata/types.ts";
import { LookupName } from "../zone/lookup-name.ts";
import { read16 } from "../zone/record-block.ts";

export const READ = {
  /** All is known. */
  DONE: 0,
  /** Not a query, or less than a header: no answer. */
  IGNORED: 1,
  /** FORMERR; `questionEnd` says whether the question can be repeated. */
  MALFORMED: 2,
  /** Another shape: records in other places, several questions, another opcode. */
  UNUSUAL: 3,
} as const;

const OPT_HEADER_BYTES = 11;
/** EDNS options that queries bring. */
const OPTION = { NSID: 3, COOKIE: 10, KEEPALIVE: 11, PADDING: 12 } as const;
const CLIENT_COOKIE_BYTES = 8;

export class QueryReader {
  readonly name: LookupName = new LookupName();
  type = 0;
  class = 0;
  /** Behind the question; 0 when there is none that can be read. */
  questionEnd = 0;
  hasEdns = false;
  /** Bytes that the client takes, as it says. */
  payload = 0;
  version = 0;
  dnssecOk = false;
  wantsNsid = false;
  wantsKeepalive = false;
  /** Where the cookie option's data stands, and its length; 0: none. */
  cookieAt = 0;
  cookieLength = 0;

  read(query: Uint8Array, length: number): number {
    this.questionEnd = 0;
    this.hasEdns = false;
    if (length < HEADER_BYTES || (query[2]! & 0x80) !== 0) return READ.IGNORED;
    if ((query[2]! & 0x78) !== 0) return READ.UNUSUAL;
    const questions = read16(query, 4);
    if (questions !== 1) return questions === 0 ? READ.MALFORMED : READ.UNUSUAL;
    const at = this.name.read(query, HEADER_BYTES, length);
    if (at === -1 || at + 4 > length) return READ.MALFORMED;
    this.type = read16(query, at);
    this.class = read16(query, at + 2);
    const end = at + 4;
    this.questionEnd = end;
    // Both counts at once.
    if ((query[6]! | query[7]! | query[8]! | query[9]! | query[10]!) !== 0) return READ.UNUSUAL;
    if (query[11] === 0) return end === length ? READ.DONE : READ.MALFORMED;
    if (query[11] !== 1 || query[end] !== 0 || read16(query, end + 1) !== TYPE.OPT) return READ.UNUSUAL;
    return this.#opt(query, end, length);
  }

  #opt(query: Uint8Array, at: number, length: number): number {
    const options = at + OPT_HEADER_BYTES;
    if (options > length || options + read16(query, at + 9) !== length) return READ.MALFORMED;
    this.hasEdns = true;
    this.payload = read16(query, at + 3);
    this.version = query[at + 6]!;
    this.dnssecOk = (read16(query, at + 7) & DNSSEC_OK) !== 0;
    this.wantsNsid = false;
    this.wantsKeepalive = false;
    this.cookieLength = 0;
    // What options mean is for their version to say.
    if (this.version !== 0) return READ.DONE;
    for (let option = options; option < length;) {
      if (option + 4 > length) return READ.MALFORMED;
      const code = read16(query, option);
      const size = read16(query, option + 2);
      option += 4;
      if (option + size > length || !this.#option(query, code, option, size)) return READ.MALFORMED;
      option += size;
    }
    return READ.DONE;
  }

  /** False for a malformed one. */
  #option(query: Uint8Array, code: number, at: number, size: number): boolean {
    switch (code) {
      case OPTION.NSID:
        this.wantsNsid = true;
        return true;
      case OPTION.KEEPALIVE:
        this.wantsKeepalive = true;
        return size === 0 || size === 2;
      case OPTION.PADDING:
        return true;
      case OPTION.COOKIE:
        if (size !== CLIENT_COOKIE_BYTES && (size < 16 || size > 40)) return false;
        // The first counts (RFC 7873 §5.2).
        if (this.cookieLength !== 0) return true;
        this.cookieAt = at;
        this.cookieLength = size;
        return true;
      default:
        return isWellFormed(code, query.subarray(at, at + size));
    }
  }
}

function isWellFormed(code: number, data: Uint8Array): boolean {
  try {
    checkOption({ code, data });
    return true;
  } catch (error) {
    if (error instanceof DnsError) return false;
    throw error;
  }
}
