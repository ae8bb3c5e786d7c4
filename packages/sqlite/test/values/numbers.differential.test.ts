/** Numbers and texts, turned into each other here and by the original. */
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, test } from "vitest";
import type { Affinity } from "../../src/values/affinity.ts";
import { applyAffinity, cast } from "../../src/values/cast.ts";
import { realText } from "../../src/values/real-text.ts";
import { Cells, INTEGER, RawText, REAL, type SqlValue } from "../../src/values/value.ts";
import { cellsOf } from "../support/cells.ts";
import { randomBelow } from "../support/random-below.ts";
import { randomValue } from "../support/random-values.ts";

const original = new DatabaseSync(":memory:");
afterAll(() => original.close());

const TEXTS = [
  "12",
  " 12 ",
  "+12",
  "-12",
  "12abc",
  "1e3",
  "1e",
  "1e+",
  "1.5",
  "1.",
  ".5",
  ".",
  "",
  " ",
  "abc",
  "0x10",
  "1_000",
  "-",
  "+.5e1",
  "9223372036854775807",
  "9223372036854775808",
  "-9223372036854775808",
  "-9223372036854775809",
  "99999999999999999999",
  "1.0",
  "2.50",
  "1e400",
  "-1e400",
  "1e-400",
  "\t3\n",
  "3\u00a0",
  "12 13",
  "1.5.2",
  "Inf",
  "nan",
  "00012",
  "-0",
  "-0.0",
  "0.1e1",
  "123456789012345678",
  "4.35",
  "1e15",
  "1e16",
  "12345678901234567890.5",
  "5e-324",
];

/** The type and value that the original gives, whole numbers as BigInts. */
function ask(sql: string, value: SqlValue): { type: string; value: unknown } {
  const statement = original.prepare(sql);
  statement.setReadBigInts(true);
  const bound = typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value;
  const row = statement.get(bound)!;
  return { type: String(row["type"]), value: row["value"] };
}

const TYPES = ["null", "integer", "real", "text", "blob"];

function described(cells: Cells): { type: string; value: unknown } {
  const tag = cells.tags[0]!;
  const payload = cells.payloads[0]!;
  // As Node gives it.
  if (payload instanceof RawText) return { type: TYPES[tag]!, value: Buffer.from(payload.bytes).toString() };
  return { type: TYPES[tag]!, value: tag === INTEGER ? BigInt(payload as number | bigint) : payload };
}

function values(seed: number, count: number): SqlValue[] {
  const below = randomBelow(seed);
  return Array.from({ length: count }, (_, at) => (at % 2 === 0 ? randomValue(below) : TEXTS[below(TEXTS.length)]!));
}

describe.each(["BLOB", "TEXT", "NUMERIC", "INTEGER", "REAL"] as const)("%s", (affinity: Affinity) => {
  test("CAST makes the same of every value", () => {
    for (const value of [...TEXTS, ...values(1, 400)]) {
      const cells = cellsOf([value]);
      cast(cells, 0, affinity, "utf8");
      const theirs = ask(`SELECT typeof(CAST(?1 AS ${affinity})) AS type, CAST(?1 AS ${affinity}) AS value`, value);
      expect(described(cells), JSON.stringify(String(value))).toEqual(theirs);
    }
  });

  test("a column makes the same of every value", () => {
    original.exec(`CREATE TABLE t${affinity}(value ${affinity})`);
    const insert = original.prepare(`INSERT INTO t${affinity} VALUES (?) RETURNING typeof(value) AS type, value`);
    insert.setReadBigInts(true);
    for (const value of [...TEXTS, ...values(2, 400)]) {
      const cells = cellsOf([value]);
      applyAffinity(cells, 0, affinity);
      const bound = typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value;
      const row = insert.get(bound)!;
      const ours = described(cells);
      // A REAL column keeps −0.0 as 0, when it is written.
      if (ours.type === "real" && Object.is(ours.value, -0)) ours.value = 0;
      expect(ours, JSON.stringify(String(value))).toEqual({ type: row["type"], value: row["value"] });
    }
  });
});

/** REALs of every size, those with few digits among them. */
function randomReal(below: (bound: number) => number): number {
  const bits = new DataView(new ArrayBuffer(8));
  switch (below(4)) {
    case 0: {
      bits.setUint32(0, below(2 ** 31) * 2 + below(2));
      bits.setUint32(4, below(2 ** 31) * 2 + below(2));
      const value = bits.getFloat64(0);
      return Number.isFinite(value) ? value : 0.1;
    }
    case 1:
      return below(2 ** 31) / 10 ** below(10);
    case 2:
      return Number(`${below(2 ** 31)}${below(2 ** 31)}e${below(40) - 30}`);
    default:
      return Number((below(2 ** 31) / 2 ** 31).toPrecision(1 + below(17)) + `e${below(600) - 300}`);
  }
}

test("REALs are printed as there", () => {
  const print = original.prepare("SELECT '' || ? AS text");
  const below = randomBelow(17);
  const some = [
    0,
    -0,
    0.1,
    0.1 + 0.2,
    2 / 3,
    4.35,
    49.47,
    1e15,
    1e16,
    1e17,
    1.2345678901234568e17,
    5e-324,
    Number.MAX_VALUE,
    Infinity,
    -Infinity,
    1e23,
  ];
  for (const value of [...some, ...Array.from({ length: 20_000 }, () => randomReal(below))])
    expect(realText(value), String(value)).toBe(print.get(value)!["text"]);
});

test("a whole REAL is a REAL", () => {
  const cells = new Cells(1);
  cells.set(0, REAL, 5);
  cast(cells, 0, "TEXT", "utf8");
  expect(cells.payloads[0]).toBe("5.0");
});
