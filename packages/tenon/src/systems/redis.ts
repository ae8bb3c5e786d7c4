import type { RedisServer } from "@tenon/redis";
import type { System } from "./system.ts";

/** Keys of the config's `redis`, beside those that every service has: redis.conf's settings under their own names. */
export interface RedisSettings {
  readonly databases?: number;
  readonly maxclients?: number;
  /** Bytes, or as in redis.conf: `"64mb"`. */
  readonly maxmemory?: string | number;
  readonly requirepass?: string;
  /** Save points, as in redis.conf: `"900 1 60 1000"`; `""`: none. Data is kept only where the stack keeps data. */
  readonly save?: string;
  readonly appendonly?: "yes" | "no" | boolean;
  readonly appendfsync?: "always" | "everysec" | "no";
  /** Seconds after which an idle connection is closed; 0: never. */
  readonly timeout?: number;
  /** `"maxmemory-policy": "allkeys-lru"` */
  readonly [setting: `${string}-${string}`]: string | number | boolean | undefined;
}

const SAVE = 'save points, like "900 1 60 1000"';
const YES_OR_NO = "true or false";
const MEMORY = 'bytes, or text like "64mb"';

export const redis: System<RedisSettings, RedisServer> = {
  name: "redis",
  summary: "the Redis server",
  port: 6379,
  schemes: ["redis", "rediss"],
  variables: { REDIS_URL: "{url}", REDIS_HOST: "{host}", REDIS_PORT: "{port}" },
  durable: true,
  connect: ({ url, host, port }) => {
    // What host and port alone do not say (a user, a database, TLS), redis-cli takes from the URL.
    if (!/^redis:\/\/[^/@]+\/?$/.test(url)) return `redis-cli -u ${url}`;
    return host === "127.0.0.1" ? `redis-cli -p ${port}` : `redis-cli -h ${host} -p ${port}`;
  },
  schema: (z) => ({
    databases: z.int("a number of databases").min(1, "a number of databases").optional(),
    maxclients: z.int("a number of connections").min(1, "a number of connections").optional(),
    maxmemory: z
      .union([z.int(MEMORY).min(0, MEMORY), z.string().regex(/^\d+(?:[kmg]b?)?$/i, MEMORY)], MEMORY)
      .optional(),
    requirepass: z.string("a password").optional(),
    save: z.string(SAVE).optional(),
    appendonly: z.union([z.boolean(YES_OR_NO), z.enum(["yes", "no"], YES_OR_NO)], YES_OR_NO).optional(),
    appendfsync: z.enum(["always", "everysec", "no"], "always, everysec or no").optional(),
    timeout: z.int("a number of seconds").min(0, "a number of seconds").optional(),
  }),
  otherKeys: /^[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/,
  password: ({ requirepass }) => requirepass,
  async start(settings, { world, log, host, port, dataDir }) {
    const { RedisServer } = await import("@tenon/redis");
    try {
      return await RedisServer.listen({
        ...settings,
        host,
        port,
        world,
        log,
        ...(dataDir === undefined ? {} : { dir: dataDir }),
      });
    } catch (error) {
      // In redis.conf's own words, which leave out which setting it was.
      if (error instanceof Error && "setting" in error)
        throw new Error(`${error.setting}: ${error.message}`, { cause: error });
      throw error;
    }
  },
  cli: () => import("@tenon/redis/cli"),
};
