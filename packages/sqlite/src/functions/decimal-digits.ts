/**
 * The decimal digits of a REAL as the original finds them, to be rounded anywhere.
 *
 * There are never more than 18 or 19 of them (see values/real-text.ts), zeros come behind; what is rounded away is rounded half up by its first
 * digit alone. At 17 digits a run of nines or zeros gives way to the shorter number that it means.
 */
import { leadingDigits, shorterLength } from "../values/real-text.ts";

export interface DecimalDigits {
  /** Without zeros at the end, "0" for 0, empty when all is rounded away. */
  readonly digits: string;
  /** How many of them stand before the decimal point; may be negative, or more than there are. */
  readonly point: number;
}

/** Digits that there are at least, where fewer are not enough. */
const MOST = 18;

const ZERO: DecimalDigits = { digits: "0", point: 1 };

/** So many powers of ten are exact. */
const POWERS: readonly number[] = Array.from({ length: 16 }, (_, power) => 10 ** power);
/** Below this a REAL times a power of ten is near enough to its true value to tell on which side of a half it is. */
const SURELY_BELOW = 1e9;

/**
 * A magnitude in units of 10^-places, rounded to a whole number; -1 where it is too near a half, or too large, for a product of REALs to tell. Its
 * quotient by 10^places is the number nearest to the decimal fraction that it stands for, both being exact.
 */
function nearUnits(magnitude: number, places: number): number {
  if (places >= POWERS.length) return -1;
  const scaled = magnitude * POWERS[places]!;
  if (scaled >= SURELY_BELOW) return -1;
  const whole = Math.floor(scaled);
  const fraction = scaled - whole;
  if (Math.abs(fraction - 0.5) <= 1e-6) return -1;
  return fraction > 0.5 ? whole + 1 : whole;
}

/**
 * Of a finite magnitude. `round` > 0: that many significant digits; else −`round` digits behind the decimal point. No more than `most` in any case.
 */
export function decimalDigits(magnitude: number, round: number, most: number): DecimalDigits {
  if (magnitude === 0) return ZERO;
  const units = round <= 0 ? nearUnits(magnitude, -round) : -1;
  if (units === 0) return { digits: "", point: round };
  if (units > 0) {
    const digits = String(units);
    return { digits: withoutZeros(digits), point: digits.length + round };
  }
  const { digits: all, power } = leadingDigits(magnitude, round > 0 && round < MOST ? round + 1 : MOST);
  let digits = all;
  let point = digits.length + power;
  let keep = round;
  if (keep <= 0) {
    keep = point - round;
    if (keep === 0 && digits >= "5") {
      keep = 1;
      digits = `0${digits}`;
      point += 1;
    }
  }
  if (keep > 0 && (keep < digits.length || digits.length > most)) {
    keep = Math.min(keep, most);
    if (keep === 17) keep = shorterLength(digits, power, magnitude);
    const roundsUp = digits.charCodeAt(keep) >= 0x35;
    digits = digits.slice(0, keep);
    if (roundsUp) {
      const length = digits.length;
      digits = String(BigInt(digits) + 1n).padStart(length, "0");
      point += digits.length - length;
    }
  } else if (keep <= 0) return { digits: "", point };
  return { digits: withoutZeros(digits), point };
}

function withoutZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 0x30) end -= 1;
  return digits.slice(0, end);
}

/** A number between ±2^52 rounded to 1 to 30 digits behind the point. Hot. */
export function rounded(value: number, places: number): number {
  const magnitude = Math.abs(value);
  const units = nearUnits(magnitude, places);
  if (units >= 0) {
    const near = units / POWERS[places]!;
    return value < 0 ? -near : near;
  }
  const { digits, point } = decimalDigits(magnitude, -places, 26);
  const near = Number(`${digits || "0"}e${point - digits.length}`);
  return value < 0 ? -near : near;
}
