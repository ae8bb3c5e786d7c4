/**
 * FROM: where the rows of each source come from.
 *
 * Tables are read in place. A subquery, view or common table that stands in the outermost loop runs where its rows are used (the original's
 * co-routine); otherwise its rows are kept, in a list, or by the keys of a join. What several sources read is computed once.
 */
import type { Block, Expression } from "../../compile/program.ts";
import type { Access, LoopsPlan } from "../access/plan.ts";
import type { BoundExpression, Column } from "../expression.ts";
import type { BoundSelect, BoundSource, SourceContent } from "../query.ts";
import { affinityOf, replace } from "../walk.ts";
import { isFixed, scanTable, type TableSource } from "./access.ts";
import { lowerExpression } from "./expressions.ts";
import { isCoroutine, isUncorrelatedContent, type QueryContent } from "./from-kinds.ts";
import type { Lowering, Sink } from "./lowering.ts";
import type { OpenPlanLine } from "./program-builder.ts";
import { lowerQuery } from "./query.ts";
import { lowerRecursive } from "./recursive.ts";
import { assign, integerAsReal, NULL_CONSTANT, register, when } from "./steps.ts";

/** Rows of a common table, kept for all who read it. */
export interface CommonRows {
  readonly store: number;
  /** Columns that are kept. */
  readonly columns: number;
  readonly prepare: Block;
}

type Prepared =
  /** Rows are used as they come. */
  | { readonly kind: "stream"; readonly line: OpenPlanLine | undefined }
  /** `number`: the column in which rows are numbered, where somebody has to tell them apart. */
  | { readonly kind: "list"; readonly store: number; readonly number: number }
  /** Rows go straight into the store that a join looks up. */
  | { readonly kind: "hash"; readonly line: OpenPlanLine | undefined }
  /** The one row that a recursive part works on, kept in a list of one row. */
  | { readonly kind: "row"; readonly fill: Block; readonly store: number };

export interface PreparedSources {
  /** Steps before the loops. */
  readonly before: Block;
  readonly bySource: ReadonlyMap<number, Prepared>;
  readonly where: BoundExpression | undefined;
}

export function prepareSources(core: BoundSelect, plan: LoopsPlan, lowering: Lowering): PreparedSources {
  const before: Block[] = [];
  const bySource = new Map<number, Prepared>();
  const hasRight = plan.loops.some(({ source: { join } }) => join === "right" || join === "full");
  // As they are joined now: an outer join may have turned out to be an inner one.
  const joined = core.sources.map(
    (source) => plan.loops.find((loop) => loop.source.id === source.id)?.source ?? source,
  );
  for (const { id } of joined) {
    const place = plan.loops.findIndex(({ source }) => source.id === id);
    const loop = plan.loops[place];
    if (loop === undefined || loop.source.content.kind === "table") continue;
    const { source, access } = loop;
    const { content } = source;
    if (content.kind === "table") continue;
    if (content.kind === "queue") {
      const isNullable = hasRight || source.join === "left";
      const prepared = prepareQueue(source, content.common, isNullable, lowering);
      if (prepared !== undefined) bySource.set(id, prepared);
      continue;
    }
    const isStreamed = isCoroutine(joined, joined.indexOf(source), lowering);
    const streams = place === 0 && isStreamed;
    if (access.kind === "hash" || streams) {
      const line = lowering.builder.explain(`${isStreamed ? "CO-ROUTINE" : "MATERIALIZE"} ${nameOf(source)}`);
      bySource.set(id, { kind: access.kind === "hash" ? "hash" : "stream", line });
      continue;
    }
    const rows = keptRows(source, content, isStreamed, lowering);
    before.push(rows.prepare);
    bySource.set(id, { kind: "list", store: rows.store, number: rows.columns });
  }
  return { before: before.flat(), bySource, where: core.where };
}

/** As EXPLAIN QUERY PLAN calls what it computes: common tables and views by their own names. */
function nameOf({ name, content }: BoundSource): string {
  if (content.kind === "table") return name;
  return (content.kind === "query" && content.viewName) || (content.common?.name ?? name);
}

// ── Rows that are kept ──

