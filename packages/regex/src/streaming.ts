/** Lines out of chunks: a counter that is fed, and an iterator with context that reads by itself. */
import { RegexError } from "./errors.ts";
import type { LineScanner } from "./line-scanner.ts";
import type { Matcher } from "./matcher.ts";

/** A line that lines() hands out. */
export interface Line {
  /** The bytes, terminator excluded. Its own copy. */
  readonly bytes: Uint8Array;
  /** Counted from 1. */
  readonly number: number;
  /** Offset of its first byte in the input. */
  readonly offset: number;
  /** True when it matches; false for lines of context. */
  readonly selected: boolean;
}

export interface LinesOptions {
  /** Lines of context before each match. */
  readonly before?: number;
  /** Lines of context after each match. */
  readonly after?: number;
  /** Ends the iteration with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Counts matching lines: chunks in, a number out. */
export interface LineCounter {
  /** The chunk is done with when this returns. Throws RegexError("ELINE"). */
  push(chunk: Uint8Array): void;
  /** The count, the last line included though nothing ends it. The counter starts again from nought. */
  end(): number;
}

function tooLong(limit: number): RegexError {
  return new RegexError({ code: "ELINE", message: `line longer than ${limit} bytes`, patternIndex: 0, offset: -1 });
}

/** Keeps the unfinished line in the scanner's buffer. */
export class StreamCounter implements LineCounter {
  readonly #scanner: LineScanner;
  readonly #terminator: number;
  readonly #lineBytes: number;
  #held = 0;
  #count = 0;

  constructor(scanner: LineScanner, terminator: number, lineBytes: number) {
    this.#scanner = scanner;
    this.#terminator = terminator;
    this.#lineBytes = lineBytes;
  }

  push(chunk: Uint8Array): void {
    const end = this.#held + chunk.length;
    const buffer = this.#scanner.reserve(end);
    buffer.set(chunk, this.#held);
    const last = this.#terminator < 0 ? -1 : chunk.lastIndexOf(this.#terminator);
    const complete = last === -1 ? 0 : this.#held + last + 1;
    if (complete > 0) {
      this.#count += this.#scanner.count(0, complete);
      buffer.copyWithin(0, complete, end);
    }
    this.#held = end - complete;
    if (this.#held > this.#lineBytes) throw tooLong(this.#lineBytes);
  }

  end(): number {
    const count = this.#count + (this.#held > 0 ? this.#scanner.count(0, this.#held) : 0);
    this.#held = this.#count = 0;
    return count;
  }
}

/** Cuts chunks into lines; holds the unfinished one. */
class LineSplitter {
  readonly #terminator: number;
  readonly #lineBytes: number;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  constructor(terminator: number, lineBytes: number) {
    this.#terminator = terminator;
    this.#lineBytes = lineBytes;
  }

  /** The lines that the chunk completes, each in memory of its own. */
  *feed(chunk: Uint8Array): Generator<Uint8Array> {
    let from = 0;
    for (;;) {
      const end = this.#terminator < 0 ? -1 : chunk.indexOf(this.#terminator, from);
      if (end === -1) break;
      this.#hold(chunk.subarray(from, end));
      yield this.#take();
      from = end + 1;
    }
    if (from < chunk.length) this.#hold(chunk.slice(from));
  }

  /** The last line, when nothing ended it. */
  *end(): Generator<Uint8Array> {
    if (this.#pendingBytes > 0) yield this.#take();
  }

  #hold(piece: Uint8Array): void {
    this.#pending.push(piece);
    this.#pendingBytes += piece.length;
    if (this.#pendingBytes > this.#lineBytes) throw tooLong(this.#lineBytes);
  }

  #take(): Uint8Array {
    const line = new Uint8Array(this.#pendingBytes);
    let at = 0;
    for (const piece of this.#pending) {
      line.set(piece, at);
      at += piece.length;
    }
    this.#pending = [];
    this.#pendingBytes = 0;
    return line;
  }
}

/** Decides, line by line, what to hand out. */
class ContextSelector {
  readonly #matcher: Matcher;
  readonly #before: number;
  readonly #after: number;
  #waiting: Line[] = [];
  #stillAfter = 0;
  #number = 0;
  #offset = 0;

  constructor(matcher: Matcher, options: LinesOptions) {
    this.#matcher = matcher;
    this.#before = options.before ?? 0;
    this.#after = options.after ?? 0;
  }

  *take(bytes: Uint8Array): Generator<Line> {
    const selected = this.#matcher.test(bytes, 0, bytes.length);
    const line: Line = { bytes, number: ++this.#number, offset: this.#offset, selected };
    this.#offset += bytes.length + 1;
    if (selected) {
      yield* this.#waiting.splice(0);
      this.#stillAfter = this.#after;
      yield line;
    } else if (this.#stillAfter > 0) {
      this.#stillAfter--;
      yield line;
    } else if (this.#before > 0) {
      this.#waiting.push(line);
      if (this.#waiting.length > this.#before) this.#waiting.shift();
    }
  }
}

export async function* selectLines(
  matcher: Matcher,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  terminator: number,
  lineBytes: number,
  options: LinesOptions,
): AsyncGenerator<Line> {
  const { signal } = options;
  const splitter = new LineSplitter(terminator, lineBytes);
  const selector = new ContextSelector(matcher, options);
  for await (const chunk of signal === undefined ? source : untilAborted(source, signal)) {
    for (const line of splitter.feed(chunk)) {
      yield* selector.take(line);
      signal?.throwIfAborted();
    }
  }
  for (const line of splitter.end()) yield* selector.take(line);
}

/** What the source gives, until the signal's reason is thrown; that does not wait for a source that is silent. */
async function* untilAborted(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  aborted.catch(() => {}); // heard by whoever waits; nobody may
  const abort = (): void => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  let finished = false;
  try {
    for (;;) {
      const result = await Promise.race([iterator.next(), aborted]);
      if (result.done === true) {
        finished = true;
        return;
      }
      yield result.value;
    }
  } finally {
    signal.removeEventListener("abort", abort);
    // Not awaited: a generator that waits for ever would never return.
    if (!finished) void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}
