/** The umbrella's own subcommands as one commander program, which tab completion can look through. */
import { addCompletion, Command, runCli } from "@tenon/kit/cli";
import { configCommand } from "./commands/config.ts";
import { runCommand } from "./commands/run.ts";
import { upCommand } from "./commands/up.ts";
import { SYSTEMS, systemNamed } from "./systems.ts";
import { toolNamed, TOOLS } from "./tools.ts";
import { VERSION } from "./version.ts";

/** Resolves to the exit code. */
export function run(argv: readonly string[]): Promise<number> {
  const program = new Command("tenon").version(VERSION, "-V, --version", "print the version").enablePositionalOptions();
  program.addCommand(upCommand()).addCommand(runCommand()).addCommand(configCommand());
  // Never run from here, main.ts hands over to the systems before: they are here to be completed.
  for (const { name, summary } of Object.values(SYSTEMS)) program.command(name).summary(summary);
  for (const [name, { summary }] of Object.entries(TOOLS)) program.command(name).summary(summary);
  addCompletion(program, async (command) => {
    const name = command.name();
    return await (await (systemNamed(name) ?? toolNamed(name))?.cli())?.program?.();
  });
  return runCli(program, argv);
}
