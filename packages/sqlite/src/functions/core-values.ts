/** Functions of values whatever they are, and of the connection (https://www.sqlite.org/lang_corefunc.html). */
import { SqliteError } from "../errors.ts";
import { narrowed } from "../record/varint.ts";
import { compareValues } from "../values/compare.ts";
import { type Cells, INTEGER, NULL, REAL, TEXT } from "../values/value.ts";
import { countAt, numericTagAt, payloadAt, realAt, tagAt, textAt } from "./arguments.ts";
import { rounded } from "./decimal-digits.ts";
import { COMPILE_OPTIONS, SOURCE_ID, SQLITE_VERSION } from "./version.ts";
import type { CallContext, ScalarFunction } from "./function.ts";

type Call = ScalarFunction["call"];

/** A deterministic function, fit for any schema, as most are. */
export function pure(
  name: string,
  minArguments: number,
  maxArguments: number,
  call: Call,
  more: Partial<ScalarFunction> = {},
): ScalarFunction {
  return { kind: "scalar", name, minArguments, maxArguments, deterministic: true, innocuous: true, call, ...more };
}

const NAMES = ["null", "integer", "real", "text", "blob"];
const MIN_INTEGER: bigint = -(2n ** 63n);
const varying = { deterministic: false } as const;
const inline = { inline: true } as const;

export const coreValueFunctions: readonly ScalarFunction[] = [
  pure("abs", 1, 1, abs),
  pure("changes", 0, 0, (context) => context.setInteger(context.environment.changes()), varying),
  pure("coalesce", 2, Infinity, coalesce, inline),
  pure("if", 2, Infinity, iif, inline),
  pure("ifnull", 2, 2, coalesce, inline),
  pure("iif", 2, Infinity, iif, inline),
  pure("last_insert_rowid", 0, 0, (context) => context.setInteger(context.environment.lastInsertRowid()), varying),
  pure("likelihood", 2, 2, itself, inline),
  pure("likely", 1, 1, itself, inline),
  pure("load_extension", 1, 2, refuseExtension, { deterministic: false, directOnly: true, innocuous: false }),
  pure("max", 1, Infinity, max, { needsCollation: true }),
  pure("min", 1, Infinity, min, { needsCollation: true }),
  pure("nullif", 2, 2, nullif, { needsCollation: true }),
  pure("random", 0, 0, random, varying),
  pure("randomblob", 1, 1, randomblob, varying),
  pure("round", 1, 2, round),
  pure("sign", 1, 1, sign),
  pure("sqlite_compileoption_get", 1, 1, compileoptionGet, varying),
  pure("sqlite_compileoption_used", 1, 1, compileoptionUsed, varying),
  pure("sqlite_log", 2, 2, (context) => context.setNull(), {
    deterministic: false,
    directOnly: true,
    innocuous: false,
  }),
  pure("sqlite_source_id", 0, 0, (context) => context.setText(SOURCE_ID), varying),
  pure("sqlite_version", 0, 0, (context) => context.setText(SQLITE_VERSION), varying),
  pure("subtype", 1, 1, (context) => context.setInteger(0), { subtype: true }),
  pure("total_changes", 0, 0, (context) => context.setInteger(context.environment.totalChanges()), varying),
  pure("typeof", 1, 1, (context, cells, at) => context.set(TEXT, NAMES[tagAt(cells, at)]!)),
  pure("unlikely", 1, 1, itself, inline),
  pure("zeroblob", 1, 1, zeroblob),
];

function itself(context: CallContext, cells: Cells, at: number): void {
  context.set(tagAt(cells, at), payloadAt(cells, at));
}

function abs(context: CallContext, cells: Cells, at: number): void {
  const tag = tagAt(cells, at);
  if (tag === INTEGER) {
    const value = payloadAt(cells, at) as number | bigint; // by its tag
    if (value === MIN_INTEGER) throw new SqliteError("SQLITE_ERROR", "integer overflow");
    context.set(INTEGER, value < 0 ? -value : value);
  } else if (tag === NULL) context.setNull();
  else context.setReal(Math.abs(realAt(cells, at, context.encoding)));
}

function coalesce(context: CallContext, cells: Cells, at: number, count: number): void {
  for (let i = at; i < at + count; i++) {
    if (cells.tags[i] !== NULL) return itself(context, cells, i);
  }
  context.setNull();
}

