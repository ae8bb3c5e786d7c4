/** What the schema knows: tables with their columns, keys and indexes, views, triggers. Plain data, made from parsed CREATE statements. */
import type { ConflictResolution, CreateTrigger, CreateView, Expression, ForeignKeyAction } from "../sql/ast.ts";
import type { Affinity } from "../values/affinity.ts";

export interface Column {
  readonly name: string;
  /** As declared; the six types that STRICT tables know in capitals. `""` when there was none. */
  readonly type: string;
  readonly affinity: Affinity;
  /** As written; `BINARY` when it was not. */
  readonly collation: string;
  /** What to do with a NULL where none may be; undefined where one may. */
  readonly notNull: ConflictResolution | undefined;
  readonly default: { readonly expression: Expression; readonly text: string } | undefined;
  /** Place in the primary key, from 1; 0: not in it. */
  readonly primaryKeyPosition: number;
  readonly generated: { readonly expression: Expression; readonly stored: boolean } | undefined;
}

/** A column of an index: one of the table's, its rowid, or an expression. */
export interface IndexColumn {
  /** Of the table's columns; ROWID or EXPRESSION otherwise. */
  readonly column: number;
  /** Where `column` is EXPRESSION. */
  readonly expression?: Expression;
  readonly collation: string;
  readonly descending: boolean;
}

export const ROWID = -1;
export const EXPRESSION = -2;

export interface Index {
  readonly kind: "index";
  readonly name: string;
  readonly table: string;
  /** `c`: CREATE INDEX; `u`: a UNIQUE constraint; `pk`: a PRIMARY KEY that is no rowid. */
  readonly origin: "c" | "u" | "pk";
  readonly unique: boolean;
  /** What to do with a duplicate; undefined: ABORT, and a statement may say otherwise. */
  readonly onConflict: ConflictResolution | undefined;
  /** The first ones, on which the index is: what was written. */
  readonly keyColumns: number;
  /** Those and what finds the row: the rowid, or the columns of the primary key that are not among them yet. */
  readonly columns: readonly IndexColumn[];
  readonly where: Expression | undefined;
  readonly rootPage: number;
  /** Undefined for the index of a constraint. */
  readonly sql: string | undefined;
}

export interface Check {
  readonly name: string | undefined;
  readonly expression: Expression;
  /** As written, without the parentheses. */
  readonly text: string;
}

export interface ForeignKey {
  readonly name: string | undefined;
  /** The table's own columns. */
  readonly from: readonly number[];
  readonly table: string;
  /** The other table's columns; undefined: its primary key. */
  readonly to: readonly string[] | undefined;
  readonly onDelete: ForeignKeyAction;
  readonly onUpdate: ForeignKeyAction;
  readonly match: string | undefined;
  readonly deferred: boolean;
}

export interface Table {
  readonly kind: "table";
  readonly name: string;
  readonly columns: readonly Column[];
  /** The column that is the rowid under another name; -1: none is. */
  readonly rowidAlias: number;
  /** What to do when its value is there already. */
  readonly rowidConflict: ConflictResolution | undefined;
  readonly autoincrement: boolean;
  readonly withoutRowid: boolean;
  readonly strict: boolean;
  readonly checks: readonly Check[];
  readonly foreignKeys: readonly ForeignKey[];
  /** In the order in which they were made; of a table without rowid, the one with origin `pk` is the table itself. */
  readonly indexes: readonly Index[];
  readonly rootPage: number;
  readonly sql: string;
}

export interface View {
  readonly kind: "view";
  readonly name: string;
  readonly definition: CreateView;
  readonly sql: string;
}

export interface Trigger {
  readonly kind: "trigger";
  readonly name: string;
  readonly table: string;
  readonly definition: CreateTrigger;
  readonly sql: string;
}

/** A virtual table, which is known to be there and cannot be used. */
export interface VirtualTable {
  readonly kind: "virtual-table";
  readonly name: string;
  readonly module: string;
  readonly sql: string;
}

/** The place of a column by its name, whatever the case of ASCII letters; -1: none has it. */
export function columnNamed(columns: readonly { readonly name: string }[], name: string): number {
  const wanted = fold(name);
  return columns.findIndex((column) => column.name === name || fold(column.name) === wanted);
}

/** Names are alike when they differ in the case of ASCII letters only. */
export function fold(name: string): string {
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if (code >= 0x41 && code <= 0x5a) return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  }
  return name; // as nearly all are
}
