/** How results look: .mode, .headers, .separator, .nullvalue, .width. */
import { booleanOf, integerOf, isOption } from "../arguments.ts";
import { type DotCommand, misused } from "../command.ts";
import {
  type ColumnOptions,
  DEFAULT_COLUMN_OPTIONS,
  isColumnar,
  type Mode,
  QUOTED_BOX_OPTIONS,
  SEPARATORS,
  type Style,
} from "../format/settings.ts";
import { quotedName } from "../format/values.ts";
import type { Shell } from "../shell.ts";

/** What .mode is told, and what it sets besides the mode. */
interface ModeName {
  readonly name: string;
  readonly mode: Mode;
  readonly column?: string;
  readonly row?: string;
}

/** Any beginning of a name is enough; the first that fits counts. */
const MODE_NAMES: readonly ModeName[] = [
  { name: "lines", mode: "line", row: SEPARATORS.line },
  { name: "columns", mode: "column", row: SEPARATORS.line },
  { name: "list", mode: "list", column: SEPARATORS.bar, row: SEPARATORS.line },
  { name: "html", mode: "html" },
  { name: "tcl", mode: "tcl", column: SEPARATORS.space, row: SEPARATORS.line },
  { name: "csv", mode: "csv", column: SEPARATORS.comma, row: SEPARATORS.dosLine },
  { name: "tabs", mode: "list", column: SEPARATORS.tab },
  { name: "insert", mode: "insert" },
  { name: "quote", mode: "quote", column: SEPARATORS.comma, row: SEPARATORS.line },
  { name: "ascii", mode: "ascii", column: SEPARATORS.unit, row: SEPARATORS.record },
  { name: "markdown", mode: "markdown" },
  { name: "table", mode: "table" },
  { name: "box", mode: "box" },
  { name: "json", mode: "json" },
];

const UNKNOWN_MODE =
  "Error: mode should be one of: ascii box column csv html insert json line list markdown qbox quote table tabs tcl\n";
const MODE_OPTIONS = `options:
  --noquote
  --quote
  --wordwrap on/off
  --wrap N
  --ww
`;

/** Sets a mode with its separators, as .mode and the options of the command line do. */
export function setMode(style: Style, { mode, column, row }: ModeName): void {
  style.mode = mode;
  if (column !== undefined) style.columnSeparator = column;
  if (row !== undefined) style.rowSeparator = row;
}

function runMode(shell: Shell, words: readonly string[]): boolean {
  const { style } = shell;
  let options: ColumnOptions = DEFAULT_COLUMN_OPTIONS;
  let name: string | undefined;
  let table: string | undefined;
  for (let at = 1; at < words.length; at++) {
    const word = words[at]!;
    const value = words[at + 1];
    if (isOption(word, "wrap") && value !== undefined) {
      options = { ...options, wrap: Math.trunc(integerOf(value)) };
      at += 1;
    } else if (isOption(word, "ww")) options = { ...options, wordWrap: true };
    else if (isOption(word, "wordwrap") && value !== undefined) {
      options = { ...options, wordWrap: booleanOf(value, (text) => shell.complain(text)) };
      at += 1;
    } else if (isOption(word, "quote")) options = { ...options, quote: true };
    else if (isOption(word, "noquote")) options = { ...options, quote: false };
    else if (name === undefined) {
      name = word === "qbox" ? "box" : word;
      if (word === "qbox") options = QUOTED_BOX_OPTIONS;
    } else if (table === undefined) table = word;
    else {
      shell.complain(word.startsWith("-") ? `unknown option: ${word}\n${MODE_OPTIONS}` : `extra argument: "${word}"\n`);
      return false;
    }
  }
  if (name === undefined) shell.print(`current output mode: ${modeText(style)}\n`);
  const wanted = name ?? style.mode; // being asked also sets it anew, as the original does
  const found = MODE_NAMES.find((one) => one.name.startsWith(wanted));
  if (found === undefined) {
    shell.complain(UNKNOWN_MODE);
    return false;
  }
  setMode(style, found);
  if (found.mode === "column" && !shell.headerIsSet) style.showHeader = true;
  if (found.mode === "insert") style.table = quotedName(table ?? "table");
  if (isColumnar(found.mode)) style.columns = options;
  return true;
}

/** What the mode is set to. */
export function modeText({ mode, columns }: Style): string {
  if (!isColumnar(mode)) return mode;
  const { wrap, wordWrap, quote } = columns;
  return `${mode} --wrap ${wrap} --wordwrap ${wordWrap ? "on" : "off"} --${quote ? "" : "no"}quote`;
}

export const STYLE_COMMANDS: readonly DotCommand[] = [
  {
    name: "mode",
    least: 2,
    help: [
      "mode MODE ?OPTIONS?",
      "Set output mode",
      "   MODE is one of:",
      "     ascii       Columns/rows delimited by 0x1F and 0x1E",
      "     box         Tables using unicode box-drawing characters",
      "     csv         Comma-separated values",
      "     column      Output in columns.  (See .width)",
      "     html        HTML <table> code",
      "     insert      SQL insert statements for TABLE",
      "     json        Results in a JSON array",
      "     line        One value per line",
      '     list        Values delimited by "|"',
      "     markdown    Markdown table format",
      '     qbox        Shorthand for "box --wrap 60 --quote"',
      "     quote       Escape answers as for SQL",
      "     table       ASCII-art table",
      "     tabs        Tab-separated values",
      "     tcl         TCL list elements",
      "   OPTIONS: (for columnar modes or insert mode):",
      "     --wrap N       Wrap output lines to no longer than N characters",
      "     --wordwrap B   Wrap or not at word boundaries per B (on/off)",
      '     --ww           Shorthand for "--wordwrap 1"',
      "     --quote        Quote output text as SQL literals",
      "     --noquote      Do not quote output text",
      '     TABLE          The name of SQL table used for "insert" mode',
    ],
    run: runMode,
  },
  {
    name: "headers",
    help: ["headers on|off", "Turn display of headers on or off"],
    run(shell, words) {
      if (words.length !== 2) return misused(shell, ".headers on|off");
      shell.style.showHeader = booleanOf(words[1]!, (text) => shell.complain(text));
      shell.headerIsSet = true;
      return true;
    },
  },
  {
    name: "separator",
    help: ["separator COL ?ROW?", "Change the column and row separators"],
    least: 2,
    run(shell, words) {
      const { style } = shell;
      if (words.length < 2 || words.length > 3) return misused(shell, ".separator COL ?ROW?");
      style.columnSeparator = words[1]!;
      if (words.length === 3) style.rowSeparator = words[2]!;
      return true;
    },
  },
  {
    name: "nullvalue",
    help: ["nullvalue STRING", "Use STRING in place of NULL values"],
    run(shell, words) {
      if (words.length !== 2) return misused(shell, ".nullvalue STRING");
      shell.style.nullValue = words[1]!;
      return true;
    },
  },
  {
    name: "width",
    help: [
      "width NUM1 NUM2 ...",
      "Set minimum column widths for columnar output",
      "     Negative values right-justify",
    ],
    run({ style }, words) {
      style.widths = words.slice(1).map((word) => Math.trunc(integerOf(word)));
      return true;
    },
  },
];