/** Conditions and values in turn, and at an odd end what else it is. */
function iif(context: CallContext, cells: Cells, at: number, count: number): void {
  let i = 0;
  for (; i + 1 < count; i += 2) {
    if (isTrue(context, cells, at + i)) return itself(context, cells, at + i + 1);
  }
  if (i < count) itself(context, cells, at + i);
  else context.setNull();
}

function isTrue(context: CallContext, cells: Cells, at: number): boolean {
  return cells.tags[at] !== NULL && realAt(cells, at, context.encoding) !== 0;
}

/** NULL with any NULL; of equal values the first is the largest. */
function max(context: CallContext, cells: Cells, at: number, count: number): void {
  let best = at;
  for (let i = at; i < at + count; i++) {
    if (cells.tags[i] === NULL) return context.setNull();
    if (compareAt(context, cells, best, i) < 0) best = i;
  }
  itself(context, cells, best);
}

/** NULL with any NULL; of equal values the last is the smallest. */
function min(context: CallContext, cells: Cells, at: number, count: number): void {
  let best = at;
  for (let i = at; i < at + count; i++) {
    if (cells.tags[i] === NULL) return context.setNull();
    if (compareAt(context, cells, best, i) >= 0) best = i;
  }
  itself(context, cells, best);
}

function compareAt(context: CallContext, cells: Cells, a: number, b: number): number {
  return compareValues(tagAt(cells, a), payloadAt(cells, a), tagAt(cells, b), payloadAt(cells, b), context.collation);
}

function nullif(context: CallContext, cells: Cells, at: number): void {
  if (compareAt(context, cells, at, at + 1) === 0) context.setNull();
  else itself(context, cells, at);
}

function random(context: CallContext): void {
  context.setInteger(narrowed(context.environment.random()));
}

function randomblob(context: CallContext, cells: Cells, at: number): void {
  const length = Math.max(1, countAt(cells, at, context.encoding));
  context.checkLength(length);
  context.setBlob(context.environment.randomBytes(length));
}

function zeroblob(context: CallContext, cells: Cells, at: number): void {
  const length = Math.max(0, countAt(cells, at, context.encoding));
  context.checkLength(length);
  context.setBlob(new Uint8Array(length));
}

function sign(context: CallContext, cells: Cells, at: number): void {
  const tag = numericTagAt(cells, at);
  if (tag !== INTEGER && tag !== REAL) return context.setNull();
  context.setInteger(Math.sign(realAt(cells, at, context.encoding)));
}

/** Beyond 2^52 there is no fraction left to round. */
const WHOLE_FROM: number = 2 ** 52;

function round(context: CallContext, cells: Cells, at: number, count: number): void {
  if (tagAt(cells, at) === NULL || (count === 2 && tagAt(cells, at + 1) === NULL)) return context.setNull();
  const digits = count === 2 ? Math.min(30, Math.max(0, countAt(cells, at + 1, context.encoding))) : 0;
  const value = realAt(cells, at, context.encoding);
  if (value < -WHOLE_FROM || value > WHOLE_FROM) context.setReal(value);
  else if (digits === 0) context.setReal(Math.trunc(value + (value < 0 ? -0.5 : 0.5)) + 0);
  else context.setReal(rounded(value, digits));
}

function refuseExtension(): void {
  throw new SqliteError("SQLITE_ERROR", "not authorized");
}

/** What MATCH calls where no virtual table answers it; programs may have their own. */
export const matchFunction: ScalarFunction = pure(
  "match",
  2,
  2,
  () => {
    throw new SqliteError("SQLITE_ERROR", "unable to use function MATCH in the requested context");
  },
  { deterministic: false, innocuous: false },
);

function compileoptionGet(context: CallContext, cells: Cells, at: number): void {
  const option = COMPILE_OPTIONS[countAt(cells, at, context.encoding)];
  if (option === undefined) context.setNull();
  else context.setText(option);
}

function compileoptionUsed(context: CallContext, cells: Cells, at: number): void {
  if (tagAt(cells, at) === NULL) return context.setNull();
  const asked = String(textAt(cells, at, context.encoding))
    .toUpperCase()
    .replace(/^SQLITE_/, "");
  const isUsed = COMPILE_OPTIONS.some(
    (option) => option.startsWith(asked) && !/^[A-Z0-9_$]/.test(option.slice(asked.length)),
  );
  context.setInteger(isUsed ? 1 : 0);
}
