/**
 * The syntax tree: plain data, one union for expressions and one for statements.
 *
 * Names stand without their quotes and in their own letters. `offset` is where a node begins in the text (UTF-16 units), for error
 * messages. A tree says what was written; what the names mean is found out later.
 */

/** A name and whether it stood in double quotes: then it means a string where no column has that name. */
export interface Identifier {
  readonly kind: "identifier";
  readonly name: string;
  readonly quoted: boolean;
  readonly offset: number;
}

/** `table.column` or `schema.table.column`. */
export interface QualifiedColumn {
  readonly kind: "column";
  readonly schema?: string;
  readonly table: string;
  readonly name: string;
  readonly offset: number;
}

export interface Literal {
  readonly kind: "literal";
  readonly type: "null" | "integer" | "float" | "string" | "blob";
  /** Numbers and blobs as written (`0x1F`, `1_000`, `x'0a'`), strings without quotes. */
  readonly text: string;
  readonly offset: number;
}

/** `?`, `?NNN`, `:name`, `@name`, `$name`, as written; `index` is the parameter's number, from 1. */
export interface Variable {
  readonly kind: "variable";
  readonly name: string;
  readonly index: number;
  readonly offset: number;
}

export type UnaryOperator = "+" | "-" | "~" | "NOT";

export interface Unary {
  readonly kind: "unary";
  readonly operator: UnaryOperator;
  readonly operand: Expression;
  readonly offset: number;
}

export type BinaryOperator =
  | "AND"
  | "OR"
  | "="
  | "<>"
  | "<"
  | "<="
  | ">"
  | ">="
  | "IS"
  | "IS NOT"
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "||"
  | "->"
  | "->>"
  | "&"
  | "|"
  | "<<"
  | ">>";

/** `IS DISTINCT FROM` is `IS NOT`, and `IS NOT DISTINCT FROM` is `IS`. */
export interface Binary {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly offset: number;
}

/** `x ISNULL`, `x IS NULL` written as one word, `x NOTNULL`, `x NOT NULL`. */
export interface NullTest {
  readonly kind: "null-test";
  readonly not: boolean;
  readonly operand: Expression;
  readonly offset: number;
}

export interface Like {
  readonly kind: "like";
  readonly operator: "LIKE" | "GLOB" | "REGEXP" | "MATCH";
  readonly not: boolean;
  readonly operand: Expression;
  readonly pattern: Expression;
  readonly escape?: Expression;
  readonly offset: number;
}

export interface Between {
  readonly kind: "between";
  readonly not: boolean;
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
  readonly offset: number;
}

export interface In {
  readonly kind: "in";
  readonly not: boolean;
  readonly operand: Expression;
  /** `(1, 2)`, `(SELECT …)`, or a table (`IN t` is `IN (SELECT * FROM t)`), perhaps one that is called. */
  readonly among: readonly Expression[] | Select | TableSource;
  readonly offset: number;
}

export interface Exists {
  readonly kind: "exists";
  readonly select: Select;
  readonly offset: number;
}

export interface Case {
  readonly kind: "case";
  readonly operand?: Expression;
  readonly branches: readonly { readonly when: Expression; readonly result: Expression }[];
  readonly otherwise?: Expression;
  readonly offset: number;
}

export interface Cast {
  readonly kind: "cast";
  readonly operand: Expression;
  /** The type's name as written, `""` when it is missing. */
  readonly type: string;
  readonly offset: number;
}

export interface Collate {
  readonly kind: "collate";
  readonly operand: Expression;
  readonly collation: string;
  readonly offset: number;
}

export interface Call {
  readonly kind: "call";
  readonly name: string;
  readonly distinct: boolean;
  /** `count(*)`. */
  readonly star: boolean;
  readonly arguments: readonly Expression[];
  /** Inside the parentheses: `group_concat(a ORDER BY b)`. */
  readonly orderBy: readonly OrderingTerm[];
  /** `WITHIN GROUP (ORDER BY x)`. */
  readonly withinGroup?: Expression;
  readonly filter?: Expression;
  readonly over?: Window | string;
  readonly offset: number;
}

/** A SELECT in parentheses where a value (or a row of values) is meant. */
export interface Subquery {
  readonly kind: "subquery";
  readonly select: Select;
  readonly offset: number;
}

/** `(a, b)`: two or more. */
export interface RowValue {
  readonly kind: "row";
  readonly values: readonly Expression[];
  readonly offset: number;
}

