/**
 * DNS over TCP (RFC 1035 §4.2.2, RFC 7766): each message behind its length in two bytes.
 *
 * A chunk may hold many queries. All that can be answered at once are, into one buffer that all sessions of a server share, and leave in one
 * write: this is where TCP is cheaper than UDP. What takes a while is answered when it is ready, whatever was asked after it (§6.2.1.1).
 * Reading stops while a client has too many queries under way or does not take its answers.
 */
import type { Buffer } from "node:buffer";
import type { Connection, Session } from "@tenon/kit";
import { type Client, NOT_HERE } from "../authority/authority.ts";
import { plainBytes } from "../wire/plain-bytes.ts";
import { MAX_MESSAGE_BYTES } from "../wire/writer.ts";
import { type Answerer, failure } from "./answerer.ts";

const LENGTH_BYTES = 2;
/** With this many bytes that a client has not taken, it gets nothing more for now. */
const HIGH_WATER_BYTES = 256 * 1024;
/** A chunk's answers are gathered up to here; there is room for one more behind it. */
const BATCH_BYTES = 64 * 1024;

export interface TcpLimits {
  /** Queries of one connection that wait for their answers at the same time. */
  readonly inFlight: number;
  /** How long a connection may be without a query or an answer that is taken. */
  readonly idleMs: number;
}

/** What the sessions of a server share. */
export class TcpBatch {
  readonly answerer: Answerer;
  readonly limits: TcpLimits;
  readonly bytes: Uint8Array = new Uint8Array(BATCH_BYTES + LENGTH_BYTES + MAX_MESSAGE_BYTES);
  readonly monotonic: () => number;
  length = 0;

  constructor(answerer: Answerer, limits: TcpLimits, monotonic: () => number) {
    this.answerer = answerer;
    this.limits = limits;
    this.monotonic = monotonic;
  }

  /** The room for the next answer, behind the place of its length. */
  room(): Uint8Array {
    return new Uint8Array(this.bytes.buffer, this.length + LENGTH_BYTES, MAX_MESSAGE_BYTES);
  }

  /** The `length` bytes that were written to `room()` are an answer. */
  add(length: number): void {
    this.bytes[this.length] = length >>> 8;
    this.bytes[this.length + 1] = length;
    this.length += LENGTH_BYTES + length;
  }

  /** A copy of what has been gathered. */
  take(): Uint8Array {
    const gathered = this.bytes.slice(0, this.length);
    this.length = 0;
    return gathered;
  }
}

/** An answer of several messages, on its way. */
interface Stream {
  readonly query: Uint8Array;
  readonly messages: Iterator<Uint8Array>;
  isFirst: boolean;
}

export class TcpSession implements Session {
  /** What a chunk leaves unfinished is copied. */
  readonly borrows = true;
  readonly #batch: TcpBatch;
  readonly #connection: Connection;
  readonly #client: Client;
  /** The message that has not wholly arrived, with its length in front; `#have` bytes of it are there. */
  #partial: Uint8Array = EMPTY;
  #have = 0;
  /** What was read before the client was told to wait. */
  #held: Uint8Array = EMPTY;
  #waiting = false;
  #inFlight = 0;
  readonly #streams: Stream[] = [];
  /** No more queries: the client has sent its last, or the server closes. */
  #ending = false;
  #closed = false;
  #lastProgressMs: number;

  constructor(batch: TcpBatch, connection: Connection) {
    this.#batch = batch;
    this.#connection = connection;
    const { address, port } = connection.remote;
    this.#client = { address, port, tcp: true };
    this.#lastProgressMs = batch.monotonic();
  }

