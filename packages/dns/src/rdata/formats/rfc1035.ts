/** The types of RFC 1035, and the addresses: the only ones whose names compress. */
import type { Name } from "../../name/name.ts";
import { ipv4, ipv6 } from "../fields/addresses.ts";
import { compressibleName } from "../fields/names.ts";
import { seconds, u16, u32 } from "../fields/numbers.ts";
import { characterString, characterStrings } from "../fields/strings.ts";
import { custom, type RdataFormat, row } from "../format.ts";
import { genericText, parseGeneric } from "../generic.ts";

export interface A {
  readonly type: "A";
  /** Dotted decimal. */
  readonly address: string;
}
/** RFC 3596. */
export interface Aaaa {
  readonly type: "AAAA";
  /** In RFC 5952's form. */
  readonly address: string;
}
export interface HostName {
  readonly type: "NS" | "MD" | "MF" | "CNAME" | "MB" | "MG" | "MR" | "PTR";
  readonly name: Name;
}
export interface Soa {
  readonly type: "SOA";
  readonly mname: Name;
  readonly rname: Name;
  readonly serial: number;
  /** Seconds, as are the next three. */
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  /** TTL of negative answers (RFC 2308 §4). */
  readonly minimum: number;
}
export interface Null {
  readonly type: "NULL";
  readonly data: Uint8Array;
}
export interface Hinfo {
  readonly type: "HINFO";
  readonly cpu: Uint8Array;
  readonly os: Uint8Array;
}
export interface Minfo {
  readonly type: "MINFO";
  readonly responsible: Name;
  readonly errors: Name;
}
export interface Mx {
  readonly type: "MX";
  readonly preference: number;
  readonly exchange: Name;
}
/** And what looks like it: SPF (RFC 7208), NINFO, AVC, RESINFO (RFC 9606), WALLET, CLA. */
export interface Texts {
  readonly type: "TXT" | "SPF" | "NINFO" | "AVC" | "RESINFO" | "WALLET" | "CLA";
  /** Each up to 255 bytes. */
  readonly strings: readonly Uint8Array[];
}

export type Rfc1035Rdata = A | Aaaa | HostName | Soa | Null | Hinfo | Minfo | Mx | Texts;

const host = { name: compressibleName };
const texts = { strings: characterStrings };

export const RFC1035_FORMATS: readonly RdataFormat[] = [
  row<A>("A", { address: ipv4 }),
  row<HostName>("NS", host),
  row<HostName>("MD", host),
  row<HostName>("MF", host),
  row<HostName>("CNAME", host),
  row<Soa>("SOA", {
    mname: compressibleName,
    rname: compressibleName,
    serial: u32,
    refresh: seconds,
    retry: seconds,
    expire: seconds,
    minimum: seconds,
  }),
  row<HostName>("MB", host),
  row<HostName>("MG", host),
  row<HostName>("MR", host),
  // Anything at all, so it has no text of its own.
  custom<Null>("NULL", {
    read: (from) => ({ data: from.copy(from.remaining) }),
    write: (to, { data }) => to.bytes(data),
    parse: parseGeneric,
    print: genericText,
  }),
  row<HostName>("PTR", host),
  row<Hinfo>("HINFO", { cpu: characterString, os: characterString }),
  row<Minfo>("MINFO", { responsible: compressibleName, errors: compressibleName }),
  row<Mx>("MX", { preference: u16, exchange: compressibleName }),
  row<Aaaa>("AAAA", { address: ipv6 }),
  row<Texts>("TXT", texts),
  row<Texts>("SPF", texts),
  row<Texts>("NINFO", texts),
  row<Texts>("AVC", texts),
  row<Texts>("RESINFO", texts),
  row<Texts>("WALLET", texts),
  row<Texts>("CLA", texts),
];
