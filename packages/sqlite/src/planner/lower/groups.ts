/**
 * GROUP BY and aggregates. Rows are added to groups inside the loops; then the groups are scanned, and there keys, aggregates and columns of
 * one of the group's rows ("bare columns") are registers.
 */
import type { Block, Expression, GroupLayout, Step } from "../../compile/program.ts";
import type { LoopPlan } from "../access/plan.ts";
import type { BoundExpression, BoundOrder } from "../expression.ts";
import type { BoundSelect } from "../query.ts";
import { equalExpressions, replace, some } from "../walk.ts";
import { type CorePlan, type Grouping, isExtreme } from "./core-plan.ts";
import { lowerExpression } from "./expressions.ts";
import type { Lowering, Meaning } from "./lowering.ts";
import { assign, assignAll, assignInteger, register, when } from "./steps.ts";

type ReadFromRow = Extract<BoundExpression, { kind: "column" | "generated" }>;

/** `row`: the steps for one row of the result. */
export function lowerGroups(
  core: BoundSelect,
  grouping: Exclude<Grouping, { kind: "none" | "count" }>,
  orderBy: readonly BoundOrder[],
  loops: (body: () => Block) => Block,
  row: () => Block,
  lowering: Lowering,
): Block {
  const groups = new Groups(core, orderBy, lowering);
  switch (grouping.kind) {
    case "one":
      return groups.one(grouping, loops, row);
    case "stream":
      return groups.stream(loops, row);
    case "hash":
      return groups.hash(grouping.descending, loops, row);
  }
}

class Groups {
  readonly #core: BoundSelect;
  readonly #lowering: Lowering;
  /** The place of the aggregate whose row gives the bare columns; -1: the first row does. */
  readonly #extreme: number;
  readonly #bare: readonly ReadFromRow[];
  readonly #keyRegisters: number;
  readonly #resultRegisters: number;
  readonly #bareRegisters: number;

  constructor(core: BoundSelect, orderBy: readonly BoundOrder[], lowering: Lowering) {
    const { registers } = lowering.builder;
    this.#core = core;
    this.#lowering = lowering;
    this.#extreme = core.aggregates.findLastIndex((one) => isExtreme(one.function, one.arguments.length));
    this.#bare = this.#bareColumns(orderBy);
    this.#keyRegisters = registers.allocate(core.groupBy.length);
    this.#resultRegisters = registers.allocate(core.aggregates.length);
    this.#bareRegisters = registers.allocate(this.#bare.length);
  }

