import { expect, test } from "vitest";
import { ParserDifferential } from "../test/support/parser-differential.ts";

test(
  "300,000 statements with tokens changed are refused by both parsers in the same words",
  { timeout: 3_600_000 },
  () => {
    const differential = new ParserDifferential();
    expect(differential.mutated(1_000, 300_000)).toEqual([]);
    differential.close();
  },
);
