/** The search page's question and its stream of answers. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Console } from "@tenon/console";
import { realWorld } from "@tenon/kit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FolderSearch } from "../src/tools/search.ts";
import type { SearchAnswer } from "../src/tools/search-wire.ts";
import { Visitor } from "./support/client.ts";
import { FakeStack } from "./support/fake-stack.ts";
import { GatedFile } from "./support/gated-file.ts";
import { explain } from "../web/panels/grep/explain.ts";

const root = mkdtempSync(join(tmpdir(), "tenon-console-search-"));
const folder = join(root, "source");
let target: Console;
let visitor: Visitor;

beforeAll(async () => {
  mkdirSync(join(folder, "deep/node_modules"), { recursive: true });
  writeFileSync(join(root, "secret.txt"), "apple\n");
  writeFileSync(join(folder, "a.txt"), "first\nan apple, an apple\nlast\n");
  writeFileSync(join(folder, "deep/b.ts"), "const apple = 1;\n");
  writeFileSync(join(folder, "deep/node_modules/c.ts"), "apple\n");
  writeFileSync(join(folder, "picture"), "apple\0\n");
  symlinkSync("../secret.txt", join(folder, "link"));
  target = await Console.listen({ stack: new FakeStack(), searchFolder: folder });
  visitor = await Visitor.enter(target);
});
afterAll(async () => {
  await target.close();
  rmSync(root, { recursive: true, force: true });
});

const QUESTION = { pattern: "apple", syntax: "ere", ignoreCase: false, words: false, context: 0, include: "" };

async function asked(question: object): Promise<SearchAnswer[]> {
  const { status, text } = await visitor.post("/api/search", { ...QUESTION, ...question });
  expect(status, text).toBe(200);
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as SearchAnswer);
}

test("lines come with their files and matches, and nothing from outside the folder", async () => {
  expect(await asked({})).toEqual([
    {
      kind: "line",
      path: "/a.txt",
      number: 2,
      selected: true,
      afterGap: false,
      parts: ["an ", "apple", ", an ", "apple", ""],
    },
    {
      kind: "line",
      path: "/deep/b.ts",
      number: 1,
      selected: true,
      afterGap: true,
      parts: ["const ", "apple", " = 1;"],
    },
    { kind: "note", path: "/picture", text: "a binary file that matches" },
    { kind: "end", selected: 2, files: 2, cut: false },
  ]);
});

test("context, file names and case", async () => {
  const answers = await asked({ pattern: "AN", ignoreCase: true, context: 1, include: "*.txt", words: true });
  expect(answers.map((answer) => (answer.kind === "line" ? answer.number : answer.kind))).toEqual([1, 2, 3, "end"]);
});

test("a wrong pattern is told in the engine's words", async () => {
  const { status, text } = await visitor.post("/api/search", { ...QUESTION, pattern: "(" });
  expect({ status, text: JSON.parse(text) as unknown }).toEqual({
    status: 400,
    text: { error: { code: "bad-pattern", message: "Unmatched ( or \\(" } },
  });
  expect((await visitor.post("/api/search", { ...QUESTION, syntax: "sql" })).status).toBe(400);
});

test("what is found is sent before the search is over, and who leaves ends it", async () => {
  const gate = new GatedFile("/deep/b.ts");
  gate.close();
  const { body } = new FolderSearch(gate.world, folder).answer(QUESTION);
  const reader = body!.getReader();
  const { value } = await reader.read();
  expect(Buffer.from(value as Uint8Array).toString()).toContain('"/a.txt"');
  expect(gate.opened).toEqual(["/a.txt", "/deep/b.ts"]);
  await reader.cancel();
  gate.open();
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(gate.opened).toEqual(["/a.txt", "/deep/b.ts"]);
});

test("a folder that is not there is said in answer to every question", async () => {
  const search = new FolderSearch(realWorld, join(root, "nowhere"));
  expect(() => search.folder()).toThrow("which is no folder");
  expect(() => search.answer(QUESTION)).toThrow("which is no folder");
  expect(new FolderSearch(realWorld, folder).folder()).toEqual({ folder });
  expect(() => new FolderSearch(realWorld, join(folder, "a.txt")).folder()).toThrow("which is no folder");
});

test("without a folder in the config there is nothing to search", async () => {
  const other = await Console.listen({ stack: new FakeStack() });
  try {
    const { status, text } = await (await Visitor.enter(other)).post("/api/search", QUESTION);
    expect(status).toBe(409);
    expect(text).toContain("no-folder");
  } finally {
    await other.close();
  }
});

test("the explainer shows the tree, the guarantee and the matches", () => {
  const found = explain("(a|b)\\1", "ere", false, "xaay\nab");
  expect(found).toMatchObject({
    plan: { guarantee: "bounded" },
    groups: 1,
    lines: [["x", "aa", "y"], ["ab"]],
    tree: { label: "one after the other", children: [{ label: "group 1" }, { label: "what group 1 matched" }] },
  });
  expect(explain("a{2,3}", "ere", false, "")).toMatchObject({
    plan: { guarantee: "linear" },
    tree: { label: "repeat 2 to 3 times" },
  });
  expect(explain("(", "ere", false, "")).toEqual({ error: "Unmatched ( or \\(" });
  expect(explain("(x+x+)+(?=y)", "perl", false, `xxy\n${"x".repeat(40)}\nxxy`)).toMatchObject({
    lines: [["", "xx", "y"]],
    trouble: expect.stringMatching(/^line 2: /),
  });
});
