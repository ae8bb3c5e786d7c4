/** The config's types, derived from the table of systems. */
import type { System } from "../systems/system.ts";
import type { SystemName, Systems } from "../systems.ts";

/** Keys that every service has. */
export interface ServiceSettings {
  /**
   * Where to listen. Without it: the original's port, or a free one where that is taken. With it: this port or an error;
   * 0 picks a free one.
   */
  readonly port?: number;
  /** Address to listen on; default 127.0.0.1. */
  readonly host?: string;
  /**
   * More variables for `tenon run`, beside the usual ones; `{url}`, `{host}` and `{port}` are filled in:
   * `{ CACHE_URL: "{url}/1" }`.
   */
  readonly env?: Readonly<Record<string, string>>;
  /** URL of a real one: the stack starts none, but shows this one and passes it on. Goes with `env` only. */
  readonly external?: string;
}

type OwnSettings<S> = S extends System<infer Settings, infer _> ? Settings : never;

/** `true` is the same as `{}`; `false` leaves the service out. */
export type ServiceConfig<Name extends SystemName> = boolean | (ServiceSettings & OwnSettings<Systems[Name]>);

export interface ConsoleSettings {
  /** Default 4000, or a free one where that is taken. */
  readonly port?: number;
  /** A folder that the console's search page may search, relative to the config. Default: none. */
  readonly search?: string;
}

/** SQLite databases are files that programs open by themselves: nothing is started for them. */
export interface SqliteSettings {
  /** Files that the console's SQLite page opens, relative to the config, by the names that it shows: `{ app: "app.db" }`. */
  readonly databases?: Readonly<Record<string, string>>;
}

/** What `tenon.config.ts` exports. A config that names no service means all of them. */
export type StackConfig = { readonly [Name in SystemName]?: ServiceConfig<Name> } & {
  /** Keeps data on disk: `true` under `.tenon/` beside the config, or a folder. Default: in memory. */
  readonly data?: boolean | string;
  readonly sqlite?: SqliteSettings;
  /** The web console of `tenon up`; `false` leaves it out. */
  readonly console?: boolean | ConsoleSettings;
};

/**
 * Gives a config its type, and nothing else:
 * `export default defineStack({ redis: { port: 6379 }, http: { app: "./src/app.ts" } })`.
 */
export function defineStack(config: StackConfig): StackConfig {
  return config;
}
