/** Searches one input after another as the options say, and prints what they have: lines, a count, a name, or that a binary file matches. */
import { type LineScanner, type Regex, RegexError } from "@tenon/regex";
import type { ByteString } from "../byte-string.ts";
import type { Colours } from "../print/colours.ts";
import { LinePrinter } from "../print/line-printer.ts";
import type { OutputBuffer } from "../print/output-buffer.ts";
import { BEGINNING, endOfPiece, LineSearch, READ_BYTES, type StartingPoint } from "../search/line-search.ts";
import { type LineCondition, selectionOf } from "../search/selection.ts";
import { errorText, systemErrorCode } from "../system-error.ts";
import type { Diagnostics } from "./diagnostics.ts";
import type { InputSink } from "./file-search.ts";
import { type GrepIo, InputFile, locate } from "./io.ts";
import type { Mode } from "./mode.ts";
import type { Settings } from "./settings.ts";
import { Trouble } from "./trouble.ts";

export interface SearchParts {
  readonly settings: Settings;
  readonly mode: Mode;
  readonly io: GrepIo;
  readonly out: OutputBuffer;
  readonly diagnostics: Diagnostics;
  readonly regex: Regex;
  readonly conditions: readonly LineCondition[];
  readonly colours: Readonly<Colours>;
  /** See LinePrinterOptions. */
  readonly matchesTakeTerminator: boolean;
}

/** Thrown through a walk when -q has found what it looked for. */
export class FoundEnough extends Error {}

/** How an input is called in the output, and whether its lines tell. */
export interface Naming {
  readonly shown: ByteString;
  readonly withName: boolean;
}

/** Part of a regular file, by offsets at which lines begin. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Lines before it; 0 where nobody asks for line numbers. */
  readonly lineNumber: number;
}

export class InputSearch implements InputSink {
  readonly #settings: Settings;
  readonly #mode: Mode;
  readonly #io: GrepIo;
  readonly #out: OutputBuffer;
  readonly #diagnostics: Diagnostics;
  readonly #scanner: LineScanner;
  readonly #search: LineSearch;
  readonly #printer: LinePrinter;
  /** A line was selected, or the system refused, in one of the inputs so far. */
  selectedAny = false;
  failedAny = false;

