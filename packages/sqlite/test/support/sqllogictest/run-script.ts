/** Runs a script of sqllogictest on a database, and tells every record that came out otherwise. */
import { createHash } from "node:crypto";
import type { QueryRecord, Script } from "./script.ts";

/** What a script needs of a database. Both throw when the SQL fails. */
export interface ScriptDatabase {
  execute(sql: string): void;
  /** Rows of values; INTEGERs as bigints, REALs as numbers. */
  query(sql: string): readonly (readonly ScriptValue[])[];
}

export type ScriptValue = null | bigint | number | string | Uint8Array;

export interface ScriptOutcome {
  readonly run: number;
  /** One line each: where, what was asked, what came. */
  readonly failures: readonly string[];
}

export function runScript(script: Script, database: ScriptDatabase): ScriptOutcome {
  const failures: string[] = [];
  const labelled = new Map<string, string>();
  for (const record of script.records) {
    const problem =
      record.kind === "query"
        ? askedWrongly(record, database, labelled)
        : didWrongly(record.sql, record.succeeds, database);
    if (problem !== undefined) failures.push(`line ${String(record.line)}: ${problem}: ${record.sql}`);
  }
  return { run: script.records.length, failures };
}

function didWrongly(sql: string, succeeds: boolean, database: ScriptDatabase): string | undefined {
  try {
    database.execute(sql);
    return succeeds ? undefined : "should have failed";
  } catch (error) {
    return succeeds ? `failed: ${String(error)}` : undefined;
  }
}

function askedWrongly(
  record: QueryRecord,
  database: ScriptDatabase,
  labelled: Map<string, string>,
): string | undefined {
  let rows: string[][];
  try {
    rows = database.query(record.sql).map((row) => row.map((value, column) => shown(value, record.types[column])));
  } catch (error) {
    return `failed: ${String(error)}`;
  }
  if (rows.some((row) => row.length !== record.types.length)) return "another number of columns";
  const values = sorted(rows, record.sort);
  const hash = createHash("md5")
    .update(values.map((value) => `${value}\n`).join(""))
    .digest("hex");
  const summary = `${String(values.length)} values hashing to ${hash}`;
  if (record.label !== undefined) {
    const earlier = labelled.get(record.label);
    labelled.set(record.label, summary);
    if (earlier !== undefined && earlier !== summary) return `not what label ${record.label} had before`;
  }
  const [first = ""] = record.expected;
  if (/^\d+ values hashing to [0-9a-f]{32}$/.test(first)) {
    return first === summary ? undefined : `gives ${summary} (${values.slice(0, 12).join(", ")})`;
  }
  const same = values.length === record.expected.length && values.every((value, at) => value === record.expected[at]);
  return same ? undefined : `gives ${values.slice(0, 12).join(", ")}`;
}

function sorted(rows: string[][], mode: QueryRecord["sort"]): string[] {
  if (mode === "nosort") return rows.flat();
  if (mode === "valuesort") return rows.flat().toSorted(byBytes);
  return rows
    .toSorted((a, b) => {
      const at = a.findIndex((value, column) => value !== b[column]);
      return at === -1 ? 0 : byBytes(a[at]!, b[at]!);
    })
    .flat();
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A value as the original's runner prints it for a column of this type. */
function shown(value: ScriptValue, type: string | undefined): string {
  if (value === null) return "NULL";
  if (type === "I") return asInteger(value);
  if (type === "R") return asReal(Number(text(value)));
  const characters = text(value);
  return characters === "" ? "(empty)" : characters.replaceAll(/[^ -~]/g, "@");
}

function text(value: Exclude<ScriptValue, null>): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : String(value);
}

/** With three decimals; of the digits, sixteen count, as in the printf of the original. */
function asReal(value: number): string {
  if (Math.abs(value) < 1e16) return value.toFixed(3);
  const [digits = "", exponent = "0"] = value.toExponential(15).split("e");
  return `${digits.replace(".", "")}${"0".repeat(Number(exponent) - 15)}.000`;
}

/** As sqlite3_column_int does: what a text begins with, a REAL without its fraction. */
function asInteger(value: Exclude<ScriptValue, null>): string {
  if (typeof value === "bigint") return String(BigInt.asIntN(32, value));
  if (typeof value === "number") return String(BigInt.asIntN(32, BigInt(Math.trunc(value))));
  return /^\s*([+-]?\d+)/.exec(text(value))?.[1] ?? "0";
}
