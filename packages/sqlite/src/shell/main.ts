/** From the command line to the end of the input. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { isatty } from "node:tty";
import { SQLITE_VERSION } from "../functions/version.ts";
import { runCommand } from "./dispatch.ts";
import { StatementFailure } from "./error-text.ts";
import { DescriptorLines, type LineSource } from "./input.ts";
import { applyOptions, helpText, type Invocation, UsageError } from "./options.ts";
import { FileOutput } from "./output.ts";
import { readInput } from "./reader.ts";
import { ExitRequest, InputEnd, Shell } from "./shell.ts";

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;

/** Resolves to the exit code. */
export async function runShell(argv: readonly string[]): Promise<number> {
  const io = {
    stdout: FileOutput.ofDescriptor(STDOUT),
    stderr: FileOutput.ofDescriptor(STDERR),
    isInteractive: isatty(STDIN),
  };
  const shell = new Shell(":memory:", io);
  let code: number;
  try {
    code = await run(shell, argv);
  } catch (error) {
    if (!(error instanceof ExitRequest)) throw error;
    code = error.code;
  }
  try {
    shell.resetOutput();
    shell.close();
    io.stdout.flush();
  } catch (error) {
    // Whoever read the output has seen enough: no failure.
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
  }
  return code;
}

async function run(shell: Shell, argv: readonly string[]): Promise<number> {
  let invocation: Invocation;
  try {
    invocation = applyOptions(shell, argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    shell.complain(`tenon sqlite: Error: ${error.message}\n`);
    return 1;
  }
  if (invocation.action === "help") shell.print(helpText());
  if (invocation.action === "version") shell.print(`${SQLITE_VERSION} Tenon\n`);
  if (invocation.action !== undefined) return 0;
  const { commands, before, initFile, filename, interactive = shell.io.isInteractive } = invocation;
  if (filename !== undefined) {
    shell.filename = filename;
    if (filename !== ":memory:" && existsSync(filename)) void shell.database;
  }
  readInitFile(shell, initFile, interactive && commands.length === 0);
  const failed = runCommands(shell, before) ?? runCommands(shell, commands);
  if (failed !== undefined) return failed;
  if (commands.length > 0) return 0;
  if (interactive && shell.io.isInteractive) {
    const { runTerminal } = await import("./terminal.ts");
    return runTerminal(shell);
  }
  return readInput(shell, DescriptorLines.ofDescriptor(STDIN)) ? 1 : 0;
}

/** ~/.sqliterc, or the file of -init. Throws ExitRequest. */
function readInitFile(shell: Shell, named: string | undefined, isInteractive: boolean): void {
  const path = named ?? join(homedir(), ".sqliterc");
  let lines: LineSource;
  try {
    lines = DescriptorLines.open(path);
  } catch {
    if (named === undefined) return;
    shell.complain(`cannot open: "${path}"\n`);
    if (shell.bail) throw new ExitRequest(1);
    return;
  }
  if (isInteractive) shell.complain(`-- Loading resources from ${path}\n`);
  try {
    if (readInput(shell, lines) && shell.bail) throw new ExitRequest(1);
  } finally {
    lines.close();
  }
}

/** Undefined: all worked; else the code to end with. Throws ExitRequest. */
function runCommands(shell: Shell, commands: readonly string[]): number | undefined {
  for (const command of commands) {
    if (command.startsWith(".")) {
      try {
        if (runCommand(shell, command) !== 0) return 1;
      } catch (error) {
        if (error instanceof InputEnd) return 0;
        throw error;
      }
      continue;
    }
    try {
      shell.execute(command);
    } catch (error) {
      if (!(error instanceof StatementFailure)) throw error;
      shell.complain(`Error: ${error.phase}, ${error.message}\n`);
      return error.code;
    }
  }
  return undefined;
}
