/**
 * Columns of equal width: `column`, `table`, `box` and `markdown`. All rows are read before the first is written, cells that are too wide or
 * have line ends go on in the lines below.
 */
import type { Execution } from "../../connection/execution.ts";
import type { TextEncoding } from "../../values/text-codec.ts";
import { BLOB, REAL } from "../../values/value.ts";
import { characterCount } from "../bytes.ts";
import type { Output } from "../output.ts";
import { firstLine } from "./first-line.ts";
import type { Mode, Style } from "./settings.ts";
import { columnText, quotedColumn, type Row } from "./values.ts";

interface Frame {
  /** Before, between and behind the cells of a row. */
  readonly left: string;
  readonly between: string;
  readonly right: string;
  /** Lines above, below the header, between rows of several lines, and at the end; each: what it begins with, fills with, joins with, ends with. */
  readonly top?: readonly [string, string, string, string];
  readonly middle: readonly [string, string, string, string];
  readonly separates: boolean;
  readonly bottom?: readonly [string, string, string, string];
}

const FRAMES: Readonly<Record<"table" | "box" | "markdown", Frame>> = {
  table: {
    left: "| ",
    between: " | ",
    right: " |",
    top: ["+", "-", "+", "+"],
    middle: ["+", "-", "+", "+"],
    separates: true,
    bottom: ["+", "-", "+", "+"],
  },
  box: {
    left: "│ ",
    between: " │ ",
    right: " │",
    top: ["┌", "─", "┬", "┐"],
    middle: ["├", "─", "┼", "┤"],
    separates: true,
    bottom: ["└", "─", "┴", "┘"],
  },
  markdown: { left: "| ", between: " | ", right: " |", middle: ["|", "-", "|", "|"], separates: false },
};

/** A line of cells, and whether its row ends with it. */
interface Line {
  readonly cells: readonly string[];
  readonly endsRow: boolean;
}

interface Source {
  readonly names: readonly string[];
  readonly execution: Execution;
  readonly encoding: TextEncoding;
}

export function printColumns({ names, execution, encoding }: Source, mode: Mode, style: Style, out: Output): void {
  if (!execution.step()) return;
  while (style.widths.length < names.length) style.widths.push(0);
  const limits = names.map((_, at) => Math.abs(style.widths[at]! || style.columns.wrap));
  const header = names.map((name, at) => firstLine(name, limits[at]!, style.columns.wordWrap).line);
  const { lines, failure } = readLines({ names, execution, encoding }, limits, style);
  const widths = names.map((_, at) => {
    let width = Math.max(Math.abs(style.widths[at]!), characterCount(header[at]!));
    for (const { cells } of lines) width = Math.max(width, characterCount(cells[at]!));
    return width;
  });
  if (mode === "column") printPlain(header, lines, widths, style, out);
  else printFramed(FRAMES[mode as keyof typeof FRAMES], header, lines, widths, style, out); // the columnar modes that are left
  if (failure !== undefined) throw failure.error;
}

function readLines(
  { names, execution, encoding }: Source,
  limits: readonly number[],
  style: Style,
): { lines: Line[]; failure: { readonly error: unknown } | undefined } {
  const { quote, wordWrap } = style.columns;
  const lines: Line[] = [];
  for (;;) {
    const row: Row = { cells: execution.row, encoding };
    let rest: (string | undefined)[] = names.map((_, at) =>
      quote ? columnLiteral(row, at) : (columnText(row, at) ?? style.nullValue),
    );
    do {
      const parts = rest.map((text, at) => firstLine(text ?? "", limits[at]!, wordWrap));
      rest = parts.map((part) => part.rest);
      lines.push({ cells: parts.map(({ line }) => line), endsRow: rest.every((text) => text === undefined) });
    } while (!lines.at(-1)!.endsRow);
    try {
      if (execution.step()) continue;
    } catch (error) {
      return { lines, failure: { error } };
    }
    return { lines, failure: undefined };
  }
}

/** A value as SQL literal, in this family's own spelling: blobs in small letters, REALs of 15 digits. */
function columnLiteral(row: Row, at: number): string {
  const tag = row.cells.tags[at];
  if (tag === REAL) return columnText(row, at)!;
  return tag === BLOB ? `x${quotedColumn(row, at).slice(1)}` : quotedColumn(row, at);
}

function padded(text: string, width: number, toRight: boolean): string {
  const space = " ".repeat(Math.max(0, width - characterCount(text)));
  return toRight ? space + text : text + space;
}

function printPlain(
  header: readonly string[],
  lines: readonly Line[],
  widths: readonly number[],
  style: Style,
  out: Output,
): void {
  const write = (cells: readonly string[]): void =>
    out.write(`${cells.map((text, at) => padded(text, widths[at]!, style.widths[at]! < 0)).join("  ")}\n`);
  if (style.showHeader) {
    write(header);
    write(widths.map((width) => "-".repeat(width)));
  }
  const separates = lines.some(({ endsRow }) => !endsRow);
  for (const [at, { cells, endsRow }] of lines.entries()) {
    write(cells);
    if (separates && endsRow && at + 1 < lines.length) out.write("\n");
  }
}

function printFramed(
  frame: Frame,
  header: readonly string[],
  lines: readonly Line[],
  widths: readonly number[],
  style: Style,
  out: Output,
): void {
  const rule = ([begin, fill, join, end]: readonly [string, string, string, string]): void =>
    out.write(`${begin}${widths.map((width) => fill.repeat(width + 2)).join(join)}${end}\n`);
  const write = (cells: readonly string[]): void =>
    out.write(frame.left + cells.join(frame.between) + frame.right + "\n");
  if (frame.top) rule(frame.top);
  write(header.map((text, at) => centred(text, widths[at]!)));
  rule(frame.middle);
  const separates = frame.separates && lines.some(({ endsRow }) => !endsRow);
  for (const [at, { cells, endsRow }] of lines.entries()) {
    write(cells.map((text, column) => padded(text, widths[column]!, style.widths[column]! < 0)));
    if (separates && endsRow && at + 1 < lines.length) rule(frame.middle);
  }
  if (frame.bottom) rule(frame.bottom);
}

function centred(text: string, width: number): string {
  const space = width - characterCount(text);
  return " ".repeat(space >> 1) + text + " ".repeat((space + 1) >> 1);
}
