/**
 * Aggregates (https://www.sqlite.org/lang_aggfunc.html). NULLs are left out by all but count(*).
 *
 * Sums of INTEGERs are exact and refuse to overflow; from the first other number on they are REALs with the rounding errors added up beside them
 * (Kahan and Babuška), as in the original, so that the last digit is its.
 */
import { SqliteError } from "../errors.ts";
import { narrowed } from "../record/varint.ts";
import { compareValues } from "../values/compare.ts";
import { type Cells, INTEGER, NULL, type Payload, type RawText, type Tag } from "../values/value.ts";
import { concatenatedText } from "./accumulated-text.ts";
import { integerAt, numericTagAt, payloadAt, realAt, tagAt, textAt } from "./arguments.ts";
import type { AggregateFunction, CallContext } from "./function.ts";

const count: AggregateFunction<number> = {
  kind: "aggregate",
  name: "count",
  minArguments: 0,
  maxArguments: 1,
  innocuous: true,
  create: () => 0,
  step: (_context, state, cells, at, count) => (count === 0 || cells.tags[at] !== NULL ? state + 1 : state),
  inverse: (_context, state, cells, at, count) => (count === 0 || cells.tags[at] !== NULL ? state - 1 : state),
  value: (context, state) => context.setInteger(state),
  finish: (context, state) => context.setInteger(state),
};

const MIN_INTEGER: bigint = -(2n ** 63n);
const MAX_INTEGER: bigint = 2n ** 63n - 1n;
/** From here on INTEGERs are added to REALs in two parts. */
const SPLIT_FROM = 4_503_599_627_370_496;

/** What sum, total and avg keep. */
class Sum {
  count = 0;
  /** Of INTEGERs alone; when it is past 2^53 in `exact`. */
  integer = 0;
  exact: bigint | undefined = undefined;
  isReal = false;
  real = 0;
  error = 0;
  overflowed = false;

  addInteger(value: number | bigint): void {
    this.count += 1;
    if (this.isReal) return this.#addRealInteger(value);
    if (this.exact === undefined && typeof value === "number") {
      const sum = this.integer + value;
      if (Number.isSafeInteger(sum)) {
        this.integer = sum;
        return;
      }
    }
    const sum = (this.exact ?? BigInt(this.integer)) + BigInt(value);
    if (sum >= MIN_INTEGER && sum <= MAX_INTEGER) {
      this.exact = sum;
      return;
    }
    this.overflowed = true;
    this.#becomeReal();
    this.#addRealInteger(value);
  }

  addReal(value: number): void {
    this.count += 1;
    if (this.isReal) this.overflowed = false;
    else this.#becomeReal();
    this.#add(value);
  }

  subtractInteger(value: number | bigint): void {
    this.count -= 1;
    if (!this.isReal) {
      const difference = (this.exact ?? BigInt(this.integer)) - BigInt(value);
      if (difference >= MIN_INTEGER && difference <= MAX_INTEGER) {
        this.exact = difference;
        return;
      }
      this.overflowed = true;
      this.#becomeReal();
    }
    // The original, too, takes -2^63 away in two steps.
    if (value !== MIN_INTEGER) return this.#addRealInteger(-value);
    this.#addRealInteger(MAX_INTEGER);
    this.#addRealInteger(1);
  }

  subtractReal(value: number): void {
    this.count -= 1;
    this.#add(-value);
  }

  #becomeReal(): void {
    const sum = this.exact ?? this.integer;
    this.isReal = true;
    if (Number(sum) <= -SPLIT_FROM || Number(sum) >= SPLIT_FROM) {
      const low = BigInt(sum) % 16_384n;
      this.real = Number(BigInt(sum) - low);
      this.error = Number(low);
    } else this.real = Number(sum);
  }

  #addRealInteger(value: number | bigint): void {
    if (value > -SPLIT_FROM && value < SPLIT_FROM) return this.#add(Number(value));
    const low = BigInt(value) % 16_384n;
    this.#add(Number(BigInt(value) - low));
    this.#add(Number(low));
  }

  #add(value: number): void {
    const sum = this.real + value;
    this.error += Math.abs(this.real) > Math.abs(value) ? this.real - sum + value : value - sum + this.real;
    this.real = sum;
  }

  /** As a REAL. */
  get approximate(): number {
    if (!this.isReal) return Number(this.exact ?? this.integer);
    return Number.isFinite(this.error) ? this.real + this.error : this.real;
  }
}

