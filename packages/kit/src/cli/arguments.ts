/** Options and arguments that several commands have in common. */
import { InvalidArgumentError, Option } from "commander";
import type { CliStream } from "./run.ts";

/** `--json`: the result for programs instead of people. */
export function jsonOption(): Option {
  return new Option("--json", "print JSON");
}

/** Parses a decimal integer from `min` to `max`; for commander's `argParser`. Throws a usage error that says the range. */
export function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** Parses a TCP or UDP port; 0 asks for a free one. */
export const port: (text: string) => number = integer(0, 65_535);

/** Prints a command's result: `value` as JSON, a line, where `json` was asked for, else what `text` returns. */
export function printResult(
  value: unknown,
  text: () => string,
  options: { readonly json?: boolean; readonly stdout?: CliStream } = {},
): void {
  const { json = false, stdout = process.stdout } = options;
  stdout.write(`${json ? JSON.stringify(value) : text()}\n`);
}
