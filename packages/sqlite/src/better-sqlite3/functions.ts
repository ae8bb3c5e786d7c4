/** Functions and aggregates of programs, as `better-sqlite3` calls them. */
import type { AggregateFunction, CallContext, ScalarFunction } from "../functions/function.ts";
import type { Cells } from "../values/value.ts";
import { booleanOption, type Options } from "./options.ts";
import { convert, type Value, valueOf } from "./values.ts";

export type UserFunction = (...values: Value[]) => unknown;

interface Traits {
  readonly name: string;
  /** −1: any number. */
  readonly count: number;
  readonly safe: boolean;
  readonly deterministic: boolean;
  readonly directOnly: boolean;
}

/** Reads `safeIntegers`, `deterministic`, `directOnly` and `varargs`; `count` tells how many arguments the program's functions take. */
export function traitsOf(name: string, options: Options, safeByDefault: boolean, count: () => number): Traits {
  const safe = "safeIntegers" in options ? booleanOption(options, "safeIntegers") : safeByDefault;
  const deterministic = booleanOption(options, "deterministic");
  const directOnly = booleanOption(options, "directOnly");
  const varargs = booleanOption(options, "varargs");
  return { name, count: varargs ? -1 : atMost100(count()), safe, deterministic, directOnly };
}

function atMost100(count: number): number {
  if (count > 100) throw new RangeError("User-defined functions cannot have more than 100 arguments");
  return count;
}

/** The number of arguments that a function declares, which a program may have changed. */
export function lengthOf({ length }: { readonly length: number }): number {
  if (Number.isInteger(length) && length >= 0) return length;
  throw new TypeError("Expected function.length to be a positive integer");
}

export function scalarFunction(call: UserFunction, traits: Traits): ScalarFunction {
  return {
    kind: "scalar",
    ...common(traits),
    deterministic: traits.deterministic,
    call(context, cells, at, count) {
      setResult(context, traits.name, call(...valuesOf(context, cells, at, count, traits.safe)));
    },
  };
}

export interface AggregateCalls {
  /** A value, or a function that makes one. */
  readonly start: unknown;
  readonly step: (state: unknown, ...values: Value[]) => unknown;
  readonly inverse: ((state: unknown, ...values: Value[]) => unknown) | undefined;
  readonly result: ((state: unknown) => unknown) | undefined;
}

export function aggregateFunction(calls: AggregateCalls, traits: Traits): AggregateFunction {
  const { start, step, inverse, result } = calls;
  const show = (context: CallContext, state: unknown): void =>
    setResult(context, traits.name, result === undefined ? state : result(state));
  const stepBy =
    (call: AggregateCalls["step"]): AggregateFunction["step"] =>
    (context, state, cells, at, count) => {
      const next = call(state, ...valuesOf(context, cells, at, count, traits.safe));
      return next === undefined ? state : next;
    };
  return {
    kind: "aggregate",
    ...common(traits),
    create: () => (typeof start === "function" ? (start as () => unknown)() : start),
    step: stepBy(step),
    finish: show,
    ...(inverse !== undefined && { inverse: stepBy(inverse), value: show }),
  };
}

function common({
  name,
  count,
  directOnly,
}: Traits): Pick<ScalarFunction, "name" | "minArguments" | "maxArguments" | "directOnly"> {
  return {
    name: name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
    minArguments: Math.max(0, count),
    maxArguments: count < 0 ? Infinity : count,
    directOnly,
  };
}

function valuesOf(context: CallContext, cells: Cells, at: number, count: number, safe: boolean): Value[] {
  const values: Value[] = [];
  for (let i = at; i < at + count; i++) values.push(valueOf(cells, i, safe, context.encoding));
  return values;
}

function setResult(context: CallContext, name: string, value: unknown): void {
  const converted = convert(value);
  if (converted === "too big")
    throw new RangeError(`User-defined function ${name}() returned a bigint that was too big`);
  if (converted === "invalid") throw new TypeError(`User-defined function ${name}() returned an invalid value`);
  context.resultTag = converted.tag;
  context.result = converted.payload;
}
