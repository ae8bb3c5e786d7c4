/**
 * The commands of an append-only file: requests as clients send them, SELECT where the database changes, MULTI and EXEC around what
 * belongs together, and annotations, lines that begin with `#` and that every reader of multi-part AOFs skips:
 *
 *     #TS:<seconds>              the time, where it changes, if wanted
 *     #CRC64:on                  from here on, every batch ends in a checksum …
 *     #CRC64:<hex> <bytes>       … of so many bytes before it
 *     #CRC64:off                 no more
 *
 * The checksums are ours. A disk that loses power may leave some sectors of a batch that was never synced and zeros for others, and nothing
 * in the format would tell. With `appendfsync always` everything acknowledged lies before the last right checksum, and what comes
 * after it was promised to nobody.
 */
import { Buffer } from "node:buffer";
import { ByteWriter, Crc64, crc64 } from "@tenon/kit";
import type { Effect } from "../engine/effects.ts";
import { Args } from "../resp/args.ts";
import { AofError } from "./aof-manifest.ts";
import type { ByteSource } from "./rdb-input.ts";

export const CHECKED = "#CRC64:on\r\n";
export const UNCHECKED = "#CRC64:off\r\n";

/** The annotation that follows `batch`. */
export function checksumLine(batch: Uint8Array): Buffer {
  return Buffer.from(`#CRC64:${crc64(batch).toString(16).padStart(16, "0")} ${batch.length}\r\n`);
}

/** Whether the checksum in `line`, which begins at `at`, is that of what lies before it in `source`. */
export function checksumHolds(line: string, source: ByteSource, at: number): boolean {
  const [, hex, bytes] = /^#CRC64:([0-9a-f]{16}) (\d+)$/.exec(line) ?? [];
  const from = at - Number(bytes);
  if (hex === undefined || !(from >= 0)) return false;
  const crc = new Crc64();
  const window = Buffer.allocUnsafe(Math.min(WINDOW_BYTES, at - from));
  for (let position = from; position < at;) {
    const got = source.read(window.subarray(0, Math.min(window.length, at - position)), position);
    if (got === 0) return false;
    crc.update(window.subarray(0, got));
    position += got;
  }
  return crc.value === BigInt(`0x${hex}`);
}

/** Turns effects into the bytes of an AOF. */
export class AofWriter {
  readonly #output = new ByteWriter();
  #database = -1;
  #stampedSeconds = 0;

  /** Bytes that `take` would give. */
  get length(): number {
    return this.#output.length;
  }

  /** `seconds`: the time, when timestamps are wanted. */
  write(effects: readonly Effect[], seconds?: number): void {
    if (seconds !== undefined && seconds !== this.#stampedSeconds) {
      this.#stampedSeconds = seconds;
      this.#output.latin1(`#TS:${seconds}\r\n`);
    }
    for (const { database, command } of effects) {
      if (database !== this.#database) {
        this.#database = database;
        this.#write(Args.from(["SELECT", database]));
      }
      this.#write(command);
    }
  }

  #write({ buffer, starts, ends, length }: Args): void {
    const output = this.#output;
    output.latin1(`*${length}\r\n`);
    for (let i = 0; i < length; i++) {
      const start = starts[i]!;
      const end = ends[i]!;
      output.latin1(`$${end - start}\r\n`);
      output.bytes(buffer.subarray(start, end));
      output.latin1("\r\n");
    }
  }

  take(): Buffer {
    return this.#output.take();
  }

  /** A new file begins: it has to say its database itself. */
  restart(): void {
    this.#database = -1;
    this.#stampedSeconds = 0;
  }
}

const WINDOW_BYTES = 256 * 1024;
const MAX_ARGUMENTS = 1024 * 1024;
const MAX_ARGUMENT_BYTES = 2 ** 30;
/** `*` or `$`, a number, and the end of the line. */
const MAX_HEAD_BYTES = 32;
const MAX_ANNOTATION_BYTES = 1024;

