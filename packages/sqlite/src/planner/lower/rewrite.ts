/** Rewrites of a whole statement's queries before any of them is planned, from the outermost inwards. */
import type { Ids } from "../ids.ts";
import type { BoundQuery, BoundSelect } from "../query.ts";
import { flatten } from "./flatten.ts";
import { havingToWhere, pushDown } from "./push-down.ts";
import { QueryMapper } from "./query-mapper.ts";
import { Uses } from "./uses.ts";

/** `ids`: those with which the statement was bound. */
export function rewriteQuery(query: BoundQuery, ids: Ids): BoundQuery {
  const uses = new Uses();
  uses.noteQuery(query);
  return new Rewriter(uses, ids).query(query);
}

class Rewriter extends QueryMapper {
  readonly #uses: Uses;
  readonly #ids: Ids;

  constructor(uses: Uses, ids: Ids) {
    super();
    this.#uses = uses;
    this.#ids = ids;
  }

  protected override newQuery(query: BoundQuery): BoundQuery {
    return super.newQuery(flatten(query, this.#ids));
  }

  protected override select(core: BoundSelect): BoundSelect {
    const readersOf = (common: object): number => this.#uses.readersOf(common);
    return super.select(pushDown(havingToWhere(core), readersOf, this.#ids));
  }
}
