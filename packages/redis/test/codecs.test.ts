import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CorruptDataError } from "../src/types/codecs/corrupt-data.ts";
import { decodeIntset, encodeIntset } from "../src/types/codecs/intset.ts";
import { decodeListpack, encodeListpack } from "../src/types/codecs/listpack.ts";
import { lzfCompress, lzfDecompress } from "../src/types/codecs/lzf.ts";
import { decodeZiplist } from "../src/types/codecs/ziplist.ts";
import { decodeZipmap } from "../src/types/codecs/zipmap.ts";

const oneByteString = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString("latin1"));
const integerText = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const smallInteger = fc.integer({ min: -70_000, max: 70_000 }).map(String);
const element = fc.oneof(
  oneByteString,
  integerText,
  smallInteger,
  fc.constantFrom("", "-0", "007", "+1", "x".repeat(5000)),
);

/** Decoding damaged bytes gives something or throws CorruptDataError; nothing else. */
function survives(bytes: Buffer, decode: (bytes: Buffer) => unknown): void {
  try {
    decode(bytes);
  } catch (error) {
    if (!(error instanceof CorruptDataError)) throw error;
  }
}

/** Every truncation must be refused; flipped bytes must not do harm. */
function damage(bytes: Buffer, decode: (bytes: Buffer) => unknown): void {
  for (let length = 0; length < bytes.length; length++) {
    expect(() => decode(bytes.subarray(0, length))).toThrow(CorruptDataError);
  }
  for (let at = 0; at < bytes.length; at++) {
    for (const value of [0, 1, 0x7f, 0x80, 0xc0, 0xf0, 0xf4, 0xfe, 0xff]) {
      const mutated = Buffer.from(bytes);
      mutated[at] = value;
      survives(mutated, decode);
    }
  }
}

describe("listpack", () => {
  test("gives back what it was made of", () => {
    fc.assert(
      fc.property(fc.array(element, { maxLength: 60 }), (elements) => {
        expect(decodeListpack(encodeListpack(elements))).toEqual(elements);
      }),
    );
  });

  test("has the bytes that its description says", () => {
    // 13-bit, 7-bit and 13-bit integers between two short strings; RDB interop shows that the original agrees.
    const bytes = Buffer.from("15000000050081610 2c4000 2 7f01 dfff02 816202ff".replaceAll(" ", ""), "hex");
    expect(decodeListpack(bytes)).toEqual(["a", "1024", "127", "-1", "b"]);
    expect(encodeListpack(["a", "1024", "127", "-1", "b"])).toEqual(bytes);
  });

  test("refuses every truncation, and comes to no harm by any changed byte", () => {
    damage(
      encodeListpack(["hello", "1", "-5000", "123456789", "9223372036854775807", "x".repeat(70), ""]),
      decodeListpack,
    );
  });

  test("refuses lengths that the bytes do not bear out", () => {
    const wrongCount = encodeListpack(["a", "b"]);
    wrongCount.writeUInt16LE(3, 4);
    expect(() => decodeListpack(wrongCount)).toThrow("a wrong count of elements");
    const wrongBack = encodeListpack(["abc", "b"]);
    wrongBack[10] = 9;
    expect(() => decodeListpack(wrongBack)).toThrow("a wrong length backwards");
  });
});

describe("intset", () => {
  test("gives back what it was made of, in the narrowest width", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.oneof(integerText, smallInteger), { minLength: 1, maxLength: 40 }), (texts) => {
        const sorted = texts.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
        expect(decodeIntset(encodeIntset(sorted))).toEqual(sorted);
      }),
    );
    expect(encodeIntset(["-32768", "32767"])).toHaveLength(8 + 2 * 2);
    expect(encodeIntset(["-32769"])).toHaveLength(8 + 4);
    expect(encodeIntset(["2147483648"])).toHaveLength(8 + 8);
  });

  test("refuses members out of order, truncation and harm", () => {
    expect(() => decodeIntset(encodeIntset(["2", "1"]))).toThrow("members out of order");
    damage(encodeIntset(["-1", "2", "300"]), decodeIntset);
    damage(encodeIntset(["-1", "2", "30000000000"]), decodeIntset);
  });
});

