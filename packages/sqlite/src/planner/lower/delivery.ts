/** The end of a core's way: DISTINCT, ORDER BY, and on to the sink. */
import type { Block, Expression, Step } from "../../compile/program.ts";
import type { Collation } from "../../values/collation.ts";
import type { BoundExpression, BoundOrder } from "../expression.ts";
import { collationOf, equalExpressions } from "../walk.ts";
import { lowerExpression } from "./expressions.ts";
import type { Lowering, Sink } from "./lowering.ts";
import { assignAll, register } from "./steps.ts";

export interface Delivery {
  /** Steps before all rows. */
  readonly before: Block;
  /** Steps of a row, where it is at hand. Asked once. */
  row(): Block;
  /** Steps behind all rows. */
  after(): Block;
}

export interface DeliveryOptions {
  readonly result: readonly BoundExpression[];
  /** Rows alike count once: any may come, or they come one after another, which EXPLAIN QUERY PLAN does not tell. */
  readonly distinct: "any" | "adjacent" | undefined;
  readonly orderBy: readonly BoundOrder[];
  /** So many terms of `orderBy` the rows follow already; all: they go on as they come. */
  readonly orderedTerms: number;
  /** False: whoever takes the rows sorts them, and all that is left is to say so. */
  readonly sorts: boolean;
  /** Whether EXPLAIN QUERY PLAN tells of sorting. */
  readonly explainsSort: boolean;
  /** See Limits.wanted. */
  readonly wanted: number | undefined;
}

export function deliver(options: DeliveryOptions, sink: Sink, lowering: Lowering): Delivery {
  const { distinct, orderBy, orderedTerms } = options;
  const isUnordered = orderBy.length > orderedTerms;
  const sorted = isUnordered && options.sorts ? new Sorting(options, sink, lowering) : undefined;
  const once = distinct !== undefined ? new Distinct(options.result, lowering) : undefined;
  return {
    before: [...(once?.before ?? []), ...(sorted?.before ?? [])],
    row: () => {
      if (isUnordered && !options.explainsSort) lowering.builder.explain("USE TEMP B-TREE FOR DISTINCT");
      const values = options.result.map((e) => lowerExpression(e, lowering));
      const then = (row: readonly Expression[]): Block => sorted?.row(row) ?? sink(row);
      return once === undefined ? then(values) : once.row(values, then);
    },
    after: () => {
      if (distinct === "any" && (options.explainsSort || !isUnordered))
        lowering.builder.explain("USE TEMP B-TREE FOR DISTINCT");
      if (isUnordered && options.explainsSort)
        lowering.builder.explain(`USE TEMP B-TREE FOR ${sortedTerms(options)}ORDER BY`);
      return sorted?.after() ?? [];
    },
  };
}

/** The collation by which DISTINCT compares a column. */
export function distinctCollation(e: BoundExpression, lowering: Lowering): Collation {
  return collationOf(e) ?? lowering.binary;
}

/** Lets the first of rows alike through. */
class Distinct {
  readonly before: Block;
  readonly #store: number;
  readonly #first: number;

  constructor(result: readonly BoundExpression[], lowering: Lowering) {
    this.#store = lowering.builder.store({
      kind: "set",
      columns: result.length,
      collations: result.map((e) => distinctCollation(e, lowering)),
      affinities: result.map(() => undefined),
    });
    this.#first = lowering.builder.registers.allocate(result.length);
    this.before = [{ kind: "clear", store: this.#store }];
  }

  row(values: readonly Expression[], then: Sink): Block {
    const kept = values.map((_, at) => register(this.#first + at));
    return [...assignAll(this.#first, values), { kind: "add-new", store: this.#store, values: kept, then: then(kept) }];
  }
}

class Sorting {
  readonly before: Block;
  readonly #options: DeliveryOptions;
  readonly #sink: Sink;
  readonly #lowering: Lowering;
  readonly #store: number;
  /** For each column of the result: where it stands in the sorter's rows. */
  readonly #places: readonly number[];
  /** Columns of the result that are no keys. */
  readonly #rest: readonly number[];

  constructor(options: DeliveryOptions, sink: Sink, lowering: Lowering) {
    const { result, orderBy, wanted } = options;
    this.#options = options;
    this.#sink = sink;
    this.#lowering = lowering;
    const keys = result.map((e) => orderBy.findIndex(({ expression }) => equalExpressions(expression, e)));
    this.#rest = [...keys.keys()].filter((at) => keys[at] === -1);
    this.#places = keys.map((key, at) => (key === -1 ? orderBy.length + this.#rest.indexOf(at) : key));
    this.#store = lowering.builder.store({
      kind: "sorter",
      columns: orderBy.length + this.#rest.length,
      keys: orderBy.map(({ collation, descending, nullsFirst }) => ({ collation, descending, nullsFirst })),
      limit: wanted,
    });
    this.before = [{ kind: "clear", store: this.#store }];
  }

  row(values: readonly Expression[]): Block {
    const keys = this.#options.orderBy.map(({ expression }, key) => {
      const same = this.#places.indexOf(key);
      return same === -1 ? lowerExpression(expression, this.#lowering) : values[same]!;
    });
    const row = [...keys, ...this.#rest.map((at) => values[at]!)];
    return [{ kind: "append", store: this.#store, values: row }];
  }

  after(): Block {
    const { builder } = this.#lowering;
    const source = builder.source({ kind: "store", store: this.#store, first: 0 });
    const scan: Step = {
      kind: "scan-store",
      label: builder.label(),
      source,
      store: this.#store,
      reverse: false,
      sorted: false,
      body: this.#sink(this.#places.map((place) => this.#lowering.stored(source, place))),
    };
    return [scan];
  }
}

function sortedTerms({ orderBy, orderedTerms }: DeliveryOptions): string {
  const count = orderBy.length - orderedTerms;
  return orderedTerms === 0 ? "" : count === 1 ? "LAST TERM OF " : `LAST ${count} TERMS OF `;
}
