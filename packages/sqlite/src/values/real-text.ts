/**
 * REAL → text, as SQLite 3.52 and later print it: 17 significant digits, fewer where they plainly mean a shorter number.
 *
 * The digits come from one multiplication of the 64-bit significand with the 64 highest bits of a power of ten, cut to 18 digits and rounded to
 * 17 from those. That is not always the 17-digit number nearest to the value; it is the one that SQLite prints. A run of nines or zeros near
 * the end is taken away when the shorter number reads back as the same value.
 */
const SIGNIFICANT = 17;
/** Digits to round them from. */
const MOST = 18;
/** Where digits have to look like the tail of a shorter number: the 14th, 15th and 16th. */
const TAIL = 13;

const bits = new DataView(new ArrayBuffer(8));
/** The 64 highest bits of powers of ten, as they are needed. */
const powers = new Map<number, bigint>();

/** The text of a REAL: always with a point or an exponent. */
export function realText(value: number): string {
  if (value === 0) return "0.0";
  const sign = value < 0 ? "-" : "";
  const magnitude = Math.abs(value);
  if (magnitude === Infinity) return `${sign}Inf`;
  // Whole numbers of up to 16 digits are exact.
  if (magnitude < 1e15 && Number.isInteger(magnitude)) return `${sign}${magnitude}.0`;
  const short = shortText(magnitude);
  if (short !== undefined) return sign + short;
  const { digits, exponent } = decimal(magnitude);
  return sign + layOut(digits, exponent);
}

/** JavaScript's text, of so many units, has at most 13 digits. */
const SHORT = 14;

/**
 * The shortest decimal that reads back as the number, where it is sure to be what the digits below come to; undefined elsewhere.
 *
 * A number is at most 2^-53 of itself away from its shortest decimal. With a first digit below 7 that is less than 8 units of the 17th digit, so
 * that behind 13 digits or fewer come zeros or nines up to the 16th, and give way.
 */
function shortText(magnitude: number): string | undefined {
  if (magnitude < 1e-4 || magnitude >= 1e15) return undefined;
  const text = String(magnitude);
  if (text.length > SHORT) return undefined;
  let at = 0;
  while (text.charCodeAt(at) <= 0x30) at += 1; // zeros, and the point between them
  return text.charCodeAt(at) < 0x37 ? text : undefined;
}

/** Significant digits without zeros at the end, and the power of ten of the first one. */
function decimal(magnitude: number): { digits: string; exponent: number } {
  const { digits: all, power } = leadingDigits(magnitude, MOST);
  const point = all.length + power;
  const kept = shorterLength(all, power, magnitude);
  const rounded = all[kept]! >= "5" ? increment(all.slice(0, kept)) : all.slice(0, kept);
  const carry = rounded.length - kept;
  return { digits: rounded.replace(/0+$/, ""), exponent: point + carry - 1 };
}

/**
 * At least `count` digits, 2 to 18, of a finite number above 0, and the power of ten of the last one. The last of 18 is rounded, that of fewer is
 * not, so that what is rounded at a digit before has not been rounded twice.
 */
export function leadingDigits(magnitude: number, count: number): { digits: string; power: number } {
  bits.setFloat64(0, magnitude);
  const raw = bits.getBigUint64(0);
  let exponent = Number(raw >> 52n);
  let significand = raw & 0xf_ffff_ffff_ffffn;
  if (exponent === 0) {
    const zeros = 64 - significand.toString(2).length;
    significand <<= BigInt(zeros);
    exponent = -1_074 - zeros;
  } else {
    significand = (significand << 11n) | (1n << 63n);
    exponent -= 1_086;
  }
  const power = count - 1 - Math.floor(((exponent + 63) * 78_913) / 2 ** 18);
  const high = (significand * powerOfTen(power)) >> 64n;
  const scaled = high >> BigInt(-(exponent + binaryExponent(power) + 2));
  return { digits: ((count === MOST ? scaled + 1n : scaled) >> 1n).toString(), power: -power };
}

/** How many of `leadingDigits` stay: 17, or as many as a shorter number has that these are the rounding error of. */
export function shorterLength(digits: string, power: number, magnitude: number): number {
  const unit = digits.length + power;
  if (digits[TAIL + 1] === "9" && digits[TAIL + 2] === "9") {
    const length = digits.slice(0, TAIL + 1).replace(/9+$/, "").length;
    const candidate = length === 0 ? "1" : String(BigInt(digits.slice(0, length)) + 1n);
    return Number(`${candidate}e${unit - length}`) === magnitude ? length + 1 : SIGNIFICANT;
  }
  const isWhole = power >= 0;
  if (digits[TAIL] === "0" && digits[TAIL + 1] === "0" && (digits[TAIL + 2] === "0" || isWhole)) {
    const length = digits.slice(0, TAIL + 1).replace(/0+$/, "").length;
    return Number(`${digits.slice(0, length)}e${unit - length}`) === magnitude ? length + 1 : SIGNIFICANT;
  }
  return SIGNIFICANT;
}

/** The next number of as many digits, or of one more. */
function increment(digits: string): string {
  return String(BigInt(digits) + 1n);
}

/** With an exponent below 0.0001 and from 1e17 on. */
function layOut(digits: string, exponent: number): string {
  if (exponent < -4 || exponent > 16) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${digits[0]!}.${digits.slice(1) || "0"}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.padEnd(exponent + 1, "0");
  return `${whole.slice(0, exponent + 1)}.${whole.slice(exponent + 1) || "0"}`;
}

/** The power of two of 10^power's highest bit. */
function binaryExponent(power: number): number {
  return Math.floor((power * 108_853) / 2 ** 15);
}

function powerOfTen(power: number): bigint {
  const known = powers.get(power);
  if (known !== undefined) return known;
  const shift = 63 - binaryExponent(power);
  let value: bigint;
  if (power < 0) value = (1n << BigInt(shift)) / 10n ** BigInt(-power);
  else value = shift >= 0 ? (10n ** BigInt(power)) << BigInt(shift) : (10n ** BigInt(power)) >> BigInt(-shift);
  powers.set(power, value);
  return value;
}
