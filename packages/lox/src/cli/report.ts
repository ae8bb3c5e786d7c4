/** The language's errors on standard error, and the exit codes that they mean (those of the book: `sysexits.h`). */
import { DIALECTS } from "../dialect.ts";
import {
  compileErrorDiagnostic,
  type Paint,
  runtimeErrorDiagnostic,
  runtimeErrorText,
  type SourceOf,
} from "../diagnostics/error-text.ts";
import { compileErrorText, LoxCompileError } from "../syntax/compile-error.ts";
import { LoxRuntimeError } from "../values/runtime-error.ts";
import type { LoxArguments } from "./arguments.ts";
import type { TextSink } from "./output.ts";

export const EXIT = { ok: 0, usage: 64, compileError: 65, runtimeError: 70, unreadable: 74 } as const;

/** How errors are shown: alone, or with source lines, whose carets may be painted. */
export interface ErrorStyle {
  readonly sourceLines: boolean;
  readonly paint: Paint;
}

/** Source lines for people only: on a terminal, and not with `--plain`. Colours as NO_COLOR and FORCE_COLOR say. */
export function errorStyle(args: Pick<LoxArguments, "plain">, errors: TextSink): ErrorStyle {
  const sourceLines = !args.plain && errors.isTerminal;
  const { NO_COLOR: no, FORCE_COLOR: force, TERM: term } = process.env;
  const colours = sourceLines && (no === undefined || no === "") && force !== "0" && term !== "dumb";
  return { sourceLines, paint: colours ? (carets) => `\u001b[31m${carets}\u001b[39m` : (carets) => carets };
}

/**
 * The text and the exit code of an error of the language; undefined for any other. `source` is the program at fault;
 * `sourceOf` finds those that it may have called.
 */
export function reportOf(
  error: unknown,
  source: string,
  args: Pick<LoxArguments, "dialect">,
  { sourceLines, paint }: ErrorStyle,
  sourceOf: SourceOf = () => source,
): { readonly text: string; readonly exitCode: number } | undefined {
  if (error instanceof LoxCompileError) {
    const texts = error.errors.map((entry) =>
      sourceLines ? compileErrorDiagnostic(entry, source, paint) : compileErrorText(entry),
    );
    return { text: `${texts.join("\n")}\n`, exitCode: EXIT.compileError };
  }
  if (error instanceof LoxRuntimeError) {
    const dialect = DIALECTS[args.dialect];
    const text = sourceLines
      ? runtimeErrorDiagnostic(error, sourceOf, dialect, paint)
      : runtimeErrorText(error, dialect);
    return { text: `${text}\n`, exitCode: EXIT.runtimeError };
  }
  return undefined;
}
