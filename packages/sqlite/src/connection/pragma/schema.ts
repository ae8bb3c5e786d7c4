/** Pragmas that tell the schema: tables, columns, indexes, foreign keys. */
import { SqliteError } from "../../errors.ts";
import type { Action, ActionRow } from "../plan.ts";
import {
  fold,
  type Column,
  type Index,
  ROWID,
  EXPRESSION,
  type Table,
  type View,
  type VirtualTable,
} from "../../schema/table.ts";
import { viewColumns } from "../compile.ts";
import { type Connection, TEMP } from "../connection.ts";
import { keyNamed } from "../schema-changes/drop.ts";
import { find, findTable } from "../schema-changes/names.ts";
import { type Asked, databasesOf, type PragmaTable } from "./pragma.ts";

/** An object that is named by the value, in the schema that was named or the first that has it. */
function tableOf({
  connection,
  database,
  isNamed,
  value,
}: Asked): { database: number; object: Table | View | VirtualTable } | undefined {
  if (value === undefined) return undefined;
  const schema = isNamed ? connection.databases[database]!.name : undefined;
  return findTable(connection, { ...(schema !== undefined && { schema }), name: value, offset: 0 });
}

function indexOf({ connection, database, isNamed, value }: Asked): { table: Table; index: Index } | undefined {
  if (value === undefined) return undefined;
  const schema = isNamed ? connection.databases[database]!.name : undefined;
  const name = { ...(schema !== undefined && { schema }), name: value, offset: 0 };
  const found = find(connection, name, ({ catalogue }, wanted) => {
    const index = catalogue.index(wanted) ?? keyNamed(catalogue, wanted) ?? keyOfTable(catalogue.table(wanted));
    const table = index && catalogue.table(index.table);
    return index !== undefined && table?.kind === "table" ? { table, index } : undefined;
  });
  return found?.object;
}

/** The name of a table without rowid stands for its key. */
function keyOfTable(table: Table | View | VirtualTable | undefined): Index | undefined {
  return table?.kind === "table" && table.withoutRowid
    ? table.indexes.find(({ origin }) => origin === "pk")
    : undefined;
}

interface ShownColumn {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly default: string | null;
  readonly key: number;
  /** 2: virtual and generated; 3: stored and generated. */
  readonly hidden: number;
}

function shown({ name, type, notNull, default: value, primaryKeyPosition, generated }: Column): ShownColumn {
  return {
    name,
    type,
    notNull: notNull !== undefined,
    default: value?.text ?? null,
    key: primaryKeyPosition,
    hidden: generated === undefined ? 0 : generated.stored ? 3 : 2,
  };
}

function columnsOf(
  connection: Connection,
  database: number,
  object: Table | View | VirtualTable,
): readonly ShownColumn[] {
  if (object.kind === "table") return object.columns.map(shown);
  if (object.kind === "virtual-table") return [];
  return viewColumns(connection, database, object).map(({ name, type }) => ({
    name,
    type,
    notNull: false,
    default: null,
    key: 0,
    hidden: 0,
  }));
}

/** How many columns it has; 0 of a view that does not compile. */
function widthOf(connection: Connection, database: number, object: Table | View | VirtualTable): number {
  try {
    return columnsOf(connection, database, object).length;
  } catch (error) {
    if (error instanceof SqliteError) return 0;
    throw error;
  }
}

function tableInfo(asked: Asked, withHidden: boolean): Action {
  const { connection } = asked;
  const columns = ["cid", "name", "type", "notnull", "dflt_value", "pk", ...(withHidden ? ["hidden"] : [])];
  return {
    columns,
    reads: databasesOf(asked),
    run() {
      const found = tableOf(asked);
      if (found === undefined) return [];
      return columnsOf(connection, found.database, found.object)
        .filter(({ hidden }) => withHidden || hidden === 0)
        .map(({ name, type, notNull, default: value, key, hidden }, at) => [
          at,
          name,
          type,
          notNull ? 1 : 0,
          value,
          key,
          ...(withHidden ? [hidden] : []),
        ]);
    },
  };
}

function tableList(asked: Asked): Action {
  const { connection, value } = asked;
  return {
    columns: ["schema", "name", "type", "ncol", "wr", "strict"],
    reads: databasesOf(asked),
    run() {
      const rows: ActionRow[] = [];
      for (const at of databasesOf(asked)) {
        const { name: schema, catalogue } = connection.databases[at]!;
        const own = catalogue.table("sqlite_schema")!; // every catalogue has it
        for (const object of [...catalogue.tables(), own]) {
          const name = object === own ? (at === TEMP ? "sqlite_temp_schema" : "sqlite_schema") : object.name;
          if (value !== undefined && fold(value) !== fold(name)) continue;
          const type = object.kind === "virtual-table" ? "virtual" : object.kind;
          const [wr, strict] = object.kind === "table" ? [object.withoutRowid, object.strict] : [false, false];
          rows.push([schema, name, type, widthOf(connection, at, object), wr ? 1 : 0, strict ? 1 : 0]);
        }
      }
      return rows;
    },
  };
}

function indexList(asked: Asked): Action {
  return {
    columns: ["seq", "name", "unique", "origin", "partial"],
    reads: databasesOf(asked),
    run() {
      const table = tableOf(asked)?.object;
      if (table?.kind !== "table") return [];
      return newestFirst(table.indexes).map(({ name, unique, origin, where }, at) => [
        at,
        name,
        unique ? 1 : 0,
        origin,
        where === undefined ? 0 : 1,
      ]);
    },
  };
}

/** As the original keeps them: the newest first, but those that replace rows behind all others. */
function newestFirst(indexes: readonly Index[]): Index[] {
  const newest = indexes.toReversed();
  return [
    ...newest.filter(({ onConflict }) => onConflict !== "REPLACE"),
    ...newest.filter(({ onConflict }) => onConflict === "REPLACE"),
  ];
}

function indexInfo(asked: Asked, all: boolean): Action {
  return {
    columns: ["seqno", "cid", "name", ...(all ? ["desc", "coll", "key"] : [])],
    reads: databasesOf(asked),
    run() {
      const found = indexOf(asked);
      if (found === undefined) return [];
      const { index, table } = found;
      return index.columns.slice(0, all ? undefined : index.keyColumns).map(({ column, descending, collation }, at) => {
        const name = column === ROWID || column === EXPRESSION ? null : table.columns[column]!.name;
        const rest = [descending ? 1 : 0, collation, at < index.keyColumns ? 1 : 0];
        return [at, column, name, ...(all ? rest : [])];
      });
    },
  };
}

function foreignKeyList(asked: Asked): Action {
  return {
    columns: ["id", "seq", "table", "from", "to", "on_update", "on_delete", "match"],
    reads: databasesOf(asked),
    run() {
      const table = tableOf(asked)?.object;
      if (table?.kind !== "table") return [];
      return table.foreignKeys.toReversed().flatMap((key, id) =>
        key.from.map((column, seq): ActionRow => {
          const to = key.to?.[seq] ?? null;
          return [id, seq, key.table, table.columns[column]!.name, to, key.onUpdate, key.onDelete, "NONE"];
        }),
      );
    },
  };
}

export const SCHEMA_PRAGMAS: PragmaTable = {
  foreign_key_list: foreignKeyList,
  index_info: (asked) => indexInfo(asked, false),
  index_list: indexList,
  index_xinfo: (asked) => indexInfo(asked, true),
  table_info: (asked) => tableInfo(asked, false),
  table_list: tableList,
  table_xinfo: (asked) => tableInfo(asked, true),
};
