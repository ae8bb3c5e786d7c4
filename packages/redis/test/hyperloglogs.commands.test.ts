import { beforeEach, describe, expect, it } from "vitest";
import { hashHigh, hashLow, murmurHash64A } from "../src/types/murmur.ts";
import { EngineUnderTest, type EngineClient } from "./engine-client.ts";

let world: EngineUnderTest;
let client: EngineClient;

beforeEach(() => {
  world = new EngineUnderTest();
  client = world.connect();
});

/** The same hash, in big integers. */
function plainMurmur(bytes: Uint8Array, seed: bigint): bigint {
  const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);
  const m = 0xc6a4a7935bd1e995n;
  const word = (at: number, length: number): bigint =>
    bytes.subarray(at, at + length).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let hash = seed ^ wrap(BigInt(bytes.length) * m);
  const tail = bytes.length - (bytes.length % 8);
  for (let at = 0; at < tail; at += 8) {
    let k = wrap(word(at, 8) * m);
    k = wrap((k ^ (k >> 47n)) * m);
    hash = wrap((hash ^ k) * m);
  }
  if (tail < bytes.length) hash = wrap((hash ^ word(tail, bytes.length - tail)) * m);
  hash = wrap((hash ^ (hash >> 47n)) * m);
  return hash ^ (hash >> 47n);
}

describe("MurmurHash64A", () => {
  it("in 32-bit halves is what it is in 64 bits", () => {
    for (let length = 0; length < 70; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 167 + length * 31) & 0xff);
      murmurHash64A(bytes, 0, length, 0xadc83b19);
      const halves = (BigInt(hashHigh >>> 0) << 32n) | BigInt(hashLow >>> 0);
      expect(halves).toBe(plainMurmur(bytes, 0xadc83b19n));
    }
  });
});

describe("HyperLogLog commands", () => {
  it("estimate within the error, sparse and dense", () => {
    for (let from = 0; from < 20_000; from += 100) {
      client.run("PFADD", "h", ...Array.from({ length: 100 }, (_, i) => `element:${from + i}`));
      if (from === 100) expect(client.line("PFDEBUG ENCODING h")).toBe("sparse");
    }
    expect(client.line("PFDEBUG ENCODING h")).toBe("dense");
    expect(client.line("STRLEN h")).toBe(12304);
    expect(Math.abs((client.line("PFCOUNT h") as number) / 20_000 - 1)).toBeLessThan(0.0325);
    expect(client.line("PFSELFTEST")).toBe("OK");
  });

  it("keep the estimate in the string, and say so to replicas once", () => {
    client.line("PFADD h a b c");
    const effects = world.recordEffects();
    expect([client.line("PFCOUNT h"), client.line("PFCOUNT h")]).toEqual([3, 3]);
    expect(effects()).toEqual(["PFCOUNT h"]);
  });

  it("merge into what was there", () => {
    client.line("PFADD a 1 2 3");
    client.line("PFADD b 3 4 5");
    expect(client.line("PFCOUNT a b missing")).toBe(5);
    expect(client.line("PFMERGE a b")).toBe("OK");
    expect(client.line("PFCOUNT a")).toBe(5);
  });

  it("refuse other strings, other types, and corrupt ones", () => {
    client.line("SET s x");
    client.line("RPUSH l x");
    expect(client.line("PFADD s x")).toEqual(new Error("WRONGTYPE Key is not a valid HyperLogLog string value."));
    expect(client.line("PFCOUNT l")).toEqual(
      new Error("WRONGTYPE Operation against a key holding the wrong kind of value"),
    );
    client.run("SET", "cut", `HYLL\u0001${"\0".repeat(10)}\u0080\u007f`);
    const corrupt = new Error("INVALIDOBJ Corrupted HLL object detected");
    expect(client.line("PFCOUNT cut")).toEqual(corrupt);
    expect(client.line("PFADD cut a")).toEqual(corrupt);
    expect(client.line("PFMERGE other cut")).toEqual(corrupt);
    expect(client.line("PFDEBUG TODENSE cut")).toEqual(corrupt);
    expect(client.line("EXISTS other")).toBe(0);
  });
});
