/** Load by redis-benchmark, Redis' own. */
import { runPeer } from "../run-program.ts";
import type { Load, LoadResult } from "../server-scenario.ts";

export interface RedisBenchmarkOptions {
  /** One of its built-in tests ("set", "get", "lpush"), or a command of one's own: ["ZADD", "z", "__rand_int__", "m:__rand_int__"]. */
  readonly command: string | readonly string[];
  /** 50 unless said. */
  readonly clients?: number;
  /** Commands per write; 1 unless said. */
  readonly pipeline?: number;
  /** Random keys out of so many; 100,000 unless said. */
  readonly keys?: number;
  /** Bytes of a value; 3 (its own default) unless said. */
  readonly valueBytes?: number;
}

/** So many requests tell how fast the pair is; the rounds are sized by it. */
const PROBE_REQUESTS = 20_000;

/**
 * redis-benchmark counts requests, not seconds. The first round asks how many fill the time; every later round, of every contender,
 * sends that same number.
 */
export function redisBenchmark(options: RedisBenchmarkOptions): Load {
  let requests: number | undefined;
  return async ({ host, port, seconds }) => {
    const run = async (count: number): Promise<LoadResult> =>
      parseRedisBenchmark(await runPeer("redis-benchmark", argumentsFor(options, host, port, count)), count);
    if (requests === undefined) {
      const probe = await run(PROBE_REQUESTS);
      requests = Math.max(PROBE_REQUESTS, Math.round((probe.operations / probe.seconds) * seconds));
    }
    return run(requests);
  };
}

function argumentsFor(options: RedisBenchmarkOptions, host: string, port: number, requests: number): string[] {
  const load = [
    ...["-h", host, "-p", `${port}`, "--csv"],
    ...["-n", `${requests}`],
    ...["-c", `${options.clients ?? 50}`],
    ...["-P", `${options.pipeline ?? 1}`],
    ...["-r", `${options.keys ?? 100_000}`],
    ...["-d", `${options.valueBytes ?? 3}`],
  ];
  return typeof options.command === "string" ? [...load, "-t", options.command] : [...load, ...options.command];
}

/**
 * Reads its CSV: a header and one row, `"SET","81967.21","0.403",…`. Throws at a second row: lrange_100 and its kin first fill their list,
 * which would count as CPU time of the reads; fill the list in `prepare`, and give the command itself. (Error replies make redis-benchmark fail.)
 */
export function parseRedisBenchmark(csv: string, requests: number): LoadResult {
  const rows = csv
    .split("\n")
    .filter((line) => line.startsWith('"'))
    .map((line) => line.slice(1, -1).split('","'));
  const [header, row] = rows;
  if (header === undefined || row === undefined) throw new Error(`not a report of redis-benchmark:\n${csv}`);
  if (rows.length > 2) throw new Error(`redis-benchmark ran more than one test:\n${csv}`);
  const column = (name: string): number => {
    const value = Number(row[header.indexOf(name)]);
    if (!Number.isFinite(value)) throw new Error(`redis-benchmark: no column ${name} in\n${csv}`);
    return value;
  };
  return {
    operations: requests,
    seconds: requests / column("rps"),
    p50Ms: column("p50_latency_ms"),
    p99Ms: column("p99_latency_ms"),
  };
}
