/** The completion scripts in the shells that they are written for. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";

const bash = peer("bash");
const zsh = peer("zsh");
const fish = peer("fish");
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tenon-completion-"));
  const demo = new URL("../cli/demo.ts", import.meta.url).pathname;
  writeFileSync(join(folder, "demo"), `#!/bin/sh\nexec '${process.execPath}' '${demo}' "$@"\n`);
  chmodSync(join(folder, "demo"), 0o755);
  for (const shell of ["bash", "zsh", "fish"]) {
    writeFileSync(join(folder, `completion.${shell}`), execFileSync(join(folder, "demo"), ["completion", shell]));
  }
  writeFileSync(join(folder, "notes with spaces.txt"), "");
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Lines that `script` prints in `shell`, in a folder with one file, where the command `demo` is found. */
function lines(shell: string, script: string): string[] {
  const PATH = `${folder}:${process.env["PATH"]}`;
  const flags = shell === fish ? ["--no-config", "-c"] : shell === zsh ? ["-f", "-c"] : ["--norc", "-c"];
  const options = { cwd: folder, encoding: "utf8", env: { PATH, HOME: folder, TERM: "dumb" } } as const;
  return execFileSync(shell, [...flags, script], options)
    .split("\n")
    .slice(0, -1);
}

const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(" ");

describe.skipIf(bash === undefined)("bash", () => {
  const offered = (...words: string[]): string[] =>
    lines(
      bash!,
      `source completion.bash
       COMP_WORDS=(demo ${quoted(words)}) COMP_CWORD=${words.length}
       _demo_complete 2>/dev/null
       (( \${#COMPREPLY[@]} )) && printf '%s\\n' "\${COMPREPLY[@]}"; complete -p demo`,
    );

  test("offers commands, options, choices and files", () => {
    const registered = "complete -F _demo_complete demo";
    expect(offered("f")).toEqual(["fail", "flood", registered]);
    expect(offered("serve", "--p")).toEqual(["--port", registered]);
    expect(offered("serve", "--level", "=", "e")).toEqual(["error", registered]);
    expect(offered("serve", "--level", "=")).toEqual(["debug", "info", "error", registered]);
    expect(offered("lazy", "touch", "no")).toEqual(["notes with spaces.txt", registered]);
    expect(offered("nonsense", "x")).toEqual([registered]);
  });

  test("does not run what is on the line", () => {
    expect(offered("serve", "$(touch ran)", "`touch ran`", "--p").at(0)).toBe("--port");
    expect(lines(bash!, "ls")).not.toContain("ran");
  });
});

describe.skipIf(zsh === undefined)("zsh", () => {
  // Completion proper needs a terminal; what the script hands to zsh's own functions can be seen without one.
  const offered = (...words: string[]): string[] =>
    lines(
      zsh!,
      `compdef() { print -- "compdef $*" }
       _describe() { print -l -- "\${(P@)2}" }
       _files() { print -- "_files $*" }
       source ./completion.zsh
       words=(demo ${quoted(words)}) CURRENT=${words.length + 1}
       _demo_complete`,
    );

  test("offers commands, options, choices and files", () => {
    const registered = "compdef _demo_complete demo";
    expect(offered("f")).toEqual([registered, "fail:Fail in one of several ways.", "flood"]);
    expect(offered("serve", "--p")).toEqual([registered, "--port:where to listen"]);
    expect(offered("serve", "--level=e")).toEqual([registered, "--level=error"]);
    expect(offered("serve", "")).toEqual([registered, "_files -/"]);
    expect(offered("lazy", "touch", "no")).toEqual([registered, "_files "]);
  });
});

describe.skipIf(fish === undefined)("fish", () => {
  const offered = (line: string): string[] => lines(fish!, `source completion.fish; complete -C '${line}'`);

  test("offers commands, options, choices and files", () => {
    expect(offered("demo f")).toEqual(["fail\tFail in one of several ways.", "flood"]);
    expect(offered("demo serve --p")).toEqual(["--port\twhere to listen"]);
    expect(offered("demo serve --level=e")).toEqual(["--level=error"]);
    expect(offered("demo lazy touch no").map((line) => line.split("\t")[0])).toEqual(["notes with spaces.txt"]);
  });
});
