/** Random tables and statements: rows, errors, changes(), last_insert_rowid() and all tables are the original's after every one. */
import { describe, expect, it } from "vitest";
import { closures } from "../../src/compile/closures.ts";
import { source } from "../../src/compile/source.ts";
import { checkChanges, type Theme } from "../support/change-workload.ts";

const SEEDS = 8;
const STATEMENTS = 25;

describe.each([
  ["closures", closures],
  ["source", source],
] as const)("changes, run as %s", (_, backEnd) => {
  it.each([
    ["constraints", 1, "of every kind, with and without rowid, every conflict clause, upserts, RETURNING"],
    ["triggers", 1_001, "that change the same tables, raise, and see changes() and last_insert_rowid()"],
    ["foreign keys", 2_001, "with every action, immediate and deferred, of a table to itself, under triggers"],
  ] as const satisfies readonly (readonly [Theme, number, string])[])("under %s", (theme, first) => {
    let changed = 0;
    for (let seed = first; seed < first + SEEDS; seed++) changed += checkChanges(theme, seed, STATEMENTS, backEnd);
    expect(changed).toBeGreaterThan(SEEDS);
  });
});
