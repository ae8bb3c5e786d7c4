/** SQLite: the file, the language, the interfaces. */
export type { SqlValue } from "./values/value.ts";