/** A list of the source's rows; `lowering.columns` says where its columns are. */
function keptRows(source: BoundSource, content: QueryContent, isStreamed: boolean, lowering: Lowering): CommonRows {
  const { builder } = lowering;
  const isFixedContent = isUncorrelatedContent(content);
  const common = content.kind === "recursive" ? content.common : content.common;
  const isShared = common !== undefined && isFixedContent && lowering.uses.readersOf(common) > 1;
  // What is shared is kept whole: others may read other columns.
  const width = columnsOf(content).length;
  const columns = isShared ? [...Array(width).keys()] : lowering.uses.columnsOf(source.id);
  const isNumbered = source.join === "right" || source.join === "full";
  let rows = isShared && !isNumbered ? lowering.common.get(common) : undefined;
  if (rows === undefined) {
    const title = `${isStreamed ? "CO-ROUTINE" : "MATERIALIZE"} ${nameOf(source)}`;
    const fill = builder.explained(title, () => listOf(source.id, content, columns, isNumbered, lowering));
    const body = isShared ? builder.routine(fill.prepare) : fill.prepare;
    rows = { ...fill, prepare: isFixedContent ? [builder.once(body)] : body };
    if (isShared && !isNumbered) lowering.common.set(common, rows);
  }
  builder.setSource(source.id, { kind: "store", store: rows.store, first: 0 });
  placeColumns(source.id, columns, 0, lowering);
  return rows;
}

function listOf(
  source: number,
  content: QueryContent,
  columns: readonly number[],
  isNumbered: boolean,
  lowering: Lowering,
): CommonRows {
  const { builder } = lowering;
  const store = builder.store({ kind: "list", columns: Math.max(1, columns.length + (isNumbered ? 1 : 0)) });
  const number = isNumbered ? builder.registers.allocate() : undefined;
  const fill = lowerContent(
    source,
    content,
    (values) => {
      const kept = columns.map((column) => values[column]!);
      if (number === undefined) return [{ kind: "append", store, values: kept.length === 0 ? [NULL_CONSTANT] : kept }];
      return [{ kind: "append", store, values: [...kept, register(number)] }, assign(number, plusOne(number))];
    },
    lowering,
  );
  const reset: Block = number === undefined ? [] : [assign(number, { kind: "constant", tag: 1, payload: 0 })];
  return { store, columns: columns.length, prepare: [{ kind: "clear", store }, ...reset, ...fill] };
}

function plusOne(at: number): Expression {
  return {
    kind: "arithmetic",
    operator: "+",
    left: register(at),
    right: { kind: "constant", tag: 1, payload: 1 },
  };
}

/** Says that a source's columns stand in the rows that it has now at other places. */
function placeColumns(source: number, columns: readonly number[], first: number, lowering: Lowering): void {
  const places = new Map(columns.map((column, at) => [column, first + at]));
  lowering.columns.set(source, (column) => ({ ...column, column: placeOf(places, column) }));
}

function placeOf(places: ReadonlyMap<number, number>, { source, column }: Column): number {
  const place = places.get(column);
  if (place === undefined) throw new Error(`column ${column} of source ${source} was not kept`);
  return place;
}

// ── Entering a source ──

/** Runs `body` on each row of a source that is no table, or of a table by a hash. */
export function enterSource(
  source: BoundSource,
  access: Access,
  prepared: Prepared | undefined,
  body: () => Block,
  lowering: Lowering,
): Block {
  if (access.kind === "hash") return probe(source, access, prepared, body, lowering);
  const { content } = source;
  if (content.kind === "queue" && prepared === undefined) return body();
  if (prepared?.kind === "row") return [...prepared.fill, scanList(source.id, prepared.store, body(), lowering)];
  if (prepared?.kind === "list") {
    const isReverse = access.kind === "scan" && access.reverse;
    return [{ ...scanList(source.id, prepared.store, body(), lowering), reverse: isReverse }];
  }
  if (prepared?.kind !== "stream" || content.kind === "table" || content.kind === "queue")
    throw new Error("a source that was not prepared");
  return stream(source, content, prepared.line, body, lowering);
}

export function scanList(
  source: number,
  store: number,
  body: Block,
  lowering: Lowering,
): Extract<Block[number], { kind: "scan-store" }> {
  const label = lowering.builder.label();
  return { kind: "scan-store", label, source, store, reverse: false, sorted: false, body };
}

