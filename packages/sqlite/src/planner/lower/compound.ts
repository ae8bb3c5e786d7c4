/**
 * Compound queries. UNION ALL without an order runs one core after the other. All others come in the order of their columns, or of ORDER BY and
 * then of the columns that it does not name, as the original's merging makes them; of rows alike the one counts that it keeps.
 */
import type { Block, Expression, Step } from "../../compile/program.ts";
import type { CompoundOperator } from "../../sql/ast.ts";
import type { BoundQuery } from "../query.ts";
import { mergedOrder, type OrderedColumn, orderOfCore } from "./compound-order.ts";
import type { Lowering, Sink } from "./lowering.ts";
import { lowerCore } from "./select.ts";
import { assignAll, register } from "./steps.ts";
import { sharedSink } from "./values.ts";

/** `wanted`: see Limits.wanted. */
export function lowerCompound(query: BoundQuery, wanted: number | undefined, sink: Sink, lowering: Lowering): Block {
  const compound = new Compound(query, wanted, lowering);
  const all = { from: 0, to: query.cores.length };
  if (query.orderBy.length > 0) return compound.merge(all, sink);
  return compound.concatenate(all, sharedOrSingle(query, sink, lowering));
}

function sharedOrSingle(query: BoundQuery, sink: Sink, lowering: Lowering): Sink {
  return query.operators.at(-1) === "UNION ALL" ? sharedSink(query.columns.length, sink, lowering) : sink;
}

/** Cores `from` to `to`, the latter not included. */
interface Range {
  readonly from: number;
  readonly to: number;
}

interface Split {
  readonly operator: CompoundOperator;
  readonly left: Range;
  readonly right: Range;
}

class Compound {
  readonly #query: BoundQuery;
  readonly #wanted: number | undefined;
  readonly #lowering: Lowering;

  constructor(query: BoundQuery, wanted: number | undefined, lowering: Lowering) {
    this.#query = query;
    this.#wanted = wanted;
    this.#lowering = lowering;
  }

