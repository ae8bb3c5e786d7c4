/** A checked configuration → what the server works with: references followed, templates filled in, text made into addresses, names and keys. */
import { resolve } from "node:path";
import type { Address } from "@tenon/kit";
import { type AclRule, AddressSet } from "../access.ts";
import type { RateLimit } from "../authority/rate-limit.ts";
import { addressFromText } from "../client/address-text.ts";
import { DnsError } from "../errors.ts";
import { Name } from "../name/name.ts";
import type { ListenAddress } from "../transport/doors.ts";
import { type ResolverSettings, resolverSettings } from "../resolver/settings.ts";
import type { Remote } from "../transfer/exchange.ts";
import { keyMap, tsigKey, type TsigKey } from "../tsig/key.ts";
import type { CheckedConfig, CheckedZone, CheckedZoneKeys } from "./config.ts";
import { type ConfigPath, type ConfigProblem, DnsConfigError } from "./errors.ts";

export interface RemoteServer {
  readonly id: string;
  /** In the order in which they are tried. */
  readonly addresses: readonly Address[];
  readonly key: TsigKey | undefined;
}

/** Each address as a remote of its own. */
export function remotesOf(servers: readonly RemoteServer[]): Remote[] {
  return servers.flatMap(({ addresses, key }) => addresses.map((address) => ({ address, key })));
}

export interface ZoneSettings {
  readonly origin: Name;
  /** Absolute path. */
  readonly file: string | undefined;
  readonly masters: readonly RemoteServer[];
  readonly notify: readonly RemoteServer[];
  readonly acl: readonly AclRule[];
  /** Knot's names, for the secondary and the journal. */
  readonly keys: CheckedZoneKeys;
}

export interface ViewSettings {
  readonly id: string;
  readonly addresses: AddressSet;
  readonly zones: readonly ZoneSettings[];
}

export interface Settings {
  readonly listen: readonly ListenAddress[];
  readonly minimalResponses: boolean;
  readonly udpPayload: number;
  readonly nsid: Uint8Array | undefined;
  readonly version: string | undefined;
  readonly identity: string | undefined;
  /** What `mod-rrl` says; "default" without it, undefined where it says that there is no limit. */
  readonly rateLimit: RateLimit | "default" | undefined;
  readonly tcpClients: number | undefined;
  readonly tcpIdleMs: number | undefined;
  /** Absolute path of the folder for journals and timers. */
  readonly storage: string | undefined;
  readonly keys: ReadonlyMap<string, TsigKey>;
  readonly zones: readonly ZoneSettings[];
  readonly views: readonly ViewSettings[];
  /** Without it, other names are refused. */
  readonly resolver: ResolverSettings | undefined;
}

/** Relative paths start from `baseDir`. Throws DnsConfigError with all that is wrong. */
export function settingsOf(
  config: CheckedConfig,
  baseDir: string,
  placeOf?: (path: ConfigPath) => string | undefined,
): Settings {
  const reading = new Reading(config, baseDir);
  const settings = reading.settings();
  if (reading.problems.length > 0) throw new DnsConfigError(reading.problems, placeOf);
  return settings;
}

class Reading {
  readonly problems: ConfigProblem[] = [];
  readonly #config: CheckedConfig;
  readonly #baseDir: string;
  readonly #keys: Map<string, TsigKey>;
  readonly #remotes: Map<string, RemoteServer>;
  readonly #rules: Map<string, AclRule>;
  readonly #templates: Map<string, CheckedZoneKeys>;

