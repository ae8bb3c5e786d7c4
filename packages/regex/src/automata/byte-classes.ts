/** Bytes that an automaton cannot tell apart are one class, so that its tables have a column per class instead of 256. */
import { ASSERTIONS, WORD_ASSERTIONS, isAsciiWord } from "./assertions.ts";
import { BYTES, type Nfa } from "./nfa.ts";

/** What a place in the text borders on, as far as assertions ask. */
export const EDGE = 0; // the line's start or end
export const WORD = 1; // an ASCII letter, digit or underscore
export const OTHER = 2; // any other ASCII character
export const HIGH = 3; // a byte of something else
export const NEWLINE = 4; // a newline inside the text, where some assertion wants to know

export interface ByteClasses {
  /** Class of each byte. */
  readonly of: Uint8Array;
  /** How many; the end of the line is class `count`, which no byte has but the line terminator. */
  readonly count: number;
  /** A byte of each class. */
  readonly representative: Uint8Array;
  /** EDGE to NEWLINE, of each class and of the end of the line. */
  readonly context: Uint8Array;
}

const MULTILINE = (1 << ASSERTIONS.indexOf("multilineStart")) | (1 << ASSERTIONS.indexOf("multilineEnd"));

/** What `byte` means for the assertions of an automaton. */
export function contextOf(byte: number, assertions: number): number {
  if (byte === 0x0a && (assertions & MULTILINE) !== 0) return NEWLINE;
  if ((assertions & WORD_ASSERTIONS) === 0) return OTHER;
  if (byte >= 0x80) return HIGH;
  return isAsciiWord(byte) ? WORD : OTHER;
}

export function byteClasses(nfa: Nfa, lineTerminator: number): ByteClasses {
  /** A class ends before each of these. */
  const cuts = new Uint8Array(257);
  for (let pc = 0; pc < nfa.size; pc++) {
    if (nfa.op[pc] !== BYTES) continue;
    cuts[nfa.a[pc]!] = 1;
    cuts[nfa.b[pc]! + 1] = 1;
  }
  for (let byte = 1; byte < 256; byte++) {
    if (contextOf(byte, nfa.assertions) !== contextOf(byte - 1, nfa.assertions)) cuts[byte] = 1;
  }
  if (lineTerminator >= 0) cuts[lineTerminator] = cuts[lineTerminator + 1] = 1;
  const of = new Uint8Array(256);
  const representative: number[] = [];
  for (let byte = 0; byte < 256; byte++) {
    if (byte === lineTerminator) continue;
    if (representative.length === 0 || cuts[byte] === 1) representative.push(byte);
    of[byte] = representative.length - 1;
  }
  const count = representative.length;
  // Every byte a class of its own and no terminator: the end would be class 256, which a byte cannot hold, and no byte has to.
  if (lineTerminator >= 0) of[lineTerminator] = count;
  const context = new Uint8Array(count + 1);
  for (const [index, byte] of representative.entries()) context[index] = contextOf(byte, nfa.assertions);
  context[count] = EDGE;
  return { of, count, representative: Uint8Array.from(representative), context };
}
