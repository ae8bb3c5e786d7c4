/** HELP subcommands: lines made from a table. */
import type { CommandRow } from "./table.ts";

/** Width after which Redis breaks the descriptions in HELP. */
const LINE_WIDTH = 74;

/** Row of `<container> HELP` that lists `entries`: usage and description. */
export function subcommandHelp(
  container: string,
  since: string,
  group: string,
  categories: readonly string[],
  entries: readonly (readonly [string, string])[],
): CommandRow {
  const lines = [`${container.toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`];
  for (const [usage, description] of [...entries, ["HELP", "Print this help."] as const]) {
    lines.push(usage);
    // Lists are broken as they are written.
    for (const line of description.includes("\n") ? description.split("\n") : wrapped(description))
      lines.push(`    ${line}`);
  }
  return {
    name: "help",
    arity: 2,
    flags: ["loading", "stale"],
    categories,
    since,
    group,
    summary: "Returns helpful text about the different subcommands.",
    complexity: "O(1)",
    handler: (ctx) => {
      ctx.reply.array(lines.length);
      for (const line of lines) ctx.reply.simple(line);
    },
  };
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line.length + word.length + 1 > LINE_WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}
