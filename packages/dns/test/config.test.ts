/** Settings: what is understood, what is refused and where, who may do what. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { AddressSet, type AclRule, isAllowed } from "../src/access.ts";
import { addressFromText } from "../src/client/address-text.ts";
import { checkConfig } from "../src/config/check.ts";
import type { AclAction } from "../src/config/config.ts";
import { readConfigFile } from "../src/config/file.ts";
import { type Settings, settingsOf } from "../src/config/settings.ts";
import { DnsConfigError } from "../src/index.ts";
import { tsigKey } from "../src/tsig/key.ts";

const folder = mkdtempSync(join(tmpdir(), "tenon-dns-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

function settings(config: unknown): Settings {
  return settingsOf(checkConfig(config), "/base");
}

/** The complaints about a file of this text, without the folder. */
function complaints(yaml: string): string[] {
  const file = join(folder, "dns.yaml");
  writeFileSync(file, yaml);
  try {
    readConfigFile(file);
  } catch (error) {
    if (!(error instanceof DnsConfigError)) throw error;
    return error.message.split("\n").map((line) => line.replace(`${folder}/`, ""));
  }
  return [];
}

test("a configuration in Knot's and Unbound's words is understood whole", () => {
  const { zones, keys, resolver, ...rest } = settings({
    server: {
      listen: ["127.0.0.1@5300", "::1@5301"],
      "minimal-responses": "off",
      "udp-max-payload": 4096,
      nsid: "0x6162",
      version: "9.10",
      identity: "ns1",
      workers: 1,
    },
    database: { storage: "state" },
    key: [{ id: "k1", algorithm: "hmac-sha256", secret: "c2VjcmV0" }],
    remote: [{ id: "r1", address: ["127.0.0.1@5301", "::1"], key: "k1", tls: false }],
    acl: [{ id: "a1", address: "127.0.0.0/8", key: ["k1"], action: ["transfer", "update"], deny: false }],
    template: [
      { id: "default", "journal-max-depth": 5 },
      { id: "other", file: "zones/%s.txt", "refresh-min-interval": "1m" },
    ],
    zone: [
      { domain: "example.com", file: "example.com.zone", master: "r1", notify: ["r1"], acl: "a1" },
      { domain: "Example.ORG.", template: "other", "catalog-role": "none", "zonemd-generate": "none" },
    ],
    resolver: { "cache-size": "16m", "cache-max-ttl": "1h", "forward-zone": [{ name: ".", address: "9.9.9.9" }] },
  });
  expect(rest).toMatchObject({
    listen: [
      { host: "127.0.0.1", port: 5300 },
      { host: "::1", port: 5301 },
    ],
    minimalResponses: false,
    udpPayload: 4096,
    version: "9.10",
    identity: "ns1",
    storage: "/base/state",
  });
  expect(Buffer.from(rest.nsid!).toString()).toBe("ab");
  expect([...keys.keys()]).toEqual(["k1."]);
  expect(zones.map(({ file }) => file)).toEqual(["/base/example.com.zone", "/base/zones/example.org.txt"]);
  expect(zones[0]).toMatchObject({
    masters: [
      {
        id: "r1",
        addresses: [
          { address: "127.0.0.1", port: 5301 },
          { address: "::1", port: 53 },
        ],
      },
    ],
    acl: [{ deny: false }],
    keys: { "journal-max-depth": 5 },
  });
  expect(zones[1]!.keys["refresh-min-interval"]).toBe(60);
  const plain = settings({
    remote: [{ id: "r", address: "::1" }],
    zone: [{ domain: "a.b" }, { domain: "c.d", master: "r" }],
  });
  expect(plain.zones.map(({ file }) => file)).toEqual(["/base/a.b.zone", undefined]);
  expect(resolver).toMatchObject({ cacheBytes: 16 * 1024 ** 2, cacheMaxTtl: 3600 });
});

