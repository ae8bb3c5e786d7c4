/** The shell's options as a commander program, which tab completion looks through. */
import { Command } from "@tenon/kit/cli";
import { OPTIONS } from "./options.ts";

export function completionProgram(): Command {
  const program = new Command("sqlite").helpOption("--help", "show this message");
  for (const { name, takes = 0, summary } of OPTIONS)
    if (name !== "help") program.option(takes === 0 ? `--${name}` : `--${name} <value>`, summary);
  return program;
}
