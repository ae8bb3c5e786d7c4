/**
 * PRAGMA (https://www.sqlite.org/pragma.html): a table of them all. Those that nobody knows do nothing, as in the original.
 */
import { SqlError } from "../../errors.ts";
import { fold } from "../../schema/table.ts";
import type { Pragma } from "../../sql/ast.ts";
import { type Connection, MAIN } from "../connection.ts";
import type { OpenDatabase } from "../open-database.ts";
import type { Action } from "../plan.ts";
import { CHECK_PRAGMAS } from "./checks.ts";
import { FILE_PRAGMAS } from "./file.ts";
import { LIST_PRAGMAS } from "./lists.ts";
import { SCHEMA_PRAGMAS } from "./schema.ts";
import { SETTING_PRAGMAS } from "./settings.ts";

/** A pragma as it is asked. */
export interface Asked {
  readonly connection: Connection;
  /** The one that was named, else main. */
  readonly database: number;
  /** Whether it was named. */
  readonly isNamed: boolean;
  readonly value: string | undefined;
}

export type PragmaHandler = (asked: Asked) => Action;
export type PragmaTable = Readonly<Record<string, PragmaHandler>>;

export const PRAGMAS: ReadonlyMap<string, PragmaHandler> = new Map(
  [CHECK_PRAGMAS, FILE_PRAGMAS, SCHEMA_PRAGMAS, SETTING_PRAGMAS, LIST_PRAGMAS(() => [...PRAGMAS.keys()])]
    .flatMap((table) => Object.entries(table))
    .toSorted(([a], [b]) => (a < b ? -1 : 1)),
);

/** Throws `unknown database x`. */
export function pragma(connection: Connection, { schema, name, value }: Pragma): Action {
  let database = MAIN;
  if (schema !== undefined) {
    database = connection.databaseNamed(schema);
    if (database === -1) throw new SqlError(`unknown database ${schema}`);
  }
  const handler = PRAGMAS.get(fold(name));
  if (handler === undefined) return { isReadonly: true, run() {} };
  return handler({ connection, database, isNamed: schema !== undefined, value });
}

export function databaseOf({ connection, database }: Asked): OpenDatabase {
  return connection.databases[database]!;
}

/** Those that are meant when no schema is named: all of them. */
export function databasesOf({ connection, database, isNamed }: Asked): number[] {
  return isNamed ? [database] : connection.databases.map((_, at) => at);
}

const WORDS: ReadonlyMap<string, number> = new Map([
  ["on", 1],
  ["yes", 1],
  ["true", 1],
  ["off", 0],
  ["no", 0],
  ["false", 0],
  ["full", 2],
  ["extra", 3],
]);

/** A number, or a word that stands for one; 0 to 3, or what was written. `otherwise`: what other words mean. */
export function level(value: string, otherwise: number): number {
  if (/^\d/.test(value)) return integer(value) & 0xff;
  return WORDS.get(fold(value)) ?? otherwise;
}

export function isOn(value: string): boolean {
  return level(value, 0) !== 0;
}

/** As C's atoi does it, within 32 bits; hexadecimal too. */
export function integer(value: string): number {
  const match = /^\s*([+-]?)(0x[0-9a-f]+|\d+)/i.exec(value);
  if (match === null) return 0;
  const number = Number(match[2]) * (match[1] === "-" ? -1 : 1);
  return Number.isFinite(number) && Math.abs(number) <= 0x7fff_ffff ? number : 0;
}

/** An integer of 64 bits as far as a number tells it. */
export function longInteger(value: string): number {
  return Number(/^\s*[+-]?\d+/.exec(value)?.[0] ?? 0);
}
