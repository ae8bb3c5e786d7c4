/** min, max and nullif compare texts by the collation that their caller gives them. */
import { expect, test } from "vitest";
import { Extreme } from "../../src/functions/aggregates.ts";
import { builtInCollations } from "../../src/values/collation.ts";
import { type Argument, Calls } from "./support/calls.ts";

const TEXTS: readonly string[] = ["a", "A", "b", "B", "a ", "A  ", "", "é", "É"];

function pairs(): [string, string][] {
  return TEXTS.flatMap((a) => TEXTS.map((b): [string, string] => [a, b]));
}

test.each(["BINARY", "NOCASE", "RTRIM"])("%s decides what is equal, smaller and larger", (name) => {
  using calls = new Calls();
  calls.context.collation = builtInCollations("utf8").get(name)!;
  for (const values of pairs()) {
    for (const call of ["nullif", "min", "max"])
      expect(calls.ours(call, values)).toBe(calls.originalOf(`${call}(? COLLATE ${name}, ?)`, values));
  }
});

test.each(["min", "max"])("the aggregate %s keeps the first of equal texts and tells when it takes another", (name) => {
  using calls = new Calls();
  const { context } = calls;
  context.collation = builtInCollations("utf8").get("NOCASE")!;
  const aggregate = calls.registry.aggregate(name, 1)!;
  let state = aggregate.create(context);
  const news = (["b", "B", null, name === "min" ? "a" : "c", "b"] as Argument[]).map((value) => {
    state = aggregate.step(context, state, calls.cellsOf([value]), 0, 1);
    return state instanceof Extreme && state.isNew;
  });
  expect(news).toEqual([true, false, false, true, false]);
  aggregate.finish(context, state);
  expect(context.result).toBe(name === "min" ? "a" : "c");
});

test("min and max of no rows and of NULLs are NULL", () => {
  using calls = new Calls();
  for (const name of ["min", "max"]) {
    const aggregate = calls.registry.aggregate(name, 1)!;
    const state = aggregate.step(calls.context, aggregate.create(calls.context), calls.cellsOf([null]), 0, 1);
    aggregate.finish(calls.context, state);
    expect(calls.context.result).toBeNull();
  }
});
