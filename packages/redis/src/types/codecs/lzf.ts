/**
 * LZF (Marc Lehmann's liblzf), by which RDB compresses long strings.
 *
 *     000LLLLL <L+1 bytes>                  a run of L + 1 literal bytes
 *     LLLooooo oooooooo                     L + 2 bytes from o + 1 bytes back, L from 1 to 6
 *     111ooooo LLLLLLLL oooooooo            the same with L = 7 + the middle byte
 *
 * A back reference may overlap what it makes, and so repeat a short pattern.
 */
import { Buffer } from "node:buffer";
import { CorruptDataError } from "./corrupt-data.ts";

const MAX_LITERALS = 32;
const MAX_OFFSET = 1 << 13;
const MAX_MATCH = 264;
const MAX_HASH_BITS = 14;
const MIN_HASH_BITS = 6;
/** No encoding makes more out of a byte than this: three bytes of input give at most 264. */
const MAX_RATIO = 264;

/** Positions + 1 by hash of three bytes; each call clears as many slots as it uses. */
const positions = new Int32Array(1 << MAX_HASH_BITS);

/** `input` unpacked to exactly `length` bytes. Throws CorruptDataError, and allocates nothing that `input` cannot fill. */
export function lzfDecompress(input: Uint8Array, length: number): Buffer {
  if (length > input.length * MAX_RATIO) throw new CorruptDataError("LZF", `${length} bytes are too many`, 0);
  const output = Buffer.allocUnsafeSlow(length);
  let from = 0;
  let to = 0;
  while (from < input.length) {
    const control = input[from++]!;
    if (control < MAX_LITERALS) {
      const run = control + 1;
      if (from + run > input.length || to + run > length) throw new CorruptDataError("LZF", "a run goes too far", from);
      for (let i = 0; i < run; i++) output[to++] = input[from++]!;
      continue;
    }
    let match = (control >> 5) + 2;
    if (match === 9) {
      if (from >= input.length) throw new CorruptDataError("LZF", "the end is missing", from);
      match += input[from++]!;
    }
    if (from >= input.length) throw new CorruptDataError("LZF", "the end is missing", from);
    let source = to - (((control & 0x1f) << 8) | input[from++]!) - 1;
    if (source < 0) throw new CorruptDataError("LZF", "a reference before the beginning", from);
    if (to + match > length) throw new CorruptDataError("LZF", "a match goes too far", from);
    for (let i = 0; i < match; i++) output[to++] = output[source++]!;
  }
  if (to !== length) throw new CorruptDataError("LZF", `${to} bytes instead of ${length}`, from);
  return output;
}

/** `input` packed, or undefined when that does not save at least four bytes. */
export function lzfCompress(input: Uint8Array): Buffer | undefined {
  const limit = input.length - 4;
  if (limit <= 0) return undefined;
  const hashBits = Math.min(MAX_HASH_BITS, Math.max(MIN_HASH_BITS, 32 - Math.clz32(input.length)));
  positions.fill(0, 0, 1 << hashBits);
  const output = Buffer.allocUnsafe(limit);
  let to = 0;
  let from = 0;
  /** First byte that is not written yet. */
  let literals = 0;

  const flushLiterals = (): boolean => {
    while (literals < from) {
      const run = Math.min(MAX_LITERALS, from - literals);
      if (to + run + 1 > limit) return false;
      output[to++] = run - 1;
      for (let i = 0; i < run; i++) output[to++] = input[literals++]!;
    }
    return true;
  };

  while (from + 2 < input.length) {
    const word = (input[from]! << 16) | (input[from + 1]! << 8) | input[from + 2]!;
    const slot = Math.imul(word, 0x9e37_79b1) >>> (32 - hashBits);
    const candidate = positions[slot]! - 1;
    positions[slot] = from + 1;
    const back = from - candidate - 1;
    if (
      candidate < 0 ||
      back >= MAX_OFFSET ||
      input[candidate] !== input[from] ||
      input[candidate + 1] !== input[from + 1] ||
      input[candidate + 2] !== input[from + 2]
    ) {
      from++;
      continue;
    }
    const longest = Math.min(MAX_MATCH, input.length - from);
    let match = 3;
    while (match < longest && input[candidate + match] === input[from + match]) match++;
    if (!flushLiterals() || to + 3 > limit) return undefined;
    const length = match - 2;
    if (length < 7) output[to++] = (length << 5) | (back >> 8);
    else {
      output[to++] = (7 << 5) | (back >> 8);
      output[to++] = length - 7;
    }
    output[to++] = back & 0xff;
    from += match;
    literals = from;
  }
  from = input.length;
  return flushLiterals() ? output.subarray(0, to) : undefined;
}
