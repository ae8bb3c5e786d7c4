/** Running other programs from the workshop's scripts. */
import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root, where the programs run unless told otherwise. */
export const root: string = dirname(dirname(fileURLToPath(import.meta.url)));

type Command = readonly [string, ...string[]];

/** Runs a program with this terminal as its own; resolves to its exit code (1 when a signal ended it). */
export function run([program, ...args]: Command, env: Readonly<Record<string, string>> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

export interface Captured {
  readonly code: number;
  /** Standard output and standard error, in the order in which they came. */
  readonly output: string;
}

/** Runs a program and keeps what it prints. */
export function capture([program, ...args]: Command, options: { readonly cwd?: string } = {}): Promise<Captured> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: options.cwd ?? root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    }
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Runs a program that has to succeed, and hands back what it printed; otherwise throws with the output. */
export async function mustRun(command: Command, options: { readonly cwd?: string } = {}): Promise<string> {
  const { code, output } = await capture(command, options);
  if (code !== 0) throw new Error(`\`${command.join(" ")}\` failed with exit code ${code}:\n${output}`);
  return output;
}

/** A script's end: its work's exit code, or 1 and the error's message, which tells what went wrong better than our own stack would. */
export async function exitWith(work: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
