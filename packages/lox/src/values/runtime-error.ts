/** What goes wrong while a program runs. */

/** One call that was active: the place it had reached, and the function's name; null for the script itself. */
export interface LoxFrame {
  /** The program's name, as `compile` was told: several programs may run on one `Lox` object. */
  readonly file: string;
  /** Offset in the source, in UTF-16 units: of the operator, the name or the parenthesis that `line` is the line of. */
  readonly start: number;
  readonly line: number;
  readonly column: number;
  readonly functionName: string | null;
}

/** Frames that an error keeps, innermost first; a runaway recursion has thousands. */
export const MAX_FRAMES = 64;

/** A runtime error of the language, in the book's words; or what a function of the host threw, with that as `cause`. */
export class LoxRuntimeError extends Error {
  override readonly name: string = "LoxRuntimeError";
  /** Counted from 1; of the operation that failed. 0 where no script was running. */
  readonly line: number;
  /** Counted from 1, in UTF-16 units; 0 where unknown. */
  readonly column: number;
  /** Innermost first, at most `MAX_FRAMES`. */
  readonly frames: readonly LoxFrame[];

  constructor(message: string, frames: readonly LoxFrame[], options?: ErrorOptions) {
    super(message, options);
    this.frames = frames.slice(0, MAX_FRAMES);
    this.line = frames[0]?.line ?? 0;
    this.column = frames[0]?.column ?? 0;
  }
}

export type LimitCode = "STEPS" | "TIME" | "MEMORY" | "DEPTH" | "STRING" | "ABORTED";

/** A program went past one of the limits that its host has set. */
export class LoxLimitError extends LoxRuntimeError {
  override readonly name = "LoxLimitError";
  readonly code: LimitCode;

  constructor(code: LimitCode, message: string, frames: readonly LoxFrame[], options?: ErrorOptions) {
    super(message, frames, options);
    this.code = code;
  }
}

/** Thrown inside an engine, which adds the frames and makes of it the error that users see. */
export class Fault extends Error {
  readonly code: LimitCode | undefined;
  /** How many of the innermost frames have not really begun: a call that was refused belongs to the caller. */
  readonly skippedFrames: number;
  /** What the calls have added on the way out, innermost first; engines that read a stack trace leave it empty. */
  readonly frames: LoxFrame[] = [];

  constructor(message: string, options: { code?: LimitCode; skippedFrames?: number; cause?: unknown } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = options.code;
    this.skippedFrames = options.skippedFrames ?? 0;
  }

  toError(frames: readonly LoxFrame[]): LoxRuntimeError {
    const options = this.cause === undefined ? undefined : { cause: this.cause };
    if (this.code === undefined) return new LoxRuntimeError(this.message, frames, options);
    return new LoxLimitError(this.code, this.message, frames, options);
  }
}

/** What a host's function threw, as a fault of the script that called it. Errors of the host's own programs pass. */
export function hostFault(
  error: unknown,
  host: { isOwnError(error: LoxRuntimeError): boolean },
): Fault | LoxRuntimeError {
  if (error instanceof Fault) return error;
  if (error instanceof LoxRuntimeError && host.isOwnError(error)) return error;
  if (isStackOverflow(error)) return stackOverflow();
  return new Fault(error instanceof Error ? error.message : String(error), { cause: error });
}

/** What V8, SpiderMonkey and JavaScriptCore say when their stack is full. */
const STACK_OVERFLOWS: ReadonlySet<string> = new Set([
  "RangeError: Maximum call stack size exceeded",
  "InternalError: too much recursion",
  "RangeError: Maximum call stack size exceeded.",
]);

/** What they say when a string is longer than they can hold. */
const STRING_OVERFLOWS: ReadonlySet<string> = new Set([
  "RangeError: Invalid string length",
  "InternalError: allocation size overflow",
  "RangeError: Out of memory",
]);

export function isStackOverflow(error: unknown): boolean {
  return error instanceof Error && STACK_OVERFLOWS.has(`${error.name}: ${error.message}`);
}

export function isStringOverflow(error: unknown): boolean {
  return error instanceof Error && STRING_OVERFLOWS.has(`${error.name}: ${error.message}`);
}

export function stackOverflow(): Fault {
  return new Fault(MESSAGES.stackOverflow, { code: "DEPTH", skippedFrames: 1 });
}

export function stringOverflow(): Fault {
  return new Fault(MESSAGES.stringTooLong(MAX_STRING_LENGTH), { code: "STRING" });
}

/** V8's own limit. */
export const MAX_STRING_LENGTH: number = 2 ** 29 - 24;

/** The book's sentences, each in one place. */
export const MESSAGES = {
  notNumber: "Operand must be a number.",
  notNumbers: "Operands must be numbers.",
  notAddable: "Operands must be two numbers or two strings.",
  notCallable: "Can only call functions and classes.",
  noProperties: "Only instances have properties.",
  noMethods: "Only instances have methods.",
  noFields: "Only instances have fields.",
  notClass: "Superclass must be a class.",
  stackOverflow: "Stack overflow.",
  undefinedVariable: (name: string): string => `Undefined variable '${name}'.`,
  undefinedProperty: (name: string): string => `Undefined property '${name}'.`,
  wrongArity: (expected: number, got: number): string => `Expected ${expected} arguments but got ${got}.`,
  stringTooLong: (limit: number): string => `A string is longer than ${limit} characters.`,
} as const;
