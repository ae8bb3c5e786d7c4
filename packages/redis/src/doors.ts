/**
 * Where a server listens: TCP ports in clear text and with TLS, on the addresses of `bind`, and a unix socket; as its settings say at the
 * start, and as CONFIG SET changes them.
 */
import { resolve } from "node:path";
import type { Address, ListenOptions, Log, ServiceAddress, TcpService, TlsListenOptions, World } from "@tenon/kit";
import { type Config, ConfigError } from "./engine/config.ts";
import type { RedisSession } from "./session.ts";
import { tlsListenOptions } from "./tls-settings.ts";

/** Changes where doors are; … */
const PLACES: ReadonlySet<string> = new Set(["bind", "port", "tls-port"]);
/** … how they speak. */
const MANNERS: ReadonlySet<string> = new Set([
  "tls-auth-clients",
  "tls-ca-cert-dir",
  "tls-ca-cert-file",
  "tls-cert-file",
  "tls-ciphers",
  "tls-ciphersuites",
  "tls-dh-params-file",
  "tls-key-file",
  "tls-key-file-pass",
  "tls-prefer-server-ciphers",
  "tls-protocols",
  "tls-session-cache-timeout",
  "tls-session-caching",
]);

/** The address family is not there: redis-server goes on without such an address, … */
const NO_FAMILY = /^(?:EAFNOSUPPORT|EPROTONOSUPPORT|ENOPROTOOPT|EPFNOSUPPORT|ESOCKTNOSUPPORT)$/;
const SOCKET_KIND = 0o140000;
const KIND_BITS = 0o170000;

type Protocol = "redis" | "rediss" | "unix";

interface Door {
  readonly protocol: Protocol;
  readonly address: ServiceAddress;
}

/** A door that is to be. */
interface Place {
  readonly protocol: Protocol;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** … and without one that was written `-address`, when the machine has no such address. */
  readonly optional: boolean;
}

export interface DoorsOptions {
  readonly config: Config;
  readonly world: World;
  readonly log: Log;
  /** What relative paths begin at. */
  readonly directory: string;
  /** −1: none, 0: any that is free. */
  readonly port: number;
  readonly tlsPort: number;
}

export class Doors {
  readonly #options: DoorsOptions;
  readonly #doors: Door[] = [];
  #service!: TcpService<RedisSession>;
  /** Changes of place, one after the other. */
  #moving: Promise<void> = Promise.resolve();

  constructor(options: DoorsOptions) {
    this.#options = options;
    const { config } = options;
    config.onApply((changed, before) => {
      this.#apply(changed, before);
    });
  }

  /** Opens all that the settings name; rejects with what one of them is refused for. Their ports are then in the settings. */
  async open(service: TcpService<RedisSession>): Promise<void> {
    this.#service = service;
    const { config, port, tlsPort } = this.#options;
    const addresses = config.text("bind");
    const places = [...placesOf("redis", addresses, port), ...placesOf("rediss", addresses, tlsPort)];
    await this.#openAll(places);
    for (const { protocol, address } of this.#doors.toReversed()) {
      if (protocol !== "unix") config.load(protocol === "redis" ? "port" : "tls-port", String(address.port));
    }
    if (config.text("unixsocket") !== "") await this.#openSocket(config.text("unixsocket"));
  }

