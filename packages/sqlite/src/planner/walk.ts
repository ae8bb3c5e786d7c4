/**
 * Going through bound trees: operands, what they read, replacing parts, and what comparisons ask of them (affinity, collation, equality).
 *
 * A tree is never changed in place. Queries inside of it are gone into only where it says so.
 */
import type { Affinity } from "../values/affinity.ts";
import type { Collation } from "../values/collation.ts";
import { type BoundAggregate, type BoundExpression, type BoundOrder, ROWID } from "./expression.ts";
import type { BoundCore, BoundQuery, BoundSelect, RecursiveQuery, SourceContent } from "./query.ts";

/** The direct operands of an expression, in the order of the text; nothing of the queries inside. */
export function children(e: BoundExpression): readonly BoundExpression[] {
  switch (e.kind) {
    case "constant":
    case "parameter":
    case "column":
    case "local":
    case "register":
    case "subquery":
    case "row-column":
    case "exists":
    case "aggregate":
      return [];
    case "generated":
      return [e.value];
    case "arithmetic":
    case "concat":
    case "compare":
    case "and":
    case "or":
      return [e.left, e.right];
    case "in-list":
      return [e.operand, ...e.items];
    case "in-query":
      return e.operands;
    case "case":
      return [...e.branches.flatMap(({ when, result }) => [when, result]), ...optional(e.otherwise)];
    case "coalesce":
      return e.operands;
    case "call":
      return e.arguments;
    case "let":
      return [e.value, e.body];
    case "with-row":
      return [e.body];
    case "raise":
      return optional(e.message);
    default:
      return [e.operand];
  }
}

/** The query that an expression holds directly, if it does. A `row-column` only names that of the `with-row` around it. */
export function queryIn(e: BoundExpression): BoundQuery | undefined {
  return e.kind === "subquery" || e.kind === "exists" || e.kind === "in-query" || e.kind === "with-row"
    ? e.query
    : undefined;
}

/** Whether `predicate` holds for the expression or any of its operands, however deep; not inside of queries. */
export function some(e: BoundExpression, predicate: (e: BoundExpression) => boolean): boolean {
  return predicate(e) || children(e).some((child) => some(child, predicate));
}

/** Calls `visit` for the expression and its operands, outermost first; not inside of queries. */
export function each(e: BoundExpression, visit: (e: BoundExpression) => void): void {
  visit(e);
  for (const child of children(e)) each(child, visit);
}

/** The sources that an expression reads, itself and in the queries inside. */
export function sourcesOf(e: BoundExpression, into: Set<number> = new Set()): Set<number> {
  each(e, (part) => {
    if (part.kind === "column" || part.kind === "generated") into.add(part.source);
    for (const source of queryIn(part)?.outerSources ?? []) into.add(source);
  });
  return into;
}

/** The aggregates whose results an expression reads, itself and in the queries inside. */
export function aggregatesOf(e: BoundExpression, into: Set<number> = new Set()): Set<number> {
  each(e, (part) => {
    if (part.kind === "aggregate") into.add(part.aggregate);
    for (const aggregate of queryIn(part)?.outerAggregates ?? []) into.add(aggregate);
  });
  return into;
}

/** The terms that AND joins, from the left. */
export function conjuncts(e: BoundExpression | undefined): BoundExpression[] {
  if (e === undefined) return [];
  return e.kind === "and" ? [...conjuncts(e.left), ...conjuncts(e.right)] : [e];
}

/** All joined by AND; undefined for none. */
export function conjunction(terms: readonly BoundExpression[]): BoundExpression | undefined {
  return terms.reduce<BoundExpression | undefined>(
    (left, right) => (left === undefined ? right : { kind: "and", left, right }),
    undefined,
  );
}

// ── Queries ──

/** All expressions that stand in a core, its sources' conditions among them; not those inside of the queries that are its sources. */
export function expressionsOfCore(core: BoundCore): BoundExpression[] {
  if (core.kind === "values") return core.rows.flat();
  return [
    ...core.result,
    ...core.sources.flatMap(({ on }) => optional(on)),
    ...optional(core.where),
    ...core.groupBy,
    ...optional(core.having),
    ...core.aggregates.flatMap(expressionsOfAggregate),
  ];
}

function expressionsOfAggregate({ arguments: list, filter, orderBy }: BoundAggregate): BoundExpression[] {
  return [...list, ...optional(filter), ...orderBy.map(({ expression }) => expression)];
}

