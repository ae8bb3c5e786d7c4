/**
 * Searches one input after another, line by line, in a buffer that the caller fills: bytes in, lines out (sans-IO).
 *
 * The buffer holds, from front to back: lines that may still be wanted as leading context, complete lines that are to be searched, and the
 * beginning of a line whose end has not come yet. After each filling the complete lines are searched; what is no longer needed is then
 * overwritten by moving the rest to the front. Positions below are offsets in the buffer unless they are called `…Offset`: those count from
 * the input's beginning, and survive the moving.
 *
 * Which bytes make an input binary, and what happens then, is GNU grep's rule, and so is the granularity of 96 KiB in which it looks
 * at its input: lines before the piece with the first NUL are output as text, the piece itself and what follows is not.
 */
import type { LineScanner } from "@tenon/regex";
import type { Selection } from "./selection.ts";

/** Takes the lines that are found. */
export interface LineSink {
  /** Lines up to `limit` follow; the scanner's buffer has changed. */
  region(limit: number): void;
  /** The line `buffer[start, end)`. False when it is no text, and was not output. */
  line(start: number, end: number, selected: boolean, number: number, offset: number): boolean;
  /** What follows does not adjoin what came before it. */
  gap(): void;
}

export interface LineSearchOptions {
  readonly terminator: number;
  /** What to do with an input that has a NUL: say only that it matches, treat it as text, or leave it. */
  readonly binaryFiles: "binary" | "text" | "without-match";
  readonly before: number;
  readonly after: number;
  /** Selected lines after which to stop. */
  readonly maxCount: number;
  /** One selected line is all there is to know. */
  readonly stopAtFirst: boolean;
  /** Lines go to the sink; else they are only counted. */
  readonly output: boolean;
  readonly lineNumbers: boolean;
  /**
   * Selected lines that adjoin come in one run, within which nothing is asked about context: how GNU grep takes those of -v. It shows
   * where a line could not be output.
   */
  readonly runs: boolean;
}

/** How much of a file GNU grep reads at once. */
const GNU_BUFFER_BYTES = 96 * 1024;
/** What is read at once: a multiple of GNU's, so that both see the same pieces; small enough for the processor's cache. */
export const READ_BYTES: number = 3 * GNU_BUFFER_BYTES;

/** Where a search begins that does not begin with its input: at a line, with what was found before it. */
export interface StartingPoint {
  readonly offset: number;
  /** Lines before it. */
  readonly lineNumber: number;
  /** Lines that were selected before it. */
  readonly selected: number;
  /** Just past the last line that was output before it; -1 when there was none. */
  readonly outputEnd: number;
}

export const BEGINNING: StartingPoint = { offset: 0, lineNumber: 0, selected: 0, outputEnd: -1 };

/** Where GNU grep's piece ends in which the byte before `offset` lies: as far as a NUL makes that byte part of a binary file. */
export function endOfPiece(offset: number): number {
  return Math.ceil(offset / GNU_BUFFER_BYTES) * GNU_BUFFER_BYTES;
}

export class LineSearch {
  readonly #scanner: LineScanner;
  readonly #selection: Selection;
  readonly #options: LineSearchOptions;
  readonly #sink: LineSink;

  /** The input's offset of the buffer's first byte. */
  #baseOffset = 0;
  #expectedBytes = 0;
  /** First byte that is still needed. */
  #keep = 0;
  /** Start of the first line that has not been searched. */
  #from = 0;
  /** End of what has been read. */
  #end = 0;

  #left = 0;
  #selected = 0;
  #output = false;
  #stopAtFirst = false;
  /** Lines of trailing context that are still to come. */
  #pending = 0;
  /** Just past the last line that was output; -1 when there was none. */
  #outputEndOffset = -1;
  #selectedEndOffset = 0;
  /** Selected lines before the first NUL; -1 while there was none. */
  #selectedBeforeNul = -1;
  #encodingError = false;
  #skipped = false;
  #stopped = false;
  #lineNumber = 0;
  #numberedOffset = 0;
  /** A line was selected, in this input or an earlier one: a gap comes before the next group of lines. */
  selectedEver = false;
  #opensGroup = false;

  constructor(scanner: LineScanner, selection: Selection, options: LineSearchOptions, sink: LineSink) {
    this.#scanner = scanner;
    this.#selection = selection;
    this.#options = options;
    this.#sink = sink;
  }

  /** Forgets the input before, and begins a new one, of so many bytes where that is known. */
  begin(expectedBytes: number = 0, { offset, lineNumber, selected, outputEnd }: StartingPoint = BEGINNING): void {
    this.#expectedBytes = expectedBytes;
    const { maxCount, output, stopAtFirst } = this.#options;
    this.#baseOffset = offset;
    this.#keep = this.#from = this.#end = 0;
    this.#left = maxCount;
    this.#selected = selected;
    this.#output = output;
    this.#stopAtFirst = stopAtFirst;
    this.#pending = 0;
    this.#outputEndOffset = outputEnd;
    this.#selectedEndOffset = 0;
    this.#selectedBeforeNul = -1;
    this.#encodingError = this.#skipped = this.#stopped = false;
    this.#lineNumber = lineNumber;
    this.#numberedOffset = offset;
  }

