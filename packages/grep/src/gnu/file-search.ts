/** Goes through what the command line names: files, standard input, directories with all that is below them. */
import { type LineScanner, type Regex, RegexError } from "@tenon/regex";
import type { ByteString } from "../byte-string.ts";
import type { Colours } from "../print/colours.ts";
import { LinePrinter } from "../print/line-printer.ts";
import type { OutputBuffer } from "../print/output-buffer.ts";
import { LineSearch, READ_BYTES } from "../search/line-search.ts";
import { type LineCondition, selectionOf } from "../search/selection.ts";
import { errorText, systemErrorCode } from "../system-error.ts";
import { type TreeVisitor, TreeWalk } from "../walk/tree.ts";
import type { Diagnostics } from "./diagnostics.ts";
import { type GrepIo, InputFile, locate } from "./io.ts";
import type { Mode } from "./mode.ts";
import type { Settings } from "./settings.ts";
import { EXIT_NONE, EXIT_SELECTED, EXIT_TROUBLE, Trouble } from "./trouble.ts";

export interface FileSearchParts {
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
class FoundEnough extends Error {}

export class FileSearch implements TreeVisitor {
  readonly #settings: Settings;
  readonly #mode: Mode;
  readonly #io: GrepIo;
  readonly #out: OutputBuffer;
  readonly #diagnostics: Diagnostics;
  readonly #scanner: LineScanner;
  readonly #search: LineSearch;
  readonly #printer: LinePrinter;
  readonly #walk: TreeWalk;
  /** Whether names stand before lines; undefined until it is known whether the only operand is a directory. */
  #withNames: boolean | undefined;
  /** No operand: names are shown without the "./" that they really begin with. */
  #omitsDotSlash = false;
  #selectedAny = false;
  #failedAny = false;

  constructor({
    settings,
    mode,
    io,
    out,
    diagnostics,
    regex,
    conditions,
    colours,
    matchesTakeTerminator,
  }: FileSearchParts) {
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
    this.#walk = new TreeWalk(this, { dereference: settings.dereference, locate: (path) => locate(path, io) });
  }

  /** The exit code. */
  run(): number {
    const { operands, directories, withFilename } = this.#settings;
    const recursive = directories === "recurse";
    this.#withNames = withFilename ?? (operands.length > 1 ? true : recursive ? undefined : false);
    this.#omitsDotSlash = operands.length === 0 && recursive;
    const names = operands.length > 0 ? operands : [recursive ? "." : "-"];
    try {
      for (const name of names) this.#named(name);
    } catch (error) {
      if (error instanceof FoundEnough) return EXIT_SELECTED;
      throw error;
    }
    if (this.#failedAny) return EXIT_TROUBLE;
    return this.#selectedAny ? EXIT_SELECTED : EXIT_NONE;
  }

  /** What stands on the command line. */
  #named(name: ByteString): void {
    if (name === "-") {
      this.#standardInput();
      return;
    }
    const file = this.#open(name, name, true, true);
    if (file === undefined) return;
    let isTree = false;
    try {
      if (file.isDevice && this.#skipsDevices(true)) return;
      if (this.#isExcluded(name, file.isDirectory)) return;
      this.#withNames ??= file.isDirectory;
      isTree = file.isDirectory && this.#settings.directories === "recurse";
      if (!isTree) this.#searchFile(file, name, false);
    } finally {
      file.close();
    }
    if (isTree) this.#walk.walk(name);
  }

  #standardInput(): void {
    const shown = this.#settings.label ?? "(standard input)";
    try {
      const file = InputFile.inherited(this.#io.stdin);
      this.#withNames ??= file.isDirectory;
      this.#searchFile(file, shown, true);
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === undefined) throw error;
      this.failed(shown, code);
    }
  }

  #isExcluded(name: ByteString, isDirectory: boolean): boolean {
    const { directories, excludeDirectories, excludeFiles } = this.#settings;
    if (!isDirectory) return excludeFiles.excludes(name, true);
    if (directories === "skip") return true;
    return !this.#omitsDotSlash && excludeDirectories.excludes(name, true);
  }

