/** What views and triggers may name: outside of temp, nothing of another database. */
import { SqlError } from "../../errors.ts";
import { fold } from "../../schema/table.ts";
import { type Connection, TEMP } from "../connection.ts";

/** Throws `view v cannot reference objects in database x` when something inside of `node` names another schema than its own. */
export function checkSchemasWithin(
  connection: Connection,
  database: number,
  what: "view" | "trigger",
  name: string,
  node: object,
): void {
  if (database === TEMP) return;
  const own = fold(connection.databases[database]!.name);
  for (const schema of schemasIn(node)) {
    if (fold(schema) !== own) throw new SqlError(`${what} ${name} cannot reference objects in database ${schema}`);
  }
}

/** Names of schemas in front of tables and columns, wherever they stand in a tree. */
function* schemasIn(node: object): Generator<string> {
  for (const [key, value] of Object.entries(node) as [string, unknown][]) {
    if (key === "schema" && typeof value === "string") yield value;
    else if (typeof value === "object" && value !== null) yield* schemasIn(value);
  }
}
