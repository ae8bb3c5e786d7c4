/** `--help`, and the command as a commander program, which tab completion looks through. */
import { Argument, Command, Option } from "@tenon/kit/cli";
import { MODES, type OptionRow, OPTIONS } from "./arguments.ts";

const OPTION_ROWS: readonly (readonly [string, OptionRow])[] = Object.entries(OPTIONS);

/** Made from the tables; never run. */
export function completionProgram(): Command {
  const program = new Command("tenon lox").description("Run Lox programs, or a prompt.");
  for (const [name, summary] of Object.entries(MODES)) {
    const mode = program.command(name).summary(summary);
    withOptions(mode).addArgument(new Argument("[file]", "the program"));
  }
  return withOptions(program).addArgument(new Argument("[file]", "the program"));
}

function withOptions(command: Command): Command {
  for (const [name, row] of OPTION_ROWS) {
    const option = new Option(flags(name, row), row.summary);
    command.addOption(row.choices === undefined ? option : option.choices(row.choices));
  }
  return command;
}

function flags(name: string, { short, value }: OptionRow): string {
  return `${short === undefined ? "" : `-${short}, `}--${name}${value === undefined ? "" : ` <${value}>`}`;
}

export function helpText(): string {
  const options = OPTION_ROWS.map(([name, row]) => {
    return [`${row.short === undefined ? "    " : ""}${flags(name, row)}`, row.summary] as const;
  });
  return `Usage: tenon lox [options] [mode] [file]

Runs a Lox program: a file, standard input (-), or what follows -e. Without any, a prompt.

Modes
${table(Object.entries(MODES))}

Options
${table(options)}

Exit codes: 0, 64 wrong usage, 65 errors in the program, 70 failed while running, 74 file not readable.
`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}
