/** Arguments at random: edges of every storage class, and for what a function looks at, things that it may find. */
import { type Argument, RawBytes } from "./calls.ts";

type Below = (bound: number) => number;

const INTEGERS: readonly bigint[] = [
  ...[0n, 1n, -1n, 2n, -2n, 3n, 5n, 7n, 10n, 29n, 30n, 31n, 100n, 255n, -128n, 1_000_000n],
  ...[2n ** 31n - 1n, 2n ** 31n, -(2n ** 31n), 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, -(2n ** 53n)],
  ...[2n ** 63n - 1n, -(2n ** 63n), 2n ** 62n, -(2n ** 63n) + 1n],
];
const REALS: readonly number[] = [
  ...[0, -0, 0.5, -0.5, 1.5, 2.5, -2.5, 1, -1, 2, 3.7, -3.7, 0.1, 1 / 3, 1e15, 1e16, 123456.789, 0.045, 1.005, 2.675],
  ...[
    1e300,
    -1e-300,
    5e-324,
    1.7976931348623157e308,
    Infinity,
    -Infinity,
    2 ** 52,
    2 ** 53,
    2 ** 63,
    -(2 ** 63),
    9.999999999,
  ],
];
const TEXTS: readonly string[] = [
  ...[
    "",
    " ",
    "a",
    "A",
    "abc",
    "ABC",
    "aBcD",
    "  pad  ",
    "xxabcxx",
    "hello world",
    "a,b,c",
    "0",
    "12",
    "-5",
    "1.5",
    "1e3",
    "12abc",
  ],
  ...[
    "é",
    "Éa",
    "漢字かな",
    "\u{1F600}x\u{1F601}",
    "a\u0000b",
    "\u0000",
    "'q'",
    '"w"',
    "\\",
    "\uFFFD",
    "\uFFFF",
    "\uFEFFa",
  ],
  ...[
    "0x10",
    " 7 ",
    "9223372036854775807",
    "9223372036854775808",
    "41",
    "4a4B",
    "zz",
    "41 42",
    "x".repeat(70),
    "ü".repeat(40),
  ],
];
const RAW: readonly string[] = [
  "ff",
  "80",
  "c3",
  "61ff62",
  "c3a9",
  "e6bc",
  "6180",
  "c0af",
  "eda080",
  "f8888080",
  "41c3c3a9",
  "00ff",
  "efbfbf",
  "f4908080",
];

export function randomArgument(below: Below): Argument {
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  switch (below(10)) {
    case 0:
      return below(3) === 0 ? null : pick(INTEGERS);
    case 1:
      return pick(INTEGERS);
    case 2:
      return BigInt(below(40) - 20);
    case 3:
      return pick(REALS);
    case 4:
      return randomReal(below);
    case 5:
    case 6:
      return pick(TEXTS);
    case 7:
      return randomText(below, below(8));
    case 8:
      return below(2) === 0 ? new RawBytes(bytesOf(pick(RAW))) : randomRaw(below);
    default:
      return below(3) === 0 ? bytesOf(pick(RAW)) : new TextEncoder().encode(pick(TEXTS));
  }
}

/** Of any size. */
export function randomReal(below: Below): number {
  const sign = below(2) === 0 ? 1 : -1;
  switch (below(4)) {
    case 0:
      return (sign * below(2 ** 31)) / 10 ** below(12);
    case 1:
      return sign * (below(1000) / 100);
    case 2:
      return (sign * below(10 ** 9)) / 10 ** below(10) + below(1000) * 0.5;
    default:
      return sign * (below(2 ** 31) / 2 ** 31 + 0.5) * 10 ** (below(600) - 300);
  }
}

const LETTERS = [..."abAB%_*?[]^-\\é漢\u{1F600} .x0'\"", "ab", "\u0001", "\n"];

export function randomText(below: Below, length: number): string {
  let text = "";
  for (let i = 0; i < length; i++) text += LETTERS[below(LETTERS.length)]!;
  return text;
}

const BYTES = [
  0x61, 0x41, 0x25, 0x5f, 0x80, 0xbf, 0xc3, 0xa9, 0xe6, 0xbc, 0xa2, 0xf0, 0x9f, 0x98, 0x80, 0xff, 0xc0, 0x00,
];

export function randomRaw(below: Below): RawBytes {
  return new RawBytes(Uint8Array.from({ length: below(8) }, () => BYTES[below(BYTES.length)]!));
}

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}
