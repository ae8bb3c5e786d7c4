/** Going over a whole query, from the outermost part inwards, and making another of it. */
import type { BoundAggregate, BoundExpression, BoundOrder } from "../expression.ts";
import type { BoundCore, BoundQuery, BoundSelect, BoundSource, RecursiveQuery, SourceContent } from "../query.ts";
import { outerOf, queryIn, replace } from "../walk.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class QueryMapper {
  /** What stands in two places, as ORDER BY and the result may name one expression, stays one. */
  readonly #queries = new Map<BoundQuery, BoundQuery>();
  readonly #recursive = new Map<RecursiveQuery, RecursiveQuery>();

  query(query: BoundQuery): BoundQuery {
    const known = this.#queries.get(query);
    if (known !== undefined) return known;
    const mapped = this.newQuery(query);
    this.#queries.set(query, mapped);
    return mapped;
  }

  expression(e: BoundExpression): BoundExpression {
    return replace(e, (part) => {
      if (part.kind === "row-column") return part; // it names the query of the `with-row` around it, which is mapped there
      if (queryIn(part) === undefined) return this.leaf(part);
      switch (part.kind) {
        case "subquery":
        case "exists":
          return { ...part, query: this.query(part.query) };
        case "in-query":
          return { ...part, query: this.query(part.query), operands: this.list(part.operands) };
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

  /** What an expression without a query of its own becomes; undefined: what its operands become. */
  protected leaf(_e: BoundExpression): BoundExpression | undefined {
    return undefined;
  }

  protected newQuery(query: BoundQuery): BoundQuery {
    const cores = query.cores.map((core) => this.core(core));
    const orderBy = this.#order(query.orderBy);
    const limit = this.optional(query.limit);
    const offset = this.optional(query.offset);
    return { ...query, cores, orderBy, limit, offset, ...outerOf({ cores, orderBy, limit, offset }) };
  }

  protected core(core: BoundCore): BoundCore {
    return core.kind === "values" ? { ...core, rows: core.rows.map((row) => this.list(row)) } : this.select(core);
  }

  protected select(core: BoundSelect): BoundSelect {
    return {
      ...core,
      sources: core.sources.map((source) => this.source(source)),
      where: this.optional(core.where),
      groupBy: this.list(core.groupBy),
      having: this.optional(core.having),
      result: this.list(core.result),
      aggregates: core.aggregates.map((aggregate) => this.aggregate(aggregate)),
    };
  }

  protected source(source: BoundSource): BoundSource {
    return { ...source, on: this.optional(source.on), content: this.#content(source.content) };
  }

  protected aggregate(aggregate: BoundAggregate): BoundAggregate {
    const filter = this.optional(aggregate.filter);
    return { ...aggregate, arguments: this.list(aggregate.arguments), filter, orderBy: this.#order(aggregate.orderBy) };
  }

  protected list(list: readonly BoundExpression[]): BoundExpression[] {
    return list.map((e) => this.expression(e));
  }

  protected optional(e: BoundExpression | undefined): BoundExpression | undefined {
    return e && this.expression(e);
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
    const mapped: Mutable<RecursiveQuery> = { ...common };
    this.#recursive.set(common, mapped);
    mapped.initial = this.query(common.initial);
    mapped.recursive = common.recursive.map((core) => this.core(core));
    mapped.limit = this.optional(common.limit);
    mapped.offset = this.optional(common.offset);
    return mapped;
  }

  #order(orderBy: readonly BoundOrder[]): BoundOrder[] {
    return orderBy.map((term) => ({ ...term, expression: this.expression(term.expression) }));
  }
}
