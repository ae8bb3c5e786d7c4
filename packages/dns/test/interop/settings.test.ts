/**
 * One configuration, two servers: keys, rules and zones in Knot's words are given to Knot and to ours as the same text, and who may do what has to
 * come out the same. Beside that, what dig and kdig say about a server's own answers: NSID, cookies, keepalive, version.bind.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { readConfigFile } from "../../src/config/file.ts";
import { DnsServer } from "../../src/index.ts";
import { startKnot } from "../support/peers/name-servers.ts";

const run = promisify(execFile);
const ZONE = "$TTL 60\n@ SOA ns hostmaster 1 3600 600 604800 60\n@ NS ns\nns A 127.0.0.1\nwww A 192.0.2.1\n";

const SETTINGS = `
key:
  - id: k1
    algorithm: hmac-sha256
    secret: c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0
  - id: k2
    algorithm: hmac-sha512
    secret: b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgb3RoZXI=
acl:
  - id: here
    address: 127.0.0.0/8
    action: [transfer, update]
  - id: by-key
    key: [k1]
    action: transfer
  - id: by-either
    address: [10.0.0.0/8, 127.0.0.1-127.0.0.3]
    key: [k1, k2]
    action: [transfer, notify]
  - id: not-2
    address: 127.0.0.2
    action: transfer
    deny: on
  - id: nobody
    address: 127.0.0.2
    deny: on
  - id: elsewhere
    address: [192.0.2.0/24, 2001:db8::/32]
    action: transfer
`;

/** Of each zone the rules, in the order in which they are asked. */
const RULES: Readonly<Record<string, string>> = {
  "none.test.": "",
  "here.test.": "here",
  "by-key.test.": "by-key",
  "by-either.test.": "by-either",
  "not-2.test.": "[not-2, here]",
  "late.test.": "[here, not-2]",
  "nobody.test.": "[nobody, here, by-key]",
  "mixed.test.": "[elsewhere, by-key, here]",
};

const KEYS = {
  none: [],
  k1: ["-y", "hmac-sha256:k1:c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0"],
  k2: ["-y", "hmac-sha512:k2:b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgb3RoZXI="],
  "k1 with another secret": ["-y", "hmac-sha256:k1:b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgb3RoZXI="],
  unknown: ["-y", "hmac-sha256:k3:c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0"],
};

let folder: string;
const servers: DnsServer[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tenon-dns-settings-"));
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close({ graceMs: 0 })));
  rmSync(folder, { recursive: true });
});

async function listen(text: string): Promise<DnsServer> {
  writeFileSync(join(folder, "zone"), ZONE);
  const file = join(folder, "dns.yaml");
  writeFileSync(file, text);
  const server = await DnsServer.listen({ ...readConfigFile(file), host: "127.0.0.1", port: 0 });
  servers.push(server);
  return server;
}

async function dig(port: number, ...words: string[]): Promise<string> {
  const { stdout } = await run(peer("dig")!, ["@127.0.0.1", "-p", String(port), "+tries=1", "+time=10", ...words]);
  return stdout;
}