  /** Of the doors, in the order in which they were opened: `redis://127.0.0.1:6379`, `rediss://[::1]:6380`, `unix:///run/redis.sock`. */
  get urls(): string[] {
    return this.#doors.map(({ protocol, address: { host, port } }) => {
      if (protocol === "unix") return `unix://${host}`;
      return `${protocol}://${host.includes(":") ? `[${host}]` : host}:${port}`;
    });
  }

  async #openAll(places: readonly Place[]): Promise<void> {
    const chosen = new Map<Protocol, number>();
    for (const place of places) {
      const port = place.port === 0 ? (chosen.get(place.protocol) ?? 0) : place.port;
      try {
        const address = await this.#service.addDoor(this.#listenOptions({ ...place, port }));
        chosen.set(place.protocol, address.port);
        this.#doors.push({ protocol: place.protocol, address });
      } catch (error) {
        const code = String((error as NodeJS.ErrnoException).code);
        if (!NO_FAMILY.test(code) && !(place.optional && code === "EADDRNOTAVAIL")) throw error;
        this.#options.log.debug("there is no such address here", { host: place.host });
      }
    }
    if (places.length > 0 && chosen.size === 0) throw new Error("Configured to not listen anywhere.");
  }

  #listenOptions({ protocol, host, port }: Place): ListenOptions {
    const listen = {
      host,
      port,
      backlog: this.#options.config.number("tcp-backlog"),
      ...(host === "::" && { ipv6Only: true }),
    };
    return protocol === "redis" ? listen : { ...listen, tls: this.#tls() };
  }

  /** The certificates and rules of now. Throws TlsSettingsError. */
  #tls(): TlsListenOptions {
    const { config, directory, log, world } = this.#options;
    return tlsListenOptions(config, { disk: world.disk, directory }, (error: Error, remote: Address) =>
      log.warn(`Error accepting a client connection: ${error.message.trim()}`, {
        addr: `${remote.address}:${remote.port}`,
      }),
    );
  }

  /** As redis-server does, a socket file that is there goes, stale or not; anything but a socket stays, and is an error. */
  async #openSocket(socket: string): Promise<void> {
    const { config, directory, world } = this.#options;
    const path = resolve(directory, socket);
    const mode = Number.parseInt(config.text("unixsocketperm"), 8);
    const stat = world.disk.stat(path);
    if (stat !== undefined && (stat.mode & KIND_BITS) === SOCKET_KIND) world.disk.unlink(path);
    const address = await this.#service.addDoor({
      path,
      backlog: config.number("tcp-backlog"),
      ...(mode > 0 && { mode }),
    });
    this.#doors.push({ protocol: "unix", address });
  }

  /** CONFIG SET: refuses by ConfigError what can be seen to be wrong at once. `before` has the values that held. */
  #apply(changed: readonly string[], before: ReadonlyMap<string, string>): void {
    const { config, log } = this.#options;
    const mannered = changed.find((name) => MANNERS.has(name));
    const moved = changed.find((name) => PLACES.has(name));
    const encrypted = this.#doors.some(({ protocol }) => protocol === "rediss");
    try {
      if (mannered !== undefined && encrypted) this.#service.renewTls(this.#tls());
      if (changed.includes("tls-port") && config.number("tls-port") > 0) this.#tls();
    } catch (error) {
      log.warn((error as Error).message);
      throw new ConfigError((mannered ?? moved)!, "Unable to update TLS configuration. Check server logs.");
    }
    if (moved === undefined) return;
    this.#moving = this.#moving.then(async () => {
      try {
        await this.#move();
      } catch (error) {
        log.warn("Failed listening where CONFIG SET says. Restoring previous settings.", { error });
        for (const name of changed) if (PLACES.has(name)) config.load(name, before.get(name)!);
        await this.#move().catch((failure: unknown) => log.error("nor where it was before", { error: failure }));
      }
    });
  }

  /** Opens and closes until the doors are where the settings say. */
  async #move(): Promise<void> {
    const { config } = this.#options;
    // In a setting, 0 is no port at all.
    const addresses = config.text("bind");
    const places = (["redis", "rediss"] as const).flatMap((protocol) =>
      placesOf(protocol, addresses, config.number(protocol === "redis" ? "port" : "tls-port") || -1),
    );
    const stays = (door: Door, place: Place): boolean =>
      door.protocol === place.protocol && door.address.host === place.host && door.address.port === place.port;
    const closing = this.#doors.filter(
      (door) => door.protocol !== "unix" && !places.some((place) => stays(door, place)),
    );
    const opening = places.filter((place) => !this.#doors.some((door) => stays(door, place)));
    // A door on the same port may be in the way (127.0.0.1 and *). The others close last: there is always one to come in by.
    const inTheWay = closing.filter((door) => opening.some(({ port }) => port === door.address.port));
    for (const door of inTheWay) await this.#close(door);
    await this.#openAll(opening);
    for (const door of closing) if (!inTheWay.includes(door)) await this.#close(door);
  }

  async #close(door: Door): Promise<void> {
    this.#doors.splice(this.#doors.indexOf(door), 1);
    await this.#service.removeDoor(door.address);
  }
}

/** `addresses` as `bind` has them: `*` is every IPv4 address, `::*` every IPv6 one, `-` marks what may be missing. */
function placesOf(protocol: Protocol, addresses: string, port: number): Place[] {
  if (port === -1) return [];
  const words = addresses.split(/\s+/).filter((word) => word !== "");
  return words.map((word) => {
    const optional = word.startsWith("-");
    const address = optional ? word.slice(1) : word;
    const host = address === "*" ? "0.0.0.0" : address === "::*" ? "::" : address;
    return { protocol, host, port, optional };
  });
}