  /** As if no input had been before. */
  forgetEarlierInputs(): void {
    this.selectedEver = this.#opensGroup = false;
  }

  /** A group of lines was output, and none was selected before it in any input: whether a gap comes first is for whoever knows what was before. */
  get opensGroup(): boolean {
    return this.#opensGroup;
  }

  /** So far the input has been text: no line depends on more than itself. */
  get isPlain(): boolean {
    return this.#selectedBeforeNul < 0 && !this.#encodingError && !this.#skipped;
  }

  /** How many lines were selected. */
  get selected(): number {
    return this.#skipped ? 0 : this.#selected;
  }

  /** Offset just past the last selected line. */
  get selectedEndOffset(): number {
    return this.#selectedEndOffset;
  }

  /** There are selected lines that were not output, since the input is binary. */
  get binaryMatches(): boolean {
    if (this.#options.binaryFiles !== "binary" || !this.#options.output || this.#skipped) return false;
    return this.#encodingError || (this.#selectedBeforeNul >= 0 && this.#selectedBeforeNul < this.#selected);
  }

  /** Where in the scanner's buffer the next `READ_BYTES` bytes of the input are to be put. */
  space(): number {
    if (this.#keep > 0) {
      this.#scanner.buffer.copyWithin(0, this.#keep, this.#end);
      this.#baseOffset += this.#keep;
      this.#from -= this.#keep;
      this.#end -= this.#keep;
      this.#keep = 0;
    }
    const needed = this.#end + READ_BYTES;
    // One byte more: a last line without its end gets one.
    const grown = this.#scanner.buffer.length <= needed ? 2 * this.#end : 0;
    // Asked for each time, as the scanner may move to faster memory when it sees how much there is.
    this.#scanner.reserve(Math.max(needed + 1, grown), Math.max(needed, this.#expectedBytes - this.#baseOffset));
    return this.#end;
  }

  /**
   * `count` bytes were put at space(). `moreNuls` asks about an input that has just begun whether there is a NUL beyond these bytes.
   * False when no more are wanted.
   */
  filled(count: number, moreNuls?: () => boolean): boolean {
    const start = this.#end;
    this.#end += count;
    let searchable = start;
    if (this.looksForNuls) {
      const nul = this.#scanner.findByte(0, start, this.#end);
      const first = nul === -1 && start === 0 && this.#baseOffset === 0 && moreNuls?.() ? 0 : nul;
      if (first !== -1) {
        searchable = Math.max(start, this.#pieceOf(first));
        this.#searchLines(start, searchable);
        if (!this.#stopped) this.#turnBinary();
      }
    }
    if (this.#stopped) return false;
    if (this.#selectedBeforeNul >= 0) this.#searchBinary(searchable);
    else this.#searchLines(searchable, this.#end);
    if (!this.#stopped) this.#keepContext();
    return !this.#stopped;
  }

  /** Piece by piece, since after each GNU grep looks whether it knows enough. */
  #searchBinary(start: number): void {
    this.#endLinesAtNuls(start);
    for (let at = start; at < this.#end && !this.#stopped;) {
      const next = Math.min(this.#end, this.#pieceOf(at) + GNU_BUFFER_BYTES);
      this.#searchLines(at, next);
      at = next;
    }
  }

  /** The input has ended: searches the last line if nothing ended it. */
  end(): void {
    if (this.#stopped || this.#from === this.#end) return;
    this.#search(this.#end);
  }

  /** A NUL would make the input binary, which it has not been so far. */
  get looksForNuls(): boolean {
    const { binaryFiles, terminator } = this.#options;
    return this.#selectedBeforeNul < 0 && binaryFiles !== "text" && terminator !== 0;
  }

  /** Where the piece begins in which GNU grep would have met the byte at `position`. */
  #pieceOf(position: number): number {
    const offset = this.#baseOffset + position;
    return offset - (offset % GNU_BUFFER_BYTES) - this.#baseOffset;
  }

  #turnBinary(): void {
    if (this.#options.binaryFiles === "without-match") {
      this.#skipped = this.#stopped = true;
      return;
    }
    this.#selectedBeforeNul = this.#selected;
    if (this.#options.output) this.#stopAtFirst = true;
    this.#output = false;
  }

  /** In a binary input a NUL ends a line too. */
  #endLinesAtNuls(from: number): void {
    const { buffer } = this.#scanner;
    const { terminator } = this.#options;
    for (let at = this.#scanner.findByte(0, from, this.#end); at !== -1 && at < this.#end; at++)
      if (buffer[at] === 0) buffer[at] = terminator;
  }

  /** Searches the lines that are complete with the bytes [start, end), of which none before `start` is. */
  #searchLines(start: number, end: number): void {
    const { buffer } = this.#scanner;
    const { terminator } = this.#options;
    let limit = end;
    while (limit > start && buffer[limit - 1] !== terminator) limit--;
    if (limit > start && limit > this.#from) this.#search(limit);
  }

  /** Searches the lines [#from, limit). */
  #search(limit: number): void {
    if (this.#output || this.#pending > 0) this.#sink.region(limit);
    if (this.#left > 0) {
      if (this.#output) this.#outputLines(limit);
      else this.#countLines(limit);
    }
    if (this.#pending > 0) this.#trailingContext(limit);
    this.#from = limit;
    if ((this.#left <= 0 && this.#pending === 0) || (this.#stopAtFirst && this.#selected > 0)) this.#stopped = true;
  }

  #countLines(limit: number): void {
    if (!this.#stopAtFirst && this.#left === Number.POSITIVE_INFINITY) {
      this.#selected += this.#selection.count(this.#from, limit);
      return;
    }
    for (let at = this.#from; at < limit; at = this.#selection.lineEnd + 1) {
      if (this.#selection.next(at, limit) === -1) return;
      this.#took(this.#selection.lineEnd);
      this.#pending = 0;
      if (this.#left <= 0 || this.#stopAtFirst) return;
    }
  }

  #took(lineEnd: number): void {
    this.#selected++;
    this.#left--;
    this.selectedEver = true;
    this.#selectedEndOffset = this.#baseOffset + Math.min(lineEnd + 1, this.#end);
  }

  #outputLines(limit: number): void {
    const { after, runs } = this.#options;
    let end = this.#from - 1;
    let runEnd = -1;
    while (end + 1 < limit) {
      const start = this.#selection.next(end + 1, limit);
      if (start === -1) return;
      // Kept here: the sink may ask the scanner about the line's matches.
      end = this.#selection.lineEnd;
      if (!runs || start !== runEnd) {
        if (this.#pending > 0) this.#trailingContext(start);
        this.#leadingContext(start);
      }
      runEnd = end + 1;
      this.#put(start, end, true);
      this.#took(end);
      this.#pending = Math.max(0, after);
      if (this.#left <= 0 || this.#stopAtFirst) return;
    }
  }

  #leadingContext(start: number): void {
    const floor = Math.max(this.#keep, this.#outputEndOffset - this.#baseOffset);
    let first = start;
    for (let i = 0; i < this.#options.before && first > floor; i++) first = this.#lineBefore(first, floor);
    if (!this.selectedEver) this.#opensGroup = true;
    else if (this.#baseOffset + first !== this.#outputEndOffset) this.#sink.gap();
    while (first < start) {
      const end = this.#endOfLine(first, start);
      this.#put(first, end, false);
      first = end + 1;
    }
  }

  #trailingContext(limit: number): void {
    // Where the selected line was no text, the context begins with the buffer, and what comes next adjoins that: as GNU grep has it.
    if (this.#outputEndOffset < 0) this.#outputEndOffset = this.#baseOffset + this.#keep;
    let start = Math.max(this.#keep, this.#outputEndOffset - this.#baseOffset);
    while (this.#pending > 0 && start < limit) {
      const end = this.#endOfLine(start, limit);
      // A line that is no text ends the context.
      this.#pending = this.#put(start, end, false) ? this.#pending - 1 : 0;
      start = end + 1;
    }
  }

  #endOfLine(start: number, limit: number): number {
    const terminator = this.#scanner.findByte(this.#options.terminator, start, limit);
    return terminator === -1 ? limit : terminator;
  }

  /** False when the line is no text, and was not output. */
  #put(start: number, end: number, selected: boolean): boolean {
    const number = this.#options.lineNumbers ? this.#numberOf(start, end) : 0;
    const isText = this.#sink.line(start, end, selected, number, this.#baseOffset + start);
    if (isText) this.#outputEndOffset = this.#baseOffset + end + 1;
    else this.#encodingError = true;
    return isText;
  }

  /** Lines are numbered when their numbers are asked for, in ascending order. */
  #numberOf(start: number, end: number): number {
    // A line that was no text is asked for again when it was tried as context first.
    if (this.#baseOffset + start < this.#numberedOffset) return this.#lineNumber;
    this.#numberUpTo(start);
    this.#lineNumber++;
    this.#numberedOffset = this.#baseOffset + end + 1;
    return this.#lineNumber;
  }

  #numberUpTo(position: number): void {
    const from = this.#numberedOffset - this.#baseOffset;
    if (position <= from) return;
    this.#lineNumber += this.#scanner.countByte(this.#options.terminator, from, position);
    this.#numberedOffset = this.#baseOffset + position;
  }

  /** What the next filling may need: the unfinished line, and before it the lines of leading context. */
  #keepContext(): void {
    const floor = Math.max(this.#keep, this.#outputEndOffset - this.#baseOffset);
    let keep = this.#from;
    if (this.#output)
      for (let i = 0; i < this.#options.before && keep > floor; i++) keep = this.#lineBefore(keep, floor);
    if (this.#options.lineNumbers && this.#output) this.#numberUpTo(keep);
    this.#keep = keep;
  }

  /** Start of the line that ends just before `start`, which is above `floor`. */
  #lineBefore(start: number, floor: number): number {
    const { buffer } = this.#scanner;
    const { terminator } = this.#options;
    let at = start - 1;
    while (at > floor && buffer[at - 1] !== terminator) at--;
    return at;
  }
}
