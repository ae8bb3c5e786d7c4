import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HashValue } from "../src/types/hash.ts";
import { collectionSettings } from "./settings.ts";

const field = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map((n) => `f${n}`),
  fc.constantFrom("__proto__", "constructor", "", "\u00ff\u0000"),
);
const operation = fc.record({ sets: fc.boolean(), field, value: fc.string({ unit: "binary-ascii", maxLength: 80 }) });

describe("HashValue", () => {
  for (const hashMaxListpackEntries of [0, 16, 512]) {
    it(`agrees with a Map under any sequence of writes (hash-max-listpack-entries ${hashMaxListpackEntries})`, () => {
      fc.assert(
        fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
          const hash = new HashValue(collectionSettings({ hashMaxListpackEntries }));
          const empty = hash.memoryBytes();
          const model = new Map<string, string>();
          for (const { sets, field: name, value } of operations) {
            if (sets) {
              expect(hash.set(name, value)).toBe(!model.has(name));
              model.set(name, value);
            } else {
              expect(hash.delete(name)).toBe(model.delete(name));
            }
            expect(hash.size).toBe(model.size);
          }
          for (const [name, value] of model) expect(hash.get(name)).toBe(value);
          const copy = hash.clone();
          const seen = new Map<string, string>();
          hash.forEach((name, value) => seen.set(name, value));
          expect(seen).toEqual(model);
          for (const name of model.keys()) hash.delete(name);
          if (hash.encoding() === "listpack") expect(hash.memoryBytes()).toBe(empty);
          for (const [name, value] of model) expect(copy.get(name)).toBe(value);
        }),
      );
    });
  }

  it("is a listpack up to 512 fields of at most 64 bytes, in the order of insertion", () => {
    const hash = new HashValue(collectionSettings());
    for (let i = 0; i < 512; i++) hash.set(`f${i}`, "v".repeat(64));
    expect(hash.encoding()).toBe("listpack");
    expect(hash.fieldAt(300)).toBe("f300");
    hash.set("one more", "v");
    expect(hash.encoding()).toBe("hashtable");
    const long = new HashValue(collectionSettings());
    long.set("f", "v".repeat(65));
    expect(long.encoding()).toBe("hashtable");
  });

  it("comes whole through HSCAN while fields are added and removed", () => {
    const hash = new HashValue(collectionSettings({ hashMaxListpackEntries: 4 }));
    for (let i = 0; i < 500; i++) hash.set(`stays${i}`, `${i}`);
    const seen = new Map<string, string>();
    let cursor = 0;
    let extra = 0;
    do {
      cursor = hash.scan(cursor, 10, (name, value) => seen.set(name, value));
      if (extra < 3000) for (let i = 0; i < 100; i++) hash.set(`goes${extra++}`, "");
      else for (let i = 0; i < 200 && extra > 0; i++) hash.delete(`goes${--extra}`);
    } while (cursor !== 0);
    for (let i = 0; i < 500; i++) expect(seen.get(`stays${i}`)).toBe(`${i}`);
  });
});
