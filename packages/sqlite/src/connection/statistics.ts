/** `sqlite_stat1`, which ANALYZE writes, as the planner reads it (https://www.sqlite.org/fileformat2.html §2.6.3). */
import type { Btree } from "../btree/btree.ts";
import type { Statistics } from "../planner/context.ts";
import { RecordReader } from "../record/record-reader.ts";
import type { Catalogue } from "../schema/catalogue.ts";
import { fold } from "../schema/table.ts";
import type { TextEncoding } from "../values/text-codec.ts";
import { Cells } from "../values/value.ts";

type IndexStatistics = NonNullable<ReturnType<Statistics["index"]>>;

export const NO_STATISTICS: Statistics = { rows: () => undefined, index: () => undefined };

export function readStatistics(tree: Btree, catalogue: Catalogue, encoding: TextEncoding): Statistics {
  const stored = catalogue.table("sqlite_stat1");
  if (stored?.kind !== "table" || stored.rootPage === 0) return NO_STATISTICS;
  const rows = new Map<string, number>();
  const indexes = new Map<string, IndexStatistics>();
  const cursor = tree.table(stored.rootPage);
  const reader = new RecordReader(encoding);
  const cells = new Cells(3);
  try {
    for (let more = cursor.first(); more; more = cursor.next()) {
      const { bytes, view, start, end } = cursor.payload();
      reader.attach(bytes, view, start, end);
      for (let column = 0; column < 3; column++) reader.read(column, cells, column);
      const [table, index, stat] = cells.payloads;
      if (typeof table !== "string" || typeof stat !== "string") continue;
      const parsed = parseStat(stat);
      const count = parsed.counts[0];
      if (count === undefined) continue;
      const isPartial = typeof index === "string" && catalogue.index(index)?.where !== undefined;
      if (!isPartial) rows.set(fold(table), count);
      if (typeof index === "string") indexes.set(fold(index), parsed);
    }
  } finally {
    cursor.close();
  }
  return { rows: (table) => rows.get(fold(table)), index: (index) => indexes.get(fold(index)) };
}

/** Numbers, then words. */
function parseStat(stat: string): IndexStatistics {
  const words = stat.split(" ");
  const firstWord = words.findIndex((word) => !/^\d+$/.test(word));
  const numbers = firstWord === -1 ? words : words.slice(0, firstWord);
  const rest = firstWord === -1 ? [] : words.slice(firstWord);
  return {
    counts: numbers.map(Number),
    unordered: rest.some((word) => word.startsWith("unordered")),
    noSkipScan: rest.some((word) => word.startsWith("noskipscan")),
  };
}