  /** Rows of all cores of the range, whose order nobody has asked for. */
  concatenate(range: Range, sink: Sink): Block {
    const { builder } = this.#lowering;
    const { cores, operators } = this.#query;
    if (operators[range.to - 2] !== "UNION ALL") return this.merge(range, sink);
    // As far to the left as all is joined by UNION ALL.
    const start = operators.slice(0, range.to - 1).findLastIndex((operator) => operator !== "UNION ALL") + 1;
    const rest = cores.slice(start + 1, range.to);
    const others = (): Block =>
      rest.flatMap((_, at) => builder.explained("UNION ALL", () => this.#core(start + 1 + at, sink)));
    if (start > 0) return [...this.merge({ from: 0, to: start + 1 }, sink), ...others()];
    return builder.explained("COMPOUND QUERY", () => [
      ...builder.explained("LEFT-MOST SUBQUERY", () => this.#core(0, sink)),
      ...others(),
    ]);
  }

  /** Rows of the range in the order of ORDER BY, or without it in that of the columns. */
  merge(range: Range, sink: Sink): Block {
    const split = this.#split(range);
    if (split.operator !== "UNION ALL") return this.#setOperation(split, sink);
    const order = mergedOrder(this.#query, false);
    const sorter = this.#sorter(order, this.#wanted);
    const fill = this.#unordered(range, sorter.append);
    return [sorter.clear, ...fill, sorter.scan(sink)];
  }

  /** Rows of the range, such that of rows that are equal in the whole order the one that the original would have first comes first. */
  #unordered(range: Range, sink: Sink): Block {
    if (range.to - range.from === 1) return this.#ordered(range.from, sink);
    const split = this.#split(range);
    if (split.operator !== "UNION ALL") return this.#setOperation(split, sink);
    const { left, right } = this.#explainSplit(split);
    return [...left(() => this.#unordered(split.left, sink)), ...right(() => this.#unordered(split.right, sink))];
  }

  #setOperation(split: Split, sink: Sink): Block {
    const { builder } = this.#lowering;
    const { columns, compoundCollations: collations } = this.#query;
    const affinities = columns.map(() => undefined);
    const sides = this.#explainSplit(split);
    const set = builder.store({ kind: "set", columns: columns.length, collations, affinities });
    const clear: Step = { kind: "clear", store: set };
    const add: Sink = (values) => [{ kind: "add-new", store: set, values, then: [] }];
    switch (split.operator) {
      case "EXCEPT": {
        const remove: Sink = (values) => [{ kind: "remove", store: set, values }];
        const left = sides.left(() => this.#unordered(split.left, add));
        const right = sides.right(() => this.#unordered(split.right, remove));
        return [clear, ...left, ...right, ...this.#inOrder(set, sink)];
      }
      case "INTERSECT": {
        // Each row of the left side that is on the right, the first time.
        const first = builder.registers.allocate(columns.length);
        const row = columns.map((_, at) => register(first + at));
        const sorter = this.#sorter(mergedOrder(this.#query, true), undefined);
        const take: Sink = (values) => [
          ...assignAll(first, values),
          { kind: "remove", store: set, values: row, then: sorter.append(row) },
        ];
        const left = sides.left(() => this.#unordered(split.left, take));
        const right = sides.right(() => this.#unordered(split.right, add));
        return [clear, sorter.clear, ...right, ...left, sorter.scan(sink)];
      }
      default: {
        // Of rows alike the original keeps that of the right side.
        const left = sides.left(() => this.#unordered(split.left, add));
        const right = sides.right(() => this.#unordered(split.right, add));
        return [clear, ...right, ...left, ...this.#inOrder(set, sink)];
      }
    }
  }

  /** The rows of a set in the query's order. */
  #inOrder(set: number, sink: Sink): Block {
    const { builder } = this.#lowering;
    const source = builder.source({ kind: "store", store: set, first: 0 });
    const row = this.#query.columns.map((_, at) => this.#lowering.stored(source, at));
    const isPlain = this.#query.orderBy.length === 0;
    const scan = (sorted: boolean, body: Block): Step => ({
      kind: "scan-store",
      label: builder.label(),
      source,
      store: set,
      reverse: false,
      sorted,
      body,
    });
    if (isPlain) return [scan(true, sink(row))];
    const sorter = this.#sorter(mergedOrder(this.#query, true), undefined);
    return [sorter.clear, scan(false, sorter.append(row)), sorter.scan(sink)];
  }

  #core(at: number, sink: Sink): Block {
    return lowerCore(this.#query.cores[at]!, { orderBy: [], wanted: undefined, limited: false }, sink, this.#lowering);
  }

  /** A core whose rows are to be sorted: the original sorts each for itself, and plans it so. */
  #ordered(at: number, sink: Sink): Block {
    const core = this.#query.cores[at]!;
    const orderBy = orderOfCore(this.#query, at);
    return lowerCore(core, { orderBy, wanted: undefined, limited: false, sorts: false }, sink, this.#lowering);
  }

  #sorter(
    order: readonly OrderedColumn[],
    limit: number | undefined,
  ): { clear: Step; append: Sink; scan: (sink: Sink) => Step } {
    const { builder } = this.#lowering;
    const keys = order.map(({ column }) => column);
    const rest = [...this.#query.columns.keys()].filter((column) => !keys.includes(column));
    const store = builder.store({
      kind: "sorter",
      columns: keys.length + rest.length,
      keys: order.map(({ collation, descending, nullsFirst }) => ({ collation, descending, nullsFirst })),
      limit,
    });
    const source = builder.source({ kind: "store", store, first: 0 });
    const places = this.#query.columns.map((_, column) =>
      keys.includes(column) ? keys.indexOf(column) : keys.length + rest.indexOf(column),
    );
    const append: Sink = (values) => {
      const row: Expression[] = [...keys, ...rest].map((column) => values[column]!);
      return [{ kind: "append", store, values: row }];
    };
    return {
      clear: { kind: "clear", store },
      append,
      scan: (sink) => ({
        kind: "scan-store",
        label: builder.label(),
        source,
        store,
        reverse: false,
        sorted: false,
        body: sink(places.map((place) => this.#lowering.stored(source, place))),
      }),
    };
  }

  /** Where the original takes a range of several cores apart: behind the last operator, or in the middle of four and more joined by the same one. */
  #split({ from, to }: Range): Split {
    const { operators } = this.#query;
    const operator = operators[to - 2]!;
    let alike = 1;
    if (operator === "UNION ALL" || operator === "UNION")
      while (to - alike > from && operators[to - alike - 1] === operator) alike += 1;
    const right = alike <= 3 ? 1 : 1 + Math.ceil((alike - 2) / 2);
    return { operator, left: { from, to: to - right }, right: { from: to - right, to } };
  }

  #explainSplit({ operator }: Split): Record<"left" | "right", (lower: () => Block) => Block> {
    const { builder } = this.#lowering;
    return builder.explained(`MERGE (${operator})`, () => {
      const left = builder.explain("LEFT");
      const right = builder.explain("RIGHT");
      return {
        left: (lower) => builder.explainedBelow(left, lower),
        right: (lower) => builder.explainedBelow(right, lower),
      };
    });
  }
}
