/**
 * The head of a request (RFC 9112 §3, §5): one line, fields, an empty line.
 *
 *     request-line = method SP request-target SP HTTP-version CRLF
 *
 * `RequestHeadParser` takes bytes and leaves positions. It is resumable at every byte and strict: what two parsers could
 * read differently is refused, because between a proxy that reads it one way and a server that reads it another way
 * lies request smuggling (RFC 9112 §11.2). While it walks it also notes what the connection has to know before the
 * handler runs: how the body is framed, whether the connection stays, what the client expects.
 *
 * Who owns the memory: positions are valid until the parser starts on another head (`generation` tells), and refer to
 * the caller's bytes.
 */
import { HttpProtocolError } from "./errors.ts";
import { equalsExactly, equalsIgnoreCase, FieldParser, POSITIONS_PER_FIELD } from "./field-parser.ts";
import { latin1 } from "./latin1.ts";
import type { HttpLimits } from "./limits.ts";
import { CR, HOST, LF, SP, TARGET, TOKEN } from "./tables.ts";

const START = 0;
const METHOD = 1;
const REQUEST_TARGET = 2;
const VERSION = 3;
const FIELDS = 4;

/** `HTTP/1.1` CR LF. */
const VERSION_LINE_BYTES = 10;
/** Empty lines that are forgiven before a request line (RFC 9112 §2.2). */
const LEADING_EMPTY_LINES = 2;

const NO_FIELD = -1;

/** `Connection` options that matter here, as bits. */
const CONNECTION_CLOSE = 1;
const CONNECTION_KEEP_ALIVE = 2;
const CONNECTION_UPGRADE = 4;

export class RequestHeadParser {
  readonly fields: FieldParser;
  /** Counts heads: positions noted for one generation are gone in the next. */
  generation = 0;

  /** Offsets from the head's base. */
  methodStart = 0;
  methodEnd = 0;
  targetStart = 0;
  targetEnd = 0;
  /** 0 or 1: the version is HTTP/1.x. */
  minorVersion = 1;

  /** Index of the Host field; -1 without one. */
  hostField: number = NO_FIELD;
  /** Bytes of the body by Content-Length; -1 without one. */
  contentLength = -1;
  /** The body is chunked. */
  chunked = false;
  /** Expect: 100-continue was sent. */
  expectsContinue = false;
  #connection = 0;
  #codings: string | undefined;

  readonly #lineLimit: number;
  #state = START;
  #at = 0;
  #emptyLines = 0;

  constructor(limits: Pick<HttpLimits, "requestLineBytes" | "headBytes" | "fieldCount">) {
    this.fields = new FieldParser(limits.fieldCount, limits.headBytes, "head-too-large");
    this.#lineLimit = limits.requestLineBytes;
  }

