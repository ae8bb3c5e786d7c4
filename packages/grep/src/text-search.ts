/** Searches file after file with one scanner, for results as data. */
import type { Disk, DiskFile } from "@tenon/kit";
import { type LineScanner, type Regex, RegexError, type Span } from "@tenon/regex";
import {
  LineSearch,
  READ_BYTES,
  BEGINNING,
  endOfPiece,
  type LineSink,
  type StartingPoint,
} from "./search/line-search.ts";
import { selectionOf } from "./search/selection.ts";
import {
  DEFAULT_MAX_LINE_BYTES,
  type LineResult,
  type SearchFilesOptions,
  type SearchResult,
} from "./search-results.ts";

/** Which lines of a file are wanted. */
export type TextOptions = {
  readonly [Name in "before" | "after" | "invert" | "maxCount" | "binaryFiles" | "maxLineBytes"]?:
    | SearchFilesOptions[Name]
    | undefined;
};

/** Bytes that are wanted of the file, and where they are to be put. */
interface Request {
  readonly into: Uint8Array;
  readonly position: number;
}

export class TextSearch implements LineSink {
  readonly #options: TextOptions;
  readonly #scanner: LineScanner;
  readonly #search: LineSearch;
  #path = "";
  #found: LineResult[] = [];
  #gap = false;

  constructor(regex: Regex, options: TextOptions) {
    this.#options = options;
    this.#scanner = regex.scanner();
    const {
      invert = false,
      before = 0,
      after = 0,
      binaryFiles = "binary",
      maxCount = Number.POSITIVE_INFINITY,
    } = options;
    const selection = selectionOf(this.#scanner, { invert, terminator: NEWLINE, conditions: [] });
    this.#search = new LineSearch(
      this.#scanner,
      selection,
      {
        terminator: NEWLINE,
        binaryFiles,
        before,
        after,
        maxCount,
        stopAtFirst: false,
        output: true,
        lineNumbers: true,
        runs: invert,
      },
      this,
    );
  }

  /** See LineSearch. */
  get opensGroup(): boolean {
    return this.#search.opensGroup;
  }

  get selectedEver(): boolean {
    return this.#search.selectedEver;
  }

  set selectedEver(value: boolean) {
    this.#search.selectedEver = value;
  }

  forgetEarlierFiles(): void {
    this.#search.forgetEarlierInputs();
    this.#gap = false;
  }

  /** What a file has (from a line on), as it is read. Throws the signal's reason. */
  async *file(
    disk: Disk,
    path: string,
    signal: AbortSignal | undefined,
    start: StartingPoint = BEGINNING,
  ): AsyncGenerator<SearchResult, void> {
    signal?.throwIfAborted();
    let file: DiskFile | undefined;
    try {
      file = disk.open(path, "read");
      const requests = this.#requests(path, file.size(), start);
      for (let step = requests.next(); step.done !== true;) {
        const count = await file.readAsync(step.value.into, step.value.position);
        signal?.throwIfAborted();
        step = requests.next(count);
        yield* this.#taken();
      }
      if (this.#search.binaryMatches) yield { kind: "binary", path };
    } catch (error) {
      signal?.throwIfAborted();
      yield { kind: "failure", path, code: failureCode(error) };
    } finally {
      file?.close();
    }
  }

  /** The same at once. */
  fileNow(disk: Disk, path: string): SearchResult[] {
    const found: SearchResult[] = [];
    let file: DiskFile | undefined;
    try {
      file = disk.open(path, "read");
      this.#readNow(file, this.#requests(path, file.size(), BEGINNING));
      found.push(...this.#taken());
      if (this.#search.binaryMatches) found.push({ kind: "binary", path });
    } catch (error) {
      found.push(...this.#taken(), { kind: "failure", path, code: failureCode(error) });
    } finally {
      file?.close();
    }
    return found;
  }

  /**
   * The lines of [start.offset, to) of a file; undefined when what they are depends on more than themselves: a NUL stands among or close
   * behind them, or they cannot be searched.
   */
  stretchNow(file: DiskFile, path: string, size: number, start: StartingPoint, to: number): LineResult[] | undefined {
    try {
      this.#readNow(file, this.#requests(path, size, start, to));
      const found = this.#taken();
      if (!this.#search.isPlain) return undefined;
      if (!this.#search.looksForNuls) return found;
      const behind = new Uint8Array(endOfPiece(to) - to);
      return behind.subarray(0, file.read(behind, to)).includes(0) ? undefined : found;
    } catch (error) {
      failureCode(error); // what is no failure of the file is thrown on
      this.#taken();
      return undefined;
    }
  }

  /** How many lines end in [from, to) of a file. */
  countLines(file: DiskFile, from: number, to: number): number {
    let lines = 0;
    for (let position = from; position < to;) {
      const piece = this.#scanner.reserve(READ_BYTES, to - from).subarray(0, Math.min(READ_BYTES, to - position));
      const count = file.read(piece, position);
      if (count === 0) break;
      lines += this.#scanner.countByte(NEWLINE, 0, count);
      position += count;
    }
    return lines;
  }

  #readNow(file: DiskFile, requests: Generator<Request, void, number>): void {
    for (let step = requests.next(); step.done !== true;)
      step = requests.next(file.read(step.value.into, step.value.position));
  }

  /** Begins a search: asks for the bytes from its start on piece by piece, and is told by next() how many there were. */
  *#requests(
    path: string,
    size: number,
    start: StartingPoint,
    to: number = Number.POSITIVE_INFINITY,
  ): Generator<Request, void, number> {
    const { maxLineBytes = DEFAULT_MAX_LINE_BYTES } = this.#options;
    const search = this.#search;
    this.#path = path;
    search.begin(size, start);
    // From wherever it starts, a file is read in the pieces that the whole is read in.
    let wanted = READ_BYTES - (start.offset % READ_BYTES);
    for (let position = start.offset; ; wanted = READ_BYTES) {
      const at = search.space();
      if (at > maxLineBytes) throw new LineTooLong();
      const length = Math.min(wanted, to - position);
      const count = length === 0 ? 0 : yield { into: this.#scanner.buffer.subarray(at, at + length), position };
      if (count === 0) break;
      position += count;
      if (!search.filled(count)) return;
    }
    search.end();
  }

  #taken(): LineResult[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }

  region(): void {}

  gap(): void {
    this.#gap = true;
  }

  line(start: number, end: number, selected: boolean, number: number, offset: number): boolean {
    const { buffer } = this.#scanner;
    this.#found.push({
      kind: "line",
      path: this.#path,
      number,
      offset,
      bytes: buffer.slice(start, end),
      selected,
      spans: selected !== (this.#options.invert ?? false) ? spansIn(this.#scanner, start, end) : [],
      afterGap: this.#gap,
    });
    this.#gap = false;
    return true;
  }
}

const NEWLINE = 10;

/** The non-empty matches of a line, relative to its start. */
function spansIn(scanner: LineScanner, start: number, end: number): Span[] {
  const spans: Span[] = [];
  for (let from = start; from < end && scanner.span(start, end, from);) {
    const { spanStart, spanEnd } = scanner;
    if (spanEnd > spanStart) spans.push({ start: spanStart - start, end: spanEnd - start });
    from = Math.max(spanEnd, spanStart + 1);
  }
  return spans;
}

class LineTooLong extends Error {
  readonly code = "ELINE";
}

/** The system's code, or a limit's. Anything else is thrown on. */
export function failureCode(error: unknown): string {
  if (error instanceof RegexError || error instanceof LineTooLong) return error.code;
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  throw error;
}
