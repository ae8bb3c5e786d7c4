/**
 * The command line's own door, `@tenon/kit/cli`: it loads commander, which servers and tests have no use for.
 */
export { Argument, Command, InvalidArgumentError, Option } from "commander";
export { integer, jsonOption, port, printResult } from "./cli/arguments.ts";
export { painter, type Terminal, type TextStyle, wantsColour } from "./cli/colour.ts";
export { addCompletion, type Candidate, complete, type Completion } from "./cli/completion.ts";
export { interrupted, type Interruption } from "./cli/interrupt.ts";
export { type ProgressBar, progressBar, type ProgressOptions } from "./cli/progress.ts";
export { CliError, type CliStream, type CliStreams, commandPath, EXIT_FAILURE, EXIT_USAGE, runCli } from "./cli/run.ts";
