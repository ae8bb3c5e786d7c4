/** Rcodes as the query log has them: without the upper bits of EDNS. */
export const RCODES = [
  "NOERROR",
  "FORMERR",
  "SERVFAIL",
  "NXDOMAIN",
  "NOTIMP",
  "REFUSED",
  "YXDOMAIN",
  "YXRRSET",
  "NXRRSET",
  "NOTAUTH",
  "NOTZONE",
] as const;

/** "none" for a query that got no answer. */
export function rcodeText(rcode: number | undefined): string {
  return rcode === undefined ? "none" : (RCODES[rcode] ?? `RCODE${rcode}`);
}
