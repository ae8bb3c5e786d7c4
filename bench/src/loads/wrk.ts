/** Load by wrk: many keep-alive connections, each asking again as soon as it was answered. */
import { runPeer } from "../run-program.ts";
import type { Load, LoadResult } from "../server-scenario.ts";

export interface WrkOptions {
  /** "/" unless said. */
  readonly path?: string;
  /** 50 unless said. */
  readonly connections?: number;
  /** wrk's threads; 1 unless said. */
  readonly threads?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Path of a Lua script, for pipelining or request bodies. */
  readonly script?: string;
}

export function wrk(options: WrkOptions = {}): Load {
  return async ({ host, port, seconds }) => {
    const headers = Object.entries(options.headers ?? {}).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
    const script = options.script === undefined ? [] : ["-s", options.script];
    const output = await runPeer("wrk", [
      "--latency",
      ...["-d", `${Math.max(1, Math.round(seconds))}s`], // wrk counts whole seconds
      ...["-c", `${options.connections ?? 50}`],
      ...["-t", `${options.threads ?? 1}`],
      ...headers,
      ...script,
      `http://${host}:${port}${options.path ?? "/"}`,
    ]);
    return parseWrk(output);
  };
}

const UNIT_MS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000 };

/** Reads wrk's report. Throws when it tells of failed requests. */
export function parseWrk(report: string): LoadResult {
  const totals = /^\s*(\d+) requests in ([\d.]+)(us|ms|s|m),/m.exec(report);
  if (totals === null) throw new Error(`not a report of wrk:\n${report}`);
  const failures = /^\s*(Non-2xx or 3xx responses: .*|Socket errors: .*)$/m.exec(report);
  if (failures !== null) throw new Error(`wrk: ${failures[1]}`);
  const latency = (percent: number): number | undefined => {
    const match = new RegExp(`^\\s*${percent}%\\s+([\\d.]+)(us|ms|s|m)$`, "m").exec(report);
    return match === null ? undefined : Number(match[1]) * UNIT_MS[match[2]!]!;
  };
  return {
    operations: Number(totals[1]),
    seconds: (Number(totals[2]) * UNIT_MS[totals[3]!]!) / 1000,
    p50Ms: latency(50),
    p99Ms: latency(99),
  };
}
