/**
 * CREATE TABLE → table, with the indexes that its constraints make.
 *
 * Columns and constraints are gone through in the order of the text, so that of several mistakes the first one is told, as in the original,
 * which checks while it parses. Names inside expressions (CHECK, generated columns) are looked up by who compiles them.
 */
import { SqlError } from "../errors.ts";
import type {
  ColumnConstraint,
  ColumnDefinition,
  ConflictResolution,
  CreateTable,
  Expression,
  ForeignKeyClause,
  IndexedColumn,
} from "../sql/ast.ts";
import { SQL_LIMITS, type SqlLimits } from "../sql/limits.ts";
import { affinityOfType } from "../values/affinity.ts";
import { buildIndex, indexColumn, isSameColumn, withoutRepeats } from "./build-index.ts";
import { isConstantDefault } from "./constant-default.ts";
import {
  type Check,
  type Column,
  columnNamed,
  type ForeignKey,
  type Index,
  type IndexColumn,
  type Table,
} from "./table.ts";

/** The types of STRICT tables, which every table keeps in capitals. */
const STANDARD_TYPES: ReadonlySet<string> = new Set(["ANY", "BLOB", "INT", "INTEGER", "REAL", "TEXT"]);

type Building<T> = { -readonly [K in keyof T]: T[K] };

/** Throws SqlError. `rootPage` and the text are the catalogue's; a table that is about to be made has no root yet. */
export function buildTable(
  { table, columns, constraints, options }: CreateTable,
  { sql, rootPage = 0, limits = SQL_LIMITS }: { sql: string; rootPage?: number; limits?: SqlLimits },
): Table {
  const builder = new TableBuilder(table.name, limits);
  for (const column of columns) builder.column(column);
  for (const constraint of constraints) {
    const { name } = constraint;
    switch (constraint.kind) {
      case "primary-key":
        builder.primaryKey(constraint.columns, constraint.conflict, constraint.autoincrement, false);
        break;
      case "unique":
        builder.unique(constraint.columns, constraint.conflict);
        break;
      case "check":
        builder.check({ name, expression: constraint.expression, text: constraint.text });
        break;
      case "foreign-key":
        builder.foreignKey(name, constraint.columns, constraint.clause);
    }
  }
  return builder.finish(options, sql, rootPage);
}

/** A UNIQUE or PRIMARY KEY that wants an index, in the order of the text. */
interface WantedIndex {
  readonly origin: "u" | "pk";
  readonly columns: readonly IndexedColumn[];
  onConflict: ConflictResolution | undefined;
}

class TableBuilder {
  readonly #name: string;
  readonly #limits: SqlLimits;
  readonly #columns: Building<Column>[] = [];
  readonly #checks: Check[] = [];
  readonly #foreignKeys: Building<ForeignKey>[] = [];
  readonly #wanted: WantedIndex[] = [];
  #hasPrimaryKey = false;
  #rowidAlias = -1;
  #rowidConflict: ConflictResolution | undefined;
  #autoincrement = false;

  constructor(name: string, limits: SqlLimits) {
    this.#name = name;
    this.#limits = limits;
  }

  column({ name, type, constraints, offset }: ColumnDefinition): void {
    if (this.#columns.length >= this.#limits.columns) throw new SqlError(`too many columns on ${this.#name}`);
    if (columnNamed(this.#columns, name) !== -1) throw new SqlError(`duplicate column name: ${name}`, offset);
    const standard = type.toUpperCase();
    this.#columns.push({
      name,
      type: STANDARD_TYPES.has(standard) ? standard : type,
      affinity: affinityOfType(type),
      collation: "BINARY",
      notNull: undefined,
      default: undefined,
      primaryKeyPosition: 0,
      generated: undefined,
    });
    for (const constraint of constraints) this.#columnConstraint(constraint);
  }

  #columnConstraint(constraint: ColumnConstraint): void {
    const column = this.#columns.at(-1)!; // the one being defined
    const itself: readonly IndexedColumn[] = [
      { expression: { kind: "identifier", name: column.name, quoted: false, offset: -1 }, descending: false },
    ];
    switch (constraint.kind) {
      case "primary-key": {
        const { conflict, autoincrement, descending } = constraint;
        this.primaryKey([{ ...itself[0]!, descending }], conflict, autoincrement, true);
        break;
      }
      case "unique":
        this.unique(itself, constraint.conflict);
        break;
      case "not-null":
        column.notNull = constraint.conflict ?? "ABORT";
        break;
      case "check":
        this.check({ name: constraint.name, expression: constraint.expression, text: constraint.text });
        break;
      case "default":
        this.#default(column, constraint);
        break;
      case "collate":
        column.collation = constraint.collation;
        break;
      case "references":
        this.foreignKey(constraint.name, [column.name], constraint.clause);
        break;
      case "deferrable":
        if (this.#foreignKeys.length > 0) this.#foreignKeys.at(-1)!.deferred = constraint.deferred;
        break;
      case "generated":
        this.#generated(column, constraint.expression, constraint.storage);
    }
  }

  #default(column: Building<Column>, { expression, text }: { expression: Expression; text: string }): void {
    if (!isConstantDefault(expression)) throw new SqlError(`default value of column [${column.name}] is not constant`);
    if (column.generated !== undefined) throw new SqlError("cannot use DEFAULT on a generated column");
    column.default = { expression, text };
  }

