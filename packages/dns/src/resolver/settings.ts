/** What a resolver is told, in Unbound's vocabulary (unbound.conf(5)), and the same as values. */
import type { Address } from "@tenon/kit";
import { addressFromText } from "../client/address-text.ts";
import { DnsError } from "../errors.ts";
import { Name } from "../name/name.ts";
import { rdataFromText } from "../rdata/rdata.ts";
import { CLASS, classCode, isMetaType, typeCode, typeText } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import { MAX_TTL, parseDuration } from "../text/duration.ts";
import { ACCESS_ACTIONS, type AccessAction } from "./access.ts";
import { AddressPrefix, addressBytes } from "./address-prefix.ts";
import type { LifetimeLimits } from "./lifetime.ts";
import { LOCAL_ZONE_TYPES, type LocalZoneType } from "./local-zones.ts";

/** The `resolver` block of a configuration. What is left out keeps its default. */
export interface ResolverConfig {
  readonly "forward-zone"?: readonly ForwardConfig[];
  /** Their servers are authorities: asked without RD. */
  readonly "stub-zone"?: readonly ForwardConfig[];
  /** Seconds. Defaults 0, 86400, 3600. */
  readonly "cache-min-ttl"?: number;
  readonly "cache-max-ttl"?: number;
  readonly "cache-max-negative-ttl"?: number;
  /** Bytes, or text such as `4m`. Default 8 MiB. */
  readonly "cache-size"?: number | string;
  /** Asks for names anew that are asked for in the last tenth of their TTL. Default false. */
  readonly prefetch?: boolean;
  /** Answers from entries that are over while no upstream answers (RFC 8767). Default false. */
  readonly "serve-expired"?: boolean;
  /** Seconds after their end. Default 86400. */
  readonly "serve-expired-ttl"?: number;
  /** Seconds that such answers may be kept. Default 30. */
  readonly "serve-expired-reply-ttl"?: number;
  /** Milliseconds that upstreams have first; 0: none. Default 1800. */
  readonly "serve-expired-client-timeout"?: number;
  /** 0x20. Default false. */
  readonly "use-caps-for-id"?: boolean;
  readonly "do-ip4"?: boolean;
  readonly "do-ip6"?: boolean;
  /** Default false: a forwarder on the same machine is an upstream as any other. */
  readonly "do-not-query-localhost"?: boolean;
  readonly "outgoing-interface"?: readonly string[];
  /** Bytes that upstreams may send over UDP. Default 1232. */
  readonly "edns-buffer-size"?: number;
  /** Answers for localhost, onion, reverse zones of private addresses and the like oneself. Default true. */
  readonly "local-defaults"?: boolean;
  /** `example. static` */
  readonly "local-zone"?: readonly string[];
  /** `www.example. 60 IN A 192.0.2.1`; TTL (3600) and class may be left out. */
  readonly "local-data"?: readonly string[];
  /** Addresses that no upstream may give for a name … */
  readonly "private-address"?: readonly string[];
  /** … but for these. */
  readonly "private-domain"?: readonly string[];
  /** `10.0.0.0/8 allow`. Default: loopback is allowed, everybody else refused. */
  readonly "access-control"?: readonly string[];
  /** Queries a second that one client may ask; 0, the default: as many as it likes. */
  readonly ratelimit?: number;
  /** Passes EDNS client subnets on and leaves such answers out of the cache. Default false. */
  readonly "send-client-subnet"?: boolean;
}

export interface ForwardConfig {
  readonly name: string;
  /** `192.0.2.1`, `192.0.2.1@5353`, `2001:db8::1@53`. */
  readonly address: readonly string[];
  /** Over TCP only. */
  readonly tcp?: boolean;
}

/** Where names of a zone are asked. */
export interface ForwardZone {
  readonly name: Name;
  readonly kind: "forward" | "stub";
  readonly servers: readonly Address[];
  readonly tcp: boolean;
}

export interface ResolverSettings extends LifetimeLimits {
  readonly zones: readonly ForwardZone[];
  readonly cacheBytes: number;
  readonly prefetch: boolean;
  /** Undefined: entries that are over answer nothing. Seconds, seconds, milliseconds. */
  readonly serveExpired:
    | { readonly ttl: number; readonly replyTtl: number; readonly clientTimeoutMs: number }
    | undefined;
  readonly randomCase: boolean;
  readonly localAddresses: readonly Address[];
  readonly udpPayload: number;
  readonly localDefaults: boolean;
  readonly localZones: readonly { readonly name: Name; readonly type: LocalZoneType }[];
  readonly localData: readonly ResourceRecord[];
  readonly privateAddresses: readonly AddressPrefix[];
  readonly privateDomains: readonly Name[];
  readonly access: readonly (readonly [AddressPrefix, AccessAction])[];
  readonly rateLimit: number;
  readonly sendClientSubnet: boolean;
}

const LOCAL_DATA_TTL = 3600;

