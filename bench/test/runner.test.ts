import { expect, test } from "vitest";
import { type Contender, type Figures, MissingPeerError, type Scenario, suite } from "../src/model.ts";
import { missedTargets, runScenario } from "../src/runner.ts";
import { formatFigure, formatResult } from "../src/table.ts";

/** A contender whose rounds yield the given figures, and which writes its life into `events`. */
function scripted(name: string, rounds: readonly Figures[], events: string[]): Contender {
  const left = [...rounds];
  return {
    name,
    open: () => {
      events.push(`${name} opens`);
      return Promise.resolve({
        round: () => {
          events.push(name);
          const figures = left.shift();
          return figures === undefined ? Promise.reject(new Error(`${name} fell over`)) : Promise.resolve(figures);
        },
        close: () => {
          events.push(`${name} closes`);
          return Promise.resolve();
        },
      });
    },
  };
}

const missing: Contender = { name: "absent", open: () => Promise.reject(new MissingPeerError("absent")) };

function race(ours: Contender, peers: readonly Contender[], targets?: Scenario["targets"]): Scenario {
  const metrics = [
    { key: "throughput", title: "requests/s", better: "higher" },
    { key: "cpu", title: "CPU µs/request", better: "lower" },
  ] as const;
  return { name: "GET", metrics, ours, peers, targets };
}

const options = { rounds: 3, warmupRounds: 1, seconds: 0, file: "file:///nowhere" };
const rounds = (throughput: number, cpu: number): Figures[] => [
  { throughput: 1, cpu: 999 }, // the warm-up
  { throughput, cpu },
  { throughput, cpu },
  { throughput, cpu },
];

test("contenders take turns, in an order that rotates, and are all closed", async () => {
  const events: string[] = [];
  await runScenario(race(scripted("a", rounds(1, 1), events), [scripted("b", rounds(1, 1), events)]), options);
  expect(events).toEqual(["a opens", "b opens", "a", "b", "b", "a", "a", "b", "b", "a", "a closes", "b closes"]);
});

test("warm-up rounds do not count", async () => {
  const result = await runScenario(race(scripted("a", rounds(100, 4), []), []), options);
  expect(result.contenders[0]!.figures["throughput"]).toEqual({ median: 100, spread: 0, rounds: [100, 100, 100] });
});

test("ratios say how many times better ours is, for throughput and for cost", async () => {
  const scenario = race(scripted("ours", rounds(100, 4), []), [scripted("peer", rounds(200, 2), [])]);
  const result = await runScenario(scenario, options);
  expect(result.ratios.map(({ metric, median }) => [metric, median])).toEqual([
    ["throughput", 0.5],
    ["cpu", 0.5],
  ]);
});

test("a missing peer is named, and the rest runs", async () => {
  const result = await runScenario(race(scripted("ours", rounds(100, 4), []), [missing]), options);
  expect(result.missing).toEqual(["absent"]);
  expect(formatResult(result)).toContain("not installed here: absent");
});

test("a missing program of ours is an error", async () => {
  await expect(runScenario(race(missing, []), options)).rejects.toThrow(MissingPeerError);
});

test("when a contender falls over, the error comes through and everybody is closed", async () => {
  const events: string[] = [];
  const scenario = race(scripted("a", rounds(1, 1), events), [scripted("b", [], events)]);
  await expect(runScenario(scenario, options)).rejects.toThrow("b fell over");
  expect(events.slice(-2)).toEqual(["a closes", "b closes"]);
});

test("targets are judged by the median ratio", async () => {
  const targets = { peer: { throughput: 0.45, cpu: 0.9 } };
  const scenario = race(scripted("ours", rounds(100, 4), []), [scripted("peer", rounds(200, 2), [])], targets);
  const result = await runScenario(scenario, options);
  expect(missedTargets(result).map(({ metric }) => metric)).toEqual(["cpu"]);
  expect(formatResult(result)).toContain(
    "targets: throughput 0.50× peer (≥ 0.45×, met); cpu 0.50× peer (≥ 0.90×, missed)",
  );
});

test("the table is aligned: every row ends where the header does", async () => {
  const scenario = race(scripted("ours", rounds(110_212, 8.12), []), [
    scripted("redis-server", rounds(99_999, 7.2), []),
  ]);
  const table = formatResult(await runScenario(scenario, options)).split("\n");
  expect(table).toEqual([
    "GET",
    "                requests/s        ratio  CPU µs/request        ratio",
    "  ours             110,212  ±0 %                   8.12  ±0 %",
    "  redis-server      99,999  ±0 %  1.10×            7.20  ±0 %  0.89×",
  ]);
});

test("figures keep three significant digits", () => {
  expect([0.0123, 1, 12.3, 123.4, 123_456.7].map(formatFigure)).toEqual(["0.0123", "1.00", "12.3", "123", "123,457"]);
});

test("two scenarios of one name are refused", () => {
  const scenario = race(missing, []);
  expect(() => suite("x", [scenario, scenario])).toThrow('two scenarios are called "GET"');
});
