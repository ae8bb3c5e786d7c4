/** PRAGMA foreign_key_check: rows without their parents. */
import { mismatch, parentKey } from "../planner/change/foreign-key-match.ts";
import { type ForeignKey, fold, type Table } from "../schema/table.ts";
import { parseStatement } from "../sql/parser/parse.ts";
import { Cells } from "../values/value.ts";
import { compileSelect } from "./compile.ts";
import type { Connection } from "./connection.ts";
import type { ActionRow } from "./plan.ts";
import { quotedName } from "./schema-changes/names.ts";
import { rowidName } from "./schema-changes/table-select.ts";

/** Of one table, or of all: the child's name, its row's rowid (null where it has none), the parent's name, the key's number. */
export function foreignKeyProblems(connection: Connection, database: number, only: string | undefined): ActionRow[] {
  const rows: ActionRow[] = [];
  for (const table of connection.databases[database]!.catalogue.tables()) {
    if (table.kind !== "table" || (only !== undefined && fold(only) !== fold(table.name))) continue;
    for (const [at, key] of table.foreignKeys.toReversed().entries()) {
      for (const rowid of orphans(connection, database, table, key)) rows.push([table.name, rowid, key.table, at]);
    }
  }
  return rows;
}

/** Rowids of rows whose parents are missing. Throws `foreign key mismatch` when nothing makes the parent's columns unique. */
function orphans(connection: Connection, database: number, child: Table, key: ForeignKey): (number | bigint | null)[] {
  const { name: schema, catalogue } = connection.databases[database]!;
  const parent = catalogue.table(key.table);
  const columnOf = (table: Table, at: number): string => quotedName(table.columns[at]!.name);
  const conditions = key.from.map((at) => `c.${columnOf(child, at)} IS NOT NULL`);
  if (parent?.kind === "table") {
    const found = parentKey(key, parent);
    if (found === undefined) throw mismatch(child, key);
    const matches = found.parent.map((at, i) => `p.${columnOf(parent, at)} = c.${columnOf(child, found.child[i]!)}`);
    conditions.push(
      `NOT EXISTS (SELECT 1 FROM ${quotedName(schema)}.${quotedName(parent.name)} AS p WHERE ${matches.join(" AND ")})`,
    );
  }
  const rowid = child.withoutRowid ? "NULL" : `c.${rowidName(child)}`;
  const sql = `SELECT ${rowid} FROM ${quotedName(schema)}.${quotedName(child.name)} AS c WHERE ${conditions.join(" AND ")}`;
  const { statement } = parseStatement(sql);
  if (statement?.kind !== "select-statement") throw new Error("this is a query");
  const rowids: (number | bigint | null)[] = [];
  const run = compileSelect(connection, statement.select).start(connection, new Cells(0));
  run.push((row) => {
    rowids.push(row.payloads[0] as number | bigint | null); // a rowid or NULL
    return true;
  });
  run.close();
  return rowids;
}
