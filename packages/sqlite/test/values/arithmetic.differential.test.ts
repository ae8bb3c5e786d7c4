/** Every operator on values of every kind, here and in the original. */
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, test } from "vitest";
import {
  arithmetic,
  type ArithmeticOperator,
  bitwise,
  type BitOperator,
  concatenate,
  invert,
  negate,
} from "../../src/values/arithmetic.ts";
import { type Cells, INTEGER, RawText, type SqlValue } from "../../src/values/value.ts";
import { cellsOf } from "../support/cells.ts";
import { randomBelow } from "../support/random-below.ts";
import { randomValue } from "../support/random-values.ts";

const original = new DatabaseSync(":memory:");
afterAll(() => original.close());

const TYPES = ["null", "integer", "real", "text", "blob"];
const TEXTS = [
  "12",
  "1.5",
  "12abc",
  "1.5x",
  "abc",
  "",
  " 7 ",
  "9223372036854775807",
  "9223372036854775808",
  "1e3",
  "-3",
];

function ask(expression: string, values: readonly SqlValue[]): { type: string; value: unknown } {
  const statement = original.prepare(`SELECT typeof(${expression}) AS type, ${expression} AS value`);
  statement.setReadBigInts(true);
  const bound = values.map((value) =>
    typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value,
  );
  const row = statement.get(...bound)!;
  return { type: String(row["type"]), value: row["value"] };
}

function described(cells: Cells): { type: string; value: unknown } {
  const tag = cells.tags[2]!;
  const payload = cells.payloads[2]!;
  if (payload instanceof RawText) return { type: TYPES[tag]!, value: Buffer.from(payload.bytes).toString() };
  return { type: TYPES[tag]!, value: tag === INTEGER ? BigInt(payload as number | bigint) : payload };
}

function pairs(seed: number, count: number): [SqlValue, SqlValue][] {
  const below = randomBelow(seed);
  const value = (): SqlValue => {
    const kind = below(4);
    if (kind === 0) return TEXTS[below(TEXTS.length)]!;
    return kind === 1 ? below(140) - 70 : randomValue(below);
  };
  return Array.from({ length: count }, () => [value(), value()]);
}

function shown(values: readonly SqlValue[]): string {
  return values.map((value) => `${typeof value} ${String(value).slice(0, 40)}`).join(", ");
}

test.each(["+", "-", "*", "/", "%"] as const)("a %s b", (operator: ArithmeticOperator) => {
  for (const pair of pairs(operator.charCodeAt(0), 1_500)) {
    const cells = cellsOf([...pair, null]);
    arithmetic(operator, cells, 0, 1, 2, "utf8");
    expect(described(cells), shown(pair)).toEqual(ask(`?1 ${operator} ?2`, pair));
  }
});

test.each(["&", "|", "<<", ">>"] as const)("a %s b", (operator: BitOperator) => {
  for (const pair of pairs(operator.length * 7 + operator.charCodeAt(0), 1_500)) {
    const cells = cellsOf([...pair, null]);
    bitwise(operator, cells, 0, 1, 2, "utf8");
    expect(described(cells), shown(pair)).toEqual(ask(`?1 ${operator} ?2`, pair));
  }
});

test("a || b", () => {
  for (const pair of pairs(77, 1_500)) {
    const cells = cellsOf([...pair, null]);
    concatenate(cells, 0, 1, 2, "utf8");
    expect(described(cells), shown(pair)).toEqual(ask("?1 || ?2", pair));
  }
});

test("-a and ~a", () => {
  for (const [value] of pairs(5, 1_500)) {
    const negated = cellsOf([value, null, null]);
    negate(negated, 0, 2, "utf8");
    expect(described(negated), shown([value])).toEqual(ask("-?1", [value]));
    const inverted = cellsOf([value, null, null]);
    invert(inverted, 0, 2, "utf8");
    expect(described(inverted), shown([value])).toEqual(ask("~?1", [value]));
  }
});
