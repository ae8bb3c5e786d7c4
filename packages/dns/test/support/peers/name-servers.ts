/**
 * Knot, NSD and BIND with a set of zones; Unbound and dnsmasq with their own settings. Each with one worker, on 127.0.0.1 and an ephemeral
 * port, without rate limits, control sockets or files outside its folder.
 *
 *     await using knot = await startKnot({ zones: [{ origin: "example.", text: "@ 60 SOA …" }] });
 *     if (knot === undefined) return;          // not installed; the test run says so
 *
 * What a test needs beyond that (keys, remotes, ACLs, secondaries) is written in the server's own words, `settings` and `zoneSettings`.
 */
import type { Place } from "./daemon.ts";
import { type Daemon, placed, startDaemon } from "./daemon.ts";
import type { WireQuestion } from "./query.ts";

const SOA = 6;

export interface PeerZone {
  /** Absolute: "example.", ".". */
  readonly origin: string;
  /** Its master file; a secondary has none. */
  readonly text?: string | Uint8Array | undefined;
  /** Path of its master file, in the place of `text`. */
  readonly file?: string | undefined;
  /** Lines within the zone's own block, in the server's syntax: `acl: a1` (Knot), `allow-transfer { … };` (BIND), `provide-xfr: …` (NSD). */
  readonly settings?: string | undefined;
  /** Whether the start waits until the zone answers; unless said, when it has a text or file. */
  readonly awaited?: boolean | undefined;
}

export interface NameServerOptions {
  readonly zones: readonly PeerZone[];
  /** At the top of the configuration, in the server's syntax: keys, remotes, ACLs, templates. */
  readonly settings?: string | ((place: Place) => string) | undefined;
  /** Within the block `server:` or `options { }`. */
  readonly serverSettings?: string | undefined;
  readonly port?: number | undefined;
  readonly folder?: string | undefined;
}

export type StartNameServer = (options: NameServerOptions) => Promise<Daemon | undefined>;

type Configuration = (place: Place, files: readonly string[], options: NameServerOptions) => string;

function nameServer(executable: string, args: readonly string[], configuration: Configuration): StartNameServer {
  return (options) =>
    startDaemon({
      executable,
      port: options.port,
      folder: options.folder,
      answers: options.zones
        .filter(({ awaited, text, file }) => awaited ?? (text ?? file) !== undefined)
        .map(({ origin }): WireQuestion => ({ name: origin, type: SOA })),
      prepare(place) {
        const files = options.zones.map(({ text, file }, i) => {
          if (file !== undefined) return file;
          return text === undefined ? `${place.folder}/${i}.zone` : placed(place, `${i}.zone`, text);
        });
        return [...args, placed(place, `${executable}.conf`, configuration(place, files, options))];
      },
    });
}

function ownSettings({ settings = "" }: NameServerOptions, place: Place): string {
  return typeof settings === "string" ? settings : settings(place);
}

/** Knot DNS. Zones are not checked for sense (ours decide by themselves) and not written back. */
export const startKnot: StartNameServer = nameServer("knotd", ["-c"], (place, files, options) => {
  const zones = options.zones.map(
    ({ origin, settings = "" }, i) => `  - domain: "${origin}"
    file: "${files[i]}"
${indented(settings, 4)}`,
  );
  return `server:
    rundir: "${place.folder}"
    listen: 127.0.0.1@${place.port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
${indented(options.serverSettings ?? "", 4)}
database:
    storage: "${place.folder}"
log:
  - target: stderr
    any: warning
${ownSettings(options, place)}
${options.settings === undefined || !/^template:/m.test(ownSettings(options, place)) ? KNOT_TEMPLATE : ""}
zone:
${zones.join("\n")}
`;
});

const KNOT_TEMPLATE = `template:
  - id: default
    semantic-checks: false
    zonefile-sync: -1
`;

