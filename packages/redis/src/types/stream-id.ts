/**
 * Stream IDs: two unsigned 64-bit integers, milliseconds and sequence, ordered as one number of 128 bits.
 *
 * A part is a plain number while that is exact, a bigint beyond 2^53 − 1: never both for the same value, so `===` compares parts,
 * and `<` orders them, as JavaScript compares numbers with bigints exactly. In practice the parts are numbers; the bigints are for IDs
 * that clients make up.
 */

/** An unsigned 64-bit integer: a number when it is safe, a bigint when it is not. */
export type Uint64 = number | bigint;

const UINT64_MAX = 0xffff_ffff_ffff_ffffn;

export class StreamId {
  readonly ms: Uint64;
  readonly seq: Uint64;

  constructor(ms: Uint64, seq: Uint64) {
    this.ms = ms;
    this.seq = seq;
  }

  /** `<ms>-<seq>`. */
  toString(): string {
    return `${this.ms}-${this.seq}`;
  }
}

export const MIN_ID: StreamId = new StreamId(0, 0);
export const MAX_ID: StreamId = new StreamId(UINT64_MAX, UINT64_MAX);

/** Negative, zero or positive, as for sorting. */
export function compareIds(a: StreamId, b: StreamId): number {
  if (a.ms !== b.ms) return a.ms < b.ms ? -1 : 1;
  if (a.seq !== b.seq) return a.seq < b.seq ? -1 : 1;
  return 0;
}

/** The value as a number when that is exact. */
export function uint64(value: bigint): Uint64 {
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

/** `value + 1`; undefined when 64 bits do not hold it. */
function increment(value: Uint64): Uint64 | undefined {
  if (typeof value === "number" && value < Number.MAX_SAFE_INTEGER) return value + 1;
  return value === UINT64_MAX ? undefined : uint64(BigInt(value) + 1n);
}

function decrement(value: Uint64): Uint64 | undefined {
  if (typeof value === "number") return value === 0 ? undefined : value - 1;
  return uint64(value - 1n);
}

/** The ID after `id`; undefined after the last one. */
export function nextId(id: StreamId): StreamId | undefined {
  const seq = increment(id.seq);
  if (seq !== undefined) return new StreamId(id.ms, seq);
  const ms = increment(id.ms);
  return ms === undefined ? undefined : new StreamId(ms, 0);
}

/** The ID before `id`; undefined before 0-0. */
export function previousId(id: StreamId): StreamId | undefined {
  const seq = decrement(id.seq);
  if (seq !== undefined) return new StreamId(id.ms, seq);
  const ms = decrement(id.ms);
  return ms === undefined ? undefined : new StreamId(ms, UINT64_MAX);
}

/** `a - b` in 64 bits, wrapped into the signed range: what a macro node stores of an ID. */
export function signedDifference(a: Uint64, b: Uint64): number | bigint {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return BigInt.asIntN(64, BigInt(a) - BigInt(b));
}

const SIMPLE = /^\d{1,15}$/;
const C_INTEGER = /^[ \t\n\v\f\r]*([+-]?)(\d+)$/;
const CANONICAL_NEGATIVE = /^-[1-9]\d{0,18}$/;
const INT64_MIN_MAGNITUDE = 9_223_372_036_854_775_808n;

/**
 * One part of an ID, as the original reads it: `strtoull`, which takes leading blanks, zeros and a sign, and wraps what is negative,
 * but not what its own parser already knows for a negative number. Undefined when it is none.
 */
function parsePart(text: string): Uint64 | undefined {
  if (SIMPLE.test(text)) return Number(text);
  const parts = C_INTEGER.exec(text);
  if (parts === null) return undefined;
  const magnitude = BigInt(parts[2]!);
  if (magnitude > UINT64_MAX) return undefined;
  if (parts[1] !== "-") return uint64(magnitude);
  if (CANONICAL_NEGATIVE.test(text) && magnitude <= INT64_MIN_MAGNITUDE) return undefined;
  return uint64(BigInt.asUintN(64, -magnitude));
}

/** Longer texts are no IDs. */
const MAX_ID_TEXT = 127;

/** `<ms>` or `<ms>-<seq>`, the sequence being `missingSeq` when it is left out; undefined when it is neither. */
export function parseId(text: string, missingSeq: Uint64 = 0): StreamId | undefined {
  const parsed = splitId(text);
  if (parsed === undefined) return undefined;
  if (parsed.seq === undefined) return new StreamId(parsed.ms, missingSeq);
  const seq = parsePart(parsed.seq);
  return seq === undefined ? undefined : new StreamId(parsed.ms, seq);
}

/** The milliseconds of `<ms>-*`; undefined when it is something else. */
export function parseIdWithoutSequence(text: string): Uint64 | undefined {
  const parsed = splitId(text);
  return parsed?.seq === "*" ? parsed.ms : undefined;
}

function splitId(text: string): { ms: Uint64; seq: string | undefined } | undefined {
  if (text.length > MAX_ID_TEXT) return undefined;
  const nul = text.indexOf("\0");
  const seen = nul < 0 ? text : text.slice(0, nul);
  const dash = seen.indexOf("-");
  const ms = parsePart(dash < 0 ? seen : seen.slice(0, dash));
  return ms === undefined ? undefined : { ms, seq: dash < 0 ? undefined : seen.slice(dash + 1) };
}
