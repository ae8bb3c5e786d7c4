/** What `DnsServer.listen` takes. */
import type { Log, World } from "@tenon/kit";
import type { ConfigPath } from "./config/errors.ts";
import type { DnsConfig } from "./config/config.ts";
import type { ZoneSource } from "./zone-source.ts";

export interface DnsLimits {
  /** TCP connections at once. */
  readonly tcpClients: number;
  /** Queries of one TCP connection that wait for their answers at the same time. */
  readonly tcpInFlight: number;
  /** How long a TCP connection may do nothing. */
  readonly tcpIdleMs: number;
}

export const DEFAULT_LIMITS: DnsLimits = { tcpClients: 1000, tcpInFlight: 100, tcpIdleMs: 10_000 };

export interface DnsServerOptions {
  /** Of UDP and TCP alike. 0, the default, picks one that is free for both. */
  readonly port?: number;
  /** Default: loopback, `127.0.0.1`. */
  readonly host?: string;
  /**
   * By their names: text of a master file (which may leave out SOA, NS and TTLs), its bytes, or data. Who is on this machine may transfer
   * and update them.
   */
  readonly zones?: Readonly<Record<string, ZoneSource>>;
  /** As `zones`, but never written to `dir`: whoever brings them brings them again. */
  readonly volatileZones?: Readonly<Record<string, ZoneSource>>;
  /** Where questions about other names go, whatever they are: `"9.9.9.9"`, `"127.0.0.1:5353"`. Without, they are refused. */
  readonly forward?: string | readonly string[];
  /** What a configuration file would say; `port` and `host` go before its `listen`. */
  readonly config?: DnsConfig;
  /** Folder that relative paths of `config` start from. Default: the current one. */
  readonly baseDir?: string;
  /** Where in a file a setting of `config` stands, for errors. */
  readonly placeOf?: (path: ConfigPath) => string | undefined;
  /**
   * Folder for journals of zones that change, unless `config` names one. Without it nothing is written. Zones given as text without SOA are
   * what the text says at each start.
   */
  readonly dir?: string;
  /** Answers several questions in one query one by one, instead of with FORMERR. Default false. */
  readonly severalQuestions?: boolean;
  /** Answers names in none of the zones with this machine's addresses. Default false. */
  readonly anyName?: boolean;
  readonly world?: World;
  readonly log?: Log;
  /** "manual": time stands still until `server.clock.advance`. */
  readonly clock?: "real" | "manual";
  /** Those that are not named keep their defaults (`DEFAULT_LIMITS`). */
  readonly limits?: Partial<DnsLimits>;
}
