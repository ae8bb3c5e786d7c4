/** A DNS server with zones, one that it forwards to, and what the console is told of them. */
import { DnsServer } from "@tenon/dns";
import { type FakeServiceOptions } from "./fake-stack.ts";

export const ZONE = `$TTL 300
@ SOA ns1 hostmaster 7 3600 600 86400 60
@ NS ns1
@ MX 10 mail
@ TXT "v=spf1 -all" "second string"
@ HTTPS 1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.10
ns1 A 192.0.2.1
www A 192.0.2.10
www AAAA 2001:db8::10
mail A 192.0.2.20
ftp CNAME www
_sip._tcp SRV 0 5 5060 sip
*.wild TXT "anything below"
`;

const HOSTS = 20_000;

/** A zone of 20,000 hosts and what every zone has. */
export function largeZone(): string {
  const hosts = Array.from(
    { length: HOSTS },
    (_, n) => `host-${String(n).padStart(5, "0")} A 10.0.${n >> 8}.${n & 255}`,
  );
  return `$TTL 300\n@ SOA ns1 hostmaster 1 3600 600 86400 60\n@ NS ns1\nns1 A 10.1.0.1\n${hosts.join("\n")}\n`;
}

export interface DnsPair {
  readonly server: DnsServer;
  /** Has `elsewhere.org`, for which `server` asks it. */
  readonly upstream: DnsServer;
  /** `server` as it is now, put back to its first zones. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export async function startDns(): Promise<DnsPair> {
  const upstream = await DnsServer.listen({
    zones: { "elsewhere.org": "$TTL 600\n@ A 198.51.100.1\nwww CNAME @\nshort 5 A 198.51.100.5\n" },
  });
  const server = await DnsServer.listen({
    zones: { "example.test": ZONE, "large.test": largeZone() },
    forward: upstream.address,
  });
  const first = server.snapshot();
  return {
    server,
    upstream,
    reset: async () => {
      server.restore(first);
      server.cache?.flush();
    },
    close: async () => {
      await server.close({ graceMs: 0 });
      await upstream.close({ graceMs: 0 });
    },
  };
}

/** The service `dns` as the umbrella describes it; `isOurs` false: as one that runs elsewhere. */
export function dnsService(server: DnsServer, isOurs = true): FakeServiceOptions {
  return {
    name: "dns",
    url: server.url,
    connect: `dig @${server.host} -p ${server.port}`,
    ...(isOurs ? { instance: server, metrics: () => server.metrics() } : { state: "external" as const }),
  };
}
