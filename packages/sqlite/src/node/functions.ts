/** Functions and aggregates of programs, as `node:sqlite` calls them. */
import { SqliteError } from "../errors.ts";
import type { AggregateFunction, CallContext, ScalarFunction } from "../functions/function.ts";
import type { Cells } from "../values/value.ts";
import { invalidArgument } from "./errors.ts";
import { booleanOption, functionOption, type Options } from "./options.ts";
import { convert, type SQLOutputValue, valueOf } from "./values.ts";

export type UserFunction = (...values: SQLOutputValue[]) => unknown;

/** `count`: of its arguments, −1 any. */
export interface MadeFunction<F> {
  readonly made: F;
  readonly count: number;
}

export function scalarFunction(name: string, options: Options, call: UserFunction): MadeFunction<ScalarFunction> {
  const big = booleanOption(options, "useBigIntArguments", false);
  const varargs = booleanOption(options, "varargs", false);
  const deterministic = booleanOption(options, "deterministic", false);
  const directOnly = booleanOption(options, "directOnly", false);
  const count = varargs ? -1 : call.length;
  const made: ScalarFunction = {
    kind: "scalar",
    ...traits(name, count, directOnly),
    deterministic,
    call(context, cells, at, given) {
      setResult(context, call(...valuesOf(context, cells, at, given, big)));
    },
  };
  return { made, count };
}

type Step = (state: unknown, ...values: SQLOutputValue[]) => unknown;

export function aggregateFunction(name: string, options: Options): MadeFunction<AggregateFunction> {
  const { start } = options;
  if (start === undefined)
    throw invalidArgument('The "options.start" argument must be a function or a primitive value.');
  const step = functionOption<Step>(options, "step");
  if (step === undefined) throw invalidArgument('The "options.step" argument must be a function.');
  const { result } = options;
  const big = booleanOption(options, "useBigIntArguments", false);
  const varargs = booleanOption(options, "varargs", false);
  const directOnly = booleanOption(options, "directOnly", false);
  const inverse = functionOption<Step>(options, "inverse");
  const count = varargs ? -1 : Math.max(0, Math.max(step.length, inverse?.length ?? 0) - 1);
  const show = (context: CallContext, state: unknown): void =>
    setResult(context, typeof result === "function" ? (result as (state: unknown) => unknown)(state) : state);
  const stepBy =
    (call: Step): AggregateFunction["step"] =>
    (context, state, cells, at, given) =>
      call(state, ...valuesOf(context, cells, at, given, big));
  const made: AggregateFunction = {
    kind: "aggregate",
    ...traits(name, count, directOnly),
    create: () => (typeof start === "function" ? (start as () => unknown)() : start),
    step: stepBy(step),
    finish: show,
    ...(inverse !== undefined && { inverse: stepBy(inverse), value: show }),
  };
  return { made, count };
}

function traits(
  name: string,
  count: number,
  directOnly: boolean,
): Pick<ScalarFunction, "name" | "minArguments" | "maxArguments" | "directOnly"> {
  return {
    name: name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
    minArguments: Math.max(0, count),
    maxArguments: count < 0 ? Infinity : count,
    directOnly,
  };
}

function valuesOf(context: CallContext, cells: Cells, at: number, count: number, big: boolean): SQLOutputValue[] {
  const values: SQLOutputValue[] = [];
  for (let i = at; i < at + count; i++) values.push(valueOf(cells, i, big, context.encoding));
  return values;
}

function setResult(context: CallContext, value: unknown): void {
  if (value instanceof Promise)
    throw new SqliteError("SQLITE_ERROR", "Asynchronous user-defined functions are not supported");
  const converted = convert(value);
  if (converted === "too big") throw new SqliteError("SQLITE_ERROR", "BigInt value is too large for SQLite");
  if (converted === "invalid")
    throw new SqliteError("SQLITE_ERROR", "Returned JavaScript value cannot be converted to a SQLite value");
  context.resultTag = converted.tag;
  context.result = converted.payload;
}
