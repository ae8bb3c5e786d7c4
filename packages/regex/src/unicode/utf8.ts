/**
 * UTF-8 (RFC 3629): well-formed sequences only, at most four bytes, neither surrogates nor overlong forms.
 */
import type { CodePointSet } from "./code-point-set.ts";

/** A byte that is no part of a well-formed sequence decodes to this plus the byte; it counts as a character of length one, as in glibc. */
export const RAW_BYTE = 0x110000;

/** How long the well-formed sequence at `at` is (it ends before `end`); 0 when there is none. */
export function sequenceLength(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4 || at + 1 >= end) return 0;
  const second = bytes[at + 1]!;
  if ((second & 0xc0) !== 0x80) return 0;
  if (lead < 0xe0) return 2;
  if (at + 2 >= end || (bytes[at + 2]! & 0xc0) !== 0x80) return 0;
  if (lead < 0xf0) return (lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f) ? 0 : 3;
  if (at + 3 >= end || (bytes[at + 3]! & 0xc0) !== 0x80) return 0;
  return (lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f) ? 0 : 4;
}

/** How long the sequence at `at` is that has the form of UTF-8 but encodes no character: something beyond U+10FFFF in up to six bytes or, where those count, a surrogate; 0 for none. */
export function lookalikeLength(bytes: Uint8Array, at: number, end: number, surrogates: boolean): number {
  const lead = bytes[at]!;
  const length =
    lead < (surrogates ? 0xed : 0xf0) || lead > 0xfd ? 0 : lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : lead < 0xfc ? 5 : 6;
  if (length === 0 || at + length > end) return 0;
  for (let i = 1; i < length; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1]!;
  const overlong =
    (lead === 0xf0 && second < 0x90) || (lead === 0xf8 && second < 0x88) || (lead === 0xfc && second < 0x84);
  return overlong || sequenceLength(bytes, at, end) > 0 ? 0 : length;
}

/** The code point whose sequence of `length` bytes begins at `at`; for length 0, RAW_BYTE plus the byte. */
export function codePointAt(bytes: Uint8Array, at: number, length: number): number {
  const lead = bytes[at]!;
  switch (length) {
    case 0:
      return RAW_BYTE + lead;
    case 1:
      return lead;
    case 2:
      return ((lead & 0x1f) << 6) | (bytes[at + 1]! & 0x3f);
    case 3:
      return ((lead & 0x0f) << 12) | ((bytes[at + 1]! & 0x3f) << 6) | (bytes[at + 2]! & 0x3f);
    default:
      return (
        ((lead & 0x07) << 18) |
        ((bytes[at + 1]! & 0x3f) << 12) |
        ((bytes[at + 2]! & 0x3f) << 6) |
        (bytes[at + 3]! & 0x3f)
      );
  }
}

/** The character at `at`. */
export function decodeAt(bytes: Uint8Array, at: number, end: number): number {
  return codePointAt(bytes, at, sequenceLength(bytes, at, end));
}

/** Where the character begins that ends at `at`, or what only looks like one; `start` at the least. */
export function previousStart(bytes: Uint8Array, at: number, start: number, surrogates = false): number {
  for (let length = 1; length <= 6 && at - length >= start; length++) {
    const byte = bytes[at - length]!;
    if ((byte & 0xc0) === 0x80) continue;
    const from = at - length;
    const whole = sequenceLength(bytes, from, at) === length || lookalikeLength(bytes, from, at, surrogates) === length;
    return whole ? from : at - 1;
  }
  return at - 1;
}

/** Whether `at` falls between the bytes of one well-formed sequence, or of something that glibc takes for one. */
export function insideSequence(bytes: Uint8Array, at: number, start: number, end: number): boolean {
  return enclosingStart(bytes, at, start, end) !== at;
}

/** Where the sequence begins between whose bytes `at` falls; `at` itself where it falls in none. */
export function enclosingStart(bytes: Uint8Array, at: number, start: number, end: number): number {
  if (at <= start || at >= end || (bytes[at]! & 0xc0) !== 0x80) return at;
  for (let back = 1; back <= 5 && at - back >= start; back++) {
    const from = at - back;
    if ((bytes[from]! & 0xc0) === 0x80) continue;
    const length = sequenceLength(bytes, from, end) || lookalikeLength(bytes, from, end, false);
    return length > back ? from : at;
  }
  return at;
}

/** The UTF-8 of one code point, appended. */
export function pushUtf8(codePoint: number, bytes: number[]): void {
  if (codePoint < 0x80) bytes.push(codePoint);
  else if (codePoint < 0x800) bytes.push(0xc0 | (codePoint >> 6), 0x80 | (codePoint & 0x3f));
  else if (codePoint < 0x10000) {
    bytes.push(0xe0 | (codePoint >> 12), 0x80 | ((codePoint >> 6) & 0x3f), 0x80 | (codePoint & 0x3f));
  } else {
    bytes.push(
      0xf0 | (codePoint >> 18),
      0x80 | ((codePoint >> 12) & 0x3f),
      0x80 | ((codePoint >> 6) & 0x3f),
      0x80 | (codePoint & 0x3f),
    );
  }
}

/** Largest code point of each encoded length. */
const LENGTH_LIMITS = [0x7f, 0x7ff, 0xffff, 0x10ffff] as const;

/**
 * Calls `emit` for byte-range sequences that together are the set: [low, high] per byte, for example E1–E9, 80–BF, 80–BF. No two of
 * them overlap, and they come in ascending order.
 */
export function utf8Sequences(
  set: CodePointSet,
  emit: (lows: readonly number[], highs: readonly number[]) => void,
): void {
  for (let i = 0; i < set.length; i += 2) {
    let low = set[i]!;
    for (let length = 0; length < 4; length++) {
      const high = Math.min(set[i + 1]!, LENGTH_LIMITS[length]!);
      if (low > high) continue;
      splitSameLength(low, high, emit);
      low = high + 1;
    }
  }
}

/** Cuts [low, high], whose ends are encoded in equally many bytes, where the bytes' ranges would not be a plain product. */
function splitSameLength(
  low: number,
  high: number,
  emit: (lows: readonly number[], highs: readonly number[]) => void,
): void {
  const lengthOfLow = low < 0x80 ? 1 : low < 0x800 ? 2 : low < 0x10000 ? 3 : 4;
  for (let trailing = 1; trailing < lengthOfLow; trailing++) {
    const mask = (1 << (6 * trailing)) - 1;
    if ((low & ~mask) === (high & ~mask)) continue;
    if ((low & mask) !== 0) {
      splitSameLength(low, low | mask, emit);
      splitSameLength((low | mask) + 1, high, emit);
      return;
    }
    if ((high & mask) !== mask) {
      splitSameLength(low, (high & ~mask) - 1, emit);
      splitSameLength(high & ~mask, high, emit);
      return;
    }
  }
  const lows: number[] = [];
  const highs: number[] = [];
  pushUtf8(low, lows);
  pushUtf8(high, highs);
  emit(lows, highs);
}
