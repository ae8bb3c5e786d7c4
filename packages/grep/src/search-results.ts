/** What searchFiles is asked, and what it answers. */
import type { World } from "@tenon/kit";
import type { Span } from "@tenon/regex";

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
  /**
   * How many threads may search; default 1, the caller's own. The results are the same, in the same order. More are started when there is
   * enough to do for them to pay, and only for the real disk and a regex compiled without a `collation`, as others cannot be handed to a thread.
   */
  readonly threads?: number;
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