  /** All rows are one group, which is there without rows as well. */
  one(
    { extreme, isDistinct }: Extract<Grouping, { kind: "one" }>,
    loops: (body: () => Block) => Block,
    row: () => Block,
  ): Block {
    const { builder } = this.#lowering;
    const groups = this.#declare([], true);
    const end = builder.label();
    if (!isDistinct) this.#explainOwnStores();
    const rows = loops(() => {
      const accumulate = this.#accumulate(groups, []);
      if (extreme === undefined) return [accumulate];
      const isKnown: Expression = { kind: "not-null", operand: lowerExpression(extreme, this.#lowering) };
      return [accumulate, ...when([isKnown], [{ kind: "break", label: end }])];
    });
    return [{ kind: "clear-groups", groups }, { kind: "block", label: end, body: rows }, this.#scan(groups, [], row)];
  }

  /** The rows of a group come one after another: a group ends where another key begins. */
  stream(loops: (body: () => Block) => Block, row: () => Block): Block {
    const { builder } = this.#lowering;
    const { groupBy, groupCollations } = this.#core;
    const groups = this.#declare([], false);
    const next = builder.registers.allocate(groupBy.length);
    const isBegun = builder.registers.allocate();
    const flush = builder.openRoutine();
    const rows = loops(() => {
      const keys = groupBy.map((e) => lowerExpression(e, this.#lowering));
      const differs = keys
        .map((_, at): Expression => ({
          kind: "compare",
          operator: "IS NOT",
          left: register(next + at),
          right: register(this.#keyRegisters + at),
          affinity: "none",
          collation: groupCollations[at]!,
        }))
        .reduce((left, right) => ({ kind: "or", left, right }));
      const takeKeys = keys.map((_, at) => assign(this.#keyRegisters + at, register(next + at)));
      return [
        ...assignAll(next, keys),
        {
          kind: "if",
          condition: register(isBegun),
          then: when([differs], [...flush.call, ...takeKeys]),
          otherwise: [assignInteger(isBegun, 1), ...takeKeys],
        },
        this.#accumulate(groups, []),
      ];
    });
    this.#explainOwnStores();
    flush.define([this.#scan(groups, [], row), { kind: "clear-groups", groups }]);
    return [
      { kind: "clear-groups", groups },
      assignInteger(isBegun, 0),
      ...rows,
      ...when([register(isBegun)], flush.call),
    ];
  }

  hash(descending: readonly boolean[], loops: (body: () => Block) => Block, row: () => Block): Block {
    const { builder } = this.#lowering;
    const groups = this.#declare(this.#core.groupCollations, false);
    const rows = loops(() => {
      builder.explain("USE TEMP B-TREE FOR GROUP BY");
      const keys = this.#core.groupBy.map((e) => lowerExpression(e, this.#lowering));
      return [this.#accumulate(groups, keys)];
    });
    this.#explainOwnStores();
    return [{ kind: "clear-groups", groups }, ...rows, this.#scan(groups, descending, row)];
  }

  #declare(collations: GroupLayout["collations"], always: boolean): number {
    const { aggregates } = this.#core;
    return this.#lowering.builder.groups({
      collations,
      always,
      aggregates: aggregates.map(({ function: aggregate, distinct, collation, orderBy }) => ({
        function: aggregate,
        distinct,
        collation,
        order: orderBy.map(({ collation: by, descending, nullsFirst }) => ({ collation: by, descending, nullsFirst })),
      })),
      extreme: this.#extreme === -1 ? undefined : this.#extreme,
      keyRegisters: this.#keyRegisters,
      resultRegisters: this.#resultRegisters,
      bareRegisters: this.#bareRegisters,
    });
  }

  #accumulate(groups: number, keys: readonly Expression[]): Step {
    const lower = (e: BoundExpression): Expression => lowerExpression(e, this.#lowering);
    return {
      kind: "accumulate",
      groups,
      keys,
      aggregates: this.#core.aggregates.map(({ arguments: list, filter, orderBy }) => ({
        arguments: list.map(lower),
        ...(filter === undefined ? {} : { filter: lower(filter) }),
        order: orderBy.map(({ expression }) => lower(expression)),
      })),
      bare: this.#bare.map(lower),
    };
  }

  #scan(groups: number, descending: readonly boolean[], row: () => Block): Step {
    const { having } = this.#core;
    return {
      kind: "scan-groups",
      label: this.#lowering.builder.label(),
      groups,
      descending,
      nullsFirst: descending.map((isDescending) => !isDescending),
      body: this.#lowering.withMeaning(this.#meaning(), () => {
        const conditions = having === undefined ? [] : [lowerExpression(having, this.#lowering)];
        return when(conditions, row());
      }),
    };
  }

  /** What expressions are where groups are scanned. */
  #meaning(): Meaning {
    const { aggregates } = this.#core;
    return (e) => {
      if (e.kind === "aggregate") {
        const at = aggregates.findIndex(({ id }) => id === e.aggregate);
        return at === -1 ? undefined : register(this.#resultRegisters + at);
      }
      const key = this.#keyOf(e);
      if (key !== -1) return register(this.#keyRegisters + key);
      if (!isColumn(e)) return undefined;
      const bare = this.#bare.findIndex((one) => isSameColumn(one, e));
      return bare === -1 ? undefined : register(this.#bareRegisters + bare, e.affinity, e.collation);
    };
  }

  /**
   * The term of GROUP BY that an expression is; -1: none, or a constant, which need not be remembered. With min or max a column that is a
   * key comes from the row of the extreme, where it need not be the same as in the first row, but only equal.
   */
  #keyOf(e: BoundExpression): number {
    if (e.kind === "constant" || (this.#extreme !== -1 && isColumn(e))) return -1;
    return this.#core.groupBy.findIndex((key) => key.kind === e.kind && equalExpressions(key, e) && this.#isOwn(key));
  }

  #isOwn(e: BoundExpression): boolean {
    return some(
      e,
      (part) =>
        (part.kind === "column" || part.kind === "generated") &&
        this.#core.sources.some(({ id }) => id === part.source),
    );
  }

  /** Columns of the core's sources that are read where there are only groups, however deep in subqueries. */
  #bareColumns(orderBy: readonly BoundOrder[]): ReadFromRow[] {
    const { result, having } = this.#core;
    const found: ReadFromRow[] = [];
    const look = (e: BoundExpression): BoundExpression | undefined => {
      if (this.#keyOf(e) !== -1) return e;
      if (!isColumn(e)) return undefined;
      if (this.#isOwn(e) && !found.some((one) => isSameColumn(one, e))) found.push(e);
      return e;
    };
    const after = [
      ...result,
      ...(having === undefined ? [] : [having]),
      ...orderBy.map(({ expression }) => expression),
    ];
    for (const e of after) replace(e, look);
    return found;
  }

  #explainOwnStores(): void {
    for (const { function: aggregate, distinct, orderBy } of this.#core.aggregates) {
      if (distinct) this.#lowering.builder.explain(`USE TEMP B-TREE FOR ${aggregate.name}(DISTINCT)`);
      if (orderBy.length > 0) this.#lowering.builder.explain(`USE TEMP B-TREE FOR ${aggregate.name}(ORDER BY)`);
    }
  }
}

function isColumn(e: BoundExpression): e is ReadFromRow {
  return e.kind === "column" || e.kind === "generated";
}

function isSameColumn(a: ReadFromRow, b: ReadFromRow): boolean {
  return a.source === b.source && a.column === b.column;
}

/** `SELECT count(*) FROM t`: trees know how many entries they have. */
export function lowerCount(core: BoundSelect, { loops }: CorePlan, row: () => Block, lowering: Lowering): Block {
  const { content } = core.sources[0]!; // planCore has looked
  const { id } = core.aggregates[0]!;
  if (content.kind !== "table") throw new Error("a count of what is no table");
  const { builder } = lowering;
  const count = builder.registers.allocate();
  const [{ access, explain }] = loops.loops as readonly [LoopPlan];
  builder.reads.add(content.database);
  builder.explainAll(explain());
  const index = access.kind === "index" ? { index: access.index } : {};
  const meaning: Meaning = (e) => (e.kind === "aggregate" && e.aggregate === id ? register(count) : undefined);
  return [
    { kind: "count-rows", register: count, database: content.database, table: content.table, ...index },
    ...lowering.withMeaning(meaning, row),
  ];
}
