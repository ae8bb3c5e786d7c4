/**
 * Response rate limiting, against our being used to flood others with answers to forged questions: so many equal answers a second for
 * each network, of the rest every n-th is a short one with TC, by which true clients come again over TCP (the scheme of BIND, NSD and Knot).
 *
 * A bucket for each network and kind of answer, in a table of fixed size; two that meet in one bucket push each other out.
 */
import { ipv4Bytes, ipv6Bytes } from "../rdata/fields/addresses.ts";

export interface RateLimit {
  /** Equal answers to a network in a second; 200 unless said. */
  readonly responsesPerSecond?: number;
  /** Of the answers above, every so manieth is sent cut to nothing with TC; 0: none, 1: all. 2 unless said. */
  readonly slip?: number;
  /** Buckets, a power of two; 65 536 unless said. */
  readonly tableSize?: number;
  /** Bits of addresses that make a network; 24 and 56 unless said. */
  readonly ipv4PrefixLength?: number;
  readonly ipv6PrefixLength?: number;
}

export const VERDICT = { SEND: 0, DROP: 1, SLIP: 2 } as const;

/** key, milliseconds of the last answer, credit in thousandths of an answer, answers above the limit */
const BUCKET_INTS = 4;
const COST = 1000;

export class RateLimiter {
  readonly #rate: number;
  readonly #slip: number;
  readonly #mask: number;
  readonly #buckets: Int32Array;
  readonly #prefix4: number;
  readonly #prefix6: number;
  /** The newest client, whose network need not be read again. */
  #address = "";
  #network = 0;

  constructor({
    responsesPerSecond = 200,
    slip = 2,
    tableSize = 1 << 16,
    ipv4PrefixLength = 24,
    ipv6PrefixLength = 56,
  }: RateLimit) {
    if ((tableSize & (tableSize - 1)) !== 0 || tableSize < 1) throw new RangeError("tableSize is no power of two");
    this.#rate = responsesPerSecond;
    this.#slip = slip;
    this.#mask = tableSize - 1;
    this.#buckets = new Int32Array(tableSize * BUCKET_INTS);
    this.#prefix4 = ipv4PrefixLength;
    this.#prefix6 = ipv6PrefixLength;
  }

  /** What to do with an answer of `kind` (a hash of what makes answers equal) to `address`. `nowMs` may begin anywhere. */
  judge(address: string, kind: number, nowMs: number): number {
    if (address !== this.#address) {
      this.#address = address;
      this.#network = networkHash(address, this.#prefix4, this.#prefix6);
    }
    const key = mixed(this.#network, kind);
    const buckets = this.#buckets;
    const at = (key & this.#mask) * BUCKET_INTS;
    const now = nowMs | 0;
    const full = this.#rate * COST;
    if (buckets[at] !== key) {
      buckets[at] = key;
      buckets[at + 1] = now;
      buckets[at + 2] = full - COST;
      buckets[at + 3] = 0;
      return VERDICT.SEND;
    }
    // A clock set back gives nothing and takes nothing.
    const elapsed = Math.max(0, (now - buckets[at + 1]!) | 0);
    const credit = Math.min(full, buckets[at + 2]! + elapsed * this.#rate);
    buckets[at + 1] = now;
    if (credit >= COST) {
      buckets[at + 2] = credit - COST;
      return VERDICT.SEND;
    }
    buckets[at + 2] = credit;
    buckets[at + 3]! += 1;
    return this.#slip > 0 && buckets[at + 3]! % this.#slip === 0 ? VERDICT.SLIP : VERDICT.DROP;
  }
}

function networkHash(address: string, prefix4: number, prefix6: number): number {
  const plain = address.split("%", 1)[0]!;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1];
  const four = ipv4Bytes(mapped ?? plain);
  const bytes = four ?? ipv6Bytes(plain) ?? new Uint8Array(0);
  const bits = four === undefined ? prefix6 : prefix4;
  let hash = bytes.length;
  for (let i = 0; i < bytes.length; i++) {
    const kept = Math.max(0, Math.min(8, bits - i * 8));
    hash = Math.imul(hash ^ (bytes[i]! & (0xff00 >> kept)), 0x01000193);
  }
  return hash;
}

function mixed(network: number, kind: number): number {
  const hash = Math.imul(Math.imul(network, 0x9e3779b1) ^ kind, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}
