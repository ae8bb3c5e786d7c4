/** Response codes by name (IANA "DNS RCODEs"). */

/** Those that a header has room for. EDNS and TSIG each have more, and mean different things by 16. */
export const HEADER_RCODES = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
} as const;

/** With those of EDNS (RFC 6891, RFC 7873). */
export const RCODES: typeof HEADER_RCODES & { readonly BADVERS: 16; readonly BADCOOKIE: 23 } = {
  ...HEADER_RCODES,
  BADVERS: 16,
  BADCOOKIE: 23,
};

export type RcodeName = keyof typeof RCODES;

const NAMES = new Map<number, RcodeName>(Object.entries(RCODES).map(([name, code]) => [code, name as RcodeName])); // its own keys

/** Undefined for a number without one. */
export function rcodeName(rcode: number): RcodeName | undefined {
  return NAMES.get(rcode);
}
