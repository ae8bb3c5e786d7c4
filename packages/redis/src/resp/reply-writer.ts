/**
 * Replies in RESP2 or RESP3, appended to one growable buffer per client and readable batch.
 *
 * Commands speak in RESP3's terms; with `resp` 2 a map goes out as a flat array, a set or push as an array, a double as
 * a bulk string, a boolean as 0 or 1, every null as $-1 (or *-1 where Redis says so).
 *
 * Numbers in the two formats are decimal; bulk strings are `$<length>\r\n<bytes>\r\n`. Hot: bench/commands.bench.ts.
 */
import { Buffer } from "node:buffer";
import { latin1, writeLatin1 } from "../types/latin1.ts";
import { formatDouble } from "../types/numbers.ts";
import type { StringValue } from "../types/value.ts";

/** Buffers of this size are kept for the next batch; larger ones are let go. */
const POOLED_BYTES = 16 * 1024;
const POOL_LIMIT = 64;
const pool: Buffer[] = [];
const NOTHING: Buffer = Buffer.alloc(0);

/** Up to here a loop over characters beats the call into native code. */
const SHORT_STRING = 32;

const CR = 13;
const LF = 10;
const DOLLAR = 36;

export class ReplyWriter {
  /** Protocol version: 2 or 3. */
  resp: 2 | 3 = 2;
  #buffer: Buffer = NOTHING;
  #length = 0;

  /** Bytes written and not yet taken. Also a mark for `truncate`. */
  get length(): number {
    return this.#length;
  }

  /** Where it is written; [0, length) are the bytes. Good until the next write. */
  get buffer(): Buffer {
    return this.#buffer;
  }

  /** Drops what was written after `length` was `mark`. */
  truncate(mark: number): void {
    this.#length = mark;
  }

  /** Whether the reply that begins at `mark` is an error. */
  isErrorAt(mark: number): boolean {
    return this.#length > mark && this.#buffer[mark] === 0x2d;
  }

  /** The bytes from `mark` on; a view, valid until the next write. */
  since(mark: number): Buffer {
    return this.#buffer.subarray(mark, this.#length);
  }

  /** Takes everything written, in memory that the caller then owns. */
  take(): Buffer {
    const bytes = this.#buffer.subarray(0, this.#length);
    this.#buffer = NOTHING;
    this.#length = 0;
    return bytes;
  }

