/** Records beside those in files of the original, byte for byte, and their order in its indexes. */
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { compareKeys, compareRecordToKey, type KeyInfo } from "../../src/record/compare-key.ts";
import { RecordReader } from "../../src/record/record-reader.ts";
import { RecordWriter } from "../../src/record/record-writer.ts";
import { readRowid, readVarint, rowidLength, varintEnd, writeRowid } from "../../src/record/varint.ts";
import { builtInCollations } from "../../src/values/collation.ts";
import type { TextEncoding } from "../../src/values/text-codec.ts";
import { Cells, INTEGER, type Payload, RawText, REAL, type SqlValue } from "../../src/values/value.ts";
import { cellsOf } from "../support/cells.ts";
import { randomBelow } from "../support/random-below.ts";
import { randomValue } from "../support/random-values.ts";

const ENCODINGS: Readonly<Record<TextEncoding, string>> = { utf8: "UTF-8", utf16le: "UTF-16le", utf16be: "UTF-16be" };

/** Node binds every number as a REAL; whole ones are meant as INTEGERs here. */
function bound(value: SqlValue): SqlValue {
  return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value;
}

/** A database of one table on one large page, whose rows do not overflow. */
function database(encoding: TextEncoding, columns: string): DatabaseSync {
  const original = new DatabaseSync(":memory:");
  original.exec(`PRAGMA page_size = 65536; PRAGMA encoding = '${ENCODINGS[encoding]}'; CREATE TABLE t(${columns})`);
  return original;
}

/** The records of the table's leaf, page 2, by rowid. */
function records(original: DatabaseSync): Map<number | bigint, Uint8Array> {
  const file = original.serialize();
  const page = file.subarray(65_536, 131_072);
  const view = new DataView(page.buffer, page.byteOffset, page.length);
  const found = new Map<number | bigint, Uint8Array>();
  for (let cell = 0; cell < view.getUint16(3); cell++) {
    let at = view.getUint16(8 + 2 * cell);
    const length = readVarint(page, at);
    at = varintEnd;
    const rowid = readRowid(page, at);
    found.set(rowid, page.slice(varintEnd, varintEnd + length));
  }
  return found;
}

function attach(reader: RecordReader, bytes: Uint8Array): void {
  reader.attach(bytes, new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length);
}

describe.each(Object.keys(ENCODINGS) as TextEncoding[])("%s", (encoding) => {
  test("rows are written as the original writes them, and read again", () => {
    const below = randomBelow(7);
    const original = database(encoding, "a, b, c, d, e");
    const insert = original.prepare("INSERT INTO t(rowid, a, b, c, d, e) VALUES (?, ?, ?, ?, ?, ?)");
    const writer = new RecordWriter(encoding, 4);
    const reader = new RecordReader(encoding);
    const read = new Cells(1);
    for (let round = 0; round < 30; round++) {
      original.exec("DELETE FROM t");
      const rows = Array.from({ length: 8 }, () => Array.from({ length: 5 }, () => randomValue(below)));
      for (const [at, row] of rows.entries()) insert.run(at + 1, ...row.map(bound));
      const theirs = records(original);
      for (const [at, row] of rows.entries()) {
        const cells = cellsOf(row);
        writer.write(cells, 0, 5);
        const record = theirs.get(at + 1)!;
        expect(Buffer.from(writer.bytes.subarray(0, writer.length)).toString("hex")).toBe(
          Buffer.from(record).toString("hex"),
        );
        attach(reader, record);
        expect(reader.count()).toBe(5);
        for (let column = 4; column >= 0; column--) {
          reader.read(column, read, 0);
          expect([read.tags[0], read.payloads[0]]).toEqual([cells.tags[column], cells.payloads[column]]);
        }
        reader.read(9, read, 0);
        expect(read.payloads[0]).toBeNull();
      }
    }
    original.close();
  });

  test("every order of mixed values is the original's", () => {
    const below = randomBelow(11);
    const original = database(encoding, "n, v");
    const values = Array.from({ length: 150 }, () => randomValue(below)).filter(
      // NOCASE and RTRIM see what is behind a NUL in one order only, by length.
      (value) => typeof value !== "string" || !value.includes("\0"),
    );
    const insert = original.prepare("INSERT INTO t VALUES (?, ?)");
    values.forEach((value, at) => insert.run(at, bound(value)));
    const writer = new RecordWriter(encoding, 4);
    for (const [name, collation] of builtInCollations(encoding)) {
      for (const descending of [0, 1]) {
        const order = original
          .prepare(`SELECT n FROM t ORDER BY v COLLATE ${name} ${descending === 1 ? "DESC" : ""}, n`)
          .all()
          .map((row) => Number(row["n"]));
        const info: KeyInfo = { encoding, collations: [collation], descending: Uint8Array.of(descending) };
        for (let at = 1; at < order.length; at++) {
          const earlier = cellsOf([values[order[at - 1]!]!]);
          const later = cellsOf([values[order[at]!]!]);
          const between = compareKeys(earlier, later, 1, info);
          expect(
            between,
            `${name}: ${String(values[order[at - 1]!])} before ${String(values[order[at]!])}`,
          ).toBeLessThanOrEqual(0);
          for (const [record, key, expected] of [
            [earlier, later, Math.sign(between)],
            [later, earlier, -Math.sign(between)],
          ] as const) {
            writer.write(record, 0, 1);
            const { bytes, length } = writer;
            const got = compareRecordToKey(bytes, new DataView(bytes.buffer), 0, length, key, 1, info);
            expect(Math.sign(got) + 0).toBe(expected + 0);
          }
        }
      }
    }
    original.close();
  });
});

