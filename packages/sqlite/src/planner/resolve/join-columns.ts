/** NATURAL and USING: which columns of which sources a join joins. */
import { SqlError } from "../../errors.ts";
import { columnNamed, fold } from "../../schema/table.ts";
import type { Binding } from "./binding.ts";
import type { ExpandedSource, UsingPair } from "./expanded.ts";

/** The sources with `using` and `usingPairs` filled in. Throws SqlError: a column that is not there, or not there alone. */
export function joinedColumns(sources: readonly ExpandedSource[], binding: Binding): ExpandedSource[] {
  const joined: ExpandedSource[] = [];
  for (const source of sources) {
    const { natural, on, using: written } = source.join;
    if (joined.length === 0) {
      joined.push(source);
      continue;
    }
    if (natural && (on !== undefined || written !== undefined))
      throw new SqlError("a NATURAL join may not have an ON or USING clause");
    const using = natural
      ? source.columns
          .filter(({ name, hidden }) => !hidden && leftColumn(joined, name, 0) !== undefined)
          .map(({ name }) => name)
      : (written ?? []);
    const usingPairs = using.map((name) => pairOf(name, joined, source, binding));
    joined.push({ ...source, using, usingPairs });
  }
  return joined;
}

function pairOf(name: string, lefts: readonly ExpandedSource[], source: ExpandedSource, binding: Binding): UsingPair {
  const right = columnNamed(source.columns, name);
  let found = leftColumn(lefts, name, 0);
  if (right === -1 || found === undefined)
    throw new SqlError(`cannot join using column ${name} - column not present in both tables`);
  const left = [found];
  // With RIGHT and FULL joins the left column may be in any of several sources, which earlier USINGs have to have joined.
  while (lefts[0]!.beforeRight && !binding.expansionFailed) {
    found = leftColumn(lefts, name, found.source + 1);
    if (found === undefined) break;
    if (!isUsed(lefts[found.source]!, name)) {
      binding.failExpansion(`ambiguous reference to ${name} in USING()`);
      break;
    }
    left.push(found);
  }
  return { left, right };
}

function leftColumn(
  lefts: readonly ExpandedSource[],
  name: string,
  from: number,
): { source: number; column: number } | undefined {
  for (let source = from; source < lefts.length; source++) {
    const column = columnNamed(lefts[source]!.columns, name);
    if (column !== -1) return { source, column };
  }
  return undefined;
}

/** Whether a column's name is among those by which a source is joined with those on its left. */
export function isUsed(source: ExpandedSource, name: string): boolean {
  return source.using.some((used) => fold(used) === fold(name));
}
