/**
 * How each kind of field is drawn, written and read, one row per kind: the table that ByteWriter and ByteReader are tested from.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteReader, BytesError, type ByteWriter, type LengthPrefix } from "../../src/index.ts";

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const safe = fc.oneof(fc.maxSafeInteger(), fc.integer());
const natural = fc.oneof(fc.maxSafeNat(), fc.nat());
const PREFIXES: readonly LengthPrefix[] = ["u8", "u16be", "u16le", "u32be", "u32le", "uvarint32"];

export interface Kind<T> {
  readonly values: fc.Arbitrary<T>;
  write(writer: ByteWriter, value: T): void;
  read(reader: ByteReader): T;
}

function kind<T>(values: fc.Arbitrary<T>, write: Kind<T>["write"], read: Kind<T>["read"]): Kind<unknown> {
  return { values, write, read } as Kind<unknown>;
}

export const KINDS: Readonly<Record<string, Kind<unknown>>> = {
  u8: kind(
    fc.integer({ min: 0, max: 0xff }),
    (w, v) => w.u8(v),
    (r) => r.u8(),
  ),
  i8: kind(
    fc.integer({ min: -0x80, max: 0x7f }),
    (w, v) => w.u8(v),
    (r) => r.i8(),
  ),
  u16be: kind(
    fc.integer({ min: 0, max: 0xffff }),
    (w, v) => w.u16be(v),
    (r) => r.u16be(),
  ),
  u16le: kind(
    fc.integer({ min: 0, max: 0xffff }),
    (w, v) => w.u16le(v),
    (r) => r.u16le(),
  ),
  i16be: kind(
    fc.integer({ min: -0x8000, max: 0x7fff }),
    (w, v) => w.u16be(v),
    (r) => r.i16be(),
  ),
  i16le: kind(
    fc.integer({ min: -0x8000, max: 0x7fff }),
    (w, v) => w.u16le(v),
    (r) => r.i16le(),
  ),
  u32be: kind(
    fc.integer({ min: 0, max: 0xffff_ffff }),
    (w, v) => w.u32be(v),
    (r) => r.u32be(),
  ),
  u32le: kind(
    fc.integer({ min: 0, max: 0xffff_ffff }),
    (w, v) => w.u32le(v),
    (r) => r.u32le(),
  ),
  i32be: kind(
    fc.integer(),
    (w, v) => w.u32be(v),
    (r) => r.i32be(),
  ),
  i32le: kind(
    fc.integer(),
    (w, v) => w.u32le(v),
    (r) => r.i32le(),
  ),
  u64be: kind(
    uint64,
    (w, v) => w.u64be(v),
    (r) => r.u64be(),
  ),
  u64le: kind(
    uint64,
    (w, v) => w.u64le(v),
    (r) => r.u64le(),
  ),
  i64be: kind(
    int64,
    (w, v) => w.u64be(v),
    (r) => r.i64be(),
  ),
  i64le: kind(
    int64,
    (w, v) => w.u64le(v),
    (r) => r.i64le(),
  ),
  safeU64be: kind(
    natural,
    (w, v) => w.safeI64be(v),
    (r) => r.safeU64be(),
  ),
  safeU64le: kind(
    natural,
    (w, v) => w.safeI64le(v),
    (r) => r.safeU64le(),
  ),
  safeI64be: kind(
    safe,
    (w, v) => w.safeI64be(v),
    (r) => r.safeI64be(),
  ),
  safeI64le: kind(
    safe,
    (w, v) => w.safeI64le(v),
    (r) => r.safeI64le(),
  ),
  f32be: kind(
    fc.float(),
    (w, v) => w.f32be(v),
    (r) => r.f32be(),
  ),
  f32le: kind(
    fc.float(),
    (w, v) => w.f32le(v),
    (r) => r.f32le(),
  ),
  f64be: kind(
    fc.double(),
    (w, v) => w.f64be(v),
    (r) => r.f64be(),
  ),
  f64le: kind(
    fc.double(),
    (w, v) => w.f64le(v),
    (r) => r.f64le(),
  ),
  uvarint32: kind(
    fc.integer({ min: 0, max: 0xffff_ffff }),
    (w, v) => w.uvarint32(v),
    (r) => r.uvarint32(),
  ),
  uvarint64: kind(
    uint64,
    (w, v) => w.uvarint64(v),
    (r) => r.uvarint64(),
  ),
  safeUvarint: kind(
    natural,
    (w, v) => w.safeUvarint(v),
    (r) => r.safeUvarint(),
  ),
  zigzag32: kind(
    fc.integer(),
    (w, v) => w.zigzag32(v),
    (r) => r.zigzag32(),
  ),
  zigzag64: kind(
    int64,
    (w, v) => w.zigzag64(v),
    (r) => r.zigzag64(),
  ),
  safeZigzag: kind(
    safe,
    (w, v) => w.safeZigzag(v),
    (r) => r.safeZigzag(),
  ),
  sqliteVarint: kind(
    int64,
    (w, v) => w.sqliteVarint(v),
    (r) => r.sqliteVarint(),
  ),
  safeSqliteVarint: kind(
    safe,
    (w, v) => w.safeSqliteVarint(v),
    (r) => r.safeSqliteVarint(),
  ),
  gitOffset: kind(
    natural,
    (w, v) => w.gitOffset(v),
    (r) => r.gitOffset(),
  ),
  ...Object.fromEntries(
    PREFIXES.map((prefix) => [
      `prefixedUtf8 ${prefix}`,
      kind(
        fc.string({ unit: "binary", maxLength: 60 }).filter((text) => text.isWellFormed()),
        (w, v) => w.prefixedUtf8(prefix, v),
        (r) => r.prefixedUtf8(prefix),
      ),
    ]),
  ),
};

/** A kind's name and a value for it. */
export const field: fc.Arbitrary<{ name: string; value: unknown }> = fc
  .constantFrom(...Object.entries(KINDS))
  .chain(([name, { values }]) => values.map((value) => ({ name, value })));

/** Whatever the bytes and whatever is read from them: a value and progress, or a BytesError and none; never beyond the end. */
export const readingIsBounded = fc.property(
  fc.uint8Array({ maxLength: 24 }),
  fc.array(fc.constantFrom(...Object.values(KINDS))),
  (bytes, kinds) => {
    const reader = new ByteReader(bytes);
    for (const { read } of kinds) {
      const before = reader.offset;
      try {
        read(reader);
        assert(reader.offset > before);
      } catch (error) {
        if (!(error instanceof BytesError)) throw error;
        assert.equal(reader.offset, before);
      }
      assert(reader.offset <= bytes.length);
    }
  },
);
