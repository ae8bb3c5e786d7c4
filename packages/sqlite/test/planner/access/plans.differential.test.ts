/**
 * Random queries over random schemas: the rows are the original's, always; the loops are, nearly always.
 *
 * The few plans that differ: a subquery that the original computes once for two places counts twice here; conditions that only the original's parser
 * tells apart; ties that its estimates of subqueries decide.
 */
import { expect, test } from "vitest";
import { PlannedDatabase } from "./planned-database.ts";
import { PlannerCases } from "./random-plans.ts";

const SEEDS = 40;
const QUERIES = 20;
const MAX_ROWS = 25;
/** Of a hundred plans, so many at least have the original's loops in the original's order. */
const LEAST_AGREEMENT = 98;

test("finds the same rows by the same loops", () => {
  let agreed = 0;
  let asked = 0;
  const other: string[] = [];
  for (let seed = 0; seed < SEEDS; seed++) {
    const { schema, queries } = new PlannerCases(seed).make(QUERIES, MAX_ROWS);
    const db = new PlannedDatabase(schema.join(";\n"));
    for (const sql of queries) {
      const theirs = db.ask(sql);
      const ours = db.rows(sql);
      expect([seed, sql, ...ours.toSorted()]).toEqual([seed, sql, ...theirs.toSorted()]);
      asked += 1;
      if (loopsOf(db.plan(sql)) === loopsOf(db.originalPlan(sql))) agreed += 1;
      else other.push(`${seed}: ${sql}`);
    }
  }
  expect((100 * agreed) / asked, other.join("\n")).toBeGreaterThanOrEqual(LEAST_AGREEMENT);
});

function loopsOf(plan: readonly string[]): string {
  return plan
    .map((line) => line.trim())
    .filter((line) => /^(?:SCAN|SEARCH|MULTI-INDEX|INDEX)/.test(line))
    .join("\n");
}
