/** What `tenon lox` does with its arguments, writing to whatever it is given. */
import { type LoxArguments, parseArguments, UsageError } from "./arguments.ts";
import { MODE_ACTIONS } from "./modes.ts";
import { OutputError, type TextSink } from "./output.ts";
import { errorStyle, EXIT, reportOf } from "./report.ts";
import { readSource, type SourceFile, SourceFileError } from "./source-file.ts";

/** Resolves to the exit code. Rejects with `OutputError`. */
export async function runCommand(argv: readonly string[], output: TextSink, errors: TextSink): Promise<number> {
  let args: LoxArguments;
  try {
    args = parseArguments(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    errors.write(`tenon lox: ${error.message}\nRun 'tenon lox --help' for usage.\n`);
    return EXIT.usage;
  }
  const { origin } = args;
  if (args.help) {
    const { helpText } = await import("./completion.ts");
    output.write(helpText());
    output.flush();
    return EXIT.ok;
  }
  if (origin.kind === "prompt") {
    const { prompt } = await import("../repl/prompt.ts");
    return prompt(args, output, errors);
  }

  let source: SourceFile;
  try {
    source = readSource(origin);
  } catch (error) {
    if (!(error instanceof SourceFileError)) throw error;
    errors.write(`tenon lox: ${error.message}\n`);
    return EXIT.unreadable;
  }
  try {
    MODE_ACTIONS[args.mode]({ args, source, output, errors });
    output.flush();
    return EXIT.ok;
  } catch (error) {
    // A program's `print` fails where output does, which is no error of the program.
    if (error instanceof Error && error.cause instanceof OutputError) throw error.cause;
    const report = reportOf(error, source.text, args, errorStyle(args, errors));
    if (report === undefined) throw error;
    output.flush();
    errors.write(report.text);
    return report.exitCode;
  }
}