  /** Whether the client asks for the connection to be kept, by version and `Connection` (RFC 9112 §9.3). */
  get keepAlive(): boolean {
    if ((this.#connection & CONNECTION_CLOSE) !== 0) return false;
    return this.minorVersion === 1 || (this.#connection & CONNECTION_KEEP_ALIVE) !== 0;
  }

  /** Whether `Connection: upgrade` was sent. */
  get wantsUpgrade(): boolean {
    return (this.#connection & CONNECTION_UPGRADE) !== 0;
  }

  /** A new head begins at the base. */
  start(): void {
    this.generation++;
    this.#state = START;
    this.#at = 0;
    this.#emptyLines = 0;
    this.hostField = NO_FIELD;
    this.contentLength = -1;
    this.chunked = false;
    this.expectsContinue = false;
    this.#connection = 0;
    this.#codings = undefined;
  }

  /** Whether bytes of this head have come (empty lines before it do not count). */
  get begun(): boolean {
    return this.#state !== START;
  }

  /**
   * Goes on over `bytes`, whose head begins at index `base` and which now ends before index `end`. Between calls the
   * bytes may move to another buffer, as long as they keep their distance from the base.
   * Returns the offset from the base after the head, or -1 when more bytes are needed. Throws HttpProtocolError.
   */
  parse(bytes: Buffer, base: number, end: number): number {
    if (this.#state !== FIELDS && !this.#parseLine(bytes, base, end)) return -1;
    const headEnd = this.fields.parse(bytes, base, end);
    if (headEnd >= 0) this.#examine(bytes, base);
    return headEnd;
  }

  /** The request line; false when it goes on. */
  #parseLine(bytes: Buffer, base: number, end: number): boolean {
    let at = base + this.#at;
    if (this.#state === START) {
      while (at < end && (bytes[at] === CR || bytes[at] === LF)) {
        if (bytes[at] === LF) throw new HttpProtocolError("bare-line-end");
        if (at + 1 === end) return this.#pause(START, at - base);
        if (bytes[at + 1] !== LF) throw new HttpProtocolError("bare-line-end");
        if (this.#emptyLines++ === LEADING_EMPTY_LINES) throw new HttpProtocolError("request-line");
        at += 2;
      }
      if (at === end) return this.#pause(START, at - base);
      this.methodStart = at - base;
      this.#state = METHOD;
    }

    const limit = base + this.methodStart + this.#lineLimit;
    const stop = end < limit ? end : limit;
    if (this.#state === METHOD) {
      while (at < stop && TOKEN[bytes[at]!] !== 0) at++;
      if (at === stop) return this.#pauseLine(METHOD, at - base, stop === limit);
      if (bytes[at] !== SP || at - base === this.methodStart) throw lineError(bytes[at]!, "request-line");
      this.methodEnd = at - base;
      at++;
      this.targetStart = at - base;
      this.#state = REQUEST_TARGET;
    }
    if (this.#state === REQUEST_TARGET) {
      while (at < stop && TARGET[bytes[at]!] !== 0) at++;
      if (at === stop) return this.#pauseLine(REQUEST_TARGET, at - base, stop === limit);
      if (bytes[at] !== SP || at - base === this.targetStart) throw lineError(bytes[at]!, "request-target");
      this.targetEnd = at - base;
      at++;
      this.#state = VERSION;
    }
    if (end - at < VERSION_LINE_BYTES) return this.#pause(VERSION, at - base);
    this.minorVersion = parseVersion(bytes, at);
    this.fields.start(at + VERSION_LINE_BYTES - base);
    this.#state = FIELDS;
    return true;
  }

  #pauseLine(state: number, at: number, tooLong: boolean): false {
    if (tooLong) throw new HttpProtocolError("request-line-too-long");
    return this.#pause(state, at);
  }

  #pause(state: number, at: number): false {
    this.#state = state;
    this.#at = at;
    return false;
  }

  /** Reads the fields that decide about framing and the connection. */
  #examine(bytes: Buffer, base: number): void {
    const { positions, count } = this.fields;
    for (let field = 0, slot = 0; field < count; field++, slot += POSITIONS_PER_FIELD) {
      const start = base + positions[slot]!;
      const end = base + positions[slot + 1]!;
      // The length alone dismisses nearly every field.
      switch (end - start) {
        case 4:
          if (equalsIgnoreCase(bytes, start, end, "host")) this.#host(bytes, base, field);
          break;
        case 6:
          if (equalsIgnoreCase(bytes, start, end, "expect")) this.#expect(bytes, base, slot);
          break;
        case 10:
          if (equalsIgnoreCase(bytes, start, end, "connection")) this.#connectionOptions(bytes, base, slot);
          break;
        case 14:
          if (equalsIgnoreCase(bytes, start, end, "content-length")) this.#length(bytes, base, slot);
          break;
        case 17:
          if (equalsIgnoreCase(bytes, start, end, "transfer-encoding")) this.#coding(bytes, base, slot);
          break;
        default:
      }
    }
    if (this.hostField === NO_FIELD && this.minorVersion === 1) throw new HttpProtocolError("host-missing");
    if (this.#codings !== undefined) this.#framedByCoding(this.#codings);
    this.#checkTarget(bytes, base);
  }

  #host(bytes: Buffer, base: number, field: number): void {
    if (this.hostField !== NO_FIELD) throw new HttpProtocolError("host-repeated");
    const { positions } = this.fields;
    const start = base + positions[field * POSITIONS_PER_FIELD + 2]!;
    const end = base + positions[field * POSITIONS_PER_FIELD + 3]!;
    if (start === end) throw new HttpProtocolError("host-invalid");
    for (let at = start; at < end; at++) if (HOST[bytes[at]!] === 0) throw new HttpProtocolError("host-invalid");
    this.hostField = field;
  }

  #expect(bytes: Buffer, base: number, slot: number): void {
    if (
      !equalsIgnoreCase(
        bytes,
        base + this.fields.positions[slot + 2]!,
        base + this.fields.positions[slot + 3]!,
        "100-continue",
      )
    ) {
      throw new HttpProtocolError("expectation");
    }
    // A 1.0 client would take the interim answer for the final one (RFC 9110 §10.1.1).
    this.expectsContinue = this.minorVersion === 1;
  }

  #connectionOptions(bytes: Buffer, base: number, slot: number): void {
    const start = base + this.fields.positions[slot + 2]!;
    const end = base + this.fields.positions[slot + 3]!;
    if (equalsIgnoreCase(bytes, start, end, "keep-alive")) {
      this.#connection |= CONNECTION_KEEP_ALIVE;
      return;
    }
    for (const option of latin1(bytes, start, end).toLowerCase().split(",")) {
      const name = option.trim();
      if (name === "close") this.#connection |= CONNECTION_CLOSE;
      else if (name === "keep-alive") this.#connection |= CONNECTION_KEEP_ALIVE;
      else if (name === "upgrade") this.#connection |= CONNECTION_UPGRADE;
    }
  }

