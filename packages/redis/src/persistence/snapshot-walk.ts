/**
 * A snapshot of all databases at one instant, written as RDB a little at a time while commands go on.
 *
 * The original forks, and lets the operating system keep the old pages. Here an epoch does: when a walk begins it notes which ids each
 * key table has, and puts itself before every change as a `WriteGuard`. From then on
 *
 * - the walker goes through the ids in order, writing each key as it finds it;
 * - a change to a key that was not walked yet lets the walk write the key first, as it still is, or, if its value is large, keep an image
 *   of it for later;
 * - a key that is added takes an id that was not there, or one whose key was written before it went: neither belongs to the epoch;
 * - FLUSHALL and SWAPDB put whole tables elsewhere, and the walk keeps going through the ones it began with.
 *
 * So the file holds what was there at the instant when the walk began, each key once, in no particular order. Several walks may be
 * under way at once (BGSAVE, rewriting the AOF, replicas that synchronize), each with marks of its own.
 */
import { Buffer } from "node:buffer";
import { Crc64 } from "@tenon/kit";
import type { DatabaseContents, WriteGuard } from "../keyspace/database.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import { detachedImageOf, imageOf, isLarge, RdbOutput, type ValueImage } from "./rdb-encode.ts";
import { NEWEST_VERSION, OLDEST_WRITTEN_VERSION, OPCODE } from "./rdb-format.ts";

export interface WalkOptions {
  /** rdbcompression */
  readonly compresses: boolean;
  /** rdbchecksum */
  readonly sums: boolean;
  /** Notes at the beginning: `[["redis-ver", "7.4.0"], …]`. */
  readonly aux: readonly (readonly [name: string, value: string])[];
  /** What access words hold that should be kept (by the eviction policy), and the LRU clock in seconds. */
  readonly access?: { readonly kind: "idle"; readonly clockSeconds: number } | { readonly kind: "frequency" };
}

/** Elements of a large collection between two looks at the time. */
const ELEMENTS_PER_PIECE = 512;
/** Keys between two looks at the time. */
const KEYS_PER_LOOK = 16;

/** A key that was changed before it was walked, with a value that is too large to be written in the way of a command. */
interface Waiting {
  readonly database: number;
  readonly key: string;
  readonly expiresAtMs: number;
  readonly access: number;
  readonly image: ValueImage;
}

export class SnapshotWalk {
  readonly #options: WalkOptions;
  readonly #tables: TableWalk[];
  #output: RdbOutput;
  /** Keys written in the way of commands while a large value was only half in #output. */
  #beside: RdbOutput | undefined;
  readonly #waiting: Waiting[] = [];
  /** The large value that is being written. */
  #unfinished: ValueImage | undefined;
  #selected = -1;
  readonly #crc: Crc64 | undefined;
  #ended = false;
  /** Keys written so far. */
  keysWritten = 0;
  /** Keys of the epoch. */
  readonly keysTotal: number;

