import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { QUERIES, ResolveDifferential } from "../../support/resolve-differential.ts";

describe.each([false, true])("names in SELECTs, double-quoted strings %s", (doubleQuotedStrings) => {
  let differential: ResolveDifferential;
  beforeAll(() => {
    differential = new ResolveDifferential(doubleQuotedStrings);
  });
  afterAll(() => differential.close());

  it.each(QUERIES)("are resolved or refused as by the original: %s", (sql) => {
    expect(differential.difference(sql)).toBeUndefined();
  });

  it("make the same columns, of the same origin, in random SELECTs", () => {
    const found = differential.random(doubleQuotedStrings ? 100_000 : 0, 4_000);
    expect(found.accepted).toBeGreaterThan(1_000);
    expect(found.differences).toEqual([]);
  });
});
