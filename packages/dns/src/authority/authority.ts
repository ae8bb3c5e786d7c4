/**
 * Answers of the zones that are served here: a query's bytes in, an answer's bytes out, in the caller's memory. Hot: bench/dns.bench.ts.
 *
 * The way of nearly every query: its name is read and hashed once (query-reader.ts), its zone and its place there found by probing hashes
 * (zone/match.ts), and the sections copied behind the question: a set as it stands in the zone (zone/record-block.ts), or an answer that
 * was composed before (answer-cache.ts). Only what is asked for the first time is composed (composer.ts). No object is made for a query.
 */
import { DnsError } from "../errors.ts";
import { RCODES } from "../message/rcodes.ts";
import { decodeMessage } from "../message/decode.ts";
import { encodeMessage } from "../message/encode.ts";
import { DNSSEC_OK, FLAG, HEADER_BYTES, type Message, OPCODE } from "../message/message.ts";
import { replyTo } from "../message/reply.ts";
import { CLASS, TYPE } from "../rdata/types.ts";
import { MAX_MESSAGE_BYTES } from "../wire/writer.ts";
import { offsetOf } from "../zone/byte-arena.ts";
import { MATCH, ZoneMatch } from "../zone/match.ts";
import { APEX, NODE_FLAG } from "../zone/name-index.ts";
import { findSet, firstSet, read16, read32, SET_HEADER_BYTES, write16, write32 } from "../zone/record-block.ts";
import type { ZoneData } from "../zone/zone-data.ts";
import type { ZoneSet } from "../zone/zone-set.ts";
import { AnswerCache, KIND } from "./answer-cache.ts";
import { ChaosAnswers } from "./chaos.ts";
import { Composer, zoneFor } from "./composer.ts";
import { COOKIE_BYTES, type CookieOptions, ServerCookies } from "./cookies.ts";
import { QueryReader, READ } from "./query-reader.ts";
import { RateLimiter, type RateLimit, VERDICT } from "./rate-limit.ts";
import { compressedLayout } from "./rdata-names.ts";
import { copyBytes, ResponseWriter } from "./response-writer.ts";

/** Who asks. One object a socket, reused: only valid within the call. */
export interface Client {
  address: string;
  port: number;
  tcp: boolean;
}

/** Somebody else has to answer this query. */
export const NOT_HERE = -1;

export interface AuthorityOptions {
  readonly zones: ZoneSet;
  /** The zones that a client sees instead; undefined for `zones`. */
  readonly viewOf?: (client: Client) => ZoneSet | undefined;
  /** What servers of one address are told apart by (RFC 5001). */
  readonly nsid?: Uint8Array;
  /** Answer to version.bind and version.server; refused without. */
  readonly version?: string;
  /** Answer to id.server and hostname.bind; refused without. */
  readonly identity?: string;
  /** Neither authority nor additional section where an answer is complete without; addresses come with referrals and NS sets only. */
  readonly minimalResponses: boolean;
  /** Most bytes of an answer over UDP, and what OPT records say. */
  readonly udpPayload: number;
  /** Unlimited without. Answers over TCP, and to clients with a cookie of ours, do not count. */
  readonly rrl?: RateLimit;
  /** No cookies without. */
  readonly cookies?: CookieOptions;
  /** What TCP clients that ask are told how long they may be idle (RFC 7828); they are told nothing without. */
  readonly tcpIdleMs?: number;
  /** Whether somebody else answers for names in none of the zones; without, they are refused. */
  readonly elsewhere: boolean;
  /** Milliseconds since 1970: cookies say them. */
  readonly now: () => number;
}

const MIN_UDP_BYTES = 512;
const OPT_BYTES = 11;
const EXTENDED_ERROR = { NONE: 0, NOT_READY: 14, NOT_AUTHORITATIVE: 20 } as const;
const OPTION = { NSID: 3, COOKIE: 10, KEEPALIVE: 11, EXTENDED_ERROR: 15 } as const;

