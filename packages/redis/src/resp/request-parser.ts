/**
 * Requests: bytes in, commands out.
 *
 * A request is an array of bulk strings, `*<count>\r\n` and then `$<length>\r\n<bytes>\r\n` for each, or an inline command,
 * one line of words with optional quotes. Commands may be pipelined and split anywhere.
 *
 * Commands are parsed where they lie: `next` points an `Args` into the chunk that was fed. Only a command that is cut off at the
 * end of a chunk is copied, into a buffer that grows by doubling, and parsing resumes where it stopped: neither a large bulk
 * string nor a million arguments cost more than their size, and a claimed size costs nothing until its bytes arrive.
 */
import { Buffer } from "node:buffer";
import { latin1 } from "../types/latin1.ts";
import type { Spans } from "../keyspace/lookahead.ts";
import { Args } from "./args.ts";
import { splitInline } from "./inline.ts";

/** The peer broke the protocol. The message is what Redis answers, before it hangs up. */
export class ProtocolError extends Error {
  constructor(message: string) {
    super(`ERR Protocol error: ${message}`);
    this.name = "ProtocolError";
  }
}

export interface RequestLimits {
  /** Longest bulk string in bytes (proto-max-bulk-len). */
  maxBulkBytes: number;
  /** Bytes of unfinished request that one client may hold (client-query-buffer-limit). */
  maxPendingBytes: number;
}

/** Longest inline command, and longest length line. */
export const MAX_INLINE_BYTES: number = 64 * 1024;
/** Before AUTH: most arguments, and longest one. */
export const UNAUTHENTICATED_MAX_ARGS = 10;
export const UNAUTHENTICATED_MAX_BULK_BYTES: number = 16 * 1024;
const MAX_ARGS = 2_147_483_647;

/** What a bulk string still lacks is reserved ahead up to this size, however little of it has arrived. */
const RESERVED_BYTES = 64 * 1024;
/**
 * Unfinished commands between these sizes lie in buffers that clients lend each other: making one costs more than copying into it, and the
 * collector does not know how large they are.
 */
const LENT_FROM_BYTES = 16 * 1024;
const LENT_BYTES = 256 * 1024;
const LENT_COUNT = 8;
const lent: Buffer[] = [];
const NOTHING: Buffer = Buffer.alloc(0);

const CR = 13;
const LF = 10;
const DOLLAR = 0x24;

export class RequestParser {
  readonly #limits: RequestLimits;
  /** Applies the limits for clients that have not authenticated. */
  unauthenticated = false;
  #bytes: Buffer = NOTHING;
  #at = 0;
  #end = 0;
  /** Whether #bytes is our own buffer, with room behind #end, rather than a chunk. */
  #owned = false;
  /** First byte of the command being parsed. */
  #commandStart = 0;
  /** Arguments that are still to come; 0 between commands. */
  #missing = 0;
  /** Length of the bulk string being read; -1 before its length line. */
  #bulkBytes = -1;
  /** How far behind #at an inline command's end has been searched for in vain. */
  #searched = 0;
  #peeked = Infinity;
  /** See UpcomingCommands. */
  rests = 0;
  #count = 0;
  #starts = new Int32Array(16);
  #ends = new Int32Array(16);

  constructor(limits: RequestLimits) {
    this.#limits = limits;
  }

  /** Bytes that are held and not yet given out. */
  get pendingBytes(): number {
    return this.#end - this.#commandStart;
  }

  /** What was fed; commands lie in it. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Offset in `bytes` of the first byte that was not given out yet. */
  get position(): number {
    return this.#at;
  }

  /** Where the commands end that the last `peek` saw; Infinity when there are no more behind them. */
  get peeked(): number {
    return this.#peeked;
  }

