/** What searchFiles' main thread and its workers tell each other. */
import type { CompileOptions } from "@tenon/regex";
import type { SearchResult } from "../search-results.ts";
import type { TextOptions } from "../text-search.ts";

/** Enough for a worker to make the same search. */
export interface LibraryData {
  readonly patterns: readonly Uint8Array[];
  readonly compileOptions: CompileOptions;
  readonly options: TextOptions;
}

export type LibraryWork =
  | { readonly kind: "paths"; readonly paths: readonly string[] }
  | {
      readonly kind: "stretch";
      readonly path: string;
      readonly size: number;
      /** Which of the file's stretches. */
      readonly index: number;
      readonly stretchBytes: number;
      /** A LinePrefix. */
      readonly lines: SharedArrayBuffer;
    };

export interface LibraryResult {
  /** Undefined: the stretch cannot be searched by itself, so the search has to go on in one piece where the stretch before it ended. */
  readonly found: readonly SearchResult[] | undefined;
  /** See LineSearch. */
  readonly selectedEver: boolean;
  readonly opensGroup: boolean;
  /** Of a stretch: where it ends, and the lines before it. */
  readonly to: number;
  readonly lineNumber: number;
}
