/** Which function a name and a number of arguments mean, as in the original. */
import { expect, test } from "vitest";
import { builtInFunctions } from "../../src/functions/built-in.ts";
import type { ScalarFunction } from "../../src/functions/function.ts";
import { NewestOriginal, type Row } from "./support/original.ts";

function scalar(name: string, minArguments: number, maxArguments: number): ScalarFunction {
  return {
    kind: "scalar",
    name,
    minArguments,
    maxArguments,
    deterministic: false,
    call: (context) => context.setNull(),
  };
}

function withNumbers(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === "bigint" ? Number(value) : value]),
  );
}

test("the list of built-in functions is the original's, row by row", () => {
  const original = new NewestOriginal();
  const rows = original.rows("SELECT name, builtin, type, narg, flags FROM pragma_function_list").map(withNumbers);
  original.close();
  const theirs = new Map(rows.map((row) => [`${String(row["name"])} ${String(row["narg"])}`, row]));
  const ours = builtInFunctions().list();
  expect(ours.length).toBeGreaterThan(110);
  for (const row of ours) expect(theirs.get(`${row.name} ${row.narg}`)).toEqual(row);
  const missing = [...theirs.values()].filter(
    (row) => row["builtin"] === 1 && !ours.some(({ name, narg }) => name === row["name"] && narg === row["narg"]),
  );
  // JSON and window functions have rooms of their own; soundex() is there only where someone asked for it.
  const rooms =
    /^(json|->|soundex|cume_dist|dense_rank|first_value|lag|last_value|lead|nth_value|ntile|percent_rank|rank|row_number)/;
  expect(missing.map((row) => row["name"]).filter((name) => !rooms.test(String(name)))).toEqual([]);
});

test("names are folded as ASCII", () => {
  const registry = builtInFunctions();
  expect(registry.scalar("UPPER", 1)?.name).toBe("upper");
  expect(registry.has("Substr")).toBe(true);
  expect(registry.find("L\u0130KE", 2)).toBeUndefined();
});

test("with one argument min and max are aggregates, with more they are not", () => {
  const registry = builtInFunctions();
  expect(registry.find("min", 1)?.kind).toBe("aggregate");
  expect(registry.find("min", 2)?.kind).toBe("scalar");
  expect(registry.scalar("max", 1)).toBeUndefined();
});

test("wrong numbers of arguments find nothing though the name is known", () => {
  const registry = builtInFunctions();
  expect(registry.find("substr", 1)).toBeUndefined();
  expect(registry.has("substr")).toBe(true);
  expect(registry.has("no_such")).toBe(false);
});

test("an added function goes before every built-in one that it can be called as", () => {
  const registry = builtInFunctions();
  const abs = registry.find("abs", 1);
  expect(abs).toBeDefined();
  const any = scalar("abs", 0, Infinity);
  const one = scalar("abs", 1, 1);
  registry.add(any);
  expect(registry.find("abs", 1)).toBe(any);
  registry.add(one);
  expect(registry.find("abs", 1)).toBe(one);
  expect(registry.find("abs", 3)).toBe(any);
  registry.remove("ABS", 1, 1);
  expect(registry.find("abs", 1)).toBe(any);
  registry.remove("abs", 0, Infinity);
  expect(registry.find("abs", 1)).toBe(abs);
  expect(registry.find("abs", 3)).toBeUndefined();
});

test("adding for the same numbers of arguments replaces", () => {
  const registry = builtInFunctions();
  registry.add(scalar("mine", 1, 1));
  const second = scalar("Mine", 1, 1);
  registry.add(second);
  expect(registry.find("mine", 1)).toBe(second);
  expect(registry.list().filter(({ name }) => name.toLowerCase() === "mine")).toHaveLength(1);
});
