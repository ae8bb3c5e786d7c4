/** What one version of a zone has and another has not, record by record. */
import { recordText, type ResourceRecord } from "../record.ts";
import { canonicalRdata } from "../rdata/rdata.ts";
import { TYPE } from "../rdata/types.ts";

export interface ZoneDifference<R extends ResourceRecord> {
  /** In the order of the old version. */
  readonly removed: readonly R[];
  /** In the order of the new one. */
  readonly added: readonly R[];
}

/** Records are the same when owner, type, class, TTL and canonical rdata are; how often a record stands in a file does not matter. */
export function diffZones<R extends ResourceRecord>(before: readonly R[], after: readonly R[]): ZoneDifference<R> {
  const [old, young] = [byIdentity(before), byIdentity(after)];
  return { removed: missing(old, young), added: missing(young, old) };
}

/** The SOA first, as in IXFR (RFC 1995 §4). */
export function differenceLines({ removed, added }: ZoneDifference<ResourceRecord>): string[] {
  const lines = (sign: string, records: readonly ResourceRecord[]): string[] =>
    records
      .toSorted((a, b) => Number(b.type === TYPE.SOA) - Number(a.type === TYPE.SOA))
      .map((record) => `${sign}${recordText(record)}`);
  return [...lines("-", removed), ...lines("+", added)];
}

function byIdentity<R extends ResourceRecord>(records: readonly R[]): Map<string, R> {
  return new Map(
    records.map((record) => {
      const { name, type, class: recordClass, ttl, rdata } = record;
      const data = Buffer.from(canonicalRdata(type, rdata)).toString("latin1");
      return [`${name.folded().toString()} ${type} ${recordClass} ${ttl} ${data}`, record];
    }),
  );
}

function missing<R>(from: ReadonlyMap<string, R>, other: ReadonlyMap<string, R>): R[] {
  return [...from].filter(([key]) => !other.has(key)).map(([, record]) => record);
}
