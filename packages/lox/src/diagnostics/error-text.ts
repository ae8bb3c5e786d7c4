/**
 * Errors as people see them: the book's text alone, or with the source lines that are meant.
 *
 * The text alone is exact; whoever compares output with the book's interpreters reads that. The other form begins with it.
 */
import type { Dialect } from "../dialect.ts";
import { type CompileErrorEntry, compileErrorText } from "../syntax/compile-error.ts";
import { type LoxFrame, type LoxRuntimeError, MAX_FRAMES } from "../values/runtime-error.ts";
import { snippet } from "./snippet.ts";

/** Lines about callers below the source line of a runtime error. */
const CALLER_LINES = 10;

/** How carets are styled; other text is left as it is. */
export type Paint = (carets: string) => string;

/** The source of the program of that name; undefined where it is not known. */
export type SourceOf = (file: string) => string | undefined;

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
  sourceOf: SourceOf,
  dialect: Dialect,
  paint?: Paint,
): string {
  const parts = [runtimeErrorText(error, dialect)];
  const [place] = error.frames;
  const source = place === undefined ? undefined : sourceOf(place.file);
  if (source !== undefined) parts.push(snippet(source, { start: place!.start, end: place!.start + 1 }, paint));
  if (dialect.trace === "line") parts.push(...callerLines(error.frames));
  return parts.join("\n");
}

/** A line per call, innermost first; one for a run of equal ones, as a recursion has them. */
function callerLines(frames: readonly LoxFrame[]): string[] {
  const runs: { readonly text: string; count: number }[] = [];
  for (const [index, caller] of frames.slice(1).entries()) {
    const text = `  in ${frames[index]!.functionName}(), called on line ${caller.line}`;
    const last = runs.at(-1);
    if (last?.text === text) last.count++;
    else runs.push({ text, count: 1 });
  }
  const lines = runs.slice(0, CALLER_LINES).map(({ text, count }) => (count > 1 ? `${text} (${count} times)` : text));
  const more = runs.length > CALLER_LINES || frames.length >= MAX_FRAMES;
  return more ? [...lines, "  and further calls before"] : lines;
}
