/** The same call of a function here and in the original. */
import type { SQLInputValue } from "node:sqlite";
import { SqliteError } from "../../../src/errors.ts";
import { builtInFunctions } from "../../../src/functions/built-in.ts";
import { CallContext, FUNCTION_LIMITS, type FunctionEnvironment } from "../../../src/functions/function.ts";
import { builtInCollations } from "../../../src/values/collation.ts";
import { textOf } from "../../../src/values/cast.ts";
import { decodeText, encodedLength, encodeText, type TextEncoding } from "../../../src/values/text-codec.ts";
import { BLOB, Cells, INTEGER, NULL, type Payload, REAL, type Tag, TEXT } from "../../../src/values/value.ts";

import { NewestOriginal, type Original, type Row } from "./original.ts";

/** What an argument is: a string is a TEXT, a bigint an INTEGER, a number a REAL, bytes a BLOB or, as RawBytes, a TEXT. */
export type Argument = null | bigint | number | string | Uint8Array | RawBytes;

/** Bytes to be cast to TEXT. */
export class RawBytes {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** A result or an error, told so that two of them can be compared and read. */
export type Outcome = string;

export class Calls implements Disposable {
  readonly encoding: TextEncoding;
  readonly registry = builtInFunctions();
  readonly context: CallContext;
  readonly #original: Original;

  constructor(
    encoding: TextEncoding = "utf8",
    environment: Partial<FunctionEnvironment> = {},
    original: Original = new NewestOriginal(),
  ) {
    this.encoding = encoding;
    this.#original = original;
    const names = { utf8: "UTF-8", utf16le: "UTF-16le", utf16be: "UTF-16be" };
    this.#original.exec(`PRAGMA encoding = '${names[encoding]}'; CREATE TABLE t (a)`);
    if (environment.caseSensitiveLike === true) this.#original.exec("PRAGMA case_sensitive_like = 1");
    this.context = new CallContext(
      {
        encoding,
        limits: FUNCTION_LIMITS,
        caseSensitiveLike: false,
        now: () => Date.now(),
        localOffsetSeconds: (utcMs) => -new Date(utcMs).getTimezoneOffset() * 60,
        random: () => 4n,
        randomBytes: (length) => new Uint8Array(length),
        changes: () => 0,
        totalChanges: () => 0,
        lastInsertRowid: () => 0,
        ...environment,
      },
      builtInCollations(encoding).get("BINARY")!,
    );
  }

  [Symbol.dispose](): void {
    this.#original.close();
  }

  ours(name: string, values: readonly Argument[]): Outcome {
    const cells = this.cellsOf(values);
    const found = this.registry.scalar(name, values.length);
    if (found === undefined) throw new Error(`no ${name} of ${values.length}`);
    return this.#told(() => found.call(this.context, cells, 0, values.length));
  }

  cellsOf(values: readonly Argument[]): Cells {
    const cells = new Cells(values.length);
    for (const [at, value] of values.entries()) {
      if (value === null) cells.set(at, NULL, null);
      else if (typeof value === "string") cells.set(at, TEXT, value);
      else if (typeof value === "number") cells.set(at, REAL, value);
      else if (typeof value === "bigint") {
        const isSafe = Math.abs(Number(value)) <= Number.MAX_SAFE_INTEGER;
        cells.set(at, INTEGER, isSafe ? Number(value) : value);
      } else if (value instanceof RawBytes)
        cells.set(at, TEXT, decodeText(value.bytes, 0, value.bytes.length, this.encoding));
      else cells.set(at, BLOB, value);
    }
    return cells;
  }

  told(tag: Tag, payload: Payload): Outcome {
    if (tag === NULL) return "null";
    if (tag === REAL && !Number.isFinite(payload)) return `real ${String(payload)}`;
    if (tag === REAL) return `real ${Number(payload) + 0}`;
    if (tag === INTEGER) {
      const isRight = typeof payload === "number" ? Number.isSafeInteger(payload) && !Object.is(payload, -0) : true;
      return isRight ? `integer ${String(payload)}` : `not an INTEGER: ${String(payload)}`;
    }
    if (tag === BLOB) return `blob ${Buffer.from(payload as Uint8Array).toString("hex")}`;
    const text = textOf(tag, payload, this.encoding);
    const bytes = new Uint8Array(encodedLength(text, this.encoding));
    encodeText(text, this.encoding, bytes, 0);
    return `text ${Buffer.from(bytes).toString("hex")}`;
  }

  original(name: string, values: readonly Argument[]): Outcome {
    const marks = values.map((value) => (value instanceof RawBytes ? "CAST(? AS TEXT)" : "?")).join(", ");
    return this.originalOf(`${name}(${marks})`, values);
  }

