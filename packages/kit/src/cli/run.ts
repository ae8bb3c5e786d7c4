/**
 * One manner for all commands.
 *
 * Help goes to standard output and ends with 0. A usage error says what is wrong and where help is, on standard
 * error, and ends with 2. A failure is one clear line on standard error, and ends with 1: a stack trace is for those
 * who set `TENON_DEBUG`. A reader that goes away (`tenon grep … | head -1`) is no failure.
 * Nothing here ends the process: `runCli` returns the exit code, so that one command can run inside another.
 */
import { styleText } from "node:util";
import { type Command, CommanderError } from "commander";
import { painter, type Terminal, wantsColour } from "./colour.ts";

/** Where a command writes: `process`, or a test's own pair. */
export interface CliStreams {
  readonly stdout: CliStream;
  readonly stderr: CliStream;
}

export interface CliStream extends Terminal {
  readonly columns?: number;
  write(text: string): unknown;
}

/** Exit code of a usage error, as in most Unix tools. */
export const EXIT_USAGE = 2;
/** Exit code of any other failure, unless it brings its own. */
export const EXIT_FAILURE = 1;

/**
 * A failure that a user should read: one line that says what is wrong and, where known, what to do. With an empty
 * message nothing is printed and only the exit code speaks (grep's 1; the code of a child process that is passed on).
 */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT_FAILURE, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/**
 * Runs `program` (with all its subcommands) on `argv`, the arguments after the command's own name. Resolves to the
 * exit code; never rejects.
 */
export async function runCli(
  program: Command,
  argv: readonly string[],
  streams: CliStreams = process,
): Promise<number> {
  teachManners(program, streams);
  // For good: the error of the last write comes when the command is over.
  if (streams === process && !process.stdout.listeners("error").includes(endQuietlyOnClosedPipe)) {
    process.stdout.on("error", endQuietlyOnClosedPipe);
  }
  try {
    await program.parseAsync(argv, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    report(error, program.name(), streams.stderr);
    return error instanceof CliError ? error.exitCode : EXIT_FAILURE;
  }
}

/** Commander copies settings to subcommands when they are made, which was before; so they are set on each. */
function teachManners(command: Command, streams: CliStreams): void {
  const { stdout, stderr } = streams;
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => void stdout.write(text),
    writeErr: (text) => void stderr.write(text),
    getOutHelpWidth: () => stdout.columns ?? 80,
    getErrHelpWidth: () => stderr.columns ?? 80,
    getOutHasColors: () => wantsColour(stdout),
    getErrHasColors: () => wantsColour(stderr),
    outputError: (text, write) => write(`${commandPath(command)}: ${text.replace(/^error: /, "")}`),
  });
  // Commander removes the styles again where the stream has no colours.
  command.configureHelp({ styleTitle: (title) => styleText("bold", title, { validateStream: false }) });
  command.showHelpAfterError(`Run '${commandPath(command)} --help' for usage.`);
  for (const sub of command.commands) teachManners(sub, streams);
}

/** `tenon redis serve`. */
export function commandPath(command: Command): string {
  return command.parent === null ? command.name() : `${commandPath(command.parent)} ${command.name()}`;
}

function report(error: unknown, name: string, stderr: CliStream): void {
  const message = error instanceof Error ? error.message : String(error);
  if (message === "" && error instanceof CliError) return;
  const paint = painter(stderr);
  stderr.write(`${paint("red", `${name}:`)} ${message.replaceAll(/\s*\n\s*/g, " ")}\n`);
  if (process.env["TENON_DEBUG"] && error instanceof Error) stderr.write(`${error.stack}\n`);
}

/** Whoever read our output has left: there is nothing more to do, and nothing to complain of. */
function endQuietlyOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
}
