/** `tenon --help`: one screen of 24 lines by 80 columns. */
import { COMMANDS } from "./commands.ts";
import { SYSTEMS } from "./systems.ts";
import { TOOLS } from "./tools.ts";

export function helpText(): string {
  const commands = Object.values(COMMANDS).map(({ usage, summary }) => [usage, summary] as const);
  const systems = Object.values(SYSTEMS).map(({ name, summary }) => [`${name} …`, summary] as const);
  const tools = Object.entries(TOOLS).map(([name, { summary }]) => [`${name} …`, summary] as const);
  const width = Math.max(...[...commands, ...systems, ...tools].map(([usage]) => usage.length));
  const rows = (table: readonly (readonly [string, string])[]): string =>
    table.map(([usage, summary]) => `  ${usage.padEnd(width)}  ${summary}`).join("\n");
  return `Usage: tenon <command> [options]

The stack
${rows(commands)}

One system, with its own options
${rows(systems)}

Tools
${rows(tools)}

  tenon <command> --help  explains one; --version (-V) prints the version

The config is tenon.config.ts or .json, here or in a folder above. Without it
the stack is everything there is, on loopback and in memory.
`;
}