  /** `expression` with parameters in the order of `values`. */
  originalOf(expression: string, values: readonly Argument[], from = ""): Outcome {
    const sql = `SELECT typeof(r) AS t, CASE typeof(r) WHEN 'text' THEN CAST(r AS BLOB) ELSE r END AS v FROM (SELECT ${expression} AS r ${from} LIMIT 1)`;
    try {
      return toldRow(this.#original.rows(sql, values.map(bound))[0]!);
    } catch (error) {
      return toldError(error);
    }
  }

  /** What an aggregate comes to after each row, when it sees the rows of a moving window; both sides, row by row. */
  windows(name: string, rows: readonly (readonly Argument[])[], before: number, after: number): [Outcome[], Outcome[]] {
    const columns = rows[0]!.map((_, i) => `c${i}`);
    const frame = `ROWS BETWEEN ${before} PRECEDING AND ${after} FOLLOWING`;
    return [
      this.#ourWindows(name, rows, before, after),
      this.#originalRows(rows, `${name}(${columns.join(", ")}) OVER (ORDER BY i ${frame})`),
    ];
  }

  /** What an aggregate of all rows comes to, both sides. */
  aggregates(name: string, rows: readonly (readonly Argument[])[]): [Outcome, Outcome] {
    const columns = (rows[0] ?? []).map((_, i) => `c${i}`);
    const [original = "no row"] = this.#originalRows(rows, `${name}(${columns.join(", ")})`);
    return [this.#told(() => this.#ourAggregate(name, rows)), original];
  }

  #ourAggregate(name: string, rows: readonly (readonly Argument[])[]): void {
    const found = this.registry.aggregate(name, rows[0]?.length ?? 0)!;
    let state = found.create(this.context);
    for (const row of rows) state = found.step(this.context, state, this.cellsOf(row), 0, row.length);
    found.finish(this.context, state);
  }

  #ourWindows(name: string, rows: readonly (readonly Argument[])[], before: number, after: number): Outcome[] {
    const { context } = this;
    const found = this.registry.aggregate(name, rows[0]!.length)!;
    let state = found.create(context);
    let end = 0;
    const outcomes: Outcome[] = [];
    for (const at of rows.keys()) {
      const outcome = this.#told(() => {
        const leaving = at - before - 1;
        if (leaving >= 0)
          state = found.inverse!(context, state, this.cellsOf(rows[leaving]!), 0, rows[leaving]!.length);
        for (; end < rows.length && end <= at + after; end++)
          state = found.step(context, state, this.cellsOf(rows[end]!), 0, rows[end]!.length);
        found.value!(context, state);
      });
      outcomes.push(outcome);
      if (outcome.startsWith("error")) return [outcome];
    }
    return outcomes;
  }

  #told(call: () => void): Outcome {
    try {
      call();
    } catch (error) {
      return toldError(error);
    }
    return this.told(this.context.resultTag, this.context.result);
  }

  #originalRows(rows: readonly (readonly Argument[])[], expression: string): Outcome[] {
    const width = rows[0]?.length ?? 0;
    const columns = Array.from({ length: width }, (_, i) => `c${i}`);
    this.#original.exec("DROP TABLE IF EXISTS r");
    this.#original.exec(`CREATE TABLE r (${["i INTEGER PRIMARY KEY", ...columns].join(", ")})`);
    for (const row of rows) {
      const marks = ["NULL", ...row.map((value) => (value instanceof RawBytes ? "CAST(? AS TEXT)" : "?"))];
      this.#original.rows(`INSERT INTO r VALUES (${marks.join(", ")})`, row.map(bound));
    }
    try {
      const text = "CASE typeof(r) WHEN 'text' THEN CAST(r AS BLOB) ELSE r END";
      const sql = `SELECT typeof(r) AS t, ${text} AS v FROM (SELECT ${expression} AS r FROM r)`;
      return this.#original.rows(sql).map(toldRow);
    } catch (error) {
      return [toldError(error)];
    }
  }
}

/** What is no error of SQL goes on. */
function toldError(error: unknown): Outcome {
  if (!(error instanceof SqliteError)) throw error;
  return `error ${error.errcode}: ${error.message}`;
}

function toldRow({ t, v }: Row): Outcome {
  if (t === "null") return "null";
  if (t === "real") return `real ${Number(v) + 0}`;
  if (t === "integer") return `integer ${String(v)}`;
  return `${String(t)} ${Buffer.from(v as Uint8Array).toString("hex")}`;
}

function bound(value: Argument): SQLInputValue {
  return value instanceof RawBytes ? value.bytes : value;
}

export function shown(value: Argument): string {
  if (value instanceof RawBytes) return `CAST(x'${Buffer.from(value.bytes).toString("hex")}' AS TEXT)`;
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString("hex")}'`;
  if (typeof value === "number") return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : `${value}`;
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
