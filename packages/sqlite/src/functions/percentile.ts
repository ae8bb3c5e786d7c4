/** median(), percentile(), percentile_cont() and percentile_disc() (https://www.sqlite.org/percentile.html): a value below which a part of all lie. */
import { SqliteError } from "../errors.ts";
import { type Cells, INTEGER, NULL, REAL } from "../values/value.ts";
import { numericTagAt, payloadAt, realAt, tagAt } from "./arguments.ts";
import type { AggregateFunction, CallContext } from "./function.ts";

interface Family {
  readonly name: string;
  /** What stands for all: 100 or 1. Undefined: there is no argument but the values, and half of them are meant. */
  readonly whole: number | undefined;
  /** Of the values themselves, never between two of them. */
  readonly isDiscrete: boolean;
}

/** What steps have gathered. */
class Sample {
  /** From 0 to 1; undefined before the first row. */
  fraction: number | undefined = undefined;
  readonly values: number[] = [];
  isSorted = true;
}

/** So far apart fractions of two rows may lie. */
const SAME_WITHIN = 0.001;

export const percentileFunctions: readonly AggregateFunction[] = (
  [
    { name: "median", whole: undefined, isDiscrete: false },
    { name: "percentile", whole: 100, isDiscrete: false },
    { name: "percentile_cont", whole: 1, isDiscrete: false },
    { name: "percentile_disc", whole: 1, isDiscrete: true },
  ] satisfies Family[]
).map(aggregateOf);

function aggregateOf(family: Family): AggregateFunction<Sample> {
  const set = (context: CallContext, sample: Sample): void => setPercentile(context, sample, family.isDiscrete);
  const argumentCount = family.whole === undefined ? 1 : 2;
  return {
    kind: "aggregate",
    name: family.name,
    minArguments: argumentCount,
    maxArguments: argumentCount,
    create: () => new Sample(),
    step: (context, sample, cells, at) => {
      add(context, sample, cells, at, family);
      return sample;
    },
    inverse: (context, sample, cells, at) => {
      remove(context, sample, cells, at);
      return sample;
    },
    value: set,
    finish: set,
  };
}

function add(context: CallContext, sample: Sample, cells: Cells, at: number, { name, whole }: Family): void {
  const fraction = whole === undefined ? 0.5 : fractionAt(context, cells, at + 1, name, whole);
  if (sample.fraction === undefined) sample.fraction = fraction;
  else if (!(Math.abs(sample.fraction - fraction) <= SAME_WITHIN))
    throw refusal(`the fraction argument to ${name}() is not the same for all input rows`);
  const tag = tagAt(cells, at);
  if (tag === NULL) return;
  if (tag !== INTEGER && tag !== REAL) throw refusal(`input to ${name}() is not numeric`);
  const value = Number(payloadAt(cells, at));
  if (Math.abs(value) === Infinity) throw refusal(`Inf input to ${name}()`);
  if (sample.values.length > 0 && value < sample.values.at(-1)!) sample.isSorted = false;
  sample.values.push(value);
}

function fractionAt(context: CallContext, cells: Cells, at: number, name: string, whole: number): number {
  const tag = numericTagAt(cells, at);
  const fraction = realAt(cells, at, context.encoding) / whole;
  if ((tag !== INTEGER && tag !== REAL) || fraction < 0 || fraction > 1)
    throw refusal(`the fraction argument to ${name}() is not between 0.0 and ${whole}.0`);
  return fraction;
}

function remove(context: CallContext, sample: Sample, cells: Cells, at: number): void {
  const tag = tagAt(cells, at);
  if (tag !== INTEGER && tag !== REAL) return;
  sort(sample);
  const place = sample.values.indexOf(realAt(cells, at, context.encoding));
  if (place >= 0) sample.values.splice(place, 1);
}

function sort(sample: Sample): void {
  if (!sample.isSorted) sample.values.sort((a, b) => a - b);
  sample.isSorted = true;
}

function setPercentile(context: CallContext, sample: Sample, isDiscrete: boolean): void {
  const { values, fraction } = sample;
  if (fraction === undefined || values.length === 0) return context.setNull();
  sort(sample);
  const place = fraction * (values.length - 1);
  const below = Math.floor(place);
  const value = values[below]!;
  if (isDiscrete || place === below || below === values.length - 1) return context.setReal(value);
  context.setReal(value + (values[below + 1]! - value) * (place - below));
}

function refusal(message: string): SqliteError {
  return new SqliteError("SQLITE_ERROR", message);
}
