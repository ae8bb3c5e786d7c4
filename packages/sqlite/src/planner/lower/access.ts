/** Loops over tables, as access planning has chosen them → steps. */
import type { Block, Bound, Expression, SourceLayout } from "../../compile/program.ts";
import { type Index, ROWID, type Table } from "../../schema/table.ts";
import type { Access, EqualTerm, LoopBound } from "../access/plan.ts";
import { aggregatesOf, each, sourcesOf } from "../walk.ts";
import type { BoundExpression } from "../expression.ts";
import type { BoundSource } from "../query.ts";
import { lowerExpression, rowsAsSet } from "./expressions.ts";
import { eachStored, explainStored, storedColumn } from "./in-operator.ts";
import type { Lowering } from "./lowering.ts";
import { when } from "./steps.ts";

export type TableSource = BoundSource & { readonly content: Extract<BoundSource["content"], { kind: "table" }> };

type TableAccess = Exclude<Access, { kind: "hash" }>;

/** Runs `body` on each row that `access` finds. `isWhole`: other accesses to the source will follow, so that an index alone is not enough. */
export function lowerAccess(
  source: TableSource,
  access: TableAccess,
  isWhole: boolean,
  body: () => Block,
  lowering: Lowering,
): Block {
  const { database, table } = source.content;
  const layout = layoutOf(database, table, access);
  lowering.builder.setSource(
    source.id,
    isWhole && layout.kind === "index" ? { kind: "table", database, table, through: layout.index } : layout,
  );
  return accessAgain(source, access, body, lowering);
}

/** The same for a source that has been read before. */
export function accessAgain(source: TableSource, access: TableAccess, body: () => Block, lowering: Lowering): Block {
  return new AccessLowering(source.id, source.content.table, lowering).steps(access, body);
}

/** All rows of a table, as a source of that number. */
export function scanTable(source: number, database: number, table: Table, body: Block, lowering: Lowering): Block {
  lowering.builder.setSource(source, { kind: "table", database, table, through: undefined });
  return [{ kind: "scan-table", label: lowering.builder.label(), source, reverse: false, body }];
}

function layoutOf(database: number, table: Table, access: TableAccess): SourceLayout {
  if (access.kind !== "index" || isOwnKey(access.index, table))
    return { kind: "table", database, table, through: undefined };
  const { index, covering } = access;
  return covering ? { kind: "index", database, table, index } : { kind: "table", database, table, through: index };
}

function isOwnKey(index: Index, table: Table): boolean {
  return table.withoutRowid && index.origin === "pk";
}

/** What tells a table's row from its others: its rowid, or its key. */
export function rowIdentity(source: number, table: Table, lowering: Lowering): Expression[] {
  const key = table.withoutRowid ? table.indexes.find(({ origin }) => origin === "pk") : undefined;
  if (key === undefined) return [lowering.stored(source, ROWID)];
  return key.columns.slice(0, key.keyColumns).map(({ column }) => lowering.stored(source, column));
}

class AccessLowering {
  readonly #source: number;
  readonly #table: Table;
  readonly #lowering: Lowering;

  constructor(source: number, table: Table, lowering: Lowering) {
    this.#source = source;
    this.#table = table;
    this.#lowering = lowering;
  }

