/** Random changes inside of random transactions and savepoints, through the whole engine: what a failed statement leaves, and what COMMIT refuses. */
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { Database } from "../../src/api/node-database.ts";
import { randomBelow } from "../support/random-below.ts";
import { RandomChanges } from "../support/random-changes.ts";
import { type Outcome, runOriginal, runOurs } from "../support/side-by-side.ts";

const CONTROL = [
  "BEGIN",
  "COMMIT",
  "ROLLBACK",
  "SAVEPOINT x",
  "ROLLBACK TO x",
  "RELEASE x",
  "SAVEPOINT y",
  "ROLLBACK TO y",
];

/** Returns how many statements went well. */
function check(seed: number, statements: number): number {
  const random = new RandomChanges(randomBelow(seed));
  const foreignKeys = random.chance(2);
  const tables = foreignKeys ? random.family() : [random.table("t1"), random.table("t2")];
  const triggers = random.chance(2) ? "" : random.triggers(tables);
  const schema = `${tables.map(({ sql }) => sql).join("\n")}CREATE TABLE log(what, x, y);${triggers}
    PRAGMA foreign_keys = ${foreignKeys}; PRAGMA recursive_triggers = ${random.chance(2)}`;
  const original = new DatabaseSync(":memory:");
  const ours = Database.open(":memory:");
  let wentWell = 0;
  const same = (sql: string): Outcome => {
    const theirs = runOriginal(original, sql);
    expect({ sql, ...runOurs(ours, sql) }, `seed ${seed}: ${schema}`).toEqual({ sql, ...theirs });
    return theirs;
  };
  try {
    try {
      original.exec(schema);
    } catch {
      return 0;
    }
    ours.exec(schema);
    for (let at = 0; at < statements; at++) {
      const { error } = same(random.chance(3) ? random.pick(CONTROL) : random.statement(tables));
      if (error === undefined) wentWell += 1;
      same("SELECT changes(), total_changes(), last_insert_rowid()");
      for (const { name, hasRowid } of tables) same(`SELECT * FROM ${name} ORDER BY ${hasRowid ? "rowid" : "1"}`);
    }
    expect(runOurs(ours, "PRAGMA integrity_check").rows).toEqual([['"ok"']]);
  } finally {
    original.close();
    ours.close();
  }
  return wentWell;
}

it("leaves what the original leaves, statement by statement", () => {
  let wentWell = 0;
  for (let seed = 1; seed <= 16; seed++) wentWell += check(seed, 40);
  expect(wentWell).toBeGreaterThan(200);
});
