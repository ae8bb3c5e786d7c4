/** SELECT → expanded query: tables, views and common tables found, joins and stars written out (see expanded.ts). */
import { SqlError } from "../../errors.ts";
import { fold, type Table, type View } from "../../schema/table.ts";
import type * as ast from "../../sql/ast.ts";
import { eachQuery } from "./ast-walk.ts";
import { Binding } from "./binding.ts";
import { columnNames } from "./column-names.ts";
import {
  type CommonTableState,
  findCommonTable,
  firstRecursiveCore,
  isNamed,
  pushWith,
  type WithFrame,
} from "./common-tables.ts";
import {
  coreWidth,
  type ExpandedColumn,
  type ExpandedContent,
  type ExpandedCore,
  type ExpandedQuery,
  type ExpandedSelect,
  type ExpandedSource,
  type RecursiveKey,
  type SourceColumn,
} from "./expanded.ts";
import { flattened, lastRightJoin } from "./from-clause.ts";
import { joinedColumns } from "./join-columns.ts";
import { locateTable } from "./locate-table.ts";
import { bindQuery } from "./query.ts";
import { innerColumns, starColumns } from "./star.ts";
import { isWrapped, wrappedCompound, wrapperOf } from "./wrapped-compound.ts";

/** What names of tables mean where a query stands. */
export interface TableNames {
  readonly binding: Binding;
  readonly with: WithFrame | undefined;
  /** The only database whose tables are meant; undefined: any. */
  readonly database: number | undefined;
  readonly fromSchema: boolean;
  /** Views that are being expanded. */
  readonly views: readonly View[];
  /** The text is the statement's own, not that of a view or a common table: see wrapped-compound.ts. */
  readonly wraps: boolean;
}

const MAX_SOURCES = 200;

export function topLevelNames(binding: Binding, clause?: ast.With): TableNames {
  const frame = pushWith(clause, undefined);
  const { database } = binding;
  return { binding, with: frame, database, fromSchema: database !== undefined, views: [], wraps: true };
}

/** The queries in an expression that stands in no SELECT. */
export function expandInExpression(
  expressions: Iterable<ast.Expression>,
  names: TableNames,
): Map<object, ExpandedQuery> {
  const subqueries = new Map<object, ExpandedQuery>();
  for (const e of expressions)
    eachQuery(e, (query) => {
      const select = "kind" in query ? wholeTable(query) : query;
      subqueries.set(query, expandQuery(select, names, "kind" in query ? query : undefined));
    });
  return subqueries;
}

/** A SELECT that is a statement, which needs no number. */
export function expandStatement(select: ast.Select, outer: TableNames): ExpandedQuery {
  const names = { ...outer, with: pushWith(select.with, outer.with) };
  if (isWrapped(select)) return expandWrapped(select, names, outer, 0);
  return new QueryExpansion(select, names, 0).cores(0, select.cores.length).finish();
}

/** `written`: the table that the SELECT stands for. Throws SqlError: no such table, and whatever else is wrong with FROM. */
function expandQuery(select: ast.Select, outer: TableNames, written?: ast.TableSource): ExpandedQuery {
  const names = { ...outer, with: pushWith(select.with, outer.with) };
  const { views, binding } = names;
  const number = views.length > 0 ? undefined : binding.numbers.of(written ?? select.cores.at(-1)!);
  if (names.wraps && isWrapped(select)) return expandWrapped(select, names, outer, number);
  const expansion = new QueryExpansion(select, names, number);
  return expansion.cores(0, select.cores.length).finish();
}

/** See wrapped-compound.ts. `outer`: what is around the statement's own WITH, which the original leaves with the compound. */
function expandWrapped(
  select: ast.Select,
  names: TableNames,
  outer: TableNames,
  number: number | undefined,
): ExpandedQuery {
  const { binding, fromSchema } = names;
  const own = binding.numbers.of(select.cores.at(-1)!);
  const expansion = new QueryExpansion(wrappedCompound(select), names, own);
  const compound = expansion.cores(0, select.cores.length).finish();
  binding.throwExpansion();
  const around = wrapperOf(select);
  const core = around.cores[0] as ast.SelectCore; // as it is made
  const [join] = core.from;
  const found = queryFound(compound, undefined, `(subquery-${own})`);
  const source: ExpandedSource = { ...found, join: join!, using: [], usingPairs: [], beforeRight: false };
  const columns = core.columns.flatMap((star) => (star.kind === "star" ? starColumns(star, [source], binding) : []));
  const { limit, limitOffset } = around;
  const expressions = [...expressionsOf(core), limit, limitOffset].filter((e) => e !== undefined);
  const subqueries = expandInExpression(expressions, outer);
  const cores = [{ kind: "select", core, sources: [source], columns }] as const;
  return { select: around, cores, subqueries, fromSchema, number: number ?? own, wrappedOrder: select.orderBy };
}

