/** Which table or view a name in FROM means. */
import { SqlError } from "../../errors.ts";
import { fold, type Table, type View } from "../../schema/table.ts";
import type * as ast from "../../sql/ast.ts";
import type { CompileContext } from "../context.ts";

const MAIN = 0;
const TEMP = 1;

export interface LocatedTable {
  readonly table: Table | View;
  readonly database: number;
  /** Its own name: that of the schema's table differs from what it is called in other places. */
  readonly name: string;
}

/**
 * A name without a database is looked for in temp, then in main, then in those attached; only in `database` when that is given.
 * Throws SqlError: `no such table: x`, or that it cannot be used yet.
 */
export function locateTable(
  { schema, name }: Pick<ast.TableSource, "schema" | "name">,
  context: CompileContext,
  database: number | undefined,
): LocatedTable {
  const { databases } = context;
  let searched: readonly number[];
  let qualifier = schema;
  if (schema !== undefined) {
    const at = databaseNamed(context, schema);
    searched = at === -1 ? [] : [at];
  } else if (database !== undefined) {
    searched = [database];
    qualifier = databases[database]!.name;
  } else searched = [TEMP, MAIN, ...databases.keys().filter((at) => at > TEMP)];
  for (const at of searched) {
    const isElsewhere = at === TEMP && searched.length > 1 && isSchemaName(name);
    const found = databases[at] && !isElsewhere ? tableIn(context, at, name) : undefined;
    if (found !== undefined) return found;
  }
  if (schema === undefined && TABLE_FUNCTIONS.test(name))
    throw new SqlError(`table-valued functions are not supported yet: ${name}`);
  throw new SqlError(`no such table: ${qualifier === undefined ? "" : `${qualifier}.`}${name}`);
}

/** Tables that the original has without anybody making them. */
const TABLE_FUNCTIONS =
  /^(?:json_each|json_tree|jsonb_each|jsonb_tree|dbstat|pragma_\w+|fts5vocab|bytecode|tables_used|sqlite_stmt)$/i;

function tableIn(context: CompileContext, database: number, name: string): LocatedTable | undefined {
  const { catalogue } = context.databases[database]!;
  const folded = fold(name);
  const isTempSchema = folded === "sqlite_temp_schema" || folded === "sqlite_temp_master";
  if (isTempSchema && database !== TEMP) return undefined;
  const table = catalogue.table(isTempSchema ? "sqlite_schema" : name);
  if (table === undefined) return undefined;
  if (table.kind === "virtual-table") throw new SqlError(`virtual tables are not supported yet: ${name}`);
  const isSchema = table.kind === "table" && table.rootPage === 1;
  const ownName = isSchema ? (database === TEMP ? "sqlite_temp_master" : "sqlite_master") : table.name;
  return { table, database, name: ownName };
}

/** Without a database, these are main's. */
function isSchemaName(name: string): boolean {
  return /^sqlite_(?:master|schema)$/i.test(name);
}

/** The number of a database by its name, `main` always among them; -1: none is called so. */
export function databaseNamed({ databases }: CompileContext, name: string): number {
  const folded = fold(name);
  const at = databases.findIndex((database) => fold(database.name) === folded);
  return at === -1 && folded === "main" ? MAIN : at;
}
