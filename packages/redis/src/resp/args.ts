/**
 * One command's arguments: bytes and where each begins and ends. Argument 0 is the command's name.
 *
 * The request parser points one `Args` at its own memory for every command, so nothing here may be kept past the
 * handler: take `string`, `value` or `bytes` (copies), or `copy` the whole.
 */
import { Buffer } from "node:buffer";
import { type CommandError, NOT_A_FLOAT, NOT_AN_INTEGER } from "../commands/errors.ts";
import { latin1, writeLatin1 } from "../types/latin1.ts";
import { parseDouble, parseInt64Bytes } from "../types/numbers.ts";
import { parseShortInteger, stringValue } from "../types/string-value.ts";
import type { StringValue } from "../types/value.ts";

export class Args {
  /** Memory that holds the arguments; [starts[i], ends[i]) is argument i. */
  buffer: Buffer;
  starts: Int32Array;
  ends: Int32Array;
  length: number;

  constructor(buffer: Buffer, starts: Int32Array, ends: Int32Array, length: number) {
    this.buffer = buffer;
    this.starts = starts;
    this.ends = ends;
    this.length = length;
  }

  /** From one-byte strings, byte arrays and numbers. */
  static from(parts: readonly (string | number | Uint8Array)[]): Args {
    const starts = new Int32Array(parts.length);
    const ends = new Int32Array(parts.length);
    let total = 0;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      starts[i] = total;
      total += typeof part === "number" ? String(part).length : part.length;
      ends[i] = total;
    }
    const buffer = Buffer.allocUnsafeSlow(total);
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      if (typeof part === "object") buffer.set(part, starts[i]);
      else writeLatin1(buffer, String(part), starts[i]!);
    }
    return new Args(buffer, starts, ends, parts.length);
  }

  /** An independent copy: the MULTI queue, blocked clients. */
  copy(): Args {
    const { length } = this;
    const from = length === 0 ? 0 : this.starts[0]!;
    const to = length === 0 ? 0 : this.ends[length - 1]!;
    const buffer = Buffer.allocUnsafeSlow(to - from);
    this.buffer.copy(buffer, 0, from, to);
    const starts = this.starts.slice(0, length);
    const ends = this.ends.slice(0, length);
    for (let i = 0; i < length; i++) {
      starts[i]! -= from;
      ends[i]! -= from;
    }
    return new Args(buffer, starts, ends, length);
  }

  /** Length in bytes of argument `i`. */
  size(i: number): number {
    return this.ends[i]! - this.starts[i]!;
  }

  /** Argument `i` as a one-byte string. */
  string(i: number): string {
    return latin1(this.buffer, this.starts[i]!, this.ends[i]!);
  }

  /** Argument `i` as UTF-8 text, for messages to people. */
  text(i: number): string {
    return this.buffer.toString("utf8", this.starts[i]!, this.ends[i]!);
  }

  /** A copy of argument `i`'s bytes, in an `ArrayBuffer` of its own. */
  bytes(i: number): Buffer {
    const start = this.starts[i]!;
    const copy = Buffer.allocUnsafeSlow(this.ends[i]! - start);
    this.buffer.copy(copy, 0, start, this.ends[i]!);
    return copy;
  }

  /** Argument `i` in the form that a string key stores. */
  value(i: number): StringValue {
    return stringValue(this.buffer, this.starts[i]!, this.ends[i]!);
  }

  /** One-byte strings of all arguments from `from` on. */
  strings(from = 0): string[] {
    const strings: string[] = [];
    for (let i = from; i < this.length; i++) strings.push(this.string(i));
    return strings;
  }

  /** Whether argument `i` is `word` (given in upper case), whatever its case. */
  is(i: number, word: string): boolean {
    const start = this.starts[i]!;
    if (this.ends[i]! - start !== word.length) return false;
    for (let k = 0; k < word.length; k++) {
      let byte = this.buffer[start + k]!;
      if (byte >= 0x61 && byte <= 0x7a) byte -= 32;
      if (byte !== word.charCodeAt(k)) return false;
    }
    return true;
  }

  /** Argument `i` in upper case: for options that select among many. */
  upper(i: number): string {
    return this.string(i).toUpperCase();
  }

  /** Argument `i` as an exact 64-bit integer: a number when it is safe, else a bigint. Throws `error` when it is none. */
  int64(i: number, error: CommandError = NOT_AN_INTEGER): number | bigint {
    const value = parseInt64Bytes(this.buffer, this.starts[i]!, this.ends[i]!);
    if (value === undefined) throw error;
    return value;
  }

  /**
   * Argument `i` as a 64-bit integer for uses where only its size matters beyond 2^53 (indexes, counts): there it is
   * rounded to a double. Throws `error` when it is no 64-bit integer.
   */
  integer(i: number, error: CommandError = NOT_AN_INTEGER): number {
    return Number(this.int64(i, error));
  }

  /** As `integer`, and within [min, max]. */
  integerWithin(i: number, min: number, max: number, error: CommandError): number {
    const value = this.integer(i, error);
    if (value < min || value > max) throw error;
    return value;
  }

  /** Argument `i` as a double, infinities included, NaN excluded. Throws `error` when it is none. */
  double(i: number, error: CommandError = NOT_A_FLOAT): number {
    const integer = parseShortInteger(this.buffer, this.starts[i]!, this.ends[i]!);
    if (integer !== undefined) return integer;
    const value = parseDouble(this.string(i));
    if (value === undefined) throw error;
    return value;
  }
}