/** Cores are gone through from the last one, as in the original, so that of several mistakes the same one is found. */
class QueryExpansion {
  readonly #select: ast.Select;
  readonly #names: TableNames;
  readonly #cores: ExpandedCore[] = [];
  readonly #subqueries = new Map<object, ExpandedQuery>();
  /** The recursive table of which these are the cores. */
  #recursive:
    | { readonly state: CommonTableState; readonly key: RecursiveKey; readonly columns: readonly SourceColumn[] }
    | undefined;

  /** The number of the last core; of a view's, once that is expanded. */
  #number: number | undefined;

  constructor(select: ast.Select, names: TableNames, number: number | undefined) {
    this.#select = select;
    this.#names = names;
    this.#number = number;
  }

  cores(from: number, to: number): this {
    const { cores, orderBy, limit, limitOffset } = this.#select;
    for (let at = to - 1; at >= from; at--) {
      const core = cores[at]!;
      if (this.#names.views.length > 0) {
        const number = this.#names.binding.numbers.next();
        this.#number ??= number;
      }
      this.#cores[at] = core.kind === "values" ? core : this.#core(core, flattened(core.from), false);
      const isLast = at === cores.length - 1;
      const expressions = core.kind === "values" ? core.rows.flat() : expressionsOf(core);
      if (isLast) expressions.push(...orderBy.map(({ expression }) => expression));
      for (const e of [limit, limitOffset]) if (isLast && e !== undefined) expressions.push(e);
      for (const [key, query] of expandInExpression(expressions, this.#names)) this.#subqueries.set(key, query);
    }
    return this;
  }

  recursive(state: CommonTableState, key: RecursiveKey, columns: readonly SourceColumn[]): void {
    this.#recursive = { state, key, columns };
  }

  firstCore(): ExpandedCore {
    return this.#cores[0]!;
  }

  finish(): ExpandedQuery {
    const { fromSchema } = this.#names;
    const number = this.#number!; // of the last core, which is expanded before
    return { select: this.#select, cores: this.#cores, subqueries: this.#subqueries, fromSchema, number };
  }

  #core(core: ast.SelectCore, joins: readonly ast.Join[], isInner: boolean): ExpandedSelect {
    const { limits } = this.#names.binding.context;
    if (joins.length > MAX_SOURCES) throw new SqlError(`too many FROM clause terms, max: ${MAX_SOURCES}`);
    const lastRight = lastRightJoin(joins);
    const found = joins.map((join, at): ExpandedSource => {
      const source = this.#source(join.source);
      return { ...source, join, using: [], usingPairs: [], beforeRight: at < lastRight };
    });
    this.#names.binding.throwExpansion();
    const sources = joinedColumns(found, this.#names.binding);
    const columns = this.#columns(core, sources, isInner);
    if (columns.length > limits.columns) throw new SqlError("too many columns in result set");
    return { kind: "select", core, sources, columns };
  }

  #columns(core: ast.SelectCore, sources: readonly ExpandedSource[], isInner: boolean): ExpandedColumn[] {
    if (isInner) return innerColumns(sources, this.#names.binding);
    return core.columns.flatMap((column): ExpandedColumn[] => {
      if (column.kind === "star") return starColumns(column, sources, this.#names.binding);
      const { expression, alias, text } = column;
      return [{ expression, alias, text, inner: undefined }];
    });
  }

  #source(source: ast.Source): FoundSource {
    switch (source.kind) {
      case "table":
        return this.#table(source);
      case "subquery": {
        const query = expandQuery(source.select, this.#names);
        this.#names.binding.throwExpansion();
        return queryFound(query, source.alias, `(subquery-${query.number})`);
      }
      case "joined": {
        // A query that selects everything of it.
        const core: ast.SelectCore = { ...EMPTY_CORE, offset: source.offset };
        const select: ast.Select = { cores: [core], operators: [], orderBy: [], offset: source.offset };
        const expanded = this.#core(core, source.from, true);
        this.#names.binding.throwExpansion();
        const conditions = source.from.flatMap(({ on }) => (on === undefined ? [] : [on]));
        const subqueries = expandInExpression(conditions, this.#names);
        const { fromSchema, views, binding } = this.#names;
        const number = views.length > 0 ? binding.numbers.next() : binding.numbers.of(source);
        const query = { select, cores: [expanded], subqueries, fromSchema, number };
        return {
          ...queryFound(query, source.alias, `(join-${number})`),
          inner: expanded.columns.map(({ inner }) => inner!),
        };
      }
    }
  }

  #table(source: ast.TableSource): FoundSource {
    const recursive = this.#recursive;
    if (recursive !== undefined && isNamed(source, recursive.state.definition.name)) {
      const { key, columns } = recursive;
      const content = { kind: "queue", key } as const;
      return {
        alias: source.alias,
        tableName: key.name,
        database: undefined,
        content,
        columns,
        hasRowid: false,
        inner: undefined,
      };
    }
    const mayBeCommon = source.schema === undefined && !this.#names.binding.expansionFailed;
    const common = mayBeCommon ? findCommonTable(this.#names.with, source.name) : undefined;
    if (common !== undefined) return expandCommonTable(source, common, this.#names);
    const { table, database, name } = locateTable(source, this.#names.binding.context, this.#names.database);
    if (table.kind === "view") return this.#view(source, table, database);
    return tableFound(source, table, database, name);
  }

  #view(source: ast.TableSource, view: View, database: number): FoundSource {
    const { views, binding } = this.#names;
    if (views.includes(view)) throw new SqlError(`view ${view.name} is circularly defined`);
    if (source.arguments !== undefined) throw new SqlError(`'${source.name}' is not a function`);
    const { select, columns: declared } = view.definition;
    const inside = {
      binding,
      with: undefined,
      // A temporary view sees everything, any other its own database.
      database: database === TEMP ? undefined : database,
      fromSchema: true,
      views: [...views, view],
      wraps: false,
    };
    checkView(view, inside);
    const query = expandQuery(select, inside);
    const width = coreWidth(query.cores[0]!);
    if (declared !== undefined && declared.length !== width)
      binding.late(`expected ${declared.length} columns for '${view.name}' but got ${width}`);
    if (typeof source.indexedBy === "string") throw new SqlError(`no such index: ${source.indexedBy}`);
    const found = queryFound(query, source.alias, view.name, declared);
    return {
      ...found,
      database,
      content: { ...found.content, viewName: view.name, declaredColumns: declared?.length },
    };
  }
}

/** Views of whose names all mean something: as long as their catalogue is there, those of temp for one statement. */
const checkedViews = new WeakMap<object, WeakSet<View>>();

/** The original looks into a view when it is first named, before whatever else the statement has. */
function checkView(view: View, names: TableNames): void {
  const { context } = names.binding;
  const lifetime = names.database === undefined ? context : context.databases[names.database]!.catalogue;
  const checked = checkedViews.get(lifetime) ?? new WeakSet();
  checkedViews.set(lifetime, checked);
  if (checked.has(view)) return;
  names.binding.throwExpansion();
  const binding = new Binding(context, { database: names.database });
  try {
    const query = expandQuery(view.definition.select, { ...names, binding });
    binding.throwExpansion();
    bindQuery(query, undefined, binding);
  } catch (error) {
    // A place in the view's text is none in the statement's.
    throw error instanceof SqlError ? new SqlError(error.message) : error;
  }
  checked.add(view);
}

/** All of a source but how it is joined. */
type FoundSource = Omit<ExpandedSource, "join" | "using" | "usingPairs" | "beforeRight">;

const TEMP = 1;

const EMPTY_CORE = { kind: "select", distinct: false, columns: [], from: [], groupBy: [], windows: [] } as const;

/** Everything in which a core's subqueries may stand, in the original's order: conditions of joins are part of WHERE. */
function expressionsOf(core: ast.SelectCore): ast.Expression[] {
  const { columns, from, where, groupBy, having } = core;
  return [
    ...columns.flatMap((column) => (column.kind === "star" ? [] : [column.expression])),
    ...(where === undefined ? [] : [where]),
    ...flattened(from).flatMap(({ on }) => (on === undefined ? [] : [on])),
    ...groupBy,
    ...(having === undefined ? [] : [having]),
  ];
}

function queryFound(
  query: ExpandedQuery,
  alias: string | undefined,
  tableName: string,
  declared?: readonly string[],
): FoundSource & { readonly content: Extract<ExpandedContent, { kind: "query" }> } {
  const content = {
    kind: "query",
    query,
    common: undefined,
    materialized: undefined,
    viewName: undefined,
    declaredColumns: undefined,
  } as const;
  const columns = columnNames(query.cores[0]!, declared);
  return { alias, tableName, database: undefined, content, columns, hasRowid: false, inner: undefined };
}

function tableFound(source: ast.TableSource, table: Table, database: number, tableName: string): FoundSource {
  if (source.arguments !== undefined) throw new SqlError(`'${source.name}' is not a function`);
  const { indexedBy: hint, alias } = source;
  const indexedBy = typeof hint === "string" ? table.indexes.find(({ name }) => fold(name) === fold(hint)) : hint;
  if (typeof hint === "string" && indexedBy === undefined) throw new SqlError(`no such index: ${hint}`);
  const content = { kind: "table", database, table, indexedBy } as const;
  const columns = table.columns.map(({ name }) => ({ name, hidden: false }));
  return { alias, tableName, database, content, columns, hasRowid: !table.withoutRowid, inner: undefined };
}

function expandCommonTable(source: ast.TableSource, state: CommonTableState, names: TableNames): FoundSource {
  const { definition, frame, common } = state;
  const { name, select, columns: declared } = definition;
  if (state.refusal !== undefined) throw new SqlError(`${state.refusal}: ${name}`);
  if (source.arguments !== undefined) throw new SqlError(`'${source.name}' is not a function`);
  if (typeof source.indexedBy === "string") throw new SqlError(`no such index: "${source.indexedBy}"`);
  const first = firstRecursiveCore(definition, (core) => flattened(core.from));
  const inside = { ...names, with: pushWith(select.with, frame), wraps: false };
  const number = names.views.length > 0 ? undefined : names.binding.numbers.of(select.cores.at(-1)!);
  const expansion = new QueryExpansion(select, inside, number);
  try {
    state.refusal = "circular reference";
    expansion.cores(0, first ?? select.cores.length);
    const width = coreWidth(expansion.firstCore());
    const { expansionFailed } = names.binding;
    if (declared !== undefined && declared.length !== width && !expansionFailed)
      throw new SqlError(`table ${name} has ${width} values for ${declared.length} columns`);
    const columns = columnNames(expansion.firstCore(), declared);
    const found = {
      alias: source.alias,
      tableName: name,
      database: undefined,
      columns,
      hasRowid: false,
      inner: undefined,
    };
    if (first === undefined) {
      const query = expansion.finish();
      const { materialized } = definition;
      return {
        ...found,
        content: { kind: "query", query, common, materialized, viewName: undefined, declaredColumns: undefined },
      };
    }
    const key: RecursiveKey = { name };
    expansion.recursive(state, key, columns);
    state.refusal = "multiple recursive references";
    expansion.cores(first, select.cores.length);
    return { ...found, content: { kind: "recursive", query: expansion.finish(), key, firstRecursive: first } };
  } finally {
    state.refusal = undefined;
  }
}

/** `x IN t` is `x IN (SELECT * FROM t)`. */
function wholeTable(table: ast.TableSource): ast.Select {
  const { offset } = table;
  const join: ast.Join = { operator: ",", natural: false, cross: false, left: false, right: false, source: table };
  const core: ast.SelectCore = { ...EMPTY_CORE, columns: [{ kind: "star", offset }], from: [join], offset };
  return { cores: [core], operators: [], orderBy: [], offset };
}
