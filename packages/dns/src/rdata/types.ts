/**
 * Numbers of record types and classes, and their mnemonics (IANA "Domain Name System (DNS) Parameters").
 *
 * Types without a format in formats/ are either asked for and never stored, or have none that anybody published (UINFO, UID, GID, UNSPEC).
 */
import { DnsError } from "../errors.ts";

export const TYPE = {
  A: 1,
  NS: 2,
  MD: 3,
  MF: 4,
  CNAME: 5,
  SOA: 6,
  MB: 7,
  MG: 8,
  MR: 9,
  NULL: 10,
  WKS: 11,
  PTR: 12,
  HINFO: 13,
  MINFO: 14,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  X25: 19,
  ISDN: 20,
  RT: 21,
  NSAP: 22,
  "NSAP-PTR": 23,
  SIG: 24,
  KEY: 25,
  PX: 26,
  GPOS: 27,
  AAAA: 28,
  LOC: 29,
  NXT: 30,
  EID: 31,
  NIMLOC: 32,
  SRV: 33,
  ATMA: 34,
  NAPTR: 35,
  KX: 36,
  CERT: 37,
  A6: 38,
  DNAME: 39,
  SINK: 40,
  OPT: 41,
  APL: 42,
  DS: 43,
  SSHFP: 44,
  IPSECKEY: 45,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  DHCID: 49,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  HIP: 55,
  NINFO: 56,
  RKEY: 57,
  TALINK: 58,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  CSYNC: 62,
  ZONEMD: 63,
  SVCB: 64,
  HTTPS: 65,
  DSYNC: 66,
  HHIT: 67,
  BRID: 68,
  SPF: 99,
  UINFO: 100,
  UID: 101,
  GID: 102,
  UNSPEC: 103,
  NID: 104,
  L32: 105,
  L64: 106,
  LP: 107,
  EUI48: 108,
  EUI64: 109,
  NXNAME: 128,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  URI: 256,
  CAA: 257,
  AVC: 258,
  DOA: 259,
  AMTRELAY: 260,
  RESINFO: 261,
  WALLET: 262,
  CLA: 263,
  IPN: 264,
  TA: 32_768,
  DLV: 32_769,
} as const;

export type TypeMnemonic = keyof typeof TYPE;

export const CLASS = { IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255 } as const;

const TYPE_NAMES = new Map<number, string>(Object.entries(TYPE).map(([name, code]) => [code, name]));
const CLASS_NAMES = new Map<number, string>(Object.entries(CLASS).map(([name, code]) => [code, name]));
const TYPE_CODES = new Map<string, number>([...Object.entries(TYPE), ["*", TYPE.ANY]]);
const CLASS_CODES = new Map<string, number>([...Object.entries(CLASS), ["CHAOS", CLASS.CH], ["HESIOD", CLASS.HS]]);

/** The mnemonic, or RFC 3597's `TYPE65280`. */
export function typeText(code: number): string {
  return TYPE_NAMES.get(code) ?? `TYPE${code}`;
}

export function classText(code: number): string {
  return CLASS_NAMES.get(code) ?? `CLASS${code}`;
}

/** The number of a mnemonic in any case, or of `TYPEnnn`; undefined when the text is neither. Throws DnsError for numbers above 16 bits. */
export function typeCode(text: string): number | undefined {
  const known = TYPE_CODES.get(text) ?? TYPE_CODES.get(text.toUpperCase());
  return known ?? numbered(text, "TYPE");
}

export function classCode(text: string): number | undefined {
  const known = CLASS_CODES.get(text) ?? CLASS_CODES.get(text.toUpperCase());
  return known ?? numbered(text, "CLASS");
}

function numbered(text: string, prefix: string): number | undefined {
  const digits = text.slice(prefix.length);
  if (text.length - digits.length !== prefix.length || digits === "") return undefined;
  if (text.slice(0, prefix.length).toUpperCase() !== prefix || !/^\d+$/.test(digits)) return undefined;
  if (Number(digits) > 0xffff) throw new DnsError("syntax", `${text} is above 65535`);
  return Number(digits);
}

/** Types that are asked for or sent once and never stored: OPT, and 128 to 255 (RFC 6895 §3.1). */
export function isMetaType(code: number): boolean {
  return code === TYPE.OPT || (code >= 128 && code <= 255);
}
