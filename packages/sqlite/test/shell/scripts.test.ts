/** Scripts for which the original's shell and ours have to write the same bytes and end with the same code. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { OURS, runShell, type ShellRun, temporaryFolder } from "./both-shells.ts";

const sqlite3 = peer("sqlite3");
const SCRIPTS = join(import.meta.dirname, "scripts");

/** A script: what standard input is, behind a first line `## args: […]` with the arguments, where there are any. */
function scriptsIn(file: string): { name: string; args: string[]; input: string }[] {
  return readFileSync(join(SCRIPTS, file), "utf8")
    .split(/^=== /m)
    .slice(1)
    .map((section) => {
      const end = section.indexOf("\n");
      const body = section.slice(end + 1);
      const args = /^## args: (.*)\n/.exec(body);
      return {
        name: section.slice(0, end),
        args: args === null ? [] : (JSON.parse(args[1]!) as string[]), // this file's own format
        input: args === null ? body : body.slice(args[0].length),
      };
    });
}

/** Without what the two cannot have in common: where they run, and what they are called. */
function normal({ stdout, stderr, code }: ShellRun, folder: string): ShellRun {
  return {
    stdout: stdout.replaceAll(folder, "FOLDER"),
    stderr: stderr.replaceAll(folder, "FOLDER").replace(/^(?:\S*\/sqlite3|tenon sqlite): /gm, ""),
    code,
  };
}

describe.skipIf(sqlite3 === undefined).each(readdirSync(SCRIPTS).toSorted())("%s", (file) => {
  test.concurrent.each(scriptsIn(file))("$name", { timeout: 120_000 }, async ({ args, input }) => {
    using theirFolder = temporaryFolder();
    using ourFolder = temporaryFolder();
    const [theirs, ours] = await Promise.all([
      runShell([sqlite3!], args, input, theirFolder.path),
      runShell(OURS, args, input, ourFolder.path),
    ]);
    expect(normal(ours, ourFolder.path)).toEqual(normal(theirs, theirFolder.path));
  });
});
