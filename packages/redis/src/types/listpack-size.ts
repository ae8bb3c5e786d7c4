import { isInt64Text } from "./int64-text.ts";

/**
 * How many bytes an element would take in a listpack (Redis' listpack.c). Values here are JavaScript strings, but the
 * points at which lists are reported as listpack or quicklist are defined by these sizes.
 *
 * An entry is: encoding byte(s), payload, and the entry's own length once more in 1–5 bytes of seven bits, for walking
 * backwards. Integers have encodings of their own.
 */

/** Total length (4 bytes), element count (2) and the end mark (1). */
export const LISTPACK_EMPTY_BYTES = 7;

export function listpackEntryBytes(element: string): number {
  const body = listpackBodyBytes(element);
  if (body <= 127) return body + 1;
  if (body < 16_383) return body + 2;
  if (body < 2_097_151) return body + 3;
  if (body < 268_435_455) return body + 4;
  return body + 5;
}

function listpackBodyBytes(element: string): number {
  if (isInt64Text(element)) return integerBytes(element);
  const length = element.length;
  if (length < 64) return 1 + length;
  if (length < 4096) return 2 + length;
  return 5 + length;
}

function integerBytes(text: string): number {
  // Up to 15 digits a double is exact, and 2^31 has 10.
  if (text.length > 12) return 9;
  const value = Number(text);
  if (value >= 0 && value <= 127) return 1;
  if (value >= -4096 && value <= 4095) return 2;
  if (value >= -32_768 && value <= 32_767) return 3;
  if (value >= -8_388_608 && value <= 8_388_607) return 4;
  if (value >= -2_147_483_648 && value <= 2_147_483_647) return 5;
  return 9;
}
