/** Snapshots of an engine's databases: what its settings say of how they are written and read. */
import type { Buffer } from "node:buffer";
import type { Engine } from "../engine/engine.ts";
import { LFU_INITIAL, lfuWord, lruWord } from "../keyspace/access.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import type { LoadOptions } from "./rdb-load.ts";
import { SnapshotWalk, type WalkOptions } from "./snapshot-walk.ts";

/** Begins a snapshot of this instant, of the engine's keyspace or another one. `aux`: notes beside the usual ones. */
export function beginWalk(
  engine: Engine,
  aux: WalkOptions["aux"] = [],
  keyspace: Keyspace = engine.keyspace,
): SnapshotWalk {
  const { config } = engine;
  const usedMemory = engine.facts.memory().usedBytes;
  return new SnapshotWalk(keyspace, {
    compresses: config.flag("rdbcompression"),
    sums: config.flag("rdbchecksum"),
    aux: [
      ["redis-ver", engine.version],
      ["redis-bits", "64"],
      ["ctime", String(Math.floor(engine.now / 1000))],
      ["used-mem", String(usedMemory)],
      ...aux,
    ],
    ...keptAccess(engine),
  });
}

/** Access words are written when the eviction policy goes by them. */
function keptAccess(engine: Engine): Pick<WalkOptions, "access"> {
  const policy = engine.config.text("maxmemory-policy");
  if (policy.endsWith("lfu")) return { access: { kind: "frequency" } };
  if (policy.endsWith("lru")) return { access: { kind: "idle", clockSeconds: lruWord(engine.now) } };
  return {};
}

/** The access word for what a file or RESTORE says of a key; -1: nothing. */
export function accessWord(engine: Engine, idleSeconds: number, frequency: number): number {
  if (engine.countsFrequency) return lfuWord(engine.now, frequency >= 0 ? frequency : LFU_INITIAL);
  return lruWord(engine.now - Math.max(0, idleSeconds) * 1000);
}

/** `keepsExpired`: for what is followed by commands that remove what has expired. */
export function loadOptions(engine: Engine, keepsExpired: boolean): LoadOptions {
  return {
    databases: engine.keyspace.databases.length,
    random: engine.random,
    settings: engine.collections,
    expiredBefore: keepsExpired ? undefined : engine.now,
    verify: engine.config.flag("rdbchecksum"),
    access: (idleSeconds, frequency) => accessWord(engine, idleSeconds, frequency),
  };
}

/** The whole snapshot at once. */
export function snapshotBytes(engine: Engine): Buffer {
  const walk = beginWalk(engine);
  walk.step(() => false);
  return walk.take();
}