/** Rows through registers, used as they come. */
function stream(
  source: BoundSource,
  content: QueryContent,
  line: OpenPlanLine | undefined,
  body: () => Block,
  lowering: Lowering,
): Block {
  const { builder } = lowering;
  const outer = builder.line;
  const { outerRows } = lowering;
  const sink = intoRegisters(source.id, source.id, lowering, () =>
    builder.explainedBelow(outer, () => lowering.within(outerRows, body)),
  );
  return builder.explainedBelow(line ?? outer, () => lowerContent(source.id, content, sink, lowering));
}

/** A sink that puts the columns that are read of `source` into registers, which are what columns of `alias` mean from then on. */
function intoRegisters(source: number, alias: number, lowering: Lowering, body: () => Block): Sink {
  const columns = lowering.uses.columnsOf(source);
  const first = lowering.builder.registers.allocate(columns.length);
  const places = new Map(columns.map((column, at) => [column, first + at]));
  lowering.columns.set(alias, (column) => register(placeOf(places, column), column.affinity, column.collation));
  return (values) => [...columns.map((column, at) => assign(first + at, values[column]!)), ...body()];
}

function lowerContent(source: number, content: QueryContent, sink: Sink, lowering: Lowering): Block {
  if (content.kind === "recursive") return lowerRecursive(content.common, sink, lowering);
  const reals = content.query.cores.length > 1 ? realColumns(source, lowering) : [];
  return lowerQuery(content.query, reals.length === 0 ? sink : withReals(reals, sink, lowering), lowering);
}

/** Columns of the source that are read and count as REAL, whatever each core of a compound may give. */
function realColumns(source: number, { uses }: Lowering): number[] {
  return uses.columnsOf(source).filter((column) => affinityOf(uses.columnOf(source, column)) === "REAL");
}

/** As columns of tables do, columns of subqueries that are REAL make INTEGERs REALs. */
function withReals(columns: readonly number[], sink: Sink, lowering: Lowering): Sink {
  const first = lowering.builder.registers.allocate(columns.length);
  return (values) => [
    ...columns.flatMap((column, at) => [
      assign(first + at, values[column]!),
      assign(first + at, integerAsReal(first + at, lowering)),
    ]),
    ...sink(
      values.map((value, column) => (columns.includes(column) ? register(first + columns.indexOf(column)) : value)),
    ),
  ];
}

function columnsOf(content: QueryContent): readonly unknown[] {
  return content.kind === "query" ? content.query.columns : content.common.columns;
}

// ── Joins by hash ──

function probe(
  source: BoundSource,
  { keys, filters, order }: Extract<Access, { kind: "hash" }>,
  prepared: Prepared | undefined,
  body: () => Block,
  lowering: Lowering,
): Block {
  const { builder } = lowering;
  const alias = builder.ids.source();
  const own = (e: (typeof filters)[number]): Expression =>
    lowerExpression(
      replace(e, (part) =>
        part.kind === "column" && part.source === source.id ? { ...part, source: alias } : undefined,
      ),
      lowering,
    );
  const used = lowering.uses.columnsOf(source.id);
  // What only orders rows has to be there as well: a key instead of a rowid.
  const ordering = source.content.kind === "table" ? order.filter((column) => !used.includes(column)) : [];
  const columns = [...used, ...ordering];
  const store = builder.store({
    kind: "multimap",
    columns: keys.length + columns.length,
    keys: keys.length,
    collations: keys.map(({ compare }) => compare.collation),
  });
  const sorting = sortedInto(store, keys.length, columns, order, lowering);
  const append = (values: readonly Expression[]): Block =>
    when(filters.map(own), sorting.append([...keys.map((key) => compared(own(key.own), key.compare)), ...values]));
  const { content } = source;
  let fill: Block;
  let isFixedContent: boolean;
  if (content.kind === "table") {
    // Columns are read of the alias while the store is filled.
    const table = source as TableSource;
    const { database } = table.content;
    const values = [
      ...used.map((column) => own(lowering.uses.columnOf(source.id, column))),
      ...ordering.map((column) => lowering.stored(alias, column)),
    ];
    fill = scanTable(alias, database, table.content.table, append(values), lowering);
    isFixedContent = true;
  } else {
    if (content.kind === "queue" || prepared?.kind !== "hash") throw new Error("a source that was not prepared");
    const sink = intoRegisters(source.id, alias, lowering, () =>
      append(columns.map((column) => own(lowering.uses.columnOf(source.id, column)))),
    );
    fill = builder.explainedBelow(prepared.line ?? builder.line, () =>
      lowerContent(source.id, content, sink, lowering),
    );
    isFixedContent = isUncorrelatedContent(content);
  }
  const reads = [...filters, ...keys.map((key) => key.own)];
  const isOnce =
    isFixedContent &&
    reads.every((e) =>
      isFixed(replace(e, (part) => (part.kind === "column" && part.source === source.id ? NULL_CONSTANT : undefined))),
    );
  const prepare: Block = [{ kind: "clear", store }, ...sorting.before, ...fill, ...sorting.after];
  builder.setSource(source.id, { kind: "store", store, first: keys.length });
  placeColumns(source.id, columns, 0, lowering);
  const probes = keys.map((key) => compared(lowerExpression(key.probe, lowering), key.compare));
  return [
    ...(isOnce ? [builder.once(prepare)] : prepare),
    { kind: "probe-store", label: builder.label(), source: source.id, store, keys: probes, body: body() },
  ];
}

