/**
 * What the embedding half of the package needs of an engine. There are three: `fast` (generated JavaScript), `closures`
 * (for where code generation is forbidden) and `tree` (the reference).
 *
 * Numbers, strings, booleans and null (nil) are the same everywhere; functions, classes and instances are objects of the
 * engine's own, which nobody else looks into.
 */
import type { Dialect } from "./dialect.ts";
import type { Program } from "./program.ts";
import type { Fault, LoxRuntimeError } from "./values/runtime-error.ts";

export type EngineName = "fast" | "closures" | "tree";

export type Value = number | string | boolean | null | object;

/** What an engine counts while it runs. Switched off, it costs nothing in the fast engine. */
export interface Counting {
  /** Steps: function entries and rounds of loops. */
  readonly steps: boolean;
  /** Nested calls. */
  readonly depth: boolean;
  /** Lengths of strings that `+` makes. */
  readonly strings: boolean;
}

export const NO_COUNTING: Counting = { steps: false, depth: false, strings: false };

/** Shared by all programs of one engine. */
export interface Counters {
  /** Steps left until the host is asked for more. */
  fuel: number;
  /** Calls that are active. */
  depth: number;
}

/** What an engine needs of its surroundings. */
export interface EngineHost {
  readonly dialect: Dialect;
  readonly counting: Counting;
  readonly counters: Counters;
  print(text: string): void;
  /** More steps, or throws a `Fault`. */
  refuel(): number;
  /** Deepest nesting of calls; Infinity where nothing counts it. */
  readonly maxDepth: number;
  /** What a call beyond `maxDepth` is. */
  tooDeep(): Fault;
  /** Longest string, in UTF-16 units. */
  readonly maxStringLength: number;
  /** Whether an error was raised by a program of the same host, and not of another one. */
  isOwnError(error: LoxRuntimeError): boolean;
}

export interface Engine {
  readonly name: EngineName;
  /** Runs a program to its end; the value of the last expression statement at its top level. */
  run(program: Program): Value;
  /** Calls what can be called; anything else is the script's own error. */
  call(callee: Value, args: readonly Value[]): Value;
  /** A global variable; undefined where there is none. */
  getGlobal(name: string): Value | undefined;
  setGlobal(name: string, value: Value): void;
  globalNames(): string[];
  /** A function of the host. `call` gets as many arguments as the script gave; the dialect decides whether that is checked before. */
  native(arity: number, call: (args: Value[]) => Value): Value;
  kindOf(value: object): "function" | "class" | "instance";
  /** `value` as `print` shows it. */
  text(value: Value): string;
  /** A field, or a method bound to its instance; undefined where there is neither. */
  getProperty(instance: object, name: string): Value | undefined;
  setField(instance: object, name: string, value: Value): void;
  fieldNames(instance: object): string[];
  /** Names of the methods of its class, inherited ones too. */
  methodNames(instance: object): string[];
}
