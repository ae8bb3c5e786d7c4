import { expect, test } from "vitest";
import { completionsOf } from "../../src/shell/completion.ts";
import type { Output } from "../../src/shell/output.ts";
import { Shell } from "../../src/shell/shell.ts";

const nowhere: Output = { write() {}, flush() {}, close() {} };

function shellWith(sql: string): Shell {
  const shell = new Shell(":memory:", { stdout: nowhere, stderr: nowhere, isInteractive: false });
  shell.execute(sql);
  return shell;
}

test.each([
  [".ta", [".tables"], ".ta"],
  [".s", [".save", ".schema", ".separator", ".sha3sum", ".shell", ".show", ".stats", ".system"], ".s"],
  [".schema cus", ["customers"], "cus"],
  ["SELECT * FROM cus", ["customers"], "cus"],
  ["SELECT birth", ["birthday"], "birth"],
  ["SELE", ["SELECT"], "SELE"],
  ["sele", ["select"], "sele"],
  ["select ", [], ""],
])("the tab key behind %j offers %j", (line, candidates, word) => {
  expect(completionsOf(shellWith("CREATE TABLE customers(id INTEGER PRIMARY KEY, birthday TEXT)"), line)).toEqual([
    candidates,
    word,
  ]);
});
