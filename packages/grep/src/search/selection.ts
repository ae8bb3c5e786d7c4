/** Which lines are wanted, as questions about a stretch of complete lines in the scanner's buffer. */
import type { LineScanner } from "@tenon/regex";

export interface Selection {
  /** Start of the first wanted line in [from, to), or -1; `lineEnd` is then the offset of its terminator, or `to`. */
  next(from: number, to: number): number;
  readonly lineEnd: number;
  /** How many lines of [from, to) are wanted. `to` is just past a terminator, or the end of the input. */
  count(from: number, to: number): number;
}

/** Is this line, given without its terminator, wanted too? */
export type LineCondition = (line: Uint8Array) => boolean;

export interface SelectionOptions {
  /** Lines that do not match are wanted. */
  readonly invert: boolean;
  readonly terminator: number;
  /** What must hold of a matching line besides; -v turns the whole round. */
  readonly conditions: readonly LineCondition[];
}

export function selectionOf(scanner: LineScanner, { invert, terminator, conditions }: SelectionOptions): Selection {
  if (conditions.length > 0) {
    const all = new Conditional(scanner, conditions);
    return invert ? new Complement(all, scanner, terminator) : all;
  }
  return invert ? new Unmatched(scanner, terminator) : scanner;
}

class Unmatched implements Selection {
  readonly #scanner: LineScanner;
  readonly #terminator: number;

  constructor(scanner: LineScanner, terminator: number) {
    this.#scanner = scanner;
    this.#terminator = terminator;
  }

  get lineEnd(): number {
    return this.#scanner.lineEnd;
  }

  next(from: number, to: number): number {
    return this.#scanner.nextUnmatched(from, to);
  }

  count(from: number, to: number): number {
    return linesIn(this.#scanner, this.#terminator, from, to) - this.#scanner.count(from, to);
  }
}

/** Matching lines for which the conditions hold. */
class Conditional implements Selection {
  readonly #scanner: LineScanner;
  readonly #conditions: readonly LineCondition[];

  constructor(scanner: LineScanner, conditions: readonly LineCondition[]) {
    this.#scanner = scanner;
    this.#conditions = conditions;
  }

  get lineEnd(): number {
    return this.#scanner.lineEnd;
  }

  next(from: number, to: number): number {
    for (let at = from; at < to; at = this.lineEnd + 1) {
      const start = this.#scanner.next(at, to);
      if (start === -1) return -1;
      const line = this.#scanner.buffer.subarray(start, this.lineEnd);
      if (this.#conditions.every((holds) => holds(line))) return start;
    }
    return -1;
  }

  count(from: number, to: number): number {
    return countOneByOne(this, from, to);
  }
}

/** The lines that another selection leaves out. */
class Complement implements Selection {
  readonly #wanted: Selection;
  readonly #scanner: LineScanner;
  readonly #terminator: number;
  lineEnd = 0;

  constructor(wanted: Selection, scanner: LineScanner, terminator: number) {
    this.#wanted = wanted;
    this.#scanner = scanner;
    this.#terminator = terminator;
  }

  next(from: number, to: number): number {
    let start = from;
    // As long as the next line is one of the others', it is passed over.
    while (start < to && this.#wanted.next(start, to) === start) start = this.#wanted.lineEnd + 1;
    if (start >= to) return -1;
    const end = this.#scanner.findByte(this.#terminator, start, to);
    this.lineEnd = end === -1 ? to : end;
    return start;
  }

  count(from: number, to: number): number {
    return linesIn(this.#scanner, this.#terminator, from, to) - this.#wanted.count(from, to);
  }
}

function countOneByOne(selection: Selection, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at = selection.lineEnd + 1) {
    if (selection.next(at, to) === -1) break;
    count++;
  }
  return count;
}

/** All lines of [from, to), the last included though nothing ends it. */
function linesIn(scanner: LineScanner, terminator: number, from: number, to: number): number {
  if (to <= from) return 0;
  const open = scanner.buffer[to - 1] === terminator ? 0 : 1;
  return scanner.countByte(terminator, from, to) + open;
}
