import { crc32 as zlibCrc32, deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { adler32, crc32, crc32c, Crc64, crc64, fnv1a32, fnv1a64, murmur2, xxhash32 } from "../../src/index.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const CHECK = text("123456789");

describe("published vectors", () => {
  test("CRC-32: the check value of the CRC catalogue", () => {
    expect(crc32(CHECK)).toBe(0xcbf4_3926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });

  test.for<[string, Uint8Array, number]>([
    ["the CRC catalogue's check value", CHECK, 0xe306_9283],
    ["RFC 3720 §B.4: 32 zeros", new Uint8Array(32), 0x8a91_36aa],
    ["RFC 3720 §B.4: 32 ones", new Uint8Array(32).fill(0xff), 0x62a8_ab43],
    ["RFC 3720 §B.4: ascending", Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd_794e],
    ["RFC 3720 §B.4: descending", Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113f_db5c],
    ["nothing", new Uint8Array(0), 0],
  ])("CRC-32C: %s", ([, bytes, expected]) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  test("CRC-64: the two vectors in Redis' crc64.c (of the second, its closing zero is part)", () => {
    const lorem =
      "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore " +
      "magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo " +
      "consequat. Duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat nulla " +
      "pariatur. Excepteur sint occaecat cupidatat non proident, sunt in culpa qui officia deserunt mollit anim id " +
      "est laborum.\0";
    expect(crc64(CHECK)).toBe(0xe9c6_d914_c4b8_d9can);
    expect(crc64(text(lorem))).toBe(0xc779_4709_e696_83b3n);
    expect(crc64(new Uint8Array(0))).toBe(0n);
  });

  test("Adler-32: Wikipedia's example, and nothing", () => {
    expect(adler32(text("Wikipedia"))).toBe(0x11e6_0398);
    expect(adler32(new Uint8Array(0))).toBe(1);
  });

  test.for<[string, number, bigint]>([
    ["", 0x811c_9dc5, 0xcbf2_9ce4_8422_2325n],
    ["a", 0xe40c_292c, 0xaf63_dc4c_8601_ec8cn],
    ["foobar", 0xbf9c_f968, 0x8594_4171_f739_67e8n],
  ])("FNV-1a: RFC 9923's test code, %j", ([input, expected32, expected64]) => {
    expect(fnv1a32(text(input))).toBe(expected32);
    expect(fnv1a64(text(input))).toBe(expected64);
  });

  test.for<[string, number]>([
    ["21", -973_932_308],
    ["foobar", -790_332_482],
    ["a-little-bit-long-string", -985_981_536],
    ["a-little-bit-longer-string", -1_486_304_829],
    ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971],
    ["abc", 479_470_107],
    ["", 275_646_681],
  ])("murmur2: Kafka's own test, %j", ([input, expected]) => {
    expect(murmur2(text(input))).toBe(expected);
  });

  test.for<[string, number]>([
    ["", 0x02cc_5d05],
    ["a", 0x550d_7456],
    ["abc", 0x32d1_53ff],
    ["Nobody inspects the spammish repetition", 0xe229_3b2f],
  ])("XXH32: %j", ([input, expected]) => {
    expect(xxhash32(text(input))).toBe(expected);
  });

  // xxHash's sanity check: the buffer is a sequence of its own making, the lengths are those around its branches.
  test.for<[number, number, number]>([
    [1, 0, 0xcf65_b03e],
    [1, 0x9e37_79b1, 0xb454_5aa4],
    [14, 0, 0x1208_e7e2],
    [14, 0x9e37_79b1, 0x6af1_d1fe],
    [222, 0, 0x5bd1_1dbd],
    [222, 0x9e37_79b1, 0x5880_3c5f],
  ])("XXH32: xxHash's sanity check, %i bytes, seed %i", ([length, seed, expected]) => {
    const buffer = new Uint8Array(length);
    let generator = 2_654_435_761n;
    for (let i = 0; i < length; i++) {
      buffer[i] = Number(generator >> 56n);
      generator = BigInt.asUintN(64, generator * 11_400_714_785_074_694_797n);
    }
    expect(xxhash32(buffer, seed)).toBe(expected);
  });
});

describe("the fast path equals the plain one", () => {
  const bytes = fc.uint8Array({ maxLength: 300 });

  test("CRC-32C, byte by byte and bit by bit", () => {
    fc.assert(fc.property(bytes, (input) => void expect(crc32c(input)).toBe(bitwiseCrc32c(input))));
  });

  test("CRC-64, bit by bit", () => {
    fc.assert(fc.property(bytes, (input) => void expect(crc64(input)).toBe(bitwiseCrc64(input))));
  });

  test("FNV-1a with 32 bits, byte by byte", () => {
    fc.assert(
      fc.property(bytes, (input) => {
        let hash = 0x811c_9dc5n;
        for (const byte of input) hash = BigInt.asUintN(32, (hash ^ BigInt(byte)) * 0x100_0193n);
        expect(fnv1a32(input)).toBe(Number(hash));
      }),
    );
  });

  test("FNV-1a with 64 bits, by BigInt", () => {
    fc.assert(
      fc.property(bytes, (input) => {
        let hash = 0xcbf2_9ce4_8422_2325n;
        for (const byte of input) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100_0000_01b3n);
        expect(fnv1a64(input)).toBe(hash);
      }),
    );
  });

  test("Adler-32, as zlib ends its streams, also where sums come near their limits", () => {
    for (const input of [new Uint8Array(20_000).fill(0xff), Uint8Array.from({ length: 9000 }, (_, i) => i * 31)]) {
      expect(adler32(input)).toBe(deflateSync(input).readUInt32BE(deflateSync(input).length - 4));
      expect(adler32(input, 0xfff0_fff0)).toBe(plainAdler32(input, 0xfff0_fff0));
    }
  });
});

describe("checksums chain: that of a and b is that of b after a", () => {
  const split = fc.tuple(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 100 }));

  test.for<[string, (bytes: Uint8Array, previous?: number) => number]>([
    ["crc32", crc32],
    ["crc32c", crc32c],
    ["adler32", adler32],
    ["fnv1a32", fnv1a32],
  ])("%s", ([, checksum]) => {
    fc.assert(
      fc.property(split, ([a, b]) => void expect(checksum(b, checksum(a))).toBe(checksum(Uint8Array.of(...a, ...b)))),
    );
  });

  test("Crc64", () => {
    fc.assert(
      fc.property(split, ([a, b]) => {
        const crc = new Crc64();
        crc.update(a);
        expect(crc.value).toBe(crc64(a));
        crc.update(b);
        expect(crc.value).toBe(crc64(Uint8Array.of(...a, ...b)));
      }),
    );
  });
});

test("CRC-32 is zlib's", () => {
  fc.assert(fc.property(fc.uint8Array(), (input) => void expect(crc32(input)).toBe(zlibCrc32(input))));
});

function bitwiseCrc32c(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** From the polynomial as it is written, without reflecting anything beforehand. */
function bitwiseCrc64(bytes: Uint8Array): bigint {
  let crc = 0n;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const input = BigInt((byte >> bit) & 1);
      const top = (crc >> 63n) ^ input;
      crc = BigInt.asUintN(64, crc << 1n);
      if (top) crc ^= 0xad93_d235_94c9_35a9n;
    }
  }
  return BigInt(`0b${[...crc.toString(2).padStart(64, "0")].toReversed().join("")}`);
}

function plainAdler32(bytes: Uint8Array, previous: number): number {
  let a = previous & 0xffff;
  let b = previous >>> 16;
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return ((b << 16) | a) >>> 0;
}
