/** Certificates, fingerprints and keys that are not the DNS's own. */
import { base64ToEnd, hexToEnd } from "../fields/binary.ts";
import { ALGORITHMS, named, u16, u8, vocabulary } from "../fields/numbers.ts";
import { type RdataFormat, row } from "../format.ts";

/** RFC 4398. */
export interface Cert {
  readonly type: "CERT";
  readonly certificateType: number;
  readonly keyTag: number;
  readonly algorithm: number;
  readonly certificate: Uint8Array;
}
/** RFC 4255. */
export interface Sshfp {
  readonly type: "SSHFP";
  readonly algorithm: number;
  readonly fingerprintType: number;
  readonly fingerprint: Uint8Array;
}
/** RFC 6698; SMIMEA is RFC 8162. */
export interface Tlsa {
  readonly type: "TLSA" | "SMIMEA";
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
  readonly data: Uint8Array;
}
/** OPENPGPKEY is RFC 7929, DHCID RFC 4701, HHIT and BRID RFC 9886 (CBOR of drone identification), IPN draft-johnson-dns-ipn-cla. */
export interface Blob {
  readonly type: "OPENPGPKEY" | "DHCID" | "HHIT" | "BRID";
  readonly data: Uint8Array;
}
/** The kitchen sink, draft-eastlake-kitchen-sink. */
export interface Sink {
  readonly type: "SINK";
  readonly meaning: number;
  readonly coding: number;
  readonly subcoding: number;
  readonly data: Uint8Array;
}

export type KeyRdata = Cert | Sshfp | Tlsa | Blob | Sink;

const certificateType = named(
  "u16",
  vocabulary({ PKIX: 1, SPKI: 2, PGP: 3, IPKIX: 4, ISPKI: 5, IPGP: 6, ACPKIX: 7, IACPKIX: 8, URI: 253, OID: 254 }),
  "by-name",
);
const tlsa = { usage: u8, selector: u8, matchingType: u8, data: hexToEnd };

export const KEY_FORMATS: readonly RdataFormat[] = [
  row<Cert>("CERT", {
    certificateType,
    keyTag: u16,
    algorithm: named("u8", ALGORITHMS, "by-name"),
    certificate: base64ToEnd,
  }),
  row<Sink>("SINK", { meaning: u8, coding: u8, subcoding: u8, data: base64ToEnd }),
  row<Sshfp>("SSHFP", { algorithm: u8, fingerprintType: u8, fingerprint: hexToEnd }),
  row<Blob>("DHCID", { data: base64ToEnd }),
  row<Tlsa>("TLSA", tlsa),
  row<Tlsa>("SMIMEA", tlsa),
  row<Blob>("OPENPGPKEY", { data: base64ToEnd }),
  row<Blob>("HHIT", { data: base64ToEnd }),
  row<Blob>("BRID", { data: base64ToEnd }),
];