  enters(_path: ByteString, name: ByteString, isRoot: boolean): boolean {
    if (isRoot && this.#omitsDotSlash) return true;
    return !this.#settings.excludeDirectories.excludes(name, isRoot);
  }

  file(path: ByteString, name: ByteString, isDevice: boolean): void {
    if (this.#settings.excludeFiles.excludes(name, false)) return;
    if (isDevice && this.#skipsDevices(false)) return;
    const shown = this.#shown(path);
    const file = this.#open(path, shown, this.#settings.dereference, false);
    if (file === undefined) return;
    try {
      if (!(file.isDevice && this.#skipsDevices(false))) this.#searchFile(file, shown, false);
    } finally {
      file.close();
    }
  }

  failed(path: ByteString, code: string): void {
    this.#failedAny = true;
    if (!this.#settings.noMessages) this.#diagnostics.say(`${this.#shown(path)}: ${errorText(code)}`);
  }

  loop(path: ByteString): void {
    if (this.#settings.noMessages) return;
    this.#diagnostics.say(`${this.#shown(path)}: warning: recursive directory loop`);
  }

  #shown(path: ByteString): ByteString {
    return this.#omitsDotSlash && path.startsWith("./") ? path.slice(2) : path;
  }

  #skipsDevices(named: boolean): boolean {
    const { devices } = this.#settings;
    return devices === "skip" || (devices === "command-line" && !named);
  }

  /** Undefined when it could not be opened, which has been said, or is a symbolic link that is not followed. */
  #open(path: ByteString, shown: ByteString, follow: boolean, named: boolean): InputFile | undefined {
    const wait = this.#settings.directories !== "skip" && !this.#skipsDevices(named);
    try {
      return InputFile.open(locate(path, this.#io), { follow, wait });
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === undefined) throw error;
      if (follow || code !== "ELOOP") this.failed(shown, code);
      return undefined;
    }
  }

  #searchFile(file: InputFile, shown: ByteString, isStdin: boolean): void {
    if (this.#isOutput(file)) {
      this.#failedAny = true;
      if (!this.#settings.noMessages) this.#diagnostics.say(`${shown}: input file is also the output`);
      return;
    }
    this.#printer.begin(this.#withNames ? shown : undefined, file.isRegular ? file.stat.size : undefined);
    this.#search.begin(file.isRegular ? file.stat.size : 0);
    const reading = new Reading(file, isStdin && this.#settings.maxCount !== Number.POSITIVE_INFINITY);
    try {
      this.#read(reading);
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === undefined) throw searchTrouble(error, shown);
      this.failed(shown, code);
    }
    this.#conclude(reading, shown, isStdin);
  }

  /** Output that grows while it is searched would have no end. */
  #isOutput({ stat, isRegular }: InputFile): boolean {
    const { outputFile, lines } = this.#mode;
    if (outputFile === undefined || !lines || this.#settings.maxCount <= 1 || !isRegular) return false;
    return stat.dev === outputFile.dev && stat.ino === outputFile.ino;
  }

  #read(reading: Reading): void {
    const search = this.#search;
    const { file } = reading;
    const moreNuls = (): boolean => file.hasHoleBeyond(reading.bytes);
    for (;;) {
      const at = search.space();
      // Whoever sits at the other end of a pipe sees what has been found before more is waited for.
      if (!file.isRegular) this.#out.flush();
      const count = reading.next(this.#scanner.buffer, at, READ_BYTES);
      if (count > 0 && !search.filled(count, moreNuls)) return;
      if (!reading.ended) continue;
      search.end();
      return;
    }
  }

  #conclude(reading: Reading, shown: ByteString, isStdin: boolean): void {
    const { selected, binaryMatches } = this.#search;
    const { list, count } = this.#mode;
    const { quiet, maxCount } = this.#settings;
    if (selected > 0 && quiet) throw new FoundEnough();
    if (binaryMatches) this.#diagnostics.say(`${shown}: binary file matches`);
    if (count) this.#printer.count(selected);
    // The exit code tells whether a line was selected, also where -L lists the other files.
    if (selected > 0) this.#selectedAny = true;
    if (list !== undefined) {
      if (selected > 0 === (list === "matching")) this.#printer.fileName(shown);
    } else if (isStdin) {
      if (selected >= maxCount) reading.leaveAt(this.#search.selectedEndOffset);
      else reading.leaveAtEnd();
    }
  }
}

/** What ends the command while it searches: the pattern went over a limit, or a line is longer than memory. */
function searchTrouble(error: unknown, shown: ByteString): unknown {
  if (error instanceof RegexError) return new Trouble(`${shown}: ${error.message}`);
  return error instanceof RangeError ? new Trouble("memory exhausted") : error;
}

/** The way through one input. */
class Reading {
  readonly file: InputFile;
  /** How many have been read. */
  bytes = 0;
  ended = false;
  /** Where the input began, when its position is not to be moved by reading; else null. */
  readonly #origin: number | null;

  /** `keepsPlace`: it will be asked to leave a regular file at some offset, for whoever reads it next. */
  constructor(file: InputFile, keepsPlace: boolean) {
    this.file = file;
    this.#origin = keepsPlace && file.isRegular ? (file.position ?? null) : null;
  }

  next(into: Uint8Array, at: number, length: number): number {
    const { file } = this;
    const count = file.read(into, at, length, this.#origin === null ? null : this.#origin + this.bytes);
    this.bytes += count;
    // A regular file that has been read to its size has ended; others say so by giving nothing.
    this.ended = count === 0 || (file.isRegular && this.bytes === file.stat.size);
    return count;
  }

  leaveAt(offset: number): void {
    if (this.#origin !== null) this.file.skip(offset);
  }

  leaveAtEnd(): void {
    if (this.#origin !== null || !this.ended) this.file.skip();
  }
}
