/** How long answers may be kept (RFC 2181 §8, RFC 2308 §5), and their TTLs within the limits that the settings draw. */
import { TYPE } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";

export interface LifetimeLimits {
  /** Seconds, as are the next two: TTLs below are raised to it, above are cut. */
  readonly cacheMinTtl: number;
  readonly cacheMaxTtl: number;
  /** Of denials. */
  readonly cacheMaxNegativeTtl: number;
}

/** The records with the TTLs that they are kept and shown with, and the least of those: 0 when there is nothing to keep. */
export function withLifetimes(
  answers: readonly ResourceRecord[],
  authorities: readonly ResourceRecord[],
  isDenial: boolean,
  { cacheMinTtl, cacheMaxTtl, cacheMaxNegativeTtl }: LifetimeLimits,
): { answers: ResourceRecord[]; authorities: ResourceRecord[]; ttl: number } {
  const clamp = (ttl: number): number => Math.min(cacheMaxTtl, Math.max(cacheMinTtl, ttl));
  const denialTtl = Math.min(
    cacheMaxNegativeTtl,
    ...authorities.filter(({ type }) => type === TYPE.SOA).map((soa) => Math.min(soa.ttl, soaMinimum(soa))),
  );
  const hasSoa = authorities.some(({ type }) => type === TYPE.SOA);
  const kept = {
    answers: answers.map((record) => ({ ...record, ttl: clamp(record.ttl) })),
    authorities: authorities.map((record) => ({
      ...record,
      // The SOA and the proofs of a denial are as old as the denial (RFC 2308 §3, RFC 9077).
      ttl: clamp(isDenial ? Math.min(record.ttl, denialTtl) : record.ttl),
    })),
  };
  const ttls = [...kept.answers, ...kept.authorities].map(({ ttl }) => ttl);
  // RFC 2308 §5: a denial without a SOA is not kept.
  const ttl = (isDenial && !hasSoa) || ttls.length === 0 ? 0 : Math.min(...ttls);
  return { ...kept, ttl };
}

/** The last field: 32 bits. */
function soaMinimum({ rdata }: ResourceRecord): number {
  const at = rdata.length - 4;
  return ((rdata[at]! << 24) | (rdata[at + 1]! << 16) | (rdata[at + 2]! << 8) | rdata[at + 3]!) >>> 0;
}
