/** The stack: several systems in one process. The fixtures for tests are `tenon/testing`. */
export { ConfigError } from "./config/config-error.ts";
export {
  type ConsoleSettings,
  defineStack,
  type ServiceConfig,
  type ServiceSettings,
  type StackConfig,
} from "./config/config.ts";
export type { Problem } from "./config/problems.ts";
export { type Service, ServiceError } from "./service.ts";
export { Stack, type StackOptions } from "./stack.ts";
export type { HttpSettings } from "./systems/http.ts";
export type { RedisSettings } from "./systems/redis.ts";
export type { RunningServer, ServiceAddress } from "./systems/system.ts";
export type { SystemName } from "./systems.ts";
