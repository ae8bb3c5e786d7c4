/**
 * Tables of numbers as text that a bundle can carry: each number in digits of five bits, lowest first, one printable character per digit,
 * the upper half of the alphabet where more digits follow.
 */
const FIRST = 0x28; // "(" to "g", of which only the backslash needs escaping

/** For the generator. */
export function packNumbers(numbers: readonly number[]): string {
  let text = "";
  for (const number of numbers) {
    let rest = number;
    while (rest >= 32) {
      text += String.fromCharCode(FIRST + 32 + (rest & 31));
      rest >>>= 5;
    }
    text += String.fromCharCode(FIRST + rest);
  }
  return text;
}

export function unpackNumbers(text: string): number[] {
  const numbers: number[] = [];
  let number = 0;
  let shift = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - FIRST;
    number += (digit & 31) * 2 ** shift;
    if (digit < 32) {
      numbers.push(number);
      number = 0;
      shift = 0;
    } else shift += 5;
  }
  return numbers;
}

/** Ranges from their distances. */
export function unpackRanges(text: string): number[] {
  let last = 0;
  return unpackNumbers(text).map((distance) => (last += distance));
}