/**
 * Steps by which rows (keys first, then these columns) come to a multimap in the order of some of their columns: so the original's automatic
 * index has rows of equal keys, which shows in what a join delivers.
 */
function sortedInto(
  store: number,
  keys: number,
  columns: readonly number[],
  order: readonly number[],
  lowering: Lowering,
): { readonly before: Block; readonly append: (row: readonly Expression[]) => Block; readonly after: Block } {
  const { builder, binary: collation } = lowering;
  const sortKeys = order.filter((column) => columns.includes(column)).map((column) => keys + columns.indexOf(column));
  if (sortKeys.length === 0) return { before: [], append: (values) => [{ kind: "append", store, values }], after: [] };
  const width = keys + columns.length;
  const rest = [...Array(width).keys()].filter((place) => !sortKeys.includes(place));
  const places = [...sortKeys, ...rest];
  const sorter = builder.store({
    kind: "sorter",
    columns: width,
    keys: sortKeys.map(() => ({ collation, descending: false, nullsFirst: true })),
    limit: undefined,
  });
  const source = builder.source({ kind: "store", store: sorter, first: 0 });
  const values = Array.from({ length: width }, (_, place) => lowering.stored(source, places.indexOf(place)));
  return {
    before: [{ kind: "clear", store: sorter }],
    append: (row) => [{ kind: "append", store: sorter, values: places.map((place) => row[place]!) }],
    after: [scanList(source, sorter, [{ kind: "append", store, values }], lowering), { kind: "clear", store: sorter }],
  };
}

/** What a comparison makes of an operand before it compares. */
function compared(operand: Expression, { affinity }: { readonly affinity: "none" | "numeric" | "text" }): Expression {
  if (affinity === "none") return operand;
  return { kind: "affinity", operand, affinity: affinity === "numeric" ? "NUMERIC" : "TEXT" };
}

// ── Inside of recursive parts ──

/** The row that was taken from the queue: read where it is, unless an outer join may make it a null row. */
function prepareQueue(
  source: BoundSource,
  common: Extract<SourceContent, { kind: "queue" }>["common"],
  isNullable: boolean,
  lowering: Lowering,
): Prepared | undefined {
  const { builder } = lowering;
  const current = lowering.queues.get(common);
  if (current === undefined) throw new Error("a recursive table outside of its recursion");
  if (!isNullable) {
    lowering.columns.set(source.id, current);
    return undefined;
  }
  const columns = lowering.uses.columnsOf(source.id);
  const store = builder.store({ kind: "list", columns: Math.max(1, columns.length) });
  const values = columns.map((column) => current(lowering.stored(source.id, column)));
  builder.setSource(source.id, { kind: "store", store, first: 0 });
  placeColumns(source.id, columns, 0, lowering);
  return {
    kind: "row",
    store,
    fill: [
      { kind: "clear", store },
      { kind: "append", store, values: values.length === 0 ? [NULL_CONSTANT] : values },
    ],
  };
}
