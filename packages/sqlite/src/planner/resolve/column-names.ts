/** What the columns of subqueries, views and common tables are called. */
import { fold } from "../../schema/table.ts";
import { withoutCollate } from "./ast-walk.ts";
import type { ExpandedColumn, ExpandedCore, SourceColumn } from "./expanded.ts";

/**
 * Each name once: a repeated one gets a number behind a colon. `declared` are those of `CREATE VIEW v(a, b)` and `WITH c(a, b)`, which replace those
 * that the leftmost core gives: aliases, names of columns as written, else the expression's text.
 */
export function columnNames(core: ExpandedCore, declared: readonly string[] | undefined): SourceColumn[] {
  const columns: readonly Pick<ExpandedColumn, "expression" | "alias" | "text" | "inner">[] =
    core.kind === "select"
      ? core.columns
      : core.rows[0]!.map((expression) => ({ expression, alias: undefined, text: undefined, inner: undefined }));
  const wanted = declared ?? columns.map(nameOf);
  /** By folded name: whether it is that of a column that USING joins. */
  const taken = new Map<string, boolean>();
  return wanted.map((name, at): SourceColumn => {
    let unique = name === undefined || isTruth(name) ? `column${at + 1}` : name;
    const inner = declared === undefined ? columns[at]!.inner : undefined;
    let hidden = inner?.hidden ?? false;
    for (let count = 1; ; count++) {
      const collision = taken.get(fold(unique));
      if (collision === undefined) break;
      hidden ||= collision;
      unique = `${unique.replace(/(?<=.):\d*$/, "")}:${count}`;
    }
    taken.set(fold(unique), inner?.kind === "using");
    return { name: unique, hidden };
  });
}

function nameOf({
  expression,
  alias,
  text,
  inner,
}: Pick<ExpandedColumn, "expression" | "alias" | "text" | "inner">): string | undefined {
  if (inner !== undefined) return inner.name;
  if (alias !== undefined) return alias;
  const plain = withoutCollate(expression);
  return plain.kind === "identifier" || plain.kind === "column" ? plain.name : text;
}

export function isTruth(name: string): boolean {
  return /^(?:true|false)$/i.test(name);
}
