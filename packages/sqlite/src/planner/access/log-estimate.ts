/**
 * Estimates as the original has them: numbers of rows and costs as ten times their binary logarithm, in whole numbers, so that 10 means twice as
 * much (https://www.sqlite.org/queryplanner-ng.html). Choices between plans hang on their rounding, which is therefore the original's.
 */
export type LogEstimate = number;

/** Of 8…15 in eighths: ten times the logarithm of 1 + n/8. */
const FRACTIONS = [0, 2, 3, 5, 6, 7, 8, 9] as const;

/** Of a whole number of rows; 0 and 1 give 0. */
export function logEstimate(count: number): LogEstimate {
  if (count < 2) return 0;
  let exponent = 3;
  let mantissa = count;
  while (mantissa < 8) {
    mantissa *= 2;
    exponent -= 1;
  }
  while (mantissa >= 16) {
    mantissa = Math.floor(mantissa / 2);
    exponent += 1;
  }
  return FRACTIONS[mantissa - 8]! + 10 * exponent;
}

/** What is added to the larger of two estimates for the smaller one, by how far they are apart; 1 from the end of the list to 49. */
const SURPLUS = [
  10, 10, 9, 9, 8, 8, 7, 7, 7, 6, 6, 6, 5, 5, 5, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2,
] as const;

/** The estimate of the sum of what two estimates are of. */
export function addEstimates(a: LogEstimate, b: LogEstimate): LogEstimate {
  const [larger, smaller] = a >= b ? [a, b] : [b, a];
  const apart = larger - smaller;
  if (apart > 49) return larger;
  return larger + (apart > 31 ? 1 : SURPLUS[apart]!);
}

/** The estimate of the logarithm of what `rows` is an estimate of: the depth of a tree. */
export function logOfEstimate(rows: LogEstimate): LogEstimate {
  return rows <= 10 ? 0 : logEstimate(rows) - 33;
}
