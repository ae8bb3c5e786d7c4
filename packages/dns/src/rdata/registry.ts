/** The formats of all types, by number and mnemonic. A new type is a row in formats/ and its number in types.ts. */
import { A6, type A6 as A6Rdata } from "./formats/a6.ts";
import { APL, type Apl } from "./formats/apl.ts";
import { DNSSEC_FORMATS, type DnssecRdata } from "./formats/dnssec.ts";
import { DOA, type Doa } from "./formats/doa.ts";
import { type Amtrelay, GATEWAY_FORMATS, type Ipseckey } from "./formats/gateways.ts";
import { HIP, type Hip } from "./formats/hip.ts";
import { IDENTIFIER_FORMATS, type IdentifierRdata } from "./formats/identifiers.ts";
import { KEY_FORMATS, type KeyRdata } from "./formats/keys.ts";
import { LOCATION_FORMATS, type LocationRdata } from "./formats/location.ts";
import { RFC1035_FORMATS, type Rfc1035Rdata } from "./formats/rfc1035.ts";
import { SERVICE_FORMATS, type ServiceRdata } from "./formats/services.ts";
import { type Svcb, SVCB_FORMATS } from "./formats/svcb.ts";
import { WKS, type Wks } from "./formats/wks.ts";
import type { RdataFormat } from "./format.ts";

/** Rdata of a type without a format (RFC 3597). */
export interface UnknownRdata {
  readonly type: "unknown";
  readonly code: number;
  readonly data: Uint8Array;
}

/** The data of a record as a value, by its type's mnemonic. */
export type Rdata =
  | Rfc1035Rdata
  | ServiceRdata
  | DnssecRdata
  | KeyRdata
  | LocationRdata
  | IdentifierRdata
  | Wks
  | Apl
  | Ipseckey
  | Amtrelay
  | Hip
  | A6Rdata
  | Doa
  | Svcb
  | UnknownRdata;

const FORMATS: readonly RdataFormat[] = [
  ...RFC1035_FORMATS,
  ...SERVICE_FORMATS,
  ...DNSSEC_FORMATS,
  ...KEY_FORMATS,
  ...LOCATION_FORMATS,
  ...IDENTIFIER_FORMATS,
  ...GATEWAY_FORMATS,
  ...SVCB_FORMATS,
  WKS,
  APL,
  HIP,
  A6,
  DOA,
];

const BY_CODE: ReadonlyMap<number, RdataFormat> = new Map(FORMATS.map((format) => [format.code, format]));
const BY_MNEMONIC: ReadonlyMap<string, RdataFormat> = new Map(FORMATS.map((format) => [format.mnemonic, format]));

/** Undefined for a type without a format. */
export function formatOf(code: number): RdataFormat | undefined {
  return BY_CODE.get(code);
}

export function formatNamed(mnemonic: string): RdataFormat | undefined {
  return BY_MNEMONIC.get(mnemonic);
}

/** Types that have a format, ascending. */
export const KNOWN_TYPES: readonly number[] = [...BY_CODE.keys()].sort((a, b) => a - b);
