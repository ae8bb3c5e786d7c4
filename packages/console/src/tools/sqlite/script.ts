/** Runs and explains scripts. What goes wrong in the SQL is part of the answer, with its place in the text. */
import { type Database, SqlError, SqliteError } from "@tenon/sqlite/browser";
import { cellOf, sizeOf } from "./cell.ts";
import type { Cell, ExplainAnswer, ExplainedStatement, RunAnswer, StatementResult, Trouble } from "./sqlite-wire.ts";

/** Rows that one script is answered with, at most, */
export const MAX_ROWS = 100_000;
/** or about so many UTF-16 units of values. */
const MAX_ANSWER_UNITS = 64_000_000;
/** Statements of one script whose results are told. */
const MAX_STATEMENTS = 1_000;

type Value = string | number | bigint | Uint8Array | null;

/** Runs all statements, in order, until one fails. */
export function runScript(db: Database, sql: string): RunAnswer {
  const results: StatementResult[] = [];
  const left = { rows: MAX_ROWS, units: MAX_ANSWER_UNITS };
  const trouble = eachStatement(sql, (start) => {
    const beganMs = performance.now();
    const statement = db.prepare<Value[]>(sql.slice(start), { rows: "array", integers: "bigint" });
    const end = sql.length - statement.tail.length;
    const columns = statement.columns.map(({ name, type }) => ({ name, type: type === "" ? null : type }));
    const before = BigInt(db.totalChanges);
    const rows: Cell[][] = [];
    let cut = false;
    // A statement that gives rows and changes something is carried out before its first row; what only reads may be left early.
    for (const row of statement.iterate()) {
      if (left.rows === 0 || left.units <= 0) {
        cut = true;
        break;
      }
      const cells = row.map(cellOf);
      left.rows -= 1;
      for (const cell of cells) left.units -= sizeOf(cell);
      rows.push(cells);
    }
    const changes = Number(BigInt(db.totalChanges) - before);
    results.push({ start, end, columns, rows, cut, changes, timeMs: performance.now() - beganMs });
    if (results.length === MAX_STATEMENTS && statement.tail.trim() !== "")
      throw new SqliteError("SQLITE_TOOBIG", `too many statements: the first ${MAX_STATEMENTS} have run`);
    return end;
  });
  return { results, ...(trouble !== undefined && { trouble }), inTransaction: db.inTransaction };
}

/** Compiles all statements without running any. */
export function explainScript(db: Database, sql: string): ExplainAnswer {
  const statements: ExplainedStatement[] = [];
  const trouble = eachStatement(sql, (start) => {
    const rest = sql.slice(start);
    const end = sql.length - db.prepare(rest).tail.length;
    const { plan, source } = db.explain(sql.slice(start, end));
    statements.push({ start, end, plan, source: source ?? null });
    return statements.length === MAX_STATEMENTS ? sql.length : end;
  });
  return { statements, ...(trouble !== undefined && { trouble }) };
}

/** `visit` gets the start of a statement and returns its end. Returns what it threw, with its place in the whole text. */
function eachStatement(sql: string, visit: (start: number) => number): Trouble | undefined {
  let at = firstSign(sql, 0);
  while (at < sql.length) {
    try {
      at = firstSign(sql, visit(at));
    } catch (error) {
      if (!(error instanceof SqliteError)) throw error;
      return troubleAt(sql, at, error);
    }
  }
  return undefined;
}

/** Where white space, comments and empty statements end. */
function firstSign(sql: string, from: number): number {
  const blank = /(?:[\s;]|--[^\n]*(?:\n|$)|\/\*[^]*?(?:\*\/|$))*/y;
  blank.lastIndex = from;
  blank.exec(sql);
  return blank.lastIndex;
}

/** The word that is wrong, where the engine says which; else the statement's first line. */
function troubleAt(sql: string, start: number, error: SqliteError): Trouble {
  const { code, message } = error;
  if (error instanceof SqlError && error.offset >= 0) {
    const from = Math.min(start + error.offset, sql.length);
    const word = /^\w+|^[^]/.exec(sql.slice(from, from + 200))?.[0] ?? "";
    return { code, message, start: from, end: from + word.length };
  }
  const line = /^[^;\n]*/.exec(sql.slice(start))![0];
  return { code, message, start, end: start + line.trimEnd().length };
}
