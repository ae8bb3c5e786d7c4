/** What the command's main thread and its workers tell each other. */
import type { ByteString } from "../byte-string.ts";
import type { Naming } from "../gnu/input-search.ts";
import type { Mode } from "../gnu/mode.ts";
import type { MatcherName } from "../gnu/settings.ts";
import type { Piece } from "./transcript.ts";

/** Enough for a worker to read the command line as the main thread did. */
export interface CommandData {
  readonly args: readonly ByteString[];
  readonly initial: MatcherName | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly directory: ByteString;
  /** What was read for -f and --exclude-from, in order: standard input can be read once only. */
  readonly optionFiles: readonly Uint8Array[];
  /** How the locale sorts was looked up. */
  readonly collates: boolean;
  readonly mode: Mode;
}

/** A file to be opened: one that stands on the command line, or that a recursion met. */
export interface PathWork {
  readonly path: ByteString;
  readonly naming: Naming;
  readonly named: boolean;
  readonly regular: boolean;
}

/** A stretch of a file that the main thread holds open. */
export interface StretchWork {
  readonly descriptor: number;
  readonly naming: Naming;
  /** Of the file. */
  readonly size: number;
  readonly index: number;
  readonly stretchBytes: number;
  /** A LinePrefix, where lines are numbered. */
  readonly lines: SharedArrayBuffer | undefined;
}

export type CommandWork =
  | { readonly kind: "paths"; readonly paths: readonly PathWork[] }
  | ({ readonly kind: "stretch" } & StretchWork);

export interface PathsResult {
  readonly kind: "paths";
  readonly pieces: readonly Piece[];
  readonly selectedAny: boolean;
  readonly failedAny: boolean;
  /** See LineSearch. */
  readonly selectedEver: boolean;
  readonly opensGroup: boolean;
  /** What ended the search before its time: -q found something, or an error. */
  readonly end: "found" | { readonly trouble: ByteString } | undefined;
}

export interface StretchResult {
  readonly kind: "stretch";
  readonly pieces: readonly Piece[];
  readonly selected: number;
  /** Where the stretch ends. */
  readonly to: number;
  /** Lines before it, where lines are numbered. */
  readonly lineNumber: number;
  /** It cannot be searched by itself, so the search has to go on in one piece where the stretch before it ended. */
  readonly dependent: boolean;
}

export type CommandResult = PathsResult | StretchResult;