/** NSD. */
export const startNsd: StartNameServer = nameServer("nsd", ["-d", "-c"], (place, files, options) => {
  const zones = options.zones.map(
    ({ origin, settings = "" }, i) => `zone:
  name: "${origin}"
  zonefile: "${files[i]}"
${indented(settings, 2)}`,
  );
  return `server:
  ip-address: 127.0.0.1@${place.port}
  server-count: 1
  username: ""
  chroot: ""
  pidfile: ""
  database: ""
  zonesdir: "${place.folder}"
  xfrdfile: "${place.folder}/xfrd.state"
  zonelistfile: "${place.folder}/zones.list"
  xfrdir: "${place.folder}"
  cookie-secret-file: "${place.folder}/cookies"
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
${indented(options.serverSettings ?? "", 2)}
remote-control:
  control-enable: no
${ownSettings(options, place)}
${zones.join("\n")}
`;
});

/** BIND's named: authoritative only unless `serverSettings` say `recursion yes;`, and without NOTIFY unless a zone's `settings` say `notify …;`. */
export const startNamed: StartNameServer = nameServer("named", ["-g", "-n", "1", "-c"], (place, files, options) => {
  const zones = options.zones.map(({ origin, text, file, settings = "" }, i) => {
    const type = /^\s*type /m.test(settings) || (text ?? file) === undefined ? "" : "type primary;";
    return `zone "${origin}" { ${type} file "${files[i]}"; ${settings} };`;
  });
  const recursion = /^\s*recursion /m.test(options.serverSettings ?? "") ? "" : "recursion no;";
  return `options {
  directory "${place.folder}";
  listen-on port ${place.port} { 127.0.0.1; };
  listen-on-v6 { none; };
  pid-file none;
  session-keyfile none;
  lock-file none;
  managed-keys-directory "${place.folder}";
  dnssec-validation no;
  empty-zones-enable no;
  check-names primary ignore; check-names secondary ignore;
  notify no;
  max-records-per-type 0; max-types-per-name 0;
  check-integrity no; check-sibling no; check-mx ignore; check-wildcard no;
  ${recursion}
  ${options.serverSettings ?? ""}
};
controls { };
${ownSettings(options, place)}
${zones.join("\n")}
`;
});

export interface SettingsOptions {
  /** Lines of its configuration file beyond the place. */
  readonly settings: string;
  /** Asked until it answers. */
  readonly answers: readonly WireQuestion[];
}

/** Unbound with one thread, without validation; `settings` begin within its `server:` block. */
export function startUnbound({ settings, answers }: SettingsOptions): Promise<Daemon | undefined> {
  return startDaemon({
    executable: "unbound",
    answers,
    prepare: (place) => [
      "-d",
      "-c",
      placed(
        place,
        "unbound.conf",
        `server:
  directory: "${place.folder}"
  interface: 127.0.0.1
  port: ${place.port}
  username: ""
  chroot: ""
  pidfile: ""
  use-syslog: no
  num-threads: 1
  do-daemonize: no
  do-not-query-localhost: no
  access-control: 127.0.0.0/8 allow
  module-config: "iterator"
${indented(settings, 2)}
`,
      ),
    ],
  });
}

/** dnsmasq without the machine's hosts and resolvers; `settings` are lines of its file, such as `host-record=a.test,192.0.2.1`. */
export function startDnsmasq({ settings, answers }: SettingsOptions): Promise<Daemon | undefined> {
  return startDaemon({
    executable: "dnsmasq",
    answers,
    prepare: (place) => [
      "--keep-in-foreground",
      `--conf-file=${placed(
        place,
        "dnsmasq.conf",
        `port=${place.port}
listen-address=127.0.0.1
bind-interfaces
no-hosts
no-resolv
pid-file=
user=root
log-facility=-
${settings}
`,
      )}`,
    ],
  });
}

function indented(lines: string, width: number): string {
  return lines.replaceAll(/^(?=.)/gm, " ".repeat(width));
}