export class Authority {
  readonly #options: AuthorityOptions;
  readonly #reader = new QueryReader();
  readonly #match = new ZoneMatch();
  readonly #writer = new ResponseWriter();
  readonly #composer: Composer;
  readonly #cache = new AnswerCache();
  readonly #viewCaches = new WeakMap<ZoneSet, AnswerCache>();
  readonly #chaos: ChaosAnswers;
  readonly #limiter: RateLimiter | undefined;
  readonly #cookies: ServerCookies | undefined;
  /** What the answer at hand says, until it is finished. */
  readonly #counts = new Uint16Array(3);
  #end = 0;
  #error: number = EXTENDED_ERROR.NONE;
  /** What makes the answer equal to others in the eyes of the rate limit. */
  #likeness = 0;

  constructor(options: AuthorityOptions) {
    this.#options = options;
    this.#composer = new Composer(this.#writer, options.minimalResponses);
    this.#chaos = new ChaosAnswers(options.version, options.identity);
    this.#limiter = options.rrl === undefined ? undefined : new RateLimiter(options.rrl);
    this.#cookies = options.cookies === undefined ? undefined : new ServerCookies(options.cookies);
  }

  /**
   * Writes the answer to `query[0…length)` into `out`, which has room for 65 535 bytes over TCP and `udpPayload` otherwise. Returns its
   * length, 0 for no answer at all (not a query, too short, above the rate limit), or NOT_HERE: opcodes but QUERY, several questions,
   * TSIG, transfers, and, with `elsewhere`, names in none of the zones.
   */
  answer(query: Uint8Array, length: number, client: Client, out: Uint8Array): number {
    const reader = this.#reader;
    const read = reader.read(query, length);
    if (read !== READ.DONE) return this.#unusual(read, query, length, client, out);
    if (reader.type === TYPE.AXFR || reader.type === TYPE.IXFR) return NOT_HERE;
    const limit = client.tcp ? MAX_MESSAGE_BYTES : this.#udpLimit();
    return this.#respond(query, client, out, limit, this.#options.elsewhere, !client.tcp);
  }

