/**
 * Replies: bytes in, values out; RESP2 and RESP3. The other side of reply-writer.ts, for clients and tests.
 *
 * A reply that is cut off waits for the rest; only whole replies are given out. Parsing resumes behind what was already
 * read: aggregates under way are kept on a stack of frames, so a long array in small chunks costs its length once.
 */
import { Buffer } from "node:buffer";

/** `+text`: told apart from bulk strings, which are `Buffer`s. */
export class StatusReply {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** `-CODE message`. */
export class RedisError extends Error {
  /** The first word: "ERR", "WRONGTYPE", … */
  readonly code: string;

  constructor(message: string) {
    super(message);
    this.name = "RedisError";
    this.code = message.split(" ", 1)[0]!;
  }
}

/** `>`: an out-of-band message, never the answer to a command. */
export class PushReply {
  readonly items: readonly RespValue[];

  constructor(items: readonly RespValue[]) {
    this.items = items;
  }
}

/** `=`: text with a format ("txt", "mkd"). */
export class VerbatimReply {
  readonly format: string;
  readonly bytes: Buffer;

  constructor(format: string, bytes: Buffer) {
    this.format = format;
    this.bytes = bytes;
  }
}

/** A RESP3 double: told apart from an integer of the same value. */
export class DoubleReply {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** Integers are numbers when safe, else bigints; maps and sets keep their order. */
export type RespValue =
  | null
  | boolean
  | number
  | bigint
  | Buffer
  | DoubleReply
  | StatusReply
  | RedisError
  | VerbatimReply
  | PushReply
  | RespValue[]
  | Map<RespValue, RespValue>
  | Set<RespValue>;

/** The server sent what is no RESP. */
export class ReplyProtocolError extends Error {
  override readonly name = "ReplyProtocolError";
}

/** Deepest nesting of aggregates. */
export const MAX_REPLY_DEPTH = 128;
const MAX_LINE_BYTES = 64 * 1024;
const MAX_BULK_BYTES = 512 * 1024 * 1024;
const NOTHING: Buffer = Buffer.alloc(0);

interface Frame {
  readonly marker: number;
  missing: number;
  readonly items: RespValue[];
}

const NOT_YET = Symbol("more bytes are needed");

export class ReplyParser {
  #bytes: Buffer = NOTHING;
  #at = 0;
  #frames: Frame[] = [];

  /** Adds bytes, and gives out the replies that are complete. Throws ReplyProtocolError; the stream is of no use afterwards. */
  *feed(chunk: Buffer): Generator<RespValue> {
    this.#append(chunk);
    for (;;) {
      const value = this.#next();
      if (value === NOT_YET) return;
      yield value;
    }
  }

  #append(chunk: Buffer): void {
    const left = this.#bytes.length - this.#at;
    if (left === 0) this.#bytes = chunk;
    else if (
      this.#bytes.buffer.byteLength - this.#bytes.byteOffset - this.#bytes.length >= chunk.length &&
      this.#grown
    ) {
      const end = this.#bytes.length;
      this.#bytes = Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset, end + chunk.length);
      this.#bytes.set(chunk, end);
      return;
    } else {
      const room = Buffer.allocUnsafeSlow(Math.max(1024, (left + chunk.length) * 2));
      this.#bytes.copy(room, 0, this.#at);
      room.set(chunk, left);
      this.#bytes = room.subarray(0, left + chunk.length);
      this.#at = 0;
      this.#grown = true;
      return;
    }
    this.#at = 0;
    this.#grown = false;
  }

  /** Whether #bytes lies in a buffer of our own, with room behind it. */
  #grown = false;

  #next(): RespValue | typeof NOT_YET {
    for (;;) {
      let value = this.#element();
      if (value === NOT_YET) return NOT_YET;
      for (;;) {
        const frame = this.#frames.at(-1);
        if (frame === undefined) {
          if (value instanceof OpenFrame) break;
          return value;
        }
        if (!(value instanceof OpenFrame)) {
          frame.items.push(value);
          frame.missing--;
        }
        if (frame.missing > 0) break;
        this.#frames.pop();
        const closed = close(frame);
        // An attribute describes the reply that follows; nobody here asks for it.
        if (closed === undefined) break;
        value = closed;
      }
    }
  }

