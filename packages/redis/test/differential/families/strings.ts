/** Random commands on strings. */
import type { Draw } from "../draw.ts";
import { FAR_SECONDS } from "./values.ts";

const KEYS = ["a", "b", "c", "d", "l0", "\xff\x00\r\n", ""];
const VALUES = [
  "",
  "0",
  "1",
  "-1",
  "10",
  "x",
  "hello world",
  "3.0",
  "1e3",
  "-0",
  "007",
  "9223372036854775807",
  "-9223372036854775808",
  "9007199254740993",
  "\x00\xff\r\n$5",
  "a".repeat(44),
  "b".repeat(45),
  "z".repeat(20_000),
  " 1",
  "inf",
  "nan",
  "0x10",
];
const NUMBERS = [
  "0",
  "1",
  "-1",
  "2",
  "5",
  "-5",
  "100",
  "-100",
  "9223372036854775807",
  "-9223372036854775808",
  "9223372036854775808",
  "x",
  "1.5",
  "",
  "4294967296",
  "9007199254740992",
];
const FLOATS = [
  "0",
  "1",
  "-1",
  "0.1",
  "0.2",
  "3.0e3",
  "1e-5",
  "-2.5",
  "1e17",
  "x",
  "",
  "inf",
  "1e400",
  "0.30000000000000004",
  "123456789.123456789",
];
const WORDS = ["NX", "XX", "GT", "LT", "GET", "KEEPTTL", "EX", "nx", "FOO", "PERSIST", ""];

export function stringCommand(draw: Draw): string[] {
  const of = (choices: readonly string[]): string => choices[draw(choices.length)]!;
  const key = (): string => of(KEYS);
  const value = (): string => of(VALUES);
  const number = (): string => of(NUMBERS);
  const maybe = (percent: number, ...words: string[]): string[] => (draw(100) < percent ? words : []);
  const expiry = (): string[] => maybe(30, of(["EX", "PX", "ex"]), of(FAR_SECONDS));
  const shapes: readonly (() => string[])[] = [
    () => ["SET", key(), value()],
    () => ["SET", key(), value()],
    () => ["SET", key(), value(), ...expiry(), ...maybe(30, of(WORDS)), ...maybe(20, of(WORDS))],
    () => ["GET", key()],
    () => ["GET", key()],
    () => ["SETNX", key(), value()],
    () => ["SETEX", key(), of(FAR_SECONDS), value()],
    () => ["PSETEX", key(), of(FAR_SECONDS), value()],
    () => ["GETSET", key(), value()],
    () => ["GETDEL", key()],
    () => ["GETEX", key(), ...expiry(), ...maybe(20, of(WORDS))],
    () => ["MGET", key(), key(), key()],
    () => ["MSET", key(), value(), key(), value()],
    () => ["MSET", key(), value(), key()],
    () => ["MSETNX", key(), value(), key(), value()],
    () => ["INCR", key()],
    () => ["DECR", key()],
    () => ["INCRBY", key(), number()],
    () => ["DECRBY", key(), number()],
    () => ["INCRBYFLOAT", key(), of(FLOATS)],
    () => ["INCRBYFLOAT", "float", of(FLOATS)],
    () => ["INCRBYFLOAT", "float", "9007199254740993"],
    () => ["OBJECT", "ENCODING", "float"],
    () => ["APPEND", key(), value()],
    () => ["STRLEN", key()],
    () => ["SETRANGE", key(), of(["0", "1", "5", "30", "-1", "x", "536870912"]), value()],
    () => ["GETRANGE", key(), number(), number()],
    () => ["SUBSTR", key(), number(), number()],
    () => [
      "LCS",
      of(["a", "b", "c"]),
      of(["a", "b", "d"]),
      ...maybe(30, "IDX"),
      ...maybe(20, "LEN"),
      ...maybe(20, "WITHMATCHLEN"),
      ...maybe(20, "MINMATCHLEN", number()),
    ],
  ];
  return shapes[draw(shapes.length)]!();
}
