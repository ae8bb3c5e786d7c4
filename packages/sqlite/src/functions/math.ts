/**
 * Mathematical functions (https://www.sqlite.org/lang_mathfunc.html), all by JavaScript's own, whose last digit is not always that of a C library.
 * What is no number, and what no function is defined for, gives NULL.
 */
import type { Cells } from "../values/value.ts";
import { INTEGER, REAL } from "../values/value.ts";
import { numberAt, numericTagAt, integerAt, realAt } from "./arguments.ts";
import { pure } from "./core-values.ts";
import type { CallContext, ScalarFunction } from "./function.ts";

const DEGREES_A_RADIAN: number = 180 / Math.PI;
const RADIANS_A_DEGREE: number = Math.PI / 180;

function ofOne(name: string, compute: (x: number) => number): ScalarFunction {
  return pure(name, 1, 1, (context, cells, at) => {
    const x = numberAt(cells, at, context.encoding);
    if (x === undefined) context.setNull();
    else context.setReal(compute(x));
  });
}

function ofTwo(name: string, compute: (x: number, y: number) => number): ScalarFunction {
  return pure(name, 2, 2, (context, cells, at) => {
    const x = numberAt(cells, at, context.encoding);
    const y = numberAt(cells, at + 1, context.encoding);
    if (x === undefined || y === undefined) context.setNull();
    else context.setReal(compute(x, y));
  });
}

/** INTEGERs are as they should be already. */
function toWhole(name: string, compute: (x: number) => number): ScalarFunction {
  return pure(name, 1, 1, (context, cells, at) => {
    const tag = numericTagAt(cells, at);
    if (tag === INTEGER) context.setInteger(integerAt(cells, at, context.encoding));
    else if (tag === REAL) context.setReal(compute(realAt(cells, at, context.encoding)));
    else context.setNull();
  });
}

/** Of numbers above 0 only. */
function logarithm(name: string, compute: (x: number) => number): ScalarFunction {
  return ofOne(name, (x) => (x > 0 ? compute(x) : Number.NaN));
}

export const mathFunctions: readonly ScalarFunction[] = [
  ofOne("acos", Math.acos),
  ofOne("acosh", Math.acosh),
  ofOne("asin", Math.asin),
  ofOne("asinh", Math.asinh),
  ofOne("atan", Math.atan),
  ofTwo("atan2", Math.atan2),
  ofOne("atanh", Math.atanh),
  toWhole("ceil", Math.ceil),
  toWhole("ceiling", Math.ceil),
  ofOne("cos", Math.cos),
  ofOne("cosh", Math.cosh),
  ofOne("degrees", (x) => x * DEGREES_A_RADIAN),
  ofOne("exp", Math.exp),
  toWhole("floor", Math.floor),
  logarithm("ln", Math.log),
  pure("log", 1, 2, log),
  logarithm("log10", Math.log10),
  logarithm("log2", Math.log2),
  ofTwo("mod", (x, y) => x % y),
  pure("pi", 0, 0, (context) => context.setReal(Math.PI)),
  ofTwo("pow", power),
  ofTwo("power", power),
  ofOne("radians", (x) => x * RADIANS_A_DEGREE),
  ofOne("sin", Math.sin),
  ofOne("sinh", Math.sinh),
  ofOne("sqrt", Math.sqrt),
  ofOne("tan", Math.tan),
  ofOne("tanh", Math.tanh),
  toWhole("trunc", Math.trunc),
];

/** To base 10, or of the second argument, whatever it begins with, to the base of the first, which has to be above 1. */
function log(context: CallContext, cells: Cells, at: number, count: number): void {
  const first = numberAt(cells, at, context.encoding);
  if (first === undefined || !(first > 0)) return context.setNull();
  if (count === 1) return context.setReal(Math.log10(first));
  const base = Math.log(first);
  const x = realAt(cells, at + 1, context.encoding);
  if (!(base > 0) || !(x > 0)) return context.setNull();
  context.setReal(Math.log(x) / base);
}

/** C has 1 where JavaScript has none: of 1 to any power, and of −1 to an infinite one. */
function power(x: number, y: number): number {
  return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y;
}
