/**
 * Conditions that only a subquery in FROM has a part in are tested inside of it already, and conditions of HAVING that are the same for all rows
 * of a group before the groups are made (https://www.sqlite.org/optoverview.html#pushdown).
 */
import type { BoundExpression } from "../expression.ts";
import type { BoundCore, BoundQuery, BoundSelect, BoundSource } from "../query.ts";
import { children, conjunction, conjuncts, equalExpressions, queryIn, replace, some } from "../walk.ts";

/** `readersOf`: how many sources read a common table. */
export function pushDown(core: BoundSelect, readersOf: (common: object) => number): BoundSelect {
  if (core.sources.some(({ join }) => join === "right" || join === "full")) return core;
  const sources = core.sources.map((source) => pushedInto(source, core, readersOf));
  return sources.every((source, at) => source === core.sources[at]) ? core : { ...core, sources };
}

function pushedInto(source: BoundSource, { where }: BoundSelect, readersOf: (common: object) => number): BoundSource {
  const { content, join, on, id } = source;
  if (content.kind !== "query" || content.materialized === true) return source;
  if (content.common !== undefined && readersOf(content.common) > 1) return source;
  const terms = conjuncts(join === "left" ? on : conjunction([on, where].filter((e) => e !== undefined)));
  if (!takesConditions(content.query)) return source;
  const { cores } = content.query;
  const own = terms.filter(
    (term) => readsColumnsOf(term, id) && isAboutSource(term, id) && cores.every((core) => mayRepeat(term, id, core)),
  );
  if (own.length === 0) return source;
  return { ...source, content: { ...content, query: withConditions(content.query, id, own) } };
}

function takesConditions({ cores, operators, limit, offset, compoundCollations }: BoundQuery): boolean {
  if (limit !== undefined || offset !== undefined) return false;
  if (!cores.every((core) => core.kind === "select")) return false;
  // Of rows that are alike and not the same, the one that is kept must not decide.
  return operators.every((op) => op === "UNION ALL") || compoundCollations.every(({ kind }) => kind === "binary");
}

/** A query can stand in one place only, and what changes from call to call is computed once. */
function mayRepeat(term: BoundExpression, id: number, core: BoundCore): boolean {
  if (core.kind === "values") return false;
  return !some(
    term,
    (e) => e.kind === "column" && e.source === id && some(core.result[e.column]!, (part) => !isRepeatable(part)),
  );
}

function isRepeatable(e: BoundExpression): boolean {
  return queryIn(e) === undefined && (e.kind !== "call" || e.function.deterministic);
}

function withConditions(query: BoundQuery, id: number, terms: readonly BoundExpression[]): BoundQuery {
  const cores = query.cores.map((core) => {
    if (core.kind === "values") return core; // takesConditions has looked
    const own = terms.map((term) =>
      replace(term, (e) => (e.kind === "column" && e.source === id ? core.result[e.column] : undefined)),
    );
    if (core.isAggregate) return { ...core, having: and(core.having, own) };
    return { ...core, where: and(core.where, own) };
  });
  return { ...query, cores };
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
    case "row-column":
    case "raise":
      return false;
    case "call":
      return e.function.deterministic && e.arguments.every((child) => isAboutSource(child, id));
    default:
      return queryIn(e) === undefined && children(e).every((child) => isAboutSource(child, id));
  }
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
