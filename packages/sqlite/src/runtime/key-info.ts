/** How an index is ordered, from what the schema says of it. */
import { SqliteError } from "../errors.ts";
import type { KeyInfo } from "../record/compare-key.ts";
import type { Index } from "../schema/table.ts";
import type { Environment } from "./frame.ts";

/** Of all columns of its entries. Throws SqliteError: a collation that the connection does not have. */
export function keyInfoOf(index: Index, environment: Environment): KeyInfo {
  const collations = index.columns.map(({ collation: name }) => {
    const collation = environment.collation(name);
    if (collation === undefined)
      throw new SqliteError("SQLITE_ERROR_MISSING_COLLSEQ", `no such collation sequence: ${name}`);
    return collation;
  });
  const descending = Uint8Array.from(index.columns, (column) => (column.descending ? 1 : 0));
  return { encoding: environment.context.encoding, collations, descending };
}
