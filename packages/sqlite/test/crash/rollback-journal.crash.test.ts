/** The power goes at every write, sync and change of a name, and again while that is repaired: what was committed is there, and nothing else. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Disk } from "@tenon/kit";
import { everyCrashPoint } from "@tenon/kit";
import { afterAll, describe, expect, test } from "vitest";
import type { JournalMode } from "../../src/journal/rollback-journal.ts";
import { Pager } from "../../src/pager/pager.ts";
import { openFiles } from "../../src/vfs/database-files.ts";
import { randomBelow } from "../support/random-below.ts";
import { changeAtRandom, StoredMap } from "../support/stored-map.ts";

const folder = mkdtempSync(join(tmpdir(), "tenon-crash-"));
afterAll(() => rmSync(folder, { recursive: true }));

function openMap(disk: Disk, mode: JournalMode, cachePages: number): { map: StoredMap; close: () => void } {
  const files = openFiles(disk, "/it.db", false);
  const below = randomBelow(99);
  const pager = new Pager({ ...files, pageSize: 512, random: () => below(2 ** 31) });
  pager.settings.journalMode = mode;
  pager.settings.cachePages = cachePages;
  const close = (): void => {
    pager.close();
    files.release();
  };
  return { map: new StoredMap(pager), close };
}

interface Promised {
  /** What was committed last, and what was about to be. */
  committed: Map<number, string>;
  next: Map<number, string>;
}

function same(a: ReadonlyMap<number, string>, b: ReadonlyMap<number, string>): boolean {
  return a.size === b.size && [...a].every(([rowid, value]) => b.get(rowid) === value);
}

async function crashEverywhere(mode: JournalMode, transactions: number, maxPoints: number): Promise<void> {
  let looked = 0;
  await everyCrashPoint<Promised>({
    acknowledge: () => ({ committed: new Map(), next: new Map() }),
    run: (disk, promised) => {
      const { map, close } = openMap(disk, mode, 12);
      const below = randomBelow(4);
      for (let transaction = 0; transaction < transactions; transaction++) {
        map.pager.beginWrite();
        changeAtRandom(map, below, 3 + below(40));
        if (below(5) === 0) {
          map.tree.rollback();
          map.expected = new Map(promised.committed);
          map.open();
          continue;
        }
        promised.next = new Map(map.expected);
        map.pager.commit();
        promised.committed = promised.next;
      }
      close();
    },
    check: (disk, promised) => {
      const { map, close } = openMap(disk, mode, 12);
      const found = map.read();
      if (!same(found, promised.committed) && !same(found, promised.next))
        throw new Error(
          `${found.size} rows; ${promised.committed.size} were committed, ${promised.next.size} about to be`,
        );
      close();
      looked += 1;
      if (looked % 97 !== 0) return;
      // Now and then the original is asked, too.
      const path = join(folder, "it.db");
      writeFileSync(path, disk.readFile("/it.db"));
      const original = new DatabaseSync(path, { readOnly: true });
      expect(original.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
      original.close();
    },
    outcomes: 3,
    maxPoints,
  });
  expect(looked).toBeGreaterThan(100);
}

describe.each(["delete", "truncate", "persist"] as const)("journal_mode %s", (mode) => {
  test("nothing committed is lost, and no half of a transaction is there", { timeout: 300_000 }, () =>
    crashEverywhere(mode, 5, 60),
  );
});
