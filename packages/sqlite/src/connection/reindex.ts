/** REINDEX (https://www.sqlite.org/lang_reindex.html): everything, what uses a collation, a table's indexes, or one index. */
import { SqlError } from "../errors.ts";
import { fold, type Index, type Table } from "../schema/table.ts";
import type { Statement } from "../sql/ast.ts";
import type { Connection } from "./connection.ts";
import type { Action } from "./plan.ts";
import { rebuild } from "./schema-changes/create-index.ts";
import { find } from "./schema-changes/names.ts";

interface Work {
  readonly database: number;
  readonly table: Table;
  readonly index: Index;
}

export function reindex(
  connection: Connection,
  { schema, name }: Extract<Statement, { kind: "analyze" | "reindex" }>,
): Action {
  if (name === undefined) return rebuild(connection, everyIndex(connection));
  if (schema === undefined && connection.collation(name) !== undefined) {
    const uses = ({ index }: Work): boolean => index.columns.some(({ collation }) => fold(collation) === fold(name));
    return rebuild(connection, everyIndex(connection).filter(uses));
  }
  if (schema !== undefined && connection.databaseNamed(schema) === -1) throw new SqlError(`unknown database ${schema}`);
  const wanted = { ...(schema !== undefined && { schema }), name, offset: 0 };
  const table = find(connection, wanted, ({ catalogue }, one) => {
    const object = catalogue.table(one);
    return object?.kind === "table" ? object : undefined;
  });
  if (table !== undefined) return rebuild(connection, indexesOf(table.database, table.object));
  const index = find(connection, wanted, ({ catalogue }, one) => catalogue.index(one));
  if (index === undefined) throw new SqlError("unable to identify the object to be reindexed");
  const owner = connection.databases[index.database]!.catalogue.table(index.object.table) as Table; // it has an index
  return rebuild(connection, [{ database: index.database, table: owner, index: index.object }]);
}

function everyIndex({ databases }: Connection): Work[] {
  return databases.flatMap(({ catalogue }, database) =>
    [...catalogue.tables()].flatMap((table) => (table.kind === "table" ? indexesOf(database, table) : [])),
  );
}

/** Without the one that is the table itself. */
function indexesOf(database: number, table: Table): Work[] {
  return table.indexes
    .filter(({ origin }) => !(table.withoutRowid && origin === "pk"))
    .map((index) => ({ database, table, index }));
}
