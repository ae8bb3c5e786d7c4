/** Resource records as everything here passes them on. */
import type { Name } from "./name/name.ts";
import { rdataText, unknownText } from "./rdata/rdata.ts";
import { classText, typeText } from "./rdata/types.ts";

export interface ResourceRecord {
  readonly name: Name;
  readonly type: number;
  readonly class: number;
  /** Seconds. */
  readonly ttl: number;
  /** Uncompressed wire form. `parseRdata` makes a value of it, `rdataText` text. */
  readonly rdata: Uint8Array;
}

/** A record as a line of a master file, everything absolute and nothing left out. */
export function recordText({ name, ttl, class: recordClass, type, rdata }: ResourceRecord): string {
  return `${name.toString()} ${ttl} ${classText(recordClass)} ${typeText(type)} ${rdataText(type, rdata)}`.trimEnd();
}

/** The same in RFC 3597's form, which every server reads whatever the type: `owner TTL class TYPEn \# length hex`. */
export function unknownRecordText({ name, ttl, class: recordClass, type, rdata }: ResourceRecord): string {
  return `${name.toString()} ${ttl} ${classText(recordClass)} TYPE${type} ${unknownText(rdata)}`;
}
