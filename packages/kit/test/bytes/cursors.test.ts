import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteReader, BytesError, ByteWriter } from "../../src/index.ts";
import { field, KINDS, readingIsBounded } from "./fields.ts";

describe("ByteWriter and ByteReader", () => {
  test.for(Object.entries(KINDS))(
    "%s reads back what it wrote, over its whole range",
    ([, { values, write, read }]) => {
      fc.assert(
        fc.property(values, (value) => {
          const writer = new ByteWriter(1);
          write(writer, value);
          const reader = new ByteReader(writer.take());
          expect(read(reader)).toEqual(value);
          expect(reader.remaining).toBe(0);
        }),
        { numRuns: 300 },
      );
    },
  );

  test("any sequence of fields reads back, from an array with others before and after it", () => {
    fc.assert(
      fc.property(fc.array(field, { maxLength: 30 }), fc.nat(9), fc.nat(9), (fields, before, after) => {
        const writer = new ByteWriter(1);
        writer.reserve(before);
        for (const { name, value } of fields) KINDS[name]!.write(writer, value);
        const end = writer.length;
        writer.reserve(after);
        const reader = new ByteReader(new Uint8Array(writer.view()), before, end);
        for (const { name, value } of fields) expect(KINDS[name]!.read(reader)).toEqual(value);
        expect(reader.offset).toBe(end);
      }),
    );
  });

  test("every truncation fails with where, how much, and how little; the cursor stays", () => {
    fc.assert(
      fc.property(field, fc.nat(), ({ name, value }, cut) => {
        const writer = new ByteWriter();
        writer.u8(0xaa);
        KINDS[name]!.write(writer, value);
        const whole = writer.take();
        const reader = new ByteReader(whole, 1, 1 + (cut % (whole.length - 1)));
        const { remaining } = reader;
        const error = failure(() => KINDS[name]!.read(reader));
        expect(error.code).toBe("out-of-bounds");
        expect(error.wanted).toBeGreaterThan(error.available);
        expect(error.offset + error.available).toBe(1 + remaining);
        expect(reader.offset).toBe(1);
      }),
      { numRuns: 1000 },
    );
  });

  test("whatever the bytes, reading ends with a value or a BytesError, inside the bounds", () => {
    expect(fc.check(readingIsBounded, { numRuns: 2000 })).toMatchObject({ failed: false });
  });
});

