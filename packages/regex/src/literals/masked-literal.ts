/**
 * Literals whose bytes may leave bits open: at every position `(byte | mask) === value`. A letter without regard to case is one position
 * (mask 0x20), and so are the two cases of most letters of two and three bytes, whose encodings differ in few bits. Where the mask admits
 * bytes that the pattern does not, `exact` is false and an occurrence is only a candidate.
 */
export interface MaskedLiteral {
  /** The bytes with all bits of the mask set. */
  readonly value: Uint8Array;
  /** Bits that do not count, by position. */
  readonly mask: Uint8Array;
  /** True when every occurrence is one of the strings that the literal stands for. */
  readonly exact: boolean;
  /** Of one that is not exact: exact ones that stand for the same strings, where these are few. */
  readonly exactly?: readonly MaskedLiteral[] | undefined;
}

/** What stands near another literal: `literal` begins `least` to `most` bytes behind where that one begins, or before it (negative). */
export interface Companion {
  readonly literal: MaskedLiteral;
  readonly least: number;
  readonly most: number;
}

/** From a literal's beginning to the farther end of its companion there are no more bytes than these. */
export const MOST_COMPANION_BYTES = 192;
/** A companion may begin in so many places. */
export const MOST_COMPANION_PLACES = 96;

/** A literal of these bytes and no others. */
export function plainLiteral(bytes: Uint8Array): MaskedLiteral {
  return { value: bytes, mask: new Uint8Array(bytes.length), exact: true };
}

/** Whether the literal stands at `offset`. The caller knows that its whole length lies in the input. */
export function matchesAt(literal: MaskedLiteral, input: Uint8Array, offset: number): boolean {
  const { value, mask } = literal;
  for (let i = 0; i < value.length; i++) {
    if ((input[offset + i]! | mask[i]!) !== value[i]!) return false;
  }
  return true;
}

/** Whether the companion of a literal that stands at `offset` is where it has to be: it may be found beyond what is being searched. */
export function hasCompanion({ literal, least, most }: Companion, input: Uint8Array, offset: number): boolean {
  for (let at = Math.max(0, offset + least); at <= offset + most; at++) if (matchesAt(literal, input, at)) return true;
  return false;
}

/** All bytes that a position admits. */
export function admittedBytes(literal: MaskedLiteral, position: number): number[] {
  const mask = literal.mask[position]!;
  const value = literal.value[position]!;
  if (mask === 0) return [value];
  const bytes: number[] = [];
  for (let byte = 0; byte < 256; byte++) if ((byte | mask) === value) bytes.push(byte);
  return bytes;
}

/** The literal for people: in lower case where either case will do, and U+FFFD where the open bits of a character do not tell its cases. */
export function literalText({ value, mask }: MaskedLiteral): string {
  const shown = Uint8Array.from(value);
  for (let start = 0; start < value.length;) {
    let end = start + 1;
    while (end < value.length && (value[end]! & 0xc0) === 0x80) end++;
    if (mask.subarray(start, end).filter((bits) => bits !== 0).length > 1) shown.fill(NO_UTF8, start, end);
    start = end;
  }
  return new TextDecoder().decode(shown).replaceAll(/\ufffd+/g, "\ufffd");
}

const NO_UTF8 = 0xff;
