/** Up to here a loop is done before a view of the range is made for the runtime's own search. */
const SHORT = 48;

/** First offset of `byte` in [from, to), or -1; behind `to` nothing is read. */
export function indexOfByte(input: Uint8Array, byte: number, from: number, to: number): number {
  const short = Math.min(to, from + SHORT);
  for (let at = from; at < short; at++) if (input[at] === byte) return at;
  if (short >= to) return -1;
  const at = input.subarray(short, to).indexOf(byte);
  return at < 0 ? -1 : at + short;
}
