/**
 * REALs as the original's shell prints them: `%!.15g` and `%!.20g` of its printf up to version 3.42.
 *
 * That printf calculates with the 80-bit numbers of the x87 (64 bits of significand), scales into [1, 10), adds half a unit of the last digit and
 * peels digits off by multiplying by ten; from the 17th digit on, the roundings on the way show. So the same steps are taken here with
 * the same roundings, on a significand in a BigInt.
 */

/** significand · 2^exponent; the significand has exactly 64 bits, or is 0. Never negative. */
interface Extended {
  readonly significand: bigint;
  readonly exponent: number;
}

const BITS = 64;
const ZERO: Extended = { significand: 0n, exponent: 0 };
const view = new DataView(new ArrayBuffer(8));

function bitLength(value: bigint): number {
  return value.toString(16).length * 4 - Math.clz32(Number.parseInt(value.toString(16)[0]!, 16)) + 28;
}

/** To the nearest, ties to even. `sticky`: something is left below the last bit. */
function normalized(value: bigint, exponent: number, sticky = false): Extended {
  if (value === 0n) return ZERO;
  const excess = bitLength(value) - BITS;
  if (excess <= 0) return { significand: value << BigInt(-excess), exponent: exponent + excess };
  const shift = BigInt(excess);
  const kept = value >> shift;
  const rest = value - (kept << shift);
  const half = 1n << (shift - 1n);
  const up = rest > half || (rest === half && (sticky || (kept & 1n) === 1n));
  const rounded = up ? kept + 1n : kept;
  if (rounded >> BigInt(BITS) === 0n) return { significand: rounded, exponent: exponent + excess };
  return { significand: rounded >> 1n, exponent: exponent + excess + 1 };
}

function fromNumber(value: number): Extended {
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const field = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  if (field === 0) return normalized(fraction, -1074);
  return normalized(fraction | (1n << 52n), field - 1075);
}

function multiply(a: Extended, b: Extended): Extended {
  return normalized(a.significand * b.significand, a.exponent + b.exponent);
}

function divide(a: Extended, b: Extended): Extended {
  const dividend = a.significand << 70n;
  const quotient = dividend / b.significand;
  return normalized(quotient, a.exponent - b.exponent - 70, quotient * b.significand !== dividend);
}

function add(a: Extended, b: Extended): Extended {
  if (a.significand === 0n) return b;
  if (b.significand === 0n) return a;
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = (a.significand << BigInt(a.exponent - exponent)) + (b.significand << BigInt(b.exponent - exponent));
  return normalized(sum, exponent);
}

function isBelow(a: Extended, b: Extended): boolean {
  if (a.significand === 0n || b.significand === 0n) return a.significand < b.significand;
  return a.exponent === b.exponent ? a.significand < b.significand : a.exponent < b.exponent;
}

const TENTH = fromNumber(0.1);
const ONE = fromNumber(1);
const TEN = fromNumber(10);
const TO_8 = fromNumber(1e8);
const TO_10 = fromNumber(1e10);
const TO_100 = fromNumber(1e100);
const TO_MINUS_8 = fromNumber(1e-8);
const TO_MINUS_10 = fromNumber(1e-10);

/** Half a unit of the last of `digits` digits of a number in [1, 10). */
function rounder(digits: number): Extended {
  let places = digits - 1;
  let half = fromNumber(Number(`5e-${(places % 10) + 1}`));
  for (; places >= 10; places -= 10) half = multiply(half, TO_MINUS_10);
  return half;
}

const ROUNDERS: ReadonlyMap<number, Extended> = new Map([15, 20].map((digits) => [digits, rounder(digits)]));

/** The first `count` digits, rounded, and the power of ten of the first one. */
function digitsOf(magnitude: number, count: 15 | 20): { digits: string; power: number } {
  let value = fromNumber(magnitude);
  let scale = ONE;
  let power = 0;
  for (const [step, by] of [
    [TO_100, 100],
    [TO_10, 10],
    [TEN, 1],
  ] as const) {
    for (let next = multiply(step, scale); !isBelow(value, next); next = multiply(step, scale)) {
      scale = next;
      power += by;
    }
  }
  value = divide(value, scale);
  for (; isBelow(value, TO_MINUS_8); power -= 8) value = multiply(value, TO_8);
  for (; isBelow(value, ONE); power -= 1) value = multiply(value, TEN);
  value = add(value, ROUNDERS.get(count)!);
  if (!isBelow(value, TEN)) {
    value = multiply(value, TENTH);
    power += 1;
  }
  let digits = "";
  for (let at = 0; at < count; at++) {
    const whole = value.significand === 0n ? 0n : value.significand >> BigInt(-value.exponent);
    digits += String(whole);
    const rest = value.significand - (whole << BigInt(-value.exponent));
    value = multiply(normalized(rest, value.exponent), TEN);
  }
  return { digits, power };
}

/** `%!.15g` and `%!.20g` of a finite or infinite REAL. */
export function printedReal(value: number, count: 15 | 20): string {
  if (value === 0) return "0.0";
  const sign = value < 0 ? "-" : "";
  const magnitude = Math.abs(value);
  if (magnitude === Infinity) return `${sign}Inf`;
  if (count === 15 && magnitude < 1e15 && Number.isInteger(magnitude)) return `${sign}${magnitude}.0`;
  const { digits, power } = (count === 15 && surely15(magnitude)) || digitsOf(magnitude, count);
  return sign + layOut(digits, power, count);
}

/**
 * The same as digitsOf(magnitude, 15) by what JavaScript has, where no rounding on the way could matter: far from a tie. Scaling by powers of ten that are
 * rounded themselves costs units of the 17th digit.
 */
function surely15(magnitude: number): { digits: string; power: number } | undefined {
  const [exact = "", exponent = "0"] = magnitude.toExponential(19).split("e");
  const behind = Number(exact.slice(16, 18));
  if (behind >= 40 && behind <= 59) return undefined;
  const [near = "", power = exponent] = magnitude.toExponential(14).split("e");
  return { digits: near.replace(".", ""), power: Number(power) };
}

function layOut(digits: string, power: number, count: number): string {
  if (power < -4 || power >= count) {
    const tail = digits.slice(1).replace(/0+$/, "") || "0";
    const size = String(Math.abs(power)).padStart(2, "0");
    return `${digits[0]}.${tail}e${power < 0 ? "-" : "+"}${size}`;
  }
  if (power < 0) return `0.${"0".repeat(-power - 1)}${digits}`.replace(/0+$/, "");
  const tail = digits.slice(power + 1).replace(/0+$/, "") || "0";
  return `${digits.slice(0, power + 1)}.${tail}`;
}
