/**
 * Conditions that only a subquery in FROM has a part in are tested inside of it already, and conditions of HAVING that are the same for all rows
 * of a group before the groups are made (https://www.sqlite.org/optoverview.html#pushdown).
 */
import type { BoundExpression } from "../expression.ts";
import type { Ids } from "../ids.ts";
import type { BoundCore, BoundQuery, BoundSelect, BoundSource } from "../query.ts";
import { comparisonAffinity } from "../resolve/comparison.ts";
import { copyExpression } from "./copy.ts";
import { isUncorrelated } from "./lowering.ts";
import { affinityOf, children, conjunction, conjuncts, equalExpressions, queryIn, replace, some } from "../walk.ts";

/** `readersOf`: how many sources read a common table. */
export function pushDown(core: BoundSelect, readersOf: (common: object) => number, ids: Ids): BoundSelect {
  if (core.sources.some(({ join }) => join === "right" || join === "full")) return core;
  const sources = core.sources.map((source) => pushedInto(source, core, readersOf, ids));
  return sources.every((source, at) => source === core.sources[at]) ? core : { ...core, sources };
}

function pushedInto(
  source: BoundSource,
  { where }: BoundSelect,
  readersOf: (common: object) => number,
  ids: Ids,
): BoundSource {
  const { content, join, on, id } = source;
  if (content.kind !== "query" || content.materialized === true) return source;
  if (content.common !== undefined && readersOf(content.common) > 1) return source;
  if (!takesConditions(content.query)) return source;
  const { cores } = content.query;
  const terms = join === "left" ? conjuncts(on) : [...conjuncts(on), ...conjuncts(where)];
  const own = terms.filter(
    (term) => readsColumnsOf(term, id) && isAboutSource(term, id) && cores.every((core) => mayRepeat(term, id, core)),
  );
  if (own.length === 0) return source;
  return { ...source, content: { ...content, query: withConditions(content.query, id, own, ids) } };
}

function takesConditions({ cores, operators, limit, offset, compoundCollations }: BoundQuery): boolean {
  if (limit !== undefined || offset !== undefined) return false;
  if (!cores.every((core) => core.kind === "select")) return false;
  // Of rows that are alike and not the same, the one that is kept must not decide.
  return operators.every((op) => op === "UNION ALL") || compoundCollations.every(({ kind }) => kind === "binary");
}

/** What changes from call to call is computed once. */
function mayRepeat(term: BoundExpression, id: number, core: BoundCore): boolean {
  if (core.kind === "values") return false;
  return !some(
    term,
    (e) => e.kind === "column" && e.source === id && some(core.result[e.column]!, (part) => !isRepeatable(part)),
  );
}

function isRepeatable(e: BoundExpression): boolean {
  return e.kind !== "call" || e.function.deterministic;
}

function withConditions(query: BoundQuery, id: number, terms: readonly BoundExpression[], ids: Ids): BoundQuery {
  const cores = query.cores.map((core) => {
    if (core.kind === "values") return core; // takesConditions has looked
    const own = terms.map((term) => {
      const moved = replace(copyExpression(term, ids), (e) =>
        e.kind === "column" && e.source === id ? copyExpression(core.result[e.column]!, ids) : undefined,
      );
      return query.cores.length > 1 ? compared(moved, term) : moved;
    });
    if (core.isAggregate) return { ...core, having: and(core.having, own) };
    return { ...core, where: and(core.where, own) };
  });
  return { ...query, cores };
}

/**
 * A condition that has been moved into a core of a compound, with the affinities that its comparisons have there: in the original they are found
 * anew, although a column of the compound may have another affinity than this core's.
 */
function compared(moved: BoundExpression, original: BoundExpression): BoundExpression {
  if (moved.kind === "compare" && original.kind === "compare") {
    const isPlain = original.affinity === comparisonAffinity(original.left, original.right);
    return isPlain ? { ...moved, affinity: comparisonAffinity(moved.left, moved.right) } : moved;
  }
  if (moved.kind === "in-list" && original.kind === "in-list") return { ...moved, affinity: affinityOf(moved.operand) };
  if ((moved.kind === "and" || moved.kind === "or") && moved.kind === original.kind)
    return { ...moved, left: compared(moved.left, original.left), right: compared(moved.right, original.right) };
  if (moved.kind === "not" && original.kind === "not")
    return { ...moved, operand: compared(moved.operand, original.operand) };
  if (moved.kind === "let" && original.kind === "let") {
    const affinity = affinityOf(moved.value);
    const body = replace(moved.body, (e) => (e.kind === "local" && e.id === moved.id ? { ...e, affinity } : undefined));
    return { ...moved, body: compared(body, original.body) };
  }
  return moved;
}

function and(e: BoundExpression | undefined, terms: readonly BoundExpression[]): BoundExpression | undefined {
  return conjunction(e === undefined ? terms : [e, ...terms]);
}

function readsColumnsOf(e: BoundExpression, id: number): boolean {
  return (e.kind === "column" && e.source === id) || children(e).some((child) => readsColumnsOf(child, id));
}

/** Whether nothing else than columns of the source, and what is the same throughout, decides. */
function isAboutSource(e: BoundExpression, id: number): boolean {
  switch (e.kind) {
    case "column":
      return e.source === id;
    case "aggregate":
    case "raise":
      return false;
    case "call":
      return e.function.deterministic && e.arguments.every((child) => isAboutSource(child, id));
    default:
      return isIndependent(queryIn(e)) && children(e).every((child) => isAboutSource(child, id));
  }
}

function isIndependent(query: BoundQuery | undefined): boolean {
  return query === undefined || isUncorrelated(query);
}

/** Conditions of HAVING that ask for nothing but keys of the groups are moved to WHERE. */
export function havingToWhere(core: BoundSelect): BoundSelect {
  if (core.having === undefined || core.groupBy.length === 0) return core;
  const terms = conjuncts(core.having);
  const early = terms.filter((term) => isOfKeys(term, core));
  if (early.length === 0) return core;
  return {
    ...core,
    having: conjunction(terms.filter((term) => !early.includes(term))),
    where: and(core.where, early),
  };
}

/** Keys are compared bytewise, so that all rows of a group have the same. */
function isOfKeys(e: BoundExpression, core: BoundSelect): boolean {
  const key = core.groupBy.findIndex((one) => equalExpressions(one, e));
  if (key !== -1) return core.groupCollations[key]!.kind === "binary";
  switch (e.kind) {
    case "column":
    case "generated":
    case "aggregate":
    case "row-column":
    case "raise":
      return false;
    case "call":
      return e.function.deterministic && e.arguments.every((child) => isOfKeys(child, core));
    default:
      return queryIn(e) === undefined && children(e).every((child) => isOfKeys(child, core));
  }
}
