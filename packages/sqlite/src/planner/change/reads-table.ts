/** Whether a query reads a table anywhere: then its rows are gathered before the first one goes into that table. */
import type { Table } from "../../schema/table.ts";
import type { BoundExpression } from "../expression.ts";
import type { BoundCore, BoundQuery, RecursiveQuery } from "../query.ts";
import { each, expressionsOfCore, queryIn } from "../walk.ts";

export function readsTable(query: BoundQuery, table: Table): boolean {
  return new Search(table).query(query);
}

class Search {
  readonly #table: Table;
  readonly #seen = new Set<RecursiveQuery>();

  constructor(table: Table) {
    this.#table = table;
  }

  query({ cores, orderBy, limit, offset }: BoundQuery): boolean {
    const others = [...orderBy.map(({ expression }) => expression), limit, offset];
    return cores.some((core) => this.#core(core)) || others.some((e) => e !== undefined && this.#expression(e));
  }

  #core(core: BoundCore): boolean {
    if (expressionsOfCore(core).some((e) => this.#expression(e))) return true;
    if (core.kind === "values") return false;
    return core.sources.some(({ content }) => {
      switch (content.kind) {
        case "table":
          return content.table.rootPage === this.#table.rootPage && content.table.name === this.#table.name;
        case "query":
          return this.query(content.query);
        case "queue":
          return false;
        case "recursive":
          return this.#recursive(content.common);
      }
    });
  }

  #recursive(common: RecursiveQuery): boolean {
    if (this.#seen.has(common)) return false;
    this.#seen.add(common);
    return this.query(common.initial) || common.recursive.some((core) => this.#core(core));
  }

  #expression(e: BoundExpression): boolean {
    let reads = false;
    each(e, (part) => {
      const query = queryIn(part);
      if (query !== undefined && !reads) reads = this.query(query);
    });
    return reads;
  }
}
