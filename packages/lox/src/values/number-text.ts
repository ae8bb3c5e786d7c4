/**
 * Numbers to text, as each of the book's interpreters prints them.
 *
 * Both start from digits that JavaScript gives: the shortest that read back as the same double (ECMA-262
 * §6.1.6.1.20), which are Java's too (`Double.toString` since JDK 19), or a given number of exactly rounded ones.
 */
import type { Dialect } from "../dialect.ts";

/** `value` as `print` shows it. */
export function numberText(value: number, dialect: Dialect): string {
  return dialect.numberText === "java" ? javaNumberText(value) : percentGText(value);
}

/** As `numberText` of jlox, but with the `.0` that Java shows: how `tokenize` and `parse` print a literal. */
export function javaDoubleText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (value === Infinity || value === -Infinity) return value > 0 ? "Infinity" : "-Infinity";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (value === 0) return `${sign}0.0`;
  const { digits, exponent } = javaDigits(Math.abs(value));
  // Java's thresholds: plain notation from 10^-3 up to 10^7.
  if (exponent >= -3 && exponent < 7) return sign + plain(digits, exponent);
  return `${sign}${digits[0]}.${digits.slice(1) || "0"}E${exponent}`;
}

/** Java shows at least two digits, and so, where one would do, takes the nearest two: 4.9E-324, not 5.0E-324. */
function javaDigits(value: number): { readonly digits: string; readonly exponent: number } {
  const shortest = decimal(value.toExponential());
  if (shortest.digits.length > 1) return shortest;
  const nearest = decimal(value.toExponential(1));
  return { digits: nearest.digits.replace(/0$/, ""), exponent: nearest.exponent };
}

function javaNumberText(value: number): string {
  const text = javaDoubleText(value);
  return text.endsWith(".0") ? text.slice(0, -2) : text;
}

/** The digits of `d.dddde±x`, and x. */
function decimal(exponential: string): { readonly digits: string; readonly exponent: number } {
  const [mantissa, exponent] = exponential.split("e") as [string, string];
  return { digits: mantissa.replace(".", ""), exponent: Number(exponent) };
}

/** Digits with the decimal point where it belongs, and at least one digit on each side of it. */
function plain(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${whole}.${digits.slice(exponent + 1) || "0"}`;
}

const PERCENT_G_DIGITS = 6;

/** C's `printf("%g")` with glibc's names for what is not finite. */
function percentGText(value: number): string {
  if (Number.isNaN(value)) return "-nan";
  if (value === Infinity || value === -Infinity) return value > 0 ? "inf" : "-inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (value === 0) return `${sign}0`;
  const { digits, exponent } = roundHalfEven(Math.abs(value), PERCENT_G_DIGITS);
  const significant = digits.replace(/0+$/, "");
  if (exponent >= -4 && exponent < PERCENT_G_DIGITS) {
    return sign + plain(significant, exponent).replace(/\.0$/, "");
  }
  const fraction = significant.length > 1 ? `.${significant.slice(1)}` : "";
  const power = String(Math.abs(exponent)).padStart(2, "0");
  return `${sign}${significant[0]}${fraction}e${exponent < 0 ? "-" : "+"}${power}`;
}

/** More digits than a double has that lies exactly between two decimals of seven digits. */
const EXACT_FRACTION_DIGITS = 60;

/** The exact value rounded to `count` digits; a tie goes to the even digit, as in glibc, where JavaScript rounds it up. */
function roundHalfEven(value: number, count: number): { readonly digits: string; readonly exponent: number } {
  const rounded = decimal(value.toExponential(count - 1));
  const exact = decimal(value.toExponential(EXACT_FRACTION_DIGITS));
  const isTie = /^50*$/.test(exact.digits.slice(count));
  const below = exact.digits.slice(0, count);
  const isEven = Number(below.at(-1)) % 2 === 0;
  return isTie && isEven ? { digits: below, exponent: exact.exponent } : rounded;
}