/** Throws DnsError("syntax") that says which setting is wrong. */
export function resolverSettings(config: ResolverConfig): ResolverSettings {
  const allowed = (server: Address): boolean => {
    const isIp6 = server.address.includes(":");
    if (!(isIp6 ? (config["do-ip6"] ?? true) : (config["do-ip4"] ?? true))) return false;
    return (
      config["do-not-query-localhost"] !== true ||
      !LOOPBACK.some((block) => block.contains(addressBytes(server.address)!))
    );
  };
  const zonesOf = (kind: ForwardZone["kind"]): ForwardZone[] =>
    (config[`${kind}-zone`] ?? []).map(({ name, address, tcp = false }) => ({
      name: Name.parse(name),
      kind,
      servers: address.map((text) => serverAddress(text)).filter(allowed),
      tcp,
    }));
  return {
    zones: [...zonesOf("forward"), ...zonesOf("stub")],
    cacheMinTtl: config["cache-min-ttl"] ?? 0,
    cacheMaxTtl: config["cache-max-ttl"] ?? 86_400,
    cacheMaxNegativeTtl: config["cache-max-negative-ttl"] ?? 3600,
    cacheBytes: byteCount(config["cache-size"] ?? 8 * 1024 * 1024),
    prefetch: config.prefetch ?? false,
    serveExpired:
      config["serve-expired"] === true
        ? {
            ttl: config["serve-expired-ttl"] ?? 86_400,
            replyTtl: config["serve-expired-reply-ttl"] ?? 30,
            clientTimeoutMs: config["serve-expired-client-timeout"] ?? 1800,
          }
        : undefined,
    randomCase: config["use-caps-for-id"] ?? false,
    localAddresses: (config["outgoing-interface"] ?? []).map((text) => ({ ...serverAddress(text), port: 0 })),
    udpPayload: config["edns-buffer-size"] ?? 1232,
    localDefaults: config["local-defaults"] ?? true,
    localZones: (config["local-zone"] ?? []).map(localZone),
    localData: (config["local-data"] ?? []).map(localRecord),
    privateAddresses: (config["private-address"] ?? []).map((text) => AddressPrefix.parse(text)),
    privateDomains: (config["private-domain"] ?? []).map((text) => Name.parse(text)),
    access: [...LOOPBACK.map((block) => [block, "allow"] as const), ...(config["access-control"] ?? []).map(accessRow)],
    rateLimit: config.ratelimit ?? 0,
    sendClientSubnet: config["send-client-subnet"] ?? false,
  };
}

const LOOPBACK = ["127.0.0.0/8", "::1"].map((text) => AddressPrefix.parse(text));

/** Whom to ask. */
function serverAddress(text: string): Address {
  const server = addressFromText(text);
  if (server.port === 0) throw new DnsError("syntax", `${text}: nobody can be asked at port 0`);
  return server;
}

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

function byteCount(size: number | string): number {
  const [, count, unit] = /^(\d+)([kmg]?)b?$/i.exec(String(size)) ?? [];
  if (count === undefined) throw new DnsError("syntax", `cache-size: no number of bytes: "${size}"`);
  return Number(count) * UNITS[unit!.toLowerCase()]!;
}

function accessRow(text: string): readonly [AddressPrefix, AccessAction] {
  const [block = "", action = ""] = text.trim().split(/\s+/);
  const known = ACCESS_ACTIONS.find((name) => name === action);
  if (known === undefined) {
    throw new DnsError("syntax", `access-control: "${action}" is none of ${ACCESS_ACTIONS.join(", ")}`);
  }
  return [AddressPrefix.parse(block), known];
}

function localZone(text: string): { name: Name; type: LocalZoneType } {
  const [name = "", type = ""] = text.trim().split(/\s+/);
  const known = LOCAL_ZONE_TYPES.find((zoneType) => zoneType === type);
  if (known === undefined) {
    throw new DnsError("syntax", `local-zone: "${type}" is none of ${LOCAL_ZONE_TYPES.join(", ")}`);
  }
  return { name: Name.parse(unquoted(name)), type: known };
}

/** Owner, then TTL and class in either order or not at all, type, data. */
function localRecord(text: string): ResourceRecord {
  const words = /^\s*(\S+)\s+(.*)$/s.exec(unquoted(text));
  if (words === null) throw new DnsError("syntax", `local-data: "${text}" has no type`);
  const name = Name.parse(words[1]!);
  let rest = words[2]!.trimEnd();
  let ttl = LOCAL_DATA_TTL;
  let recordClass: number = CLASS.IN;
  for (;;) {
    const [, word = "", after = ""] = /^(\S+)\s*(.*)$/s.exec(rest) ?? [];
    const seconds = parseDuration(word, MAX_TTL);
    const type = typeCode(word);
    if (seconds !== undefined) ttl = seconds;
    else if (classCode(word) !== undefined && type === undefined) recordClass = classCode(word)!;
    else if (type === undefined || isMetaType(type) || recordClass !== CLASS.IN) {
      throw new DnsError(
        "syntax",
        `local-data: "${text}": ${word === "" ? "no type" : `${word} is no type of class IN`}`,
      );
    } else return { name, type, class: recordClass, ttl, rdata: dataOf(type, after, text) };
    rest = after;
  }
}

function dataOf(type: number, data: string, text: string): Uint8Array {
  try {
    return rdataFromText(type, data);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DnsError("syntax", `local-data: "${text}": ${typeText(type)}: ${reason}`);
  }
}

/** As unbound.conf has it: the whole in quotes. */
function unquoted(text: string): string {
  return text
    .trim()
    .replace(/^'(.*)'$/s, "$1")
    .replace(/^"([^"]*)"$/s, "$1");
}
