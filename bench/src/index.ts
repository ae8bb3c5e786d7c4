/**
 * The benchmark harness: scenarios that run ours against the real peers, in interleaved rounds on one machine.
 *
 * A package's scenarios stand in packages/<name>/bench/*.bench.ts; each such file's default export is a `suite(…)`.
 * `npm run bench [package]` runs them.
 */
export { commandScenario, type CommandContender } from "./command-scenario.ts";
export { cpuSeconds, residentBytes } from "./proc.ts";
export { dnsperf, type DnsperfOptions } from "./loads/dnsperf.ts";
export { redisBenchmark, type RedisBenchmarkOptions } from "./loads/redis-benchmark.ts";
export { wrk, type WrkOptions } from "./loads/wrk.ts";
export { microScenario, type MicroContender } from "./micro-scenario.ts";
export {
  type Contender,
  type Figures,
  type Metric,
  MissingPeerError,
  type OpenContender,
  type OpenContext,
  type Scenario,
  suite,
  type Suite,
  type Targets,
} from "./model.ts";
export { type Load, type LoadResult, type LoadTarget, serverScenario } from "./server-scenario.ts";
export { nginx, type NginxOptions } from "./servers/nginx.ts";
export { nodeServer, ready } from "./servers/node-server.ts";
export { freePort, startProgram, type RunningServer, type Server } from "./servers/program.ts";
export { redisServer } from "./servers/redis-server.ts";
