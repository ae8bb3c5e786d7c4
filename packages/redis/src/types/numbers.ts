/**
 * Numbers as Redis reads and prints them: 64-bit integers without loss, and floating point in `strtod`'s and its own
 * printing's manner.
 */
export const INT64_MAX: bigint = 9223372036854775807n;
export const INT64_MIN: bigint = -9223372036854775808n;

/**
 * The canonical decimal 64-bit integer in `bytes[start, end)` (`string2ll`: no leading zeros, no plus, no spaces), as a number when
 * it is safe, else as a bigint; `undefined` when it is none.
 */
export function parseInt64Bytes(bytes: Uint8Array, start: number, end: number): number | bigint | undefined {
  const length = end - start;
  if (length === 0 || length > 20) return undefined;
  let at = start;
  const negative = bytes[at] === 0x2d;
  if (negative && ++at === end) return undefined;
  const first = bytes[at]! - 0x30;
  if (first === 0) return length === 1 ? 0 : undefined;
  if (first < 1 || first > 9) return undefined;
  let value = 0;
  const digits = end - at;
  if (digits <= 15) {
    for (; at < end; at++) {
      const digit = bytes[at]! - 0x30;
      if (digit < 0 || digit > 9) return undefined;
      value = value * 10 + digit;
    }
    return negative ? -value : value;
  }
  let text = negative ? "-" : "";
  for (; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    text += String.fromCharCode(bytes[at]!);
  }
  return narrow(BigInt(text));
}

/** As `parseInt64Bytes`, from a one-byte string. */
export function parseInt64(text: string): number | bigint | undefined {
  const length = text.length;
  if (length === 0 || length > 20) return undefined;
  let at = 0;
  const negative = text.charCodeAt(0) === 0x2d;
  if (negative && ++at === length) return undefined;
  const first = text.charCodeAt(at) - 0x30;
  if (first === 0) return length === 1 ? 0 : undefined;
  if (first < 1 || first > 9) return undefined;
  let value = 0;
  for (let i = at; i < length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  if (length - at <= 15) return negative ? -value : value;
  return narrow(BigInt(text));
}

/** Within 64 bits: as a number when that is exact. */
function narrow(value: bigint): number | bigint | undefined {
  if (value > INT64_MAX || value < INT64_MIN) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** `a + b` in 64 bits, as a number when that is exact; `undefined` on overflow. */
export function addInt64(a: number | bigint, b: number | bigint): number | bigint | undefined {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return narrow(BigInt(a) + BigInt(b));
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;
const HEXADECIMAL = /^([+-]?)0[xX](?:([0-9a-fA-F]+)\.?([0-9a-fA-F]*)|\.([0-9a-fA-F]+))(?:[pP]([+-]?\d+))?$/;

/** The number that up to 15 digits make; -1 for any other text. The common score needs no regular expression. */
function parseDigits(text: string): number {
  const { length } = text;
  if (length === 0 || length > 15) return -1;
  let value = 0;
  for (let i = 0; i < length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** What `strtod` makes of the whole of `text`; `undefined` when it is no number, and for NaN, as Redis refuses it. */
export function parseDouble(text: string): number | undefined {
  const short = parseDigits(text);
  if (short >= 0) return short;
  if (DECIMAL.test(text)) {
    const value = Number(text);
    // strtod reports ERANGE for both directions, which Redis refuses.
    if (!Number.isFinite(value)) return undefined;
    if (value === 0 && /[1-9]/.test(text.replace(/[eE].*/, ""))) return undefined;
    return value;
  }
  const infinite = INFINITE.exec(text);
  if (infinite !== null) return infinite[1] === "-" ? -Infinity : Infinity;
  const hex = HEXADECIMAL.exec(text);
  if (hex === null) return undefined;
  const whole = hex[2] ?? "";
  const fraction = hex[3] ?? hex[4] ?? "";
  const magnitude = Number(BigInt(`0x${whole}${fraction}`)) * 2 ** (Number(hex[5] ?? 0) - 4 * fraction.length);
  if (!Number.isFinite(magnitude)) return undefined;
  return hex[1] === "-" ? -magnitude : magnitude;
}

/**
 * A double as Redis 7.4 prints it in scores and RESP3 doubles: the shortest digits that read back the same, integers
 * in full up to 2^62, otherwise in the layout of its fpconv: plain while short, else `d.ddde+N`.
 */
export function formatDouble(value: number): string {
  if (Number.isInteger(value)) {
    if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return Object.is(value, -0) ? "-0" : value.toString();
    // Half of the 64-bit integers, where Redis' double2ll stops: all digits, not only those that tell it from its neighbours.
    if (Math.abs(value) <= 2 ** 62) return BigInt(value).toString();
  } else if (Number.isNaN(value)) return "nan";
  else if (value === Infinity) return "inf";
  else if (value === -Infinity) return "-inf";
  const sign = value < 0 ? "-" : "";
  const [mantissa, exponentText] = Math.abs(value).toExponential().split("e") as [string, string];
  const digits = mantissa.replace(".", "");
  const count = digits.length;
  const exponent = Number(exponentText);
  /** Power of ten of the last digit. */
  const last = exponent - count + 1;
  const size = Math.abs(exponent);
  if (last >= 0 && size < count + 7) return sign + digits + "0".repeat(last);
  if (last < 0 && (last > -7 || size < 4)) {
    const point = count + last;
    if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
    return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  }
  const rest = count > 1 ? `.${digits.slice(1, 18 - sign.length)}` : "";
  return `${sign}${digits[0]}${rest}e${exponent < 0 ? "-" : "+"}${size}`;
}

/** Whether `text` is a 64-bit integer as Redis would print it. */
export function isCanonicalInt64(text: string): boolean {
  return parseInt64(text) !== undefined;
}
