/** Names of numbers in the query log. Its rcodes are without the upper bits of EDNS. */
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

const OPCODES = ["QUERY", "IQUERY", "STATUS", "OPCODE3", "NOTIFY", "UPDATE", "DSO"] as const;

export function opcodeText(opcode: number): string {
  return OPCODES[opcode] ?? `OPCODE${opcode}`;
}