  constructor(config: CheckedConfig, baseDir: string) {
    this.#config = config;
    this.#baseDir = baseDir;
    this.#keys = this.#named("key", config.key, ({ id, algorithm, secret }) => tsigKey(id, algorithm, secret));
    this.#remotes = this.#named("remote", config.remote, ({ id, address, key }, path) => ({
      id,
      addresses: address.map((text, i) => this.#try([...path, "address", i], () => addressFromText(text), NOWHERE)),
      key: key === undefined ? undefined : this.#referred("key", this.#keys, key, [...path, "key"]),
    }));
    this.#rules = this.#named("acl", config.acl, ({ address, key, action, deny }, path) => ({
      addresses:
        address === undefined
          ? undefined
          : this.#try([...path, "address"], () => new AddressSet(address), new AddressSet([])),
      keys:
        key === undefined
          ? undefined
          : new Set(key.flatMap((id, i) => this.#idOfKey(id, [...path, "key", ...(key.length > 1 ? [i] : [])]))),
      actions: new Set(action ?? (deny === true ? [] : ["query" as const])),
      deny: deny ?? false,
    }));
    this.#templates = this.#named("template", config.template, (template) => template);
  }

  settings(): Settings {
    const { server, database, zone, view, resolver } = this.#config;
    return {
      listen: (server?.listen ?? []).map((text, i) =>
        this.#try(["server", "listen", i], () => listenAddress(text), { host: "127.0.0.1", port: 0 }),
      ),
      minimalResponses: server?.["minimal-responses"] ?? true,
      udpPayload: server?.["udp-max-payload"] ?? DEFAULT_UDP_PAYLOAD,
      nsid: nsidBytes(server?.nsid),
      version: emptyIsNone(server?.version),
      identity: emptyIsNone(server?.identity),
      rateLimit: this.#rateLimit(),
      tcpClients: server?.["tcp-max-clients"],
      tcpIdleMs: server?.["tcp-idle-timeout"] === undefined ? undefined : server["tcp-idle-timeout"] * 1000,
      storage: database?.storage === undefined ? undefined : resolve(this.#baseDir, database.storage),
      keys: keyMap(this.#keys.values()),
      zones: this.#zones(zone ?? [], ["zone"]),
      views: (view ?? []).map(({ id, address, zone: zones }, i) => ({
        id,
        addresses: this.#try(["view", i, "address"], () => new AddressSet(address), new AddressSet([])),
        zones: this.#zones(zones, ["view", i, "zone"]),
      })),
      resolver:
        resolver === undefined
          ? undefined
          : this.#try(["resolver"], () => resolverSettings(defined(resolver)), undefined),
    };
  }

  #rateLimit(): RateLimit | "default" | undefined {
    const [group] = this.#config["mod-rrl"] ?? [];
    if (group === undefined) return "default";
    const { "rate-limit": rate, slip, "table-size": size } = group;
    if (rate === 0) return undefined;
    return {
      ...(rate === undefined ? {} : { responsesPerSecond: rate }),
      ...(slip === undefined ? {} : { slip }),
      ...(size === undefined ? {} : { tableSize: 2 ** Math.ceil(Math.log2(size)) }),
    };
  }

  #zones(zones: readonly CheckedZone[], path: ConfigPath): ZoneSettings[] {
    const seen = new Set<string>();
    return zones.map((zone, i) => {
      const settings = this.#zone(zone, [...path, i]);
      const name = settings.origin.folded().toString();
      if (seen.has(name)) this.problems.push({ path: [...path, i, "domain"], text: `${name} is there already` });
      seen.add(name);
      return settings;
    });
  }

  #zone(zone: CheckedZone, path: ConfigPath): ZoneSettings {
    const origin = this.#try([...path, "domain"], () => Name.parse(zone.domain), Name.root);
    const template =
      zone.template === undefined
        ? this.#templates.get("default")
        : this.#referred("template", this.#templates, zone.template, [...path, "template"]);
    const keys: CheckedZoneKeys = { ...template, ...defined(zone) };
    const references = <T>(key: "master" | "notify" | "acl", kind: string, from: Map<string, T>): T[] =>
      (keys[key] ?? []).flatMap((id) => this.#referred(kind, from, id, [...path, key]) ?? []);
    const masters = references("master", "remote", this.#remotes);
    const file = keys.file ?? (masters.length > 0 ? undefined : DEFAULT_FILE);
    return {
      origin,
      file: file === undefined ? undefined : this.#path(file, keys.storage, origin),
      masters,
      notify: references("notify", "remote", this.#remotes),
      acl: references("acl", "acl", this.#rules),
      keys,
    };
  }

  #path(file: string, storage: string | undefined, origin: Name): string {
    const name = origin.toString().replace(/\.$/, "").toLowerCase();
    return resolve(
      this.#baseDir,
      storage ?? ".",
      file.replaceAll(/%([s%])/g, (_, kind) => (kind === "s" ? name : "%")),
    );
  }

  /** The entries of a section by their ids. */
  #named<G extends { readonly id: string }, T>(
    section: string,
    groups: readonly G[] | undefined,
    read: (group: G, path: ConfigPath) => T,
  ): Map<string, T> {
    const all = new Map<string, T>();
    for (const [i, group] of (groups ?? []).entries()) {
      const path = [section, i];
      if (all.has(group.id)) this.problems.push({ path: [...path, "id"], text: `${group.id} is there already` });
      const value = this.#try(path, () => read(group, path), undefined);
      if (value !== undefined) all.set(group.id, value);
    }
    return all;
  }

  #idOfKey(id: string, path: ConfigPath): string[] {
    const key = this.#referred("key", this.#keys, id, path);
    return key === undefined ? [] : [...keyMap([key]).keys()];
  }

  #referred<T>(kind: string, from: ReadonlyMap<string, T>, id: string, path: ConfigPath): T | undefined {
    const found = from.get(id);
    if (found === undefined) this.problems.push({ path, text: `there is no ${kind} ${id}` });
    return found;
  }

  /** Notes what `read` complains of, and goes on with `instead`. */
  #try<T>(path: ConfigPath, read: () => T, instead: T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof DnsError)) throw error;
      this.problems.push({ path, text: error.message });
      return instead;
    }
  }
}

const DEFAULT_UDP_PAYLOAD = 1232;
/** Knot's, of zones that come from nowhere else. */
const DEFAULT_FILE = "%s.zone";
const NOWHERE: Address = { address: "127.0.0.1", port: 0 };

function listenAddress(text: string): ListenAddress {
  const { address, port } = addressFromText(text);
  return { host: address, port };
}

function nsidBytes(text: string | undefined): Uint8Array | undefined {
  if (text === undefined || text === "") return undefined;
  return /^0x(?:[\da-f]{2})+$/i.test(text) ? Buffer.from(text.slice(2), "hex") : Buffer.from(text);
}

function emptyIsNone(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

/** Keys that are there with no value are as good as absent. */
function defined<T extends object>(group: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(group).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> }; // what was filtered out
}
