import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { countBits, findBit, fitField, getBit, getField, setBit, setField } from "../src/types/bitmap.ts";
import { EngineUnderTest, type EngineClient } from "./engine-client.ts";

let client: EngineClient;

beforeEach(() => {
  client = new EngineUnderTest().connect();
});

const bitsOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");

describe("bits of a string", () => {
  const BYTES = fc.uint8Array({ minLength: 1, maxLength: 24 });

  it("are counted and found as in their text of zeros and ones", () => {
    fc.assert(
      fc.property(BYTES, fc.nat(), fc.nat(), fc.constantFrom(0 as const, 1 as const), (bytes, a, b, bit) => {
        const from = a % (bytes.length * 8);
        const to = from + (b % (bytes.length * 8 - from));
        const range = bitsOf(bytes).slice(from, to + 1);
        expect(countBits(bytes, from, to)).toBe(range.replaceAll("0", "").length);
        const found = range.indexOf(String(bit));
        expect(findBit(bytes, bit, from, to)).toBe(found < 0 ? -1 : from + found);
        setBit(bytes, from, bit);
        expect(getBit(bytes, from)).toBe(bit);
      }),
    );
  });

  it("are read and written as fields of any width, to 63 bits without a sign and 64 with one", () => {
    const type = fc.record({ signed: fc.boolean(), bits: fc.integer({ min: 1, max: 63 }) });
    fc.assert(
      fc.property(
        BYTES,
        type,
        fc.nat({ max: 120 }),
        fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
        (bytes, field, at, value) => {
          const padded = new Uint8Array(32);
          padded.set(bytes);
          const model = BigInt(`0b${bitsOf(padded).slice(at, at + field.bits)}`);
          const expected = field.signed ? BigInt.asIntN(field.bits, model) : model;
          expect(BigInt(getField(bytes, field, at))).toBe(expected);
          const wrapped = fitField(field, value, "WRAP")!;
          setField(padded, field.bits, at, wrapped);
          expect(BigInt(getField(padded, field, at))).toBe(wrapped);
        },
      ),
    );
  });
});

describe("bit commands", () => {
  it("count in 64 bits without loss", () => {
    client.line("BITFIELD b SET i64 0 9223372036854775807");
    expect(client.raw("BITFIELD", "b", "INCRBY", "i64", 0, 1)).toBe("*1\r\n:-9223372036854775808\r\n");
    expect(client.raw("BITFIELD", "b", "OVERFLOW", "FAIL", "INCRBY", "i64", 0, -1)).toBe("*1\r\n$-1\r\n");
    expect(client.raw("BITFIELD", "b", "OVERFLOW", "SAT", "SET", "u63", 1, -1, "GET", "u63", 1)).toBe(
      "*2\r\n:0\r\n:9223372036854775807\r\n",
    );
  });

  it("do not copy a large string for every bit", () => {
    client.line("SETBIT big 160000000 1");
    const started = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 200; i++) client.line(`SETBIT big ${i * 1000} 1`);
    expect(process.memoryUsage().arrayBuffers - started).toBeLessThan(60_000_000);
    expect(client.line("BITCOUNT big")).toBe(201);
  });

  it("BITCOUNT and BITPOS look at their arguments before the key, as since 7.2", () => {
    expect(client.line("BITCOUNT missing x 1")).toEqual(new Error("ERR value is not an integer or out of range"));
    expect(client.line("BITCOUNT missing 1")).toEqual(new Error("ERR syntax error"));
    expect(client.line("BITPOS missing 1 0 -1 NIBBLE")).toEqual(new Error("ERR syntax error"));
  });

  it("BITOP makes a raw string without an expiry, or none", () => {
    client.line("SET a 12");
    client.line("SET d x EX 100");
    expect(client.line("BITOP NOT d a")).toBe(2);
    expect(client.line("OBJECT ENCODING d")).toBe("raw");
    expect(client.line("TTL d")).toBe(-1);
    expect(client.line("BITOP OR d missing")).toBe(0);
    expect(client.line("EXISTS d")).toBe(0);
  });
});