test.each<[string, string[]]>([
  ["server: {listn: [127.0.0.1@53]}", ["dns.yaml:1:10: server.listn: no such setting"]],
  ["zone:\n  - domain: a\n    fil: x", ["dns.yaml:3:5: zone[0].fil: no such setting"]],
  ["zone:\n  - file: x", ["dns.yaml:2:5: zone[0].domain: is missing: text"]],
  ["server:\n  listen: [nowhere]", ["dns.yaml:2:12: server.listen[0]: nowhere is no address like 127.0.0.1@5300"]],
  [
    "server:\n  udp-max-payload: 100",
    ["dns.yaml:2:3: server.udp-max-payload: expected a whole number from 512 to 65507"],
  ],
  ["zone: [{domain: a, master: [r1]}]", ["dns.yaml:1:20: zone[0].master: there is no remote r1"]],
  ["zone: [{domain: a}, {domain: A.}]", ["dns.yaml:1:22: zone[1].domain: a. is there already"]],
  [
    "acl:\n  - {id: x, action: [transfr]}",
    ["dns.yaml:2:22: acl[0].action[0]: expected transfer, notify, update or query"],
  ],
  [
    "acl: [{id: x, address: 10.0.0.0/33}]",
    ["dns.yaml:1:15: acl[0].address: 10.0.0.0/33 is no address, network or range of addresses"],
  ],
  [
    "key: [{id: k, algorithm: rot13, secret: aaaa}]",
    ["dns.yaml:1:7: key[0]: key k: unknown algorithm rot13; there are "],
  ],
  ["a: 1\na: 2", ["dns.yaml:2:1: Map keys must be unique"]],
  ["zone: [", ["dns.yaml:1:8: Flow sequence in block collection"]],
])("%j is refused with its place", (yaml, expected) => {
  const found = complaints(yaml);
  expect(found).toHaveLength(expected.length);
  for (const [i, line] of expected.entries()) expect(found[i]).toContain(line);
});

test.each([
  ["server: {listen-tls: [127.0.0.1@853]}", "server.listen-tls: not supported yet: DNS over TLS"],
  ["server: {listen-https: [127.0.0.1@443]}", "server.listen-https: not supported yet: DNS over HTTPS"],
  ["server: {workers: 2}", "server.workers: not supported yet: more than one worker"],
  ["policy: [{id: p}]", "policy: not supported yet: signing"],
  ["zone: [{domain: a, dnssec-signing: true}]", "zone[0].dnssec-signing: not supported yet: signing"],
  ["zone: [{domain: a, catalog-role: generate}]", "zone[0].catalog-role: not supported yet: catalog zones"],
  ["template: [{id: a, zonemd-verify: on}]", "template[0].zonemd-verify: not supported yet: ZONEMD"],
  ["remote: [{id: a, address: 127.0.0.1, tls: true}]", "remote[0].tls: not supported yet: transfers over TLS"],
  ["resolver: {root-hints: x}", "resolver.root-hints: not supported yet: resolving from the roots"],
  ["resolver: {rpz: [{name: a, zone: b}]}", "resolver.rpz: not supported yet: response policy zones"],
  ["resolver: {trust-anchor-file: x}", "resolver.trust-anchor-file: not supported yet: validation"],
])("%s says that it is still to come", (yaml, expected) => {
  expect(complaints(yaml)).toEqual([expect.stringContaining(expected)]);
});

test("a key without a value is as good as absent, unless it has to be there or is none", () => {
  const [zone] = settings({
    server: { listen: ["127.0.0.1@0"], nsid: null, version: null, "listen-tls": null },
    template: [{ id: "default", file: "%s.zone" }],
    zone: [{ domain: "a.test", file: null, "dnssec-policy": null }],
    policy: null,
    resolver: null,
  }).zones;
  expect(zone!.file).toBe("/base/a.test.zone");
  expect(complaints("server: {nsid, version, identitiy}")).toEqual([
    "dns.yaml:1:25: server.identitiy: no such setting",
  ]);
  expect(complaints("key: [{id: a, algorithm: hmac-sha256, secret}]")).toEqual([
    "dns.yaml:1:39: key[0].secret: is missing: text",
  ]);
});

test("JSON is YAML, and a file may be empty", () => {
  expect(complaints('{"server": {"listen": ["127.0.0.1@0"]}, "zone": []}')).toEqual([]);
  expect(complaints("")).toEqual([]);
});

