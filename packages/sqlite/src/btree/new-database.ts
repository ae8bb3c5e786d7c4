/** The first page of a database that nothing has been written to yet: the header, and the schema's empty table. */
import { encodingNumber, writeNewHeader } from "../pager/database-header.ts";
import type { Pager } from "../pager/pager.ts";
import type { TextEncoding } from "../values/text-codec.ts";
import { initialize, NODE_KIND } from "./node.ts";

export interface NewDatabase {
  readonly encoding: TextEncoding;
  /** Whether pages that become free at the end go: at every commit, when asked, or never. */
  readonly autoVacuum: "none" | "full" | "incremental";
}

/** Within a transaction that writes. Does nothing when there is a page already. */
export function createDatabase(pager: Pager, { encoding, autoVacuum }: NewDatabase): void {
  if (pager.pageCount > 0) return;
  const page = pager.append();
  writeNewHeader(page.bytes, { pageSize: pager.pageSize, reserved: pager.reserved });
  initialize(page, NODE_KIND.tableLeaf, pager.usableSize);
  pager.setHeaderField("schemaFormat", 4);
  pager.setHeaderField("encoding", encodingNumber(encoding));
  // Page 1 is a root; that it is the last one says also that there are pointer maps.
  if (autoVacuum !== "none") pager.setHeaderField("largestRootPage", 1);
  if (autoVacuum === "incremental") pager.setHeaderField("incrementalVacuum", 1);
}
