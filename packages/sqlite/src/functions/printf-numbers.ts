/** Numbers as printf writes them. */
import { decimalDigits, type DecimalDigits } from "./decimal-digits.ts";

export interface NumberStyle {
  readonly width: number;
  /** -1: none was given. */
  readonly precision: number;
  /** `-` */
  readonly isLeft: boolean;
  /** What stands before a number that is not negative: `+`, a space or nothing. */
  readonly sign: string;
  /** `#` */
  readonly alternate: boolean;
  /** `!` */
  readonly exclamation: boolean;
  /** `0` */
  readonly zeros: boolean;
  /** `,` */
  readonly commas: boolean;
}

/** No longer than so; more would be zeros. */
export const MAX_PRECISION = 100_000_000;
/** Digits that are looked at without `!` and with it. */
const DIGITS = 16;
const MORE_DIGITS = 26;

/** By `d`, `i`, `u`, `x`, `X`, `o`, `p` or `r`, with the zeros that the width asks for, not the spaces. */
export function printInteger(value: bigint, letter: string, style: NumberStyle): string {
  const isSigned = letter === "d" || letter === "i" || letter === "r";
  const magnitude = isSigned ? (value < 0n ? -value : value) : BigInt.asUintN(64, value);
  const sign = !isSigned ? "" : value < 0n ? "-" : style.sign;
  const suffix = letter === "r" ? ordinalSuffix(magnitude) : "";
  const base = letter === "o" ? 8 : letter === "x" || letter === "X" || letter === "p" ? 16 : 10;
  let digits = magnitude.toString(base);
  if (letter === "X" || letter === "p") digits = digits.toUpperCase();
  const places = style.zeros ? Math.max(style.precision, style.width - sign.length) : style.precision;
  digits = digits.padStart(places - suffix.length, "0") + suffix;
  if (style.commas && (letter === "d" || letter === "i" || letter === "u")) digits = withCommas(digits);
  return sign + (style.alternate && magnitude !== 0n ? (BASE_PREFIX[letter] ?? "") : "") + digits;
}

const BASE_PREFIX: Readonly<Record<string, string>> = { o: "0", x: "0x", X: "0X", p: "0x" };

function ordinalSuffix(magnitude: bigint): string {
  const last = Number(magnitude % 100n);
  if (last >= 10 && last < 20) return "th";
  return ["th", "st", "nd", "rd"][last % 10] ?? "th";
}

/** Between groups of three digits from the end. */
function withCommas(digits: string): string {
  const first = digits.length % 3 || 3;
  const groups = [digits.slice(0, first)];
  for (let at = first; at < digits.length; at += 3) groups.push(digits.slice(at, at + 3));
  return groups.join(",");
}

/** By `f`, `e`, `E`, `g` or `G`, with the zeros that the width asks for, not the spaces. */
export function printReal(value: number, letter: string, style: NumberStyle): string {
  let precision = Math.min(style.precision < 0 ? 6 : style.precision, MAX_PRECISION);
  const isGeneral = letter === "g" || letter === "G";
  if (isGeneral && precision === 0) precision = 1;
  const round = letter === "f" ? -precision : isGeneral ? precision : precision + 1;
  const magnitude = Math.abs(value);
  let sign = value < 0 ? "-" : style.sign;
  if (magnitude === Infinity && !style.zeros) return `${sign}Inf`;
  // With zeros, infinity is a number too, of a thousand digits.
  const decimal: DecimalDigits =
    magnitude === Infinity
      ? { digits: "9", point: 1000 }
      : decimalDigits(magnitude, round, style.exclamation ? MORE_DIGITS : DIGITS);
  // What shows as zero hides its sign, when it is asked to.
  if (style.alternate && style.sign === "" && letter === "f" && decimal.point <= round) sign = "";
  const exponent = decimal.point - 1;
  let isExponential = letter === "e" || letter === "E";
  let dropsZeros = style.exclamation;
  if (isGeneral) {
    dropsZeros = !style.alternate;
    precision -= 1;
    isExponential = exponent < -4 || exponent > precision;
    if (!isExponential) precision -= exponent;
  }
  let text = layOut(decimal.digits, isExponential ? 1 : decimal.point, precision, dropsZeros, style);
  if (isExponential) {
    const mark = letter === "e" || letter === "g" ? "e" : "E";
    text += `${mark}${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  if (style.zeros && !style.isLeft) text = text.padStart(style.width - sign.length, "0");
  return sign + text;
}

/** `precision` digits behind the point, or as many as there are; `!` and `#` keep the point, `!` a zero behind it. */
function layOut(digits: string, point: number, precision: number, dropsZeros: boolean, style: NumberStyle): string {
  let whole = point > 0 ? digits.slice(0, point).padEnd(point, "0") : "0";
  if (style.commas) whole = withCommas(whole);
  if (precision <= 0 && !style.alternate && !style.exclamation) return whole;
  const places = Math.max(0, precision);
  const zeros = Math.min(places, Math.max(0, -point));
  const significant = digits.slice(Math.max(0, point), Math.max(0, point) + places - zeros);
  if (!dropsZeros) return `${whole}.${("0".repeat(zeros) + significant).padEnd(places, "0")}`;
  const fraction = significant.replace(/0+$/, "");
  if (fraction !== "") return `${whole}.${"0".repeat(zeros)}${fraction}`;
  return style.exclamation ? `${whole}.0` : whole;
}
