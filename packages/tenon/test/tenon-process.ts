/** The `tenon` command as a child process, from its launcher, and what tests want to know of it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export const LAUNCHER: string = join(import.meta.dirname, "../bin/tenon.cjs");

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code; 128 + n when signal n ended it is the shell's doing, here the signal has its own field. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export class TenonProcess implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = "";
  stderr = "";

  constructor(args: readonly string[], { cwd, env }: RunOptions = {}) {
    this.child = spawn(process.execPath, [LAUNCHER, ...args], {
      cwd,
      // Vitest's marks would make the child believe that it runs inside a test.
      env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", NO_COLOR: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stdout!.setEncoding("utf8").on("data", (text: string) => (this.stdout += text));
    this.child.stderr!.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    this.ended = once(this.child, "close").then(([code, signal]) => ({
      stdout: this.stdout,
      stderr: this.stderr,
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
    }));
  }

  /** Resolves with what has been printed once it matches; rejects when the process ends before. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    let ended = false;
    void this.ended.then(() => (ended = true));
    for (;;) {
      const match = pattern.exec(this.stdout);
      if (match !== null) return match;
      if (ended) throw new Error(`ended before it printed ${pattern}:\n${this.stdout}\n${this.stderr}`);
      await Promise.race([once(this.child.stdout!, "data"), this.ended]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill("SIGKILL");
    await this.ended;
  }
}

/** Runs `tenon args…` to its end. */
export async function tenon(args: readonly string[], options?: RunOptions): Promise<Ended> {
  await using running = new TenonProcess(args, options);
  return await running.ended;
}
