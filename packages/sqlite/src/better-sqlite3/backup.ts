/** `db.backup(file)`: the database copied to a file while the program goes on. */
import { access } from "node:fs/promises";
import { dirname } from "node:path";
import { pageCountOf, writeWhole } from "../api/file-backup.ts";
import { translating } from "./errors.ts";
import type { Options } from "./options.ts";
import type { ConnectionState } from "./state.ts";

export interface BackupProgress {
  readonly totalPages: number;
  readonly remainingPages: number;
}

/** Pages between two looks at the program's `progress`, when it does not say otherwise. */
const DEFAULT_RATE = 100;

/**
 * The file is as the database is when the last page is copied; it appears whole. `progress` is called before each part, and says how many pages the
 * next one has.
 */
export async function backUp(
  state: ConnectionState,
  filename: unknown,
  options: Options = {},
): Promise<BackupProgress> {
  const { path, attached, progress } = checked(filename, options);
  await access(dirname(path)).catch(() => {
    throw new TypeError("Cannot save backup because the directory does not exist");
  });
  let rate = 0;
  for (let copied = 0; ; copied += rate) {
    await new Promise((resolve) => void setImmediate(resolve));
    if (!state.isOpen) throw new TypeError("The database connection is not open");
    const totalPages = translating(() => pageCountOf(state.connection, attached));
    const remainingPages = Math.max(0, totalPages - copied);
    if (remainingPages === 0) {
      const bytes = translating(() => state.connection.serialize(attached));
      await writeWhole(path, bytes);
      return { totalPages, remainingPages };
    }
    if (copied === 0 && rate === 0) rate = DEFAULT_RATE;
    const wanted: unknown = progress?.({ totalPages, remainingPages });
    if (wanted === undefined) continue;
    if (typeof wanted !== "number" || Number.isNaN(wanted))
      throw new TypeError("Expected progress callback to return a number or undefined");
    rate = Math.max(0, Math.min(0x7fff_ffff, Math.round(wanted)));
  }
}

function checked(
  filename: unknown,
  options: Options,
): { path: string; attached: string; progress: ((progress: BackupProgress) => unknown) | undefined } {
  if (typeof filename !== "string") throw new TypeError("Expected first argument to be a string");
  if (typeof options !== "object" || options === null)
    throw new TypeError("Expected second argument to be an options object");
  const path = filename.trim();
  const attached = "attached" in options ? options["attached"] : "main";
  const progress = options["progress"] ?? undefined;
  if (path === "") throw new TypeError("Backup filename cannot be an empty string");
  if (path === ":memory:") throw new TypeError('Invalid backup filename ":memory:"');
  if (typeof attached !== "string") throw new TypeError('Expected the "attached" option to be a string');
  if (attached === "") throw new TypeError('The "attached" option cannot be an empty string');
  if (progress !== undefined && typeof progress !== "function")
    throw new TypeError('Expected the "progress" option to be a function');
  return { path, attached, progress: progress as ((progress: BackupProgress) => unknown) | undefined };
}