  constructor(parts: SearchParts) {
    const { settings, mode, io, out, diagnostics, regex, conditions, colours, matchesTakeTerminator } = parts;
    this.#settings = settings;
    this.#mode = mode;
    this.#io = io;
    this.#out = out;
    this.#diagnostics = diagnostics;
    this.#scanner = regex.scanner();
    const { invert, terminator, before, after, binaryFiles } = settings;
    this.#printer = new LinePrinter(out, this.#scanner, {
      ...settings,
      separator: before >= 0 || after >= 0 ? settings.separator : undefined,
      matchesTakeTerminator,
      textOnly: binaryFiles !== "text",
      colours,
    });
    const selection = selectionOf(this.#scanner, { invert, terminator, conditions });
    this.#search = new LineSearch(
      this.#scanner,
      selection,
      { ...settings, stopAtFirst: mode.stopAtFirst, output: mode.lines, runs: invert },
      this.#printer,
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

  /** As if no input had been searched before. */
  forgetEarlierInputs(): void {
    this.selectedAny = this.failedAny = false;
    this.#search.forgetEarlierInputs();
  }

  /** The groups of lines that come now do not adjoin those before. */
  separate(): void {
    this.#printer.gap();
  }

  path(path: ByteString, naming: Naming, regular: boolean): void {
    this.#path(path, naming, false, regular);
  }

  /** A file that stands on the command line. */
  named(path: ByteString, naming: Naming): void {
    this.#path(path, naming, true, false);
  }

  #path(path: ByteString, naming: Naming, named: boolean, regular: boolean): void {
    const file = this.#open(path, naming.shown, named, regular);
    if (file === undefined) return;
    if (file.isDevice && this.#skipsDevices(named)) file.close();
    else this.file(file, path, naming);
  }

  file(file: InputFile, _path: ByteString, naming: Naming): void {
    try {
      this.#searchAll(file, naming, false);
    } finally {
      file.close();
    }
  }

  standardInput(naming: Naming): void {
    try {
      this.#searchAll(InputFile.inherited(this.#io.stdin), naming, true);
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === undefined) throw error;
      this.failed(naming.shown, code);
    }
  }

  /** Undefined when it could not be opened, which has been said, or is a symbolic link that is not followed. */
  #open(path: ByteString, shown: ByteString, named: boolean, regular: boolean): InputFile | undefined {
    const follow = named || this.#settings.dereference;
    const wait = this.#settings.directories !== "skip" && !this.#skipsDevices(named);
    try {
      return InputFile.open(locate(path, this.#io), { follow, wait, regular });
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === undefined) throw error;
      if (follow || code !== "ELOOP") this.failed(shown, code);
      return undefined;
    }
  }

  #skipsDevices(named: boolean): boolean {
    const { devices } = this.#settings;
    return devices === "skip" || (devices === "command-line" && !named);
  }

  failed(shown: ByteString, code: string): void {
    this.failedAny = true;
    if (!this.#settings.noMessages) this.#diagnostics.say(`${shown}: ${errorText(code)}`);
  }

  loop(shown: ByteString): void {
    if (!this.#settings.noMessages) this.#diagnostics.say(`${shown}: warning: recursive directory loop`);
  }

  #searchAll(file: InputFile, naming: Naming, isStdin: boolean): void {
    const { shown } = naming;
    if (this.isOutput(file)) {
      this.failedAny = true;
      if (!this.#settings.noMessages) this.#diagnostics.say(`${shown}: input file is also the output`);
      return;
    }
    const reading = new Reading(file, isStdin && this.#settings.maxCount !== Number.POSITIVE_INFINITY);
    this.#begin(file, naming, BEGINNING);
    this.#guarded(shown, () => this.#read(reading));
    this.#conclude(shown, this.#search.selected, this.#search.binaryMatches);
    if (!isStdin || this.#mode.list !== undefined) return;
    if (this.#search.selected >= this.#settings.maxCount) reading.leaveAt(this.#search.selectedEndOffset);
    else reading.leaveAtEnd();
  }

  /** Output that grows while it is searched would have no end. */
  isOutput(file: InputFile): boolean {
    const { outputFile, lines } = this.#mode;
    if (outputFile === undefined || !lines || this.#settings.maxCount <= 1 || !file.isRegular) return false;
    return file.stat.dev === outputFile.dev && file.stat.ino === outputFile.ino;
  }

  /** Whether a file's stretches can be searched each by itself: no line asks about others before it. */
  canBeCut(file: InputFile): boolean {
    const { before, after, maxCount } = this.#settings;
    const alone = before < 0 && after < 0 && maxCount === Number.POSITIVE_INFINITY;
    return alone && file.isRegular && !this.isOutput(file) && !file.hasHoleBeyond(0);
  }

  /**
   * Searches a stretch of a file that can be cut, and prints what it has, but not the file's count or name. `wanted` is asked now and then.
   * False when its output is void, since what it has depends on more than its lines: the search has to go on there in one piece, by rest().
   */
  stretch(file: InputFile, naming: Naming, { from, to, lineNumber }: Stretch, wanted: () => boolean): boolean {
    this.#begin(file, naming, { ...BEGINNING, offset: from, lineNumber });
    const search = this.#search;
    const reading = new Reading(file, false, { from, to });
    let binary = false;
    this.#guarded(naming.shown, () => {
      this.#read(reading, wanted);
      binary = reading.ended && search.looksForNuls && hasNul(file, to, endOfPiece(to));
    });
    return search.isPlain && !binary;
  }

  /** How many lines the last stretch selected. */
  get selected(): number {
    return this.#search.selected;
  }

  /** Searches a file that can be cut from a line on, and concludes it. The descriptor's position is not moved. */
  rest(file: InputFile, naming: Naming, start: StartingPoint = BEGINNING): void {
    this.#begin(file, naming, start);
    const reading = new Reading(file, false, { from: start.offset, to: file.stat.size });
    this.#guarded(naming.shown, () => this.#read(reading));
    this.#conclude(naming.shown, this.#search.selected, this.#search.binaryMatches);
  }

  /** Prints what there is to say of a file whose stretches selected so many lines. */
  concludeStretches(file: InputFile, naming: Naming, selected: number): void {
    this.#begin(file, naming, BEGINNING);
    this.#conclude(naming.shown, selected, false);
  }

  /** How many lines end in [from, to) of a file. */
  countLines(file: InputFile, from: number, to: number): number {
    let lines = 0;
    for (let position = from; position < to;) {
      const buffer = this.#scanner.reserve(READ_BYTES, file.stat.size);
      const count = file.read(buffer, 0, Math.min(READ_BYTES, to - position), position);
      if (count === 0) break;
      lines += this.#scanner.countByte(this.#settings.terminator, 0, count);
      position += count;
    }
    return lines;
  }

  #begin(file: InputFile, { shown, withName }: Naming, start: StartingPoint): void {
    const size = !file.isRegular ? undefined : this.#settings.initialTab ? file.stat.size : file.knownSize;
    this.#printer.begin(withName ? shown : undefined, size);
    this.#search.begin(size, start);
  }

  /** What goes wrong while an input is read is said, and the search goes on with the next. */
  #guarded(shown: ByteString, read: () => void): void {
    try {
      read();
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === undefined) throw searchTrouble(error, shown);
      this.failed(shown, code);
    }
  }

  #read(reading: Reading, wanted?: () => boolean): void {
    const search = this.#search;
    const { file } = reading;
    // What did not fill the buffer was all there is.
    const moreNuls = (): boolean => reading.bytes === READ_BYTES && file.hasHoleBeyond(reading.bytes);
    for (;;) {
      const at = search.space();
      // Whoever sits at the other end of a pipe sees what has been found before more is waited for.
      if (!file.isRegular) this.#out.flush();
      const count = reading.next(this.#scanner.buffer, at);
      if (count > 0 && !search.filled(count, moreNuls)) return;
      if (wanted !== undefined && !wanted()) return;
      if (!reading.ended) continue;
      search.end();
      return;
    }
  }

  #conclude(shown: ByteString, selected: number, binaryMatches: boolean): void {
    const { list, count } = this.#mode;
    if (selected > 0 && this.#settings.quiet) throw new FoundEnough();
    if (binaryMatches) this.#diagnostics.say(`${shown}: binary file matches`);
    if (count) this.#printer.count(selected);
    // The exit code tells whether a line was selected, also where -L lists the other files.
    if (selected > 0) this.selectedAny = true;
    if (list !== undefined && selected > 0 === (list === "matching")) this.#printer.fileName(shown);
  }
}

