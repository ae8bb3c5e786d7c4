/** Rewrites of a whole statement's queries before any of them is planned, from the outermost inwards. */
import type { BoundExpression, BoundOrder } from "../expression.ts";
import type { BoundCore, BoundQuery, BoundSource, RecursiveQuery, SourceContent } from "../query.ts";
import { outerOf, queryIn, replace } from "../walk.ts";
import { flatten } from "./flatten.ts";
import { havingToWhere, pushDown } from "./push-down.ts";
import { Uses } from "./uses.ts";

export function rewriteQuery(query: BoundQuery): BoundQuery {
  const uses = new Uses();
  uses.noteQuery(query);
  return new Rewriter(uses).query(query);
}

/** An expression outside of queries, with those inside rewritten. */
export function rewriteExpression(e: BoundExpression): BoundExpression {
  const uses = new Uses();
  uses.note(e);
  return new Rewriter(uses).expression(e);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

class Rewriter {
  readonly #uses: Uses;
  /** What stands in two places, as ORDER BY and the result may name one expression, stays one. */
  readonly #queries = new Map<BoundQuery, BoundQuery>();
  readonly #recursive = new Map<RecursiveQuery, RecursiveQuery>();

  constructor(uses: Uses) {
    this.#uses = uses;
  }

  query(query: BoundQuery): BoundQuery {
    const known = this.#queries.get(query);
    if (known !== undefined) return known;
    const rewritten = this.#rewritten(query);
    this.#queries.set(query, rewritten);
    return rewritten;
  }

  #rewritten(query: BoundQuery): BoundQuery {
    const flat = flatten(query);
    const cores = flat.cores.map((core) => this.#core(core));
    const orderBy = this.#order(flat.orderBy);
    const limit = this.#optional(flat.limit);
    const offset = this.#optional(flat.offset);
    return { ...flat, cores, orderBy, limit, offset, ...outerOf({ cores, orderBy, limit, offset }) };
  }

  expression(e: BoundExpression): BoundExpression {
    return replace(e, (part) => {
      if (part.kind === "row-column") return part; // it names the query of the `with-row` around it, which is rewritten there
      if (queryIn(part) === undefined) return undefined;
      switch (part.kind) {
        case "subquery":
        case "exists":
          return { ...part, query: this.query(part.query) };
        case "in-query":
          return { ...part, query: this.query(part.query), operands: this.#list(part.operands) };
        case "with-row": {
          const query = this.query(part.query);
          const body = replace(part.body, (inner) =>
            inner.kind === "row-column" && inner.query === part.query ? { ...inner, query } : undefined,
          );
          return { ...part, query, body: this.expression(body) };
        }
        default:
          return undefined;
      }
    });
  }

  #core(original: BoundCore): BoundCore {
    if (original.kind === "values") return { ...original, rows: original.rows.map((row) => this.#list(row)) };
    const core = pushDown(havingToWhere(original), (common) => this.#uses.readersOf(common));
    return {
      ...core,
      sources: core.sources.map((source) => this.#source(source)),
      where: this.#optional(core.where),
      groupBy: this.#list(core.groupBy),
      having: this.#optional(core.having),
      result: this.#list(core.result),
      aggregates: core.aggregates.map((aggregate) => ({
        ...aggregate,
        arguments: this.#list(aggregate.arguments),
        filter: this.#optional(aggregate.filter),
        orderBy: this.#order(aggregate.orderBy),
      })),
    };
  }

  #source(source: BoundSource): BoundSource {
    return { ...source, on: this.#optional(source.on), content: this.#content(source.content) };
  }

  #content(content: SourceContent): SourceContent {
    switch (content.kind) {
      case "table":
        return content;
      case "query":
        return { ...content, query: this.query(content.query) };
      default:
        return { ...content, common: this.#common(content.common) };
    }
  }

  #common(common: RecursiveQuery): RecursiveQuery {
    const known = this.#recursive.get(common);
    if (known !== undefined) return known;
    // Its recursive part names it, and finds this object while it is being filled.
    const rewritten: Mutable<RecursiveQuery> = { ...common };
    this.#recursive.set(common, rewritten);
    rewritten.initial = this.query(common.initial);
    rewritten.recursive = common.recursive.map((core) => this.#core(core));
    rewritten.limit = this.#optional(common.limit);
    rewritten.offset = this.#optional(common.offset);
    return rewritten;
  }

  #order(orderBy: readonly BoundOrder[]): BoundOrder[] {
    return orderBy.map((term) => ({ ...term, expression: this.expression(term.expression) }));
  }

  #list(list: readonly BoundExpression[]): BoundExpression[] {
    return list.map((e) => this.expression(e));
  }

  #optional(e: BoundExpression | undefined): BoundExpression | undefined {
    return e && this.expression(e);
  }
}
