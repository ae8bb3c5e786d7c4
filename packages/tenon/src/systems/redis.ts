import type { RedisServer } from "@tenon/redis";
import type { System } from "./system.ts";

/** Keys of the config's `redis`, beside those that every service has. */
export interface RedisSettings {}

export const redis: System<RedisSettings, RedisServer> = {
  name: "redis",
  summary: "the Redis server",
  port: 6379,
  schemes: ["redis", "rediss"],
  variables: { REDIS_URL: "{url}", REDIS_HOST: "{host}", REDIS_PORT: "{port}" },
  durable: false,
  connect: ({ url, host, port }) => {
    // What host and port alone do not say (a user, a database, TLS), redis-cli takes from the URL.
    if (!/^redis:\/\/[^/@]+\/?$/.test(url)) return `redis-cli -u ${url}`;
    return host === "127.0.0.1" ? `redis-cli -p ${port}` : `redis-cli -h ${host} -p ${port}`;
  },
  schema: () => ({}),
  async start(_settings, { world, log, host, port }) {
    const { RedisServer } = await import("@tenon/redis");
    return RedisServer.listen({ host, port, world, log });
  },
  cli: () => import(/* @vite-ignore */ `@tenon/redis${"/cli"}`),
};
