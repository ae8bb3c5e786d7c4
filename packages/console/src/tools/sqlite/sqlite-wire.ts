/**
 * What the SQLite page and the thread that has a database open say to each other. The thread is the console's, for databases that the
 * config names, or the browser's, for a file that was dropped onto the page: questions and answers are the same.
 */

/**
 * A value as the page shows it. A number is an INTEGER where it is whole, else a REAL; what numbers do not say (whole REALs, infinities,
 * INTEGERs beyond 2^53) comes as text. Of long texts and blobs only the start comes, with the length of the whole.
 */
export type Cell =
  | null
  | number
  | string
  | { readonly real: string }
  | { readonly integer: string }
  | { readonly text: string; readonly length: number }
  | { readonly blob: string; readonly length: number };

export interface ResultColumn {
  readonly name: string;
  /** As declared, of a column that comes from a table unchanged. */
  readonly type: string | null;
}

/** What one statement of a script did; places are UTF-16 units of the script. */
export interface StatementResult {
  readonly start: number;
  readonly end: number;
  /** Empty of a statement that gives no rows. */
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly Cell[])[];
  /** There are more rows than were asked for. */
  readonly cut: boolean;
  /** Rows that were inserted, changed or deleted. */
  readonly changes: number;
  readonly timeMs: number;
}

/** An error in SQLite's words, and the piece of the script that it is about. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

export interface RunAnswer {
  /** Of the statements before the one that failed, if one did. */
  readonly results: readonly StatementResult[];
  readonly trouble?: Trouble;
  /** A transaction is open that the script, or one before it, began. */
  readonly inTransaction: boolean;
}

/** A line of EXPLAIN QUERY PLAN; `parent` 0: it hangs on no other. */
export interface PlanLine {
  readonly id: number;
  readonly parent: number;
  readonly detail: string;
}

export interface ExplainedStatement {
  readonly start: number;
  readonly end: number;
  readonly plan: readonly PlanLine[];
  /** The JavaScript that the statement is compiled to; null of one that is carried out without. */
  readonly source: string | null;
}

export interface ExplainAnswer {
  readonly statements: readonly ExplainedStatement[];
  readonly trouble?: Trouble;
}

export interface ColumnInfo {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  /** The default's SQL. */
  readonly default: string | null;
  /** Position in the primary key from 1; 0: not part of it. */
  readonly key: number;
  readonly generated: boolean;
}

export interface IndexInfo {
  readonly name: string;
  readonly unique: boolean;
  readonly partial: boolean;
  /** `c`: made by CREATE INDEX, `u`: of a UNIQUE constraint, `pk`: of the primary key. */
  readonly origin: string;
  /** null for an expression. */
  readonly columns: readonly (string | null)[];
}

export interface ForeignKey {
  readonly table: string;
  readonly from: readonly string[];
  /** Columns of `table`; null where its primary key is meant. */
  readonly to: readonly (string | null)[];
  readonly onUpdate: string;
  readonly onDelete: string;
}

export interface TableInfo {
  readonly name: string;
  readonly kind: "table" | "view" | "virtual";
  readonly withoutRowid: boolean;
  readonly strict: boolean;
  readonly columns: readonly ColumnInfo[];
  readonly indexes: readonly IndexInfo[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly triggers: readonly { readonly name: string; readonly sql: string }[];
  readonly sql: string | null;
  /** Why its columns are not known: a view on a table that is gone, say. */
  readonly failure?: string;
}

export interface SchemaAnswer {
  /** Tables first, each kind by name. */
  readonly tables: readonly TableInfo[];
  /** Of the file, in bytes. */
  readonly size: number;
}

export type SqliteQuestion =
  | { readonly ask: "schema" }
  | { readonly ask: "run"; readonly sql: string }
  | { readonly ask: "explain"; readonly sql: string };

export interface SqliteAnswers {
  schema: SchemaAnswer;
  run: RunAnswer;
  explain: ExplainAnswer;
}

/** A question that could not be answered at all: the file cannot be opened, or is no database. */
export interface Failed {
  readonly failure: { readonly code: string; readonly message: string };
}

/** Answer of `POST /api/sqlite`: the databases that the config names. */
export interface DatabaseList {
  readonly databases: readonly { readonly name: string; readonly path: string }[];
}

/** How long a question may take before its thread is ended, in milliseconds. */
export const MAX_ANSWER_MS = 30_000;
