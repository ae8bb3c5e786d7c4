import type { HashSeed } from "../keyspace/hash.ts";

/**
 * What all collections of a server share: the key of their hash function, and the limits beyond which a small collection
 * is no longer reported as compact. The names are redis.conf's without dashes. It
 * is one object, so that CONFIG SET takes effect at the next write, as in the original.
 */
export interface CollectionSettings {
  readonly hashSeed: HashSeed;
  /** Positive: elements per node. Negative: bytes per node, -1 … -5 for 4, 8, 16, 32, 64 KiB. */
  listMaxListpackSize: number;
  hashMaxListpackEntries: number;
  hashMaxListpackValue: number;
  setMaxIntsetEntries: number;
  setMaxListpackEntries: number;
  setMaxListpackValue: number;
  zsetMaxListpackEntries: number;
  zsetMaxListpackValue: number;
  /** Of a stream's macro nodes; 0: no limit. */
  streamNodeMaxBytes: number;
  streamNodeMaxEntries: number;
}