/** What a query reads of what is outside of it: BoundQuery.outerSources and outerAggregates. */
export function outerOf(
  query: Pick<BoundQuery, "cores" | "orderBy" | "limit" | "offset">,
): Pick<BoundQuery, "outerSources" | "outerAggregates"> {
  const reads = new Reads();
  reads.query(query);
  return reads.outer();
}

/** Gathers what is read, and leaves out what is there inside. */
class Reads {
  readonly #sources = new Set<number>();
  readonly #aggregates = new Set<number>();
  readonly #ownSources = new Set<number>();
  readonly #ownAggregates = new Set<number>();
  readonly #seen = new Set<RecursiveQuery>();

  query({ cores, orderBy, limit, offset }: Pick<BoundQuery, "cores" | "orderBy" | "limit" | "offset">): void {
    for (const core of cores) this.#core(core);
    for (const e of [...orderBy.map(({ expression }) => expression), ...optional(limit), ...optional(offset)])
      this.#expression(e);
  }

  #core(core: BoundCore): void {
    for (const e of expressionsOfCore(core)) this.#expression(e);
    if (core.kind === "values") return;
    for (const { id } of core.aggregates) this.#ownAggregates.add(id);
    for (const { id, content } of core.sources) {
      this.#ownSources.add(id);
      this.#content(content);
    }
  }

  #content(content: SourceContent): void {
    if (content.kind === "query") this.#outer(content.query);
    if (content.kind !== "recursive" || this.#seen.has(content.common)) return;
    const { common } = content;
    this.#seen.add(common);
    this.#outer(common.initial);
    for (const core of common.recursive) this.#core(core);
    for (const e of [...optional(common.limit), ...optional(common.offset)]) this.#expression(e);
  }

  #outer({ outerSources, outerAggregates }: Pick<BoundQuery, "outerSources" | "outerAggregates">): void {
    for (const source of outerSources) this.#sources.add(source);
    for (const aggregate of outerAggregates) this.#aggregates.add(aggregate);
  }

  #expression(e: BoundExpression): void {
    sourcesOf(e, this.#sources);
    aggregatesOf(e, this.#aggregates);
  }

  outer(): Pick<BoundQuery, "outerSources" | "outerAggregates"> {
    return {
      outerSources: new Set([...this.#sources].filter((source) => !this.#ownSources.has(source))),
      outerAggregates: new Set([...this.#aggregates].filter((aggregate) => !this.#ownAggregates.has(aggregate))),
    };
  }
}

// ── Replacing ──

/** Undefined: nothing to replace here, go on with the operands. */
export type Replacement = (e: BoundExpression) => BoundExpression | undefined;

/**
 * The expression with parts replaced, in the queries inside as well. What `replacement` gives is not gone into again. Parts that stay the same
 * stay identical, and a query and the `row-column`s that name it stay together.
 */
export function replace(e: BoundExpression, replacement: Replacement): BoundExpression {
  return new Replacer(replacement).expression(e);
}

/** A query with parts of its expressions replaced, however deep. */
export function replaceInQuery(query: BoundQuery, replacement: Replacement): BoundQuery {
  return new Replacer(replacement).query(query);
}

class Replacer {
  readonly #replacement: Replacement;
  readonly #queries = new Map<BoundQuery, BoundQuery>();
  readonly #recursive = new Map<RecursiveQuery, RecursiveQuery>();

  constructor(replacement: Replacement) {
    this.#replacement = replacement;
  }

  expression(e: BoundExpression): BoundExpression {
    const replaced = this.#replacement(e);
    if (replaced !== undefined) return replaced;
    switch (e.kind) {
      case "constant":
      case "parameter":
      case "column":
      case "local":
      case "register":
      case "aggregate":
        return e;
      case "row-column":
      case "subquery":
      case "exists": {
        const query = this.query(e.query);
        return query === e.query ? e : { ...e, query };
      }
      case "with-row": {
        const query = this.query(e.query);
        const body = this.expression(e.body);
        return query === e.query && body === e.body ? e : { ...e, query, body };
      }
      case "in-query": {
        const query = this.query(e.query);
        const operands = this.#list(e.operands);
        return query === e.query && operands === e.operands ? e : { ...e, query, operands };
      }
      case "generated": {
        const value = this.expression(e.value);
        return value === e.value ? e : { ...e, value };
      }
      case "arithmetic":
      case "concat":
      case "compare":
      case "and":
      case "or": {
        const left = this.expression(e.left);
        const right = this.expression(e.right);
        return left === e.left && right === e.right ? e : { ...e, left, right };
      }
      case "in-list": {
        const operand = this.expression(e.operand);
        const items = this.#list(e.items);
        return operand === e.operand && items === e.items ? e : { ...e, operand, items };
      }
      case "case": {
        const branches = mapped(e.branches, (branch) => {
          const when = this.expression(branch.when);
          const result = this.expression(branch.result);
          return when === branch.when && result === branch.result ? branch : { when, result };
        });
        const otherwise = this.#optional(e.otherwise);
        return branches === e.branches && otherwise === e.otherwise ? e : { ...e, branches, otherwise };
      }
      case "coalesce": {
        const operands = this.#list(e.operands);
        return operands === e.operands ? e : { ...e, operands };
      }
      case "call": {
        const list = this.#list(e.arguments);
        return list === e.arguments ? e : { ...e, arguments: list };
      }
      case "let": {
        const value = this.expression(e.value);
        const body = this.expression(e.body);
        return value === e.value && body === e.body ? e : { ...e, value, body };
      }
      case "raise": {
        const message = this.#optional(e.message);
        return message === e.message ? e : { ...e, message };
      }
      default: {
        const operand = this.expression(e.operand);
        return operand === e.operand ? e : { ...e, operand };
      }
    }
  }

  query(query: BoundQuery): BoundQuery {
    const known = this.#queries.get(query);
    if (known !== undefined) return known;
    const cores = mapped(query.cores, (core) => this.#core(core));
    const orderBy = this.#order(query.orderBy);
    const limit = this.#optional(query.limit);
    const offset = this.#optional(query.offset);
    const isSame =
      cores === query.cores && orderBy === query.orderBy && limit === query.limit && offset === query.offset;
    const replaced = isSame
      ? query
      : { ...query, cores, orderBy, limit, offset, ...outerOf({ cores, orderBy, limit, offset }) };
    this.#queries.set(query, replaced);
    return replaced;
  }

  #core(core: BoundCore): BoundCore {
    if (core.kind === "values") {
      const rows = mapped(core.rows, (row) => this.#list(row));
      return rows === core.rows ? core : { ...core, rows };
    }
    const replaced: BoundSelect = {
      ...core,
      result: this.#list(core.result),
      sources: mapped(core.sources, (source) => {
        const on = this.#optional(source.on);
        const content = this.#content(source.content);
        return on === source.on && content === source.content ? source : { ...source, on, content };
      }),
      where: this.#optional(core.where),
      groupBy: this.#list(core.groupBy),
      having: this.#optional(core.having),
      aggregates: mapped(core.aggregates, (aggregate) => this.#aggregate(aggregate)),
    };
    const keys = ["result", "sources", "where", "groupBy", "having", "aggregates"] as const;
    return keys.every((key) => replaced[key] === core[key]) ? core : replaced;
  }

  #aggregate(aggregate: BoundAggregate): BoundAggregate {
    const list = this.#list(aggregate.arguments);
    const filter = this.#optional(aggregate.filter);
    const orderBy = this.#order(aggregate.orderBy);
    const isSame = list === aggregate.arguments && filter === aggregate.filter && orderBy === aggregate.orderBy;
    return isSame ? aggregate : { ...aggregate, arguments: list, filter, orderBy };
  }

  #content(content: SourceContent): SourceContent {
    if (content.kind === "query") {
      const query = this.query(content.query);
      return query === content.query ? content : { ...content, query };
    }
    if (content.kind === "table") return content;
    const common = this.#common(content.common);
    return common === content.common ? content : { ...content, common };
  }

  #common(common: RecursiveQuery): RecursiveQuery {
    const known = this.#recursive.get(common);
    if (known !== undefined) return known;
    // Its own recursive cores name it: whoever asks for it inside gets the object that is being filled.
    const replaced: { -readonly [K in keyof RecursiveQuery]: RecursiveQuery[K] } = { ...common };
    this.#recursive.set(common, replaced);
    replaced.initial = this.query(common.initial);
    replaced.recursive = common.recursive.map((core) => this.#core(core));
    replaced.limit = this.#optional(common.limit);
    replaced.offset = this.#optional(common.offset);
    return replaced;
  }

  #order(orderBy: readonly BoundOrder[]): readonly BoundOrder[] {
    return mapped(orderBy, (term) => {
      const expression = this.expression(term.expression);
      return expression === term.expression ? term : { ...term, expression };
    });
  }

  #list(list: readonly BoundExpression[]): readonly BoundExpression[] {
    return mapped(list, (e) => this.expression(e));
  }

  #optional<E extends BoundExpression | undefined>(e: E): BoundExpression | E {
    return e === undefined ? e : this.expression(e);
  }
}

/** The same list when nothing in it has changed. */
function mapped<T>(list: readonly T[], f: (item: T) => T): readonly T[] {
  let result: T[] | undefined;
  for (const [at, item] of list.entries()) {
    const changed = f(item);
    if (changed !== item && result === undefined) result = list.slice(0, at);
    result?.push(changed);
  }
  return result ?? list;
}

function optional<T>(item: T | undefined): T[] {
  return item === undefined ? [] : [item];
}

// ── What comparisons ask ──

/** The expressions of which a query's columns are, where only one core can speak for all: the last one's (its last row's), as in the original. */
export function columnsOf(query: Pick<BoundQuery, "cores">): readonly BoundExpression[] {
  const core = query.cores.at(-1)!; // there is one at least
  return core.kind === "values" ? core.rows.at(-1)! : core.result;
}

/** Undefined: none at all, as most expressions have it; columns of no type have BLOB. */
export function affinityOf(e: BoundExpression): Affinity | undefined {
  switch (e.kind) {
    case "column":
    case "generated":
    case "register":
    case "local":
    case "cast":
    case "affinity":
      return e.affinity;
    case "collate":
      return affinityOf(e.operand);
    case "coalesce":
      return e.shared && affinityOf(e.operands[0]!);
    case "subquery":
      return affinityOf(columnsOf(e.query)[0]!);
    case "row-column":
      return affinityOf(columnsOf(e.query)[e.column]!);
    case "let":
    case "with-row":
      return affinityOf(e.body);
    default:
      return undefined;
  }
}

/** Whether COLLATE is written somewhere in it, which makes its collation count for more than that of a column. */
export function isCollated(e: BoundExpression): boolean {
  return some(e, (part) => part.kind === "collate");
}

/** Undefined: none of its own, so that the other operand's counts, and BINARY where that has none either. */
export function collationOf(e: BoundExpression): Collation | undefined {
  switch (e.kind) {
    case "column":
      return e.column === ROWID ? undefined : e.collation;
    case "generated":
    case "register":
    case "local":
    case "collate":
      return e.collation;
    case "cast":
    case "plus":
    case "affinity":
      return collationOf(e.operand);
    case "coalesce":
      return e.shared ? collationOf(e.operands[0]!) : collationOfFirst(e);
    default:
      return collationOfFirst(e);
  }
}

/** Of the first operand in which COLLATE is written. */
function collationOfFirst(e: BoundExpression): Collation | undefined {
  const collated = children(e).find(isCollated);
  return collated && collationOf(collated);
}

/** The collation by which two operands are compared: one that is written, from the left; else the left one's, else the right one's. */
export function comparisonCollation(left: BoundExpression, right: BoundExpression): Collation | undefined {
  if (!isCollated(left) && isCollated(right)) return collationOf(right);
  return collationOf(left) ?? (isCollated(left) ? undefined : collationOf(right));
}

/** Whether two expressions are written alike once names are resolved, as GROUP BY and indexes on expressions ask. Queries are alike when they are one. */
export function equalExpressions(a: BoundExpression, b: BoundExpression): boolean {
  return areEqual(a, b, new Map());
}

/** `locals`: those of `a` that are being compared, and what stands for them in `b`. */
function areEqual(a: BoundExpression, b: BoundExpression, locals: Map<number, number>): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  if (a.kind === "local" && b.kind === "local") return a.id === b.id || locals.get(a.id) === b.id;
  if (a.kind === "let" && b.kind === "let") locals.set(a.id, b.id);
  else if (!equalParts(a, b)) return false;
  const own = children(a);
  const others = children(b);
  return own.length === others.length && own.every((child, at) => areEqual(child, others[at]!, locals));
}

/** Compares what is no operand. */
function equalParts(a: BoundExpression, b: BoundExpression): boolean {
  const others = new Map<string, unknown>(Object.entries(b));
  return Object.entries(a).every(([key, part]: [string, unknown]) => {
    // That a column of an outer join may be NULL after all is nothing of the column's own.
    if (OPERANDS.has(key) || key === "notNull") return true;
    const other = others.get(key);
    if (part instanceof Uint8Array && other instanceof Uint8Array)
      return part.length === other.length && part.every((byte, at) => byte === other[at]);
    return Object.is(part, other);
  });
}

const OPERANDS: ReadonlySet<string> = new Set([
  "operand",
  "operands",
  "left",
  "right",
  "items",
  "branches",
  "otherwise",
  "arguments",
  "value",
  "body",
  "message",
]);
