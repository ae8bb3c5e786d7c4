/** Random tables and statements: rows, errors, changes(), last_insert_rowid() and all tables are the original's after every one. */
import { describe, expect, it } from "vitest";
import { randomBelow } from "../support/random-below.ts";
import { ChangeDatabase, type Settings } from "../support/change-database.ts";
import { RandomChanges, type RandomTable } from "../support/random-changes.ts";

const LOG = "CREATE TABLE log(what, x, y);";

/** Runs so many statements on the tables; undefined: the original refused the schema, which random ones deserve now and then. */
function workload(
  random: RandomChanges,
  { schema, tables }: { readonly schema: string; readonly tables: readonly RandomTable[] },
  settings: Settings,
  statements: number,
): number | undefined {
  let database: ChangeDatabase;
  try {
    database = new ChangeDatabase(schema, settings);
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_SQLITE_ERROR") return undefined;
    throw error;
  }
  let changed = 0;
  try {
    for (let at = 0; at < statements; at++) {
      const sql = random.statement(tables);
      const { ours, theirs } = database.both(sql);
      expect({ sql, ...ours }, schema).toEqual({ sql, ...theirs });
      const { ours: mine, theirs: its } = database.tables();
      expect(mine, `${schema}\n${sql}`).toBe(its);
      if (theirs.changes > 0) changed += 1;
    }
  } finally {
    database.close();
  }
  return changed;
}

describe("changes, held against the original", () => {
  it("constraints of every kind, with and without rowid, every conflict clause, upserts, RETURNING", () => {
    let changed = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const random = new RandomChanges(randomBelow(seed));
      const tables = [random.table("t1"), random.table("t2")];
      const schema = tables.map(({ sql }) => sql).join("\n");
      changed += workload(random, { schema, tables }, { recursiveTriggers: random.chance(2) }, 25) ?? 0;
    }
    expect(changed).toBeGreaterThan(300);
  });

  it("triggers that change the same tables, raise, and see changes() and last_insert_rowid()", () => {
    let changed = 0;
    for (let seed = 1001; seed <= 1030; seed++) {
      const random = new RandomChanges(randomBelow(seed));
      const tables = [random.table("t1"), random.table("t2")];
      const schema = `${tables.map(({ sql }) => sql).join("\n")}${LOG}${random.triggers(tables)}`;
      changed += workload(random, { schema, tables }, { recursiveTriggers: random.chance(2) }, 25) ?? 0;
    }
    expect(changed).toBeGreaterThan(200);
  });

  it("foreign keys with every action, immediate and deferred, of a table to itself, under triggers", () => {
    let changed = 0;
    for (let seed = 2001; seed <= 2040; seed++) {
      const random = new RandomChanges(randomBelow(seed));
      const tables = random.family();
      const triggers = random.chance(2) ? "" : random.triggers(tables);
      const schema = `${tables.map(({ sql }) => sql).join("\n")}${LOG}${triggers}`;
      const settings = { recursiveTriggers: random.chance(2), foreignKeys: true };
      changed += workload(random, { schema, tables }, settings, 25) ?? 0;
    }
    expect(changed).toBeGreaterThan(100);
  });
});