test.each([
  ["127.0.0.1", { address: "127.0.0.1", port: 53 }],
  ["127.0.0.1@5300", { address: "127.0.0.1", port: 5300 }],
  ["127.0.0.1:5300", { address: "127.0.0.1", port: 5300 }],
  ["::1", { address: "::1", port: 53 }],
  ["::1@5300", { address: "::1", port: 5300 }],
  ["[::1]:5300", { address: "::1", port: 5300 }],
  ["127.0.0.1#5300", { address: "127.0.0.1", port: 5300 }],
])("%s is an address", (text, address) => {
  expect(addressFromText(text)).toEqual(address);
});

test.each(["localhost", "127.0.0.1:", "127.0.0.1@x", "127.0.0.1@65536", "127.0.0", "[::1", "", "1.2.3.4 "])(
  "%j is none",
  (text) => {
    expect(() => addressFromText(text)).toThrow("is no address like 127.0.0.1@5300");
  },
);

describe("rules", () => {
  const key = tsigKey("k1", "hmac-sha256", "c2VjcmV0");
  const other = tsigKey("k2", "hmac-sha256", "c2VjcmV0");
  const rule = (actions: AclAction[], more: Partial<AclRule> = {}): AclRule => ({
    addresses: undefined,
    keys: undefined,
    actions: new Set(actions),
    deny: false,
    ...more,
  });
  const near = new AddressSet(["127.0.0.0/8", "10.0.0.5-10.0.0.9", "2001:db8::/32", "::1"]);

  test("sets of addresses hold networks and ranges, and IPv4 in IPv6's clothes", () => {
    for (const address of ["127.1.2.3", "10.0.0.5", "10.0.0.9", "2001:db8::7", "::1", "::ffff:127.0.0.1", "::1%lo"]) {
      expect([address, near.has(address)]).toEqual([address, true]);
    }
    for (const address of ["128.0.0.1", "10.0.0.10", "2001:db9::1", "::ffff:10.0.0.4"]) {
      expect([address, near.has(address)]).toEqual([address, false]);
    }
  });

  test("queries are free unless a rule denies them by name; everything else needs one that allows it", () => {
    const asking = { address: "127.0.0.1", key: undefined };
    expect(isAllowed([], "query", asking)).toBe(true);
    expect(isAllowed([], "transfer", asking)).toBe(false);
    expect(isAllowed([rule(["transfer"])], "transfer", asking)).toBe(true);
    expect(isAllowed([rule(["transfer"])], "update", asking)).toBe(false);
    expect(isAllowed([rule(["query"], { addresses: near, deny: true })], "query", asking)).toBe(false);
    expect(isAllowed([rule([], { deny: true })], "query", asking)).toBe(true);
    expect(isAllowed([rule([], { deny: true }), rule(["transfer"])], "transfer", asking)).toBe(false);
  });

  test("the first rule that fits decides", () => {
    const rules = [rule(["transfer"], { addresses: near, deny: true }), rule(["transfer"])];
    expect(isAllowed(rules, "transfer", { address: "127.0.0.1", key: undefined })).toBe(false);
    expect(isAllowed(rules, "transfer", { address: "192.0.2.1", key: undefined })).toBe(true);
  });

  test("a rule with keys wants one of them, and one without wants none", () => {
    const keyed = [rule(["transfer"], { keys: new Set(["k1."]) })];
    const plain = [rule(["transfer"])];
    const address = "127.0.0.1";
    expect(isAllowed(keyed, "transfer", { address, key })).toBe(true);
    expect(isAllowed(keyed, "transfer", { address, key: other })).toBe(false);
    expect(isAllowed(keyed, "transfer", { address, key: undefined })).toBe(false);
    expect(isAllowed(plain, "transfer", { address, key })).toBe(false);
    expect(isAllowed([rule([], { deny: true }), ...keyed], "transfer", { address, key })).toBe(false);
    expect(isAllowed(keyed, "query", { address, key })).toBe(true);
    expect(isAllowed(keyed, "query", { address, key: other })).toBe(false);
  });
});