  /** A scalar, or the opening of an aggregate, whose frame is then on the stack. */
  #element(): RespValue | OpenFrame | typeof NOT_YET {
    const from = this.#at;
    if (from >= this.#bytes.length) return NOT_YET;
    const lineEnd = this.#bytes.indexOf("\r\n", from, "latin1");
    if (lineEnd < 0) {
      if (this.#bytes.length - from > MAX_LINE_BYTES) throw new ReplyProtocolError("line too long");
      return NOT_YET;
    }
    const marker = this.#bytes[from]!;
    const line = this.#bytes.toString("utf8", from + 1, lineEnd);
    switch (marker) {
      case 0x2b: // +
        this.#at = lineEnd + 2;
        return new StatusReply(line);
      case 0x2d: // -
        this.#at = lineEnd + 2;
        return new RedisError(line);
      case 0x3a: // :
        this.#at = lineEnd + 2;
        return integer(line);
      case 0x28: // (
        this.#at = lineEnd + 2;
        return bigNumber(line);
      case 0x2c: // ,
        this.#at = lineEnd + 2;
        return new DoubleReply(double(line));
      case 0x23: // #
        this.#at = lineEnd + 2;
        if (line !== "t" && line !== "f") throw new ReplyProtocolError(`no boolean: ${line}`);
        return line === "t";
      case 0x5f: // _
        this.#at = lineEnd + 2;
        return null;
      case 0x24: // $
      case 0x3d: // =
      case 0x21: // !
        return this.#bulk(marker, line, lineEnd + 2);
      case 0x2a: // *
      case 0x7e: // ~
      case 0x3e: // >
      case 0x25: // %
      case 0x7c: // |
        this.#at = lineEnd + 2;
        return this.#open(marker, line);
      default:
        throw new ReplyProtocolError(`unknown type byte ${marker}`);
    }
  }

  #bulk(marker: number, line: string, start: number): RespValue | typeof NOT_YET {
    const length = count(line, MAX_BULK_BYTES);
    if (length < 0) {
      this.#at = start;
      return null;
    }
    const end = start + length;
    if (end + 2 > this.#bytes.length) return NOT_YET;
    if (this.#bytes[end] !== 13 || this.#bytes[end + 1] !== 10)
      throw new ReplyProtocolError("bulk string without its end");
    this.#at = end + 2;
    const bytes = Buffer.from(this.#bytes.subarray(start, end));
    if (marker === 0x24) return bytes;
    if (marker === 0x21) return new RedisError(bytes.toString());
    return new VerbatimReply(bytes.toString("latin1", 0, 3), bytes.subarray(4));
  }

  #open(marker: number, line: string): RespValue | OpenFrame {
    const length = count(line, 2 ** 32);
    if (length < 0) return null;
    if (this.#frames.length >= MAX_REPLY_DEPTH) throw new ReplyProtocolError("nested too deeply");
    const missing = marker === 0x25 || marker === 0x7c ? length * 2 : length;
    this.#frames.push({ marker, missing, items: [] });
    return OPEN;
  }
}

/** Stands for an aggregate that was opened: no value yet. */
class OpenFrame {
  readonly opened = true;
}
const OPEN = new OpenFrame();

/** The finished aggregate; undefined for an attribute. */
function close({ marker, items }: Frame): RespValue | undefined {
  switch (marker) {
    case 0x7e:
      return new Set(items);
    case 0x3e:
      return new PushReply(items);
    case 0x25: {
      const map = new Map<RespValue, RespValue>();
      for (let i = 0; i < items.length; i += 2) map.set(items[i]!, items[i + 1]!);
      return map;
    }
    case 0x7c:
      return undefined;
    default:
      return items;
  }
}

function count(line: string, limit: number): number {
  if (!/^(?:-1|\d{1,10})$/.test(line)) throw new ReplyProtocolError(`no length: ${line.slice(0, 32)}`);
  const value = Number(line);
  if (value > limit) throw new ReplyProtocolError(`length beyond ${limit}`);
  return value;
}

function integer(line: string): number | bigint {
  if (!/^[+-]?\d{1,19}$/.test(line)) throw new ReplyProtocolError(`no integer: ${line.slice(0, 32)}`);
  const value = Number(line);
  return Number.isSafeInteger(value) ? value : BigInt(line);
}

function bigNumber(line: string): bigint {
  if (!/^[+-]?\d+$/.test(line)) throw new ReplyProtocolError("no big number");
  return BigInt(line);
}

function double(line: string): number {
  if (/^[+-]?inf$/.test(line)) return line.startsWith("-") ? -Infinity : Infinity;
  if (/^-?nan$/.test(line)) return NaN;
  const value = Number(line);
  if (line === "" || Number.isNaN(value)) throw new ReplyProtocolError(`no double: ${line.slice(0, 32)}`);
  return value;
}

/** A value in everyday JavaScript: text as UTF-8 strings, statuses as strings; errors stay errors. */
export type PlainValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | RedisError
  | PlainValue[]
  | Map<PlainValue, PlainValue>
  | Set<PlainValue>;

export function plainValue(value: RespValue): PlainValue {
  if (value instanceof Uint8Array) return value.toString("utf8");
  if (value instanceof StatusReply) return value.text;
  if (value instanceof DoubleReply) return value.value;
  if (value instanceof VerbatimReply) return value.bytes.toString("utf8");
  if (value instanceof PushReply) return value.items.map(plainValue);
  if (Array.isArray(value)) return value.map(plainValue);
  if (value instanceof Map) return new Map(Array.from(value, ([key, each]) => [plainValue(key), plainValue(each)]));
  if (value instanceof Set) return new Set(Array.from(value, plainValue));
  return value;
}