  /**
   * The same as values: not cut, not counted by the rate limit, never NOT_HERE. A TSIG is passed over; opcodes but QUERY and transfers get
   * NOTIMP, several questions FORMERR, names in none of the zones REFUSED.
   */
  answerMessage(query: Message, client: Client): Message {
    const { opcode, questions } = query;
    const type = questions[0]?.type;
    if (opcode !== OPCODE.QUERY || type === TYPE.AXFR || type === TYPE.IXFR)
      return replyTo(query, { rcode: RCODES.NOTIMP }, this.#options.udpPayload);
    if (questions.length !== 1) return replyTo(query, { rcode: RCODES.FORMERR }, this.#options.udpPayload);
    const bytes = canonicalQuery(query);
    if (this.#reader.read(bytes, bytes.length) !== READ.DONE)
      return replyTo(query, { rcode: RCODES.FORMERR }, this.#options.udpPayload);
    const out = new Uint8Array(MAX_MESSAGE_BYTES);
    const length = this.#respond(bytes, client, out, MAX_MESSAGE_BYTES, false, false);
    return decodeMessage(out.subarray(0, length));
  }

  #udpLimit(): number {
    const { hasEdns, payload } = this.#reader;
    return hasEdns ? Math.min(this.#options.udpPayload, Math.max(MIN_UDP_BYTES, payload)) : MIN_UDP_BYTES;
  }

  /** What is no query of one question with at most an OPT record behind it. */
  #unusual(read: number, query: Uint8Array, length: number, client: Client, out: Uint8Array): number {
    if (read === READ.IGNORED) return 0;
    if (read === READ.MALFORMED) return this.#malformed(query, out);
    const { questionEnd, type } = this.#reader;
    if (questionEnd === 0 || type === TYPE.AXFR || type === TYPE.IXFR) return NOT_HERE;
    let message: Message;
    try {
      message = decodeMessage(query.subarray(0, length));
    } catch (error) {
      if (error instanceof DnsError) return this.#malformed(query, out);
      throw error;
    }
    if (message.tsig !== undefined) return NOT_HERE;
    // Records that mean nothing here are passed over, as Knot and BIND do.
    const bytes = canonicalQuery(message);
    return this.answer(bytes, bytes.length, client, out);
  }

  #malformed(query: Uint8Array, out: Uint8Array): number {
    const { questionEnd } = this.#reader;
    const end = questionEnd === 0 ? HEADER_BYTES : questionEnd;
    copyBytes(query, 0, out, 0, end);
    this.#clear(end);
    const at = this.#reader.hasEdns ? this.#writeOpt(out, end, 0, undefined, query) : end;
    return this.#header(query, out, at, RCODES.FORMERR, questionEnd === 0 ? 0 : 1);
  }

  /** The answer to the query that `#reader` has read. */
  #respond(
    query: Uint8Array,
    client: Client,
    out: Uint8Array,
    limit: number,
    elsewhere: boolean,
    isLimited: boolean,
  ): number {
    const reader = this.#reader;
    const { questionEnd } = reader;
    copyBytes(query, 0, out, 0, questionEnd);
    this.#clear(questionEnd);
    const room = reader.hasEdns ? limit - this.#optBytes(client) : limit;
    const flags = this.#sections(client, out, room, elsewhere);
    if (flags === NOT_HERE) return NOT_HERE;
    let at = this.#end;
    let shown = flags;
    if (isLimited && this.#limiter !== undefined) {
      const verdict = this.#verdict(this.#limiter, client, query, flags);
      if (verdict === VERDICT.DROP) return 0;
      if (verdict === VERDICT.SLIP) {
        this.#counts.fill(0);
        at = questionEnd;
        shown = flags | FLAG.TC;
      }
    }
    if (reader.hasEdns) at = this.#writeOpt(out, at, shown & 0xff, client, query);
    return this.#header(query, out, at, shown, 1);
  }

  #clear(end: number): void {
    this.#counts[0] = this.#counts[1] = this.#counts[2] = 0;
    this.#end = end;
    this.#error = EXTENDED_ERROR.NONE;
    this.#likeness = 0;
  }