  #length(bytes: Buffer, base: number, slot: number): void {
    const start = base + this.fields.positions[slot + 2]!;
    const end = base + this.fields.positions[slot + 3]!;
    if (start === end || end - start > 16) throw new HttpProtocolError("content-length");
    let length = 0;
    for (let at = start; at < end; at++) {
      const digit = bytes[at]! - 0x30;
      if (digit < 0 || digit > 9) throw new HttpProtocolError("content-length");
      length = length * 10 + digit;
    }
    if (length > Number.MAX_SAFE_INTEGER) throw new HttpProtocolError("content-length");
    if (this.contentLength >= 0 && this.contentLength !== length)
      throw new HttpProtocolError("content-length-repeated");
    this.contentLength = length;
  }

  #coding(bytes: Buffer, base: number, slot: number): void {
    const value = latin1(bytes, base + this.fields.positions[slot + 2]!, base + this.fields.positions[slot + 3]!);
    this.#codings = this.#codings === undefined ? value : `${this.#codings},${value}`;
  }

  #framedByCoding(codings: string): void {
    if (this.minorVersion === 0) throw new HttpProtocolError("transfer-encoding-1.0");
    if (this.contentLength >= 0) throw new HttpProtocolError("length-and-encoding");
    const names = codings.split(",").map((coding) => coding.replaceAll(/^[ \t]+|[ \t]+$/g, "").toLowerCase());
    if (!names.every((name) => TRANSFER_CODING.test(name))) throw new HttpProtocolError("transfer-encoding");
    const chunkedAt = names.findIndex((name) => name.split(/[ \t;]/, 1)[0] === "chunked");
    if (chunkedAt >= 0 && (chunkedAt !== names.length - 1 || names[chunkedAt] !== "chunked")) {
      throw new HttpProtocolError("transfer-encoding");
    }
    if (names.length > 1 || chunkedAt < 0) throw new HttpProtocolError("transfer-coding-unknown");
    this.chunked = true;
  }

  /** The four forms of a target (RFC 9112 §3.2). */
  #checkTarget(bytes: Buffer, base: number): void {
    const first = bytes[base + this.targetStart]!;
    const isConnect = equalsExactly(bytes, base + this.methodStart, base + this.methodEnd, "CONNECT");
    if (first === 0x2f && !isConnect) return;
    const target = latin1(bytes, base + this.targetStart, base + this.targetEnd);
    if (isConnect) {
      if (!AUTHORITY_FORM.test(target)) throw new HttpProtocolError("request-target");
      return;
    }
    if (target === "*") {
      if (!equalsExactly(bytes, base + this.methodStart, base + this.methodEnd, "OPTIONS")) {
        throw new HttpProtocolError("request-target");
      }
      return;
    }
    if (!ABSOLUTE_FORM.test(target)) throw new HttpProtocolError("request-target");
  }
}

/** `transfer-coding = token *( OWS ";" OWS token "=" ( token / quoted-string ) )` (RFC 9112 §7). */
const TRANSFER_CODING =
  /^[!#$%&'*+\-.^_`|~0-9a-z]+(?:[ \t]*;[ \t]*[!#$%&'*+\-.^_`|~0-9a-z]+=(?:[!#$%&'*+\-.^_`|~0-9a-z]+|"(?:[^"\\]|\\.)*"))*$/;
/** `http://host[:port]/…`, without userinfo, which RFC 9110 §4.2.4 calls an error. */
const ABSOLUTE_FORM = /^https?:\/\/[^/?@]+(?:[/?]|$)/i;
const AUTHORITY_FORM = /^[^/?@:]+:\d{1,5}$|^\[[0-9a-f:.]+\]:\d{1,5}$/i;

/** Returns the minor version of `HTTP/1.x` CR LF. */
function parseVersion(bytes: Buffer, at: number): number {
  const major = bytes[at + 5]! - 0x30;
  const minor = bytes[at + 7]! - 0x30;
  const wellFormed =
    equalsExactly(bytes, at, at + 5, "HTTP/") &&
    major >= 0 &&
    major <= 9 &&
    bytes[at + 6] === 0x2e &&
    minor >= 0 &&
    minor <= 9;
  if (!wellFormed) throw lineError(bytes[at]!, "request-line");
  if (bytes[at + 8] !== CR) throw lineError(bytes[at + 8]!, "request-line");
  if (bytes[at + 9] !== LF) throw new HttpProtocolError("bare-line-end");
  if (major !== 1 || minor > 1) throw new HttpProtocolError("http-version");
  return minor;
}

function lineError(byte: number, otherwise: "request-line" | "request-target"): HttpProtocolError {
  return new HttpProtocolError(byte === LF ? "bare-line-end" : otherwise);
}
