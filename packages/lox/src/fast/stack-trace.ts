/**
 * JavaScript's stack traces, which are text, as frames. Every engine has its own manner:
 *
 * - V8: `    at Type.name [as alias] (url:line:column)`, behind the error's message, which may have lines of its own.
 * - SpiderMonkey: `name@url:line:column`.
 * - JavaScriptCore: as SpiderMonkey, but of code that was made from text it tells the name only: `name@`.
 *
 * A frame's URL is that of the `//# sourceURL` comment of generated code.
 */

export interface StackFrame {
  readonly name: string;
  readonly url: string;
  /** Counted from 1. */
  readonly line: number;
}

const V8_LINE = /^\s*at /;
const V8_FRAME = /^\s*at (?:new )?(?:.*\.)?([^\s.]+)(?: \[as [^\]]*\])? \((.+):(\d+):\d+\)$/;
const OTHER_FRAME = /^([^@]*)@(.+):(\d+):\d+$/;

/** Innermost first; undefined for one that has no name or stands in no source text. */
export function stackFrames(stack: string): readonly (StackFrame | undefined)[] {
  const lines = stack.split("\n");
  const ofV8 = lines.filter((line) => V8_LINE.test(line));
  if (ofV8.length > 0) return ofV8.map((line) => frame(V8_FRAME, line));
  return lines.filter((line) => line !== "").map((line) => frame(OTHER_FRAME, line));
}

function frame(shape: RegExp, text: string): StackFrame | undefined {
  const [, name, url, line] = shape.exec(text) ?? [];
  return name === undefined || url === undefined ? undefined : { name, url, line: Number(line) };
}

/** The text of an error's stack trace as the engine writes it, whatever the process makes of stack traces elsewhere. */
export function stackOf(error: Error): string {
  const { prepareStackTrace } = Error;
  delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
  const stack = error.stack ?? "";
  if (prepareStackTrace !== undefined) Error.prepareStackTrace = prepareStackTrace;
  return stack;
}

/** Runs `run` with stack traces of at most `frames` frames, where the engine lets that be said. */
export function withStackTraces<T>(frames: number, run: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = frames;
  try {
    return run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
