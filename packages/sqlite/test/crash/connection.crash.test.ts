/** The power goes at every write, sync and change of a name while statements run: what was committed is there, and nothing of what was not. */
import type { Disk } from "@tenon/kit";
import { everyCrashPoint } from "@tenon/kit";
import { expect, test } from "vitest";
import { Database } from "../../src/api/database.ts";
import { randomBelow } from "../support/random-below.ts";

function open(disk: Disk): Database {
  const below = randomBelow(5);
  const random = { bytes: (length: number) => Uint8Array.from({ length }, () => below(256)) };
  return Database.open("/it.db", { world: { disk, random, clock: { now: () => 0 } } });
}

interface Promised {
  /** The transaction that was committed last, and the one that may have been. */
  committed: number;
  next: number;
}

const CONTENT = "SELECT coalesce(max(n), 0) FROM log";

test.each(["delete", "truncate", "persist"])("journal_mode %s", { timeout: 300_000 }, async (mode) => {
  let looked = 0;
  await everyCrashPoint<Promised>({
    acknowledge: () => ({ committed: -1, next: 0 }),
    run: (disk, promised) => {
      const db = open(disk);
      db.exec(`PRAGMA page_size = 512; PRAGMA cache_size = 8; PRAGMA journal_mode = ${mode}`);
      db.exec("CREATE TABLE log(n INTEGER PRIMARY KEY, what TEXT)");
      promised.committed = 0;
      db.exec("CREATE TABLE t(a INTEGER PRIMARY KEY, b UNIQUE, c); CREATE INDEX i ON t(c)");
      db.exec("CREATE TRIGGER tr AFTER DELETE ON t BEGIN UPDATE t SET c = c + 1 WHERE a = old.a + 1; END");
      const below = randomBelow(7);
      for (let n = 1; n <= 4; n++) {
        promised.next = n;
        db.transaction(() => {
          db.prepare("INSERT INTO log VALUES(?, 'done')").run(n);
          for (let i = 0; i < 12; i++)
            db.prepare("INSERT OR REPLACE INTO t VALUES(?, ?, ?)").run(
              below(40),
              `text ${below(30)}`.repeat(9),
              below(5),
            );
          db.prepare("DELETE FROM t WHERE a % 3 = ?").run(below(3));
        });
        promised.committed = n;
      }
      db.close();
    },
    check: (disk, { committed, next }) => {
      const db = open(disk);
      expect(db.value("PRAGMA integrity_check")).toBe("ok");
      if (committed >= 0) {
        const last = db.value(CONTENT) as number;
        expect(last).toBeGreaterThanOrEqual(committed);
        expect(last).toBeLessThanOrEqual(next);
        expect(db.value("SELECT count(*) FROM log")).toBe(last);
      }
      db.close();
      looked += 1;
    },
    outcomes: 2,
    maxPoints: 40,
  });
  expect(looked).toBeGreaterThan(50);
});
