/** The options as a commander program, which only tab completion looks at. */
import { Command, Option } from "@tenon/kit/cli";
import { HELP } from "./help.ts";
import { GREP_OPTIONS } from "./option-table.ts";

export function completionProgram(): Command {
  const program = new Command("tenon grep");
  for (const { name, id, takes } of GREP_OPTIONS.long) {
    const letter = /^[A-Za-z]$/.test(id) && !program.options.some(({ short }) => short === `-${id}`) ? `-${id}, ` : "";
    const value = takes === "value" ? " <value>" : takes === "optional" ? " [value]" : "";
    if (name !== "help") program.addOption(new Option(`${letter}--${name}${value}`, summaryOf(name)));
  }
  return program.argument("[files...]");
}

/** What --help says of an option, in its first line. */
function summaryOf(name: string): string {
  const line = HELP.split("\n").find((each) => each.includes(`--${name}`));
  return /\S {2,}(\S.*)$/.exec(line ?? "")?.[1] ?? "";
}
