import type { DnsServer } from "@tenon/dns";
import type { System } from "./system.ts";

/** Keys of the config's `dns`, beside those that every service has. */
export interface DnsSettings {
  /** Zones by their names, as text of master files: `{ "example.test": "www A 192.0.2.1" }`. SOA, NS and TTLs may be left out. */
  readonly zones?: Readonly<Record<string, string>>;
  /** Zones by their names, as paths of master files. */
  readonly files?: Readonly<Record<string, string>>;
  /** Where other names are asked for: `"9.9.9.9"`, `"127.0.0.1:5353"`. Without it they are refused. */
  readonly forward?: string;
}

const ZONES = "an object of zones' names and texts of master files";
const FILES = "an object of zones' names and paths of master files";
const SERVER = 'the address of a name server, like "9.9.9.9" or "127.0.0.1:5353"';

export const dns: System<DnsSettings, DnsServer> = {
  name: "dns",
  summary: "the name server, and tools for zones and queries",
  port: 5300,
  schemes: ["dns"],
  variables: { DNS_URL: "{url}", DNS_HOST: "{host}", DNS_PORT: "{port}" },
  durable: true,
  connect: ({ host, port }) => `dig @${host} -p ${port} redis.tenon.test`,
  schema: (z) => ({
    zones: z.record(z.string(), z.string("text of a master file"), ZONES).optional(),
    files: z.record(z.string(), z.string("the path of a master file"), FILES).optional(),
    forward: z.string(SERVER).min(1, SERVER).optional(),
  }),
  async start({ zones, files, forward }, { world, log, host, port, dataDir, baseDir, services }) {
    const [{ DnsServer }, { serviceZone, STACK_DOMAIN }, { resolve }] = await Promise.all([
      import("@tenon/dns"),
      import("../service-names.ts"),
      import("node:path"),
    ]);
    const read = ([name, file]: [string, string]): [string, Uint8Array] => [
      name,
      world.disk.readFile(resolve(baseDir, file)),
    ];
    // Serials go on from the last run's: a secondary may follow.
    let serial = Math.floor(world.clock.now() / 1000);
    const server = await DnsServer.listen({
      host,
      port,
      world,
      log,
      zones: { ...zones, ...Object.fromEntries(Object.entries(files ?? {}).map(read)) },
      volatileZones: { [STACK_DOMAIN]: serviceZone(services.list(), serial) },
      ...(forward === undefined ? {} : { forward }),
      ...(dataDir === undefined ? {} : { dir: dataDir }),
    });
    const end = services.onChange(() => {
      serial += 1;
      void server.zone(STACK_DOMAIN).replace(serviceZone(services.list(), serial));
    });
    void server.closed.then(end);
    return server;
  },
  cli: () => import("@tenon/dns/cli"),
};
