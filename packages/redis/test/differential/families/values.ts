/** Keys, elements and numbers: mostly sensible, some odd. Few keys, so that commands meet. */
import { chance, type Draw, oneOf, some } from "../draw.ts";

export const KINDS = ["l", "h", "s", "z"] as const;

/** A key for values of `kind`; now and then one that holds something else, or nothing. */
export function keyOf(draw: Draw, kind: (typeof KINDS)[number]): string {
  if (chance(draw, 3)) return oneOf(draw, ["str", "missing", `${oneOf(draw, KINDS)}0`]);
  return `${kind}${draw(4)}`;
}

const INTEGERS = ["0", "1", "-1", "2", "3", "-3", "5", "10", "-10", "100"];
const ODD_NUMBERS = ["x", "", "1.5", "-0", "01", "9223372036854775807", "-9223372036854775808", "9223372036854775808"];

export function integer(draw: Draw): string {
  return chance(draw, 3) ? oneOf(draw, ODD_NUMBERS) : oneOf(draw, INTEGERS);
}

export function count(draw: Draw): string {
  return chance(draw, 6) ? integer(draw) : String(1 + draw(4));
}

const WORDS = [
  "a",
  "b",
  "c",
  "d",
  "e",
  "aa",
  "ab",
  "B",
  "",
  "__proto__",
  "\u00ff\u0000\u0001",
  "w".repeat(64),
  "w".repeat(65),
];

export function element(draw: Draw): string {
  const kind = draw(10);
  if (kind < 5) return oneOf(draw, WORDS);
  if (kind < 9) return String(draw(40) - 10);
  return oneOf(draw, ["9223372036854775807", "-9223372036854775808", "007", "3.5", "1e3", "x".repeat(200)]);
}

/** Of a blocking command: short. */
export function timeout(draw: Draw): string {
  return chance(draw, 10) ? oneOf(draw, ["x", "-1", "nan", ""]) : "0.001";
}

/** `numkeys key…`; seldom with a wrong number. */
export function counted(draw: Draw, kind: (typeof KINDS)[number]): string[] {
  const keys = some(draw, 3, () => [keyOf(draw, kind)]);
  return [chance(draw, 4) ? integer(draw) : String(keys.length), ...keys];
}

/** Far from now, so that the answer does not depend on the moment. */
export const FAR_SECONDS: readonly string[] = ["100", "100000", "0", "-1", "x", "9223372036854775807", "1.5"];

const ALL_KEYS: readonly string[] = [
  ...["a", "b", "c", "d", "n", "str", "missing", "", "\u00ff\u0000\r\n"],
  ...KINDS.flatMap((kind) => [`${kind}0`, `${kind}1`, `${kind}2`]),
  ...["x0", "x1", "g0", "p0", "p1", "flat0", "w_1"],
];

/** A key of any type. */
export function anyKey(draw: Draw): string {
  return oneOf(draw, ALL_KEYS);
}

/** A key of any type that may be overwritten with any: not those whose members must have equal scores. */
export function anyTarget(draw: Draw): string {
  return oneOf(draw, ["a", "b", "c", "n", "missing", "l0", "h1", "s2", "z3", "x2", "p3", "g3"]);
}
