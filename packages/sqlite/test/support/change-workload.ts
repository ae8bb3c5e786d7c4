/** Random tables and statements, on both sides: every outcome and all tables are alike after each. */
import { expect } from "vitest";
import type { BackEnd } from "../../src/compile/executable.ts";
import { ChangeDatabase } from "./change-database.ts";
import { randomBelow } from "./random-below.ts";
import { RandomChanges, type RandomTable } from "./random-changes.ts";

/** What the tables have beside constraints. */
export type Theme = "constraints" | "triggers" | "foreign keys";

interface Scene {
  readonly schema: string;
  readonly tables: readonly RandomTable[];
}

function sceneOf(theme: Theme, random: RandomChanges): Scene {
  const tables = theme === "foreign keys" ? random.family() : [random.table("t1"), random.table("t2")];
  const hasTriggers = theme === "triggers" || (theme === "foreign keys" && random.chance(2));
  const triggers = hasTriggers ? random.triggers(tables) : "";
  return { schema: `${tables.map(({ sql }) => sql).join("\n")}CREATE TABLE log(what, x, y);${triggers}`, tables };
}

/** Returns how many of the statements changed something; 0 where the original refused the schema, which random ones deserve now and then. */
export function checkChanges(theme: Theme, seed: number, statements: number, backEnd: BackEnd): number {
  const random = new RandomChanges(randomBelow(seed));
  const { schema, tables } = sceneOf(theme, random);
  const settings = { recursiveTriggers: random.chance(2), foreignKeys: theme === "foreign keys", backEnd };
  let database: ChangeDatabase;
  try {
    database = new ChangeDatabase(schema, settings);
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_SQLITE_ERROR") return 0;
    throw error;
  }
  let changed = 0;
  try {
    for (let at = 0; at < statements; at++) {
      const sql = random.statement(tables);
      const { ours, theirs } = database.both(sql);
      expect({ sql, ...ours }, `seed ${seed}: ${schema}`).toEqual({ sql, ...theirs });
      const { ours: mine, theirs: its } = database.tables();
      expect(mine, `seed ${seed}: ${schema}\n${sql}`).toBe(its);
      if (theirs.changes > 0) changed += 1;
    }
  } finally {
    database.close();
  }
  return changed;
}
