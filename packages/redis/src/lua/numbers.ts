/** Numbers from and to text: C's strtod and printf, as Lua 5.1 uses them. */

const SPACE = "[ \\t\\n\\v\\f\\r]*";
const NUMERAL = new RegExp(
  `^${SPACE}([+-]?)(?:(inf(?:inity)?)|(nan(?:\\([0-9a-zA-Z_]*\\))?)|0x([0-9a-f]*)(?:\\.([0-9a-f]*))?(?:p([+-]?\\d+))?|((?:\\d+\\.?\\d*|\\.\\d+)(?:e[+-]?\\d+)?))${SPACE}$`,
  "i",
);

/** The number that the whole text spells (hexadecimal, "inf" and "nan" too, as the original's C library reads them), or undefined. */
export function parseNumber(text: string): number | undefined {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const found = NUMERAL.exec(text);
  if (found === null) return undefined;
  const [, sign, infinity, nan, whole, fraction = "", exponent = "0", decimal] = found;
  let value: number;
  if (infinity !== undefined) value = Infinity;
  else if (nan !== undefined) value = NaN;
  else if (decimal !== undefined) value = Number(decimal);
  else {
    if (whole === undefined || (whole === "" && fraction === "")) return undefined;
    value = hexadecimal(whole + fraction) * 2 ** (Number(exponent) - 4 * fraction.length);
  }
  return sign === "-" ? -value : value;
}

function hexadecimal(digits: string): number {
  return digits.length <= 12 ? Number.parseInt(digits || "0", 16) : Number(BigInt(`0x${digits}`));
}

/** `%.14g`, what Lua prints a number with. NaN has no sign that JavaScript could tell: it prints as the one that 0/0 gives. */
export function numberText(value: number): string {
  if (value === Math.trunc(value) && value < 1e14 && value > -1e14) {
    return value === 0 && 1 / value < 0 ? "-0" : String(value);
  }
  return formatGeneral(value, 14);
}

/** Infinity and NaN as printf has them, or undefined for the finite. */
export function nonFinite(value: number): string | undefined {
  if (value === Infinity) return "inf";
  if (value === -Infinity) return "-inf";
  return Number.isNaN(value) ? "-nan" : undefined;
}

/** What toExponential gives at most: enough to see what lies behind any digit asked for. */
const MOST_DIGITS = 100;

/** `d.ddd…e±dd` with `digits` behind the point: as toExponential, but exact halves go to the even digit, as C's do. */
function exponential(value: number, digits: number): string {
  if (digits > MOST_DIGITS) return padExponent(value.toExponential(MOST_DIGITS), digits);
  const text = value.toExponential(digits);
  // Only a number whose shortest text is one digit longer and ends in 5 can be an exact half.
  const shortest = value.toExponential();
  const mantissaEnd = shortest.indexOf("e");
  if (
    mantissaEnd < 3 ||
    mantissaEnd !== digits + (digits === 0 ? 1 : 0) + (value < 0 ? 1 : 0) + 3 - (digits === 0 ? 1 : 0)
  )
    return text;
  if (shortest[mantissaEnd - 1] !== "5") return text;
  const long = value.toExponential(MOST_DIGITS);
  const behind = long.slice(mantissaEnd - 1, long.indexOf("e"));
  if (!/^50*$/.test(behind)) return text;
  const down = shortest.slice(0, mantissaEnd - 1);
  const kept = down.endsWith(".") ? down.slice(0, -1) : down;
  return Number(kept.at(-1)) % 2 === 0 ? kept + shortest.slice(mantissaEnd) : text;
}

function padExponent(text: string, digits: number): string {
  const at = text.indexOf("e");
  return text.slice(0, at) + "0".repeat(digits - MOST_DIGITS) + text.slice(at);
}

/** C's `%.{precision}e`; with "#", a point even when nothing stands behind it. */
export function formatExponential(value: number, precision: number, alternate = false): string {
  const text = exponential(value, precision);
  const at = text.indexOf("e");
  const exponent = text.slice(at + 2).padStart(2, "0");
  const sign = Object.is(value, -0) ? "-" : "";
  const point = alternate && precision === 0 ? "." : "";
  return `${sign}${text.slice(0, at)}${point}e${text[at + 1]}${exponent}`;
}

/** C's `%.{precision}g`; with "#", zeros at the end stay. */
export function formatGeneral(value: number, precision: number, alternate = false): string {
  const special = nonFinite(value);
  if (special !== undefined) return special;
  const significant = Math.max(precision, 1);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const text = exponential(Math.abs(value), significant - 1);
  const at = text.indexOf("e");
  const exponent = Number(text.slice(at + 1));
  let digits = text.slice(0, at).replace(".", "");
  if (exponent < -4 || exponent >= significant) {
    if (!alternate) digits = digits.replace(/0+$/, "") || "0";
    const fraction = digits.slice(1);
    const mantissa = digits[0] + (fraction === "" && !alternate ? "" : `.${fraction}`);
    return `${sign}${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  const whole = exponent < 0 ? "0" : digits.slice(0, exponent + 1);
  let fraction = exponent < 0 ? "0".repeat(-exponent - 1) + digits : digits.slice(exponent + 1);
  if (!alternate) fraction = fraction.replace(/0+$/, "");
  return sign + whole + (fraction === "" && !alternate ? "" : `.${fraction}`);
}

/** C's `%.{precision}f`, every digit of the double's exact value. */
export function formatFixed(value: number, precision: number, alternate = false): string {
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const text = fixed(Math.abs(value), precision);
  return sign + text + (alternate && precision === 0 ? "." : "");
}

const FRACTION_BITS = 1074;

function fixed(value: number, precision: number): string {
  // toFixed is exact below 1e21, but rounds halves up, and gives up to 100 digits.
  if (value < 1e21 && precision <= 100 && !isHalf(value, precision)) return value.toFixed(precision);
  // The double times 2^1074 is an integer; scale it by 10^precision and round half to even.
  const scaled = exactInteger(value) * 10n ** BigInt(precision);
  const unit = 1n << BigInt(FRACTION_BITS);
  let quotient = scaled / unit;
  const twice = (scaled % unit) * 2n;
  if (twice > unit || (twice === unit && (quotient & 1n) === 1n)) quotient += 1n;
  const digits = quotient.toString().padStart(precision + 1, "0");
  return precision === 0 ? digits : `${digits.slice(0, -precision)}.${digits.slice(-precision)}`;
}

/** Whether the value may lie exactly between two texts of that precision: then it has a short binary fraction. */
function isHalf(value: number, precision: number): boolean {
  if (precision > 30) return false;
  const scaled = value * 10 ** precision;
  return Math.abs(scaled - Math.floor(scaled) - 0.5) < 1e-3;
}

const bits = new DataView(new ArrayBuffer(8));

/** value × 2^1074. */
function exactInteger(value: number): bigint {
  bits.setFloat64(0, value);
  const raw = bits.getBigUint64(0);
  const exponent = Number((raw >> 52n) & 0x7ffn);
  const mantissa = raw & 0xfffffffffffffn;
  return exponent === 0 ? mantissa : (mantissa | 0x10000000000000n) << BigInt(exponent - 1);
}
