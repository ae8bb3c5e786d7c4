/** REALs of all sizes, printed by the original and by the shell's own arithmetic. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { Database } from "../../src/index.ts";
import { printedReal } from "../../src/shell/format/long-double.ts";
import { temporaryFolder } from "./both-shells.ts";

const sqlite3 = peer("sqlite3");

/** Bit patterns from a linear congruential generator, and numbers of few digits. */
function reals(count: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  let state = 1;
  const next = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0);
  return Array.from({ length: count }, (_, at) => {
    view.setUint32(0, next());
    view.setUint32(4, next());
    const any = view.getFloat64(0);
    return at % 2 === 0 && Number.isFinite(any)
      ? any
      : Number(((next() / 977) * 10 ** ((at % 24) - 12)).toPrecision(16));
  });
}

test.skipIf(sqlite3 === undefined)("15 and 20 digits are the original's", () => {
  using folder = temporaryFolder();
  const file = join(folder.path, "reals.db");
  const values = reals(6_000);
  using database = Database.open(file);
  database.exec("CREATE TABLE t(a REAL)");
  database.transaction(() => {
    const insert = database.prepare("INSERT INTO t VALUES(?)");
    for (const value of values) insert.run(value);
  });
  database.close();
  const printed = (mode: string): string[] =>
    execFileSync(sqlite3!, [file, `.mode ${mode}`, "SELECT a FROM t"], { encoding: "utf8" })
      .trimEnd()
      .split("\n");
  expect(values.map((value) => printedReal(value, 15))).toEqual(printed("list"));
  expect(values.map((value) => printedReal(value, 20))).toEqual(printed("quote"));
});
