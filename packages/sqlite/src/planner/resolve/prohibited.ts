/** What may not stand in constraints, indexes and generated columns. */
import { SqlError } from "../../errors.ts";
import type { Scope, SchemaPlace } from "./scope.ts";

/** Throws SqlError when the scope is (inside of) one of `places`: `subqueries prohibited in CHECK constraints`. */
export function prohibit(what: string, scope: Scope, places: readonly SchemaPlace[], offset: number): void {
  const { place } = scope;
  if (place !== undefined && places.includes(place)) throw new SqlError(`${what} prohibited in ${place}`, offset);
}

export const EVERYWHERE: readonly SchemaPlace[] = [
  "CHECK constraints",
  "index expressions",
  "partial index WHERE clauses",
  "generated columns",
];
