/**
 * Errors as people see them: the book's text alone, or with the source lines that are meant.
 *
 * The text alone is exact; whoever compares output with the book's interpreters reads that. The other form begins with it.
 */
import type { Dialect } from "../dialect.ts";
import { type CompileErrorEntry, compileErrorText } from "../syntax/compile-error.ts";
import type { LoxFrame, LoxRuntimeError } from "../values/runtime-error.ts";
import { snippet } from "./snippet.ts";

/** Callers that are named below the source line of a runtime error. */
const CALLERS_SHOWN = 10;

/** How carets are styled; other text is left as it is. */
export type Paint = (carets: string) => string;

/** What an interpreter of the dialect writes: the message and where it happened. No line break at the end. */
export function runtimeErrorText(error: LoxRuntimeError, dialect: Dialect): string {
  if (dialect.trace === "line") return `${error.message}\n[line ${error.line}]`;
  return [error.message, ...error.frames.map(frameText)].join("\n");
}

function frameText({ line, functionName }: LoxFrame): string {
  return `[line ${line}] in ${functionName === null ? "script" : `${functionName}()`}`;
}

/** A compile error with its source line. */
export function compileErrorDiagnostic(entry: CompileErrorEntry, source: string, paint?: Paint): string {
  return `${compileErrorText(entry)}\n${snippet(source, entry, paint)}`;
}

/** A runtime error with its source line and, where the dialect's own text does not name them, its callers. */
export function runtimeErrorDiagnostic(
  error: LoxRuntimeError,
  source: string,
  dialect: Dialect,
  paint?: Paint,
): string {
  const [place, ...callers] = error.frames;
  const parts = [runtimeErrorText(error, dialect)];
  if (place !== undefined && place.start >= 0) {
    parts.push(snippet(source, { start: place.start, end: place.start + 1 }, paint));
  }
  if (dialect.trace === "line") {
    const called = error.frames.slice(0, CALLERS_SHOWN).flatMap((frame, index) => {
      const caller = callers[index];
      return caller === undefined ? [] : [`  in ${frame.functionName}(), called on line ${caller.line}`];
    });
    parts.push(...called);
    if (callers.length > CALLERS_SHOWN) parts.push(`  and ${callers.length - CALLERS_SHOWN} calls before`);
  }
  return parts.join("\n");
}
