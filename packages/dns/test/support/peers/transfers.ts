/**
 * Ours and another name server as primary and secondary of one zone, either way round, with a key or without; and random changes on the
 * primary after each of which both have to have the same zone.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Log, LogBuffer, type LogLevel, realWorld } from "@tenon/kit";
import { UpstreamError } from "../../../src/client/errors.ts";
import { UpstreamClient } from "../../../src/client/upstream-client.ts";
import { DnsServer } from "../../../src/index.ts";
import { TYPE } from "../../../src/rdata/types.ts";
import { recordText } from "../../../src/record.ts";
import { ask, type Exchanger, fetchZone, type Remote, request } from "../../../src/transfer/exchange.ts";
import { tsigKey } from "../../../src/tsig/key.ts";
import { soaSerial } from "../../../src/zone/serial.ts";
import type { ZoneData } from "../../../src/zone/zone-data.ts";
import { drawing } from "../random-messages.ts";
import { linesOf, ORIGIN, randomUpdates, update, updateMessage, ZONE_TEXT, zoneOf } from "../zones.ts";
import { type Daemon, freeDnsPort } from "./daemon.ts";
import { type StartNameServer, startKnot, startNamed, startNsd } from "./name-servers.ts";

const SECRET = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0";
const KEY = tsigKey("k1.", "hmac-sha256", SECRET);
const HOST = "127.0.0.1";
/** For a transfer, on a machine that is busy with other things. */
const PATIENCE_MS = 60_000;

/** What one server's configuration needs to have another as its primary or its secondary. */
export interface PeerKind {
  readonly start: StartNameServer;
  readonly keySettings: string;
  /** Lines of the zone's block; `other` is the port of ours. */
  asSecondary(other: number, signed: boolean): string;
  asPrimary(other: number, signed: boolean): string;
  /** At the top, where remotes have to be named: Knot's way. */
  readonly remotes?: (other: number, signed: boolean) => string;
  /** Its UPDATE does what ours does; else what it makes of one is what counts. */
  readonly updatesAlike: boolean;
  /** Changes its zone by `updates`, of which `after` comes. */
  change(server: Daemon, signed: boolean, updates: readonly string[], after: ZoneData): Promise<void>;
}

export const PEERS: Readonly<Record<"knot" | "nsd" | "bind", PeerKind>> = {
  knot: {
    start: startKnot,
    // It passes over a record that is there with another TTL.
    updatesAlike: false,
    keySettings: `key:\n  - id: k1\n    algorithm: hmac-sha256\n    secret: ${SECRET}\n`,
    remotes: (other, signed) => {
      const key = signed ? "\n    key: k1" : "";
      const allowed = signed ? `key: k1` : `address: 127.0.0.0/8`;
      return `remote:\n  - id: ours\n    address: ${HOST}@${other}${key}
acl:\n  - id: a1\n    ${allowed}\n    action: [transfer, notify, update]\n`;
    },
    asSecondary: () => "master: ours\nacl: a1\nrefresh-min-interval: 2",
    asPrimary: () => "notify: ours\nacl: a1\njournal-content: all",
    change: (server, signed, updates) => sendUpdate(server.port, signed, updates),
  },
  bind: {
    start: startNamed,
    updatesAlike: true,
    keySettings: `key "k1" { algorithm hmac-sha256; secret "${SECRET}"; };\n`,
    asSecondary: (other, signed) =>
      `type secondary; primaries { ${HOST} port ${other}${signed ? " key k1" : ""}; }; masterfile-format text; min-refresh-time 1;
       allow-transfer { any; }; notify no;`,
    asPrimary: (other, signed) =>
      `type primary; notify explicit; also-notify { ${HOST} port ${other}${signed ? " key k1" : ""}; };
       allow-transfer { ${signed ? "key k1" : "any"}; }; allow-update { ${signed ? "key k1" : "any"}; }; notify-delay 0;`,
    change: (server, signed, updates) => sendUpdate(server.port, signed, updates),
  },
  nsd: {
    start: startNsd,
    updatesAlike: true,
    keySettings: `key:\n  name: k1\n  algorithm: hmac-sha256\n  secret: ${SECRET}\n`,
    asSecondary: (other, signed) => {
      const key = signed ? "k1" : "NOKEY";
      return `request-xfr: ${HOST}@${other} ${key}\nallow-notify: ${HOST} ${key}\nprovide-xfr: ${HOST} ${key}\nmin-refresh-time: 1`;
    },
    asPrimary: (other, signed) => {
      const key = signed ? "k1" : "NOKEY";
      return `notify: ${HOST}@${other} ${key}\nprovide-xfr: ${HOST} ${key}\nstore-ixfr: yes\ncreate-ixfr: yes`;
    },
    // It knows no UPDATE: its file is written anew, and read by SIGHUP.
    async change(server, _signed, _updates, after) {
      writeFileSync(
        `${server.folder}/0.zone`,
        [...after.records()].map((record) => `${recordText(record)}\n`).join(""),
      );
      server.reload();
    },
  },
};

