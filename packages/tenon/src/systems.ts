/**
 * The table of systems, in the order in which they are started and shown. A new system is a file in `systems/` and a
 * row here; the config's type and schema, the command line, `tenon up`, the fixtures and the completions follow.
 */
import { dns } from "./systems/dns.ts";
import { http } from "./systems/http.ts";
import { redis } from "./systems/redis.ts";
import type { AnySystem } from "./systems/system.ts";

export interface Systems {
  readonly redis: typeof redis;
  readonly http: typeof http;
  readonly dns: typeof dns;
}

export type SystemName = keyof Systems;

export const SYSTEMS: Systems = { redis, http, dns };

export const SYSTEM_NAMES: readonly SystemName[] = Object.keys(SYSTEMS) as SystemName[];

export function systemNamed(name: string): AnySystem | undefined {
  return Object.hasOwn(SYSTEMS, name) ? SYSTEMS[name as SystemName] : undefined;
}
