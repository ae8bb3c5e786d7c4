/** Random queries over random tables: the same rows as the original's, INTEGERs told from REALs, or the same error; on both back ends. */
import { expect, test } from "vitest";
import { closures } from "../../src/compile/closures.ts";
import { source } from "../../src/compile/source.ts";
import { SqliteError } from "../../src/errors.ts";
import { QueriedDatabase } from "../support/queried-database.ts";
import { RandomQueries } from "../support/random-queries.ts";

const SCHEMAS = Number(process.env["TENON_SELECT_SCHEMAS"] ?? 6);
const QUERIES = 150;

function outcome(ask: () => string[], isOrdered: boolean): string[] {
  try {
    const rows = ask();
    return isOrdered ? rows : rows.toSorted();
  } catch (error) {
    // Anything else than what SQL may throw is a fault of ours.
    if (!(error instanceof SqliteError) && (error as { code?: string }).code !== "ERR_SQLITE_ERROR") throw error;
    return [`error: ${(error as Error).message}`];
  }
}

/** Then the rows come in the same order as well. */
function isPlannedAlike(database: QueriedDatabase, sql: string): boolean {
  try {
    return database.plan(sql).join("\n") === database.askPlan(sql).join("\n");
  } catch {
    return false; // `outcome` tells what is wrong
  }
}

test.each(Array.from({ length: SCHEMAS }, (_, at) => at + 1))("random SELECTs, seed %i", (seed) => {
  const random = new RandomQueries(seed);
  const database = new QueriedDatabase(random.schema());
  try {
    for (let count = 0; count < QUERIES; count++) {
      const { sql, isOrdered: isSorted } = random.select();
      const isOrdered = isSorted || isPlannedAlike(database, sql);
      const wanted = outcome(() => database.ask(sql), isOrdered);
      for (const [name, backEnd] of Object.entries({ closures, source })) {
        const found = outcome(() => database.query(sql, [], backEnd), isOrdered);
        expect({ sql, name, rows: found }).toEqual({ sql, name, rows: wanted });
      }
    }
  } finally {
    database.close();
  }
});