export interface CurrentTime {
  readonly kind: "current-time";
  readonly what: "CURRENT_DATE" | "CURRENT_TIME" | "CURRENT_TIMESTAMP";
  readonly offset: number;
}

/** In triggers. */
export interface Raise {
  readonly kind: "raise";
  readonly action: "IGNORE" | "ROLLBACK" | "ABORT" | "FAIL";
  readonly message?: Expression;
  readonly offset: number;
}

export type Expression =
  | Identifier
  | QualifiedColumn
  | Literal
  | Variable
  | Unary
  | Binary
  | NullTest
  | Like
  | Between
  | In
  | Exists
  | Case
  | Cast
  | Collate
  | Call
  | Subquery
  | RowValue
  | CurrentTime
  | Raise;

// ── SELECT ──

export interface OrderingTerm {
  readonly expression: Expression;
  readonly descending: boolean;
  /** Whether NULLS FIRST or NULLS LAST was written. */
  readonly nulls?: "FIRST" | "LAST";
}

export type FrameBound =
  | { readonly kind: "unbounded-preceding" | "current-row" | "unbounded-following" }
  | { readonly kind: "preceding" | "following"; readonly offset: Expression };

export interface Frame {
  readonly unit: "ROWS" | "RANGE" | "GROUPS";
  readonly start: FrameBound;
  readonly end: FrameBound;
  readonly exclude?: "NO OTHERS" | "CURRENT ROW" | "GROUP" | "TIES";
}

export interface Window {
  /** The window that this one goes on from. */
  readonly base?: string;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderingTerm[];
  readonly frame?: Frame;
}

export type ResultColumn =
  | { readonly kind: "star"; readonly table?: string; readonly offset: number }
  /** `text` is the expression as written, which names the column when nothing else does. */
  | {
      readonly kind: "expression";
      readonly expression: Expression;
      readonly alias?: string;
      readonly text: string;
    };

/** `NOT INDEXED` is `null`. */
export type IndexHint = string | null;

export interface TableSource {
  readonly kind: "table";
  readonly schema?: string;
  readonly name: string;
  readonly alias?: string;
  readonly indexedBy?: IndexHint;
  /** Of a table that is called: `generate_series(1, 10)`. */
  readonly arguments?: readonly Expression[];
  readonly offset: number;
}

export type Source =
  | TableSource
  | { readonly kind: "subquery"; readonly select: Select; readonly alias?: string; readonly offset: number }
  | { readonly kind: "joined"; readonly from: From; readonly alias?: string; readonly offset: number };

/** How a source is joined with those on its left. The first one of FROM has `operator: ","` and no meaning. */
export interface Join {
  readonly operator: "," | "JOIN";
  readonly natural: boolean;
  readonly cross: boolean;
  /** `LEFT` and `RIGHT` together are FULL. */
  readonly left: boolean;
  readonly right: boolean;
  readonly source: Source;
  readonly on?: Expression;
  readonly using?: readonly string[];
}

export type From = readonly Join[];

export interface SelectCore {
  readonly kind: "select";
  readonly distinct: boolean;
  readonly columns: readonly ResultColumn[];
  readonly from: From;
  readonly where?: Expression;
  readonly groupBy: readonly Expression[];
  readonly having?: Expression;
  readonly windows: readonly { readonly name: string; readonly window: Window }[];
  readonly offset: number;
}

/** `VALUES (…), (…)`: rows of equal length. */
export interface Values {
  readonly kind: "values";
  readonly rows: readonly (readonly Expression[])[];
  readonly offset: number;
}

export type CompoundOperator = "UNION" | "UNION ALL" | "INTERSECT" | "EXCEPT";

export interface CommonTable {
  readonly name: string;
  readonly columns?: readonly string[];
  readonly select: Select;
  /** `MATERIALIZED` or `NOT MATERIALIZED`, where it was written. */
  readonly materialized?: boolean;
}

export interface With {
  readonly recursive: boolean;
  readonly tables: readonly CommonTable[];
}

/** One or more cores; `operators[i]` stands between `cores[i]` and `cores[i + 1]`. */
export interface Select {
  readonly with?: With;
  readonly cores: readonly (SelectCore | Values)[];
  readonly operators: readonly CompoundOperator[];
  readonly orderBy: readonly OrderingTerm[];
  readonly limit?: Expression;
  /** Of `LIMIT x OFFSET y` and `LIMIT y, x`. */
  readonly limitOffset?: Expression;
  readonly offset: number;
}

