/** `@tenon/sqlite/node`: what `node:sqlite` exports. */
export { backup } from "./backup.ts";
export { constants } from "./constants.ts";
export { DatabaseSync } from "./database.ts";
export { type Row, type StatementResult, StatementSync } from "./statement.ts";
export type { SQLTagStore } from "./tag-store.ts";
export type { SQLOutputValue } from "./values.ts";
