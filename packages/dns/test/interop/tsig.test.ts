/** TSIG with BIND, Knot and NSD: every algorithm, what is refused, and streams of many messages, some of which are not signed. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { realWorld, type World } from "@tenon/kit";
import { afterEach, expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { UpstreamClient } from "../../src/client/upstream-client.ts";
import { DnsServer } from "../../src/index.ts";
import { TYPE } from "../../src/rdata/types.ts";
import { ask, fetchZone, request } from "../../src/transfer/exchange.ts";
import { TsigError } from "../../src/tsig/errors.ts";
import { TSIG_ALGORITHMS, type TsigKey, tsigKey } from "../../src/tsig/key.ts";
import { startKnot, startNamed, startNsd } from "../support/peers/name-servers.ts";
import { linesOf, ORIGIN, ZONE_TEXT, zoneOf } from "../support/zones.ts";

const SECRET = Buffer.from(
  "a secret of at least sixty-four bytes, which is what SHA-512 would have".repeat(2),
).toString("base64");
const question = request({ name: ORIGIN, type: TYPE.SOA, class: 1 });

const clients: UpstreamClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

function exchanger(world: World = realWorld) {
  const client = new UpstreamClient(world);
  clients.push(client);
  return { world, client };
}

const keyOf = (algorithm: string): TsigKey => tsigKey(`${algorithm}-key`, algorithm, SECRET);
const at = (port: number, key: TsigKey) => ({ address: { address: "127.0.0.1", port }, key });

test("BIND takes our signatures and we take its, by every algorithm", async () => {
  const keys = TSIG_ALGORITHMS.map((name) => `key "${name}-key" { algorithm ${name}; secret "${SECRET}"; };`);
  await using named = await startNamed({
    settings: keys.join("\n"),
    zones: [{ origin: "example.", text: ZONE_TEXT, settings: "allow-query { !{ !127.0.0.1; any; }; any; };" }],
  });
  if (named === undefined) return;
  for (const algorithm of TSIG_ALGORITHMS) {
    const { message } = await ask(exchanger(), at(named.port, keyOf(algorithm)), question, { tcp: true });
    expect(message.answers).toHaveLength(1);
    expect(message.tsig).toBeDefined();
  }
});

test("BIND tells us what is wrong with a signature", async () => {
  await using named = await startNamed({
    settings: `key "hmac-sha256-key" { algorithm hmac-sha256; secret "${SECRET}"; };
      key "hmac-sha512-key" { algorithm hmac-sha512; secret "${SECRET}"; };`,
    zones: [{ origin: "example.", text: ZONE_TEXT }],
  });
  if (named === undefined) return;
  const late: World = { ...realWorld, clock: { ...realWorld.clock, now: () => realWorld.clock.now() - 400_000 } };
  const wrong = [
    ["BADKEY", realWorld, tsigKey("stranger", "hmac-sha256", SECRET)],
    ["BADKEY", realWorld, tsigKey("hmac-sha256-key", "hmac-sha1", SECRET)],
    ["BADSIG", realWorld, tsigKey("hmac-sha256-key", "hmac-sha256", "AAAA")],
    ["BADTRUNC", realWorld, tsigKey("hmac-sha512-key", "hmac-sha512-256", SECRET)],
    ["BADTIME", late, keyOf("hmac-sha256")],
  ] as const;
  for (const [code, world, key] of wrong) {
    const answer = ask(exchanger(world), at(named.port, key), question, { tcp: true });
    const error: unknown = await answer.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TsigError);
    expect(error).toMatchObject({ code, fromPeer: true });
  }
});

test("dig and kdig verify our answers, by every algorithm that they have", async () => {
  const [dig, kdig] = [peer("dig"), peer("kdig")];
  await using server = await DnsServer.listen({
    zones: { "example.": ZONE_TEXT },
    config: { key: TSIG_ALGORITHMS.map((algorithm) => ({ id: `${algorithm}-key`, algorithm, secret: SECRET })) },
  });
  for (const algorithm of TSIG_ALGORITHMS) {
    const key = `${algorithm}:${algorithm}-key:${SECRET}`;
    const asked = ["@127.0.0.1", "-p", String(server.port), "-y", key, "example.", "SOA"];
    if (dig !== undefined) {
      const { stdout } = await promisify(execFile)(dig, asked);
      expect(stdout, algorithm).toContain("NOERROR");
      expect(stdout).not.toMatch(/verify failure|could not be validated/);
    }
    // Knot's tools have no truncated ones.
    if (kdig === undefined || /-\d+$/.test(algorithm)) continue;
    const { stdout, stderr } = await promisify(execFile)(kdig, asked);
    expect(stdout, algorithm).toContain("NOERROR");
    expect(stderr).toBe("");
  }
});

const LARGE = `${ZONE_TEXT}${Array.from({ length: 60_000 }, (_, i) => `host-${i} A 10.0.${(i >> 8) & 255}.${i & 255}\n`).join("")}`;
const KEY = tsigKey("k1", "hmac-sha256", SECRET);

test.each([
  [
    "knot",
    startKnot,
    `key:\n  - id: k1\n    algorithm: hmac-sha256\n    secret: ${SECRET}\nacl:\n  - id: a1\n    key: k1\n    action: transfer\n`,
    "acl: a1",
  ],
  ["nsd", startNsd, `key:\n  name: k1\n  algorithm: hmac-sha256\n  secret: ${SECRET}\n`, "provide-xfr: 127.0.0.1 k1"],
  ["bind", startNamed, `key "k1" { algorithm hmac-sha256; secret "${SECRET}"; };`, "allow-transfer { key k1; };"],
] as const)("a signed transfer of many messages comes in from %s", async (_, start, settings, zoneSettings) => {
  await using server = await start({
    settings,
    zones: [{ origin: "example.", text: LARGE, settings: zoneSettings }],
  });
  if (server === undefined) return;
  const zone = await fetchZone(exchanger(), at(server.port, KEY), { origin: ORIGIN, zoneClass: 1 });
  expect(linesOf(zone)).toEqual(linesOf(zoneOf(LARGE)));
});

test("a signed transfer of many messages goes out to dig", async () => {
  const dig = peer("dig");
  if (dig === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), "tenon-tsig-"));
  try {
    writeFileSync(join(folder, "example.zone"), LARGE);
    await using server = await DnsServer.listen({
      baseDir: folder,
      config: {
        key: [{ id: "k1", algorithm: "hmac-sha256", secret: SECRET }],
        acl: [{ id: "a1", key: ["k1"], action: ["transfer"] }],
        zone: [{ domain: "example.", file: "example.zone", acl: ["a1"] }],
      },
    });
    const args = ["@127.0.0.1", "-p", String(server.port), "-y", `hmac-sha256:k1:${SECRET}`, "example.", "AXFR"];
    const { stdout } = await promisify(execFile)(dig, args, { maxBuffer: 2 ** 26 });
    expect(stdout).toContain("XFR size: 60007 records");
    expect(stdout).not.toMatch(/verify failure|could not be validated|failed/i);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