const LF = 10;
const HASH = 0x23;

/** Reads an AOF command by command. */
export class AofReader {
  readonly #source: ByteSource;
  #window: Buffer = Buffer.alloc(0);
  /** The window's place in the source. */
  #base: number;
  #at = 0;
  /** Where the last whole command ended. */
  #end: number;

  constructor(source: ByteSource, offset = 0) {
    this.#source = source;
    this.#base = offset;
    this.#end = offset;
  }

  /** Up to here the file is whole commands. */
  get offset(): number {
    return this.#end;
  }

  /** Whether something begins after `offset` that the file's end cuts off: known once `next` has returned undefined. */
  get truncated(): boolean {
    return this.#end < this.#source.size;
  }

  /**
   * The next command, valid until the one after it, or the next annotation, as its line; undefined at the end, or where the file is
   * cut off. Throws AofError.
   */
  next(): Args | string | undefined {
    if (!this.#have(1)) return undefined;
    if (this.#window[this.#at] === HASH) {
      const line = this.#line(MAX_ANNOTATION_BYTES);
      if (line !== undefined) this.#end = this.#base + this.#at;
      return line;
    }
    // Offsets are kept from the beginning of the command: the window may move meanwhile.
    const start = this.#base + this.#at;
    const count = this.#head("*", MAX_ARGUMENTS);
    if (count === undefined) return undefined;
    if (count === 0) throw badFormat();
    const starts = new Int32Array(count);
    const ends = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      const length = this.#head("$", MAX_ARGUMENT_BYTES, start);
      if (length === undefined || !this.#have(length + 2, start)) return undefined;
      starts[i] = this.#base + this.#at - start;
      ends[i] = starts[i]! + length;
      this.#at += length + 2;
    }
    this.#end = this.#base + this.#at;
    const offset = start - this.#base;
    return new Args(this.#window.subarray(offset), starts, ends, count);
  }

  #head(mark: string, limit: number, keepFrom?: number): number | undefined {
    const line = this.#line(MAX_HEAD_BYTES, keepFrom);
    if (line === undefined) return undefined;
    const number = Number(line.slice(1));
    if (line[0] !== mark || !/^.\d+$/.test(line) || number > limit) throw badFormat();
    return number;
  }

  /** The next line without its end; undefined when the file ends before it does. */
  #line(limit: number, keepFrom?: number): string | undefined {
    for (let length = 0; ; length++) {
      if (!this.#have(length + 1, keepFrom)) return undefined;
      if (this.#window[this.#at + length] === LF) {
        const text = this.#window.toString("latin1", this.#at, this.#at + length);
        this.#at += length + 1;
        return text.endsWith("\r") ? text.slice(0, -1) : text;
      }
      if (length > limit) throw badFormat();
    }
  }

  /** Whether `count` bytes are there at #at; moves the window, but keeps what lies from `keepFrom` (of the source) on. */
  #have(count: number, keepFrom = this.#base + this.#at): boolean {
    if (this.#at + count <= this.#window.length) return true;
    const position = this.#base + this.#at;
    const wanted = position - keepFrom + count;
    if (keepFrom + wanted > this.#source.size) return false;
    const window = Buffer.allocUnsafeSlow(Math.min(Math.max(wanted * 2, WINDOW_BYTES), this.#source.size - keepFrom));
    let filled = this.#window.copy(window, 0, keepFrom - this.#base);
    while (filled < window.length) {
      const got = this.#source.read(window.subarray(filled), keepFrom + filled);
      if (got === 0) break;
      filled += got;
    }
    this.#window = window.subarray(0, filled);
    this.#base = keepFrom;
    this.#at = position - keepFrom;
    return this.#at + count <= filled;
  }
}

function badFormat(): AofError {
  return new AofError(
    "Bad file format reading the append only file: make a backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>",
  );
}
