/**
 * Name resolution: syntax trees → bound trees.
 *
 * A query is gone over twice, as in the original: first every FROM finds its tables and stars are written out (expand.ts), then all other names find
 * what they mean (query.ts and what it calls). Some mistakes the original comes upon only when it generates code, such as a row value where one
 * value is meant; they are kept back until all names are resolved, so that a statement with several mistakes is refused for the same one.
 *
 * A SELECT is bound by `bindSelect`. Statements that change tables, and the schema's constraints, bind their parts with a `Binder`: one for a
 * statement, over scopes made of sources or of rows in registers.
 */
import { SqlError } from "../../errors.ts";
import type * as ast from "../../sql/ast.ts";
import type { Index, Table } from "../../schema/table.ts";
import type { CompileContext } from "../context.ts";
import type { BoundExpression } from "../expression.ts";
import type { BoundQuery, BoundSource, ResultColumn } from "../query.ts";
import { Binding, type BindingOptions } from "./binding.ts";
import { bindRow, type RowOperand } from "./comparison.ts";
import type { ExpandedSource } from "./expanded.ts";
import { expandInExpression, expandStatement, topLevelNames } from "./expand.ts";
import { bindWhole } from "./expression.ts";
import { bindQuery } from "./query.ts";
import { originOf } from "./result-columns.ts";
import { type NamedRow, type SchemaPlace, Scope, type ScopeSource } from "./scope.ts";
import { tableSource } from "./sources.ts";

export type { NamedRow, SchemaPlace } from "./scope.ts";
export type { RowOperand } from "./comparison.ts";

/** A SELECT that is a statement. Throws SqlError in the original's words. */
export function bindSelect(select: ast.Select, context: CompileContext, options: BindingOptions = {}): BoundQuery {
  return new Binder(context, options).select(select, []);
}

/** A source over which expressions are bound: the table that a statement changes, or one that a query reads. */
export interface BinderSource {
  readonly bound: BoundSource;
  readonly scoped: ScopeSource;
}

/** What expressions may name. */
export interface BinderScope {
  readonly rows?: readonly NamedRow[];
  readonly sources?: readonly BinderSource[];
  /** Where in the schema the expressions stand, and what may not stand there. */
  readonly place?: SchemaPlace;
  /** The text comes from the schema: a trigger's, a constraint's. */
  readonly fromSchema?: boolean;
}

export interface BoundResult {
  readonly expression: BoundExpression;
  readonly column: ResultColumn;
}

/** Binds the parts of one statement. Every method throws SqlError in the original's words. */
export class Binder {
  readonly binding: Binding;
  readonly #with: ast.With | undefined;

  /** `clause`: the statement's WITH, which its queries see. */
  constructor(context: CompileContext, options: BindingOptions = {}, clause?: ast.With) {
    this.binding = new Binding(context, options);
    this.#with = clause;
  }

  /** A query that may name `rows` wherever a column may stand. */
  select(select: ast.Select, rows: readonly NamedRow[]): BoundQuery {
    const { binding } = this;
    binding.numbers.add(select);
    const query = expandStatement(select, topLevelNames(binding, this.#with));
    binding.throwExpansion();
    const outer = rows.length === 0 && binding.database === undefined ? undefined : this.#scope({ rows }, []);
    const bound = bindQuery(query, outer, binding);
    binding.throwLate();
    return bound;
  }

  /** One value. */
  expression(e: ast.Expression, scope: BinderScope): BoundExpression {
    const bound = bindWhole(e, this.#scope(scope, [e]));
    this.binding.throwLate();
    return bound;
  }

  /** A row value, as the right side of `SET (a, b) = …` is one. */
  row(e: ast.Expression, scope: BinderScope): RowOperand {
    const bound = bindRow(e, this.#scope(scope, [e]));
    this.binding.throwLate();
    return bound;
  }

  /** RETURNING: stars stand for the columns of the first row, which is the table's. */
  returning(
    columns: readonly ast.ResultColumn[],
    scope: BinderScope & { readonly rows: readonly NamedRow[] },
  ): BoundResult[] {
    const [row] = scope.rows;
    return columns.flatMap((column): BoundResult[] => {
      if (column.kind === "star") {
        if (column.table !== undefined) throw new SqlError('RETURNING may not use "TABLE.*" wildcards', column.offset);
        return row!.columns.map(({ name }) => {
          const e = { kind: "identifier", name, quoted: false, offset: column.offset } as const;
          return this.#result(e, name, scope);
        });
      }
      const { expression, alias, text } = column;
      const name = alias ?? (expression.kind === "identifier" ? expression.name : text);
      return [this.#result(expression, name, scope)];
    });
  }

  /** A table as a source of its own. */
  table(
    table: Table,
    database: number,
    options: { readonly alias?: string; readonly indexedBy?: Index | null } = {},
  ): BinderSource {
    const { binding } = this;
    const id = binding.ids.source();
    const { alias, indexedBy } = options;
    const content = { kind: "table", database, table, indexedBy } as const;
    const names: ExpandedSource = {
      alias,
      tableName: table.name,
      database,
      content,
      columns: table.columns.map(({ name }) => ({ name, hidden: false })),
      hasRowid: !table.withoutRowid,
      inner: undefined,
      join: FIRST_JOIN,
      using: [],
      usingPairs: [],
      beforeRight: false,
    };
    binding.sources.set(id, { names, content });
    const bound: BoundSource = { id, name: alias ?? table.name, join: "inner", on: undefined, content };
    return { bound, scoped: tableSource(id, names, table, binding) };
  }

  #result(e: ast.Expression, name: string, scope: BinderScope): BoundResult {
    const expression = this.expression(e, scope);
    const { binding } = this;
    return {
      expression,
      column: { name, affinity: undefined, collation: binding.binary, origin: originOf(expression, binding) },
    };
  }

  #scope({ rows, sources, place, fromSchema }: BinderScope, expressions: readonly ast.Expression[]): Scope {
    const { binding } = this;
    for (const e of expressions) binding.numbers.add(e);
    const subqueries = expandInExpression(expressions, topLevelNames(binding, this.#with));
    binding.throwExpansion();
    return new Scope(binding, undefined, {
      ...(rows && { rows }),
      ...(sources && { sources: sources.map(({ scoped }) => scoped) }),
      place,
      subqueries,
      fromSchema: fromSchema ?? binding.database !== undefined,
    });
  }
}

const FIRST_JOIN: ast.Join = {
  operator: ",",
  natural: false,
  cross: false,
  left: false,
  right: false,
  source: { kind: "table", name: "", offset: -1 },
};
