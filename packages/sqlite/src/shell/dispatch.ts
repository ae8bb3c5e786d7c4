/** From a line to its dot-command. */
import { SqliteError } from "../errors.ts";
import { splitWords } from "./arguments.ts";
import { COMMANDS } from "./commands/table.ts";
import { StatementFailure } from "./error-text.ts";
import type { Shell } from "./shell.ts";

/** Runs the command of a line that begins with a dot. Returns 0, or 1 when it failed and has told why. Throws ExitRequest. */
export function runCommand(shell: Shell, line: string): 0 | 1 {
  const words = splitWords(line.slice(1));
  const name = words[0];
  if (name === undefined) return 0;
  const command = COMMANDS.find(
    (one) => name.length >= (one.least ?? 1) && (one.name.startsWith(name) || one.alias?.startsWith(name) === true),
  );
  if (command === undefined) {
    shell.complain(`Error: unknown command or invalid arguments:  "${name}". Enter ".help" for help\n`);
    return 1;
  }
  let worked: boolean;
  try {
    worked = command.run(shell, words);
  } catch (error) {
    if (!(error instanceof SqliteError || error instanceof StatementFailure)) throw error;
    shell.complain(`Error: ${error.message}\n`);
    worked = false;
  }
  if (shell.onceCount > 0) {
    shell.onceCount -= 1;
    if (shell.onceCount === 0) shell.resetOutput();
  }
  return worked ? 0 : 1;
}
