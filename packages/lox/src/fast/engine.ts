/**
 * Runs generated programs: one `new Function` for each program and engine, and the way back from a JavaScript stack trace to
 * Lox's lines.
 *
 * Three kinds of error arrive here. A `Fault` was thrown by the runtime, and says what is wrong. A `TypeError` out of generated
 * code is a call of something that is no function: the only check that is left to JavaScript. A `RangeError` is JavaScript's
 * own limit: the stack, or the length of a string. For all three the stack trace names lines of generated code, and
 * the table of the program says which places those are.
 */
import { instantiate } from "../closures/compiler.ts";
import type { EngineHost, Value } from "../engine.ts";
import { ObjectEngine } from "../objects/object-engine.ts";
import type { Globals } from "../objects/globals.ts";
import { functionName, type LoxFunction, type LoxValue } from "../objects/objects.ts";
import type { Program } from "../program.ts";
import {
  Fault,
  isStackOverflow,
  isStringOverflow,
  type LoxFrame,
  LoxRuntimeError,
  MAX_FRAMES,
  MESSAGES,
  stackOverflow,
  stringOverflow,
} from "../values/runtime-error.ts";
import { CONSTRUCT, SCRIPT } from "./generator.ts";
import type { GeneratedSource } from "./code.ts";
import { createRuntime, type Runtime } from "./runtime.ts";

/** `new Function` puts its parameters on two lines before the body. */
const LINES_BEFORE_BODY = 2;
/** JavaScript's frames per error: enough for `MAX_FRAMES` of Lox's with those of the runtime between them. */
const STACK_FRAMES = 3 * MAX_FRAMES;
/** What is nested deeper runs as closures: JavaScript's parser would need more stack than there may be. */
const MAX_GENERATED_NESTING = 100;

interface Instance {
  readonly program: Program;
  readonly generated: GeneratedSource;
}

type Factory = (runtime: Runtime, globals: Globals) => LoxFunction;

let generatesCode: boolean | undefined;

/** Whether generating code is allowed here; a content-security policy may forbid it. */
export function canGenerateCode(): boolean {
  if (generatesCode === undefined) {
    try {
      generatesCode = new Function("return true")() === true;
    } catch (error) {
      // Another error (no stack left) says nothing about what is allowed.
      if (!(error instanceof EvalError)) return true;
      generatesCode = false;
    }
  }
  return generatesCode;
}

let instances = 0;

export class FastEngine extends ObjectEngine {
  readonly name = "fast";
  readonly #runtime: Runtime;
  /** By the URL that stands for the program in stack traces. */
  readonly #instances = new Map<string, Instance>();

  constructor(host: EngineHost) {
    super(host);
    this.#runtime = createRuntime(host, this.print);
  }

  run(program: Program): Value {
    return this.#traced(() => this.#instantiate(program)());
  }

  call(callee: Value, args: readonly Value[]): Value {
    return this.#traced(() => {
      if (typeof callee !== "function") throw new Fault(MESSAGES.notCallable);
      return (callee as LoxFunction)(...(args as readonly LoxValue[]));
    });
  }

  #instantiate(program: Program): LoxFunction {
    const asClosures = (): LoxFunction => instantiate(program, this.host, this.globals, this.print);
    if (program.nesting > MAX_GENERATED_NESTING) return asClosures();
    const generated = program.javascript(this.host.counting, (name) => this.globals.isOwned(name));
    const url = `lox:${++instances}`;
    this.#instances.set(url, { program, generated });
    // The generated text holds nothing of the source but mangled names and escaped literals.
    try {
      const factory = new Function("runtime", "globals", `${generated.text}\n//# sourceURL=${url}`) as Factory;
      return factory(this.#runtime, this.globals);
    } catch (error) {
      // The host has left less stack than usual.
      if (isStackOverflow(error)) return asClosures();
      throw error;
    }
  }

  #traced(run: () => LoxValue): LoxValue {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = STACK_FRAMES;
    try {
      return run();
    } catch (error) {
      throw this.#translate(error);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }

  #translate(error: unknown): unknown {
    if (error instanceof LoxRuntimeError || !(error instanceof Error)) return error;
    const stack = stackOf(error);
    const frames = this.#frames(stack);
    if (error instanceof Fault) return error.toError([...error.frames, ...frames.slice(error.skippedFrames)]);
    // The frame that did not fit is the innermost one.
    if (isStackOverflow(error)) return stackOverflow().toError(frames.slice(1));
    if (isStringOverflow(error)) return stringOverflow().toError(frames);
    if (error instanceof TypeError && this.#isInnermost(stack))
      return new LoxRuntimeError(MESSAGES.notCallable, frames);
    return error;
  }

  /** Whether the innermost frame is generated code. */
  #isInnermost(stack: readonly string[]): boolean {
    const first = stack.find((line) => line.trimStart().startsWith("at "));
    return first !== undefined && this.#frame(first) !== undefined;
  }

  #frames(stack: readonly string[]): LoxFrame[] {
    return stack.map((line) => this.#frame(line)).filter((frame) => frame !== undefined);
  }

  /** The Lox frame that a line of a stack trace stands for. */
  #frame(line: string): LoxFrame | undefined {
    const found = STACK_LINE.exec(line);
    const instance = found === null ? undefined : this.#instances.get(found[2]!);
    const name = found?.[1];
    if (instance === undefined || name === undefined || name === CONSTRUCT) return undefined;
    const place = instance.generated.places[Number(found![3]) - LINES_BEFORE_BODY - 1];
    const start = place?.start ?? 0;
    const column = start - instance.program.source.lastIndexOf("\n", start - 1);
    const { file } = instance.program;
    return {
      file,
      start,
      line: place?.line ?? 0,
      column,
      functionName: name === SCRIPT ? null : functionName(name),
    };
  }
}

/** `    at Type.name [as alias] (lox:1:23:45)`: name, URL and line. */
const STACK_LINE = /^\s*at (?:new )?(?:.*\.)?([^\s.]+)(?: \[as [^\]]*\])? \((lox:\d+):(\d+):\d+\)$/;

/** The lines of an error's stack trace, as V8 writes them, whatever the process makes of stack traces elsewhere. */
function stackOf(error: Error): string[] {
  const { prepareStackTrace } = Error;
  delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
  const stack = error.stack ?? "";
  if (prepareStackTrace !== undefined) Error.prepareStackTrace = prepareStackTrace;
  return stack.split("\n");
}
