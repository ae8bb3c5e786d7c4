/** A packet of the cache as the answer to one query: with its id, question and flags, what is left of the TTLs, and an OPT. Hot. */
import { FLAG, HEADER_BYTES } from "../message/message.ts";
import { TYPE } from "../rdata/types.ts";
import { ENTRY, type MessageCache } from "./message-cache.ts";
import { EDE } from "./outcome.ts";
import { OPT_BYTES, type QueryView } from "./query-view.ts";

/** Of an answer over UDP: what every path of today takes in one piece (DNS flag day 2020). */
export const MAX_UDP_BYTES = 1232;
/** The extended error "Cached Error" (RFC 8914 §4.14) as an option. */
const CACHED_ERROR = Uint8Array.of(0, 15, 0, 2, 0, EDE.CACHED_ERROR);

/** How long the answer from the entry at `at` is. */
export function cachedAnswerBytes(cache: MessageCache, at: number, view: QueryView): number {
  const opt = view.hasEdns ? OPT_BYTES + (isFailure(cache, at) ? CACHED_ERROR.length : 0) : 0;
  return cache.packetLength(at) + opt;
}

/** Writes it. `view` has read `query`, and `out` has room. */
export function writeCachedAnswer(
  cache: MessageCache,
  at: number,
  view: QueryView,
  query: Uint8Array,
  nowS: number,
  out: Uint8Array,
): void {
  copyPacket(cache, at, nowS, out);
  out[0] = query[0]!;
  out[1] = query[1]!;
  out[2]! |= query[2]! & (FLAG.RD >> 8);
  out[3] = (out[3]! & 15) | FLAG.RA | (query[3]! & FLAG.CD);
  const questionEnd = HEADER_BYTES + view.questionBytes;
  for (let i = HEADER_BYTES; i < questionEnd; i++) out[i] = query[i]!;
  if (!view.hasEdns) return;
  out[11]! += 1;
  writeOpt(out, cache.packetLength(at), view.dnssecOk, isFailure(cache, at));
}

function isFailure(cache: MessageCache, at: number): boolean {
  return (cache.flags(at) & ENTRY.FAILURE) !== 0;
}

function copyPacket(cache: MessageCache, at: number, nowS: number, out: Uint8Array): void {
  const start = cache.packetAt(at);
  cache.bytes.copy(out, 0, start, start + cache.packetLength(at));
  const age = nowS - cache.storedS(at);
  if (age <= 0 || (cache.flags(at) & ENTRY.FIXED) !== 0) return;
  for (let i = cache.ttlCount(at) - 1; i >= 0; i--) {
    const offset = cache.ttlOffset(at, i);
    const ttl = ((out[offset]! << 24) | (out[offset + 1]! << 16) | (out[offset + 2]! << 8) | out[offset + 3]!) - age;
    out[offset] = ttl >>> 24;
    out[offset + 1] = ttl >>> 16;
    out[offset + 2] = ttl >>> 8;
    out[offset + 3] = ttl;
  }
}

function writeOpt(out: Uint8Array, at: number, dnssecOk: boolean, hasError: boolean): void {
  out[at] = 0;
  out[at + 1] = 0;
  out[at + 2] = TYPE.OPT;
  out[at + 3] = MAX_UDP_BYTES >> 8;
  out[at + 4] = MAX_UDP_BYTES & 0xff;
  out[at + 5] = 0;
  out[at + 6] = 0;
  out[at + 7] = dnssecOk ? 0x80 : 0;
  out[at + 8] = 0;
  out[at + 9] = 0;
  out[at + 10] = hasError ? CACHED_ERROR.length : 0;
  if (hasError) out.set(CACHED_ERROR, at + OPT_BYTES);
}