async function sendUpdate(port: number, signed: boolean, updates: readonly string[]): Promise<void> {
  const client = new UpstreamClient(realWorld);
  try {
    const message = updateMessage([], updates);
    const reply = await ask({ world: realWorld, client }, remoteAt(port, signed), message, { tcp: true });
    if (reply.message.rcode !== 0) throw new Error(`an update is refused: rcode ${reply.message.rcode}`);
  } finally {
    client.close();
  }
}

function remoteAt(port: number, signed: boolean): Remote {
  return { address: { address: HOST, port }, key: signed ? KEY : undefined };
}

/** Keeps all of it and prints nothing. */
function bufferedLog(buffer: LogBuffer, service: string): Log {
  const at =
    (level: LogLevel): Log["info"] =>
    (message, fields = {}) =>
      buffer.push({ timeMs: Date.now(), level, service, message, fields });
  const [debug, info, warn, error] = [at("debug"), at("info"), at("warn"), at("error")];
  return { debug, info, warn, error, child: (name) => bufferedLog(buffer, name) };
}

/** Ours, with the other as its primary (`master`) or its secondary (`notify`). */
function startOurs(
  role: "master" | "notify",
  port: number,
  peerPort: number,
  signed: boolean,
  folder: string,
  log: LogBuffer,
) {
  const key = signed ? { key: "k1." } : {};
  writeFileSync(join(folder, "example.zone"), ZONE_TEXT);
  return DnsServer.listen({
    port,
    baseDir: folder,
    log: bufferedLog(log, "dns"),
    config: {
      key: [{ id: "k1.", algorithm: "hmac-sha256", secret: SECRET }],
      remote: [{ id: "peer", address: [`${HOST}@${peerPort}`], ...key }],
      acl: [
        {
          id: "a1",
          address: ["127.0.0.0/8"],
          action: ["transfer", "notify", "update"],
          ...(signed ? { key: ["k1."] } : {}),
        },
      ],
      zone: [
        {
          domain: "example.",
          acl: ["a1"],
          ...(role === "master"
            ? { master: ["peer"], "refresh-min-interval": 1 }
            : { notify: ["peer"], file: "example.zone" }),
        },
      ],
    },
  });
}

/**
 * What a server sends as the zone, when that is `serial`. NSD reads a zone with new processes, while one of the old ones may hand out the
 * version before, or end with the connection.
 */
async function zoneAt(exchanger: Exchanger, port: number, signed: boolean, serial: number): Promise<string[]> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      const zone = await fetchZone(exchanger, remoteAt(port, signed), { origin: ORIGIN, zoneClass: 1 });
      if (zone.serial === serial || Date.now() > deadline) return linesOf(zone);
    } catch (error) {
      if (!(error instanceof UpstreamError) || Date.now() > deadline) throw error;
    }
    await sleep(5);
  }
}

async function serialAt(exchanger: Exchanger, port: number): Promise<number | undefined> {
  const query = request({ name: ORIGIN, type: TYPE.SOA, class: 1 });
  try {
    const { message } = await ask(exchanger, remoteAt(port, false), query, { timeoutMs: 1000 });
    const soa = message.answers.find(({ type }) => type === TYPE.SOA);
    return soa === undefined ? undefined : soaSerial(soa.rdata);
  } catch {
    return undefined;
  }
}

async function untilSerial(exchanger: Exchanger, port: number, serial: number): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await serialAt(exchanger, port);
    if (found === serial) return;
    if (Date.now() > deadline) throw new Error(`port ${port} has serial ${found} and not ${serial}`);
    await sleep(5);
  }
}

export interface Rounds {
  readonly changes: number;
  readonly seed: number;
  readonly signed: boolean;
}

/** How the secondary got the zone, again and again. */
export interface Transfers {
  readonly whole: number;
  readonly incremental: number;
}

interface Pair {
  readonly ours: DnsServer;
  readonly peer: Daemon;
  readonly exchanger: Exchanger;
  readonly log: LogBuffer;
}

