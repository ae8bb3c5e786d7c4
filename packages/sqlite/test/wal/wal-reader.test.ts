/** Files in WAL mode: read with their logs as the original reads them, and never written. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Btree } from "../../src/btree/btree.ts";
import { Pager } from "../../src/pager/pager.ts";
import { RecordReader } from "../../src/record/record-reader.ts";
import { Cells } from "../../src/values/value.ts";
import { MemoryFile } from "../../src/vfs/pager-file.ts";
import { randomBelow } from "../support/random-below.ts";

const folder = mkdtempSync(join(tmpdir(), "tenon-wal-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The bytes of a database and of its log at some moment. */
interface Files {
  readonly file: Uint8Array;
  readonly log: Uint8Array;
}

function pagerOf({ file, log }: Files): Pager {
  const pager = new Pager({ file: new MemoryFile(file), log: () => new MemoryFile(log), random: () => 1 });
  pager.beginRead();
  return pager;
}

/** The texts of table `t`, whose root is page 2. */
function textsOf(files: Files): string[] {
  const cursor = new Btree(pagerOf(files)).table(2);
  const reader = new RecordReader("utf8");
  const cell = new Cells(1);
  const texts: string[] = [];
  for (let more = cursor.first(); more; more = cursor.next()) {
    const { bytes, view, start, end } = cursor.payload();
    reader.attach(bytes, view, start, end);
    reader.read(0, cell, 0);
    texts.push(cell.payloads[0] as string);
  }
  return texts;
}

/** Changes a table in WAL mode, and keeps the files and the rows after every transaction, now and then with a checkpoint. */
function history(pageSize: number): { files: Files; texts: string[] }[] {
  const path = join(folder, `${pageSize}.db`);
  const original = new DatabaseSync(path);
  original.exec(
    `PRAGMA page_size = ${pageSize}; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t(a); PRAGMA wal_checkpoint`,
  );
  const below = randomBelow(pageSize);
  const moments: { files: Files; texts: string[] }[] = [];
  for (let transaction = 0; transaction < 25; transaction++) {
    original.exec("BEGIN");
    const insert = original.prepare("INSERT INTO t VALUES (?)");
    for (let row = below(40); row >= 0; row--) insert.run("text ".repeat(below(300)) + row);
    original.exec(`DELETE FROM t WHERE rowid % 7 = ${below(7)}; COMMIT`);
    if (below(5) === 0) original.exec(`PRAGMA wal_checkpoint(${below(2) === 0 ? "PASSIVE" : "RESTART"})`);
    const texts = original
      .prepare("SELECT a FROM t")
      .all()
      .map(({ a }) => a as string);
    moments.push({ files: { file: readFileSync(path), log: readFileSync(`${path}-wal`) }, texts });
  }
  original.close();
  return moments;
}

test.each([512, 4_096, 65_536])("rows are what the original reads, pages of %i bytes", (pageSize) => {
  for (const { files, texts } of history(pageSize)) expect(textsOf(files)).toEqual(texts);
});

test("a log that breaks off counts up to its last whole transaction, as for the original", () => {
  const moments = history(1_024);
  const below = randomBelow(4);
  for (const { files } of moments) {
    const log = files.log.slice(0, below(files.log.length + 1));
    if (log.length > 100 && below(2) === 0) log[below(log.length)]! ^= 1 + below(255);
    const path = join(folder, "broken.db");
    rmSync(`${path}-shm`, { force: true });
    const original = withFiles(path, { file: files.file, log });
    const expected = original
      .prepare("SELECT a FROM t")
      .all()
      .map(({ a }) => a as string);
    original.close();
    expect(textsOf({ file: files.file, log })).toEqual(expected);
  }
});

function withFiles(path: string, { file, log }: Files): DatabaseSync {
  writeFileSync(path, file);
  writeFileSync(`${path}-wal`, log);
  return new DatabaseSync(path);
}

test("nothing is written", () => {
  const { files } = history(2_048)[0]!;
  expect(() => pagerOf(files).beginWrite()).toThrow("writing to a database in WAL mode is not supported yet");
});
