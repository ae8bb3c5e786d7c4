/** Searching the files of a World's disk from a program: results as they are found, and an end when the caller has enough. */
import { type DirectoryEntry, type Disk, type DiskFile, realDisk, type World } from "@tenon/kit";
import { type LineScanner, type Regex, RegexError, type Span } from "@tenon/regex";
import { fromText } from "./byte-string.ts";
import { LineSearch, READ_BYTES, type LineSink } from "./search/line-search.ts";
import { selectionOf } from "./search/selection.ts";
import { ExclusionRules } from "./walk/exclusion.ts";

export interface SearchFilesOptions {
  /** A file, or a directory that is searched with all that is below it. */
  readonly root: string;
  /** Whose disk is searched. Default: the real one, from its own root. */
  readonly world?: Pick<World, "disk">;
  /** Lines of context before and after each selected line. */
  readonly before?: number;
  readonly after?: number;
  /** Select the lines that do not match. */
  readonly invert?: boolean;
  /** Selected lines after which a file is left. */
  readonly maxCount?: number;
  /** What to do with a file that has a NUL: tell only that it matches (default), treat it as text, or leave it. */
  readonly binaryFiles?: "binary" | "text" | "without-match";
  /** File name patterns: only these files, not these files, not these directories. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly excludeDirectories?: readonly string[];
  /** Ends the search; the iteration then throws its reason. */
  readonly signal?: AbortSignal;
  /** A longer line ends its file with an error. Bytes. */
  readonly maxLineBytes?: number;
}

export const DEFAULT_MAX_LINE_BYTES: number = 64 * 1024 * 1024;

/** A line that was selected, or that stands near one. */
export interface LineResult {
  readonly kind: "line";
  /** As the root was given, with what is below it. */
  readonly path: string;
  /** From 1. */
  readonly number: number;
  /** Of the line's first byte in the file. */
  readonly offset: number;
  /** Without the terminator. Its own copy. */
  readonly bytes: Uint8Array;
  /** False for context. */
  readonly selected: boolean;
  /** The non-empty matches in the line, as offsets in `bytes`. */
  readonly spans: readonly Span[];
  /** It does not adjoin the line before it, of this file or another. */
  readonly afterGap: boolean;
}

/** A file that is not text: that it matches is all there is to show. */
export interface BinaryResult {
  readonly kind: "binary";
  readonly path: string;
}

/** A file or directory that could not be read, by the system's code; or a search that went over a limit ("EBACKTRACK", "ELINE"). */
export interface FailureResult {
  readonly kind: "failure";
  readonly path: string;
  readonly code: string;
}

export type SearchResult = LineResult | BinaryResult | FailureResult;

/** What `regex` finds below `root`, directories in byte order of their names. Symbolic links and devices are passed over. */
export async function* searchFiles(regex: Regex, options: SearchFilesOptions): AsyncGenerator<SearchResult, void> {
  const disk = options.world?.disk ?? realDisk("/");
  const search = new TextSearch(regex, options);
  for await (const found of filesBelow(disk, options)) {
    if (typeof found === "string") yield* search.file(disk, found);
    else yield found;
  }
}

/** Paths of the files to search, and what could not be read on the way. */
async function* filesBelow(disk: Disk, options: SearchFilesOptions): AsyncGenerator<string | FailureResult, void> {
  const { root, include = [], exclude = [], excludeDirectories = [] } = options;
  const files = rules(include, exclude);
  const directories = rules([], excludeDirectories);
  const stat = await disk.statAsync(root);
  if (stat === undefined) yield { kind: "failure", path: root, code: "ENOENT" };
  else if (stat.kind === "directory") yield* below(root);
  else yield root;

  async function* below(path: string): AsyncGenerator<string | FailureResult, void> {
    options.signal?.throwIfAborted();
    let entries: DirectoryEntry[];
    try {
      entries = disk.readDirectory(path);
    } catch (error) {
      yield { kind: "failure", path, code: codeOf(error) };
      return;
    }
    for (const { name, kind } of entries) {
      const inside = path.endsWith("/") ? path + name : `${path}/${name}`;
      if (kind === "directory" && !directories.excludes(fromText(name), false)) yield* below(inside);
      else if (kind === "file" && !files.excludes(fromText(name), false)) yield inside;
    }
  }
}

function rules(include: readonly string[], exclude: readonly string[]): ExclusionRules {
  const made = new ExclusionRules();
  made.utf8 = true;
  for (const pattern of include) made.add(fromText(pattern), "include");
  for (const pattern of exclude) made.add(fromText(pattern), "exclude");
  return made;
}

/** Searches file after file with one scanner. */
class TextSearch implements LineSink {
  readonly #options: SearchFilesOptions;
  readonly #scanner: LineScanner;
  readonly #search: LineSearch;
  #path = "";
  #found: LineResult[] = [];
  #gap = false;

  constructor(regex: Regex, options: SearchFilesOptions) {
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

  async *file(disk: Disk, path: string): AsyncGenerator<SearchResult, void> {
    this.#options.signal?.throwIfAborted();
    this.#path = path;
    this.#search.begin();
    let file: DiskFile | undefined;
    try {
      file = disk.open(path, "read");
      yield* this.#content(file);
      if (this.#search.binaryMatches) yield { kind: "binary", path };
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      yield { kind: "failure", path, code: codeOf(error) };
    } finally {
      file?.close();
    }
  }

  async *#content(file: DiskFile): AsyncGenerator<LineResult, void> {
    const { signal, maxLineBytes = DEFAULT_MAX_LINE_BYTES } = this.#options;
    const search = this.#search;
    for (let position = 0; ;) {
      const at = search.space();
      if (at > maxLineBytes) throw new LineTooLong();
      const count = await file.readAsync(this.#scanner.buffer.subarray(at, at + READ_BYTES), position);
      signal?.throwIfAborted();
      position += count;
      const more = count > 0 && search.filled(count);
      if (count === 0) search.end();
      yield* this.#taken();
      if (!more) return;
    }
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
function codeOf(error: unknown): string {
  if (error instanceof RegexError || error instanceof LineTooLong) return error.code;
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  throw error;
}
