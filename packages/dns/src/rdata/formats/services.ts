/** Where services are found: SRV, NAPTR, KX, URI, CAA and others. */
import type { Name } from "../../name/name.ts";
import { decompressibleName, exactName, foldableName } from "../fields/names.ts";
import { named, u16, u8, vocabulary } from "../fields/numbers.ts";
import { characterString, optionalString, stringToEnd, tag } from "../fields/strings.ts";
import { coveredType } from "../fields/types.ts";
import { type RdataFormat, row } from "../format.ts";

/** RFC 1183 §2.2. */
export interface Rp {
  readonly type: "RP";
  readonly mailbox: Name;
  readonly text: Name;
}
/** RFC 1183 §1. */
export interface Afsdb {
  readonly type: "AFSDB";
  readonly subtype: number;
  readonly hostname: Name;
}
/** RFC 1183 §3.1. */
export interface X25 {
  readonly type: "X25";
  readonly address: Uint8Array;
}
/** RFC 1183 §3.2. */
export interface Isdn {
  readonly type: "ISDN";
  readonly address: Uint8Array;
  readonly subaddress?: Uint8Array | undefined;
}
/** RFC 1183 §3.3. */
export interface Rt {
  readonly type: "RT";
  readonly preference: number;
  readonly host: Name;
}
/** RFC 2163 §4: mail gateways between RFC 822 and X.400. */
export interface Px {
  readonly type: "PX";
  readonly preference: number;
  readonly map822: Name;
  readonly mapX400: Name;
}
/** RFC 2782. */
export interface Srv {
  readonly type: "SRV";
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: Name;
}
/** RFC 3403 §4. */
export interface Naptr {
  readonly type: "NAPTR";
  readonly order: number;
  readonly preference: number;
  readonly flags: Uint8Array;
  readonly services: Uint8Array;
  readonly regexp: Uint8Array;
  readonly replacement: Name;
}
/** RFC 2230. */
export interface Kx {
  readonly type: "KX";
  readonly preference: number;
  readonly exchanger: Name;
}
/** RFC 6672. */
export interface Dname {
  readonly type: "DNAME";
  readonly target: Name;
}
/** Trust anchor link of draft-wijngaards-dnsop-trust-history. */
export interface Talink {
  readonly type: "TALINK";
  readonly previous: Name;
  readonly next: Name;
}
/** RFC 7553. */
export interface Uri {
  readonly type: "URI";
  readonly priority: number;
  readonly weight: number;
  readonly target: Uint8Array;
}
/** RFC 8659 §4.1. */
export interface Caa {
  readonly type: "CAA";
  readonly flags: number;
  readonly tag: string;
  readonly value: Uint8Array;
}
/** RFC 9859: where to send NOTIFYs of a child. */
export interface Dsync {
  readonly type: "DSYNC";
  /** Type that is notified about. */
  readonly rrtype: number;
  readonly scheme: number;
  readonly port: number;
  readonly target: Name;
}
/** RFC 1348: an NSAP's name. */
export interface NsapPtr {
  readonly type: "NSAP-PTR";
  readonly owner: Name;
}

export type ServiceRdata =
  | Rp
  | Afsdb
  | X25
  | Isdn
  | Rt
  | Px
  | Srv
  | Naptr
  | Kx
  | Dname
  | Talink
  | Uri
  | Caa
  | Dsync
  | NsapPtr;

export const SERVICE_FORMATS: readonly RdataFormat[] = [
  row<Rp>("RP", { mailbox: decompressibleName, text: decompressibleName }),
  row<Afsdb>("AFSDB", { subtype: u16, hostname: decompressibleName }),
  row<X25>("X25", { address: characterString }),
  row<Isdn>("ISDN", { address: characterString, subaddress: optionalString }),
  row<Rt>("RT", { preference: u16, host: decompressibleName }),
  row<Px>("PX", { preference: u16, map822: decompressibleName, mapX400: decompressibleName }),
  row<NsapPtr>("NSAP-PTR", { owner: foldableName }),
  row<Srv>("SRV", { priority: u16, weight: u16, port: u16, target: decompressibleName }),
  row<Naptr>("NAPTR", {
    order: u16,
    preference: u16,
    flags: characterString,
    services: characterString,
    regexp: characterString,
    replacement: decompressibleName,
  }),
  row<Kx>("KX", { preference: u16, exchanger: foldableName }),
  row<Dname>("DNAME", { target: foldableName }),
  row<Talink>("TALINK", { previous: exactName, next: exactName }),
  row<Uri>("URI", { priority: u16, weight: u16, target: stringToEnd }),
  row<Caa>("CAA", { flags: u8, tag, value: stringToEnd }),
  row<Dsync>("DSYNC", {
    rrtype: coveredType,
    scheme: named("u8", vocabulary({ NOTIFY: 1 }), "by-name"),
    port: u16,
    target: exactName,
  }),
];
