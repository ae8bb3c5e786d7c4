/** Calls of the functions that have a language of their own: patterns, formats, dates and modifiers, at random, many of them nearly right. */
import { randomArgument, randomRaw, randomReal, randomText } from "./arguments.ts";
import type { Argument } from "./calls.ts";

type Below = (bound: number) => number;

export interface GeneratedCall {
  readonly name: string;
  readonly values: readonly Argument[];
}

const pick = <T>(below: Below, list: readonly T[]): T => list[below(list.length)]!;

function repeated(below: Below, most: number, make: () => string): string {
  let text = "";
  for (let count = below(most + 1); count > 0; count--) text += make();
  return text;
}

const LIKE_PARTS = [
  "%",
  "%",
  "_",
  "a",
  "b",
  "A",
  "B",
  "é",
  "É",
  "漢",
  "\u{1F600}",
  "\\",
  "x",
  "ab",
  "K",
  "\u212A",
  "\uFFFD",
  "\u0000",
];
const GLOB_PARTS = [
  "*",
  "*",
  "?",
  "a",
  "b",
  "[ab]",
  "[^a]",
  "[a-c]",
  "[]a]",
  "[^]-]",
  "[a",
  "]",
  "[é-漢]",
  "[!-~]",
  "-",
  "[a-]",
  "[\uFFFD]",
  "\u{1F600}",
];
const SUBJECT_PARTS = [
  "a",
  "b",
  "A",
  "B",
  "é",
  "É",
  "漢",
  "\u{1F600}",
  "%",
  "_",
  "\\",
  "x",
  "k",
  "\u212A",
  "]",
  "[",
  "-",
  "*",
  "?",
  "ab",
  "\uFFFE",
  "\uFFFD",
];

export function likeCall(below: Below): GeneratedCall {
  const name = pick(below, ["like", "glob"]);
  const parts = name === "like" ? LIKE_PARTS : GLOB_PARTS;
  const pattern = repeated(below, 6, () => pick(below, parts));
  const text = repeated(below, 9, () => pick(below, SUBJECT_PARTS));
  const values: Argument[] = [
    below(12) === 0 ? randomRaw(below) : below(20) === 0 ? randomArgument(below) : pattern,
    below(6) === 0 ? randomRaw(below) : below(20) === 0 ? randomArgument(below) : text,
  ];
  if (name === "like" && below(3) === 0)
    values.push(
      below(8) === 0 ? randomArgument(below) : pick(below, ["\\", "a", "A", "%", "_", "é", "\u{1F600}", "x"]),
    );
  return { name, values };
}

export function printfCall(below: Below): GeneratedCall {
  let format = "";
  const values: Argument[] = [];
  const count = 1 + below(3);
  for (let i = 0; i < count; i++) {
    format += repeated(below, 2, () => pick(below, ["x", "é", " ", "%%"]));
    const letter = pick(below, [..."ddiuxXorpcsszqQwfeEgGfffgggn%", ...(below(20) === 0 ? [..."TSDk1.\u0000"] : [])]);
    const flags = repeated(below, 3, () => pick(below, [..."-+ #!0,"]));
    const width = below(2) === 0 ? "" : below(8) === 0 ? "*" : String(below(below(5) === 0 ? 120 : 14));
    const precision =
      below(2) === 0 ? "" : `.${below(8) === 0 ? "*" : below(10) === 0 ? "" : String(below(below(5) === 0 ? 60 : 12))}`;
    format += `%${flags}${width}${precision}${pick(below, ["", "", "", "l", "ll"])}${letter}`;
    for (const star of [width, precision]) if (star.endsWith("*")) values.push(BigInt(below(50) - 20));
    // Arguments out of step would be widths of gigabytes.
    if (letter !== "%" && letter !== "n") values.push(printfArgument(below, letter));
  }
  if (below(15) === 0) values.pop();
  return { name: pick(below, ["printf", "format"]), values: [format, ...values] };
}

function printfArgument(below: Below, letter: string): Argument {
  if (below(8) === 0) return randomArgument(below);
  if ("diuxXorp".includes(letter))
    return below(3) === 0
      ? BigInt(below(200) - 100)
      : BigInt.asIntN(64, (BigInt(below(2 ** 32)) << BigInt(below(40))) * (below(2) === 0 ? 1n : -1n));
  if ("feEgG".includes(letter))
    return below(4) === 0 ? below(1000) / pick(below, [1, 2, 4, 8, 10, 100, 1000]) : randomReal(below);
  return randomText(below, below(7));
}

const two = (below: Below, most: number): string => String(below(most + 1)).padStart(2, "0");

function zone(below: Below): string {
  if (below(3) !== 0) return "";
  return pick(below, ["Z", "z", " Z ", "+00:00", " +02:30", "-14:00", "+14:59", "-15:00", "+1:00", " "]);
}

function time(below: Below): string {
  const seconds = below(3) === 0 ? "" : `:${two(below, 60)}`;
  const fraction =
    seconds === "" || below(2) === 0 ? "" : `.${String(below(10 ** (1 + below(6)))).padStart(1 + below(4), "0")}`;
  return `${two(below, 24)}:${two(below, 60)}${seconds}${fraction}${zone(below)}`;
}

