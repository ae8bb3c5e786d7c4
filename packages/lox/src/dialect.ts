/**
 * The book has two interpreters, jlox (chapters 4–13, Java) and clox (chapters 14–30, C), and they are not quite the
 * same language. This table is the only place that says where they part; the code asks it by the name of the
 * difference, never by the name of the dialect.
 */

export type DialectName = "jlox" | "clox";

export interface Dialect {
  readonly name: DialectName;
  /**
   * How a compile error is survived.
   * - `unwind`: every lexical error comes first; the parser gives the statement up where it noticed, and skips to the next one;
   *   only a program without syntax errors is resolved, and then every resolver error is told.
   * - `panic`: one pass. The compiler goes on as if nothing were wrong, silent until the end of the statement.
   */
  readonly recovery: "unwind" | "panic";
  /** Where the line of a runtime error is taken: at the operator, or at the last token of the operation. */
  readonly errorLine: "operator" | "last-token";
  /** What follows the message of a runtime error: the line, or a line for every call. */
  readonly trace: "line" | "frames";
  /** Number to text: Java's shortest double without a trailing `.0`, or C's `%g`. */
  readonly numberText: "java" | "percent-g";
  /** Numbers are compared as Java compares boxed ones (`Double.equals`): NaN equals itself, and 0 is not -0. */
  readonly boxedNumberEquality: boolean;
  /** `x.f = v` where `x` is no instance: is that noticed before `v` is evaluated, or after? */
  readonly fieldTargetCheck: "before-value" | "after-value";
  /** `x.f()` where `x` is no instance: clox, which fuses the call, speaks of methods. */
  readonly methodTargetNoun: "properties" | "methods";
  /** Are native functions called with a wrong number of arguments refused? */
  readonly checksNativeArity: boolean;
  /** The limits of clox's bytecode: 256 constants, locals and upvalues, 65535 bytes of jump. */
  readonly bytecodeLimits: boolean;
  /** Nested calls before `Stack overflow.`; `undefined` leaves it to the engine's own limit. */
  readonly maxFrames: number | undefined;
  /** What a function's parser calls a method in its errors (`Expect '(' after method name.`). */
  readonly methodNoun: "method" | "function";
  /** What stands before `)` in the error of an `if` without one. */
  readonly ifConditionNoun: "if condition" | "condition";
}

export const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  jlox: {
    name: "jlox",
    recovery: "unwind",
    errorLine: "operator",
    trace: "line",
    numberText: "java",
    boxedNumberEquality: true,
    fieldTargetCheck: "before-value",
    methodTargetNoun: "properties",
    checksNativeArity: true,
    bytecodeLimits: false,
    maxFrames: undefined,
    methodNoun: "method",
    ifConditionNoun: "if condition",
  },
  clox: {
    name: "clox",
    recovery: "panic",
    errorLine: "last-token",
    trace: "frames",
    numberText: "percent-g",
    boxedNumberEquality: false,
    fieldTargetCheck: "after-value",
    methodTargetNoun: "methods",
    checksNativeArity: false,
    bytecodeLimits: true,
    maxFrames: 64,
    methodNoun: "function",
    ifConditionNoun: "condition",
  },
};
