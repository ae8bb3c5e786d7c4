/** Snapshots of a database: its content at a moment, kept as the pages that have changed since. */
import { SqliteError } from "../errors.ts";
import type { OpenDatabase } from "./open-database.ts";
import { changedSince, type Epoch, type TrackedFile } from "./tracked-file.ts";

/** Database.restore goes back to it. Nothing has to be freed: what nobody holds is not kept. */
export class Snapshot {
  readonly #file: TrackedFile;
  readonly #epoch: Epoch;

  constructor(file: TrackedFile, epoch: Epoch) {
    this.#file = file;
    this.#epoch = epoch;
  }

  /** Of a snapshot of this file. */
  epochOf(file: TrackedFile): Epoch | undefined {
    return file === this.#file ? this.#epoch : undefined;
  }
}

/** While the database is being read, and nothing of a transaction is in the file. */
export function makeSnapshot({ handle, pager }: OpenDatabase): Snapshot {
  const epoch = handle.file.mark(pager.pageSize);
  if (epoch === undefined) {
    throw new SqliteError("SQLITE_ERROR", "there are snapshots from before the page size was changed");
  }
  return new Snapshot(handle.file, epoch);
}

/** Writes back what differs, in a transaction of its own. Throws SQLITE_BUSY, SQLITE_READONLY, SQLITE_ERROR for another database's snapshot. */
export function restoreSnapshot(database: OpenDatabase, snapshot: Snapshot): void {
  const { pager, handle } = database;
  const epoch = snapshot.epochOf(handle.file);
  if (epoch === undefined) throw new SqliteError("SQLITE_ERROR", "the snapshot is of another database");
  database.beginRead();
  try {
    const { blockSize, size } = epoch;
    if (pager.pageCount > 0 && blockSize !== pager.pageSize)
      throw new SqliteError("SQLITE_ERROR", "the page size was changed since the snapshot was made");
    const pages = Math.floor(size / blockSize);
    database.beginWrite(0);
    const changeCounter = pager.headerField("changeCounter");
    const schemaCookie = pager.headerField("schemaCookie");
    while (pager.pageCount < pages) pager.append();
    for (const [number, bytes] of changedSince(epoch)) {
      if (number >= pages || number + 1 === pager.lockPage) continue;
      const page = pager.read(number + 1);
      pager.writable(page);
      page.bytes.set(bytes);
      page.free = -1;
    }
    pager.truncate(pages);
    if (pages > 0) {
      // Counters go on: others tell by them that this is another content.
      pager.setHeaderField("changeCounter", changeCounter);
      if (pager.headerField("schemaCookie") !== schemaCookie)
        pager.setHeaderField("schemaCookie", (schemaCookie + 1) >>> 0);
    }
    database.prepareCommit();
    database.commit();
    database.refreshSchema();
  } catch (error) {
    database.rollback();
    throw error;
  } finally {
    database.endRead();
  }
}
