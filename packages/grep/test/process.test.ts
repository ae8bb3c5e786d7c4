/** The command as a process: what only descriptors, pipes and signals show. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Workbench } from "./support/workbench.ts";

const CLI = join(import.meta.dirname, "../src/cli.ts");
const GREP = `'${process.execPath}' '${CLI}'`;

function shell(script: string, folder: string): { stdout: string; stderr: string; code: number | null } {
  const { stdout, stderr, status } = spawnSync("bash", ["-c", script], { cwd: folder, encoding: "utf8" });
  return { stdout, stderr, code: status };
}

test("arguments need not be UTF-8", () => {
  using bench = new Workbench().write({ text: Buffer.from("a\xff\nb\n", "latin1") });
  expect(shell(`LC_ALL=C ${GREP} -c $'\\xff' text`, bench.folder)).toEqual({ stdout: "1\n", stderr: "", code: 0 });
  const name = shell(`printf 'x\\n' >$'\\xfe'; ${GREP} -l x $'\\xfe' | od -An -tx1`, bench.folder);
  expect(name.stdout.trim()).toBe("fe 0a");
});

test("-m leaves standard input just past the last selected line", () => {
  using bench = new Workbench().write({ text: "a\nb\na\nc\n" });
  expect(shell(`(${GREP} -m1 a; echo --; cat) <text`, bench.folder).stdout).toBe("a\n--\nb\na\nc\n");
  expect(shell(`(${GREP} -m1 -A1 a; echo --; cat) <text`, bench.folder).stdout).toBe("a\nb\n--\nb\na\nc\n");
  expect(shell(`(read -r line; ${GREP} -b -m1 a; echo --; cat) <text`, bench.folder).stdout).toBe("2:a\n--\nc\n");
});

test("a pipe that stays open is searched as its lines come", async () => {
  const child = spawn(process.execPath, [CLI, "-n", "a"], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.write("a\nb\n");
  const [first] = (await once(child.stdout, "data")) as [Buffer];
  expect(first.toString()).toBe("1:a\n");
  child.stdin.end("aa\n");
  const [second] = (await once(child.stdout, "data")) as [Buffer];
  expect(second.toString()).toBe("3:aa\n");
  expect((await once(child, "close"))[0]).toBe(0);
});

test("a reader that has seen enough ends the command quietly", () => {
  using bench = new Workbench().write({ text: "some line\n".repeat(100_000) });
  expect(shell(`${GREP} some text | head -n 1; echo \${PIPESTATUS[0]}`, bench.folder)).toEqual({
    stdout: "some line\n141\n",
    stderr: "",
    code: 0,
  });
});

test("output that cannot be written is an error", () => {
  using bench = new Workbench().write({ text: "a\n" });
  const full = { stdout: "", stderr: "grep: write error: No space left on device\n", code: 2 };
  expect(shell(`${GREP} a text >/dev/full`, bench.folder)).toEqual(full);
  expect(shell(`${GREP} --help >/dev/full`, bench.folder)).toEqual(full);
});

test("the output is no input", () => {
  using bench = new Workbench().write({ text: "a\n" });
  expect(shell(`${GREP} a text >>text`, bench.folder)).toEqual({
    stdout: "",
    stderr: "grep: text: input file is also the output\n",
    code: 2,
  });
  expect(shell(`${GREP} a <text >>text`, bench.folder).stderr).toBe(
    "grep: (standard input): input file is also the output\n",
  );
  expect(shell(`${GREP} -m1 a text >>text; cat text`, bench.folder)).toEqual({ stdout: "a\na\n", stderr: "", code: 0 });
});

test("FIFOs are read when they are named, and passed over in a directory", () => {
  using bench = new Workbench().write({ "tree/file": "a\n" });
  execFileSync("mkfifo", [join(bench.folder, "tree/fifo")]);
  expect(shell(`${GREP} -r a tree`, bench.folder).stdout).toBe("tree/file:a\n");
  expect(shell(`${GREP} -D skip a tree/fifo`, bench.folder).code).toBe(1);
  expect(shell(`echo ab >tree/fifo & ${GREP} a tree/fifo`, bench.folder).stdout).toBe("ab\n");
});

test("a hole makes a file binary before it is read", () => {
  using bench = new Workbench().write({ sparse: "a\n" });
  truncateSync(join(bench.folder, "sparse"), 1_000_000);
  expect(bench.grep(["a", "sparse"])).toEqual({ stdout: "", stderr: "grep: sparse: binary file matches\n", code: 0 });
});

test("--help says what GNU grep says", () => {
  using bench = new Workbench();
  const { stdout, code } = bench.grep(["--help"]);
  const { stdout: theirs } = spawnSync("grep", ["--help"], { encoding: "utf8" });
  expect(code).toBe(0);
  const common = theirs.slice(0, theirs.indexOf("\nReport bugs"));
  expect(stdout.startsWith(common)).toBe(true);
  expect(stdout).toContain("--perl-classes");
});

test("two patterns may be demanded, and one forbidden", () => {
  using bench = new Workbench().write({ text: "one two\none\ntwo one three\n" });
  expect(bench.grep(["one", "--and=two", "text"]).stdout).toBe("one two\ntwo one three\n");
  expect(bench.grep(["one", "--and=two", "--not=three", "text"]).stdout).toBe("one two\n");
  expect(bench.grep(["-c", "one", "--not=two", "text"]).stdout).toBe("1\n");
  expect(bench.grep(["-v", "one", "--and=two", "text"]).stdout).toBe("one\n");
  expect(bench.grep(["-vc", "one", "--and=two", "text"]).stdout).toBe("1\n");
});

test("--explain names the guarantee", () => {
  using bench = new Workbench();
  expect(bench.grep(["--explain", "-E", "(a|b)*c"]).stdout).toMatch(/^guarantee +linear/m);
  expect(bench.grep(["--explain", "-E", "(a)\\1"]).stdout).toMatch(/^guarantee +bounded/m);
});

test("our own options are understood in full only", () => {
  using bench = new Workbench();
  expect(bench.grep(["--perl-c", "a"]).stderr).toMatch(/^grep: unrecognized option '--perl-c'/);
  expect(bench.grep(["--t", "a"], { stdin: "a\0\n" })).toEqual({ stdout: "a\0\n", stderr: "", code: 0 });
});
