import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StringTable } from "../src/types/string-table.ts";

const seed = { low: 1, high: 2 };

/** Runs a SCAN round, calling `between` after every step; returns everything that came. */
function scanAll(table: StringTable, between: () => void): Set<string> {
  const seen = new Set<string>();
  let cursor = 0;
  do {
    cursor = table.scan(cursor, (id) => seen.add(table.keys[id]!));
    between();
  } while (cursor !== 0);
  return seen;
}

describe("StringTable", () => {
  it("agrees with a Set under any sequence of additions and removals", () => {
    const operation = fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 60 }));
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 400 }), (operations) => {
        const table = new StringTable(seed);
        const model = new Set<string>();
        for (const [adds, n] of operations) {
          const key = `k${n}`;
          if (adds) {
            const bytes = Buffer.from(`<${key}>`);
            const added = n % 2 === 0 ? table.findOrAdd(key) : table.findOrAddBytes(bytes, 1, bytes.length - 1);
            expect(added < 0).toBe(!model.has(key));
            model.add(key);
          } else {
            const id = table.find(key);
            expect(id >= 0).toBe(model.has(key));
            if (id >= 0) table.remove(id);
            model.delete(key);
          }
          expect(table.size).toBe(model.size);
        }
        expect(new Set(table.keys)).toEqual(model);
        for (const [id, key] of table.keys.entries()) {
          expect(table.find(key)).toBe(id);
          expect(table.findBytes(Buffer.from(key), 0, key.length)).toBe(id);
        }
      }),
    );
  });

  it("keeps its ids dense, and says which entry was moved by keeping `keys` in step", () => {
    const table = new StringTable(seed);
    for (const key of ["a", "b", "c", "d"]) table.findOrAdd(key);
    table.remove(table.find("b"));
    expect(table.keys).toEqual(["a", "d", "c"]);
    expect(table.find("d")).toBe(1);
  });

  it("returns every key that stays through a SCAN while others come and go, growing and shrinking", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 4000 }),
        fc.array(fc.integer({ min: -200, max: 200 }), { minLength: 1, maxLength: 40 }),
        (lasting, transient, changes) => {
          const table = new StringTable(seed);
          for (let i = 0; i < lasting; i++) table.findOrAdd(`stays${i}`);
          for (let i = 0; i < transient; i++) table.findOrAdd(`goes${i}`);
          let oldest = 0;
          let newest = transient;
          let step = 0;
          const seen = scanAll(table, () => {
            const change = changes[step++ % changes.length]!;
            // After a while only shrink, so that the round ends.
            const grow = step < 60 ? change : -200;
            for (let i = 0; i < grow; i++) table.findOrAdd(`goes${newest++}`);
            for (let i = 0; i < -grow && oldest < newest; i++) table.remove(table.find(`goes${oldest++}`));
          });
          for (let i = 0; i < lasting; i++) expect(seen.has(`stays${i}`)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("returns each key exactly once when nothing changes during the SCAN", () => {
    const table = new StringTable(seed);
    for (let i = 0; i < 777; i++) table.findOrAdd(`k${i}`);
    let visits = 0;
    let cursor = 0;
    do cursor = table.scan(cursor, () => visits++);
    while (cursor !== 0);
    expect(visits).toBe(777);
  });

  it("gives back its buckets when it empties", () => {
    const table = new StringTable(seed);
    for (let i = 0; i < 10_000; i++) table.findOrAdd(`k${i}`);
    expect(table.buckets).toBeGreaterThanOrEqual(10_000);
    for (let i = 0; i < 10_000; i++) table.remove(table.find(`k${i}`));
    expect(table.buckets).toBeLessThan(64);
  });

  it("ends a step at the wanted number of entries, or after ten times as many buckets", () => {
    const table = new StringTable(seed);
    for (let i = 0; i < 4096; i++) table.findOrAdd(`k${i}`);
    // Down to where merging has just not begun: four buckets for each entry.
    for (let i = 0; i < 3060; i++) table.remove(table.find(`k${i}`));
    const visits: number[] = [];
    let cursor = 0;
    do {
      let visited = 0;
      cursor = table.scanAtLeast(cursor, 1, () => visited++);
      visits.push(visited);
    } while (cursor !== 0);
    // Ten buckets in a row are all empty about once in twelve.
    expect(visits.filter((count) => count === 0).length).toBeGreaterThan(10);
    expect(Math.max(...visits)).toBeLessThan(10);
    expect(visits.reduce((sum, count) => sum + count, 0)).toBe(table.size);
  });

  it("copies independently", () => {
    const table = new StringTable(seed);
    for (let i = 0; i < 100; i++) table.findOrAdd(`k${i}`);
    const copy = table.clone();
    for (let i = 0; i < 50; i++) table.remove(table.find(`k${i}`));
    for (let i = 0; i < 100; i++) expect(copy.find(`k${i}`)).toBe(i);
    expect(copy.size).toBe(100);
  });
});
