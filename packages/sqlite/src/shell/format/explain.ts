/** Programs that EXPLAIN shows: columns of fixed width, the last one as wide as it is. */
import { characterCount } from "../bytes.ts";
import type { Output } from "../output.ts";
import type { RowWriter } from "./rows.ts";
import type { Style } from "./settings.ts";
import { columnText } from "./values.ts";

const WIDTHS: readonly number[] = [4, 13, 4, 4, 4, 13, 2, 13];

export function explainWriter(names: readonly string[], style: Style, out: Output): RowWriter {
  const count = Math.min(names.length, WIDTHS.length);
  const write = (texts: readonly string[]): void => {
    const cells = texts.map((text, at) => text + " ".repeat(Math.max(0, WIDTHS[at]! - characterCount(text))));
    out.write(`${cells.join("  ")}\n`);
  };
  return {
    begin() {
      write(names.slice(0, count));
      write(WIDTHS.slice(0, count).map((width) => "-".repeat(width)));
    },
    row(row) {
      write(names.slice(0, count).map((_, at) => columnText(row, at) ?? style.nullValue));
    },
  };
}
