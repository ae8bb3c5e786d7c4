/** count(*) of a whole table: the cells of its tree, or of an index with an entry for each row, without looking into them. */
import type { Index, Table } from "../schema/table.ts";
import type { Environment } from "./frame.ts";
import { keyInfoOf } from "./key-info.ts";

export function countRows(environment: Environment, database: number, table: Table, index: Index | undefined): number {
  const tree = environment.btree(database);
  const key = table.withoutRowid ? table.indexes.find(({ origin }) => origin === "pk") : undefined;
  const counted = index ?? key;
  const root = counted === undefined || counted === key ? table.rootPage : counted.rootPage;
  const cursor = counted === undefined ? tree.table(root) : tree.index(root, keyInfoOf(counted, environment));
  try {
    return cursor.count();
  } finally {
    cursor.close();
  }
}
