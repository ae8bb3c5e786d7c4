/** `tenon sqlite`: arguments in, exit code out. */
import type { Command } from "@tenon/kit/cli";
import { runShell } from "./shell/main.ts";

/** Runs `tenon sqlite` with the arguments after that; resolves to the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  return runShell(argv);
}

/** The same as a commander program, for tab completion. */
export async function program(): Promise<Command> {
  const { completionProgram } = await import("./shell/program.ts");
  return completionProgram();
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
