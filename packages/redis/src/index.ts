/** A Redis that lives inside a Node process. */
export { RedisServer, type RedisServerOptions, type ServerClock } from "./server.ts";
export { ConfigError } from "./engine/config.ts";
export type { Fault, FaultMatcher, Faults } from "./faults.ts";
export type { Snapshot } from "./keyspace/snapshot.ts";
export type { Effect } from "./engine/effects.ts";
export { parseRedisUrl, RedisClient, type RedisClientOptions } from "./redis-client.ts";
export {
  DoubleReply,
  plainValue,
  type PlainValue,
  PushReply,
  RedisError,
  type RespValue,
  StatusReply,
  VerbatimReply,
} from "./resp/reply-parser.ts";
