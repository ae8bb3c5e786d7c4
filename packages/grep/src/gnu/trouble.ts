/** What ends the command before its time: a sentence for standard error, and an exit code. */
import type { ByteString } from "../byte-string.ts";

export const EXIT_SELECTED = 0;
export const EXIT_NONE = 1;
export const EXIT_TROUBLE = 2;

export class Trouble extends Error {
  /** Lines for standard error, each to be prefixed with the program's name; the last without a newline. */
  readonly text: ByteString;
  /** Say also how grep is used. */
  readonly usage: boolean;
  readonly exitCode: number;

  constructor(text: ByteString, usage = false, exitCode: number = EXIT_TROUBLE) {
    super(text);
    this.text = text;
    this.usage = usage;
    this.exitCode = exitCode;
  }
}
