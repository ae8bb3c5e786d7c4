/** Names within the rdata of records in answers: which are compressed, and whose addresses come along. */
import { TYPE } from "../rdata/types.ts";

/**
 * Types whose names compress (RFC 1035 §3.3, RFC 3597 §4: no others): how many names, and how many bytes before them. What follows the
 * names is copied.
 */
interface NameLayout {
  readonly before: number;
  readonly names: number;
}

const ONE_NAME: NameLayout = { before: 0, names: 1 };

const COMPRESSED = new Map<number, NameLayout>([
  ...[TYPE.NS, TYPE.CNAME, TYPE.PTR, TYPE.MD, TYPE.MF, TYPE.MB, TYPE.MG, TYPE.MR].map((type): [number, NameLayout] => [
    type,
    ONE_NAME,
  ]),
  [TYPE.MX, { before: 2, names: 1 }],
  [TYPE.SOA, { before: 0, names: 2 }],
  [TYPE.MINFO, { before: 0, names: 2 }],
]);

/** Undefined for types whose rdata is copied as it is. */
export function compressedLayout(type: number): NameLayout | undefined {
  return type > TYPE.MX ? undefined : COMPRESSED.get(type);
}

/**
 * Types that name hosts, and where in the rdata: NS and MX (RFC 1035 §3.3), AFSDB and RT (RFC 1183), SRV (RFC 2782), KX (RFC 2230), SVCB
 * and HTTPS (RFC 9460 §4.2).
 */
const TARGETS = new Map<number, number>([
  [TYPE.NS, 0],
  [TYPE.MX, 2],
  [TYPE.AFSDB, 2],
  [TYPE.RT, 2],
  [TYPE.SRV, 6],
  [TYPE.KX, 2],
  [TYPE.SVCB, 2],
  [TYPE.HTTPS, 2],
]);

/** Where the host's name begins in the rdata; -1 for types that name none. */
export function targetOffset(type: number): number {
  return TARGETS.get(type) ?? -1;
}
