/** .help: what all commands say of themselves, or those that fit a pattern. */
import { type DotCommand, helpLine, wholeText } from "../command.ts";
import type { Shell } from "../shell.ts";
import { COMMANDS } from "./table.ts";

function runHelp(shell: Shell, words: readonly string[]): boolean {
  const pattern = words[1];
  if (pattern === undefined) shell.print(COMMANDS.map(({ help }) => helpLine(help)).join(""));
  else if (["-all", "--all", "-a", "all"].includes(pattern))
    shell.print(COMMANDS.map(({ help }) => wholeText(help)).join(""));
  else {
    const wanted = pattern.replace(/^\./, "").toLowerCase();
    const named = COMMANDS.filter(({ name }) => name.startsWith(wanted));
    const found =
      named.length > 0 ? named : COMMANDS.filter(({ help }) => wholeText(help).toLowerCase().includes(wanted));
    if (found.length === 0) shell.print(`Nothing matches '${pattern}'\n`);
    else shell.print(found.map(({ help }) => (found.length === 1 ? wholeText(help) : helpLine(help))).join(""));
  }
  return true;
}

export const HELP_COMMANDS: readonly DotCommand[] = [
  { name: "help", help: ["help ?-all? ?PATTERN?", "Show help text for PATTERN"], run: runHelp },
];
