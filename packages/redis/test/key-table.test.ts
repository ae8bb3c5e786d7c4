import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeyTable } from "../src/keyspace/key-table.ts";
import { hashBytes, hashString } from "../src/keyspace/hash.ts";
import { seededRandom } from "./engine-client.ts";

const SEED = { low: 1, high: 2 };

function find(table: KeyTable, key: string): number {
  const bytes = Buffer.from(key, "latin1");
  return table.find(bytes, 0, bytes.length);
}

function insert(table: KeyTable, key: string): number {
  const bytes = Buffer.from(key, "latin1");
  return table.insert(bytes, 0, bytes.length, key);
}

describe("key table", () => {
  it("is a map, through growing, shrinking and rehashing", () => {
    const { integer } = seededRandom(5);
    const table = new KeyTable(SEED);
    const model = new Map<string, number>();
    for (let step = 0; step < 120_000; step++) {
      const filling = Math.floor(step / 30_000) % 2 === 0;
      const key = `k${integer(20_000)}${step % 50 === 0 ? "x".repeat(integer(40_000)) : ""}`;
      const id = find(table, key);
      if (id !== (model.get(key) ?? 0)) throw new Error(`${key.slice(0, 20)}: ${id}, not ${model.get(key)}`);
      if (id === 0 && (filling || integer(10) === 0)) model.set(key, insert(table, key));
      else if (id !== 0 && (!filling || integer(10) === 0)) {
        table.remove(id);
        model.delete(key);
      }
    }
    expect(table.size).toBe(model.size);
    for (const [key, id] of model) {
      expect(table.key(id)).toBe(key);
      expect(table.value(id)).toBe(key);
    }
  });

  it("keeps values of every form under any sequence of changes", () => {
    const integers = fc.oneof(fc.integer(), fc.maxSafeInteger());
    const texts = fc.uint8Array({ maxLength: 1200 }).map((bytes) => Buffer.from(bytes).toString("latin1"));
    const buffers = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    const value = fc.oneof(integers, texts, fc.constantFrom("", "x".repeat(512), "y".repeat(513)), buffers);
    const key = fc.integer({ min: 0, max: 40 }).map((n) => `key:${"k".repeat(n)}`);
    const step = fc.oneof(fc.tuple(key, value), fc.tuple(key, fc.constant(undefined)));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const table = new KeyTable(SEED);
        const model = new Map<string, number | string | Buffer>();
        for (const [name, next] of steps) {
          const bytes = Buffer.from(name, "latin1");
          const id = find(table, name);
          if (next === undefined) {
            if (id !== 0) table.remove(id);
            model.delete(name);
          } else {
            if (id === 0) table.insert(bytes, 0, bytes.length, next);
            else if (typeof next === "string" && next.length <= 512) {
              const stored = Buffer.from(`<${next}>`, "latin1");
              table.setBytes(id, stored, 1, stored.length - 1);
            } else table.setValue(id, next);
            table.setAccess(find(table, name), 0xabcdef);
            model.set(name, next);
          }
        }
        expect(table.size).toBe(model.size);
        for (const [name, expected] of model) {
          const id = find(table, name);
          expect(table.key(id)).toBe(name);
          expect(table.value(id)).toBe(expected);
          expect(table.access(id)).toBe(0xabcdef);
          expect(table.integer(id)).toBe(typeof expected === "number" ? expected : Number.NaN);
          expect(table.isObject(id)).toBe(
            typeof expected === "object" || (typeof expected === "string" && expected.length > 512),
          );
        }
      }),
      { seed: 11, numRuns: 60 },
    );
  });

  it("uses the room of values that shrank or went again", () => {
    const table = new KeyTable(SEED);
    const { integer } = seededRandom(3);
    for (let round = 0; round < 40; round++) {
      for (let key = 0; key < 2000; key++) {
        const id = find(table, `k${key}`);
        const value = "v".repeat(integer(400) + 1);
        if (id === 0) table.insert(Buffer.from(`k${key}`), 0, `k${key}`.length, value);
        else if (integer(4) === 0) table.remove(id);
        else table.setValue(id, value);
      }
    }
    // 2,000 values of 200 bytes on average: without reuse it would be 40 times that.
    expect(table.slabBytes).toBeLessThan(3 * 1024 * 1024);
  });

  it("scans every key that is there throughout, however the table changes in between", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.array(fc.integer({ min: -800, max: 800 }), { maxLength: 60 }),
        (stay, changes) => {
          const table = new KeyTable(SEED);
          for (let i = 0; i < stay; i++) insert(table, `stay${i}`);
          const others: number[] = [];
          const seen = new Set<string>();
          let cursor = 0;
          let next = 0;
          do {
            cursor = table.scan(cursor, (id) => seen.add(table.key(id)));
            // A table that grew faster than it is scanned would never be done.
            const change = changes[next++] ?? 0;
            for (let i = 0; i < change; i++) others.push(insert(table, `other${next}:${i}`));
            for (let i = 0; i > change; i--) {
              const id = others.pop();
              if (id !== undefined) table.remove(id);
            }
          } while (cursor !== 0);
          for (let i = 0; i < stay; i++) if (!seen.has(`stay${i}`)) throw new Error(`stay${i} was missed`);
        },
      ),
      { seed: 4, numRuns: 40 },
    );
  });

  it("draws keys evenly, also after most were removed", () => {
    const { integer } = seededRandom(9);
    const table = new KeyTable(SEED);
    const ids = Array.from({ length: 4000 }, (_, i) => insert(table, `k${i}`));
    for (const id of ids.slice(10)) table.remove(id);
    const counts = new Map<number, number>();
    for (let i = 0; i < 10_000; i++) {
      const id = table.randomId(integer);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    expect([...counts.keys()].toSorted((a, b) => a - b)).toEqual(ids.slice(0, 10));
    expect(Math.min(...counts.values())).toBeGreaterThan(300);
  });
});

describe("hash", () => {
  it("is the same over bytes and over one-byte strings", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = Buffer.from(bytes).toString("latin1");
        expect(hashString(text, SEED)).toBe(hashBytes(bytes, 0, bytes.length, SEED));
      }),
    );
  });
});
