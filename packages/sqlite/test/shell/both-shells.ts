/** The same script for the original's shell and for ours. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface ShellRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** Where Node keeps what it has compiled, so that the many starts are cheap. */
const COMPILED = join(tmpdir(), "tenon-shell-compiled");

export const OURS: readonly [string, ...string[]] = [process.execPath, join(import.meta.dirname, "../../src/cli.ts")];

/** Runs a shell in a folder; `input` is its standard input. */
export function runShell(
  [program, ...before]: readonly [string, ...string[]],
  args: readonly string[],
  input: string,
  cwd: string,
): Promise<ShellRun> {
  const { promise, resolve } = Promise.withResolvers<ShellRun>();
  const env = { PATH: process.env["PATH"], HOME: cwd, TZ: "UTC", LANG: "C.UTF-8", NODE_COMPILE_CACHE: COMPILED };
  const child = execFile(program, [...before, ...args], { cwd, env, encoding: "latin1" }, (_error, stdout, stderr) =>
    resolve({ stdout, stderr, code: child.exitCode ?? -1 }),
  );
  child.stdin!.on("error", () => {}); // who exits early reads no further
  child.stdin!.end(input);
  return promise;
}

/** A folder that is gone when the test ends. */
export function temporaryFolder(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), "tenon-shell-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
