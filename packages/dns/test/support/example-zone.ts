/** A zone that has one of everything, for what no ordinary name shows: sets that do not fit, glue, chains. */

const addresses = (owner: string, count: number): string =>
  Array.from({ length: count }, (_, i) => `${owner} A 10.0.0.${i}\n`).join("");

export const EXAMPLE_ZONE: string = `$TTL 3600
@ 7200 SOA ns host 1 2 3 4 300
@ NS ns
ns A 192.0.2.1
www A 192.0.2.3
www AAAA 2001:db8::3
mx MX 10 www
mx MX 20 mail.test.
alias CNAME www
away CNAME www.test.
gone CNAME nothing
*.wild MX 5 www
dn DNAME wild
sub NS ns.sub
sub NS ns2
ns.sub A 192.0.2.20
ns2 A 192.0.2.22
long DNAME ${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.example.
big TXT ${Array.from({ length: 3 }, () => `"${"x".repeat(200)}"`).join(" ")}
tobig CNAME big
${addresses("many", 40)}bigglue NS ns.bigglue
${addresses("ns.bigglue", 40)}sibling NS ns.bigglue
sibling NS ns.sibling
ns.sibling A 192.0.2.9
${Array.from({ length: 20 }, (_, i) => `c${i} CNAME c${i + 1}\n`).join("")}c20 A 192.0.2.50
loop1 CNAME loop2
loop2 CNAME loop1
`;