/** What ends the command while it searches: the pattern went over a limit, or a line is longer than memory. */
function searchTrouble(error: unknown, shown: ByteString): unknown {
  if (error instanceof RegexError) return new Trouble(`${shown}: ${error.message}`);
  return error instanceof RangeError ? new Trouble("memory exhausted") : error;
}

function hasNul(file: InputFile, from: number, to: number): boolean {
  const piece = new Uint8Array(to - from);
  return piece.subarray(0, file.read(piece, 0, piece.length, from)).includes(0);
}

/** The way through one input, or part of it. */
class Reading {
  readonly file: InputFile;
  /** How many have been read. */
  bytes = 0;
  ended = false;
  /** Where reading began, when the descriptor's position is not to be moved by it; else null. */
  readonly #origin: number | null;
  /** How many there are, and how many of them are read at first: parts are read in the pieces that the whole would be. */
  readonly #length: number | undefined;
  readonly #firstBytes: number;
  readonly #ofPart: boolean;

  /** `keepsPlace`: it will be asked to leave a regular file at some offset, for whoever reads it next. */
  constructor(file: InputFile, keepsPlace: boolean, part?: { readonly from: number; readonly to: number }) {
    this.file = file;
    this.#origin = part?.from ?? (keepsPlace && file.isRegular ? (file.position ?? null) : null);
    // A regular file that has been read to its size has ended; others say so by giving nothing.
    this.#length = part === undefined ? file.knownSize : part.to - part.from;
    this.#firstBytes = READ_BYTES - ((part?.from ?? 0) % READ_BYTES);
    this.#ofPart = part !== undefined;
  }

  next(into: Uint8Array, at: number): number {
    const { file } = this;
    const wanted = this.bytes === 0 ? this.#firstBytes : READ_BYTES;
    const length = this.#ofPart ? Math.min(wanted, this.#length! - this.bytes) : wanted;
    const count = file.read(into, at, length, this.#origin === null ? null : this.#origin + this.bytes);
    this.bytes += count;
    this.ended = count === 0 || (file.isRegular && this.bytes === this.#length);
    return count;
  }

  leaveAt(offset: number): void {
    if (this.#origin !== null) this.file.skip(offset);
  }

  leaveAtEnd(): void {
    if (this.#origin !== null || !this.ended) this.file.skip();
  }
}