// ── Changes ──

export type ConflictResolution = "ROLLBACK" | "ABORT" | "FAIL" | "IGNORE" | "REPLACE";

/** A table's name, and other objects' of the schema; `offset` is that of the name without the schema in front. */
export interface TableName {
  readonly schema?: string;
  readonly name: string;
  readonly offset: number;
}

/** Where rows are changed: a table, perhaps under another name. */
export interface ChangeTarget extends TableName {
  readonly alias?: string;
  readonly indexedBy?: IndexHint;
}

/** `a = x` (one column) or `(a, b) = x` (a row value). */
export interface Assignment {
  readonly columns: readonly string[];
  /** Whether the columns stood in parentheses. */
  readonly row: boolean;
  readonly value: Expression;
}

export interface Upsert {
  /** Absent: any conflict. */
  readonly target?: { readonly columns: readonly IndexedColumn[]; readonly where?: Expression };
  /** Absent: DO NOTHING. */
  readonly update?: { readonly set: readonly Assignment[]; readonly where?: Expression };
}

export interface Insert {
  readonly kind: "insert";
  readonly with?: With;
  readonly conflict?: ConflictResolution;
  readonly table: ChangeTarget;
  readonly columns?: readonly string[];
  /** Absent: DEFAULT VALUES. */
  readonly source?: Select;
  readonly upserts: readonly Upsert[];
  readonly returning?: readonly ResultColumn[];
}

export interface Update {
  readonly kind: "update";
  readonly with?: With;
  readonly conflict?: ConflictResolution;
  readonly table: ChangeTarget;
  readonly set: readonly Assignment[];
  readonly from: From;
  readonly where?: Expression;
  readonly returning?: readonly ResultColumn[];
}

export interface Delete {
  readonly kind: "delete";
  readonly with?: With;
  readonly table: ChangeTarget;
  readonly where?: Expression;
  readonly returning?: readonly ResultColumn[];
}

// ── The schema ──

/** A column of an index, a key or a conflict's target: `expression COLLATE … ASC|DESC`. */
export interface IndexedColumn {
  readonly expression: Expression;
  readonly descending: boolean;
}

export type ForeignKeyAction = "SET NULL" | "SET DEFAULT" | "CASCADE" | "RESTRICT" | "NO ACTION";

export interface ForeignKeyClause {
  readonly table: string;
  readonly columns?: readonly string[];
  readonly onDelete: ForeignKeyAction;
  readonly onUpdate: ForeignKeyAction;
  /** `MATCH name`, which nobody asks. */
  readonly match?: string;
  /** DEFERRABLE INITIALLY DEFERRED. */
  readonly deferred: boolean;
}

export type ColumnConstraint = { readonly name?: string; readonly offset: number } & (
  | {
      readonly kind: "primary-key";
      readonly descending: boolean;
      readonly conflict?: ConflictResolution;
      readonly autoincrement: boolean;
    }
  | { readonly kind: "not-null"; readonly conflict?: ConflictResolution }
  /** `NULL`, which says nothing. */
  | { readonly kind: "null" }
  | { readonly kind: "unique"; readonly conflict?: ConflictResolution }
  | { readonly kind: "check"; readonly expression: Expression; readonly text: string }
  /** `text` is the default as written, which `PRAGMA table_info` shows. */
  | { readonly kind: "default"; readonly expression: Expression; readonly text: string }
  | { readonly kind: "collate"; readonly collation: string }
  | { readonly kind: "references"; readonly clause: ForeignKeyClause }
  /** `DEFERRABLE …` that stands apart and changes the reference before it. */
  | { readonly kind: "deferrable"; readonly deferred: boolean }
  | { readonly kind: "generated"; readonly expression: Expression; readonly storage: string | undefined }
);

export interface ColumnDefinition {
  readonly name: string;
  /** As written, with single spaces where the original keeps them; `""` when there is none. */
  readonly type: string;
  readonly constraints: readonly ColumnConstraint[];
  readonly offset: number;
}

export type TableConstraint = { readonly name?: string; readonly offset: number } & (
  | {
      readonly kind: "primary-key";
      readonly columns: readonly IndexedColumn[];
      readonly autoincrement: boolean;
      readonly conflict?: ConflictResolution;
    }
  | { readonly kind: "unique"; readonly columns: readonly IndexedColumn[]; readonly conflict?: ConflictResolution }
  | {
      readonly kind: "check";
      readonly expression: Expression;
      readonly text: string;
      readonly conflict?: ConflictResolution;
    }
  | { readonly kind: "foreign-key"; readonly columns: readonly string[]; readonly clause: ForeignKeyClause }
);

