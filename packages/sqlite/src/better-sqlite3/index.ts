/** `@tenon/sqlite/better-sqlite3`: what `better-sqlite3` exports, for `import` and for `require()`. */
import { Database as Class } from "./database.ts";
import { SqliteError } from "./errors.ts";

/** May be called without `new`, as the original. */
const Database: typeof Class = new Proxy(Class, {
  apply: (target, _, [source, options]: ConstructorParameters<typeof Class>) => new target(source, options),
});

export default Database;
export { Database as "module.exports", SqliteError };
export type { BackupProgress } from "./backup.ts";
export type { RunResult, Statement, StatementIterator } from "./statement.ts";
export type { Transaction } from "./transaction.ts";
