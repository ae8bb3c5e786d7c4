/** --threads: whatever their number, the same bytes come out. Work is cut so finely here that every rule about neighbours is asked for. */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { enableCompileCache } from "node:module";
import { realDisk } from "@tenon/kit";
import { compile } from "@tenon/regex";
import { iso14651 } from "@tenon/regex/iso14651";
import { expect, test } from "vitest";
import { type ByteString, fromBytes, fromText } from "../src/byte-string.ts";
import { runGrep } from "../src/gnu/command.ts";
import type { GrepIo } from "../src/gnu/io.ts";
import { filesBelow, searchFiles } from "../src/search-files.ts";
import type { SearchFilesOptions } from "../src/search-results.ts";
import { OrderedWorkers } from "../src/threads/ordered-workers.ts";
import { searchShared } from "../src/threads/shared-files.ts";
import { runShared } from "../src/threads/shared-search.ts";
import { type Case, randomCase, randomText, writeFiles } from "./differential/cases.ts";
import { Chance } from "./differential/random.ts";
import { Workbench } from "./support/workbench.ts";

/** So that everything is shared out, in the smallest pieces. */
const FINE = { leastBytes: 0, bytesPerFile: 1, filesPerBatch: 2, stretchBytes: 100 };
// Workers start from sources, which would else be read anew each time.
enableCompileCache();
const UTF8 = { LC_ALL: "C.UTF-8" };

interface Outcome {
  readonly code: number;
  readonly stdout: ByteString;
  readonly stderr: ByteString;
}

/** What a run of grep in `folder` gives; `threads` undefined: by the search that knows of none. */
async function run({ args, env, stdin }: Case, folder: string, threads?: number): Promise<Outcome> {
  const stdout: ByteString[] = [];
  const stderr: ByteString[] = [];
  const descriptor = openSync(join(folder, stdin), "r");
  const io: GrepIo = {
    env,
    collation: iso14651,
    directory: fromText(folder),
    stdin: descriptor,
    stdout: { write: (bytes) => stdout.push(fromBytes(bytes)), isTerminal: false, stat: undefined },
    stderr: { write: (bytes) => stderr.push(fromBytes(bytes)) },
  };
  try {
    const code =
      threads === undefined
        ? runGrep(args, io)
        : await runShared([`--threads=${threads}`, ...args], io, undefined, FINE);
    return { code, stdout: stdout.join(""), stderr: stderr.join("") };
  } finally {
    closeSync(descriptor);
  }
}

/** Many lines of random text, with or without what makes a file binary. */
function longText(seed: number, binary: boolean): string {
  const chance = new Chance(seed);
  const texts = Array.from({ length: 60 }, () => fromBytes(randomText(chance)).replaceAll("\0", "0"));
  const text = texts.join("").replaceAll(/[\x80-\xff]/g, "y");
  return binary ? `${text.slice(0, 1500)}a\0b\n${text.slice(1500)}` : text;
}

const COMMANDS: readonly (readonly string[])[] = [
  ["-c", "a", "text"],
  ["-vc", "a", "text"],
  ["a", "text"],
  ["-nb", "a", "text"],
  ["-nT", "b", "text"],
  ["-onb", "[ab]*", "text"],
  ["-l", "abc", "text"],
  ["-L", "abc", "text"],
  ["-q", "abc", "text"],
  ["-H", "--color=always", "-n", "b", "text"],
  ["-m3", "-n", "a", "text"],
  ["-A1", "-B2", "-n", "aa", "text"],
  ["-n", "-z", "b", "text"],
  ["-cz", "a", "text"],
  ["-n", "a", "binary"],
  ["-c", "a", "binary"],
  ["-an", "a", "binary"],
  ["-I", "a", "binary", "text"],
  ["-l", "a", "binary", "text", "missing"],
  ["-n", "a", "late", "text"],
  ["-c", "a", "late"],
  ["-n", "a", "broken", "text"],
  ["-x", "-f", "patterns", "text", "-", "missing", "binary"],
  ["-c", "a", "text", "-", "text", "tree"],
  ["-rn", "a", "tree", "text"],
  ["-rA1", "ab", "tree"],
  ["-rc", "--include=*1", "a", "tree"],
  ["-rL", "b", "tree"],
  ["-rq", "b", "tree"],
  ["-rs", "b", "missing", "tree"],
  ["-E", "-c", "(a+)(a+)(a+)(a+)(a+)\\1\\2\\3\\4\\5b", "hard"],
  ["-n", "", "unbroken"],
];

