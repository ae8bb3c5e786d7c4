/** What the search page and the console say to each other: a question as JSON, and answers one a line (NDJSON). */
export type SearchSyntax = "bre" | "ere" | "fixed" | "perl";

export interface SearchRequest {
  readonly pattern: string;
  readonly syntax: SearchSyntax;
  readonly ignoreCase: boolean;
  readonly words: boolean;
  /** Lines of context on both sides. */
  readonly context: number;
  /** A file name pattern, or empty. */
  readonly include: string;
}

/** A line of a file; `parts` are what is between matches and, at odd indices, the matches. */
export interface SearchLine {
  readonly kind: "line";
  readonly path: string;
  readonly number: number;
  readonly selected: boolean;
  readonly afterGap: boolean;
  readonly parts: readonly string[];
}

export interface SearchNote {
  readonly kind: "note";
  readonly path: string;
  readonly text: string;
}

/** The last answer. */
export interface SearchEnd {
  readonly kind: "end";
  readonly selected: number;
  readonly files: number;
  /** There is more than was asked for. */
  readonly cut: boolean;
}

export type SearchAnswer = SearchLine | SearchNote | SearchEnd;

/** Answer of `POST /api/search/folder`. */
export interface SearchFolder {
  readonly folder: string;
}
