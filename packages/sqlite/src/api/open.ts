/** What a database is opened from. */
import { cannotOpen, type FileHandle, memoryFile, openFile } from "../connection/shared-file.ts";
import type { DatabaseWorld } from "../connection/world.ts";
import type { DatabaseOptions } from "./options.ts";

/** Time and randomness as every runtime has them, and no files. */
const worldWithoutFiles: DatabaseWorld = {
  clock: { now: () => Date.now() },
  random: { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) },
};

/** The one that was given, or one without files; local time is this machine's where it says nothing of that. */
export function worldOf({ world = worldWithoutFiles }: DatabaseOptions): DatabaseWorld {
  const { clock, random, disk } = world;
  const localOffsetSeconds = (utcMs: number): number =>
    world.localOffsetSeconds?.(utcMs) ?? new Date(utcMs).getTimezoneOffset() * -60;
  return { clock, random, ...(disk && { disk }), localOffsetSeconds };
}

/** Throws SQLITE_CANTOPEN. */
export function handleOf(
  source: string | Uint8Array,
  { disk }: DatabaseWorld,
  { readonly = false, create = true }: DatabaseOptions,
): FileHandle {
  if (typeof source !== "string") return memoryFile(source);
  if (source === "" || source === ":memory:") return memoryFile();
  if (disk === undefined) throw cannotOpen(new Error("there are no files in this world"));
  return openFile(disk, source, { readonly, create });
}
