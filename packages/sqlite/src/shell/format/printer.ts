/** Results of statements, written in the mode that is set. */
import type { Execution, StatementColumn } from "../../connection/execution.ts";
import type { TextEncoding } from "../../values/text-codec.ts";
import type { Output } from "../output.ts";
import { printColumns } from "./columns.ts";
import { ROW_WRITERS } from "./rows.ts";
import { isColumnar, type Mode, type Style } from "./settings.ts";
import type { Row } from "./values.ts";

export interface Result {
  readonly columns: readonly StatementColumn[];
  readonly execution: Execution;
  readonly encoding: TextEncoding;
}

/** Runs a statement to its end and prints its rows. Throws what the statement throws, behind the rows that came before. */
export function printResult({ columns, execution, encoding }: Result, mode: Mode, style: Style, out: Output): void {
  const names = columns.map(({ name }) => name);
  if (isColumnar(mode)) {
    printColumns({ names, execution, encoding }, mode, style, out);
    return;
  }
  if (!execution.step()) return;
  const writer = ROW_WRITERS[mode as keyof typeof ROW_WRITERS](names, style, out); // the columnar modes are dealt with
  writer.begin?.();
  try {
    do {
      const row: Row = { cells: execution.row, encoding };
      writer.row(row);
    } while (execution.step());
  } finally {
    writer.end?.();
  }
}
