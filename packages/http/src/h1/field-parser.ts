/**
 * Header and trailer sections (RFC 9112 §5): field lines up to the empty line.
 *
 *     field-line = field-name ":" OWS field-value OWS CRLF        ; no obs-fold, no bare CR or LF
 *
 * The parser is fed one buffer that grows at its end. It remembers where it stopped and in the middle of what, so every
 * byte is looked at once, whatever the pieces in which it came. It makes no strings: it notes four positions per field.
 *
 * Lines that lie there whole, which is how heads arrive, are taken by the fast path in whole-lines.ts; this parser does
 * the rest: lines cut anywhere, and every complaint.
 *
 * Hot: bench/http.bench.ts, "a browser's head".
 */
import { HttpProtocolError } from "./errors.ts";
import { COLON, CR, FIELD_VALUE, HTAB, LF, LOWER, SP, TOKEN } from "./tables.ts";
import { scanWholeLines } from "./whole-lines.ts";

/** Where in a field line the parser stands. */
const LINE_START = 0;
const NAME = 1;
const BEFORE_VALUE = 2;
const VALUE = 3;
const LINE_FEED = 4;
const LAST_LINE_FEED = 5;

/** Fewer bytes cost less byte by byte; and who sends them one by one does not make us copy the same ones again and again. */
const WORTH_COPYING_BYTES = 64;

/** Positions kept for each field: name start and end, value start and end (exclusive). */
export const POSITIONS_PER_FIELD = 4;

export class FieldParser {
  /** Offsets from the section's `base`, four per field. Valid until `start()` is called again. */
  readonly positions: Int32Array;
  /** Fields completed so far. */
  count = 0;
  readonly #maxFields: number;
  readonly #maxBytes: number;
  readonly #tooLarge: "head-too-large" | "trailers-too-large";
  #state = LINE_START;
  #at = 0;
  #first = 0;

  constructor(maxFields: number, maxBytes: number, tooLarge: "head-too-large" | "trailers-too-large") {
    this.positions = new Int32Array(maxFields * POSITIONS_PER_FIELD);
    this.#maxFields = maxFields;
    this.#maxBytes = maxBytes;
    this.#tooLarge = tooLarge;
  }

  /** A new section begins at `at`, counted from the base. */
  start(at: number): void {
    this.#at = at;
    this.#first = at;
    this.#state = LINE_START;
    this.count = 0;
  }

  /**
   * Goes on over `bytes`, whose base is at index `base` and which now ends before index `end`.
   * Returns the offset from the base after the empty line, or -1 when the section goes on. Throws HttpProtocolError.
   */
  parse(bytes: Uint8Array, base: number, end: number): number {
    const limit = base + this.#first + this.#maxBytes + 2;
    const stop = end < limit ? end : limit;
    if (this.#state === LINE_START && stop - base - this.#at >= WORTH_COPYING_BYTES) {
      const slot = this.count * POSITIONS_PER_FIELD;
      const maxLines = this.#maxFields - this.count;
      const lines = scanWholeLines(bytes, base + this.#at, stop, maxLines, this.positions, slot, this.#at);
      this.count += lines.count;
      this.#at += lines.length;
      if (lines.ended) return this.#at;
    }
    return this.#parseBytes(bytes, base, stop, stop === limit);
  }

  /** The same, byte by byte; `isLimit`: the section must end before `stop`. */
  #parseBytes(bytes: Uint8Array, base: number, stop: number, isLimit: boolean): number {
    const positions = this.positions;
    // Locals: an import is looked up each time.
    const token = TOKEN;
    const fieldValue = FIELD_VALUE;
    let at = base + this.#at;
    let state = this.#state;
    let slot = this.count * POSITIONS_PER_FIELD;

    while (at < stop) {
      if (state === LINE_START) {
        const byte = bytes[at]!;
        if (byte === CR) {
          at++;
          state = LAST_LINE_FEED;
          continue;
        }
        if (token[byte] === 0) throw lineStartError(byte, this.count);
        if (this.count === this.#maxFields) throw new HttpProtocolError("too-many-fields");
        positions[slot] = at - base;
        state = NAME;
      }
      if (state === NAME) {
        while (at < stop && token[bytes[at]!] !== 0) at++;
        if (at === stop) break;
        if (bytes[at] !== COLON) throw new HttpProtocolError(bytes[at] === LF ? "bare-line-end" : "field-name");
        positions[slot + 1] = at - base;
        at++;
        state = BEFORE_VALUE;
      }
      if (state === BEFORE_VALUE) {
        while (at < stop && (bytes[at] === SP || bytes[at] === HTAB)) at++;
        if (at === stop) break;
        positions[slot + 2] = at - base;
        state = VALUE;
      }
      if (state === VALUE) {
        while (at < stop && fieldValue[bytes[at]!] !== 0) at++;
        if (at === stop) break;
        const byte = bytes[at]!;
        if (byte !== CR) throw new HttpProtocolError(byte === LF ? "bare-line-end" : "field-value");
        let valueEnd = at - base;
        const valueStart = positions[slot + 2]!;
        while (valueEnd > valueStart && isBlank(bytes[base + valueEnd - 1]!)) valueEnd--;
        positions[slot + 3] = valueEnd;
        at++;
        state = LINE_FEED;
        if (at === stop) break;
      }
      if (bytes[at] !== LF) throw new HttpProtocolError("bare-line-end");
      at++;
      if (state === LAST_LINE_FEED) {
        this.#state = LINE_START;
        return at - base;
      }
      slot += POSITIONS_PER_FIELD;
      this.count++;
      state = LINE_START;
    }

    if (isLimit) throw new HttpProtocolError(this.#tooLarge);
    this.#at = at - base;
    this.#state = state;
    return -1;
  }
}

function isBlank(byte: number): boolean {
  return byte === SP || byte === HTAB;
}

function lineStartError(byte: number, index: number): HttpProtocolError {
  if (byte === LF) return new HttpProtocolError("bare-line-end");
  // A blank at the start continues the previous field; before the first field it is a name that is none (RFC 9112 §2.2).
  return new HttpProtocolError(isBlank(byte) && index > 0 ? "obs-fold" : "field-name");
}

/** Whether `bytes[start, end)` is `lowerCase`, in any case. */
export function equalsIgnoreCase(bytes: Uint8Array, start: number, end: number, lowerCase: string): boolean {
  if (end - start !== lowerCase.length) return false;
  for (let i = 0; i < lowerCase.length; i++) if (LOWER[bytes[start + i]!] !== lowerCase.charCodeAt(i)) return false;
  return true;
}

/** Whether `bytes[start, end)` is `text`, byte by byte. */
export function equalsExactly(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}
