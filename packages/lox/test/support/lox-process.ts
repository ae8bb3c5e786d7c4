/** `tenon lox` as a process of its own. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Readable, Writable } from "node:stream";

/** Arguments for Node before those of `tenon lox`. */
export const COMMAND: readonly string[] = [fileURLToPath(new URL("main.ts", import.meta.url))];

export function startLox(
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ChildProcessByStdio<Writable, Readable, Readable> {
  return spawn(process.execPath, [...COMMAND, ...argv], {
    stdio: "pipe",
    env: { ...process.env, ...environment },
  });
}
