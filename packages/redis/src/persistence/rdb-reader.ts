/**
 * Reads an RDB file, record by record, without knowing what becomes of them: a keyspace, a listing, a check.
 */
import type { CollectionSettings } from "../types/settings.ts";
import type { Value } from "../types/value.ts";
import { CorruptDataError } from "../types/codecs/corrupt-data.ts";
import { decodeValue, EmptyKeyError, isValueType, skipModuleValue } from "./rdb-decode.ts";
import { NEWEST_VERSION, OPCODE, RdbError, TYPE } from "./rdb-format.ts";
import { type ByteSource, RdbInput } from "./rdb-input.ts";

export interface RdbEntry {
  readonly database: number;
  /** One-byte string. */
  readonly key: string;
  readonly value: Value;
  /** Milliseconds since the epoch; -1: does not expire. */
  readonly expiresAtMs: number;
  /** Seconds since the last access; -1: not said. */
  readonly idleSeconds: number;
  /** LFU counter, 0 … 255; -1: not said. */
  readonly frequency: number;
}

/** What is told of the file beside its entries; all of it may be left out. */
export interface RdbListener {
  /** "redis-ver", "ctime", "used-mem", "aof-base", … */
  aux?(name: string, value: string): void;
  /** Keys, and keys with expiry, that database `index` is going to have: claims, for making room. */
  resize?(index: number, keys: number, expiring: number): void;
  /** Source code of a library of functions. */
  library?(code: string): void;
  /** Key of a value that only a module could read; it was skipped. */
  skipped?(key: string): void;
}

const SIGNATURE = "REDIS";

export class RdbReader {
  /** Of the format, from the file's beginning. */
  readonly version: number;
  readonly #input: RdbInput;
  readonly #settings: Readonly<CollectionSettings>;
  readonly #listener: RdbListener;
  readonly #verifies: boolean;
  #database = 0;
  #ended = false;

  /** Reads the header. `verify` (rdbchecksum): compares the checksum at the end. Throws RdbError. */
  constructor(
    source: ByteSource,
    settings: Readonly<CollectionSettings>,
    listener: RdbListener = {},
    verify = true,
    offset = 0,
  ) {
    this.#input = new RdbInput(source, verify, offset);
    this.#settings = settings;
    this.#listener = listener;
    this.#verifies = verify;
    const header = this.#input.bytes(SIGNATURE.length + 4).toString("latin1");
    if (!header.startsWith(SIGNATURE)) throw new RdbError("Wrong signature trying to load DB from file");
    const digits = header.slice(SIGNATURE.length);
    this.version = /^\d{4}$/.test(digits) ? Number(digits) : 0;
    if (this.version < 1 || this.version > NEWEST_VERSION) {
      throw new RdbError(`Can't handle RDB format version ${this.version}`);
    }
  }

  /** Where reading stands, in bytes: after the end, where the RDB ends in its source. */
  get offset(): number {
    return this.#input.offset;
  }

  /** The next entry, or undefined at the end, when the checksum was right. Throws RdbError. */
  next(): RdbEntry | undefined {
    if (this.#ended) return undefined;
    const input = this.#input;
    let expiresAtMs = -1;
    let idleSeconds = -1;
    let frequency = -1;
    for (;;) {
      const type = input.u8();
      switch (type) {
        case OPCODE.expirySeconds:
          expiresAtMs = input.i32le() * 1000;
          break;
        case OPCODE.expiryMs:
          expiresAtMs = input.milliseconds();
          break;
        case OPCODE.idle:
          idleSeconds = input.length();
          break;
        case OPCODE.frequency:
          frequency = input.u8();
          break;
        case OPCODE.selectDatabase:
          this.#database = input.length();
          break;
        case OPCODE.resize: {
          const keys = input.length();
          const expiring = input.length();
          this.#listener.resize?.(this.#database, keys, expiring);
          break;
        }
        case OPCODE.slotInfo:
          for (let i = 0; i < 3; i++) input.length();
          break;
        case OPCODE.aux: {
          const name = input.string();
          const value = input.string();
          this.#listener.aux?.(name, value);
          break;
        }
        case OPCODE.moduleAux:
          skipModuleValue(input);
          break;
        case OPCODE.function2: {
          const code = input.string();
          this.#listener.library?.(code);
          break;
        }
        case OPCODE.functionPreGa:
          throw new RdbError("Pre-release function format not supported.");
        case OPCODE.end:
          this.#end();
          return undefined;
        default: {
          const entry = this.#entry(type, expiresAtMs, idleSeconds, frequency);
          if (entry !== undefined) return entry;
          expiresAtMs = -1;
          idleSeconds = -1;
          frequency = -1;
        }
      }
    }
  }

  #entry(type: number, expiresAtMs: number, idleSeconds: number, frequency: number): RdbEntry | undefined {
    const input = this.#input;
    const at = input.offset - 1;
    if (type === TYPE.module2) {
      const key = input.string();
      skipModuleValue(input);
      this.#listener.skipped?.(key);
      return undefined;
    }
    if (!isValueType(type)) throw new RdbError(`Unknown RDB type ${type} at offset ${at}`);
    const key = input.string();
    try {
      return {
        database: this.#database,
        key,
        value: decodeValue(type, input, this.#settings),
        expiresAtMs,
        idleSeconds,
        frequency,
      };
    } catch (error) {
      if (error instanceof EmptyKeyError) return undefined;
      if (error instanceof CorruptDataError) {
        throw new RdbError(`Internal error in RDB reading offset ${input.offset} -> ${error.message}`);
      }
      throw error;
    }
  }

  #end(): void {
    this.#ended = true;
    if (this.version < 5) return;
    const actual = this.#input.checksum;
    const expected = this.#input.u64le();
    if (!this.#verifies || expected === 0n || expected === actual) return;
    throw new RdbError(
      `Wrong RDB checksum expected: (${expected.toString(16)}) but got (${actual.toString(16)}). Aborting now.`,
    );
  }
}
