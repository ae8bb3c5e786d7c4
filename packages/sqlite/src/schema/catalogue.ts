/**
 * The catalogue: `sqlite_schema`'s rows → tables, indexes, views and triggers by name.
 *
 * It is read anew whenever the schema cookie of the file has changed, and never changed in place. Names are found whatever the case of their
 * ASCII letters. Rows that say nothing sensible make the whole schema malformed, as in the original.
 */
import { SqliteError } from "../errors.ts";
import type { Statement } from "../sql/ast.ts";
import { parseStatement } from "../sql/parser/parse.ts";
import { buildIndex } from "./build-index.ts";
import { buildTable } from "./build-table.ts";
import { fold, type Index, type Table, type Trigger, type View, type VirtualTable } from "./table.ts";

/** A row of `sqlite_schema`. */
export interface SchemaRow {
  readonly type: string | null;
  readonly name: string | null;
  readonly tableName: string | null;
  readonly rootPage: number | null;
  readonly sql: string | null;
}

/** The table that holds the schema, on page 1 of every database. */
export const SCHEMA_TABLE: Table = buildTable(
  parseStatement("CREATE TABLE sqlite_schema(type TEXT, name TEXT, tbl_name TEXT, rootpage INT, sql TEXT)")
    .statement as Extract<Statement, { kind: "create-table" }>,
  { sql: "CREATE TABLE sqlite_master(type TEXT, name TEXT, tbl_name TEXT, rootpage INT, sql TEXT)", rootPage: 1 },
);

export class Catalogue {
  /** By folded name: whatever can stand in FROM. */
  readonly #tables = new Map<string, Table | View | VirtualTable>();
  readonly #indexes = new Map<string, Index>();
  readonly #triggers = new Map<string, Trigger>();

  /** `highestPage` bounds root pages. Throws SqliteError SQLITE_CORRUPT: `malformed database schema (name) - why`. */
  static read(rows: Iterable<SchemaRow>, highestPage: number): Catalogue {
    const catalogue = new Catalogue();
    for (const row of rows) {
      try {
        catalogue.#add(row, highestPage);
      } catch (error) {
        if (!(error instanceof SqliteError) || error.code === "SQLITE_CORRUPT") throw error;
        throw malformed(row.name, error.message, error);
      }
    }
    return catalogue;
  }

  /** Tables, views and virtual tables, in the order in which they were made. */
  tables(): Iterable<Table | View | VirtualTable> {
    return this.#tables.values();
  }

  /** What FROM finds under this name, `sqlite_schema` and `sqlite_master` among it. */
  table(name: string): Table | View | VirtualTable | undefined {
    const folded = fold(name);
    return this.#tables.get(folded) ?? (SCHEMA_NAMES.has(folded) ? SCHEMA_TABLE : undefined);
  }

  index(name: string): Index | undefined {
    return this.#indexes.get(fold(name));
  }

  trigger(name: string): Trigger | undefined {
    return this.#triggers.get(fold(name));
  }

  /** Triggers on a table or view, the youngest first, as they fire. */
  triggersOn(table: string): Trigger[] {
    const folded = fold(table);
    return [...this.#triggers.values()].filter((trigger) => fold(trigger.table) === folded).toReversed();
  }

  #add({ type, name, tableName, rootPage, sql }: SchemaRow, highestPage: number): void {
    if (name === null) throw malformed(null, "");
    if (rootPage !== null && rootPage > highestPage) throw malformed(name, "invalid rootpage");
    if (sql === null) {
      if (type !== "index" || tableName === null) throw malformed(name, "");
      this.#rootOfConstraint(name, rootPage ?? 0);
      return;
    }
    const { statement } = parseStatement(sql);
    switch (statement?.kind) {
      case "create-table":
        this.#tables.set(fold(name), { ...buildTable(statement, { sql, rootPage: rootPage ?? 0 }), name });
        break;
      case "create-index": {
        const table = this.#indexedTable(statement.table);
        const { unique, columns, where } = statement;
        const primaryKey = table.withoutRowid ? keyOf(table) : undefined;
        const parts = { name, origin: "c", unique, columns, where, rootPage: rootPage ?? 0, sql } as const;
        this.#attach(table, buildIndex({ name: table.name, columns: table.columns, primaryKey }, parts));
        break;
      }
      case "create-view":
        this.#tables.set(fold(name), { kind: "view", name, definition: statement, sql });
        break;
      case "create-trigger":
        this.#triggers.set(fold(name), {
          kind: "trigger",
          name,
          table: statement.table.name,
          definition: statement,
          sql,
        });
        break;
      case "create-virtual-table":
        this.#tables.set(fold(name), { kind: "virtual-table", name, module: statement.module, sql });
        break;
      default:
        throw malformed(name, "");
    }
  }

  #indexedTable(name: string): Table {
    const table = this.#tables.get(fold(name));
    if (table?.kind !== "table") throw malformed(name, `no such table: ${name}`);
    return table;
  }

  #attach(table: Table, index: Index): void {
    this.#indexes.set(fold(index.name), index);
    this.#tables.set(fold(table.name), { ...table, indexes: [...table.indexes, index] });
  }

  /** Rows without text are the indexes that constraints made: the table has them already, and the row says where they begin. */
  #rootOfConstraint(name: string, rootPage: number): void {
    const folded = fold(name);
    for (const table of this.#tables.values()) {
      if (table.kind !== "table") continue;
      const at = table.indexes.findIndex((index) => fold(index.name) === folded);
      if (at === -1) continue;
      const index = { ...table.indexes[at]!, rootPage };
      this.#indexes.set(folded, index);
      this.#tables.set(fold(table.name), { ...table, indexes: table.indexes.with(at, index) });
      return;
    }
    throw malformed(name, "orphan index");
  }
}

const SCHEMA_NAMES: ReadonlySet<string> = new Set(["sqlite_schema", "sqlite_master"]);

/** The columns that find a row of a table without rowid. */
function keyOf(table: Table): Index["columns"] {
  const key = table.indexes.find(({ origin }) => origin === "pk")!; // buildTable sees to it
  return key.columns.slice(0, key.keyColumns);
}

function malformed(name: string | null, why: string, cause?: Error): SqliteError {
  const message = `malformed database schema (${name ?? "?"})${why === "" ? "" : ` - ${why}`}`;
  return new SqliteError("SQLITE_CORRUPT", message, { cause });
}