  /** Begins the epoch: the snapshot is of this instant. */
  constructor(keyspace: Keyspace, options: WalkOptions) {
    this.#options = options;
    this.#output = new RdbOutput(options.compresses, 64 * 1024);
    this.#crc = options.sums ? new Crc64() : undefined;
    this.#output.latin1(`REDIS${String(versionFor(keyspace)).padStart(4, "0")}`);
    for (const [name, value] of options.aux) {
      this.#output.u8(OPCODE.aux);
      this.#output.text(name);
      this.#output.text(value);
    }
    this.#tables = keyspace.databases
      .filter((database) => database.size > 0)
      .map((database) => new TableWalk(database.index, database.contents, (table, id) => this.#saveEarly(table, id)));
    this.keysTotal = this.#tables.reduce((sum, { contents }) => sum + contents.keys.size, 0);
  }

  /** Goes on until `pause`, asked every few keys, says true, or all is written. Returns whether all is. */
  step(pause: () => boolean): boolean {
    if (this.#ended) return true;
    while (this.#advance()) if (pause()) return false;
    this.#output.u8(OPCODE.end);
    this.#ended = true;
    return true;
  }

  /** Bytes of the file that were made since the last call; after the end, with the checksum. */
  take(): Buffer {
    const bytes = this.#output.take();
    this.#crc?.update(bytes);
    if (!this.#ended) return bytes;
    const checksum = Buffer.alloc(8);
    checksum.writeBigUInt64LE(this.#crc?.value ?? 0n);
    return Buffer.concat([bytes, checksum]);
  }

  /** Bytes that `take` would give. */
  get pendingBytes(): number {
    return this.#output.length;
  }

  /** Ends the epoch, done or not: commands are not looked at any more. */
  end(): void {
    for (const table of this.#tables) table.leave();
  }

  /** Writes some more; false when nothing is left. */
  #advance(): boolean {
    const unfinished = this.#unfinished;
    if (unfinished !== undefined) {
      if (unfinished.write(this.#output, ELEMENTS_PER_PIECE)) this.#finished();
      return true;
    }
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      this.#begin(waiting.database, waiting.key, waiting.expiresAtMs, waiting.access, waiting.image);
      return true;
    }
    const table = this.#tables.find((each) => !each.done);
    if (table === undefined) return false;
    for (let left = KEYS_PER_LOOK; left > 0 && this.#unfinished === undefined; left--) {
      const id = table.next();
      if (id === 0) break;
      const { keys } = table.contents;
      const image = imageOf(keys.value(id));
      this.#begin(table.database, keys.key(id), table.expiresAt(id), keys.access(id), image);
    }
    if (table.done) table.leave();
    return true;
  }

  /** A key of the epoch is about to change and was not walked yet. */
  #saveEarly(table: TableWalk, id: number): void {
    const { keys } = table.contents;
    const value = keys.value(id);
    const key = keys.key(id);
    const expiresAtMs = table.expiresAt(id);
    const access = keys.access(id);
    const { database } = table;
    if (isLarge(value)) this.#waiting.push({ database, key, expiresAtMs, access, image: detachedImageOf(value) });
    else if (this.#unfinished === undefined) this.#begin(database, key, expiresAtMs, access, imageOf(value));
    else {
      const output = (this.#beside ??= new RdbOutput(this.#options.compresses));
      select(output, database);
      this.#header(output, key, expiresAtMs, access, imageOf(value)).write(output, Infinity);
      this.keysWritten++;
    }
  }

  #begin(database: number, key: string, expiresAtMs: number, access: number, image: ValueImage): void {
    const output = this.#output;
    if (database !== this.#selected) {
      select(output, database);
      const table = this.#tables.find((each) => each.database === database)!;
      if (!table.announced) {
        table.announced = true;
        output.u8(OPCODE.resize);
        output.count(table.keysTotal);
        output.count(table.expiringTotal);
      }
      this.#selected = database;
    }
    this.#header(output, key, expiresAtMs, access, image);
    this.keysWritten++;
    if (!image.write(output, ELEMENTS_PER_PIECE)) this.#unfinished = image;
  }

  #header(output: RdbOutput, key: string, expiresAtMs: number, access: number, image: ValueImage): ValueImage {
    if (expiresAtMs >= 0) {
      output.u8(OPCODE.expiryMs);
      output.u64le(BigInt.asUintN(64, BigInt(expiresAtMs)));
    }
    const kept = this.#options.access;
    if (kept?.kind === "idle") {
      output.u8(OPCODE.idle);
      output.count((kept.clockSeconds - access) & 0xff_ffff);
    } else if (kept?.kind === "frequency") {
      output.u8(OPCODE.frequency);
      output.u8(access & 0xff);
    }
    output.u8(image.type);
    output.text(key);
    return image;
  }

  /** A large value is all written: what came beside it follows. */
  #finished(): void {
    this.#unfinished = undefined;
    if (this.#beside === undefined) return;
    this.#output.bytes(this.#beside.view());
    this.#beside = undefined;
    this.#selected = -1;
  }
}

/** The lowest version that holds what is there. */
function versionFor({ databases }: Keyspace): number {
  const expires = databases.some((database) =>
    database.hashesWithExpiry.entries().some(([key, hash]) => {
      // The map may lag behind: it names hashes that are gone by now.
      if (hash.expiring === 0) return false;
      const id = database.peekId(key);
      return id !== 0 && database.value(id) === hash;
    }),
  );
  return expires ? NEWEST_VERSION : OLDEST_WRITTEN_VERSION;
}

function select(output: RdbOutput, database: number): void {
  output.u8(OPCODE.selectDatabase);
  output.count(database);
}

/** The walk through one database's table. */
class TableWalk implements WriteGuard {
  readonly database: number;
  readonly contents: DatabaseContents;
  readonly keysTotal: number;
  readonly expiringTotal: number;
  /** The numbers of keys were written. */
  announced = false;
  readonly #saveEarly: (table: TableWalk, id: number) => void;
  /** Ids below are walked. */
  #at = 1;
  /** Ids from here on were not there when the epoch began. */
  readonly #end: number;
  /** A bit for each id whose key was written before its turn, or that was free when the epoch began. */
  readonly #passed: Uint8Array;

  constructor(database: number, contents: DatabaseContents, saveEarly: (table: TableWalk, id: number) => void) {
    this.database = database;
    this.contents = contents;
    this.#saveEarly = saveEarly;
    const { keys } = contents;
    this.keysTotal = keys.size;
    this.expiringTotal = contents.expiry.size;
    this.#end = keys.idLimit;
    this.#passed = new Uint8Array((this.#end + 7) >> 3);
    // Free ids may be taken by new keys before they are walked.
    if (keys.size < this.#end - 1) {
      for (let id = 1; id < this.#end; id++) if (!keys.isUsed(id)) this.#pass(id);
    }
    contents.guards.push(this);
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  /** The next id of the epoch whose key is still to be written; 0 when there is none. */
  next(): number {
    while (this.#at < this.#end) {
      const id = this.#at++;
      if ((this.#passed[id >> 3]! & (1 << (id & 7))) === 0) return id;
    }
    return 0;
  }

  expiresAt(id: number): number {
    const { keys, expiry } = this.contents;
    return keys.hasExpiry(id) ? expiry.at(id) : -1;
  }

  beforeWrite(id: number): void {
    if (id < this.#at || id >= this.#end || (this.#passed[id >> 3]! & (1 << (id & 7))) !== 0) return;
    this.#pass(id);
    this.#saveEarly(this, id);
  }

  #pass(id: number): void {
    this.#passed[id >> 3]! |= 1 << (id & 7);
  }

  leave(): void {
    const { guards } = this.contents;
    const index = guards.indexOf(this);
    if (index >= 0) guards.splice(index, 1);
  }
}
