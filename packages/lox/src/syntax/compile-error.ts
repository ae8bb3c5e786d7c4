/** What is wrong with a program before it runs. */

export interface CompileErrorEntry {
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in UTF-16 units, where the offending token begins. */
  readonly column: number;
  /** Offsets of the offending text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** Where, in the book's words: ` at 'x'`, ` at end`, or nothing for a lexical error. */
  readonly where: string;
  readonly message: string;
}

/** The book's line for one error: `[line 3] Error at 'x': Expect ';' after value.` */
export function compileErrorText(entry: CompileErrorEntry): string {
  return `[line ${entry.line}] Error${entry.where}: ${entry.message}`;
}

/** Thrown by `compile`: every error of the program, in the order in which the dialect's interpreter tells them. */
export class LoxCompileError extends Error {
  override readonly name = "LoxCompileError";
  readonly errors: readonly CompileErrorEntry[];

  constructor(errors: readonly CompileErrorEntry[]) {
    super(errors.map(compileErrorText).join("\n"));
    this.errors = errors;
  }
}
