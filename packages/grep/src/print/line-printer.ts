/**
 * Output lines in the classic form: `name:number:offset:line`, with `-` in place of `:` for context, and colours.
 *
 * Hot: line() runs for every line that is printed. Whatever stays the same for a file is made when the file begins.
 */
import type { LineScanner } from "@tenon/regex";
import type { LineSink } from "../search/line-search.ts";
import { type Colours, type Paint, paint } from "./colours.ts";
import type { OutputBuffer } from "./output-buffer.ts";

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const TAB = 9;
/** How far to look for encoding errors when a line is printed. */
const LOOK_AHEAD_BYTES = 16 * 1024;
const SELECTED_MARK = ":";
const CONTEXT_MARK = "-";

export interface LinePrinterOptions {
  readonly lineNumbers: boolean;
  readonly byteOffsets: boolean;
  readonly onlyMatching: boolean;
  readonly initialTab: boolean;
  readonly nullAfterName: boolean;
  readonly lineBuffered: boolean;
  /** Selected lines are those without a match. */
  readonly invert: boolean;
  readonly terminator: number;
  /** Between groups of lines; undefined for none. */
  readonly separator: string | undefined;
  /** A line with an encoding error is not printed, and ends the output of its file. */
  readonly textOnly: boolean;
  readonly colours: Readonly<Colours>;
  /** Every match is a whole line, its terminator included: what GNU grep makes of -x and -w together. */
  readonly matchesTakeTerminator: boolean;
}

/** How a kind of line (selected, context) looks. */
interface LineStyle {
  readonly line: Paint;
  readonly match: Paint;
  /** A mark between the parts of the prefix, painted. */
  readonly mark: string;
  /** Its lines contain matches, which are coloured or printed alone. */
  readonly matching: boolean;
}

export class LinePrinter implements LineSink {
  readonly #out: OutputBuffer;
  readonly #scanner: LineScanner;
  readonly #options: LinePrinterOptions;
  readonly #selected: LineStyle;
  readonly #context: LineStyle;
  readonly #number: Paint;
  readonly #offset: Paint;
  readonly #name: Paint;
  readonly #mark: Paint;
  #selectedName = "";
  #contextName = "";
  #named = false;
  /** Least width of line numbers and offsets. */
  #numberWidth = 0;
  /** Where the buffer's complete lines end. */
  #limit = 0;
  /** The part of the buffer that is known to have no encoding errors. */
  #cleanFrom = 0;
  #cleanTo = 0;

