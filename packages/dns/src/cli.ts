/** `tenon dns`: arguments in, exit code out. */
import { type Command, runCli } from "@tenon/kit/cli";

/** Runs `tenon dns` with the arguments after that; resolves to the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  return runCli(await program(), argv);
}

/** The same as a commander program, for tab completion. */
export async function program(): Promise<Command> {
  const { dnsProgram } = await import("./cli/program.ts");
  return dnsProgram();
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