/** Starts both, with the zone on the primary, and hands them over when the secondary has it. Undefined when the other is not installed. */
async function paired<T>(
  kind: PeerKind,
  role: "primary" | "secondary",
  signed: boolean,
  work: (pair: Pair) => Promise<T>,
): Promise<T | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "tenon-transfer-"));
  const client = new UpstreamClient(realWorld);
  const exchanger = { world: realWorld, client };
  const log = new LogBuffer(100_000);
  try {
    const [ourPort, peerPort] = [await freeDnsPort(), await freeDnsPort()];
    await using ours = await startOurs(
      role === "primary" ? "notify" : "master",
      ourPort,
      peerPort,
      signed,
      folder,
      log,
    );
    const isSecondary = role === "primary";
    await using peer = await kind.start({
      port: peerPort,
      settings: kind.keySettings + (kind.remotes?.(ourPort, signed) ?? ""),
      zones: [
        {
          origin: "example.",
          text: isSecondary ? undefined : ZONE_TEXT,
          settings: (isSecondary ? kind.asSecondary : kind.asPrimary)(ourPort, signed),
          awaited: true,
        },
      ],
    });
    if (peer === undefined) return undefined;
    try {
      await untilSerial(exchanger, isSecondary ? peerPort : ourPort, zoneOf(ZONE_TEXT).serial);
      return await work({ ours, peer, exchanger, log });
    } catch (error) {
      const lines = log
        .records()
        .map((record) => JSON.stringify(record))
        .slice(-20);
      throw new Error(`${String(error)}\n${lines.join("\n")}\n${peer.log().slice(-4000)}`, { cause: error });
    }
  } finally {
    client.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Compared {
  readonly exchanger: Exchanger;
  readonly primaryPort: number;
  readonly secondaryPort: number;
  /** Whether the primary has to make of changes what we do. */
  readonly alike: boolean;
  readonly change: (updates: readonly string[], after: ZoneData) => Promise<void>;
}

/** Compares both after each of so many random changes on the primary. */
async function compared({ changes, seed, signed }: Rounds, pair: Compared): Promise<void> {
  const { exchanger, primaryPort, secondaryPort, alike, change } = pair;
  const draw = drawing(seed);
  let zone = zoneOf(ZONE_TEXT);
  for (let i = 0; i < changes; i++) {
    const updates = randomUpdates(draw);
    const made = update(zone, updates).change;
    if (made === undefined) continue;
    zone = zone.with(made);
    await change(updates, zone);
    if (alike) await untilSerial(exchanger, primaryPort, zone.serial);
    const serial = alike ? zone.serial : (await serialAt(exchanger, primaryPort))!;
    await untilSerial(exchanger, secondaryPort, serial);
    const sent = await zoneAt(exchanger, primaryPort, signed, serial);
    const found = await zoneAt(exchanger, secondaryPort, signed, serial);
    if (alike) requireEqual(`the primary, after ${updates.join("; ")}`, linesOf(zone), sent);
    requireEqual(`the secondary, after change ${i}`, sent, found);
  }
}

function requireEqual(what: string, expected: readonly string[], found: readonly string[]): void {
  if (found.join("\n") !== expected.join("\n")) throw new Error(difference(what, expected, found));
}

function difference(what: string, expected: readonly string[], found: readonly string[]): string {
  const minus = expected.filter((line) => !found.includes(line)).map((line) => `-${line}`);
  const plus = found.filter((line) => !expected.includes(line)).map((line) => `+${line}`);
  return [what, ...minus, ...plus].join("\n");
}

/** Ours is the primary. Undefined when the other is not installed. */
export function fromOurs(kind: PeerKind, rounds: Rounds): Promise<Transfers | undefined> {
  return paired(kind, "primary", rounds.signed, async ({ ours, peer, exchanger }) => {
    const counts = { whole: 0, incremental: 0 };
    // Those that we ask for ourselves, to compare, are no news.
    ours.onQuery(({ type }) => {
      if (type === "IXFR") counts.incremental += 1;
    });
    await compared(rounds, {
      exchanger,
      primaryPort: ours.port,
      secondaryPort: peer.port,
      alike: true,
      change: (updates) => sendUpdate(ours.port, rounds.signed, updates),
    });
    return counts;
  });
}

/** The other is the primary. */
export function toOurs(kind: PeerKind, rounds: Rounds): Promise<Transfers | undefined> {
  return paired(kind, "secondary", rounds.signed, async ({ ours, peer, exchanger, log }) => {
    await compared(rounds, {
      exchanger,
      primaryPort: peer.port,
      secondaryPort: ours.port,
      alike: kind.updatesAlike,
      change: (updates, after) => kind.change(peer, rounds.signed, updates, after),
    });
    const transfers = log.records().filter(({ message }) => message === "transferred");
    const incremental = transfers.filter(({ fields }) => fields["incremental"] === true).length;
    return { incremental, whole: transfers.length - incremental };
  });
}
