/**
 * One random history written to two files: by us and then by the original, and by the original and then by us. Both have to hold the same at the end, and
 * to be sound, as the original's shell sees them.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync, type DatabaseSyncOptions } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { Database } from "../../src/api/node-database.ts";
import { randomBelow } from "./random-below.ts";
import { RandomScript } from "./random-scripts.ts";
import { type Outcome, runOriginal, runOurs } from "./side-by-side.ts";

export interface FileSettings {
  readonly pageSize: number;
  readonly encoding: string;
  readonly autoVacuum: string;
  readonly journalMode: string;
}

const PAGE_SIZES = [512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768, 65_536];
const ENCODINGS = ["UTF-8", "UTF-16le", "UTF-16be"];
const AUTO_VACUUM = ["none", "full", "incremental"];
const JOURNAL_MODES = ["delete", "truncate", "persist", "memory", "off"];

/** Consecutive seeds go through all values of each. */
export function settingsOf(seed: number): FileSettings {
  return {
    pageSize: PAGE_SIZES[seed % 8]!,
    encoding: ENCODINGS[seed % 3]!,
    autoVacuum: AUTO_VACUUM[Math.floor(seed / 3) % 3]!,
    journalMode: JOURNAL_MODES[seed % 5]!,
  };
}

/** `shell`: the path of sqlite3. */
export function checkFileWorkload(seed: number, shell: string): void {
  const folder = mkdtempSync(join(tmpdir(), "tenon-workload-"));
  try {
    const [first, second] = historyOf(seed);
    const [a, b] = [join(folder, "a.db"), join(folder, "b.db")];
    compare(first, byUs(a, first), byOriginal(b, first));
    compare(second, byUs(b, second), byOriginal(a, second));
    for (const file of [a, b]) {
      expect(ask(shell, file, "PRAGMA integrity_check"), file).toBe("ok\n");
      using database = Database.open(file);
      expect(database.query("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
    }
    expect(dumpOf(shell, a)).toEqual(dumpOf(shell, b));
    const [ours, theirs] = [a, b].map((file) =>
      ask(shell, file, "PRAGMA page_size; PRAGMA encoding; PRAGMA auto_vacuum"),
    );
    expect(ours).toBe(theirs);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Two halves, each of which leaves no transaction open. */
function historyOf(seed: number): [string[], string[]] {
  const below = randomBelow(seed);
  const { pageSize, encoding, autoVacuum, journalMode } = settingsOf(seed);
  const script = new RandomScript(below);
  // Without a journal, what fails half-way leaves the file in any state: then there are only statements that cannot fail.
  const statements = (): string[] => (journalMode === "off" ? [] : script.statements(8));
  const half = (): string[] => [
    `PRAGMA journal_mode = ${journalMode}`,
    ...Array.from({ length: 6 }, () => [...statements().filter(isAlike), ...bulk(below)]).flat(),
    "COMMIT",
  ];
  const begin = [
    `PRAGMA page_size = ${pageSize}`,
    `PRAGMA encoding = '${encoding}'`,
    `PRAGMA auto_vacuum = ${autoVacuum}`,
    "CREATE TABLE w(id INTEGER PRIMARY KEY, a TEXT, b)",
    "CREATE INDEX wa ON w(a)",
    "CREATE UNIQUE INDEX wb ON w(b DESC, a COLLATE NOCASE) WHERE b IS NOT NULL",
    "CREATE TABLE k(a TEXT, b, c, PRIMARY KEY(b, a)) WITHOUT ROWID",
  ];
  return [[...begin, ...half()], half()];
}

/** Temporary tables are gone when the file is closed, and a VACUUM within the history says nothing about what follows. */
function isAlike(sql: string): boolean {
  return !/\bTEMP\b/i.test(sql);
}

/** Many rows, so that trees grow, and go again. */
function bulk(below: (bound: number) => number): string[] {
  const rows = (count: number): string =>
    `WITH RECURSIVE n(i) AS (SELECT ${below(2_000)} UNION ALL SELECT i + ${1 + below(7)} FROM n LIMIT ${count})`;
  const text = `substr(hex(i * ${1 + below(9_999)}) || printf('%0${1 + below(400)}d', i), 1, ${1 + below(500)})`;
  const change = [
    `${rows(200)} INSERT OR IGNORE INTO w(a, b) SELECT ${text}, i FROM n`,
    `${rows(150)} INSERT OR REPLACE INTO w SELECT i, ${text}, i / 2.0 FROM n`,
    `${rows(150)} INSERT OR REPLACE INTO k SELECT ${text}, i % ${1 + below(90)}, zeroblob(i % 700) FROM n`,
    `DELETE FROM w WHERE id % ${2 + below(5)} = 0`,
    `DELETE FROM k WHERE b % ${2 + below(5)} = 1`,
    `UPDATE OR IGNORE w SET a = a || 'x', b = b + 1 WHERE id % ${2 + below(9)} = 0`,
    `UPDATE OR REPLACE k SET a = substr(a, 2) WHERE b < ${below(60)}`,
    `PRAGMA incremental_vacuum(${1 + below(20)})`,
  ];
  return Array.from({ length: 2 }, () => change[below(change.length)]!);
}

function byUs(path: string, statements: readonly string[]): Outcome[] {
  using database = Database.open(path);
  return statements.map((sql) => runOurs(database, sql));
}

function byOriginal(path: string, statements: readonly string[]): Outcome[] {
  const database = new DatabaseSync(path, {
    enableForeignKeyConstraints: false,
    defensive: false,
  } as DatabaseSyncOptions);
  try {
    return statements.map((sql) => runOriginal(database, sql));
  } finally {
    database.close();
  }
}

function compare(statements: readonly string[], ours: readonly Outcome[], theirs: readonly Outcome[]): void {
  for (const [at, sql] of statements.entries())
    expect({ sql, ...comparable(ours[at]!) }).toEqual({ sql, ...comparable(theirs[at]!) });
}

/** Without columns' names, which others compare, and without rows of no columns, of which the original gives some for its own reasons. */
function comparable({ rows, error }: Outcome): Outcome {
  return { ...(rows && { rows: rows.filter((row) => row.length > 0) }), ...(error !== undefined && { error }) };
}

/** Statistics in any order: ANALYZE goes through tables as the original's hash table has them. */
function dumpOf(shell: string, file: string): string[] {
  const lines = ask(shell, file, ".dump").split("\n");
  const isStatistic = (line: string): boolean => line.startsWith("INSERT INTO sqlite_stat1 ");
  return [...lines.filter((line) => !isStatistic(line)), ...lines.filter(isStatistic).toSorted()];
}

function ask(shell: string, file: string, what: string): string {
  return execFileSync(shell, ["-batch", file, what], { encoding: "utf8", maxBuffer: 1 << 28 });
}
