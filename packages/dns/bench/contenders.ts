/** The servers of the benchmarks: ours and those in JavaScript by scripts of servers/, the others by the rig that the tests use. */
import { MissingPeerError, nodeServer, type RunningServer, type Server } from "@tenon/bench";
import type { Daemon } from "../test/support/peers/daemon.ts";
import {
  type NameServerOptions,
  startDnsmasq,
  startKnot,
  startNamed,
  startNsd,
  startUnbound,
  type StartNameServer,
} from "../test/support/peers/name-servers.ts";
import { hostsFile, ORIGIN } from "./data.ts";

const script = (name: string): URL => new URL(`./servers/${name}.ts`, import.meta.url);

function ofDaemon(name: string, start: () => Promise<Daemon | undefined>): Server {
  return {
    name,
    async start(): Promise<RunningServer> {
      const daemon = await start();
      if (daemon === undefined) throw new MissingPeerError(name);
      return { host: daemon.host, port: daemon.port, pid: daemon.pid, stop: () => daemon.stop() };
    },
  };
}

/** A Node script that is given arguments when it starts: paths of files that are made no earlier. */
function ofScript(name: string, args: () => readonly string[]): Server {
  return { name, start: () => nodeServer({ name, script: script(name), args: args() }).start() };
}

/** Ours with the zone in that file; options of `DnsServer.listen` besides. */
export function tenon(zoneFile: () => string, options: Readonly<Record<string, unknown>> = {}): Server {
  return { ...ofScript("tenon", () => [JSON.stringify(options), ORIGIN, zoneFile()]) };
}

/** Ours as a forwarder to that server. */
export function tenonForwarder(forward: string): Server {
  return ofScript("tenon", () => [JSON.stringify({ forward })]);
}

/** Node's bare UDP socket: every packet goes back with its QR bit set. */
export const nodeEcho: Server = ofScript("node-echo", () => []);

/** npm dns2 with a `Map` of the zone's hosts. */
export const dns2: Server = ofScript("dns2", () => []);

/** npm dns-packet with a `Map` of the zone's hosts. */
export const dnsPacket: Server = ofScript("dns-packet", () => []);

function authoritative(name: string, start: StartNameServer, serverSettings: string) {
  return (zoneFile: () => string, more: Partial<NameServerOptions> = {}): Server =>
    ofDaemon(name, () => start({ zones: [{ origin: ORIGIN, file: zoneFile() }], serverSettings, ...more }));
}

export const knot = authoritative("knotd", startKnot, "");
export const nsd = authoritative("nsd", startNsd, "minimal-responses: yes");
export const named = authoritative("named", startNamed, "minimal-responses yes;");

/** dnsmasq with the hosts from a file. */
export const dnsmasq: Server = ofDaemon("dnsmasq", () =>
  startDnsmasq({ settings: `addn-hosts=${hostsFile()}\nlocal-ttl=3600`, answers: [{ name: `h1.${ORIGIN}`, type: 1 }] }),
);

/** Unbound with one thread, forwarding to that server, with a cache that holds all. */
export function unbound({ host, port }: { readonly host: string; readonly port: number }): Server {
  const settings = `msg-cache-size: 64m
rrset-cache-size: 128m
minimal-responses: yes
forward-zone:
  name: "."
  forward-addr: ${host}@${port}`;
  return ofDaemon("unbound", () =>
    startUnbound({ settings, answers: [{ name: ORIGIN, type: 6, recursionDesired: true }] }),
  );
}

/** BIND as a forwarder to that server. */
export function namedForwarder({ host, port }: { readonly host: string; readonly port: number }): Server {
  const serverSettings = `recursion yes;
allow-recursion { 127.0.0.0/8; };
allow-query-cache { 127.0.0.0/8; };
forward only;
forwarders { ${host} port ${port}; };`;
  return ofDaemon("named", () => startNamed({ zones: [], serverSettings }));
}

const TRANSFERS_ALLOWED = "acl:\n  - id: everybody\n    address: 127.0.0.0/8\n    action: transfer\n";

/** Knot with that zone, which it hands out. */
export function transferringKnot(zoneFile: () => string): Server {
  return ofDaemon("knotd", () =>
    startKnot({
      zones: [{ origin: ORIGIN, file: zoneFile(), settings: "acl: everybody" }],
      settings: TRANSFERS_ALLOWED,
    }),
  );
}

/** A server that has fetched the zone from a Knot of its own, which is not measured. */
function secondary(name: string, zoneFile: () => string, make: (primary: RunningServer) => Server): Server {
  return {
    name,
    async start() {
      const primary = await transferringKnot(zoneFile).start();
      try {
        return await make(primary).start();
      } finally {
        await primary.stop();
      }
    },
  };
}

export function secondaryKnot(zoneFile: () => string): Server {
  return secondary("knotd", zoneFile, ({ host, port }) =>
    ofDaemon("knotd", () =>
      startKnot({
        zones: [
          { origin: ORIGIN, awaited: true, settings: "master: primary\nzonefile-sync: -1\njournal-content: none" },
        ],
        settings: `remote:\n  - id: primary\n    address: ${host}@${port}\n`,
      }),
    ),
  );
}

export function secondaryTenon(zoneFile: () => string): Server {
  return secondary("tenon", zoneFile, ({ host, port }) => ofScript("secondary", () => [ORIGIN, `${host}@${port}`]));
}
