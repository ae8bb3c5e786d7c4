/** SQLite without files, for browsers and their threads: databases in memory and from bytes. It imports nothing of Node's. */
export { Database } from "./api/database.ts";
export { SqlError, SqliteError } from "./errors.ts";
export { KEYWORDS } from "./sql/tokens.ts";