  /**
   * Notes where the arguments lie of the commands that come next and are whole, as many as fit; returns how many. `first` is the one behind
   * the name, the key mostly; `third` is noted of commands that have just three. It gives nothing out, and stops at whatever is not
   * in the plainest form. Hot.
   */
  peek(first: Spans, second: Spans, third: Spans): number {
    this.#peeked = Infinity;
    if (this.#missing > 0) return 0;
    const bytes = this.#bytes;
    const end = this.#end;
    let at = this.#at;
    let found = 0;
    const limit = first.starts.length;
    while (found < limit) {
      first.starts[found] = -1;
      second.starts[found] = -1;
      third.starts[found] = -1;
      if (at + 8 > end || bytes[at] !== 0x2a) return found;
      let count = 0;
      for (at++; at < end && bytes[at] !== CR; at++) count = count * 10 + bytes[at]! - 0x30;
      at += 2;
      for (let i = 0; i < count; i++) {
        if (at + 4 > end || bytes[at] !== DOLLAR) return found;
        let length = 0;
        for (at++; at < end && bytes[at] !== CR; at++) length = length * 10 + bytes[at]! - 0x30;
        at += 2;
        if (i === 1) {
          first.starts[found] = at;
          first.ends[found] = at + length;
        } else if (i === 2) {
          second.starts[found] = at;
          second.ends[found] = at + length;
        } else if (i === 3 && count === 4) {
          third.starts[found] = at;
          third.ends[found] = at + length;
        }
        at += length + 2;
      }
      if (at > end) return found;
      found++;
    }
    this.#peeked = at;
    return found;
  }

  /** Adds bytes. Commands point into `chunk` until `keep` is called. Throws ProtocolError above maxPendingBytes. */
  feed(chunk: Buffer): void {
    if (this.#commandStart === this.#end) {
      this.#bytes = chunk;
      this.#at = 0;
      this.#commandStart = 0;
      this.#end = chunk.length;
      this.#owned = false;
      return;
    }
    const held = this.#end - this.#commandStart;
    if (held + chunk.length > this.#limits.maxPendingBytes) throw new ProtocolError("query buffer limit exceeded");
    if (this.#owned && this.#end + chunk.length <= this.#bytes.length) {
      this.#bytes.set(chunk, this.#end);
      this.#end += chunk.length;
      return;
    }
    this.#relocate(held, chunk);
  }

  /** Lets go of the chunk that was fed: what is left of it is copied. */
  keep(): void {
    if (this.#owned || this.#commandStart === this.#end) return;
    this.#relocate(this.#end - this.#commandStart, NOTHING);
  }

  /** Moves the unfinished command and `chunk` into a buffer of our own. */
  #relocate(held: number, chunk: Buffer): void {
    const shift = this.#commandStart;
    const needed = held + chunk.length;
    let size = Math.max(4096, this.#bulkBytes >= 0 ? needed + 2 : 0);
    // What the bulk string still lacks is reserved at once, while that at most doubles what has really arrived.
    const wanted = this.#at - shift + Math.max(0, this.#bulkBytes) + 2;
    if (wanted > size && wanted <= needed * 2 + RESERVED_BYTES) size = wanted;
    while (size < needed) size *= 2;
    if (this.#owned && size < this.#bytes.length * 2 && shift < held) size = this.#bytes.length * 2;
    const lends = size > LENT_FROM_BYTES && size <= LENT_BYTES;
    const target = (lends ? lent.pop() : undefined) ?? Buffer.allocUnsafeSlow(lends ? LENT_BYTES : size);
    this.#bytes.copy(target, 0, shift, this.#end);
    this.#giveBack();
    target.set(chunk, held);
    for (let i = 0; i < this.#count; i++) {
      this.#starts[i]! -= shift;
      this.#ends[i]! -= shift;
    }
    this.#bytes = target;
    this.#owned = true;
    this.#at -= shift;
    this.#commandStart = 0;
    this.#end = needed;
  }

  /**
   * The next complete command, in `args`, which is good until the next call or feed. Returns false when more bytes are
   * needed. Throws ProtocolError; the connection is of no use afterwards.
   */
  next(args: Args): boolean {
    for (;;) {
      if (this.#missing === 0) {
        // Between commands: everything before is done with.
        this.#commandStart = this.#at;
        this.#count = 0;
        if (this.#at === this.#end) {
          this.#release();
          return false;
        }
        if (this.#bytes[this.#at] !== 0x2a) {
          if (!this.#inline(args)) return false;
          if (args.length === 0) continue;
          return true;
        }
        const count = this.#line("too big mbulk count string", "invalid multibulk length");
        if (count === undefined) return false;
        if (count > MAX_ARGS) throw new ProtocolError("invalid multibulk length");
        if (this.unauthenticated && count > UNAUTHENTICATED_MAX_ARGS) {
          throw new ProtocolError("unauthenticated multibulk length");
        }
        if (count <= 0) continue;
        this.#missing = count;
        this.#bulkBytes = -1;
      }
      if (!this.#bulks()) return false;
      args.buffer = this.#bytes;
      args.starts = this.#starts;
      args.ends = this.#ends;
      args.length = this.#count;
      return true;
    }
  }

  /** Reads bulk strings until the command is whole; returns whether it is. */
  #bulks(): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    while (this.#missing > 0) {
      if (this.#bulkBytes < 0) {
        if (this.#at >= end) return false;
        if (bytes[this.#at] !== DOLLAR) {
          // Redis waits for the whole line before it looks at it.
          if (this.#find(CR, this.#at) < 0 && end - this.#at <= MAX_INLINE_BYTES) return false;
          throw new ProtocolError(`expected '$', got '${String.fromCharCode(bytes[this.#at]!)}'`);
        }
        const length = this.#line("too big bulk count string", "invalid bulk length");
        if (length === undefined) return false;
        if (length < 0 || length > this.#limits.maxBulkBytes) throw new ProtocolError("invalid bulk length");
        if (this.unauthenticated && length > UNAUTHENTICATED_MAX_BULK_BYTES) {
          throw new ProtocolError("unauthenticated bulk length");
        }
        this.#bulkBytes = length;
      }
      const stop = this.#at + this.#bulkBytes;
      if (stop + 2 > end) return false;
      if (this.#count === this.#starts.length) this.#growOffsets();
      this.#starts[this.#count] = this.#at;
      this.#ends[this.#count] = stop;
      this.#count++;
      this.#at = stop + 2;
      this.#bulkBytes = -1;
      this.#missing--;
    }
    return true;
  }

  #growOffsets(): void {
    const starts = new Int32Array(this.#starts.length * 2);
    const ends = new Int32Array(this.#ends.length * 2);
    starts.set(this.#starts);
    ends.set(this.#ends);
    this.#starts = starts;
    this.#ends = ends;
  }

  /** The number of the line `<marker><number>\r\n` at #at, and steps over it; undefined while it is incomplete. */
  #line(tooLong: string, invalid: string): number | undefined {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = this.#at + 1;
    let value = 0;
    const first = at;
    // The usual case, a few digits and CRLF, in one pass.
    while (at < end) {
      const digit = bytes[at]! - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      at++;
    }
    if (
      at + 1 < end &&
      bytes[at] === CR &&
      at > first &&
      at - first <= 10 &&
      (bytes[first] !== 0x30 || at === first + 1)
    ) {
      this.#at = at + 2;
      return value;
    }
    const carriageReturn = this.#find(CR, at);
    if (carriageReturn < 0) {
      if (end - this.#at > MAX_INLINE_BYTES) throw new ProtocolError(tooLong);
      return undefined;
    }
    if (carriageReturn + 1 >= end) return undefined;
    const text = latin1(bytes, first, carriageReturn);
    if (!/^(?:0|-?[1-9]\d{0,18})$/.test(text)) throw new ProtocolError(invalid);
    this.#at = carriageReturn + 2;
    return Number(text);
  }

  /** Parses an inline command; returns false while its line is incomplete. */
  #inline(args: Args): boolean {
    const newline = this.#find(LF, this.#at + this.#searched);
    if (newline < 0) {
      if (this.#end - this.#at > MAX_INLINE_BYTES) throw new ProtocolError("too big inline request");
      this.#searched = this.#end - this.#at;
      return false;
    }
    this.#searched = 0;
    const lineEnd = newline > this.#at && this.#bytes[newline - 1] === CR ? newline - 1 : newline;
    const words = splitInline(latin1(this.#bytes, this.#at, lineEnd));
    if (words === undefined) throw new ProtocolError("unbalanced quotes in request");
    this.#at = newline + 1;
    const parsed = Args.from(words);
    args.buffer = parsed.buffer;
    args.starts = parsed.starts;
    args.ends = parsed.ends;
    args.length = parsed.length;
    return true;
  }

  /** Offset of `byte` from `from` on, before #end; -1 when it is not there. */
  #find(byte: number, from: number): number {
    const found = this.#bytes.indexOf(byte, from);
    return found < this.#end ? found : -1;
  }

  /** Lends our own buffer to the next who needs one. */
  #giveBack(): void {
    if (this.#owned && this.#bytes.length === LENT_BYTES && lent.length < LENT_COUNT) lent.push(this.#bytes);
  }

  /** Everything is parsed: lets the chunk go, so that a quiet client does not keep 64 KiB alive. */
  #release(): void {
    this.#searched = 0;
    this.#giveBack();
    this.#bytes = NOTHING;
    this.#owned = false;
    this.#at = 0;
    this.#end = 0;
    this.#commandStart = 0;
    if (this.#starts.length > 1024) {
      this.#starts = new Int32Array(16);
      this.#ends = new Int32Array(16);
    }
  }
}