test("whole REALs of a REAL column are kept as INTEGERs, up to six bytes", () => {
  const original = database("utf8", "a REAL");
  const insert = original.prepare("INSERT INTO t(rowid, a) VALUES (?, ?)");
  const values = [0, -0, 1, 5, 1e6, 2 ** 47 - 1, 2 ** 47, -(2 ** 47), -(2 ** 47) - 1, 1e18, 0.5];
  values.forEach((value, at) => insert.run(at + 1, value));
  const theirs = records(original);
  const writer = new RecordWriter("utf8", 4);
  for (const [at, value] of values.entries()) {
    const cells = new Cells(1);
    cells.set(0, REAL, value);
    writer.write(cells, 0, 1, Uint8Array.of(1));
    expect(Buffer.from(writer.bytes.subarray(0, writer.length)), String(value)).toEqual(
      Buffer.from(theirs.get(at + 1)!),
    );
  }
  original.close();
});

test("text that is no UTF-8 goes through unchanged", () => {
  const original = database("utf8", "a");
  original.exec("INSERT INTO t VALUES (CAST(x'61ff62' AS TEXT)), (CAST(x'efbfbd' AS TEXT)), (CAST(x'eda080' AS TEXT))");
  const theirs = records(original);
  const reader = new RecordReader("utf8");
  const writer = new RecordWriter("utf8", 4);
  const cells = new Cells(1);
  const seen: Payload[] = [];
  for (const record of theirs.values()) {
    attach(reader, record);
    reader.read(0, cells, 0);
    seen.push(cells.payloads[0]!);
    writer.write(cells, 0, 1);
    expect(Buffer.from(writer.bytes.subarray(0, writer.length))).toEqual(Buffer.from(record));
  }
  expect(seen).toEqual([
    new RawText(Uint8Array.of(0x61, 0xff, 0x62)),
    "\ufffd",
    new RawText(Uint8Array.of(0xed, 0xa0, 0x80)),
  ]);
  original.close();
});

test("rowids of every size are written as the original writes them", () => {
  const original = database("utf8", "a");
  const rowids: (number | bigint)[] = [-(2n ** 63n), -1, 0, 2n ** 63n - 1n];
  for (let bits = 6n; bits < 63n; bits++) {
    for (const delta of [-1n, 0n, 1n]) {
      const value = 2n ** bits + delta;
      rowids.push(
        value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value,
        -value >= -BigInt(Number.MAX_SAFE_INTEGER) ? Number(-value) : -value,
      );
    }
  }
  const insert = original.prepare("INSERT OR IGNORE INTO t(rowid) VALUES (?)");
  insert.setReadBigInts(true);
  for (const rowid of rowids) insert.run(BigInt(rowid));
  const theirs = records(original);
  expect([...theirs.keys()].map(String).toSorted()).toEqual([...new Set(rowids.map(String))].toSorted());
  const bytes = new Uint8Array(9);
  for (const rowid of rowids) {
    expect(writeRowid(bytes, 0, rowid), String(rowid)).toBe(rowidLength(rowid));
    expect(readRowid(bytes, 0)).toBe(rowid);
    expect(varintEnd).toBe(rowidLength(rowid));
  }
  original.close();
});

test("a record that lies about its header is corrupt", () => {
  const reader = new RecordReader("utf8");
  for (const hex of ["05", "7f0101", "0206", "02ff", "038fffffff7f", "00", "0301"]) {
    const bytes = new Uint8Array(Buffer.from(hex, "hex"));
    const readAll = (): void => {
      attach(reader, bytes);
      const cells = new Cells(1);
      for (let column = 0; column < reader.count(); column++) reader.read(column, cells, 0);
    };
    expect(readAll, hex).toThrow("database disk image is malformed");
  }
});

test("an INTEGER and a REAL are told apart by tag, and equal in order", () => {
  const info: KeyInfo = {
    encoding: "utf8",
    collations: [builtInCollations("utf8").get("BINARY")!],
    descending: Uint8Array.of(0),
  };
  const [integer, real] = [new Cells(1), new Cells(1)];
  integer.set(0, INTEGER, 2n ** 62n + 1n);
  real.set(0, REAL, 2 ** 62);
  expect(compareKeys(integer, real, 1, info)).toBeGreaterThan(0);
  integer.set(0, INTEGER, 1);
  real.set(0, REAL, 1);
  expect(compareKeys(integer, real, 1, info)).toBe(0);
});
