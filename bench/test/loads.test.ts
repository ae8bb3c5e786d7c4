import { expect, test } from "vitest";
import { parseDnsperf } from "../src/loads/dnsperf.ts";
import { parseRedisBenchmark } from "../src/loads/redis-benchmark.ts";
import { parseWrk } from "../src/loads/wrk.ts";

const WRK_REPORT = `Running 2s test @ http://127.0.0.1:8080/
  1 threads and 50 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   643.17us  108.71us   3.12ms   91.38%
    Req/Sec    77.76k     2.12k   80.90k    90.48%
  Latency Distribution
     50%  631.00us
     75%  655.00us
     90%  694.00us
     99%    1.14ms
  162450 requests in 2.10s, 22.62MB read
Requests/sec:  77356.26
Transfer/sec:     10.77MB
`;

test("wrk's report: requests, seconds and latencies, whatever their units", () => {
  const result = parseWrk(WRK_REPORT);
  expect(result).toMatchObject({ operations: 162450, seconds: 2.1, p99Ms: 1.14 });
  expect(result.p50Ms).toBeCloseTo(0.631);
});

test("wrk's report with failed requests is an error, not a figure", () => {
  expect(() => parseWrk(`${WRK_REPORT}  Non-2xx or 3xx responses: 3\n`)).toThrow("Non-2xx or 3xx responses: 3");
  const socketErrors = "  Socket errors: connect 0, read 12, write 0, timeout 0\n";
  expect(() => parseWrk(WRK_REPORT + socketErrors)).toThrow("read 12");
});

test("what is no report of wrk is an error that shows it", () => {
  expect(() => parseWrk("unable to connect\n")).toThrow("unable to connect");
});

const HEADER =
  '"test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms"\n';

test("redis-benchmark's CSV: rate and latencies by their headings", () => {
  const result = parseRedisBenchmark(
    `${HEADER}"SET","80000.00","0.330","0.112","0.319","0.455","0.751","2.063"\n`,
    160_000,
  );
  expect(result).toEqual({ operations: 160_000, seconds: 2, p50Ms: 0.319, p99Ms: 0.751 });
});

test("a run of several tests is refused, since their CPU time could not be told apart", () => {
  const row = '"X","1.00","0.1","0.1","0.1","0.1","0.1","0.1"\n';
  expect(() => parseRedisBenchmark(HEADER + row + row, 1)).toThrow("more than one test");
});

test("a report without rows is an error", () => {
  expect(() => parseRedisBenchmark(HEADER, 1)).toThrow("not a report");
});

const DNSPERF_REPORT = `Statistics:

  Queries sent:         100000
  Queries completed:    99999 (100.00%)
  Queries lost:         1 (0.00%)

  Response codes:       NOERROR 79000 (79.00%), NXDOMAIN 20999 (21.00%)
  Average packet size:  request 35, response 61
  Run time (s):         1.250000
  Queries per second:   79999.200000
`;

test("dnsperf's report: completed queries and seconds", () => {
  expect(parseDnsperf(DNSPERF_REPORT, 0.79)).toEqual({ operations: 99_999, seconds: 1.25 });
});

test("dnsperf's report of lost queries or other answers than expected is an error", () => {
  expect(() => parseDnsperf(DNSPERF_REPORT, 1)).toThrow("79000 of 99999 answers are NOERROR");
  const lossy = DNSPERF_REPORT.replace("lost:         1", "lost:         500");
  expect(() => parseDnsperf(lossy, 0.5)).toThrow("500 of 100499 queries were lost");
});