  /** Writes the sections; returns AA, TC and the rcode (with BADVERS above a header's four bits), or NOT_HERE. */
  #sections(client: Client, out: Uint8Array, room: number, elsewhere: boolean): number {
    const reader = this.#reader;
    if (reader.hasEdns && reader.version !== 0) return RCODES.BADVERS;
    const { name, type } = reader;
    if (reader.class !== CLASS.IN) {
      if (reader.class === CLASS.CH) return this.#aboutServer(out);
      if (reader.class !== CLASS.ANY) return RCODES.REFUSED;
    }
    const { viewOf } = this.#options;
    const zones = (viewOf === undefined ? undefined : viewOf(client)) ?? this.#options.zones;
    const served = zoneFor(zones, name, type);
    if (served === undefined) {
      if (elsewhere) return NOT_HERE;
      this.#error = EXTENDED_ERROR.NOT_AUTHORITATIVE;
      return RCODES.REFUSED;
    }
    const zone = served.current;
    if (zone === undefined) {
      this.#error = EXTENDED_ERROR.NOT_READY;
      return RCODES.SERVFAIL;
    }
    const flags = this.#fromZone(zones, zone, out, room);
    // An answer of all classes is never authoritative (RFC 1034 §6.2.2).
    return reader.class === CLASS.ANY ? flags & ~FLAG.AA : flags;
  }

  #fromZone(zones: ZoneSet, zone: ZoneData, out: Uint8Array, room: number): number {
    const { name, type, questionEnd } = this.#reader;
    const { arena, index } = zone.store;
    const match = this.#match;
    match.find(index, name, type);
    let { label } = match;
    let address = index.data(match.node);
    let kind = type;
    this.#likeness = name.hashes[label]! ^ type;
    if (match.kind === MATCH.EXACT || match.kind === MATCH.WILDCARD) {
      const set = address === 0 ? -1 : setOfType(arena.chunkOf(address), offsetOf(address), type);
      if (set !== -1) {
        const chunk = arena.chunkOf(address);
        const end = this.#copySet(chunk, set, out, room);
        if (end !== 0) return FLAG.AA;
      } else if ((index.flags(match.node) & NODE_FLAG.CNAME) === 0) {
        kind = KIND.NO_DATA;
      }
    } else if (match.kind === MATCH.REFERRAL) {
      kind = KIND.REFERRAL;
    } else if (match.kind === MATCH.NOTHING) {
      kind = KIND.NO_NAME;
    }
    if (kind === KIND.NO_DATA || kind === KIND.NO_NAME) {
      label = name.labelCount - zone.origin.labelCount;
      address = index.data(APEX);
      this.#likeness = name.hashes[label]! ^ kind;
    }
    const cache = this.#cacheOf(zones);
    // An answer about `*` itself is not the one of the names that it stands for.
    const isCached = match.kind !== MATCH.DNAME && !(match.kind === MATCH.EXACT && name.isWildcard);
    if (isCached) {
      const entry = cache.find(arena.id, address, kind, zones.generation);
      if (entry !== -1 && questionEnd + cache.length(entry) <= room) {
        this.#end = cache.copy(entry, out, questionEnd, name.length);
        for (let section = 0; section < 3; section++) this.#counts[section] = cache.count16(entry, section);
        return cache.flags(entry);
      }
    }
    const writer = this.#writer;
    const composer = this.#composer;
    writer.begin(out, questionEnd, room, name, label);
    const flags = composer.compose(zones, zone, match, name, type);
    this.#end = writer.length;
    this.#counts.set(writer.counts);
    if (isCached && !composer.personal) {
      cache.keep(arena.id, address, kind, composer.dependent ? zones.generation : 0, flags, writer, name);
    }
    return flags;
  }

  /** A set that is its own answer: without names to compress, without anything to come along. 0 for others, and when it does not fit. */
  #copySet(chunk: Uint8Array, set: number, out: Uint8Array, room: number): number {
    const type = read16(chunk, set);
    const at = this.#reader.questionEnd;
    const size = read32(chunk, set + 4);
    if (!this.#options.minimalResponses || type === TYPE.NS || compressedLayout(type) !== undefined) return 0;
    if (at + size > room) return 0;
    copyBytes(chunk, set + SET_HEADER_BYTES, out, at, size);
    this.#counts[0] = read16(chunk, set + 2);
    return (this.#end = at + size);
  }

  #cacheOf(zones: ZoneSet): AnswerCache {
    if (zones === this.#options.zones) return this.#cache;
    const known = this.#viewCaches.get(zones);
    if (known !== undefined) return known;
    const fresh = new AnswerCache();
    this.#viewCaches.set(zones, fresh);
    return fresh;
  }

  #aboutServer(out: Uint8Array): number {
    const { name, type, questionEnd } = this.#reader;
    const record = this.#chaos.find(name, type);
    if (record === undefined) return RCODES.REFUSED;
    out.set(record, questionEnd);
    this.#end = questionEnd + record.length;
    this.#counts[0] = 1;
    return RCODES.NOERROR;
  }

  #verdict(limiter: RateLimiter, client: Client, query: Uint8Array, flags: number): number {
    const { cookieAt, cookieLength, hasEdns } = this.#reader;
    const now = this.#options.now();
    const isKnown =
      hasEdns &&
      cookieLength !== 0 &&
      this.#cookies?.isOurs(query, cookieAt, cookieLength, client.address, Math.floor(now / 1000)) === true;
    return isKnown ? VERDICT.SEND : limiter.judge(client.address, this.#likeness ^ ((flags & 0xff) << 24), now);
  }

  /** How long the OPT record is going to be. */
  #optBytes(client: Client): number {
    const { nsid, tcpIdleMs } = this.#options;
    const { wantsNsid, wantsKeepalive, cookieLength, version } = this.#reader;
    if (version !== 0) return OPT_BYTES;
    return (
      OPT_BYTES +
      (wantsNsid && nsid !== undefined ? 4 + nsid.length : 0) +
      (cookieLength !== 0 && this.#cookies !== undefined ? 4 + COOKIE_BYTES : 0) +
      (wantsKeepalive && client.tcp && tcpIdleMs !== undefined ? 6 : 0)
    );
  }

  /** Writes the OPT record and returns its end; without a client, no options. */
  #writeOpt(out: Uint8Array, at: number, rcode: number, client: Client | undefined, query: Uint8Array): number {
    const reader = this.#reader;
    out[at] = 0;
    write16(out, at + 1, TYPE.OPT);
    write16(out, at + 3, this.#options.udpPayload);
    out[at + 5] = rcode >> 4;
    out[at + 6] = 0;
    write16(out, at + 7, reader.dnssecOk ? DNSSEC_OK : 0);
    const options = at + OPT_BYTES;
    const end =
      client === undefined || reader.version !== 0 ? options : this.#writeOptions(out, options, client, query);
    write16(out, at + 9, end - options);
    this.#counts[2]! += 1;
    return end;
  }

  #writeOptions(out: Uint8Array, start: number, client: Client, query: Uint8Array): number {
    const { nsid, tcpIdleMs, now } = this.#options;
    const { wantsNsid, wantsKeepalive, cookieAt, cookieLength } = this.#reader;
    let at = start;
    if (wantsNsid && nsid !== undefined) {
      at = optionHead(out, at, OPTION.NSID, nsid.length);
      out.set(nsid, at);
      at += nsid.length;
    }
    if (cookieLength !== 0 && this.#cookies !== undefined) {
      at = optionHead(out, at, OPTION.COOKIE, COOKIE_BYTES);
      this.#cookies.write(out, at, query, cookieAt, client.address, Math.floor(now() / 1000));
      at += COOKIE_BYTES;
    }
    if (wantsKeepalive && client.tcp && tcpIdleMs !== undefined) {
      at = optionHead(out, at, OPTION.KEEPALIVE, 2);
      write16(out, at, Math.min(0xffff, Math.floor(tcpIdleMs / 100)));
      at += 2;
    }
    if (this.#error !== EXTENDED_ERROR.NONE) {
      at = optionHead(out, at, OPTION.EXTENDED_ERROR, 2);
      write16(out, at, this.#error);
      at += 2;
    }
    return at;
  }

  /** Writes the header and returns the message's length. */
  #header(query: Uint8Array, out: Uint8Array, length: number, flags: number, questions: number): number {
    out[0] = query[0]!;
    out[1] = query[1]!;
    out[2] = 0x80 | (query[2]! & 0x79) | ((flags >> 8) & 0x06);
    out[3] = flags & 15;
    write32(out, 4, (questions << 16) | this.#counts[0]!);
    write32(out, 8, (this.#counts[1]! << 16) | this.#counts[2]!);
    return length;
  }
}

function setOfType(chunk: Uint8Array, block: number, type: number): number {
  return type === TYPE.ANY ? firstSet(block) : findSet(chunk, block, type);
}

function optionHead(out: Uint8Array, at: number, code: number, length: number): number {
  write16(out, at, code);
  write16(out, at + 2, length);
  return at + 4;
}

/** A query with nothing but its question and its OPT record. */
function canonicalQuery({ tsig: _tsig, ...query }: Message): Uint8Array {
  return encodeMessage({
    ...query,
    response: false,
    opcode: OPCODE.QUERY,
    rcode: 0,
    answers: [],
    authorities: [],
    additionals: [],
  });
}
