/** What aggregates of no rows come to. */
import { expect, test } from "vitest";
import { Calls } from "./support/calls.ts";

test("aggregates of no rows are what the original has", () => {
  using calls = new Calls();
  for (const [name, columns] of [
    ["avg", 1],
    ["count", 0],
    ["count", 1],
    ["group_concat", 1],
    ["max", 1],
    ["median", 1],
    ["min", 1],
    ["percentile", 2],
    ["percentile_cont", 2],
    ["percentile_disc", 2],
    ["string_agg", 2],
    ["sum", 1],
    ["total", 1],
  ] as const) {
    const aggregate = calls.registry.aggregate(name, columns)!;
    aggregate.finish(calls.context, aggregate.create(calls.context));
    const marks = Array.from({ length: columns }, () => "0").join(", ");
    const original = calls.originalOf(`${name}(${columns === 0 ? "*" : marks})`, [], "FROM t WHERE 0");
    expect(`${name} ${calls.told(calls.context.resultTag, calls.context.result)}`).toBe(`${name} ${original}`);
  }
});