  /** Takes everything written, as a one-byte string, and keeps the buffer for others. */
  takeString(): string {
    const text = latin1(this.#buffer, 0, this.#length);
    this.clear();
    return text;
  }

  clear(): void {
    if (this.#buffer.length === POOLED_BYTES && pool.length < POOL_LIMIT) pool.push(this.#buffer);
    this.#buffer = NOTHING;
    this.#length = 0;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes > this.#buffer.length) this.#grow(bytes);
  }

  #grow(bytes: number): void {
    const needed = this.#length + bytes;
    let size = POOLED_BYTES;
    while (size < needed) size *= 2;
    const grown = (size === POOLED_BYTES ? pool.pop() : undefined) ?? Buffer.allocUnsafeSlow(size);
    this.#buffer.copy(grown, 0, 0, this.#length);
    if (this.#buffer.length === POOLED_BYTES && pool.length < POOL_LIMIT) pool.push(this.#buffer);
    this.#buffer = grown;
  }

  /** Bytes that are a reply already. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** One-byte characters that are a reply, or part of one, already. */
  rawString(text: string): void {
    const { length } = text;
    this.#reserve(length);
    const buffer = this.#buffer;
    let at = this.#length;
    if (length > SHORT_STRING) writeLatin1(buffer, text, at);
    else for (let i = 0; i < length; i++) buffer[at++] = text.charCodeAt(i);
    this.#length += length;
  }

  ok(): void {
    this.rawString("+OK\r\n");
  }

  /** `+text`: short words without CR or LF. */
  simple(text: string): void {
    this.rawString(`+${text}\r\n`);
  }

  /** `-message`. Line ends inside become spaces, as Redis does it. */
  error(message: string): void {
    this.rawString(`-${/[\r\n]/.test(message) ? message.replace(/[\r\n]/g, " ") : message}\r\n`);
  }

  integer(value: number | bigint): void {
    this.#header(58, value);
  }

  /** Marker byte, decimal number, CRLF. */
  #header(marker: number, value: number | bigint): void {
    if (typeof value === "number" && value >= 0 && value < 1e9) {
      this.#reserve(13);
      const buffer = this.#buffer;
      let at = this.#length;
      buffer[at++] = marker;
      at = writeSmall(buffer, at, value);
      buffer[at++] = CR;
      buffer[at++] = LF;
      this.#length = at;
      return;
    }
    this.rawString(`${String.fromCharCode(marker)}${value}\r\n`);
  }

  /** A bulk string from one-byte characters. */
  bulk(text: string): void {
    const { length } = text;
    this.#reserve(length + 15);
    const buffer = this.#buffer;
    let at = this.#length;
    buffer[at++] = DOLLAR;
    at = writeSmall(buffer, at, length);
    buffer[at++] = CR;
    buffer[at++] = LF;
    if (length > SHORT_STRING) {
      writeLatin1(buffer, text, at);
      at += length;
    } else for (let i = 0; i < length; i++) buffer[at++] = text.charCodeAt(i);
    buffer[at++] = CR;
    buffer[at++] = LF;
    this.#length = at;
  }

  /** A bulk string from one-byte characters in two parts, which need not be joined for it. */
  bulkOfTwo(first: string, second: string): void {
    this.#header(DOLLAR, first.length + second.length);
    this.rawString(first);
    this.rawString(second);
    this.rawString("\r\n");
  }

  /** A bulk string from `bytes[start, end)`. */
  bulkBytes(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    const length = end - start;
    this.#reserve(length + 15);
    const buffer = this.#buffer;
    let at = this.#length;
    buffer[at++] = DOLLAR;
    at = writeSmall(buffer, at, length);
    buffer[at++] = CR;
    buffer[at++] = LF;
    if (length > SHORT_STRING) {
      buffer.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), at);
      at += length;
    } else for (let i = start; i < end; i++) buffer[at++] = bytes[i]!;
    buffer[at++] = CR;
    buffer[at++] = LF;
    this.#length = at;
  }

  /** A bulk string from UTF-8 text: documentation, INFO. */
  bulkText(text: string): void {
    this.bulkBytes(Buffer.from(text, "utf8"));
  }

  /** A bulk string from a string key's value. */
  value(value: StringValue): void {
    if (typeof value === "string") this.bulk(value);
    else if (typeof value === "number") this.bulk(String(value));
    else this.bulkBytes(value);
  }

  /** The null of a single value: `$-1`, in RESP3 `_`. */
  nil(): void {
    this.rawString(this.resp === 3 ? "_\r\n" : "$-1\r\n");
  }

  /** The null of an array: `*-1`, in RESP3 `_`. */
  nilArray(): void {
    this.rawString(this.resp === 3 ? "_\r\n" : "*-1\r\n");
  }

  /** Announces `count` elements. */
  array(count: number): void {
    this.#header(42, count);
  }

  /** Announces `pairs` keys, each followed by its value. */
  map(pairs: number): void {
    if (this.resp === 3) this.#header(37, pairs);
    else this.#header(42, pairs * 2);
  }

  set(count: number): void {
    this.#header(this.resp === 3 ? 126 : 42, count);
  }

  /** Announces an out-of-band message of `count` elements. */
  push(count: number): void {
    this.#header(this.resp === 3 ? 62 : 42, count);
  }

  /** Announces an attribute of `pairs`; callers ask `resp` first, as RESP2 has none. */
  attribute(pairs: number): void {
    this.#header(124, pairs);
  }

  double(value: number): void {
    const text = formatDouble(value);
    if (this.resp === 3) this.rawString(`,${text}\r\n`);
    else this.bulk(text);
  }

  boolean(value: boolean): void {
    if (this.resp === 3) this.rawString(value ? "#t\r\n" : "#f\r\n");
    else this.integer(value ? 1 : 0);
  }

  /** A big number in decimal; in RESP2 a bulk string. */
  bigNumber(decimal: string): void {
    if (this.resp === 3) this.rawString(`(${decimal}\r\n`);
    else this.bulk(decimal);
  }

  /** Text with a three-letter format ("txt", "mkd"), given as one-byte characters; in RESP2 a bulk string. */
  verbatim(format: string, text: string): void {
    if (this.resp === 3) this.rawString(`=${text.length + 4}\r\n${format}:${text}\r\n`);
    else this.bulk(text);
  }

  /** A mark for a header whose count is known only after its elements. Close it with `endArray`, `endMap` or `endSet`. */
  begin(): number {
    return this.#length;
  }

  /** Puts an array header for `count` elements before what was written since `mark`. */
  endArray(mark: number, count: number): void {
    this.#insert(mark, `*${count}\r\n`);
  }

  endMap(mark: number, pairs: number): void {
    this.#insert(mark, this.resp === 3 ? `%${pairs}\r\n` : `*${pairs * 2}\r\n`);
  }

  endSet(mark: number, count: number): void {
    this.#insert(mark, this.resp === 3 ? `~${count}\r\n` : `*${count}\r\n`);
  }

  #insert(mark: number, header: string): void {
    this.#reserve(header.length);
    this.#buffer.copyWithin(mark + header.length, mark, this.#length);
    writeLatin1(this.#buffer, header, mark);
    this.#length += header.length;
  }
}

/** Writes a non-negative integer below 2^31 in decimal; returns the offset behind it. */
function writeSmall(buffer: Uint8Array, at: number, value: number): number {
  if (value < 10) {
    buffer[at] = 48 + value;
    return at + 1;
  }
  let digits = value < 100 ? 2 : value < 1000 ? 3 : value < 10_000 ? 4 : 5;
  if (digits === 5) for (let bound = 100_000; value >= bound; bound *= 10) digits++;
  for (let i = at + digits - 1; i >= at; i--) {
    const quotient = (value / 10) | 0;
    buffer[i] = 48 + value - quotient * 10;
    value = quotient;
  }
  return at + digits;
}
