/**
 * The x87 80-bit `long double`, as far as INCRBYFLOAT and HINCRBYFLOAT show it: a decimal is read to 64 bits of mantissa,
 * added, rounded to 64 bits, and printed with at most 17 decimals (`%.17Lf` without trailing zeros). So 0.1 + 0.2 is 0.3 here,
 * which in doubles it is not.
 *
 * A value is mantissa × 2^exponent, exactly, as a bigint and a number.
 */
interface LongDouble {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const MANTISSA_BITS = 64;
const ZERO: LongDouble = { mantissa: 0n, exponent: 0 };
const DECIMALS = 17;
const DECIMAL = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,6}))?$/;
const HEXADECIMAL = /^([+-]?)0[xX]([0-9a-fA-F]+)\.?([0-9a-fA-F]*)(?:[pP]([+-]?\d{1,5}))?$/;
/** Beyond these, more digits cannot matter, and the numbers would only be large. */
const LARGEST_EXPONENT = 16_384;
const MOST_DIGITS = 5_000;
/** Redis' own buffer for a number to be read: longer ones are refused. */
const LONGEST_TEXT = 5 * 1024;

function bitLength(value: bigint): number {
  return value.toString(16).length * 4 - Math.clz32(parseInt(value.toString(16)[0]!, 16)) + 28;
}

/** `numerator / denominator × 2^exponent`, rounded to 64 bits, ties to even. */
function rounded(numerator: bigint, denominator: bigint, exponent: number): LongDouble {
  if (numerator === 0n) return ZERO;
  const negative = numerator < 0n;
  let magnitude = negative ? -numerator : numerator;
  // Two bits more than wanted, then a sticky one from the remainder.
  const shift = MANTISSA_BITS + 2 - (bitLength(magnitude) - bitLength(denominator));
  if (shift > 0) magnitude <<= BigInt(shift);
  else denominator <<= BigInt(-shift);
  const quotient = (magnitude / denominator) * 2n + (magnitude % denominator === 0n ? 0n : 1n);
  const excess = bitLength(quotient) - MANTISSA_BITS;
  const unit = 1n << BigInt(excess);
  const rest = quotient & (unit - 1n);
  let mantissa = quotient >> BigInt(excess);
  const half = unit >> 1n;
  if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa++;
  return { mantissa: negative ? -mantissa : mantissa, exponent: exponent - shift - 1 + excess };
}

/** What `strtold` makes of the whole of `text`; undefined when it is no finite number. */
function parse(text: string): LongDouble | undefined {
  if (text.length > LONGEST_TEXT) return undefined;
  const hex = HEXADECIMAL.exec(text);
  if (hex !== null) {
    const fraction = hex[3] ?? "";
    const digits = BigInt(`0x${hex[2]}${fraction}`) * (hex[1] === "-" ? -1n : 1n);
    return rounded(digits, 1n, Number(hex[4] ?? 0) - 4 * fraction.length);
  }
  const match = DECIMAL.exec(text);
  if (match === null || match[2] + match[3]! === "") return undefined;
  const digits = (match[2]! + match[3]!).slice(0, MOST_DIGITS);
  const scale = Number(match[4] ?? 0) - Math.min(match[3]!.length, MOST_DIGITS);
  const value = BigInt(digits) * (match[1] === "-" ? -1n : 1n);
  if (value === 0n) return ZERO;
  if (Math.abs(scale) > LARGEST_EXPONENT) return undefined;
  const parsed = scale >= 0 ? rounded(value * 10n ** BigInt(scale), 1n, 0) : rounded(value, 10n ** BigInt(-scale), 0);
  return parsed.exponent + MANTISSA_BITS > LARGEST_EXPONENT ? undefined : parsed;
}

function add(a: LongDouble, b: LongDouble): LongDouble {
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = (a.mantissa << BigInt(a.exponent - exponent)) + (b.mantissa << BigInt(b.exponent - exponent));
  return rounded(sum, 1n, exponent);
}

/** `%.17Lf`, without trailing zeros. */
function print({ mantissa, exponent }: LongDouble): string {
  const negative = mantissa < 0n;
  const scaled = (negative ? -mantissa : mantissa) * 10n ** BigInt(DECIMALS);
  let units = scaled << BigInt(Math.max(0, exponent));
  if (exponent < 0) {
    const divisor = 1n << BigInt(-exponent);
    units = scaled / divisor;
    const rest = (scaled % divisor) * 2n;
    if (rest > divisor || (rest === divisor && (units & 1n) === 1n)) units++;
  }
  const text = units.toString().padStart(DECIMALS + 1, "0");
  const whole = text.slice(0, -DECIMALS);
  const fraction = text.slice(-DECIMALS).replace(/0+$/, "");
  const printed = fraction === "" ? whole : `${whole}.${fraction}`;
  return negative && printed !== "0" ? `-${printed}` : printed;
}

/** Whether `text` is a number that `addLongDouble` takes. */
export function isLongDouble(text: string): boolean {
  return parse(text) !== undefined;
}

/**
 * `a + b` as Redis prints it. Both are decimal text; undefined when either is no number, or the sum is not finite.
 * Infinity is not accepted: the only use of it would be an error.
 */
export function addLongDouble(a: string, b: string): string | undefined {
  const left = parse(a);
  const right = parse(b);
  if (left === undefined || right === undefined) return undefined;
  const sum = add(left, right);
  if (sum.exponent + MANTISSA_BITS > LARGEST_EXPONENT) return undefined;
  return print(sum);
}
