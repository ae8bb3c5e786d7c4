/** Copies of queries with sources and aggregates of their own: what stands in two places of a statement runs in two places. */
import type { BoundAggregate, BoundExpression } from "../expression.ts";
import type { Ids } from "../ids.ts";
import type { BoundQuery, BoundSelect, BoundSource } from "../query.ts";
import { queryIn, some } from "../walk.ts";
import { QueryMapper } from "./query-mapper.ts";

/** The expression with the queries inside of it copied. */
export function copyExpression(e: BoundExpression, ids: Ids): BoundExpression {
  return some(e, (part) => queryIn(part) !== undefined) ? new Copier(ids).expression(e) : e;
}

export function copyQuery(query: BoundQuery, ids: Ids): BoundQuery {
  return new Copier(ids).query(query);
}

/** A core with sources of its own, and copies of all queries in it. */
export function copyCore(core: BoundSelect, ids: Ids): BoundSelect {
  return new Copier(ids).copied(core);
}

class Copier extends QueryMapper {
  readonly #ids: Ids;
  readonly #sources = new Map<number, number>();
  readonly #aggregates = new Map<number, number>();

  constructor(ids: Ids) {
    super();
    this.#ids = ids;
  }

  copied(core: BoundSelect): BoundSelect {
    return this.select(core);
  }

  protected override newQuery(query: BoundQuery): BoundQuery {
    return { ...super.newQuery(query), id: this.#ids.query() };
  }

  protected override select(core: BoundSelect): BoundSelect {
    for (const { id } of core.sources) this.#sources.set(id, this.#ids.source());
    for (const { id } of core.aggregates) this.#aggregates.set(id, this.#ids.aggregate());
    return super.select(core);
  }

  protected override source(source: BoundSource): BoundSource {
    return { ...super.source(source), id: this.#sources.get(source.id)! }; // `select` has numbered it
  }

  protected override aggregate(aggregate: BoundAggregate): BoundAggregate {
    return { ...super.aggregate(aggregate), id: this.#aggregates.get(aggregate.id)! };
  }

  protected override leaf(e: BoundExpression): BoundExpression | undefined {
    if (e.kind === "column") {
      const source = this.#sources.get(e.source);
      return source === undefined ? undefined : { ...e, source };
    }
    if (e.kind === "generated") {
      const source = this.#sources.get(e.source);
      return source === undefined ? undefined : { ...e, source, value: this.expression(e.value) };
    }
    if (e.kind !== "aggregate") return undefined;
    const aggregate = this.#aggregates.get(e.aggregate);
    return aggregate === undefined ? undefined : { ...e, aggregate };
  }
}
