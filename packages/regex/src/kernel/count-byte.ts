/** Counting a byte four at a time, in plain JavaScript. */

const LOW_BITS = 0x7f7f7f7f;
/** A byte of a sum of ones overflows after so many. */
const MOST_SUMS = 255;

/** How often `byte` stands in [from, to). Hot. */
export function countByte(input: Uint8Array, byte: number, from: number, to: number): number {
  let count = 0;
  let at = from;
  // Up to the first whole word, which is aligned in the underlying memory.
  const aligned = Math.min(to, from + ((4 - ((input.byteOffset + from) & 3)) & 3));
  for (; at < aligned; at++) if (input[at] === byte) count++;
  if (at === to) return count;
  const words = new Int32Array(input.buffer, input.byteOffset + at, (to - at) >> 2);
  const pattern = Math.imul(byte, 0x01010101);
  for (let word = 0; word < words.length;) {
    const end = Math.min(words.length, word + MOST_SUMS);
    let sums = 0;
    for (; word < end; word++) {
      const difference = words[word]! ^ pattern;
      // The highest bit of each byte: set unless the byte is the one.
      const others = ((difference & LOW_BITS) + LOW_BITS) | difference | LOW_BITS;
      sums += ~others >>> 7;
    }
    count += (sums & 0xff) + ((sums >>> 8) & 0xff) + ((sums >>> 16) & 0xff) + (sums >>> 24);
  }
  at += words.length * 4;
  for (; at < to; at++) if (input[at] === byte) count++;
  return count;
}
