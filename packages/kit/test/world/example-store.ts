/**
 * A key-value store in one append-only log, compacted by writing a new log beside it and renaming that over the old one.
 * Record: CRC-32 of the rest (4 bytes, big endian), length of the key (1), length of the value (2), key, value.
 * `set` is durable when it returns. A record whose CRC is wrong ends the log: it was being written when the power went.
 */
import { crc32 } from "node:zlib";
import type { Disk, DiskFile } from "../../src/index.ts";

/** The syncs that a crash test can leave out, to see that it notices. */
export type Sync = "record" | "compacted log" | "new name";

export class ExampleStore {
  readonly values: Map<string, string> = new Map();
  readonly #disk: Disk;
  readonly #without: Sync | undefined;
  #log: DiskFile;
  #end = 0;

  constructor(disk: Disk, without?: Sync) {
    this.#disk = disk;
    this.#without = without;
    this.#log = disk.open("log", "create");
    this.#sync("new name", () => disk.syncDirectory("/"));
    const bytes = disk.readFile("log") as Buffer;
    while (this.#end + 7 <= bytes.length) {
      const [keyLength, valueLength] = [bytes.readUInt8(this.#end + 4), bytes.readUInt16BE(this.#end + 5)];
      const end = this.#end + 7 + keyLength + valueLength;
      if (end > bytes.length || bytes.readUInt32BE(this.#end) !== crc32(bytes.subarray(this.#end + 4, end))) break;
      const body = bytes.toString("latin1", this.#end + 7, end);
      this.values.set(body.slice(0, keyLength), body.slice(keyLength));
      this.#end = end;
    }
  }

  set(key: string, value: string): void {
    this.#end = append(this.#log, this.#end, key, value);
    this.#sync("record", () => this.#log.sync());
    this.values.set(key, value);
  }

  compact(): void {
    const compacted = this.#disk.open("log.new", "truncate");
    let end = 0;
    for (const [key, value] of this.values) end = append(compacted, end, key, value);
    this.#sync("compacted log", () => compacted.sync());
    this.#disk.rename("log.new", "log");
    this.#sync("new name", () => this.#disk.syncDirectory("/"));
    this.#log.close();
    [this.#log, this.#end] = [compacted, end];
  }

  #sync(which: Sync, sync: () => void): void {
    if (which !== this.#without) sync();
  }
}

function append(log: DiskFile, at: number, key: string, value: string): number {
  const record = Buffer.from(`0000kvv${key}${value}`, "latin1");
  record.writeUInt8(key.length, 4);
  record.writeUInt16BE(value.length, 5);
  record.writeUInt32BE(crc32(record.subarray(4)), 0);
  log.write(record, at);
  return at + record.length;
}
