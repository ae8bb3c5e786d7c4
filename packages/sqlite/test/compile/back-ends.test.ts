/** Both back ends, pushing and step by step: the same rows for random queries, and in the cases that each has to think of by itself. */
import { describe, expect, test } from "vitest";
import { closures } from "../../src/compile/closures.ts";
import type { BackEnd } from "../../src/compile/executable.ts";
import type { Block, Expression, Step } from "../../src/compile/program.ts";
import { source, sourceText } from "../../src/compile/source.ts";
import { SqliteError } from "../../src/errors.ts";
import type { ScalarFunction } from "../../src/functions/function.ts";
import { RecordWriter } from "../../src/record/record-writer.ts";
import { SORT_DEFAULTS, TestDatabase, column, compare, constant, programOf, setOf } from "../support/program-runner.ts";
import { QueriedDatabase } from "../support/queried-database.ts";
import { RandomQueries } from "../support/random-queries.ts";
import { cellsOf } from "../support/cells.ts";

const BACK_ENDS: readonly (readonly [string, BackEnd])[] = [
  ["closures", closures],
  ["source", source],
];

function outcome(act: () => string[]): string {
  try {
    return act().join("\n");
  } catch (error) {
    if (error instanceof SqliteError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

test("random queries give the same rows in the same order, pushed and stepped", () => {
  let inSource = 0;
  let all = 0;
  for (let seed = 1; seed <= 6; seed++) {
    const random = new RandomQueries(seed);
    const db = new QueriedDatabase(random.schema());
    for (let round = 0; round < 40; round++) {
      const { sql } = random.select();
      let program;
      try {
        program = db.compile(sql);
      } catch (error) {
        if (error instanceof SqliteError) continue;
        throw error;
      }
      all += 1;
      if (sourceText(program, "push", "utf8") !== undefined) inSource += 1;
      const expected = outcome(() => db.run(closures, program));
      for (const [name, act] of [
        ["closures, stepped", () => db.step(closures, program)],
        ["source, pushed", () => db.run(source, program)],
        ["source, stepped", () => db.step(source, program)],
      ] as const)
        expect(`${name}: ${outcome(act)}`, sql).toBe(`${name}: ${expected}`);
    }
    db.close();
  }
  // Nearly all of them are short enough to be written out.
  expect(all).toBeGreaterThan(150);
  expect(inSource).toBeGreaterThan(all * 0.95);
});

describe.each(BACK_ENDS)("%s", (_name, backEnd) => {
  const rows = Array.from(
    { length: 500 },
    (_, at) => `(${at * 3}, 'text ${at % 17}', ${at % 5 === 0 ? "NULL" : at / 4})`,
  );
  const SCHEMA = `
    CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c REAL);
    INSERT INTO t VALUES ${rows.join(", ")};
    INSERT INTO t VALUES (9223372036854775807, x'00ff', 1e300), (-9223372036854775808, 'long ${"x".repeat(9_000)}', 0);
    CREATE INDEX i ON t(b, c DESC);`;

  test.each([
    ["4.5", "4.5", true],
    ["'6'", "6", false],
    ["'abc'", "abc", true],
    ["9223372036854775806", 9223372036854775806n, false],
    ["1e20", 1e20, true],
    ["-1e20", -1e20, false],
    ["NULL", null, true],
  ] as const)("bounds of rowids are compared as any values: %s", (text, value, inclusive) => {
    const db = new TestDatabase(SCHEMA);
    const given = typeof value === "string" && text === "4.5" ? constant(4.5) : constant(value);
    for (const side of ["low", "high"] as const) {
      for (const reverse of [false, true]) {
        const program = programOf(
          {
            sources: [{ kind: "table", database: 0, table: db.table("t"), through: undefined }],
            main: [
              {
                kind: "scan-table",
                label: 0,
                source: 0,
                reverse,
                [side]: { value: given, inclusive },
                body: [{ kind: "emit", values: [column(0, 0), column(0, 1), column(0, 2)] }],
              },
            ],
          },
          3,
        );
        const operator = (side === "low" ? ">" : "<") + (inclusive ? "=" : "");
        const expected = db.ask(
          `SELECT a, b, c FROM t WHERE a ${operator} ${text} ORDER BY a ${reverse ? "DESC" : ""}`,
        );
        expect(db.run(backEnd, program)).toEqual(expected);
        expect(db.step(backEnd, program)).toEqual(expected);
      }
    }
    db.close();
  });

  test.each(["b = 'text 3'", "b > 'text 15'", "b < 'text 1'", "b = 'text 4' AND c > 20", "b = 'text 4' AND c <= 20"])(
    "ranges of an index with a column that descends: %s",
    (where) => {
      const db = new QueriedDatabase(SCHEMA);
      for (const [select, order] of [
        ["a, b, c", "b, c DESC"],
        ["a, b, c", "b DESC, c"],
        ["b", "b DESC"],
      ]) {
        const sql = `SELECT ${select} FROM t INDEXED BY i WHERE ${where} ORDER BY ${order}`;
        const program = db.compile(sql);
        expect(program.plan.map((line) => line.text).join()).toContain("INDEX i");
        expect(db.run(backEnd, program)).toEqual(db.ask(sql));
        expect(db.step(backEnd, program)).toEqual(db.ask(sql));
      }
      db.close();
    },
  );

  test("a loop goes on where it was while a function changes its table", () => {
    const db = new TestDatabase(SCHEMA);
    const { tree, environment } = db;
    tree.pager.beginWrite();
    const writer = new RecordWriter("utf8", 4);
    const deleted: number[] = [];
    const change: ScalarFunction = {
      kind: "scalar",
      name: "change",
      minArguments: 1,
      maxArguments: 1,
      deterministic: false,
      call(context, cells, at) {
        const rowid = cells.payloads[at] as number;
        const cursor = tree.table(db.table("t").rootPage);
        // The row after this one goes, and another comes right behind this one, as long as to move everything.
        if (rowid % 30 === 0 && cursor.seek(rowid + 3) === 0) {
          cursor.delete();
          deleted.push(rowid + 3);
          writer.write(cellsOf([null, `new ${"y".repeat(700)}`, 0.5]), 0, 3);
          cursor.insert(rowid + 1, writer.bytes, writer.length);
        }
        cursor.close();
        context.setInteger(1);
      },
    };
    const call: Expression = {
      kind: "call",
      function: change,
      arguments: [column(0, 0)],
      collation: environment.context.collation,
    };
    const program = programOf(
      {
        sources: [{ kind: "table", database: 0, table: db.table("t"), through: undefined }],
        main: [
          {
            kind: "scan-table",
            label: 0,
            source: 0,
            reverse: false,
            low: { value: constant(0), inclusive: true },
            high: { value: constant(1_200), inclusive: true },
            body: [{ kind: "if", condition: call, then: [{ kind: "emit", values: [column(0, 0), column(0, 2)] }] }],
          },
        ],
      },
      2,
    );
    const seen = db.step(backEnd, program);
    expect(deleted.length).toBeGreaterThan(30);
    const expected: string[] = [];
    for (let rowid = 0; rowid <= 1_200; rowid++) {
      const isNew = (rowid - 1) % 30 === 0 && deleted.includes(rowid + 2);
      const at = rowid / 3;
      if (isNew) expected.push(`i${rowid}|r0.5`);
      else if (rowid % 3 === 0 && !deleted.includes(rowid))
        expected.push(`i${rowid}|${at % 5 === 0 ? "null" : `r${at / 4}`}`);
    }
    expect(seen).toEqual(expected);
    tree.rollback();
    db.close();
  });

  test("a routine leaves loops outside of it, and may be called again afterwards", () => {
    const db = new TestDatabase("CREATE TABLE t(a)");
    const fill = (store: number, values: readonly number[]): Block =>
      values.map((value) => ({ kind: "append", store, values: [constant(value)] }));
    const scan = (store: number, label: number, body: Block): Step => ({
      kind: "scan-store",
      label,
      source: store,
      store,
      reverse: false,
      sorted: false,
      body,
    });
    const program = programOf(
      {
        stores: [
          { kind: "list", columns: 1 },
          { kind: "list", columns: 1 },
        ],
        sources: [
          { kind: "store", store: 0, first: 0 },
          { kind: "store", store: 1, first: 0 },
        ],
        routines: [
          [
            { kind: "emit", values: [column(0, 0), column(1, 0)] },
            { kind: "if", condition: compare("=", column(0, 0), constant(2)), then: [{ kind: "break", label: 1 }] },
          ],
        ],
        main: [
          ...fill(0, [1, 2, 3]),
          ...fill(1, [7, 8]),
          scan(1, 0, [{ kind: "block", label: 1, body: [scan(0, 2, [{ kind: "call", routine: 0 }])] }]),
        ],
      },
      2,
    );
    for (const rows of [db.run(backEnd, program), db.step(backEnd, program)])
      expect(rows).toEqual(["i1|i7", "i2|i7", "i1|i8", "i2|i8"]);
    db.close();
  });

  test("sorters keep the first rows of a limit, equal ones as they came", () => {
    const db = new TestDatabase("CREATE TABLE t(a)");
    for (const limit of [0, 1, 5, 40, -1]) {
      const values = Array.from({ length: 30 }, (_, at) => [(at * 7) % 5, at]);
      const program = programOf(
        {
          stores: [{ kind: "sorter", columns: 2, keys: [SORT_DEFAULTS], limit: 0 }],
          sources: [{ kind: "store", store: 0, first: 0 }],
          main: [
            { kind: "assign", register: 0, value: constant(limit) },
            ...values.map((row) => ({ kind: "append", store: 0, values: row.map((one) => constant(one)) }) as const),
            {
              kind: "scan-store",
              label: 0,
              source: 0,
              store: 0,
              reverse: false,
              sorted: false,
              body: [{ kind: "emit", values: [column(0, 0), column(0, 1)] }],
            },
          ],
        },
        2,
      );
      const expected = values
        .toSorted((a, b) => a[0]! - b[0]!)
        .slice(0, limit < 0 ? values.length : limit)
        .map((row) => row.map((one) => `i${one}`).join("|"));
      expect(db.run(backEnd, program)).toEqual(expected);
    }
    db.close();
  });

  test("IN knows what it cannot know", () => {
    const db = new TestDatabase("CREATE TABLE t(a)");
    const among = (operand: Expression, items: readonly (number | string | null)[]): Expression => ({
      kind: "in-store",
      not: false,
      operands: [operand],
      store: 0,
      prepare: [
        { kind: "clear", store: 0 },
        ...items.map((item) => ({ kind: "append", store: 0, values: [constant(item)] }) as const),
      ],
    });
    const program = programOf(
      {
        stores: [setOf(1)],
        main: [
          {
            kind: "emit",
            values: [
              among(constant(1), [1, null]),
              among(constant(1.0), [2, 1]),
              among(constant(3), [1, null]),
              among(constant(3), [1, 2]),
              among(constant(null), []),
              among(constant(null), [1]),
            ],
          },
        ],
      },
      6,
    );
    expect(db.run(backEnd, program)).toEqual(["i1|i1|null|i0|i0|null"]);
    db.close();
  });

  test("loops stop when they are told to", () => {
    const db = new TestDatabase("CREATE TABLE t(a)");
    const program = new QueriedDatabase("CREATE TABLE t(a)").compile(
      "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT count(*) FROM c",
    );
    db.environment.interrupted = true;
    expect(() => db.run(backEnd, program)).toThrow(new SqliteError("SQLITE_INTERRUPT", "interrupted"));
    db.close();
  });
});

test("no text of a statement gets into its code", () => {
  const db = new QueriedDatabase(`CREATE TABLE "ta ble"("co lumn" TEXT COLLATE NOCASE)`);
  const program = db.compile(`SELECT "co lumn" || 'li teral', 123456789 FROM "ta ble" WHERE "co lumn" = 'x"; evil()'`);
  const text = sourceText(program, "push", "utf8")!;
  for (const part of ["ta ble", "co lumn", "li teral", "123456789", "evil"]) expect(text).not.toContain(part);
  db.close();
});