  steps(access: TableAccess, body: () => Block): Block {
    const label = this.#lowering.builder.label();
    const source = this.#source;
    switch (access.kind) {
      case "scan":
        return [{ kind: "scan-table", label, source, reverse: access.reverse, body: body() }];
      case "rowid":
        return this.#each([access.equal], ([rowid]) => [
          { kind: "seek-rowid", label, source, rowid: rowid!, body: body() },
        ]);
      case "rowid-range": {
        const bounds = this.#bounds(access);
        return [{ kind: "scan-table", label, source, reverse: access.reverse, ...bounds, body: body() }];
      }
      case "index":
        return this.#index(access, body);
      case "or":
        return this.#or(access, body);
    }
  }

  #index(access: Extract<Access, { kind: "index" }>, body: () => Block): Block {
    const { index, reverse, blobs } = access;
    const { builder } = this.#lowering;
    const nullable = access.equal.map((term) => term.kind === "value" && term.nullable);
    return this.#each(access.equal, (equal) => {
      const scan = (bounds: { low?: Bound; high?: Bound }, steps: Block): Block[number] => ({
        kind: "scan-index",
        label: builder.label(),
        source: this.#source,
        index,
        reverse,
        equal,
        nullable,
        ...bounds,
        body: steps,
      });
      const texts = this.#bounds(access);
      if (blobs === undefined) return [scan(texts, body())];
      const ranges = [texts, this.#bounds(blobs)];
      const call = builder.routine(body());
      return (reverse ? ranges.toReversed() : ranges).map((bounds) => scan(bounds, call));
    });
  }

  /** Branch after branch; what an earlier one has found is left out. */
  #or({ branches }: Extract<Access, { kind: "or" }>, body: () => Block): Block {
    const { builder } = this.#lowering;
    const identity = rowIdentity(this.#source, this.#table, this.#lowering);
    const isRowid = !this.#table.withoutRowid;
    const store = builder.store(
      isRowid
        ? { kind: "list", columns: 1 }
        : {
            kind: "set",
            columns: identity.length,
            collations: this.#keyCollations(),
            affinities: identity.map(() => undefined),
          },
    );
    const found = builder.openRoutine();
    const branchSteps = ({ access, filters, explain }: (typeof branches)[number]): Block => {
      if (access.kind === "hash") throw new Error("a hash for a part of a condition");
      const steps = this.steps(access, () =>
        when(
          filters.map((e) => lowerExpression(e, this.#lowering)),
          [{ kind: "add-new", store, values: identity, then: found.call }],
        ),
      );
      builder.explainAll(explain());
      return steps;
    };
    const steps = builder.explained("MULTI-INDEX OR", () =>
      branches.flatMap((branch) => builder.explained(`INDEX ${branch.number}`, () => branchSteps(branch))),
    );
    found.define(body());
    return [{ kind: "clear", store }, ...steps];
  }

  #keyCollations(): ReturnType<typeof keyCollations> {
    return keyCollations(this.#table, this.#lowering);
  }

  /** Runs `inner` with values for the terms: of IN, with one after another. */
  #each(terms: readonly EqualTerm[], inner: (values: readonly Expression[]) => Block): Block {
    const { builder } = this.#lowering;
    const values: Expression[] = [];
    const around: ((body: Block) => Block)[] = [];
    // Rows IN a query, by the query: walked once for all their columns.
    const rows = new Map<object, number>();
    for (const term of terms) {
      if (term.kind === "value") {
        values.push(lowerExpression(term.value, this.#lowering));
        continue;
      }
      const walked = rows.get(term.among);
      if (walked !== undefined) {
        values.push(this.#lowering.stored(walked, term.field));
        continue;
      }
      const isValue = term.among.kind === "in-query" && term.among.operands.length === 1;
      const stored = isValue ? storedColumn(term.among, true) : undefined;
      if (stored !== undefined) {
        explainStored(stored, this.#lowering);
        const each = eachStored(stored, term.descending, this.#lowering);
        values.push(each.value);
        around.unshift(each.around);
        continue;
      }
      const { store, prepare } = this.#valuesOf(term.among);
      const source = builder.source({ kind: "store", store, first: 0 });
      const label = builder.label();
      rows.set(term.among, source);
      values.push(this.#lowering.stored(source, term.field));
      around.unshift((body) => [
        ...prepare,
        { kind: "scan-store", label, source, store, reverse: term.descending, sorted: true, body },
      ]);
    }
    return around.reduce((body, wrap) => wrap(body), inner(values));
  }

  /** A set of what IN looks among. */
  #valuesOf(among: Extract<EqualTerm, { kind: "in" }>["among"]): { readonly store: number; readonly prepare: Block } {
    // It is planned as if nothing stood around it.
    if (among.kind === "in-query") return this.#lowering.within(0, () => rowsAsSet(among, false, this.#lowering));
    const { builder } = this.#lowering;
    const { affinity, collation, items } = among;
    const store = builder.store({ kind: "set", columns: 1, collations: [collation], affinities: [affinity] });
    const fill: Block = [
      { kind: "clear", store },
      ...items.map((item): Block[number] => ({
        kind: "append",
        store,
        values: [lowerExpression(item, this.#lowering)],
      })),
    ];
    return { store, prepare: items.every(isFixed) ? [builder.once(fill)] : fill };
  }

  #bounds({ low, high }: { readonly low: LoopBound | undefined; readonly high: LoopBound | undefined }): {
    low?: Bound;
    high?: Bound;
  } {
    const bound = ({ value, inclusive }: LoopBound): Bound => ({
      value: lowerExpression(value, this.#lowering),
      inclusive,
    });
    return { ...(low === undefined ? {} : { low: bound(low) }), ...(high === undefined ? {} : { high: bound(high) }) };
  }
}

/** Whether an expression gives the same throughout an execution: it reads no source, no aggregate, no local. */
export function isFixed(e: BoundExpression): boolean {
  let fixed = sourcesOf(e).size === 0 && aggregatesOf(e).size === 0;
  each(e, ({ kind }) => {
    if (kind === "local" || kind === "row-column") fixed = false;
  });
  return fixed;
}

/** Of the key of a table without rowid. */
export function keyCollations(table: Table, lowering: Lowering): Lowering["binary"][] {
  const key = table.indexes.find(({ origin }) => origin === "pk");
  if (!table.withoutRowid || key === undefined) return [lowering.binary];
  return key.columns
    .slice(0, key.keyColumns)
    .map(({ collation }) => lowering.context.collation(collation) ?? lowering.binary);
}
