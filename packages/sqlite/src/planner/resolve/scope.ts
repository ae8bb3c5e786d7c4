/**
 * Where names are looked up.
 *
 * A scope has the sources of one SELECT (or of a change), and an outer scope for what a subquery takes from around it; names go from the
 * innermost scope outwards. Beside sources, rows in registers can be named: NEW and OLD of a trigger, `excluded` of an upsert, and the row that
 * CHECK, generated columns, indexes and RETURNING look at. While a SELECT is bound, its scope also says where in it binding has come: whether
 * aggregates may stand there and whether names of result columns count.
 */
import { SqlError } from "../../errors.ts";
import type * as ast from "../../sql/ast.ts";
import type { Affinity } from "../../values/affinity.ts";
import type { BoundAggregate, BoundExpression } from "../expression.ts";
import type { Binding } from "./binding.ts";
import type { ExpandedSource, Subqueries } from "./expanded.ts";
import { heightOf } from "./tree-height.ts";

/** A source that names may find, with how a column of it is read. */
export interface ScopeSource {
  readonly id: number;
  readonly names: ExpandedSource;
  /** Column `at` of the source, or ROWID. */
  column(at: number): BoundExpression;
}

/** A row that lies in registers: column `i` (virtual ones too) in register `first + i`. */
export interface NamedRow {
  /** `new`, `old`, `excluded`, the table's own name or alias. */
  readonly name: string;
  /** Of a table or a view. */
  readonly columns: readonly {
    readonly name: string;
    readonly affinity: Affinity | undefined;
    readonly collation: string;
  }[];
  readonly first: number;
  /** The register of the rowid; undefined: there is none, as in a table without rowid. */
  readonly rowid: number | undefined;
  /** The column that is the rowid under another name; -1: none is. */
  readonly rowidAlias: number;
  /** Only `name.column` finds it. */
  readonly qualifiedOnly: boolean;
  /**
   * What values bring of their columns into comparisons. In the original NEW and OLD have the collation alone, and `excluded` nothing; a row that
   * is checked, indexed or returned has all.
   */
  readonly traits: "all" | "collation" | "none";
}

/** Places in the schema where not everything may stand, in the original's words. */
export type SchemaPlace =
  | "CHECK constraints"
  | "index expressions"
  | "partial index WHERE clauses"
  | "generated columns";

/** A column of the result, as other clauses may name it. */
export interface ResultAlias {
  readonly name: string | undefined;
  readonly expression: BoundExpression;
  /** It calls aggregates of this very SELECT. */
  readonly isAggregate: boolean;
  /** How many columns it has as a row value: no name may mean more than one. */
  readonly width: number;
}

export interface ScopeOptions {
  readonly sources?: readonly ScopeSource[];
  readonly rows?: readonly NamedRow[];
  readonly place?: SchemaPlace | undefined;
  /** Queries in expressions, expanded. */
  readonly subqueries?: Subqueries;
  /** The text comes from the schema: a view, a trigger, a constraint. */
  readonly fromSchema?: boolean;
}

export class Scope {
  readonly binding: Binding;
  readonly outer: Scope | undefined;
  readonly sources: readonly ScopeSource[];
  readonly rows: readonly NamedRow[];
  readonly place: SchemaPlace | undefined;
  readonly subqueries: Subqueries;
  readonly fromSchema: boolean;
  /** Result columns that may be named here; undefined: not yet. */
  aliases: readonly ResultAlias[] | undefined = undefined;
  /** Whether an aggregate may be called where binding has come to. */
  allowsAggregates = false;
  /** Whether aggregates that belong to this SELECT can be computed for where binding has come to: not in WHERE, ON and GROUP BY. */
  collectsAggregates = false;
  /** Whether an aggregate of this SELECT has been met since somebody last set this to false. */
  metAggregate = false;
  readonly aggregates: BoundAggregate[] = [];
  /** How high the expressions are inside of which this SELECT stands. */
  readonly #heightAround: number;
  /** The whole expression that is being bound. */
  #whole: ast.Expression | undefined;

  /** Rows, and whether the text is the schema's, are inherited from `outer`. */
  constructor(binding: Binding, outer: Scope | undefined, options: ScopeOptions = {}) {
    this.binding = binding;
    this.outer = outer;
    this.sources = options.sources ?? [];
    this.rows = options.rows ?? outer?.rows ?? [];
    this.place = options.place;
    this.subqueries = options.subqueries ?? new Map();
    this.fromSchema = options.fromSchema ?? outer?.fromSchema ?? false;
    this.#heightAround = outer === undefined ? 0 : outer.#height;
  }

  /** An expression begins to be bound as a whole. Throws SqlError when it and those around it are too high together. */
  begin(whole: ast.Expression): void {
    this.#whole = whole;
    const { expressionDepth } = this.binding.context.limits;
    if (this.#heightAround > 0 && this.#height > expressionDepth)
      throw new SqlError(`Expression tree is too large (maximum depth ${expressionDepth})`);
  }

  get #height(): number {
    return this.#heightAround + (this.#whole === undefined ? 0 : heightOf(this.#whole));
  }

  /** What a subquery of an expression in this scope is. */
  subquery(key: object): ReturnType<Subqueries["get"]> & object {
    return this.subqueries.get(key)!; // every query in an expression is expanded before it is bound
  }
}
