/** Parameters of statements: what .parameter keeps in the table temp.sqlite_parameters. */
import { bindValue } from "../api/values.ts";
import { NULL } from "../values/value.ts";
import type { PreparedStatement } from "../connection/prepared-statement.ts";
import type { Shell } from "./shell.ts";

const PARAMETER_TABLE = `CREATE TABLE IF NOT EXISTS temp.sqlite_parameters(
  key TEXT PRIMARY KEY,
  value
) WITHOUT ROWID;`;

/** The table's name is one that only the shell may give. */
export function makeParameterTable({ database }: Shell): void {
  const { settings } = database.connection;
  const before = settings.writableSchema;
  settings.writableSchema = true;
  try {
    database.exec(PARAMETER_TABLE);
  } finally {
    settings.writableSchema = before;
  }
}

export function hasParameters(shell: Shell): boolean {
  const { connection } = shell.database;
  return connection.databases[1]!.catalogue.table("sqlite_parameters") !== undefined; // temp is always there
}

/** Those that the table does not have are NULL. */
export function bindParameters(shell: Shell, statement: PreparedStatement): void {
  const { parameters, bindings } = statement;
  if (parameters.length === 0) return;
  const known = hasParameters(shell);
  for (const [at, name] of parameters.entries()) {
    const found = known && shell.rows("SELECT value FROM temp.sqlite_parameters WHERE key = ?1", name ?? `?${at + 1}`);
    if (found && found.length > 0) bindValue(bindings, at, found[0]![0]!);
    else bindings.set(at, NULL, null);
  }
}
