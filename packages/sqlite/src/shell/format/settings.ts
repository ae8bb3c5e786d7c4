/** How results look: what .mode, .headers, .separator, .nullvalue and .width set. */

/** Modes that .mode sets; `explain` and `plan` are for results of EXPLAIN and EXPLAIN QUERY PLAN alone. */
export type Mode =
  | "line"
  | "column"
  | "list"
  | "html"
  | "insert"
  | "quote"
  | "tcl"
  | "csv"
  | "ascii"
  | "json"
  | "markdown"
  | "table"
  | "box"
  | "explain"
  | "plan";

/** Of the modes that make columns of equal width. */
export interface ColumnOptions {
  /** Columns of a width of their own are no wider; 0: no limit. */
  readonly wrap: number;
  readonly wordWrap: boolean;
  /** Values are SQL literals. */
  readonly quote: boolean;
}

export interface Style {
  mode: Mode;
  showHeader: boolean;
  columnSeparator: string;
  rowSeparator: string;
  nullValue: string;
  /** By column; 0: as wide as it has to be; negative: aligned to the right. */
  widths: number[];
  columns: ColumnOptions;
  /** The table of `insert` mode as it is written. */
  table: string;
  /** Line ends within texts of `insert` mode stay as they are. */
  keepNewlines: boolean;
}

export const DEFAULT_COLUMN_OPTIONS: ColumnOptions = { wrap: 60, wordWrap: false, quote: false };
export const QUOTED_BOX_OPTIONS: ColumnOptions = { wrap: 60, wordWrap: false, quote: true };

/** Separators of list, comma-separated and other modes. */
export const SEPARATORS = {
  bar: "|",
  comma: ",",
  line: "\n",
  dosLine: "\r\n",
  record: "\x1e",
  space: " ",
  tab: "\t",
  unit: "\x1f",
} as const;

export function defaultStyle(): Style {
  return {
    mode: "list",
    showHeader: false,
    columnSeparator: SEPARATORS.bar,
    rowSeparator: SEPARATORS.line,
    nullValue: "",
    widths: [],
    columns: DEFAULT_COLUMN_OPTIONS,
    table: "table",
    keepNewlines: false,
  };
}

/** Whether a mode looks at all rows before it writes one. */
export function isColumnar(mode: Mode): boolean {
  return mode === "column" || mode === "markdown" || mode === "table" || mode === "box";
}