export interface CreateTable {
  readonly kind: "create-table";
  readonly temporary: boolean;
  readonly ifNotExists: boolean;
  readonly table: TableName;
  readonly columns: readonly ColumnDefinition[];
  readonly constraints: readonly TableConstraint[];
  /** `WITHOUT ROWID`, `STRICT` and whatever else stood behind, in their own letters. */
  readonly options: readonly { readonly name: string; readonly without: boolean; readonly offset: number }[];
  /** Of CREATE TABLE … AS. */
  readonly select?: Select;
}

export interface CreateIndex {
  readonly kind: "create-index";
  readonly unique: boolean;
  readonly ifNotExists: boolean;
  readonly index: TableName;
  readonly table: string;
  readonly columns: readonly IndexedColumn[];
  readonly where?: Expression;
}

export interface CreateView {
  readonly kind: "create-view";
  readonly temporary: boolean;
  readonly ifNotExists: boolean;
  readonly view: TableName;
  readonly columns?: readonly string[];
  readonly select: Select;
}

export type TriggerStep = Insert | Update | Delete | { readonly kind: "select-step"; readonly select: Select };

export interface CreateTrigger {
  readonly kind: "create-trigger";
  readonly temporary: boolean;
  readonly ifNotExists: boolean;
  readonly trigger: TableName;
  readonly time: "BEFORE" | "AFTER" | "INSTEAD OF";
  readonly event: "INSERT" | "UPDATE" | "DELETE";
  /** Of UPDATE OF. */
  readonly columns?: readonly string[];
  readonly table: TableName;
  readonly when?: Expression;
  readonly steps: readonly TriggerStep[];
}

export interface CreateVirtualTable {
  readonly kind: "create-virtual-table";
  readonly ifNotExists: boolean;
  readonly table: TableName;
  readonly module: string;
  /** As written, without the space around them. */
  readonly arguments: readonly string[];
}

export interface Drop {
  readonly kind: "drop";
  readonly what: "table" | "index" | "view" | "trigger";
  readonly ifExists: boolean;
  readonly name: TableName;
}

export interface AlterTable {
  readonly kind: "alter-table";
  readonly table: TableName;
  readonly action:
    | { readonly kind: "rename-table"; readonly to: string }
    | { readonly kind: "rename-column"; readonly column: string; readonly to: string; readonly quoted: boolean }
    /** `text` is the definition as written. */
    | { readonly kind: "add-column"; readonly column: ColumnDefinition; readonly text: string }
    | { readonly kind: "drop-column"; readonly column: string }
    | { readonly kind: "drop-constraint"; readonly constraint: string }
    | { readonly kind: "set-not-null"; readonly column: string; readonly conflict?: ConflictResolution }
    | { readonly kind: "drop-not-null"; readonly column: string }
    | { readonly kind: "add-check"; readonly name?: string; readonly expression: Expression; readonly text: string };
}

// ── Everything else ──

export interface Begin {
  readonly kind: "begin";
  readonly mode: "DEFERRED" | "IMMEDIATE" | "EXCLUSIVE";
}

export interface Pragma {
  readonly kind: "pragma";
  readonly schema?: string;
  readonly name: string;
  /** As written, quotes taken off; a number keeps its minus sign. */
  readonly value?: string;
  /** `pragma x = 1` rather than `pragma x(1)`. */
  readonly assigned: boolean;
}

export type Statement =
  | { readonly kind: "select-statement"; readonly select: Select }
  | Insert
  | Update
  | Delete
  | CreateTable
  | CreateIndex
  | CreateView
  | CreateTrigger
  | CreateVirtualTable
  | Drop
  | AlterTable
  | Begin
  | { readonly kind: "commit" }
  | { readonly kind: "rollback"; readonly savepoint?: string }
  | { readonly kind: "savepoint" | "release"; readonly name: string }
  | Pragma
  | { readonly kind: "attach"; readonly file: Expression; readonly schema: Expression; readonly key?: Expression }
  | { readonly kind: "detach"; readonly schema: Expression }
  | { readonly kind: "vacuum"; readonly schema?: string; readonly into?: Expression }
  | { readonly kind: "analyze" | "reindex"; readonly schema?: string; readonly name?: string }
  | { readonly kind: "explain"; readonly queryPlan: boolean; readonly statement: Statement };
