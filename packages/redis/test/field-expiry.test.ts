import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HashValue } from "../src/types/hash.ts";
import { collectionSettings } from "./settings.ts";

interface Field {
  value: string;
  /** Undefined: it does not expire. */
  atMs: number | undefined;
}

const FIELD = fc.integer({ min: 0, max: 25 }).map((n) => `f${n}`);
const TIME = fc.integer({ min: 1, max: 1000 });
const STEP = fc.oneof(
  fc.record({ kind: fc.constant("set" as const), field: FIELD, value: fc.string(), keeps: fc.boolean() }),
  fc.record({ kind: fc.constant("expire" as const), field: FIELD, atMs: TIME }),
  fc.record({ kind: fc.constant("persist" as const), field: FIELD }),
  fc.record({ kind: fc.constant("delete" as const), field: FIELD }),
  fc.record({ kind: fc.constant("pass" as const), nowMs: TIME }),
  fc.record({ kind: fc.constant("clone" as const) }),
);

describe("a hash whose fields expire", () => {
  for (const [form, entries] of [
    ["compact", 512],
    ["large", 8],
  ] as const) {
    it(`does what a map with times does, while ${form}`, () => {
      fc.assert(
        fc.property(fc.array(STEP, { maxLength: 200 }), (steps) => {
          let hash = new HashValue(collectionSettings({ hashMaxListpackEntries: entries }));
          const model = new Map<string, Field>();
          for (const step of steps) {
            switch (step.kind) {
              case "set": {
                const before = model.get(step.field);
                expect(hash.set(step.field, step.value, step.keeps)).toBe(before === undefined);
                model.set(step.field, { value: step.value, atMs: step.keeps ? before?.atMs : undefined });
                break;
              }
              case "expire": {
                const before = model.get(step.field);
                if (before === undefined) break;
                hash.setExpiresAt(step.field, step.atMs);
                before.atMs = step.atMs;
                break;
              }
              case "persist": {
                const before = model.get(step.field);
                expect(hash.persist(step.field)).toBe(before?.atMs !== undefined);
                if (before !== undefined) before.atMs = undefined;
                break;
              }
              case "delete":
                expect(hash.delete(step.field)).toBe(model.delete(step.field));
                break;
              case "pass": {
                const due = Array.from(model).filter(([, { atMs }]) => (atMs ?? Infinity) < step.nowMs);
                expect(hash.removeExpired(step.nowMs).toSorted()).toEqual(due.map(([field]) => field).toSorted());
                for (const [field] of due) model.delete(field);
                break;
              }
              case "clone":
                hash = hash.clone();
            }
            const times = Array.from(model.values(), ({ atMs }) => atMs ?? Infinity);
            expect(hash.earliestExpiryMs).toBeLessThanOrEqual(Math.min(Infinity, ...times));
          }
          const held = new Map<string, Field>();
          const order: number[] = [];
          hash.forEach((field, value) => {
            const atMs = hash.expiresAt(field);
            held.set(field, { value, atMs: atMs < 0 ? undefined : atMs });
            order.push(atMs < 0 ? Infinity : atMs);
          });
          expect(held).toEqual(model);
          expect(hash.expiring).toBe(order.filter(Number.isFinite).length);
          if (hash.encoding() === "listpackex")
            expect(order).toEqual(order.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
        }),
        { numRuns: 300 },
      );
    });
  }
});
