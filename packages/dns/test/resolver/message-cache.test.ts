import fc from "fast-check";
import { expect, test } from "vitest";
import { Name } from "../../src/name/name.ts";
import { ENTRY, LEAST_CACHE_BYTES, MessageCache } from "../../src/resolver/message-cache.ts";
import { QueryView } from "../../src/resolver/query-view.ts";
import { queryBytes } from "../support/messages.ts";
import { EDNS } from "../support/resolving.ts";

/** A packet that begins as answers to the question do, and goes on with `size` bytes of `mark`. */
function packet(view: QueryView, size: number, mark: number): Uint8Array {
  const bytes = new Uint8Array(12 + view.questionBytes + size).fill(mark);
  bytes.set(view.question.subarray(0, view.questionBytes), 12);
  return bytes;
}

function viewOf(name: string, type = 1, variant = 0): QueryView {
  const view = new QueryView();
  view.set(Name.parse(name), type, variant);
  return view;
}

function contentOf(cache: MessageCache, view: QueryView): number[] | undefined {
  const at = cache.find(view);
  if (at === -1) return undefined;
  const start = cache.packetAt(at);
  const offsets = Array.from({ length: cache.ttlCount(at) }, (_, i) => cache.ttlOffset(at, i));
  return [...cache.bytes.subarray(start, start + cache.packetLength(at)), cache.ttl(at), cache.storedS(at), ...offsets];
}

test("what it finds is what was put last under the same question, in whatever order things come", () => {
  const step = fc.record({
    name: fc.integer({ min: 0, max: 30 }),
    type: fc.constantFrom(1, 28),
    variant: fc.constantFrom(0, 1, 2, 3),
    size: fc.integer({ min: 0, max: 1500 }),
    action: fc.constantFrom("put", "put", "put", "find", "remove"),
    offsets: fc.array(fc.integer({ min: 12, max: 1500 }), { maxLength: 7 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const cache = new MessageCache(LEAST_CACHE_BYTES);
      const model = new Map<string, number[]>();
      for (const [i, { name, type, variant, size, action, offsets }] of steps.entries()) {
        const view = viewOf(`n${name}.example.`, type, variant);
        const key = `${name} ${type} ${variant}`;
        if (action === "put") {
          const bytes = packet(view, size, i & 0xff);
          expect(cache.put(view, { packet: bytes, ttlOffsets: offsets, ttl: i, flags: 0 }, 5000 + i)).toBe(true);
          model.set(key, [...bytes, i, 5000 + i, ...offsets]);
        } else if (action === "remove") {
          const at = cache.find(view);
          if (at !== -1) cache.remove(at);
          model.delete(key);
        }
        const found = contentOf(cache, view);
        // What is not there may have been pushed out; what is there has to be right.
        if (found !== undefined) expect(found).toEqual(model.get(key));
        if (action === "put") expect(found).toBeDefined();
      }
      expect([...cache.entries()]).toHaveLength(cache.size);
      expect(cache.usedBytes).toBeLessThanOrEqual(cache.capacityBytes);
    }),
    { numRuns: 60 },
  );
});

test("within its bytes nothing is lost; beyond, what is asked for stays and the rest goes", () => {
  const cache = new MessageCache(1024 * 1024);
  const put = (i: number): boolean => {
    const view = viewOf(`n${i}.example.`);
    return cache.put(view, { packet: packet(view, 100, 1), ttlOffsets: [40], ttl: 1e6, flags: 0 }, 0);
  };
  for (let i = 0; i < 4000; i++) put(i);
  expect(cache.size).toBe(4000);
  const favourites = Array.from({ length: 100 }, (_, i) => viewOf(`n${i}.example.`));
  for (let i = 4000; i < 60_000; i++) {
    put(i);
    if (i % 50 === 0) for (const view of favourites) cache.find(view);
  }
  expect(favourites.filter((view) => cache.find(view) !== -1)).toHaveLength(100);
  expect(cache.size).toBeGreaterThan(4000);
  expect(cache.size).toBeLessThan(7000);
  expect(cache.find(viewOf("n20000.example."))).toBe(-1);
  expect(cache.find(viewOf("n59999.example."))).not.toBe(-1);
});

test("entries that are over are not carried along, however often they are asked for; local data is", () => {
  const cache = new MessageCache(LEAST_CACHE_BYTES);
  const [old, local] = [viewOf("old.example."), viewOf("local.example.")];
  cache.put(old, { packet: packet(old, 10, 1), ttlOffsets: [], ttl: 100, flags: 0 }, 0);
  cache.put(local, { packet: packet(local, 10, 1), ttlOffsets: [], ttl: 0, flags: ENTRY.FIXED }, 0);
  for (let i = 0; i < 2000; i++) {
    cache.find(old);
    cache.find(local);
    const view = viewOf(`n${i}.example.`);
    cache.put(view, { packet: packet(view, 100, 1), ttlOffsets: [], ttl: 100, flags: 0 }, 1000);
  }
  expect(cache.find(old)).toBe(-1);
  expect(cache.find(local)).not.toBe(-1);
});

test("a packet larger than a segment is not kept", () => {
  const cache = new MessageCache(LEAST_CACHE_BYTES);
  const view = viewOf("big.example.");
  expect(cache.put(view, { packet: packet(view, 5000, 1), ttlOffsets: [], ttl: 1, flags: 0 }, 0)).toBe(false);
  expect(cache.find(view)).toBe(-1);
});

test("a query's bytes and the same as values are one question", () => {
  const view = new QueryView();
  const edns = { ...EDNS, dnssecOk: true };
  const bytes = queryBytes("WWW.Example. AAAA", { edns, checkingDisabled: true });
  expect(view.read(bytes, bytes.length)).toBe(true);
  const same = viewOf("www.example.", 28, 3);
  expect([view.hash, view.variant, view.questionBytes]).toEqual([same.hash, same.variant, same.questionBytes]);
});
