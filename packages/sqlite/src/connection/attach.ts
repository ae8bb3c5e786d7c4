/**
 * ATTACH and DETACH (https://www.sqlite.org/lang_attach.html). A transaction over several files is atomic for each of them; there is no super-journal
 * that would make it so for all when the power goes between two commits.
 */
import { SqliteError, SqlError } from "../errors.ts";
import { fold } from "../schema/table.ts";
import type { Expression, Statement } from "../sql/ast.ts";
import type { Cells } from "../values/value.ts";
import { compileValue } from "./compile.ts";
import { type Connection, TEMP } from "./connection.ts";
import { OpenDatabase } from "./open-database.ts";
import type { Action } from "./plan.ts";
import { memoryFile, openFile } from "./shared-file.ts";

/** A word stands for itself: `ATTACH 'x.db' AS aux`. */
function textOf(connection: Connection, expression: Expression): (bindings: Cells) => string {
  if (expression.kind === "identifier") return () => expression.name;
  const value = compileValue(connection, expression);
  return (bindings) => String(value(bindings) ?? "");
}

export function attach(connection: Connection, statement: Extract<Statement, { kind: "attach" }>): Action {
  const fileName = textOf(connection, statement.file);
  const schemaName = textOf(connection, statement.schema);
  return {
    isReadonly: true,
    run(_, bindings) {
      const { databases, limits } = connection;
      const name = schemaName(bindings);
      if (databases.length - 2 >= limits.attached)
        throw new SqlError(`too many attached databases - max ${limits.attached}`);
      if (connection.databaseNamed(name) !== -1) throw new SqlError(`database ${name} is already in use`);
      const made = openNamed(connection, fileName(bindings), name);
      try {
        made.beginRead();
        const { encoding } = made;
        if (encoding !== undefined && encoding !== connection.encoding)
          throw new SqlError("attached databases must use the same text encoding as main database");
      } catch (error) {
        made.close();
        throw error;
      }
      if (connection.autocommit) made.endRead();
      databases.push(made);
      connection.forgetContext();
    },
  };
}

function openNamed(connection: Connection, path: string, name: string): OpenDatabase {
  const random = (): number => connection.randomNumber();
  if (path === "" || path === ":memory:")
    return new OpenDatabase({ name, handle: memoryFile(), readonly: false, random });
  const { disk } = connection.world;
  try {
    if (disk === undefined) throw new SqlError("there are no files in this world");
    const readonly = connection.isReadonly;
    return new OpenDatabase({ name, handle: openFile(disk, path, { readonly, create: true }), readonly, random });
  } catch (error) {
    if (error instanceof SqliteError && error.code === "SQLITE_BUSY") throw error;
    throw new SqliteError("SQLITE_CANTOPEN", `unable to open database: ${path}`, { cause: error });
  }
}

export function detach(connection: Connection, statement: Extract<Statement, { kind: "detach" }>): Action {
  const schemaName = textOf(connection, statement.schema);
  return {
    isReadonly: true,
    run(_, bindings) {
      const name = schemaName(bindings);
      const at = connection.databases.findIndex((database) => fold(database.name) === fold(name));
      if (at === -1) throw new SqlError(`no such database: ${name}`);
      if (at <= TEMP) throw new SqlError(`cannot detach database ${name}`);
      const database = connection.databases[at]!;
      if (database.isReading) throw new SqlError(`database ${name} is locked`);
      connection.databases.splice(at, 1);
      connection.forgetContext();
      database.close();
    },
  };
}