test("the same rules allow and refuse the same transfers and queries as Knot's", async () => {
  const kdig = peer("kdig");
  const origins = Object.keys(RULES);
  await using knot = await startKnot({
    settings: SETTINGS,
    zones: origins.map((origin) => ({
      origin,
      text: ZONE,
      settings: RULES[origin] === "" ? "" : `acl: ${RULES[origin]!}`,
      awaited: origin !== "nobody.test.",
    })),
  });
  if (knot === undefined || kdig === undefined) return;
  const zones = origins
    .map((origin) => `  - {domain: ${origin}, file: zone${RULES[origin] === "" ? "" : `, acl: ${RULES[origin]!}`}}`)
    .join("\n");
  const server = await listen(`${SETTINGS}\nzone:\n${zones}\n`);

  /** "allowed", or how it was refused. */
  const outcome = async (port: number, words: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await run(kdig, [
      "@127.0.0.1",
      "-p",
      String(port),
      "+retry=0",
      "+time=10",
      ...words,
    ]).catch((error: { stdout: string; stderr: string }) => error);
    const said = stdout + stderr;
    if (/^www\.[^\n]*192\.0\.2\.1/m.test(said) || /status: NOERROR/.test(said)) return "allowed";
    // Knot says NOTAUTH (RFC 8945's word for keys) where RFC 5936 §2.2.1, BIND, NSD and ours say REFUSED.
    expect(said).toMatch(/NOTAUTH|REFUSED|BADKEY|BADSIG/);
    return "refused";
  };
  const differences: string[] = [];
  let allowed = 0;
  for (const origin of origins) {
    for (const from of ["127.0.0.1", "127.0.0.2"]) {
      for (const [key, words] of Object.entries(KEYS)) {
        for (const type of ["AXFR", "A"]) {
          const name = type === "A" ? `www.${origin}` : origin;
          const asked = ["-b", from, ...words, name, type];
          const [theirs, ours] = await Promise.all([outcome(knot.port, asked), outcome(server.port, asked)]);
          if (ours === "allowed") allowed += 1;
          if (theirs !== ours)
            differences.push(`${type} ${name} from ${from} with key ${key}: Knot ${theirs}, ours ${ours}`);
        }
      }
    }
  }
  expect(differences).toEqual([]);
  expect(allowed).toBeGreaterThan(30);
});

describe.skipIf(peer("dig") === undefined)("dig reads what a server says of itself", () => {
  const server = "server: {nsid: here-1, version: tenon, identity: ns1.example, minimal-responses: on}";
  const zone = "zone: [{domain: example.com, file: zone}]";

  test("NSID, version.bind, id.server", async () => {
    const { port } = await listen(`${server}\n${zone}\n`);
    expect(await dig(port, "+nsid", "www.example.com")).toMatch(/^; NSID: .*\("here-1"\)$/m);
    expect(await dig(port, "CH", "TXT", "version.bind", "+short")).toBe('"tenon"\n');
    expect(await dig(port, "CH", "TXT", "id.server", "+short")).toBe('"ns1.example"\n');
    const { port: silent } = await listen(`${zone}\n`);
    expect(await dig(silent, "CH", "TXT", "version.bind")).toContain("status: REFUSED");
    expect(await dig(silent, "+nsid", "www.example.com")).not.toContain("NSID");
  });

  test("cookies, which dig finds good, also after a restart with a storage", async () => {
    const settings = `database: {storage: state}\n${zone}\n`;
    const first = await listen(settings);
    const said = await dig(first.port, "+cookie=0102030405060708", "www.example.com");
    const [, cookie] = /^; COOKIE: ([\da-f]{48}) \(good\)$/m.exec(said)!;
    await first.close();
    const second = await listen(settings);
    expect(await dig(second.port, `+cookie=${cookie!}`, "www.example.com")).toMatch(
      /^; COOKIE: [\da-f]{48} \(good\)$/m,
    );
  });

  test("keepalive over TCP, and how long it is", async () => {
    const { port } = await listen(`server: {tcp-idle-timeout: 7s}\n${zone}\n`);
    expect(await dig(port, "+tcp", "+keepalive", "www.example.com")).toContain("; TCP KEEPALIVE: 7.0 secs");
    expect(await dig(port, "+keepalive", "www.example.com")).not.toContain("TCP KEEPALIVE");
  });

  test("many queries over one connection", async () => {
    const { port } = await listen(`${zone}\n`);
    const words = Array.from({ length: 20 }, () => ["www.example.com", "+tcp", "+keepopen", "+short"]).flat();
    expect(await dig(port, ...words)).toBe("192.0.2.1\n".repeat(20));
    expect(
      servers
        .at(-1)!
        .metrics()
        .find(({ name }) => name === "dns_connections_total"),
    ).toMatchObject({ value: 1 });
  });
});