describe("ByteReader", () => {
  test("names what is missing", () => {
    const reader = new ByteReader(Uint8Array.of(1, 2, 3, 4, 5));
    reader.u32be();
    const error = failure(() => reader.u16be());
    expect(error).toMatchObject({ code: "out-of-bounds", offset: 4, wanted: 2, available: 1 });
    expect(error.message).toBe("wanted 2 bytes at offset 4, but there are 1");
  });

  test("agrees with DataView on every width, order and sign", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (bytes) => {
        const view = new DataView(bytes.buffer);
        const read = (): ByteReader => new ByteReader(bytes);
        expect(read().i8()).toBe(view.getInt8(0));
        expect(read().u16be()).toBe(view.getUint16(0));
        expect(read().u16le()).toBe(view.getUint16(0, true));
        expect(read().i16be()).toBe(view.getInt16(0));
        expect(read().i16le()).toBe(view.getInt16(0, true));
        expect(read().u32be()).toBe(view.getUint32(0));
        expect(read().u32le()).toBe(view.getUint32(0, true));
        expect(read().i32be()).toBe(view.getInt32(0));
        expect(read().i32le()).toBe(view.getInt32(0, true));
        expect(read().u64be()).toBe(view.getBigUint64(0));
        expect(read().u64le()).toBe(view.getBigUint64(0, true));
        expect(read().i64be()).toBe(view.getBigInt64(0));
        expect(read().i64le()).toBe(view.getBigInt64(0, true));
        expect(read().f32be()).toBe(view.getFloat32(0));
        expect(read().f64le()).toBe(view.getFloat64(0, true));
      }),
      { numRuns: 500 },
    );
  });

  test("safe 64-bit reads accept ±(2^53 − 1) and refuse the next", () => {
    const outcome = (read: (r: ByteReader) => number, bytes: Uint8Array): unknown => {
      const reader = new ByteReader(bytes);
      const error = thrownBy(() => expect(read(reader)).toBe(Number(new DataView(big.buffer).getBigInt64(0))));
      return { code: (error as BytesError | undefined)?.code, offset: reader.offset };
    };
    const big = new Uint8Array(8);
    for (const [value, expected] of [
      [2n ** 53n - 1n, { code: undefined, offset: 8 }],
      [2n ** 53n, { code: "unsafe-integer", offset: 0 }],
      [-(2n ** 53n) + 1n, { code: undefined, offset: 8 }],
      [-(2n ** 53n), { code: "unsafe-integer", offset: 0 }],
      [2n ** 63n - 1n, { code: "unsafe-integer", offset: 0 }],
      [-(2n ** 63n), { code: "unsafe-integer", offset: 0 }],
    ] as const) {
      new DataView(big.buffer).setBigInt64(0, value);
      expect(outcome((r) => r.safeI64be(), big)).toEqual(expected);
      expect(outcome((r) => r.safeI64le(), big.toReversed())).toEqual(expected);
    }
  });

  test.for<[string, (r: ByteReader) => unknown, number[]]>([
    ["uvarint32", (r) => r.uvarint32(), [0xff, 0xff, 0xff, 0xff, 0x10]],
    ["uvarint32", (r) => r.uvarint32(), [0x80, 0x80, 0x80, 0x80, 0x80, 0x00]],
    ["zigzag32", (r) => r.zigzag32(), [0xff, 0xff, 0xff, 0xff, 0x1f]],
    ["uvarint64", (r) => r.uvarint64(), [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02]],
    ["zigzag64", (r) => r.zigzag64(), Array<number>(11).fill(0x80)],
    ["safeUvarint", (r) => r.safeUvarint(), Array<number>(11).fill(0x80)],
    ["safeZigzag", (r) => r.safeZigzag(), Array<number>(11).fill(0x80)],
  ])("%s refuses a number that is too long for it", ([, read, bytes]) => {
    const reader = new ByteReader(Uint8Array.from(bytes));
    expect(failure(() => read(reader)).code).toBe("varint-too-long");
    expect(reader.offset).toBe(0);
  });

  test("reads the varints of the specifications' own examples", () => {
    // Protocol Buffers, "Base 128 Varints": 150; and ZigZag: −2 is 3, 2147483647 is 4294967294.
    expect(new ByteReader(Uint8Array.of(0x96, 0x01)).uvarint32()).toBe(150);
    expect(new ByteReader(Uint8Array.of(0x03)).zigzag32()).toBe(-2);
    expect(new ByteReader(Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 0x0f)).zigzag32()).toBe(2_147_483_647);
    // SQLite: the greatest two-byte value, and −1 in nine bytes.
    expect(new ByteReader(Uint8Array.of(0xff, 0x7f)).sqliteVarint()).toBe(16_383n);
    expect(new ByteReader(new Uint8Array(9).fill(0xff)).sqliteVarint()).toBe(-1n);
    expect(new ByteReader(new Uint8Array(9).fill(0xff)).safeSqliteVarint()).toBe(-1);
    // git, "offset encoding": two bytes begin at 2^7, three at 2^7 + 2^14.
    expect(new ByteReader(Uint8Array.of(0x80, 0x00)).gitOffset()).toBe(2 ** 7);
    expect(new ByteReader(Uint8Array.of(0x80, 0x80, 0x00)).gitOffset()).toBe(2 ** 7 + 2 ** 14);
    expect(new ByteReader(Uint8Array.of(0x7f)).gitOffset()).toBe(127);
  });

  test("bytes are views, strings are decoded from any kind of array", () => {
    const memory = new Uint8Array([0, ...Buffer.from("grüße"), 0xff, 0]);
    const reader = new ByteReader(memory.subarray(1));
    const view = reader.bytes(2);
    expect(view.buffer).toBe(memory.buffer);
    expect(reader.utf8(6)).toBe("üße\ufffd".slice(0, 3) + "\ufffd");
    reader.offset = 2;
    expect(reader.latin1(2)).toBe("\u00c3\u00bc");
  });

  test("a length prefix beyond the end leaves the cursor before the prefix", () => {
    const reader = new ByteReader(Uint8Array.of(9, 0, 5, 1, 2));
    reader.skip(1);
    expect(failure(() => reader.prefixedBytes("u16be"))).toMatchObject({ offset: 3, wanted: 5, available: 2 });
    expect(reader.offset).toBe(1);
  });

  test("refuses lengths and offsets that are no places", () => {
    const reader = new ByteReader(new Uint8Array(4));
    for (const length of [-1, Number.NaN, 5]) expect(() => reader.skip(length)).toThrow(BytesError);
    for (const offset of [-1, Number.NaN, 5]) expect(() => (reader.offset = offset)).toThrow(BytesError);
    expect(() => new ByteReader(new Uint8Array(4), 2, 5)).toThrow(BytesError);
    expect(() => new ByteReader(new Uint8Array(4), 3, 2)).toThrow(BytesError);
  });
});

