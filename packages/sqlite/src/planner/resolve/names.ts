/** Names of columns → what they mean: the innermost scope that has one counts. */
import { SqlError } from "../../errors.ts";
import { columnNamed, fold, ROWID } from "../../schema/table.ts";
import type * as ast from "../../sql/ast.ts";
import { INTEGER, TEXT } from "../../values/value.ts";
import type { BoundExpression } from "../expression.ts";
import { aggregatesOf } from "../walk.ts";
import { isTruth } from "./column-names.ts";
import type { InnerColumn } from "./expanded.ts";
import { isUsed } from "./join-columns.ts";
import { databaseNamed } from "./locate-table.ts";
import { prohibit } from "./prohibited.ts";
import type { NamedRow, Scope, ScopeSource } from "./scope.ts";

interface ColumnName {
  readonly schema: string | undefined;
  readonly table: string | undefined;
  readonly name: string;
}

interface Match {
  readonly source: ScopeSource;
  readonly column: number;
}

/** Throws SqlError: `no such column: x`, `ambiguous column name: x`, and what may not be named where it stands. */
export function bindColumn(e: ast.Identifier | ast.QualifiedColumn, scope: Scope): BoundExpression {
  if (e.kind === "column") prohibit('the "." operator', scope, ["index expressions", "generated columns"], e.offset);
  const isQuoted = e.kind === "identifier" && e.quoted;
  const found = bindName(nameOf(e), scope, e.offset);
  if (found !== undefined) return found;
  if (e.kind === "identifier") {
    const constant = constantOf(e, scope);
    if (constant !== undefined) return constant;
  }
  if (isQuoted)
    throw new SqlError(`no such column: "${e.name}" - should this be a string literal in single-quotes?`, e.offset);
  throw new SqlError(`no such column: ${written(nameOf(e))}`, e.offset);
}

/** What a lone identifier means that is no column's name: a string in double quotes, or a truth value. */
function constantOf({ name, quoted }: ast.Identifier, { binding }: Scope): BoundExpression | undefined {
  if (quoted) return binding.context.doubleQuotedStrings ? { kind: "constant", tag: TEXT, payload: name } : undefined;
  if (!isTruth(name)) return undefined;
  return { kind: "constant", tag: INTEGER, payload: fold(name) === "true" ? 1 : 0 };
}

/** Whether `e` is TRUE or FALSE, and no column is called so; undefined: it is something else. */
export function truthOf(e: ast.Expression, scope: Scope): boolean | undefined {
  if (e.kind !== "identifier" || e.quoted || !isTruth(e.name)) return undefined;
  return bindName(nameOf(e), scope, e.offset) === undefined ? fold(e.name) === "true" : undefined;
}

function nameOf(e: ast.Identifier | ast.QualifiedColumn): ColumnName {
  if (e.kind === "identifier") return { schema: undefined, table: undefined, name: e.name };
  return { schema: e.schema, table: e.table, name: e.name };
}

function written({ schema, table, name }: ColumnName): string {
  return [schema, table, name].filter((part) => part !== undefined).join(".");
}

