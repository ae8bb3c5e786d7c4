/**
 * The settings' shape: Knot's vocabulary for what is served, Unbound's for the resolver. The `error` of every part completes the sentence
 * "expected …".
 *
 * Keys whose work is still to come are known here all the same, so that they are told from misspelt ones (unsupported.ts).
 */
import * as z from "zod";
import type { CheckedConfig, DnsConfig } from "./config.ts";

const OBJECT = "a group of settings";

/** YAML 1.2 reads Knot's on and off as text. */
const flag = z
  .union([z.boolean(), z.enum(["on", "off", "yes", "no", "true", "false"])], "true or false (on or off)")
  .transform((value) => value === true || value === "on" || value === "yes" || value === "true");
/** YAML reads `version: 9.18` as a number. */
const text = z.union([z.string(), z.number()], "text").transform(String);
const id = z.union([z.string().min(1), z.number()], "a name").transform(String);
/** One, or a list of them. */
function listOf<T extends z.ZodType>(item: T): z.ZodType<z.output<T>[], z.input<T> | z.input<T>[]> {
  const list = z.union([z.array(item, "a list"), item.transform((one) => [one])]);
  return list as unknown as z.ZodType<z.output<T>[], z.input<T> | z.input<T>[]>;
}
const texts = listOf(text);
const ids = listOf(id);

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const SECONDS = "seconds, or a time like 30m, 12h or 7d";
/** Seconds. */
const time = z.union([z.int().min(0), z.string().regex(/^\d+[smhdw]?$/)], SECONDS).transform((value) => {
  const [, amount, unit] = /^(\d+)([smhdw]?)$/.exec(String(value))!;
  return Number(amount) * (UNITS[unit!] ?? 1);
});
const SIZES: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };
const SIZE = "bytes, or a size like 64k, 16m or 1g";
/** Bytes. */
const size = z.union([z.int().min(0), z.string().regex(/^\d+[bkmg]?$/i)], SIZE).transform((value) => {
  const [, amount, unit] = /^(\d+)([bkmg]?)$/i.exec(String(value))!;
  return Number(amount) * (SIZES[unit!.toLowerCase()] ?? 1);
});
function count(least: number, most: number): z.ZodInt {
  const range = `a whole number from ${least} to ${most}`;
  return z.int(range).min(least, range).max(most, range);
}

const server = z.strictObject(
  {
    listen: texts.optional(),
    "listen-tls": texts.optional(),
    "listen-https": texts.optional(),
    "minimal-responses": flag.optional(),
    "udp-max-payload": count(512, 65_507).optional(),
    nsid: text.optional(),
    version: text.optional(),
    identity: text.optional(),
    workers: count(1, 64).optional(),
    "tcp-max-clients": count(1, 65_535).optional(),
    "tcp-idle-timeout": time.optional(),
  },
  OBJECT,
);

const key = z.strictObject({ id, algorithm: text, secret: text }, OBJECT);

const remote = z.strictObject({ id, address: texts, key: id.optional(), tls: flag.optional() }, OBJECT);

const ACTION = "transfer, notify, update or query";
const acl = z.strictObject(
  {
    id,
    address: texts.optional(),
    key: ids.optional(),
    action: listOf(z.enum(["transfer", "notify", "update", "query"], ACTION)).optional(),
    deny: flag.optional(),
  },
  OBJECT,
);

const policy = z.strictObject(
  {
    id,
    algorithm: text.optional(),
    nsec3: flag.optional(),
    "nsec3-iterations": count(0, 65_535).optional(),
    "nsec3-salt-length": count(0, 255).optional(),
    "nsec3-opt-out": flag.optional(),
    "single-type-signing": flag.optional(),
    "ksk-lifetime": time.optional(),
    "zsk-lifetime": time.optional(),
    "rrsig-lifetime": time.optional(),
    "rrsig-refresh": time.optional(),
    "cds-cdnskey-publish": text.optional(),
  },
  OBJECT,
);