function addAt(context: CallContext, sum: Sum, cells: Cells, at: number): Sum {
  const tag = numericTagAt(cells, at);
  if (tag === INTEGER) sum.addInteger(integerAt(cells, at, context.encoding));
  else if (tag !== NULL) sum.addReal(realAt(cells, at, context.encoding));
  return sum;
}

function subtractAt(context: CallContext, sum: Sum, cells: Cells, at: number): Sum {
  const tag = numericTagAt(cells, at);
  if (tag === INTEGER) sum.subtractInteger(integerAt(cells, at, context.encoding));
  else if (tag !== NULL) sum.subtractReal(realAt(cells, at, context.encoding));
  return sum;
}

function ofSum(name: string, finish: (context: CallContext, sum: Sum) => void): AggregateFunction<Sum> {
  return {
    kind: "aggregate",
    name,
    minArguments: 1,
    maxArguments: 1,
    innocuous: true,
    create: () => new Sum(),
    step: addAt,
    inverse: subtractAt,
    value: finish,
    finish,
  };
}

function setSum(context: CallContext, sum: Sum): void {
  if (sum.count === 0) return context.setNull();
  if (!sum.isReal) return context.setInteger(sum.exact === undefined ? sum.integer : narrowed(sum.exact));
  if (sum.overflowed) throw new SqliteError("SQLITE_ERROR", "integer overflow");
  context.setReal(sum.approximate);
}

function setAverage(context: CallContext, sum: Sum): void {
  if (sum.count === 0) context.setNull();
  else context.setReal(sum.approximate / sum.count);
}

/** The best value so far, and whether the last step was the one that put it there, as bare columns beside min() and max() have to know. */
export class Extreme {
  tag: Tag = NULL;
  payload: Payload = null;
  isNew = false;
}

function ofExtreme(name: "min" | "max"): AggregateFunction<Extreme> {
  const sign = name === "max" ? 1 : -1;
  const set = (context: CallContext, state: Extreme): void => context.set(state.tag, state.payload);
  return {
    kind: "aggregate",
    name,
    minArguments: 1,
    maxArguments: 1,
    innocuous: true,
    needsCollation: true,
    create: () => new Extreme(),
    step: (context, state, cells, at) => {
      const tag = tagAt(cells, at);
      const payload = payloadAt(cells, at);
      state.isNew =
        tag !== NULL &&
        (state.tag === NULL || compareValues(tag, payload, state.tag, state.payload, context.collation) * sign > 0);
      if (state.isNew) {
        state.tag = tag;
        state.payload = payload;
      }
      return state;
    },
    value: set,
    finish: set,
  };
}

/** Texts and the separators between them, in turn, from `start` on. */
class Concatenation {
  readonly parts: (string | RawText)[] = [];
  start = 0;
}

function ofTexts(name: string, minArguments: number): AggregateFunction<Concatenation> {
  const set = (context: CallContext, state: Concatenation): void => {
    if (state.start >= state.parts.length) context.setNull();
    else context.setText(concatenatedText(state.parts, context, state.start));
  };
  return {
    kind: "aggregate",
    name,
    minArguments,
    maxArguments: 2,
    innocuous: true,
    create: () => new Concatenation(),
    step: (context, state, cells, at, count) => {
      if (tagAt(cells, at) === NULL) return state;
      const isFirst = state.start >= state.parts.length;
      if (!isFirst) state.parts.push(count === 2 ? textAt(cells, at + 1, context.encoding) : ",");
      state.parts.push(textAt(cells, at, context.encoding));
      return state;
    },
    inverse: (_context, state, cells, at) => {
      if (tagAt(cells, at) === NULL) return state;
      state.start += 2; // the separator behind it goes too
      if (state.start * 2 > state.parts.length) {
        state.parts.splice(0, state.start);
        state.start = 0;
      }
      return state;
    },
    value: set,
    finish: set,
  };
}

export const aggregateFunctions: readonly AggregateFunction[] = [
  ofSum("avg", setAverage),
  count,
  ofTexts("group_concat", 1),
  ofExtreme("max"),
  ofExtreme("min"),
  ofTexts("string_agg", 2),
  ofSum("sum", setSum),
  ofSum("total", (context, sum) => context.setReal(sum.approximate)),
];
