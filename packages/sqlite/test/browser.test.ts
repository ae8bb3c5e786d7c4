/** The browser's door: bundled without Node's modules, and run where there is nothing of Node's. */
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { Database } from "@tenon/sqlite";

test("opens bytes, changes them and gives them back, in a realm that has only what browsers have", async () => {
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL("../src/browser.ts", import.meta.url))],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "sqlite",
    platform: "browser", // Fails on the first import of a module of Node's.
    logLevel: "silent",
  });
  using before = Database.open();
  before.exec("CREATE TABLE t(a TEXT COLLATE NOCASE); INSERT INTO t VALUES ('ä'), ('B'), ('a')");
  const realm = createContext({ TextDecoder, TextEncoder, crypto, performance, bytes: before.serialize() });
  const answer: unknown = runInContext(
    `${bundle.outputFiles[0]!.text};
    const db = sqlite.Database.open(new Uint8Array(bytes));
    db.exec("INSERT INTO t VALUES (upper('c') || (random() * 0))");
    const rows = db.query("SELECT a FROM t ORDER BY a").map((row) => row.a);
    [typeof Buffer, typeof process, JSON.stringify(rows), db.serialize()];`,
    realm,
  );
  const [buffer, process, rows, after] = answer as [string, string, string, Uint8Array];
  expect([buffer, process, rows]).toEqual(["undefined", "undefined", '["a","B","C0","ä"]']);
  using changed = Database.open(new Uint8Array(after));
  expect(changed.value("SELECT count(*) FROM t")).toBe(4);
  expect(changed.value("PRAGMA integrity_check")).toBe("ok");
});