const zoneKeys = {
  storage: text.optional(),
  file: text.optional(),
  master: ids.optional(),
  notify: ids.optional(),
  acl: ids.optional(),
  "refresh-min-interval": time.optional(),
  "dnssec-signing": flag.optional(),
  "dnssec-policy": id.optional(),
  "catalog-role": z.enum(["none", "interpret", "generate", "member"], "none, interpret, generate or member").optional(),
  "zonemd-generate": text.optional(),
  "zonemd-verify": flag.optional(),
  "journal-max-depth": count(2, 2 ** 31 - 1).optional(),
  "journal-max-usage": size.optional(),
  "semantic-checks": z.union([flag, z.literal("soft")], "true, false or soft").optional(),
};
const rateLimit = z.strictObject(
  {
    id: z.literal("default", "the id default: there is one limit, the server's"),
    "rate-limit": count(0, 1_000_000).optional(),
    slip: count(0, 100).optional(),
    "table-size": count(1, 2 ** 24).optional(),
  },
  OBJECT,
);
const template = z.strictObject({ id, ...zoneKeys }, OBJECT);
const zone = z.strictObject({ domain: text, template: id.optional(), ...zoneKeys }, OBJECT);

/** Not Knot's, which has no views: other zones for some clients. */
const view = z.strictObject({ id, address: texts, zone: z.array(zone, "a list of zones") }, OBJECT);

const upstream = z.strictObject({ name: text, address: texts, tls: flag.optional() }, OBJECT);
const rpz = z.strictObject({ name: text, zone: text }, OBJECT);

const resolver = z.strictObject(
  {
    "root-hints": text.optional(),
    "trust-anchor-file": texts.optional(),
    "domain-insecure": texts.optional(),
    "auto-trust-anchor": flag.optional(),
    "trust-anchor-signaling": flag.optional(),
    priming: flag.optional(),
    "qname-minimisation": flag.optional(),
    "harden-glue": flag.optional(),
    "do-ip4": flag.optional(),
    "do-ip6": flag.optional(),
    "do-not-query-localhost": flag.optional(),
    "outgoing-interface": texts.optional(),
    "edns-buffer-size": count(512, 65_535).optional(),
    "target-fetch-policy": text.optional(),
    "cache-min-ttl": time.optional(),
    "cache-max-ttl": time.optional(),
    "cache-max-negative-ttl": time.optional(),
    "cache-size": size.optional(),
    prefetch: flag.optional(),
    "serve-expired": flag.optional(),
    "serve-expired-ttl": time.optional(),
    "serve-expired-reply-ttl": time.optional(),
    "serve-expired-client-timeout": count(0, 60_000).optional(),
    "use-caps-for-id": flag.optional(),
    "dns64-prefix": text.optional(),
    "local-defaults": flag.optional(),
    "local-zone": texts.optional(),
    "local-data": texts.optional(),
    "private-address": texts.optional(),
    "private-domain": texts.optional(),
    "access-control": texts.optional(),
    "forward-zone": z.array(upstream, "a list of forward zones").optional(),
    "stub-zone": z.array(upstream, "a list of stub zones").optional(),
    rpz: z.array(rpz, "a list of policy zones").optional(),
    ratelimit: count(0, 2 ** 31 - 1).optional(),
  },
  OBJECT,
);

export const configSchema: z.ZodType<CheckedConfig, DnsConfig> = z.strictObject(
  {
    server: server.optional(),
    database: z.strictObject({ storage: text.optional() }, OBJECT).optional(),
    key: z.array(key, "a list of keys").optional(),
    remote: z.array(remote, "a list of remotes").optional(),
    acl: z.array(acl, "a list of rules").optional(),
    policy: z.array(policy, "a list of policies").optional(),
    "mod-rrl": z.array(rateLimit, "a list of limits").max(1, "one limit").optional(),
    template: z.array(template, "a list of templates").optional(),
    zone: z.array(zone, "a list of zones").optional(),
    view: z.array(view, "a list of views").optional(),
    resolver: resolver.optional(),
  },
  OBJECT,
);
