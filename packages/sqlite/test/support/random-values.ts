/** Values of every storage class, at the edges of their forms. */
import type { SqlValue } from "../../src/values/value.ts";

const INTEGERS: readonly (number | bigint)[] = [
  0,
  1,
  -1,
  2,
  127,
  128,
  -128,
  -129,
  32_767,
  32_768,
  -32_768,
  -32_769,
  8_388_607,
  8_388_608,
  -8_388_608,
  -8_388_609,
  2_147_483_647,
  2_147_483_648,
  -2_147_483_648,
  -2_147_483_649,
  2 ** 47 - 1,
  2 ** 47,
  -(2 ** 47),
  -(2 ** 47) - 1,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  2n ** 53n,
  -(2n ** 53n),
  2n ** 62n + 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];
const REALS: readonly number[] = [
  0.5,
  -0.5,
  1.5,
  2 ** 53 + 0,
  1e15,
  1e16,
  1e300,
  -1e-300,
  Number.MAX_VALUE,
  Number.MIN_VALUE,
  0.1,
  1 / 3,
  Infinity,
  -Infinity,
];
const TEXTS: readonly string[] = [
  "",
  "a",
  "A",
  "b",
  "ab",
  "a ",
  "a  ",
  "é",
  "É",
  "漢字",
  "\u{1F600}",
  "\uE000",
  "\uFFFD",
  "a\u0000b",
  "x".repeat(23),
  "x".repeat(24),
  "x".repeat(25),
  "ü".repeat(200),
  "z".repeat(3000),
  "\uFEFFa",
];
const BLOBS: readonly string[] = ["", "00", "ff", "00ff", "61", "6100", "ff".repeat(300)];

export function randomValue(below: (bound: number) => number): SqlValue {
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  switch (below(7)) {
    case 0:
      return null;
    case 1:
      return pick(INTEGERS);
    case 2:
      return below(2 ** 31) - 2 ** 30;
    case 3:
      return pick(REALS);
    case 4:
      return pick(TEXTS);
    case 5:
      return below(1_000).toString(36);
    default:
      return new Uint8Array(Buffer.from(pick(BLOBS), "hex"));
  }
}