describe("LZF", () => {
  test("gives back what it was made of", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 100 }))),
        (parts) => {
          const bytes = Buffer.concat(parts.flatMap(([part, times]) => Array<Uint8Array>(times).fill(part)));
          const packed = lzfCompress(bytes);
          if (packed !== undefined) {
            expect(packed.length).toBeLessThanOrEqual(bytes.length - 4);
            expect(lzfDecompress(packed, bytes.length)).toEqual(bytes);
          }
        },
      ),
    );
  });

  test("makes long repetitions short, and leaves noise alone", () => {
    const packed = lzfCompress(Buffer.alloc(100_000, "abc"))!;
    expect(packed.length).toBeLessThan(1500);
    expect(lzfCompress(Buffer.from("0123456789abcdefghijklmnopqrstuv"))).toBeUndefined();
  });

  test("refuses claims that the input cannot fulfil, and references before the beginning", () => {
    expect(() => lzfDecompress(Buffer.from([0, 0x61]), 2 ** 40)).toThrow(CorruptDataError);
    expect(() => lzfDecompress(Buffer.from([0x20, 0x05]), 3)).toThrow("a reference before the beginning");
    damage(lzfCompress(Buffer.from("abcabcabcabcabcabcabcabcabcabcXabcabcabcabc"))!, (bytes) =>
      lzfDecompress(bytes, 43),
    );
  });
});

/** A ziplist of entries whose encodings are given as bytes. */
function ziplist(...entries: readonly (readonly number[])[]): Buffer {
  const body: number[] = [];
  let previous = 0;
  let tail = 10;
  for (const entry of entries) {
    tail = 10 + body.length;
    const before = previous < 254 ? [previous] : [254, previous & 0xff, previous >> 8, 0, 0];
    body.push(...before, ...entry);
    previous = before.length + entry.length;
  }
  const bytes = Buffer.from([...Array<number>(10).fill(0), ...body, 0xff]);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt32LE(tail, 4);
  bytes.writeUInt16LE(entries.length, 8);
  return bytes;
}

const letters = (length: number): number[] => Array<number>(length).fill(0x61);

describe("ziplist", () => {
  test("knows every encoding", () => {
    const bytes = ziplist(
      [3, ...letters(3)],
      [0x40 | (300 >> 8), 300 & 0xff, ...letters(300)],
      [0x80, 0, 0, 0, 2, ...letters(2)],
      [0xc0, 0x18, 0xfc],
      [0xf0, 0, 0, 0x80],
      [0xd0, 0xff, 0xff, 0xff, 0x7f],
      [0xe0, 0, 0, 0, 0, 0, 0, 0, 0x80],
      [0xfe, 0x80],
      [0xf1],
      [0xfd],
    );
    expect(decodeZiplist(bytes)).toEqual([
      "aaa",
      "a".repeat(300),
      "aa",
      "-1000",
      "-8388608",
      "2147483647",
      "-9223372036854775808",
      "-128",
      "0",
      "12",
    ]);
  });

  test("refuses every truncation, and comes to no harm by any changed byte", () => {
    damage(
      ziplist([3, ...letters(3)], [0x41, 0, ...letters(256)], [0xe0, 1, 2, 3, 4, 5, 6, 7, 8], [0xf1]),
      decodeZiplist,
    );
  });
});

describe("zipmap", () => {
  const bytes = Buffer.from([2, 1, 0x66, 2, 1, 0x31, 0x32, 0, 254, 1, 0, 0, 0, 0x67, 0, 0, 0xff]);

  test("gives fields and values, without the bytes that are free", () => {
    expect(decodeZipmap(bytes)).toEqual(["f", "12", "g", ""]);
  });

  test("refuses every truncation, and comes to no harm by any changed byte", () => {
    damage(bytes, decodeZipmap);
  });
});
