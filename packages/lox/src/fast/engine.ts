/**
 * Runs generated programs: one `new Function` for each program and engine, and the way back from a JavaScript stack trace to
 * Lox's lines (stack-trace.ts).
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
import { type StackFrame, stackFrames, stackOf, withStackTraces } from "./stack-trace.ts";

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

/**
 * Whether code may be made from text here, which a content-security policy may forbid, and whether stack traces say where in
 * it something failed, which those of JavaScriptCore do not.
 */
export function canGenerateCode(): boolean {
  if (generatesCode === undefined) {
    try {
      withStackTraces(1, new Function(`throw new Error();\n//# sourceURL=${PROBE_URL}`) as () => never);
    } catch (error) {
      // No stack left, which says nothing about what is possible.
      if (isStackOverflow(error)) return true;
      const frames = error instanceof Error ? stackFrames(stackOf(error)) : [];
      generatesCode = frames.some((frame) => frame?.url === PROBE_URL && frame.line === LINES_BEFORE_BODY + 1);
    }
  }
  return generatesCode === true;
}

/** Stands for no program. */
const PROBE_URL = "lox:0";

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
    return withStackTraces(STACK_FRAMES, () => {
      try {
        return run();
      } catch (error) {
        throw this.#translate(error);
      }
    });
  }

  #translate(error: unknown): unknown {
    if (error instanceof LoxRuntimeError || !(error instanceof Error)) return error;
    const stack = stackFrames(stackOf(error)).map((frame) => this.#loxFrame(frame));
    const frames = stack.filter((frame) => frame !== undefined);
    if (error instanceof Fault) return error.toError([...error.frames, ...frames.slice(error.skippedFrames)]);
    // The frame that did not fit is the innermost one.
    if (isStackOverflow(error)) return stackOverflow().toError(frames.slice(1));
    if (isStringOverflow(error)) return stringOverflow().toError(frames);
    // Out of generated code itself, and not of something that it has called.
    if (error instanceof TypeError && stack[0] !== undefined) return new LoxRuntimeError(MESSAGES.notCallable, frames);
    return error;
  }

  /** What a frame of JavaScript's is in Lox; undefined where it is none of Lox's. */
  #loxFrame(frame: StackFrame | undefined): LoxFrame | undefined {
    const instance = frame === undefined ? undefined : this.#instances.get(frame.url);
    if (frame === undefined || instance === undefined || frame.name === CONSTRUCT) return undefined;
    const { name } = frame;
    const place = instance.generated.places[frame.line - LINES_BEFORE_BODY - 1];
    const start = place?.at ?? 0;
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
