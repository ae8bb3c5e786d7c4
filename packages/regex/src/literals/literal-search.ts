/**
 * Searches for one of several masked literals in plain JavaScript, by Wu and Manber's method (1994) with pairs of bytes: a window as long
 * as the shortest literal slides over the text; a hash of its last two bytes says how far it may move before a literal can end there.
 * A single literal with a rare byte is found faster by the runtime's own search for that byte, as long as the byte is as rare as it should be.
 */
import { admittedBytes, matchesAt, type MaskedLiteral } from "./masked-literal.ts";
import { rank, rarestPositions } from "./rarity.ts";

/** Bytes of a higher rank are too common to be looked for alone. */
const MOST_COMMON_RARE = 200;
/** After so many misses, the byte must have been met once in so many bytes at most. */
const MISSES = 1000;
const BYTES_PER_MISS = 128;
/** A shorter window moves by so little at a time that four automata in lock-step are faster. */
const LEAST_LEAPING_WINDOW = 5;
const HASH_BITS = 12;
const HASH_SIZE: number = 1 << HASH_BITS;

/** A hash of two neighbouring bytes: small enough that the table stays in the first-level cache. */
const hash = (first: number, second: number): number => ((first << 4) ^ second) & (HASH_SIZE - 1);

export class LiteralSearch {
  readonly #literals: readonly MaskedLiteral[];
  /** Length of the window. */
  readonly #window: number;
  /** By the window's last two bytes (or its only one): how far the next window is away; 0 where a literal may begin at this window. */
  readonly #shift: Uint8Array;

  /** A position of the single literal whose byte is rare; -1 where there is none, or it was met too often. */
  #rare = -1;

  #misses = 0;
  /** Bytes searched for the rare byte. */
  #searched = 0;

  /** @param literals at least one, each of at least one byte */
  constructor(literals: readonly MaskedLiteral[]) {
    this.#literals = literals;
    this.#window = Math.min(255, ...literals.map(({ value }) => value.length));
    this.#shift = this.#window === 1 ? this.#single() : this.#pairs();
    const only = literals.length === 1 ? literals[0]! : undefined;
    if (only === undefined) return;
    const rarest = rarestPositions(only, 1)[0]!;
    if (only.mask[rarest] === 0 && rank(only.value[rarest]!) <= MOST_COMMON_RARE) this.#rare = rarest;
  }

  #single(): Uint8Array {
    const shift = new Uint8Array(256).fill(1);
    for (const literal of this.#literals) for (const byte of admittedBytes(literal, 0)) shift[byte] = 0;
    return shift;
  }

  #pairs(): Uint8Array {
    const last = this.#window - 1;
    const shift = new Uint8Array(HASH_SIZE).fill(last);
    for (const literal of this.#literals) {
      for (let position = 1; position <= last; position++) {
        for (const first of admittedBytes(literal, position - 1)) {
          for (const second of admittedBytes(literal, position)) {
            const slot = hash(first, second);
            shift[slot] = Math.min(shift[slot]!, last - position);
          }
        }
      }
    }
    return shift;
  }

  /** Whether it passes over bytes in leaps: by the runtime's own search, or by windows of some length. */
  get leaps(): boolean {
    return this.#rare >= 0 || this.#window >= LEAST_LEAPING_WINDOW;
  }

  /** Start of the first occurrence that lies whole in [from, to), or -1. */
  find(input: Uint8Array, from: number, to: number): number {
    if (this.#rare >= 0) return this.#findRare(input, from, to);
    return this.#window === 1 ? this.#findSingle(input, from, to) : this.#findPairs(input, from, to);
  }

  /** Hot. */
  #findRare(input: Uint8Array, from: number, to: number): number {
    const rare = this.#rare;
    const literal = this.#literals[0]!;
    const byte = literal.value[rare]!;
    const view = input.subarray(0, to);
    for (let at = from + rare; ; at++) {
      at = view.indexOf(byte, at);
      const start = at < 0 ? to : at - rare;
      this.#searched += start - from;
      from = start;
      if (at < 0) return -1;
      if (start + literal.value.length <= to && matchesAt(literal, input, start)) return start;
      if (++this.#misses > MISSES && this.#misses * BYTES_PER_MISS > this.#searched) {
        this.#rare = -1;
        return this.find(input, start + 1, to);
      }
    }
  }

  #findSingle(input: Uint8Array, from: number, to: number): number {
    const shift = this.#shift;
    for (let at = from; at < to; at++) {
      if (shift[input[at]!] === 0 && this.#standsAt(input, at, to)) return at;
    }
    return -1;
  }

  /** Hot. */
  #findPairs(input: Uint8Array, from: number, to: number): number {
    const shift = this.#shift;
    const window = this.#window;
    let end = from + window - 1;
    while (end < to) {
      const step = shift[((input[end - 1]! << 4) ^ input[end]!) & (HASH_SIZE - 1)]!;
      if (step !== 0) {
        end += step;
        continue;
      }
      const start = end - window + 1;
      if (this.#standsAt(input, start, to)) return start;
      end++;
    }
    return -1;
  }

  #standsAt(input: Uint8Array, at: number, to: number): boolean {
    for (const literal of this.#literals) {
      if (at + literal.value.length <= to && matchesAt(literal, input, at)) return true;
    }
    return false;
  }
}
