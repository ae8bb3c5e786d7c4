/** The engines that are measured, behind one small interface. */
import { createRequire } from "node:module";
import { DatabaseSync } from "node:sqlite";
import Ours from "../src/better-sqlite3/index.ts";
import { Database } from "../src/index.ts";

export interface BenchStatement {
  all(...values: unknown[]): unknown[];
  get(...values: unknown[]): unknown;
  run(...values: unknown[]): unknown;
}

export interface BenchDatabase {
  exec(sql: string): void;
  prepare(sql: string): BenchStatement;
  /** `name(x)` in SQL. */
  function(name: string, call: (value: never) => number): void;
}

/** Open, in memory and empty. */
export type Engine = () => BenchDatabase;

/** The natives' class is the same in both packages. */
type BetterSqlite = new (path: string) => BenchDatabase;

export const tenon: Engine = () => Database.open(":memory:", { backEnd: "auto" }) as unknown as BenchDatabase; // of other types, the same methods

/** With the interface of better-sqlite3 in front, as programs have it that change what they import. */
export const tenonAsBetterSqlite: Engine = () => new (Ours as unknown as BetterSqlite)(":memory:");

export const betterSqlite: Engine = () => {
  const Original = createRequire(import.meta.url)("better-sqlite3") as BetterSqlite;
  return new Original(":memory:");
};

export const nodeSqlite: Engine = () => new DatabaseSync(":memory:") as unknown as BenchDatabase; // of other types, the same methods

export const PEERS: readonly { readonly name: string; readonly engine: Engine }[] = [
  { name: "better-sqlite3", engine: betterSqlite },
  { name: "node:sqlite", engine: nodeSqlite },
];