  data(chunk: Buffer): void {
    if (this.#waiting) this.#held = joined(this.#held, chunk);
    else this.#read(plainBytes(chunk));
  }

  /** Hot. `chunk` is no Buffer, so that its slices are copies. */
  #read(chunk: Uint8Array): void {
    let at = 0;
    if (this.#have > 0) {
      at = this.#complete(chunk);
      if (this.#waiting) this.#held = chunk.slice(at);
      if (this.#waiting || this.#have > 0) return this.#flush();
    }
    const { buffer, byteOffset, length: end } = chunk;
    while (end - at >= LENGTH_BYTES) {
      const length = (chunk[at]! << 8) | chunk[at + 1]!;
      const start = at + LENGTH_BYTES;
      if (end - start < length) break;
      this.#serve(new Uint8Array(buffer, byteOffset + start, length));
      at = start + length;
      if (!this.#waiting) continue;
      this.#held = chunk.slice(at);
      return this.#flush();
    }
    if (at < end) this.#keep(chunk.subarray(at));
    this.#flush();
  }

  /** Adds to the partial message what belongs to it, and serves it when it is whole. Returns how much of the chunk that was. */
  #complete(chunk: Uint8Array): number {
    let at = 0;
    if (this.#have === 1) {
      this.#partial = partialOf((this.#partial[0]! << 8) | chunk[0]!);
      this.#have = LENGTH_BYTES;
      at = 1;
    }
    const partial = this.#partial;
    const taken = Math.min(chunk.length - at, partial.length - this.#have);
    partial.set(chunk.subarray(at, at + taken), this.#have);
    this.#have += taken;
    if (this.#have === partial.length) {
      this.#have = 0;
      this.#partial = EMPTY;
      this.#serve(partial.subarray(LENGTH_BYTES));
    }
    return at + taken;
  }

  /** Keeps the beginning of a message; its memory is what the client says that it will send. */
  #keep(beginning: Uint8Array): void {
    if (beginning.length < LENGTH_BYTES) this.#partial = beginning.slice();
    else {
      this.#partial = partialOf((beginning[0]! << 8) | beginning[1]!);
      this.#partial.set(beginning);
    }
    this.#have = beginning.length;
  }

  /** Hot. `query` is a view of borrowed bytes. */
  #serve(query: Uint8Array): void {
    const batch = this.#batch;
    const { answerer } = batch;
    if (batch.length > BATCH_BYTES) this.#flush();
    const out = batch.room();
    let length: number;
    try {
      length = answerer.answer(query, query.length, this.#client, out);
    } catch (error) {
      length = failure(answerer, error, query, query.length, out);
    }
    if (length === NOT_HERE) return this.#serveSlowly(query.slice());
    answerer.observe(query, query.length, this.#client, out, length);
    if (length > 0) batch.add(length);
  }

  /** What a chunk's queries have brought leaves together. */
  #flush(): void {
    const batch = this.#batch;
    this.#lastProgressMs = batch.monotonic();
    if (batch.length > 0) this.#connection.write(batch.take());
    this.#holdBack();
  }

  #serveSlowly(query: Uint8Array): void {
    const { answerer } = this.#batch;
    this.#inFlight += 1;
    this.#holdBack();
    void answerer.answerSlowly(query, this.#client).then((answer) => {
      if (answer === undefined || answer instanceof Uint8Array) return this.#answered(query, answer);
      if (this.#closed) return;
      this.#streams.push({ query, messages: answer[Symbol.iterator](), isFirst: true });
      this.#pump();
    });
  }

  #answered(query: Uint8Array, answer: Uint8Array | undefined): void {
    this.#observe(query, answer ?? EMPTY);
    if (this.#closed) return;
    if (answer !== undefined) this.#write(answer);
    this.#finished();
  }

  #observe(query: Uint8Array, answer: Uint8Array): void {
    this.#batch.answerer.observe(query, query.length, this.#client, answer, answer.length);
  }

  #write(message: Uint8Array): void {
    const framed = new Uint8Array(LENGTH_BYTES + message.length);
    framed[0] = message.length >>> 8;
    framed[1] = message.length;
    framed.set(message, LENGTH_BYTES);
    this.#connection.write(framed);
    this.#lastProgressMs = this.#batch.monotonic();
  }

  /** Sends on of what is streamed, as much as the client takes now. */
  #pump(): void {
    const [stream] = this.#streams;
    while (stream !== undefined && this.#streams[0] === stream && this.#connection.queuedBytes < HIGH_WATER_BYTES) {
      let next: IteratorResult<Uint8Array>;
      try {
        next = stream.messages.next();
      } catch (error) {
        // Half of a transfer is worth nothing: its reader has to see that it ended too early.
        this.#batch.answerer.failed(error);
        this.#connection.destroy();
        return;
      }
      if (next.done === true) {
        this.#streams.shift();
        this.#finished();
        return this.#pump();
      }
      if (stream.isFirst) this.#observe(stream.query, next.value);
      stream.isFirst = false;
      this.#write(next.value);
    }
  }

  #finished(): void {
    this.#inFlight -= 1;
    this.#goOn();
    this.#endWhenDone();
  }

  #holdBack(): void {
    if (this.#waiting) return;
    const { limits } = this.#batch;
    if (this.#inFlight < limits.inFlight && this.#connection.queuedBytes < HIGH_WATER_BYTES) return;
    this.#waiting = true;
    this.#connection.pause();
  }

  /** Reads on, when there is nothing left to wait for. */
  #goOn(): void {
    const { limits } = this.#batch;
    if (!this.#waiting || this.#inFlight >= limits.inFlight || this.#connection.queuedBytes >= HIGH_WATER_BYTES) return;
    this.#waiting = false;
    const held = this.#held;
    this.#held = EMPTY;
    if (held.length > 0) this.#read(held);
    if (!this.#waiting) this.#connection.resume();
  }

  drain(): void {
    this.#lastProgressMs = this.#batch.monotonic();
    this.#pump();
    this.#goOn();
    this.#endWhenDone();
  }

  /** The client sends no more; what it asked is answered. */
  end(): void {
    this.#ending = true;
    this.#endWhenDone();
  }

  finish(): void {
    this.#ending = true;
    if (this.#inFlight === 0 && this.#connection.queuedBytes === 0) this.#connection.destroy();
    else this.#endWhenDone();
  }

  #endWhenDone(): void {
    if (this.#ending && this.#inFlight === 0 && this.#held.length === 0) this.#connection.end();
  }

  close(): void {
    this.#closed = true;
    for (const { messages } of this.#streams.splice(0)) messages.return?.();
  }

  /** Drops the connection when nothing has moved on it for too long; while an answer is being made, that is our doing. */
  dropIfIdle(nowMs: number): void {
    if (nowMs - this.#lastProgressMs < this.#batch.limits.idleMs) return;
    const isOurTurn = this.#inFlight > 0 && this.#connection.queuedBytes === 0;
    if (!isOurTurn) this.#connection.destroy();
  }
}

const EMPTY = new Uint8Array(0);

function partialOf(messageLength: number): Uint8Array {
  return new Uint8Array(LENGTH_BYTES + messageLength);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
