/**
 * `tenon grep`: arguments in, exit code out.
 *
 * Nothing on the way to a small search loads a library, and nothing waits: the file system, the search and the output are synchronous.
 */
import type { Command } from "@tenon/kit/cli";
import { argumentBytes } from "./arguments.ts";
import { runGrep } from "./gnu/command.ts";
import { processIo } from "./gnu/io.ts";
import { localeOf } from "./gnu/locale.ts";
import type { MatcherName } from "./gnu/settings.ts";

/** Runs `tenon grep` with the arguments after that; resolves to the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  return runAs(argv, undefined);
}

/** The same as `egrep`. */
export async function egrep(argv: readonly string[]): Promise<number> {
  return runAs(argv, "egrep");
}

/** The same as `fgrep`. */
export async function fgrep(argv: readonly string[]): Promise<number> {
  return runAs(argv, "fgrep");
}

/** The same as a commander program, for tab completion. */
export async function program(): Promise<Command> {
  const { completionProgram } = await import("./gnu/completion.ts");
  return completionProgram();
}

/** Once after an installation, for whoever keeps compiled code: see rehearsal.ts. */
export { rehearse } from "./gnu/rehearsal.ts";

async function runAs(argv: readonly string[], matcher: MatcherName | undefined): Promise<number> {
  const collation = mayAskForOrder(argv) ? (await import("@tenon/regex/iso14651")).iso14651 : undefined;
  const args = argumentBytes(argv);
  const io = processIo(collation);
  if (!argv.some((argument) => argument.startsWith("--threads"))) return runGrep(args, io, matcher);
  const { runShared } = await import("./threads/shared-search.ts");
  return runShared(args, io, matcher);
}

/** Only ranges and equivalence classes ask how characters sort, and that is a large table. */
function mayAskForOrder(argv: readonly string[]): boolean {
  return (
    localeOf(process.env).collates && argv.some((argument) => argument.includes("[") || /^--?[^-]*f/.test(argument))
  );
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
