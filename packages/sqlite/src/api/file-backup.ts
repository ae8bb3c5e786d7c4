/** What backups of both Node interfaces have in common: how many pages there are, and a file that appears whole. */
import { open, rename, rm } from "node:fs/promises";
import type { Connection } from "../connection/connection.ts";

/** Pages of an attached database. Throws SqliteError for one that there is not. */
export function pageCountOf(connection: Connection, database: string): number {
  let pages = 0;
  const quoted = database.replaceAll('"', '""');
  connection.prepareFirst(`PRAGMA "${quoted}".page_count`, 0).statement.run((row) => {
    pages = Number(row.payloads[0]);
    return false;
  });
  return pages;
}

/** Writes beside the file first, syncs, and then gives it its name. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const partial = `${path}-partial`;
  try {
    const file = await open(partial, "w");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
