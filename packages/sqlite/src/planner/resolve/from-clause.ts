/** FROM as the original's grammar takes parentheses apart. */
import type * as ast from "../../sql/ast.ts";

/**
 * Sources without needless parentheses: those of a join in parentheses that stands first, alone and without a name join the list, and a single
 * source loses them (and with them its own alias). What remains of kind `joined` is a query of its own.
 */
export function flattened(from: ast.From): readonly ast.Join[] {
  let joins = known.get(from);
  if (joins === undefined) {
    joins = flatten(from);
    known.set(from, joins);
  }
  return joins;
}

/** So that what is made anew here is made once. */
const known = new WeakMap<ast.From, readonly ast.Join[]>();

function flatten(from: ast.From): ast.Join[] {
  const joins: ast.Join[] = [];
  for (const join of from) {
    const { source } = join;
    if (source.kind !== "joined") {
      joins.push(join);
      continue;
    }
    const inner = flattened(source.from);
    const isBare = source.alias === undefined && join.on === undefined && join.using === undefined;
    if (joins.length === 0 && isBare) joins.push(...inner);
    else if (inner.length === 1) joins.push({ ...join, source: renamed(inner[0]!.source, source.alias) });
    else joins.push({ ...join, source: { ...source, from: inner } });
  }
  return joins;
}

function renamed(source: ast.Source, alias: string | undefined): ast.Source {
  const { alias: _, ...named } = source;
  if (named.kind !== "table") return alias === undefined ? named : { ...named, alias };
  const { indexedBy: __, ...rest } = named; // lost, too
  return alias === undefined ? rest : { ...rest, alias };
}

/** The last RIGHT or FULL JOIN of the list; -1: none. */
export function lastRightJoin(joins: readonly ast.Join[]): number {
  return joins.findLastIndex(({ right }) => right);
}
