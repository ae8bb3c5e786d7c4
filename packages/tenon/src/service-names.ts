/**
 * The names of a stack's services: `redis.tenon.test` and the like, as a zone.
 *
 * Each service has its address (A, AAAA), where it is reached (SRV at the name itself and at `_redis._tcp` below and beside it, HTTPS with the
 * port), and every other name below `tenon.test` is this machine. `.test` is nobody's (RFC 6761 §6.2).
 */
import type { ListedService } from "./systems/system.ts";

export const STACK_DOMAIN = "tenon.test";
/** Seconds: services move to other ports. */
const TTL = 5;

/** The zone's text, with this serial. */
export function serviceZone(services: readonly ListedService[], serial: number): string {
  return [
    `$TTL ${TTL}`,
    `@ SOA dns hostmaster ${serial} 3600 600 604800 ${TTL}`,
    "@ NS dns",
    ...loopback("@"),
    ...loopback("*"),
    ...(services.some(({ name }) => name === "dns") ? [] : loopback("dns")),
    ...services.flatMap(recordsOf),
    "",
  ].join("\n");
}

function recordsOf({ name, kind, address: { host, port } }: ListedService): string[] {
  const target = isNumeric(host) ? name : `${host.replace(/\.$/, "")}.`;
  const srv = `SRV 0 0 ${port} ${target}`;
  const service = `_${kind}._tcp`;
  const alpn = kind === "http" ? ' alpn="http/1.1"' : "";
  return [
    ...(isNumeric(host) ? addresses(name, host) : []),
    `${name} ${srv}`,
    `${service}.${name} ${srv}`,
    `${service} ${srv}`,
    `${name} HTTPS 1 ${target === name ? "." : target}${alpn} port=${port}`,
    // Names below a name that is there are not the outer wildcard's any more (RFC 4592 §2.2.1).
    ...(isNumeric(host) ? addresses(`*.${name}`, host) : []),
  ];
}

/** Of this machine both addresses, whichever of them the service listens on: clients try them in turn. */
function addresses(name: string, host: string): string[] {
  if (host === "::1" || host.startsWith("127.")) return loopback(name, host === "::1" ? undefined : host);
  return [`${name} ${host.includes(":") ? "AAAA" : "A"} ${host}`];
}

function loopback(name: string, ipv4 = "127.0.0.1"): string[] {
  return [`${name} A ${ipv4}`, `${name} AAAA ::1`];
}

function isNumeric(host: string): boolean {
  return host.includes(":") || /^\d+(?:\.\d+){3}$/.test(host);
}
