/**
 * A parsed head as strings, on demand.
 *
 * It keeps the bytes and borrows the parser's positions. When the parser has gone on to another head it parses its own
 * once more: that costs half a microsecond, and only those pay it who ask late.
 */
import type { RequestFields } from "../fetch/request-source.ts";
import { equalsIgnoreCase, type FieldParser, POSITIONS_PER_FIELD } from "./field-parser.ts";
import { latin1 } from "./latin1.ts";
import type { HttpLimits } from "./limits.ts";
import { RequestHeadParser } from "./request-head.ts";

/** Reads up to this size are kept as they are. */
const SMALL_READ_BYTES = 16 * 1024;

/** Methods that need no new string. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"] as const;

export class RequestView implements RequestFields {
  readonly method: string;
  /** 0 or 1: the version is HTTP/1.x. */
  readonly minorVersion: number;
  #bytes: Buffer;
  #base: number;
  #targetStart: number;
  #targetEnd: number;
  #end: number;
  #parser: RequestHeadParser;
  #generation: number;
  readonly #limits: HttpLimits;

  /** `parser` has just parsed `bytes` from `base` to its end, `length` bytes further on. */
  constructor(bytes: Buffer, base: number, length: number, parser: RequestHeadParser, limits: HttpLimits) {
    this.#bytes = bytes;
    this.#base = base;
    this.#end = base + length;
    this.#parser = parser;
    this.#generation = parser.generation;
    this.#limits = limits;
    this.#targetStart = base + parser.targetStart;
    this.#targetEnd = base + parser.targetEnd;
    this.minorVersion = parser.minorVersion;
    this.method = methodOf(bytes, base + parser.methodStart, base + parser.methodEnd);
  }

  get target(): string {
    return latin1(this.#bytes, this.#targetStart, this.#targetEnd);
  }

  /** For those who keep it long: lets go of a large read of which the head is a small part. */
  compact(): void {
    if (this.#bytes.buffer.byteLength <= SMALL_READ_BYTES) return;
    this.#bytes = Buffer.from(this.#bytes.subarray(this.#base, this.#end));
    this.#targetStart -= this.#base;
    this.#targetEnd -= this.#base;
    this.#end -= this.#base;
    this.#base = 0;
  }

  get(lowerCaseName: string): string | null {
    const bytes = this.#bytes;
    const base = this.#base;
    const { positions, count } = this.#positions();
    let found: string | null = null;
    for (let slot = 0; slot < count * POSITIONS_PER_FIELD; slot += POSITIONS_PER_FIELD) {
      const start = positions[slot]!;
      const end = positions[slot + 1]!;
      if (end - start !== lowerCaseName.length) continue;
      if (!equalsIgnoreCase(bytes, base + start, base + end, lowerCaseName)) continue;
      const value = latin1(bytes, base + positions[slot + 2]!, base + positions[slot + 3]!);
      // As the Fetch standard combines, and as Node's Headers exempts cookies (RFC 6265 §5.4).
      found = found === null ? value : `${found}${lowerCaseName === "cookie" ? "; " : ", "}${value}`;
    }
    return found;
  }

  pairs(): (readonly [name: string, value: string])[] {
    const bytes = this.#bytes;
    const base = this.#base;
    const { positions, count } = this.#positions();
    const pairs: (readonly [string, string])[] = [];
    for (let slot = 0; slot < count * POSITIONS_PER_FIELD; slot += POSITIONS_PER_FIELD) {
      pairs.push([
        latin1(bytes, base + positions[slot]!, base + positions[slot + 1]!).toLowerCase(),
        latin1(bytes, base + positions[slot + 2]!, base + positions[slot + 3]!),
      ]);
    }
    return pairs;
  }

  #positions(): FieldParser {
    if (this.#parser.generation !== this.#generation) {
      this.#parser = new RequestHeadParser(this.#limits);
      this.#parser.start();
      this.#generation = this.#parser.generation;
      this.#parser.parse(this.#bytes, this.#base, this.#end);
    }
    return this.#parser.fields;
  }
}

function methodOf(bytes: Buffer, start: number, end: number): string {
  for (const method of METHODS) {
    if (method.length !== end - start || method.charCodeAt(0) !== bytes[start]) continue;
    let i = 1;
    while (i < method.length && method.charCodeAt(i) === bytes[start + i]) i++;
    if (i === method.length) return method;
  }
  return latin1(bytes, start, end);
}
