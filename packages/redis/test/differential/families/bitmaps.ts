/** Random commands on bits and bit fields. */
import { cased, chance, type Draw, mangled, oneOf, options, some } from "../draw.ts";

const KEYS = ["a", "b", "c", "n", "str", "missing", "h0"];
const VALUES = [
  "",
  "\u00ff\u00f0\u0000",
  "\u0000\u0000\u0000",
  "\u00ff\u00ff\u00ff",
  "foobar",
  "12",
  "-9223372036854775808",
];

function offset(draw: Draw): string {
  if (chance(draw, 5)) return oneOf(draw, ["x", "-1", "", "4294967296", "9223372036854775807", "1.5", "#1"]);
  return String(draw(200));
}

function position(draw: Draw): string {
  if (chance(draw, 4)) return oneOf(draw, ["x", "9223372036854775807", "-9223372036854775808", ""]);
  return String(draw(60) - 30);
}

function type(draw: Draw): string {
  if (chance(draw, 4)) return oneOf(draw, ["u64", "i65", "u0", "x8", "u", "i08", "U8"]);
  return oneOf(draw, [
    "u1",
    "i1",
    "u8",
    "i8",
    "i5",
    "u31",
    "i32",
    "u32",
    "u33",
    "i48",
    "u53",
    "u63",
    "i63",
    "i64",
    "i64",
  ]);
}

function value(draw: Draw): string {
  return oneOf(draw, [
    "0",
    "1",
    "-1",
    "100",
    "-128",
    "255",
    "2147483648",
    "9223372036854775807",
    "-9223372036854775808",
    "4611686018427387904",
    "x",
  ]);
}

export function bitmapCommand(draw: Draw): string[] {
  const key = oneOf(draw, KEYS);
  const fieldOffset = (): string => (chance(draw, 25) ? `#${draw(8)}` : offset(draw));
  const range = (unit: boolean): string[] =>
    chance(draw, 25)
      ? []
      : [
          position(draw),
          ...options(draw, [[position(draw)]], 90),
          ...(unit && chance(draw, 40) ? [cased(draw, oneOf(draw, ["BIT", "BYTE"]))] : []),
        ];
  const field = (): string[] =>
    oneOf(draw, [
      ["GET", type(draw), fieldOffset()],
      [cased(draw, "SET"), type(draw), fieldOffset(), value(draw)],
      ["INCRBY", type(draw), fieldOffset(), value(draw)],
      ["OVERFLOW", cased(draw, oneOf(draw, ["WRAP", "SAT", "FAIL"]))],
    ]);
  const makers: (() => string[])[] = [
    () => ["SETBIT", key, offset(draw), chance(draw, 4) ? oneOf(draw, ["2", "x", "-1"]) : String(draw(2))],
    () => ["SETBIT", key, offset(draw), "1"],
    () => ["GETBIT", key, offset(draw)],
    () => ["BITCOUNT", key, ...range(true)],
    () => ["BITPOS", key, chance(draw, 4) ? oneOf(draw, ["2", "x"]) : String(draw(2)), ...range(true)],
    () => [
      "BITOP",
      cased(draw, oneOf(draw, ["AND", "OR", "XOR", "NOT"])),
      oneOf(draw, KEYS.slice(0, 4)),
      ...some(draw, 3, () => [oneOf(draw, KEYS)]),
    ],
    () => ["BITFIELD", key, ...some(draw, 4, field)],
    () => ["BITFIELD", key, ...some(draw, 4, field)],
    () => ["BITFIELD_RO", key, ...some(draw, 2, () => ["GET", type(draw), fieldOffset()])],
    () => ["BITFIELD_RO", key, ...field()],
    () => ["GET", key],
    () => ["SET", oneOf(draw, KEYS.slice(0, 4)), oneOf(draw, VALUES)],
    () => ["OBJECT", "ENCODING", key],
    () => ["DEL", oneOf(draw, KEYS.slice(0, 4))],
  ];
  return mangled(draw, oneOf(draw, makers)(), ["x", "BIT", "1"]);
}
