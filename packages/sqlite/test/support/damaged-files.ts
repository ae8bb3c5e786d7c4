/** Database files with changed bytes, used as programs use them: they may fail, but only with errors of the database, and in time. */
import { DatabaseSync } from "node:sqlite";
import { Database } from "../../src/api/node-database.ts";
import { SqliteError } from "../../src/errors.ts";
import { randomBelow } from "./random-below.ts";

/** Sound files of several kinds, small, so that few changes hit something. */
export function soundFiles(): Uint8Array[] {
  return [
    ["512", "none", "UTF-8"],
    ["512", "full", "UTF-16le"],
    ["1024", "incremental", "UTF-8"],
    ["4096", "none", "UTF-16be"],
  ].map(([pageSize, autoVacuum, encoding]) => {
    const database = new DatabaseSync(":memory:");
    database.exec(`
      PRAGMA page_size = ${pageSize!}; PRAGMA auto_vacuum = ${autoVacuum!}; PRAGMA encoding = '${encoding!}';
      CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b REAL, c BLOB DEFAULT x'01');
      CREATE INDEX ta ON t(a COLLATE NOCASE, b DESC);
      CREATE TABLE k(a, b, c, PRIMARY KEY(b, a)) WITHOUT ROWID;
      CREATE VIEW v AS SELECT a, count(*) AS n FROM t GROUP BY a;
      CREATE TRIGGER tr AFTER DELETE ON t BEGIN INSERT OR IGNORE INTO k VALUES (old.a, old.id, old.c); END;
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 90)
        INSERT INTO t SELECT i, printf('text %d', i * 7919 % 100), i / 3.0, zeroblob(i * i % 900) FROM n;
      INSERT INTO k SELECT a, id % 9, b FROM t;
      DELETE FROM t WHERE id % 4 = 0;
      ALTER TABLE t ADD COLUMN d DEFAULT 'later';
      ANALYZE;
    `);
    const bytes = database.serialize();
    database.close();
    return bytes;
  });
}

const STATEMENTS = [
  "PRAGMA integrity_check(20)",
  "SELECT count(*), max(a), sum(length(c)) FROM t",
  "SELECT * FROM t WHERE a = 'text 19' ORDER BY b",
  "SELECT t.id, k.c FROM t JOIN k ON k.b = t.id % 9 WHERE t.a > 'text 5' LIMIT 50",
  "SELECT * FROM v",
  "SELECT * FROM k WHERE b = 3",
  "INSERT INTO t(a, b, c) VALUES ('new', 1, zeroblob(2000))",
  "UPDATE t SET a = a || 'x', c = zeroblob(700) WHERE id % 3 = 1",
  "DELETE FROM t WHERE id % 5 = 0",
  "DELETE FROM k WHERE b < 4",
  "CREATE INDEX kc ON k(c)",
  "DROP TABLE k",
  "REINDEX",
  "VACUUM",
];

/** A file with some bytes changed, cut off, or pages exchanged. */
export function damaged(bytes: Uint8Array, below: (bound: number) => number): Uint8Array {
  let changed = bytes.slice();
  switch (below(8)) {
    case 0:
      changed = changed.slice(0, below(changed.length + 1));
      break;
    case 1: {
      const [from, to] = [512 * below(changed.length / 512), 512 * below(changed.length / 512)];
      changed.copyWithin(to, from, from + 512);
      break;
    }
    default:
      for (let left = below(6); left >= 0 && changed.length > 0; left--) {
        // Headers of pages say most.
        const page = 512 * below(changed.length / 512);
        const at = below(2) === 0 ? page + below(24) : below(changed.length);
        changed[at] = below(3) === 0 ? below(256) : below(2) === 0 ? below(20) : 255;
      }
  }
  return changed;
}

/** Uses one damaged file. Throws what is no error of the database, and when anything takes a second of computing. */
export function useDamaged(seed: number, files: readonly Uint8Array[]): void {
  const below = randomBelow(seed);
  const bytes = damaged(files[below(files.length)]!, below);
  const started = process.cpuUsage();
  tolerating(() => {
    using database = Database.open(bytes, { backEnd: below(2) === 0 ? "closures" : "source" });
    const begin = below(3) === 0;
    if (begin) tolerating(() => database.exec("BEGIN"));
    for (const sql of STATEMENTS) tolerating(() => database.query(sql));
    if (begin) tolerating(() => database.exec("COMMIT"));
  });
  const { user, system } = process.cpuUsage(started);
  if (user + system > 1_000_000 * STATEMENTS.length) throw new Error(`seed ${seed}: took ${(user + system) / 1e6} s`);
}

function tolerating(body: () => void): void {
  try {
    body();
  } catch (error) {
    if (!(error instanceof SqliteError)) throw error;
  }
}
