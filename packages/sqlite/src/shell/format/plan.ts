/** The tree of EXPLAIN QUERY PLAN. */
import type { PlanLine } from "../../connection/execution.ts";
import type { Output } from "../output.ts";
import type { RowWriter } from "./rows.ts";
import type { Style } from "./settings.ts";
import { columnText } from "./values.ts";

/** Lines below `parent`, each with the branch that it hangs on. */
export function printPlan(lines: readonly PlanLine[], out: Output): void {
  if (lines.length === 0) return;
  out.write("QUERY PLAN\n");
  const print = (parent: number, prefix: string): void => {
    const children = lines.filter((line) => line.parent === parent && line.id !== parent);
    for (const [at, { id, detail }] of children.entries()) {
      const isLast = at === children.length - 1;
      out.write(`${prefix}${isLast ? "`--" : "|--"}${detail}\n`);
      print(id, `${prefix}${isLast ? "   " : "|  "}`);
    }
  };
  print(0, "");
}

export function planWriter(_names: readonly string[], _style: Style, out: Output): RowWriter {
  const lines: PlanLine[] = [];
  return {
    row(row) {
      const { payloads } = row.cells;
      lines.push({ id: Number(payloads[0]), parent: Number(payloads[1]), detail: columnText(row, 3) ?? "" });
    },
    end() {
      printPlan(lines, out);
    },
  };
}
