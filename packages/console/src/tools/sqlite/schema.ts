/** A database's schema, asked of its pragmas. */
import type { Database } from "@tenon/sqlite/browser";
import type { ColumnInfo, ForeignKey, IndexInfo, SchemaAnswer, TableInfo } from "./sqlite-wire.ts";

type Row = Readonly<Record<string, string | number | null>>;

const KIND_ORDER = ["table", "virtual", "view"] as const;

export function describeSchema(db: Database): SchemaAnswer {
  const texts = new Map<string, { readonly type: string; readonly sql: string | null }>();
  const triggers = new Map<string, { name: string; sql: string }[]>();
  for (const row of ask(db, "SELECT type, name, tbl_name, sql FROM main.sqlite_schema ORDER BY name")) {
    const type = text(row, "type");
    if (type === "table" || type === "view") texts.set(text(row, "name"), { type, sql: row["sql"] as string | null });
    if (type !== "trigger") continue;
    const table = text(row, "tbl_name").toLowerCase();
    const own = triggers.get(table) ?? [];
    own.push({ name: text(row, "name"), sql: text(row, "sql") });
    triggers.set(table, own);
  }
  const tables = [...texts].map(([name, { type, sql }]): TableInfo => {
    const { columns, failure, list } = columnsOf(db, name);
    return {
      name,
      kind: type === "view" ? "view" : list?.["type"] === "virtual" ? "virtual" : "table",
      withoutRowid: list?.["wr"] === 1,
      strict: list?.["strict"] === 1,
      columns,
      indexes: indexesOf(db, name),
      foreignKeys: foreignKeysOf(db, name),
      triggers: triggers.get(name.toLowerCase()) ?? [],
      sql,
      ...(failure !== undefined && { failure }),
    };
  });
  const order = ({ kind }: TableInfo): number => KIND_ORDER.indexOf(kind);
  tables.sort((a, b) => order(a) - order(b) || (a.name < b.name ? -1 : 1));
  const pages = Number(db.value("PRAGMA main.page_count"));
  return { tables, size: pages * Number(db.value("PRAGMA main.page_size")) };
}

/** With the table's line of `table_list`. A view's columns are those of its query, which may be wrong. */
function columnsOf(
  db: Database,
  table: string,
): Pick<TableInfo, "columns" | "failure"> & { readonly list?: Row | undefined } {
  try {
    const [list] = ask(db, `PRAGMA main.table_list(${quoted(table)})`);
    const columns = ask(db, `PRAGMA main.table_xinfo(${quoted(table)})`).map((row): ColumnInfo => {
      return {
        name: text(row, "name"),
        type: text(row, "type"),
        notNull: row["notnull"] === 1,
        default: row["dflt_value"] as string | null,
        key: Number(row["pk"]),
        generated: row["hidden"] === 2 || row["hidden"] === 3,
      };
    });
    return { columns, list };
  } catch (error) {
    return { columns: [], failure: error instanceof Error ? error.message : String(error) };
  }
}

function indexesOf(db: Database, table: string): IndexInfo[] {
  return ask(db, `PRAGMA main.index_list(${quoted(table)})`).map((row) => {
    const name = text(row, "name");
    const columns = ask(db, `PRAGMA main.index_xinfo(${quoted(name)})`);
    return {
      name,
      unique: row["unique"] === 1,
      partial: row["partial"] === 1,
      origin: text(row, "origin"),
      columns: columns.filter(({ key }) => key === 1).map((column) => column["name"] as string | null),
    };
  });
}

function foreignKeysOf(db: Database, table: string): ForeignKey[] {
  const keys = Map.groupBy(ask(db, `PRAGMA main.foreign_key_list(${quoted(table)})`), ({ id }) => id);
  return [...keys.values()].map((columns) => ({
    table: text(columns[0]!, "table"),
    from: columns.map((row) => text(row, "from")),
    to: columns.map((row) => row["to"] as string | null),
    onUpdate: text(columns[0]!, "on_update"),
    onDelete: text(columns[0]!, "on_delete"),
  }));
}

/** Pragmas and the schema table hold texts, small numbers and NULL. */
function ask(db: Database, sql: string): Row[] {
  return db.query<Row>(sql);
}

function text(row: Row, column: string): string {
  return String(row[column] ?? "");
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
