/** What a dot-command is. */
import type { Shell } from "./shell.ts";

export interface DotCommand {
  readonly name: string;
  /** Another spelling. */
  readonly alias?: string;
  /** So many letters of the name are enough. Default: one. */
  readonly least?: number;
  /** For .help: the usage line behind the dot with what it does, and further lines for .help with a pattern. undefined: not told by .help. */
  readonly help: readonly [usage: string, summary: string, ...more: string[]];
  /** `words` begins with the command's name. Returns whether it worked; it has told why not. Throws ExitRequest. */
  run(shell: Shell, words: readonly string[]): boolean;
}

/** Tells how the command is used. */
export function misused(shell: Shell, usage: string): false {
  shell.complain(`Usage: ${usage}\n`);
  return false;
}

const USAGE_WIDTH = 24;

/** The line of .help. */
export function helpLine([usage, summary]: DotCommand["help"]): string {
  return `.${usage.padEnd(USAGE_WIDTH)}${summary}\n`;
}

/** All that .help can tell. */
export function wholeText(help: DotCommand["help"]): string {
  const [, , ...more] = help;
  return helpLine(help) + more.map((line) => `${line}\n`).join("");
}