describe("ByteWriter", () => {
  test("writes varints in their shortest form", () => {
    const lengths = (write: (w: ByteWriter) => void): number => {
      const writer = new ByteWriter();
      write(writer);
      return writer.length;
    };
    for (let bits = 1; bits <= 53; bits++) {
      const value = 2 ** bits - 1;
      expect(lengths((w) => w.safeUvarint(value))).toBe(Math.ceil(bits / 7));
      expect(lengths((w) => w.uvarint64(BigInt(value)))).toBe(Math.ceil(bits / 7));
      expect(lengths((w) => w.safeSqliteVarint(value))).toBe(Math.ceil(bits / 7));
      expect(lengths((w) => w.sqliteVarint(BigInt(value)))).toBe(Math.ceil(bits / 7));
      expect(lengths((w) => w.safeZigzag(-(2 ** (bits - 1))))).toBe(Math.ceil(bits / 7));
    }
    expect(lengths((w) => w.sqliteVarint(2n ** 56n - 1n))).toBe(8);
    expect(lengths((w) => w.sqliteVarint(2n ** 56n))).toBe(9);
    expect(lengths((w) => w.sqliteVarint(-1n))).toBe(9);
  });

  test("fills in what was reserved, and nothing else", () => {
    const writer = new ByteWriter(2);
    writer.latin1("ab");
    const at = writer.reserve(11);
    writer.utf8("é");
    writer.patchU32be(at, writer.length);
    writer.patchU32le(at + 4, 0xfffe_fdfc);
    writer.patchU16be(at + 8, 0x1234);
    writer.patchU8(at + 10, 7);
    expect(writer.view().toString("hex")).toBe("6162_0000000f_fcfdfeff_1234_07_c3a9".replaceAll("_", ""));
    for (const bad of [-1, 12, 15]) expect(() => writer.patchU32be(bad, 0)).toThrow(BytesError);
  });

  test("what was taken is not touched again; what was reset is reused", () => {
    const writer = new ByteWriter(8);
    writer.utf8("first");
    const first = writer.take();
    writer.utf8("other");
    expect(first.toString()).toBe("first");
    const view = writer.view();
    writer.reset();
    expect(writer.length).toBe(0);
    writer.utf8("third");
    expect(view.toString()).toBe("third");
  });

  test("stops at its limit, keeping what it has", () => {
    const writer = new ByteWriter(4, 10);
    writer.bytes(new Uint8Array(10).fill(1));
    expect(failure(() => writer.u8(1))).toMatchObject({ code: "too-long", wanted: 1, available: 0 });
    expect(writer.length).toBe(10);
  });

  test("refuses a string that its prefix cannot count, and writes nothing of it", () => {
    const writer = new ByteWriter();
    writer.prefixedUtf8("u8", "x".repeat(255));
    expect(failure(() => writer.prefixedUtf8("u8", "é".repeat(128))).code).toBe("too-long");
    expect(writer.length).toBe(256);
  });

  test("refuses numbers that are not safe integers", () => {
    const writer = new ByteWriter();
    for (const bad of [2 ** 53, 0.5, Number.NaN, Infinity]) {
      expect(() => writer.safeI64be(bad)).toThrow(BytesError);
      expect(() => writer.safeUvarint(bad)).toThrow(BytesError);
      expect(() => writer.safeZigzag(bad)).toThrow(BytesError);
      expect(() => writer.safeSqliteVarint(bad)).toThrow(BytesError);
      expect(() => writer.gitOffset(bad)).toThrow(BytesError);
    }
    expect(() => writer.safeUvarint(-1)).toThrow(BytesError);
    expect(() => writer.gitOffset(-1)).toThrow(BytesError);
    expect(writer.length).toBe(0);
  });
});

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

function failure(run: () => unknown): BytesError {
  const error = thrownBy(run);
  if (error instanceof BytesError) return error;
  throw new Error("expected a BytesError", { cause: error });
}
