/** `backup()`: a database copied to a file while the program goes on. */
import { pageCountOf, writeWhole } from "../api/file-backup.ts";
import { SqliteError } from "../errors.ts";
import { DatabaseSync } from "./database.ts";
import { invalidArgument, translating } from "./errors.ts";
import { functionOption, integerOption, type Options, optionsOf, pathArgument, stringOption } from "./options.ts";

const DEFAULT_RATE = 100;

/** Resolves to the number of pages. The file is as the database is when the last page is copied; it appears whole. */
export function backup(sourceDb: DatabaseSync, path: string | Uint8Array | URL, options?: Options): Promise<number> {
  if (typeof sourceDb !== "object" || sourceDb === null)
    throw invalidArgument('The "sourceDb" argument must be an object.');
  const to = pathArgument(path);
  const given = optionsOf(options);
  const rate = integerOption(given, "rate", DEFAULT_RATE);
  const source = stringOption(given, "source", "main");
  stringOption(given, "target", "main");
  const progress = functionOption<(progress: { totalPages: number; remainingPages: number }) => void>(
    given,
    "progress",
  );
  return copy(sourceDb, to, source, rate < 1 ? Infinity : rate, progress);
}

async function copy(
  from: DatabaseSync,
  to: string,
  source: string,
  rate: number,
  progress: ((progress: { totalPages: number; remainingPages: number }) => void) | undefined,
): Promise<number> {
  for (let copied = rate; ; copied += rate) {
    await new Promise((resolve) => void setImmediate(resolve));
    const connection = DatabaseSync.connectionOf(from);
    const totalPages = translating(() => pageCountOf(connection, source));
    if (copied < totalPages) {
      progress?.({ totalPages, remainingPages: totalPages - copied });
      continue;
    }
    const bytes = translating(() => connection.serialize(source));
    await writeWhole(to, bytes).catch((error: unknown) =>
      translating(() => {
        throw new SqliteError("SQLITE_CANTOPEN", "unable to open database file", { cause: error });
      }),
    );
    return totalPages;
  }
}
