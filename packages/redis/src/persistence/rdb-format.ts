/**
 * RDB, the format of Redis' snapshots (rdb.h), as numbers.
 *
 *     "REDIS" | version, four digits | records … | 0xFF | CRC-64 of all before (u64, little endian; 0: none; from version 5 on)
 *
 * A record is an opcode, or a key: [expiry] [idle time] type, key, value. Lengths come in 6, 14, 32 or 64 bits; two set bits
 * announce a string that is an integer or compressed.
 */

/** Newest version that is read: that of Redis 7.4. */
export const NEWEST_VERSION = 12;
/** Oldest version that is written: that of Redis 7.0. */
export const OLDEST_WRITTEN_VERSION = 10;

/** What the byte before a key says of its value. */
export const TYPE = {
  string: 0,
  list: 1,
  set: 2,
  zset: 3,
  hash: 4,
  zset2: 5,
  modulePreGa: 6,
  module2: 7,
  hashZipmap: 9,
  listZiplist: 10,
  setIntset: 11,
  zsetZiplist: 12,
  hashZiplist: 13,
  listQuicklist: 14,
  streamListpacks: 15,
  hashListpack: 16,
  zsetListpack: 17,
  listQuicklist2: 18,
  streamListpacks2: 19,
  setListpack: 20,
  streamListpacks3: 21,
  hashMetadataPreGa: 22,
  hashListpackExPreGa: 23,
  hashMetadata: 24,
  hashListpackEx: 25,
} as const;

export const OPCODE = {
  slotInfo: 244,
  function2: 245,
  functionPreGa: 246,
  moduleAux: 247,
  idle: 248,
  frequency: 249,
  aux: 250,
  resize: 251,
  expiryMs: 252,
  expirySeconds: 253,
  selectDatabase: 254,
  end: 255,
} as const;

/** Parts of a module's data, which may be skipped without knowing the module. */
export const MODULE_PART = { end: 0, signed: 1, unsigned: 2, float: 3, double: 4, string: 5 } as const;

/** Node containers of quicklists. */
export const QUICKLIST_PLAIN = 1;
export const QUICKLIST_PACKED = 2;

/** Text in the manner of the original's log and of redis-check-rdb. */
export class RdbError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "RdbError";
  }
}