function date(below: Below): string {
  const year = pick(below, [2000, 1999, 2024, 2023, 1970, 1900, 0, 9999, 2038, 1, 4, 100, below(10_000)]);
  return `${below(12) === 0 ? "-" : ""}${String(below(30) === 0 ? year % 4714 : year).padStart(4, "0")}-${two(below, 13)}-${two(below, 32)}`;
}

function moment(below: Below): Argument {
  switch (below(10)) {
    case 0:
      return randomArgument(below);
    case 1:
      return below(5_373_485) + below(1000) / 1000;
    case 2:
      return pick(below, [-1n, 0n, 1n]) * BigInt(below(2 ** 31)) * pick(below, [1n, 10n, 100n, 1000n]);
    case 3:
      return String(below(5_400_000) / pick(below, [1, 2, 10, 1000]));
    case 4:
      return time(below);
    case 5:
      return date(below);
    default:
      return `${date(below)}${pick(below, [" ", "T", "  ", " T ", "t"])}${time(below)}`;
  }
}

function modifier(below: Below): Argument {
  const sign = pick(below, ["", "+", "-", "+", "-"]);
  switch (below(9)) {
    case 0:
      return pick(below, [
        "start of day",
        "start of month",
        "start of year",
        "START OF DAY",
        "start of week",
        "start of  day",
        "auto",
        "AUTO",
        "julianday",
        "unixepoch",
      ]);
    case 1:
      return pick(below, ["utc", "UTC", "localtime", "subsec", "subsecond", "floor", "ceiling", "Ceiling", "now", ""]);
    case 2:
      return `weekday ${pick(below, ["0", "1", "2", "3", "4", "5", "6", "7", "1.0", "2.5", "-1", " 3", "x"])}`;
    case 3:
      return `${sign}${time(below)}`;
    case 4:
      return `${sign}${String(below(below(3) === 0 ? 20_000 : 100)).padStart(4, "0")}-${two(below, 12)}-${two(below, 31)}${below(2) === 0 ? "" : ` ${time(below)}`}`;
    case 5:
      return randomArgument(below);
    default: {
      const size = pick(below, [10, 100, 1000, 100_000, 10_000_000]);
      const number = below(2) === 0 ? String(below(size)) : String(below(size) / pick(below, [2, 4, 10, 1000]));
      const unit = pick(below, [
        "second",
        "minute",
        "hour",
        "day",
        "month",
        "year",
        "days",
        "Months",
        "YEARS",
        "seconds",
        "week",
        "mo",
        "dayss",
      ]);
      return `${sign}${number}${pick(below, [" ", " ", "  ", ""])}${unit}`;
    }
  }
}

const FORMATS = [..."defFgGHIjJklmMpPRsSTuUVwWY%"].map((letter) => `%${letter}`);

export function datetimeCall(below: Below): GeneratedCall {
  const name = pick(below, [
    "date",
    "time",
    "datetime",
    "julianday",
    "unixepoch",
    "strftime",
    "strftime",
    "strftime",
    "timediff",
  ]);
  if (name === "timediff") return { name, values: [moment(below), moment(below)] };
  const values = [moment(below), ...Array.from({ length: pick(below, [0, 0, 1, 1, 2, 3]) }, () => modifier(below))];
  if (name !== "strftime") return { name, values };
  const format = repeated(below, 4, () =>
    below(12) === 0 ? pick(below, ["%q", "%", "é", "%E", "\u0000"]) : `${pick(below, FORMATS)} `,
  );
  return { name, values: [format, ...values] };
}

const PIECES = ["a", "b", "ab", "é", "漢", "\u{1F600}", "\u{1F601}", " ", "'", "\u0000", "\u0001", "\uFFFF"];
const ESCAPES = [
  "\\0041",
  "\\u00e9",
  "\\+01F600",
  "\\U0001F601",
  "\\\\",
  "\\D800",
  "\\uDC00",
  "\\U00110000",
  "\\UFFFFFFFF",
  "é",
  "a",
];
const HEX_DIGITS = ["41", "fF", "0", " ", "-", "é", "00"];

/** Texts and what may be in them. */
export function textCall(below: Below): GeneratedCall {
  const text = (most: number): Argument =>
    below(4) === 0 ? randomRaw(below) : repeated(below, most, () => pick(below, PIECES));
  const name = pick(below, [
    "instr",
    "replace",
    "trim",
    "ltrim",
    "rtrim",
    "substr",
    "unistr",
    "unhex",
    "unistr_quote",
    "length",
  ]);
  switch (name) {
    case "instr":
      return { name, values: [text(8), text(2)] };
    case "replace":
      return { name, values: [text(8), text(1), text(2)] };
    case "substr": {
      const place = (): bigint => BigInt(below(16) - 8);
      return { name, values: below(2) === 0 ? [text(8), place()] : [text(8), place(), place()] };
    }
    case "unistr": {
      const wrong = below(8) === 0 ? pick(below, ["\\x", "\\004", "\\", "\\+0041"]) : "";
      return { name, values: [repeated(below, 4, () => pick(below, ESCAPES)) + wrong] };
    }
    case "unhex": {
      const digits = repeated(below, 5, () => pick(below, HEX_DIGITS));
      return { name, values: below(2) === 0 ? [digits] : [digits, pick(below, [" ", "- é", "é-", "", "4"])] };
    }
    case "length":
    case "unistr_quote":
      return { name, values: [text(8)] };
    default:
      return { name, values: below(4) === 0 ? [text(6)] : [text(6), text(2)] };
  }
}