  #generated(column: Building<Column>, expression: Expression, storage: string | undefined): void {
    const how = storage?.toLowerCase() ?? "virtual";
    const isComplete = column.generated !== undefined || column.default !== undefined;
    if (isComplete || (how !== "virtual" && how !== "stored"))
      throw new SqlError(`error in generated column "${column.name}"`);
    if (column.primaryKeyPosition > 0) throw new SqlError("generated columns cannot be part of the PRIMARY KEY");
    column.generated = { expression, stored: how === "stored" };
  }

  primaryKey(
    columns: readonly IndexedColumn[],
    conflict: ConflictResolution | undefined,
    autoincrement: boolean,
    besideColumn: boolean,
  ): void {
    if (this.#hasPrimaryKey) throw new SqlError(`table "${this.#name}" has more than one primary key`);
    this.#hasPrimaryKey = true;
    const parts = columns.map((column) => indexColumn(this.#columns, column, true));
    for (const [at, { column }] of parts.entries()) {
      const part = this.#columns[column]!;
      if (part.primaryKeyPosition === 0) part.primaryKeyPosition = at + 1;
    }
    // INTEGER, and no other spelling, is the rowid; `INTEGER PRIMARY KEY DESC` is not, by an accident that files depend on.
    const isInteger = parts.length === 1 && this.#columns[parts[0]!.column]!.type === "INTEGER";
    const isRowid = isInteger && !(besideColumn && columns[0]!.descending);
    if (autoincrement && !isRowid) throw new SqlError("AUTOINCREMENT is only allowed on an INTEGER PRIMARY KEY");
    if (parts.some(({ column }) => this.#columns[column]!.generated !== undefined))
      throw new SqlError("generated columns cannot be part of the PRIMARY KEY");
    if (isRowid) {
      this.#rowidAlias = parts[0]!.column;
      this.#rowidConflict = conflict;
      this.#autoincrement = autoincrement;
      return;
    }
    this.#want("pk", columns, conflict);
  }

  unique(columns: readonly IndexedColumn[], conflict: ConflictResolution | undefined): void {
    this.#want("u", columns, conflict);
  }

  check(check: Check): void {
    this.#checks.push(check);
  }

  foreignKey(name: string | undefined, columns: readonly string[], clause: ForeignKeyClause): void {
    const { table, columns: to, onDelete, onUpdate, match, deferred } = clause;
    if (to !== undefined && to.length !== columns.length) {
      throw new SqlError(
        columns.length === 1
          ? `foreign key on ${columns[0]!} should reference only one column of table ${table}`
          : "number of columns in foreign key does not match the number of columns in the referenced table",
      );
    }
    const from = columns.map((column) => {
      const at = columnNamed(this.#columns, column);
      if (at === -1) throw new SqlError(`unknown column "${column}" in foreign key definition`);
      return at;
    });
    this.#foreignKeys.push({ name, from, table, to, onDelete, onUpdate, match, deferred });
  }

  /** Two constraints on the same columns share an index. */
  #want(origin: "u" | "pk", columns: readonly IndexedColumn[], onConflict: ConflictResolution | undefined): void {
    const parts = columns.map((column) => indexColumn(this.#columns, column, true));
    const at = this.#wanted.findIndex(({ columns: others }) => {
      if (others.length !== parts.length) return false;
      return others.every((other, i) => isSameColumn(indexColumn(this.#columns, other, true), parts[i]!));
    });
    if (at === -1) {
      this.#wanted.push({ origin, columns, onConflict });
      return;
    }
    const same = this.#wanted[at]!;
    if (same.onConflict !== undefined && onConflict !== undefined && same.onConflict !== onConflict)
      throw new SqlError("conflicting ON CONFLICT clauses specified");
    same.onConflict ??= onConflict;
    if (origin === "pk") this.#wanted[at] = { ...same, origin };
  }

  finish(options: CreateTable["options"], sql: string, rootPage: number): Table {
    const { withoutRowid, strict } = this.#options(options);
    if (strict) this.#checkTypes();
    if (withoutRowid) this.#keyInsteadOfRowid();
    if (this.#columns.every(({ generated }) => generated !== undefined))
      throw new SqlError("must have at least one non-generated column");
    return {
      kind: "table",
      name: this.#name,
      columns: this.#columns,
      rowidAlias: this.#rowidAlias,
      rowidConflict: this.#rowidConflict,
      autoincrement: this.#autoincrement,
      withoutRowid,
      strict,
      checks: this.#checks,
      foreignKeys: this.#foreignKeys,
      indexes: this.#indexes(withoutRowid),
      rootPage,
      sql,
    };
  }

  #options(options: CreateTable["options"]): { withoutRowid: boolean; strict: boolean } {
    let withoutRowid = false;
    let strict = false;
    for (const { name, without, offset } of options) {
      const word = name.toLowerCase();
      if (without && word === "rowid") withoutRowid = true;
      else if (!without && word === "strict") strict = true;
      else throw new SqlError(`unknown table option: ${name}`, offset);
    }
    return { withoutRowid, strict };
  }

  #checkTypes(): void {
    for (const [at, column] of this.#columns.entries()) {
      const { name, type } = column;
      if (type === "") throw new SqlError(`missing datatype for ${this.#name}.${name}`);
      if (!STANDARD_TYPES.has(type)) throw new SqlError(`unknown datatype for ${this.#name}.${name}: "${type}"`);
      if (type === "ANY") column.affinity = "BLOB";
      if (column.primaryKeyPosition > 0 && at !== this.#rowidAlias) column.notNull ??= "ABORT";
    }
  }

  /** WITHOUT ROWID: an INTEGER PRIMARY KEY is a key like others there, and no column of the key is NULL. */
  #keyInsteadOfRowid(): void {
    if (!this.#hasPrimaryKey) throw new SqlError(`PRIMARY KEY missing on table ${this.#name}`);
    if (this.#autoincrement) throw new SqlError("AUTOINCREMENT not allowed on WITHOUT ROWID tables");
    if (this.#rowidAlias !== -1) {
      const { name } = this.#columns[this.#rowidAlias]!;
      const expression = { kind: "identifier", name, quoted: false, offset: -1 } as const;
      this.#rowidAlias = -1;
      this.#want("pk", [{ expression, descending: false }], this.#rowidConflict);
      this.#rowidConflict = undefined;
    }
    for (const column of this.#columns) {
      if (column.primaryKeyPosition > 0) column.notNull ??= "ABORT";
    }
  }

  #indexes(withoutRowid: boolean): Index[] {
    let primaryKey: IndexColumn[] | undefined;
    if (withoutRowid) {
      const { columns } = this.#wanted.find(({ origin }) => origin === "pk")!; // or it would have been missing
      primaryKey = withoutRepeats(columns.map((column) => indexColumn(this.#columns, column, true)));
      const places = primaryKey.map(({ column }) => column);
      for (const [at, column] of this.#columns.entries()) column.primaryKeyPosition = places.indexOf(at) + 1;
    }
    const table = { name: this.#name, columns: this.#columns, primaryKey };
    return this.#wanted.map(({ origin, columns, onConflict }, at) => {
      const name = `sqlite_autoindex_${this.#name}_${at + 1}`;
      return buildIndex(table, { name, origin, unique: true, columns, onConflict });
    });
  }
}
