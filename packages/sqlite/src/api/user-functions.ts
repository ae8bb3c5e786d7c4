/** JavaScript functions as SQL's. */
import { SqliteError } from "../errors.ts";
import type { AggregateFunction, CallContext, ScalarFunction } from "../functions/function.ts";
import { narrowed } from "../record/varint.ts";
import type { Cells, SqlValue } from "../values/value.ts";
import type { IntegerShape } from "./options.ts";
import { valueOf } from "./values.ts";

/** What a function may return. undefined is NULL; numbers and the rest as for bound values, but every number that is no safe integer is a REAL. */
export type FunctionResult = SqlValue | boolean | undefined | void;

export type UserFunction = (...values: SqlValue[]) => FunctionResult;

export interface FunctionOptions {
  /** How many it takes; −1: any number. Default: what `length` says of the function. */
  readonly arguments?: number;
  /** The same arguments always give the same result, so that indexes and generated columns may use it. Default: false. */
  readonly deterministic?: boolean;
  /** Not to be called from triggers, views and other parts of the schema. Default: false. */
  readonly directOnly?: boolean;
  /** What INTEGERs become for it. Default: `as needed`. */
  readonly integers?: IntegerShape;
}

export interface AggregateOptions<State> extends FunctionOptions {
  /** The state of no rows: a value, or a function that makes one. */
  readonly start: State | (() => State);
  /** The state with a row more; undefined: the state stays what it was. */
  readonly step: (state: State, ...values: SqlValue[]) => State | void;
  /** The state without its oldest row. */
  readonly inverse?: (state: State, ...values: SqlValue[]) => State | void;
  /** Default: the state is the result. */
  readonly result?: (state: State) => FunctionResult;
}

/** Throws what `call` throws. */
export function scalarFrom(name: string, call: UserFunction, options: FunctionOptions): ScalarFunction {
  const { integers = "as needed" } = options;
  return {
    kind: "scalar",
    ...traits(name, options, call.length),
    deterministic: options.deterministic === true,
    call(context, cells, at, count) {
      setResult(context, name, call(...argumentsOf(context, cells, at, count, integers)));
    },
  };
}

export function aggregateFrom<State>(name: string, options: AggregateOptions<State>): AggregateFunction<State> {
  const { start, step, inverse, result, integers = "as needed" } = options;
  const resultOf = result ?? ((state: State): FunctionResult => state as FunctionResult); // setResult looks what it is
  const show = (context: CallContext, state: State): void => setResult(context, name, resultOf(state));
  return {
    kind: "aggregate",
    ...traits(name, options, Math.max(0, step.length - 1)),
    create: () => (typeof start === "function" ? (start as () => State)() : start),
    step(context, state, cells, at, count) {
      const next = step(state, ...argumentsOf(context, cells, at, count, integers));
      return next === undefined ? state : (next as State);
    },
    ...(inverse !== undefined && {
      inverse(context: CallContext, state: State, cells: Cells, at: number, count: number): State {
        const next = inverse(state, ...argumentsOf(context, cells, at, count, integers));
        return next === undefined ? state : (next as State);
      },
      value: show,
    }),
    finish: show,
  };
}

function traits(
  name: string,
  { arguments: count, directOnly }: FunctionOptions,
  length: number,
): Pick<ScalarFunction, "name" | "minArguments" | "maxArguments" | "directOnly"> {
  const exact = count ?? length;
  return {
    name: name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
    minArguments: exact < 0 ? 0 : exact,
    maxArguments: exact < 0 ? Infinity : exact,
    directOnly: directOnly === true,
  };
}

function argumentsOf(
  context: CallContext,
  cells: Cells,
  at: number,
  count: number,
  integers: IntegerShape,
): SqlValue[] {
  const values: SqlValue[] = [];
  for (let i = at; i < at + count; i++) values.push(valueOf(cells, i, integers, context.encoding));
  return values;
}

/** Throws SQLITE_ERROR for what is no value. */
export function setResult(context: CallContext, name: string, value: FunctionResult): void {
  switch (typeof value) {
    case "undefined":
      return context.setNull();
    case "number":
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) context.setInteger(value);
      else context.setReal(value);
      return;
    case "bigint":
      if (BigInt.asIntN(64, value) !== value) throw new SqliteError("SQLITE_TOOBIG", "BigInt value is too big");
      return context.setInteger(narrowed(value));
    case "boolean":
      return context.setInteger(value ? 1 : 0);
    case "string":
      return context.setText(value);
    default:
      if (value === null) return context.setNull();
      if (value instanceof Uint8Array) return context.setBlob(new Uint8Array(value));
      throw new SqliteError("SQLITE_ERROR", `User-defined function ${name}() returned an invalid value`);
  }
}
