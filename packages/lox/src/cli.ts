/**
 * `tenon lox`: arguments in, exit code out.
 *
 * The way of a small script through here is kept short: no library is loaded for it, and the prompt, help and tab
 * completion come from files of their own.
 */
import type { Command } from "@tenon/kit/cli";
import { runCommand } from "./cli/command.ts";
import { Output, OutputError } from "./cli/output.ts";

/** Runs `tenon lox` with the arguments after that; resolves to the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    return await runCommand(argv, new Output(1, "buffered"), new Output(2, "unbuffered"));
  } catch (error) {
    // Whoever read the output has seen enough: no failure.
    if (error instanceof OutputError && error.code === "EPIPE") return 0;
    throw error;
  }
}

/** The same as a commander program, for tab completion. */
export async function program(): Promise<Command> {
  const { completionProgram } = await import("./cli/completion.ts");
  return completionProgram();
}
