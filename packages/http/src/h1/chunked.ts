/**
 * The chunked transfer coding (RFC 9112 §7.1).
 *
 *     chunked-body = *( chunk-size [ chunk-ext ] CRLF chunk-data CRLF ) "0" [ chunk-ext ] CRLF trailer-section CRLF
 *
 * The decoder copies nothing: data goes to the sink as views of what was fed. Only a trailer section is collected. It
 * is as strict as the head parser, for the same reason, and it bounds what framing may cost: one byte per chunk is
 * legal, a kilobyte of extensions per byte is an attack.
 */
import type { BodyDecoder, BodySink } from "./body.ts";
import { HttpProtocolError } from "./errors.ts";
import { FieldParser } from "./field-parser.ts";
import type { HttpLimits } from "./limits.ts";
import { CR, FIELD_VALUE, HEX, LF, SEMICOLON } from "./tables.ts";
import { readTrailers } from "./trailers.ts";

const SIZE_FIRST = 0;
const SIZE = 1;
const EXTENSION = 2;
const SIZE_LINE_FEED = 3;
const DATA = 4;
const DATA_CR = 5;
const DATA_LINE_FEED = 6;
const TRAILERS = 7;
const DONE = 8;

const MAX_SIZE_DIGITS = 16;
/** Framing that each byte of data may cost without counting against the limit: `1` CRLF, data, CRLF, and some. */
const OVERHEAD_PER_BYTE = 8;

export class ChunkedDecoder implements BodyDecoder {
  trailers: readonly (readonly [name: string, value: string])[] = [];
  readonly #limits: Pick<HttpLimits, "chunkOverheadBytes" | "trailerBytes" | "fieldCount">;
  #state = SIZE_FIRST;
  /** While reading a size: its digits so far. */
  #digits = 0;
  /** The size being read, then what is left of the chunk. */
  #left = 0;
  #overhead = 0;
  #received = 0;
  #section: { readonly bytes: Buffer; length: number; readonly parser: FieldParser } | undefined;

  constructor(limits: Pick<HttpLimits, "chunkOverheadBytes" | "trailerBytes" | "fieldCount">) {
    this.#limits = limits;
  }

  get done(): boolean {
    return this.#state === DONE;
  }

  get bytesLeft(): number {
    return this.done ? 0 : Infinity;
  }

  feed(bytes: Buffer, from: number, sink: BodySink): number {
    let at = from;
    while (at < bytes.length && this.#state !== DONE) {
      if (this.#state === DATA) {
        const end = Math.min(bytes.length, at + this.#left);
        this.#received += end - at;
        this.#left -= end - at;
        if (this.#left === 0) this.#state = DATA_CR;
        sink.data(bytes.subarray(at, end));
        at = end;
      } else if (this.#state === TRAILERS) {
        at = this.#feedTrailers(bytes, at);
      } else {
        this.#framing(bytes[at]!);
        at++;
      }
    }
    return at;
  }

  /** One byte of a size line or of the line end after data. */
  #framing(byte: number): void {
    if (++this.#overhead > this.#limits.chunkOverheadBytes + OVERHEAD_PER_BYTE * this.#received) {
      throw new HttpProtocolError("chunk-overhead");
    }
    switch (this.#state) {
      case SIZE_FIRST:
        this.#left = 0;
        this.#digits = 0;
        if (HEX[byte] === 0xff) throw new HttpProtocolError(byte === LF ? "bare-line-end" : "chunk-size");
        this.#digit(byte);
        this.#state = SIZE;
        return;
      case SIZE:
        if (HEX[byte] !== 0xff) this.#digit(byte);
        else if (byte === CR) this.#state = SIZE_LINE_FEED;
        else if (byte === SEMICOLON) this.#state = EXTENSION;
        else throw new HttpProtocolError(byte === LF ? "bare-line-end" : "chunk-size");
        return;
      case EXTENSION:
        if (byte === CR) this.#state = SIZE_LINE_FEED;
        else if (FIELD_VALUE[byte] === 0)
          throw new HttpProtocolError(byte === LF ? "bare-line-end" : "chunk-extension");
        return;
      case SIZE_LINE_FEED:
        if (byte !== LF) throw new HttpProtocolError("bare-line-end");
        this.#state = this.#left === 0 ? TRAILERS : DATA;
        return;
      case DATA_CR:
        if (byte !== CR) throw new HttpProtocolError(byte === LF ? "bare-line-end" : "chunk-end");
        this.#state = DATA_LINE_FEED;
        return;
      default:
        if (byte !== LF) throw new HttpProtocolError("bare-line-end");
        this.#state = SIZE_FIRST;
    }
  }

  #digit(byte: number): void {
    if (++this.#digits > MAX_SIZE_DIGITS) throw new HttpProtocolError("chunk-size");
    this.#left = this.#left * 16 + HEX[byte]!;
    if (this.#left > Number.MAX_SAFE_INTEGER) throw new HttpProtocolError("chunk-size");
  }

  #feedTrailers(bytes: Buffer, at: number): number {
    if (this.#section === undefined) {
      if (bytes[at] === CR && bytes[at + 1] === LF) {
        this.#state = DONE;
        return at + 2;
      }
      const { fieldCount, trailerBytes } = this.#limits;
      const parser = new FieldParser(fieldCount, trailerBytes, "trailers-too-large");
      parser.start(0);
      this.#section = { bytes: Buffer.allocUnsafe(trailerBytes + 2), length: 0, parser };
    }
    const section = this.#section;
    const before = section.length;
    section.length += bytes.copy(section.bytes, before, at);
    const end = section.parser.parse(section.bytes, 0, section.length);
    if (end < 0) return at + section.length - before;
    this.trailers = readTrailers(section.bytes, section.parser);
    this.#state = DONE;
    return at + end - before;
  }
}

/** What goes before a chunk of `size` bytes, `size` > 0; CRLF goes after it. */
export function chunkHead(size: number): string {
  return `${size.toString(16)}\r\n`;
}

/** Ends a chunked body without trailers. */
export const LAST_CHUNK = "0\r\n\r\n";
