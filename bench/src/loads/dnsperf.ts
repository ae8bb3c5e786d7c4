/** Load by dnsperf: queries from a file, again and again, a number of them outstanding. */
import { runPeer } from "../run-program.ts";
import type { Load, LoadResult } from "../server-scenario.ts";

export interface DnsperfOptions {
  /** Path of a file of lines `name type`; a function when it is made at the first round. */
  readonly queries: string | (() => string);
  readonly mode?: "udp" | "tcp";
  /** Sockets; 1 unless said. */
  readonly clients?: number;
  /** Queries without an answer yet, over all sockets; 100 unless said. */
  readonly outstanding?: number;
  /** EDNS with the DO bit. */
  readonly dnssecOk?: boolean;
  /** The share of NOERROR answers has to be at least this, so that no figure comes from refusals; 1 unless said. */
  readonly noErrorShare?: number;
}

/** Answers may be lost on the way (UDP), but only so many. */
const LOSS_ALLOWED = 0.001;

export function dnsperf(options: DnsperfOptions): Load {
  return async ({ host, port, seconds }) => {
    const queries = typeof options.queries === "string" ? options.queries : options.queries();
    const output = await runPeer("dnsperf", [
      ...["-s", host, "-p", `${port}`, "-d", queries, "-m", options.mode ?? "udp"],
      ...["-c", `${options.clients ?? 1}`, "-q", `${options.outstanding ?? 100}`],
      ...["-l", `${Math.max(1, Math.round(seconds))}`], // dnsperf counts whole seconds
      ...(options.dnssecOk === true ? ["-D"] : []),
    ]);
    return parseDnsperf(output, options.noErrorShare ?? 1);
  };
}

/** Reads dnsperf's report. Throws when queries were lost, or when fewer than `noErrorShare` of the answers are NOERROR. */
export function parseDnsperf(report: string, noErrorShare: number): LoadResult {
  const figure = (label: string): number => {
    const match = new RegExp(`^\\s*${label}:\\s+([\\d.]+)`, "m").exec(report);
    if (match === null) throw new Error(`no "${label}" in dnsperf's report:\n${report}`);
    return Number(match[1]);
  };
  const operations = figure("Queries completed");
  const lost = figure("Queries lost");
  if (lost > operations * LOSS_ALLOWED) throw new Error(`dnsperf: ${lost} of ${operations + lost} queries were lost`);
  const noError = Number(/NOERROR (\d+)/.exec(report)?.[1] ?? 0);
  if (noError < operations * noErrorShare) {
    throw new Error(`dnsperf: ${noError} of ${operations} answers are NOERROR:\n${report}`);
  }
  return { operations, seconds: figure("Run time \\(s\\)") };
}
