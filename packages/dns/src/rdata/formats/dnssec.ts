/** Keys, signatures and proofs of DNSSEC, its ancestors, and what is signed by transaction. */
import { HEADER_RCODES } from "../../message/rcodes.ts";
import type { Name } from "../../name/name.ts";
import { base64ToEnd, hexToEnd, optionalBase64ToEnd } from "../fields/binary.ts";
import { exactName, foldableName } from "../fields/names.ts";
import { algorithm, named, u16, u32, u48, u8, vocabulary } from "../fields/numbers.ts";
import { countedBase64, hashedName, salt } from "../fields/salt.ts";
import { timestamp } from "../fields/times.ts";
import { coveredType, oldTypeBitmap, typeBitmap } from "../fields/types.ts";
import { type RdataFormat, row } from "../format.ts";

/** RFC 4034 §2; KEY is RFC 2535 §3. */
export interface Dnskey {
  readonly type: "DNSKEY" | "CDNSKEY" | "KEY" | "RKEY";
  readonly flags: number;
  readonly protocol: number;
  readonly algorithm: number;
  /** Empty in a KEY that says there is none, and in a CDNSKEY that deletes. */
  readonly publicKey: Uint8Array;
}
/** RFC 4034 §5; CDS is RFC 7344, DLV RFC 4431, TA deckard-dnssec-ta. */
export interface Ds {
  readonly type: "DS" | "CDS" | "DLV" | "TA";
  readonly keyTag: number;
  readonly algorithm: number;
  readonly digestType: number;
  readonly digest: Uint8Array;
}
/** RFC 4034 §3; SIG is RFC 2535 §4 and RFC 2931. */
export interface Rrsig {
  readonly type: "RRSIG" | "SIG";
  readonly typeCovered: number;
  readonly algorithm: number;
  readonly labels: number;
  /** Seconds. */
  readonly originalTtl: number;
  /** Seconds since 1970 in serial arithmetic, as inception. */
  readonly expiration: number;
  readonly inception: number;
  readonly keyTag: number;
  readonly signer: Name;
  readonly signature: Uint8Array;
}
/** RFC 4034 §4. */
export interface Nsec {
  readonly type: "NSEC";
  readonly next: Name;
  readonly types: readonly number[];
}
/** RFC 2535 §5. */
export interface Nxt {
  readonly type: "NXT";
  readonly next: Name;
  readonly types: readonly number[];
}
/** RFC 5155 §3. */
export interface Nsec3 {
  readonly type: "NSEC3";
  readonly algorithm: number;
  readonly flags: number;
  readonly iterations: number;
  readonly salt: Uint8Array;
  readonly nextHashed: Uint8Array;
  readonly types: readonly number[];
}
/** RFC 5155 §4. */
export interface Nsec3param {
  readonly type: "NSEC3PARAM";
  readonly algorithm: number;
  readonly flags: number;
  readonly iterations: number;
  readonly salt: Uint8Array;
}
/** RFC 7477. */
export interface Csync {
  readonly type: "CSYNC";
  readonly serial: number;
  readonly flags: number;
  readonly types: readonly number[];
}
/** RFC 8976. */
export interface Zonemd {
  readonly type: "ZONEMD";
  readonly serial: number;
  readonly scheme: number;
  readonly hashAlgorithm: number;
  /** 12 bytes or more. */
  readonly digest: Uint8Array;
}
/** RFC 2930 §2. */
export interface Tkey {
  readonly type: "TKEY";
  readonly algorithm: Name;
  readonly inception: number;
  readonly expiration: number;
  readonly mode: number;
  readonly error: number;
  readonly key: Uint8Array;
  readonly other: Uint8Array;
}
/** RFC 8945 §4.2. */
export interface Tsig {
  readonly type: "TSIG";
  readonly algorithm: Name;
  /** Seconds since 1970. */
  readonly timeSigned: number;
  /** Seconds. */
  readonly fudge: number;
  readonly mac: Uint8Array;
  readonly originalId: number;
  readonly error: number;
  readonly other: Uint8Array;
}

export type DnssecRdata = Dnskey | Ds | Rrsig | Nsec | Nxt | Nsec3 | Nsec3param | Csync | Zonemd | Tkey | Tsig;

const key = { flags: u16, protocol: u8, algorithm, publicKey: optionalBase64ToEnd };
const digest = { keyTag: u16, algorithm, digestType: u8, digest: hexToEnd };
const nsec3 = { algorithm: u8, flags: u8, iterations: u16, salt };
const signature = {
  typeCovered: coveredType,
  algorithm,
  labels: u8,
  originalTtl: u32,
  expiration: timestamp,
  inception: timestamp,
  keyTag: u16,
  signer: foldableName,
  signature: base64ToEnd,
};

/** The rcodes that stand in TSIG's and TKEY's error field (RFC 8945 §3, RFC 2930 §2.6). */
const errorCode = named(
  "u16",
  vocabulary({
    ...HEADER_RCODES,
    BADSIG: 16,
    BADKEY: 17,
    BADTIME: 18,
    BADMODE: 19,
    BADNAME: 20,
    BADALG: 21,
    BADTRUNC: 22,
  }),
  "by-name",
);

export const DNSSEC_FORMATS: readonly RdataFormat[] = [
  row<Rrsig>("SIG", signature),
  row<Dnskey>("KEY", key),
  row<Nxt>("NXT", { next: foldableName, types: oldTypeBitmap }),
  row<Ds>("DS", digest),
  row<Rrsig>("RRSIG", signature),
  row<Nsec>("NSEC", { next: exactName, types: typeBitmap }),
  row<Dnskey>("DNSKEY", key),
  row<Nsec3>("NSEC3", { ...nsec3, nextHashed: hashedName, types: typeBitmap }),
  row<Nsec3param>("NSEC3PARAM", nsec3),
  row<Dnskey>("RKEY", key),
  row<Ds>("CDS", digest),
  row<Dnskey>("CDNSKEY", key),
  row<Csync>("CSYNC", { serial: u32, flags: u16, types: typeBitmap }),
  row<Zonemd>("ZONEMD", { serial: u32, scheme: u8, hashAlgorithm: u8, digest: hexToEnd }),
  row<Tkey>("TKEY", {
    algorithm: exactName,
    inception: timestamp,
    expiration: timestamp,
    mode: u16,
    error: errorCode,
    key: countedBase64,
    other: countedBase64,
  }),
  row<Tsig>("TSIG", {
    algorithm: exactName,
    timeSigned: u48,
    fudge: u16,
    mac: countedBase64,
    originalId: u16,
    error: errorCode,
    other: countedBase64,
  }),
  row<Ds>("TA", digest),
  row<Ds>("DLV", digest),
];
