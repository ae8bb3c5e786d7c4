/** DEBUG RELOAD: the data set goes through an RDB and comes back, as it would through a restart. */
import { CommandError } from "../commands/errors.ts";
import type { Engine } from "../engine/engine.ts";
import type { Database } from "../keyspace/database.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import { loadOptions, snapshotBytes } from "./engine-snapshot.ts";
import { RdbError } from "./rdb-format.ts";
import type { FileSource } from "./disk-source.ts";
import { type ByteSource, memorySource } from "./rdb-input.ts";
import { RdbLoad } from "./rdb-load.ts";

export interface ReloadOptions {
  /** A new snapshot is made first; else the one that is there is loaded. */
  readonly saves: boolean;
  /** What is there goes before what is loaded comes. */
  readonly flushes: boolean;
  /** Keys that are there are replaced; else they are an error. */
  readonly merges: boolean;
}

const FAILED = new CommandError("ERR Error trying to load the RDB dump, check server logs.");

/** Loads the snapshot on disk, or one in memory where there is no disk. Throws CommandError; nothing has changed then. */
export function reload(engine: Engine, options: ReloadOptions): void {
  const { persistence } = engine;
  if (options.saves && persistence?.save() !== undefined) throw new CommandError("ERR");
  const source = persistence === undefined ? inMemory(engine, options) : persistence.openSnapshot();
  if (source === undefined) throw FAILED;
  try {
    load(engine, source, options);
  } finally {
    source.close();
  }
  // What was saved just now, the append-only file and the replicas have too; anything else they have not.
  if (options.saves && options.flushes) return;
  persistence?.replaced();
  engine.replication.replaced();
}

function inMemory(engine: Engine, { saves }: ReloadOptions): FileSource | undefined {
  return saves ? { ...memorySource(snapshotBytes(engine)), close: () => {} } : undefined;
}

function load(engine: Engine, source: ByteSource, { flushes, merges }: ReloadOptions): void {
  const { keyspace } = engine;
  engine.loading = true;
  try {
    const loaded = new RdbLoad(source, loadOptions(engine, !keyspace.removesExpired));
    loaded.step(() => false);
    if (flushes) keyspace.adopt(loaded.keyspace);
    else merge(loaded.keyspace, keyspace, merges);
  } catch (error) {
    throw error instanceof RdbError ? FAILED : error;
  } finally {
    engine.loading = false;
  }
  for (const database of keyspace.databases) engine.blocked.signalAll(database);
}

function merge(from: Keyspace, into: Keyspace, replaces: boolean): void {
  const pairs = from.databases.map((database, index) => [database, into.databases[index]!] as const);
  if (
    !replaces &&
    pairs.some(([source, target]) => keysOf(source).some((id) => target.peekId(source.keys.key(id)) !== 0))
  )
    throw FAILED;
  for (const [source, target] of pairs) {
    for (const id of keysOf(source)) {
      const key = source.keys.key(id);
      const old = target.peekId(key);
      if (old !== 0) target.remove(old);
      const made = target.insertKey(key, source.value(id));
      target.keys.setAccess(made, source.keys.access(id));
      const expiresAt = source.expiresAt(id);
      if (expiresAt !== -1) target.setExpiresAt(made, expiresAt);
      target.touch(key);
    }
  }
}

function keysOf({ keys }: Database): number[] {
  return Array.from({ length: keys.idLimit - 1 }, (_, n) => n + 1).filter((id) => keys.isUsed(id));
}