function bindName(name: ColumnName, start: Scope, offset: number): BoundExpression | undefined {
  for (let scope: Scope | undefined = start; scope !== undefined; scope = scope.outer) {
    const found = new Lookup(name, scope).find(offset) ?? aliased(name, scope, start);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A name looked up in one scope. */
class Lookup {
  readonly #name: ColumnName;
  readonly #scope: Scope;
  /** The database that is meant; undefined: any, or none. */
  readonly #database: number | undefined;
  #matches: Match[] = [];
  /** All matches are one column that FULL JOINs share. */
  #shared = true;
  readonly #rowids: Match[] = [];

  constructor(name: ColumnName, scope: Scope) {
    // Constraints and partial indexes have one table, whatever database is named.
    const ignoresSchema = scope.place === "CHECK constraints" || scope.place === "partial index WHERE clauses";
    this.#name = ignoresSchema ? { ...name, schema: undefined } : name;
    this.#scope = scope;
    const { schema } = this.#name;
    this.#database = schema === undefined ? undefined : databaseNamed(scope.binding.context, schema);
  }

  find(offset: number): BoundExpression | undefined {
    for (const source of this.#scope.sources) this.#source(source);
    const matches = this.#matches;
    if (matches.length > 1) {
      if (!this.#shared) throw new SqlError(`ambiguous column name: ${written(this.#name)}`, offset);
      return { kind: "coalesce", operands: matches.map(({ source, column }) => source.column(column)), shared: true };
    }
    if (matches.length === 1) return matches[0]!.source.column(matches[0]!.column);
    return this.#row() ?? this.#rowid(offset);
  }

  #source(source: ScopeSource): void {
    const { names } = source;
    const { name, table } = this.#name;
    if (names.inner !== undefined && this.#innerColumns(source, names.inner)) return;
    if (table !== undefined ? !this.#isNamed(source) : names.inner !== undefined) return;
    const column = columnNamed(names.columns, name);
    if (column !== -1) this.#match({ source, column });
    else if (names.hasRowid) this.#rowids.push({ source, column: ROWID });
  }

  /** Whether that settles it for this source. */
  #innerColumns(source: ScopeSource, inner: readonly InnerColumn[]): boolean {
    let isFound = false;
    for (const [column, candidate] of inner.entries()) {
      if (!this.#isInner(candidate)) continue;
      if (candidate.kind === "rowid") {
        if (this.#matches.length === 0) this.#rowids.push({ source, column });
        continue;
      }
      this.#match({ source, column });
      isFound = true;
      if (candidate.kind === "using") break;
    }
    return isFound;
  }

  #isInner(candidate: InnerColumn): boolean {
    const { schema, table, name } = this.#name;
    if (schema !== undefined && !isAlike(candidate.schema, schema)) return false;
    if (table !== undefined && !isAlike(candidate.table, table)) return false;
    return candidate.kind === "rowid" ? isRowidName(name) : isAlike(candidate.name, name);
  }

  #match(match: Match): void {
    if (this.#matches.length > 0) {
      const { names } = match.source;
      const isSame = this.#matches.at(-1)!.source === match.source; // twice in a join in parentheses
      if (isSame || !isUsed(names, this.#name.name)) this.#shared = false;
      else if (!names.join.right)
        return; // of an inner or left join the left column counts
      else if (!names.join.left) this.#matches = []; // of a right join the right one
    }
    this.#matches.push(match);
  }

  #isNamed({ names }: ScopeSource): boolean {
    const { schema, table } = this.#name;
    if (schema !== undefined) {
      if (names.database === undefined ? schema !== "*" : names.database !== this.#database) return false;
    }
    if (names.alias !== undefined) return isAlike(names.alias, table!);
    return isAlike(names.tableName, table!) || isSchemaTable(names.tableName, table!);
  }

  /** A column of a row in registers. */
  #row(): BoundExpression | undefined {
    const { schema, table, name } = this.#name;
    if (schema !== undefined) return undefined;
    for (const row of this.#scope.rows) {
      if (table === undefined ? row.qualifiedOnly : !isAlike(row.name, table)) continue;
      const column = columnNamed(row.columns, name);
      if (column !== -1) return registerOf(row, column, this.#scope);
      if (isRowidName(name) && row.rowid !== undefined && !this.#refusesRowid)
        return registerOf(row, ROWID, this.#scope);
    }
    return undefined;
  }

  #rowid(offset: number): BoundExpression | undefined {
    const match = this.#rowids.at(-1);
    if (match === undefined || !isRowidName(this.#name.name) || this.#refusesRowid) return undefined;
    if (this.#rowids.length > 1) throw new SqlError(`ambiguous column name: ${written(this.#name)}`, offset);
    return match.source.column(match.column);
  }

  get #refusesRowid(): boolean {
    const { place } = this.#scope;
    return place === "index expressions" || place === "generated columns";
  }
}

function registerOf(row: NamedRow, at: number, { binding }: Scope): BoundExpression {
  if (at === ROWID || at === row.rowidAlias) {
    const register = row.rowid ?? row.first + at;
    return {
      kind: "register",
      register,
      affinity: row.traits === "none" ? undefined : "INTEGER",
      collation: undefined,
    };
  }
  const { affinity, collation } = row.columns[at]!;
  return {
    kind: "register",
    register: row.first + at,
    affinity: row.traits === "all" ? affinity : undefined,
    collation: row.traits === "none" ? undefined : binding.collation(collation),
  };
}

/** A result column by its alias. */
function aliased({ schema, table, name }: ColumnName, scope: Scope, start: Scope): BoundExpression | undefined {
  if (schema !== undefined || table !== undefined) return undefined;
  const alias = scope.aliases?.find((candidate) => isAlike(candidate.name, name));
  if (alias === undefined) return undefined;
  if (alias.isAggregate) {
    if (!scope.allowsAggregates) throw new SqlError(`misuse of aliased aggregate ${alias.name!}`);
    useAggregates(alias.expression, scope);
  }
  if (alias.width !== 1) throw new SqlError("row value misused");
  if (start !== scope && alias.isAggregate) scope.metAggregate = true;
  return alias.expression;
}

/** Aggregates of `scope` are read where it has come to. */
export function useAggregates(e: BoundExpression, scope: Scope): void {
  scope.metAggregate = true;
  if (scope.collectsAggregates) return;
  const [first] = aggregatesOf(e);
  const { name, offset } = scope.binding.aggregateCalls.get(first!)!; // it was bound before
  scope.binding.late(`misuse of aggregate: ${name}()`, offset);
}

function isAlike(a: string | undefined, b: string): boolean {
  return a !== undefined && fold(a) === fold(b);
}

export function isRowidName(name: string): boolean {
  return /^(?:rowid|oid|_rowid_)$/i.test(name);
}

/** The table that holds the schema answers to both of its names. */
function isSchemaTable(tableName: string, name: string): boolean {
  const folded = fold(name);
  if (tableName === "sqlite_master") return folded === "sqlite_schema";
  return tableName === "sqlite_temp_master" && /^sqlite_(?:temp_schema|master|schema)$/.test(folded);
}