  constructor(out: OutputBuffer, scanner: LineScanner, options: LinePrinterOptions) {
    const { colours, invert } = options;
    this.#out = out;
    this.#scanner = scanner;
    this.#options = options;
    this.#number = paint(colours.lineNumber, colours);
    this.#offset = paint(colours.byteOffset, colours);
    this.#name = paint(colours.fileName, colours);
    this.#mark = paint(colours.separator, colours);
    const swapped = invert && colours.reverse;
    this.#selected = {
      line: paint(swapped ? colours.contextLine : colours.selectedLine, colours),
      match: paint(colours.selectedMatch, colours),
      mark: this.#painted(this.#mark, SELECTED_MARK),
      matching: !invert,
    };
    this.#context = {
      line: paint(swapped ? colours.selectedLine : colours.contextLine, colours),
      match: paint(colours.contextMatch, colours),
      mark: this.#painted(this.#mark, CONTEXT_MARK),
      matching: invert,
    };
  }

  /** A new input begins; `name` stands before each of its lines, undefined for none. `size` in bytes, where it is known. */
  begin(name: string | undefined, size: number | undefined): void {
    if (this.#options.initialTab) this.#numberWidth = numberWidth(size, this.#options.lineNumbers);
    this.#named = name !== undefined;
    if (name === undefined) return;
    const painted = this.#painted(this.#name, name);
    this.#selectedName = painted + (this.#options.nullAfterName ? "\0" : this.#selected.mark);
    this.#contextName = painted + (this.#options.nullAfterName ? "\0" : this.#context.mark);
  }

  region(limit: number): void {
    this.#limit = limit;
    this.#cleanFrom = this.#cleanTo = 0;
  }

  /** A file's name alone (-l, -L). */
  fileName(name: string): void {
    this.#out.text(this.#painted(this.#name, name));
    this.#out.byte(this.#options.nullAfterName ? 0 : NEWLINE);
    if (this.#options.lineBuffered) this.#out.flush();
  }

  /** A file's count (-c). */
  count(count: number): void {
    if (this.#named) this.#out.text(this.#selectedName);
    this.#out.text(`${count}\n`);
    if (this.#options.lineBuffered) this.#out.flush();
  }

  gap(): void {
    const { separator } = this.#options;
    if (separator === undefined) return;
    this.#out.text(`${this.#painted(this.#mark, separator)}\n`);
  }

  line(start: number, end: number, selected: boolean, number: number, offset: number): boolean {
    const { onlyMatching, terminator, lineBuffered, matchesTakeTerminator } = this.#options;
    const style = selected ? this.#selected : this.#context;
    if (!onlyMatching && !this.#prefix(start, end, selected, number, offset)) return false;
    let rest = start;
    if (style.matching && (onlyMatching || style.match.start !== "")) {
      if (matchesTakeTerminator) return this.#wholeLine(start, end, selected, number, offset, style);
      rest = this.#matches(start, end, selected, number, offset, style);
      if (rest === -1) return false;
    }
    if (!onlyMatching) {
      if (style.line.start !== "") rest = this.#paintedTail(rest, end, style.line);
      this.#out.bytes(this.#scanner.buffer, rest, end);
      this.#out.byte(terminator);
    }
    if (lineBuffered) this.#out.flush();
    return true;
  }

  /** False, and nothing printed, when the part that is to follow has an encoding error. */
  #prefix(start: number, end: number, selected: boolean, number: number, offset: number): boolean {
    const { lineNumbers, byteOffsets, initialTab, textOnly } = this.#options;
    if (textOnly && !this.#isText(start, end)) return false;
    const out = this.#out;
    const { mark } = selected ? this.#selected : this.#context;
    if (this.#named) out.text(selected ? this.#selectedName : this.#contextName);
    if (lineNumbers) {
      out.text(this.#number.start);
      out.decimal(number, this.#numberWidth);
      out.text(this.#number.end);
      out.text(mark);
    }
    if (byteOffsets) {
      out.text(this.#offset.start);
      out.decimal(offset, this.#numberWidth);
      out.text(this.#offset.end);
      out.text(mark);
    }
    if (initialTab && end > start && (this.#named || lineNumbers || byteOffsets)) out.byte(TAB);
    return true;
  }

  /** The line's matches: alone, or coloured with what stands before them. Where the rest of the line begins; -1 after an encoding error. */
  #matches(start: number, end: number, selected: boolean, number: number, offset: number, style: LineStyle): number {
    const scanner = this.#scanner;
    const out = this.#out;
    const { onlyMatching, terminator } = this.#options;
    /** What has been printed of the line. */
    let printed = start;
    let from = start;
    while (from < end && scanner.span(start, end, from)) {
      const { spanStart, spanEnd } = scanner;
      if (spanStart >= end) break;
      if (spanEnd === spanStart) {
        // Empty: one byte on there may be a match that is not.
        from = spanStart + 1;
        continue;
      }
      if (onlyMatching) {
        if (!this.#prefix(spanStart, spanEnd, selected, number, offset + spanStart - start)) return -1;
      } else {
        // The match's own colour ends the line's.
        out.text(style.line.start);
        out.bytes(scanner.buffer, printed, spanStart);
      }
      out.text(style.match.start);
      out.bytes(scanner.buffer, spanStart, spanEnd);
      out.text(style.match.end);
      if (onlyMatching) out.byte(terminator);
      printed = from = spanEnd;
    }
    return printed;
  }

  /** A line that is one match from its beginning to beyond its end. */
  #wholeLine(start: number, end: number, selected: boolean, number: number, offset: number, style: LineStyle): boolean {
    const { onlyMatching, terminator, lineBuffered } = this.#options;
    if (onlyMatching && !this.#prefix(start, end, selected, number, offset)) return false;
    if (!onlyMatching) this.#out.text(style.line.start);
    this.#out.text(style.match.start);
    this.#out.bytes(this.#scanner.buffer, start, end);
    this.#out.byte(terminator);
    this.#out.text(style.match.end);
    if (onlyMatching) this.#out.byte(terminator);
    if (lineBuffered) this.#out.flush();
    return true;
  }

  /** The rest of a line in the line's colour, which a carriage return before the end does not get. */
  #paintedTail(start: number, end: number, { start: on, end: off }: Paint): number {
    const tail = end > start && this.#scanner.buffer[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    if (tail <= start) return start;
    this.#out.text(on);
    this.#out.bytes(this.#scanner.buffer, start, tail);
    this.#out.text(off);
    return tail;
  }

  /** Looks ahead, so that in ordinary text most lines cost a comparison. A character cut by the end of the view is looked at again. */
  #isText(start: number, end: number): boolean {
    // A match may cut a character in two.
    if (
      isContinuation(this.#scanner.buffer[start]!) ||
      (end < this.#limit && isContinuation(this.#scanner.buffer[end]!))
    )
      return this.#scanner.encodingError(start, end) === -1;
    if (start >= this.#cleanFrom && end <= this.#cleanTo) return true;
    const ahead = Math.max(end, Math.min(start + LOOK_AHEAD_BYTES, this.#limit));
    const error = this.#scanner.encodingError(start, ahead);
    this.#cleanFrom = start;
    this.#cleanTo = error === -1 ? ahead : error;
    return end <= this.#cleanTo;
  }

  #painted({ start, end }: Paint, text: string): string {
    return start + text + end;
  }
}

/** In UTF-8. */
function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** With -T numbers are as wide as the largest that the input could need: 20 digits where nobody knows its size. */
function numberWidth(size: number | undefined, lineNumbers: boolean): number {
  return size === undefined ? 20 : String(size + (lineNumbers ? 1 : 0)).length;
}
