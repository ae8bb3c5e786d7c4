/** What dig says of keys behind them: their role, algorithm and tag. */
import { TYPE } from "../rdata/types.ts";

/** IANA "DNS Security Algorithm Numbers", as BIND names them. */
const ALGORITHMS: ReadonlyMap<number, string> = new Map([
  [1, "RSAMD5"],
  [2, "DH"],
  [3, "DSA"],
  [5, "RSASHA1"],
  [6, "NSEC3DSA"],
  [7, "NSEC3RSASHA1"],
  [8, "RSASHA256"],
  [10, "RSASHA512"],
  [12, "ECCGOST"],
  [13, "ECDSAP256SHA256"],
  [14, "ECDSAP384SHA384"],
  [15, "ED25519"],
  [16, "ED448"],
  [252, "INDIRECT"],
  [253, "PRIVATEDNS"],
  [254, "PRIVATEOID"],
]);

const FLAG_KSK = 0x0001;
const FLAG_REVOKE = 0x0080;

/** The tag by which signatures name a key (RFC 4034 appendix B). */
export function keyTagOf(rdata: Uint8Array): number {
  const isRsaMd5 = rdata[3] === 1;
  if (isRsaMd5 && rdata.length >= 7) return (rdata[rdata.length - 3]! << 8) | rdata[rdata.length - 2]!;
  let sum = 0;
  for (let i = 0; i < rdata.length; i++) sum += (i & 1) === 0 ? rdata[i]! << 8 : rdata[i]!;
  return (sum + (sum >> 16)) & 0xffff;
}

/** Begins with what divides it from a key or a parenthesis. */
export function keyComment(type: number, rdata: Uint8Array): string {
  const number = rdata[3] ?? 0;
  const algorithm = `; alg = ${ALGORITHMS.get(number) ?? String(number)} ; key id = ${keyTagOf(rdata)}`;
  if (type !== TYPE.DNSKEY && type !== TYPE.CDNSKEY) return algorithm;
  const flags = (rdata[0]! << 8) | rdata[1]!;
  const revoked = (flags & FLAG_REVOKE) === 0 ? "" : "revoked ";
  return ` ; ${revoked}${(flags & FLAG_KSK) === 0 ? "ZSK" : "KSK"}${algorithm}`;
}