test.each([1, 2, 3])("chosen command lines give the same with %i threads", async (threads) => {
  // Starting workers takes time; with three a part of the commands will do.
  const commands = threads < 3 ? COMMANDS : COMMANDS.filter((_, index) => index % 3 === 0);
  using bench = new Workbench().write({
    ".stdin": "a line\nand another\n",
    text: longText(1, false),
    binary: longText(2, true),
    late: `${longText(3, false).repeat(80)}a\0b\na\n`,
    broken: `${longText(4, false)}a\xff\n${longText(5, false)}`,
    unbroken: "a".repeat(1000),
    hard: `${"b\n".repeat(100)}${"a".repeat(400)}\n${"b\n".repeat(100)}`,
    patterns: "a\nab\n",
  });
  for (let i = 0; i < 12; i++) bench.write({ [`tree/${i % 3}/file${i}`]: longText(10 + i, i === 7) });
  writeFileSync(
    join(bench.folder, "broken"),
    Buffer.from(`${longText(4, false)}a\xff\n${longText(5, false)}`, "latin1"),
  );
  for (const args of commands) {
    const each = { args: args.map(fromText), env: UTF8, stdin: ".stdin" };
    expect([args, await run(each, bench.folder, threads)]).toEqual([args, await run(each, bench.folder)]);
  }
});

test("random command lines give the same with two and three threads", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-grep-"));
  try {
    const chance = new Chance(7);
    writeFiles(folder, chance);
    for (let i = 0; i < 12; i++) {
      const each = randomCase(chance, chance.pick(["bre", "ere", "fixed"]));
      expect([each, await run(each, folder, 2 + (i % 2))]).toEqual([each, await run(each, folder)]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** All that the library finds, with names below `folder`, with so many threads. */
async function libraryResults(
  folder: string,
  threads: number,
  options: Partial<SearchFilesOptions>,
): Promise<unknown[]> {
  const regex = compile("a(b|c)?");
  const all: SearchFilesOptions = { root: folder, ...options };
  if (threads === 1) return Array.fromAsync(searchFiles(regex, all));
  const disk = realDisk("/");
  return Array.fromAsync(searchShared(regex, filesBelow(disk, all), { ...all, threads, disk }, FINE));
}

test("the library finds the same with several threads", async () => {
  using bench = new Workbench().write({
    "files/a": longText(1, false),
    "files/b": longText(2, true),
    "files/c/d": "none\n",
    "files/c/e": longText(3, false),
    "files/f": `${longText(4, false).repeat(80)}a\0b\na\n`,
  });
  for (const [name, threads, options] of [
    ["files", 2, {}],
    ["files", 3, { before: 1, after: 1, maxCount: 4 }],
    ["files", 2, { invert: true, binaryFiles: "text" }],
    ["files/a", 3, {}],
    ["files/f", 2, {}],
    ["files/f", 3, { binaryFiles: "without-match", invert: true }],
    ["files/f", 2, { after: 1 }],
    ["missing", 2, {}],
    ["files", 2, { maxLineBytes: 10 }],
  ] as const) {
    const root = join(bench.folder, name);
    expect([name, options, await libraryResults(root, threads, options)]).toEqual([
      name,
      options,
      await libraryResults(root, 1, options),
    ]);
  }
});

test("a signal ends a search in several threads, and its workers", async () => {
  using bench = new Workbench();
  for (let i = 0; i < 20; i++) bench.write({ [`files/${i}`]: "a\n" });
  const disk = realDisk("/");
  const controller = new AbortController();
  const options = { root: join(bench.folder, "files"), threads: 2, disk, signal: controller.signal };
  const found = searchShared(compile("a"), filesBelow(disk, options), options, FINE);
  expect((await found.next()).value).toMatchObject({ kind: "line" });
  const reason = new Error("enough");
  controller.abort(reason);
  await expect(Array.fromAsync(found)).rejects.toBe(reason);
});

test("what goes wrong in a worker is thrown", async () => {
  const script = join(import.meta.dirname, "support/failing-worker.ts");
  await using workers = new OrderedWorkers({ threads: 1, script, data: undefined });
  workers.push("work");
  await expect(workers.result(0)).rejects.toThrow("no good");
});

const CLI = join(import.meta.dirname, "../src/cli.ts");

test("the command ends although its workers could go on", () => {
  using bench = new Workbench().write({ text: "some line of text\n".repeat(8_000_000) });
  const script = `'${process.execPath}' '${CLI}' --threads=2 -n some text | head -n 2; echo \${PIPESTATUS[0]}`;
  const { stdout } = spawnSync("bash", ["-c", script], { cwd: bench.folder, encoding: "utf8" });
  expect(stdout).toBe("1:some line of text\n2:some line of text\n141\n");
});

test("a number of threads is a number", () => {
  using bench = new Workbench();
  expect(bench.grep(["--threads=no", "a"])).toEqual({
    stdout: "",
    stderr: "grep: no: invalid number of threads\n",
    code: 2,
  });
  expect(bench.grep(["--threads=0", "a"]).code).toBe(2);
});
