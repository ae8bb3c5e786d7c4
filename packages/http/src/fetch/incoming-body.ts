/**
 * A request body between the connection, which pushes, and the handler, which pulls.
 *
 * It holds what has arrived and was not asked for yet. The owner hears when somebody wants more (so that reading goes on,
 * and `100 Continue` is sent) and when nobody ever will. Nothing but this small object exists until somebody asks.
 */

import type { BodyConsumer, BodyOwner, Trailers } from "../exchange/channel.ts";

interface Waiter<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

const NO_TRAILERS: Trailers = [];

export class IncomingBody implements BodyConsumer {
  /** Bytes that have arrived and wait for a reader. */
  queuedBytes = 0;
  /** Somebody has asked for the body. */
  touched = false;
  /** Everything has arrived. */
  ended = false;
  readonly #owner: BodyOwner;
  #chunks: Buffer[] = [];
  #dropped = false;
  #error: unknown;
  /** The reader waiting for a piece … */
  #reader: Waiter<Buffer | undefined> | undefined;
  /** … or for the whole. */
  #collector: Waiter<Buffer> | undefined;
  #trailers: Trailers = NO_TRAILERS;
  #trailersWaiter: PromiseWithResolvers<Trailers> | undefined;

  constructor(owner: BodyOwner) {
    this.#owner = owner;
  }

  /** A reader is waiting for bytes that have not arrived. */
  get wanted(): boolean {
    return (this.#reader !== undefined || this.#collector !== undefined) && !this.ended;
  }

  /** Nobody will read what is still to come. */
  get dropped(): boolean {
    return this.#dropped;
  }

  push(chunk: Buffer): void {
    if (this.#dropped) return;
    if (this.#reader !== undefined) {
      const { resolve } = this.#reader;
      this.#reader = undefined;
      resolve(chunk);
      return;
    }
    this.#chunks.push(chunk);
    this.queuedBytes += chunk.length;
  }

  end(trailers: Trailers): void {
    this.ended = true;
    this.#trailers = trailers;
    this.#trailersWaiter?.resolve(trailers);
    if (this.#reader !== undefined) {
      const { resolve } = this.#reader;
      this.#reader = undefined;
      resolve(undefined);
    }
    if (this.#collector !== undefined) {
      const { resolve } = this.#collector;
      this.#collector = undefined;
      resolve(this.#take());
    }
  }

  /** The body will never be whole. Readers, those to come included, get `error`. */
  fail(error: unknown): void {
    if (this.ended || this.#error !== undefined) return;
    this.#error = error;
    this.#trailersWaiter?.reject(error);
    this.#reader?.reject(error);
    this.#collector?.reject(error);
    this.#reader = undefined;
    this.#collector = undefined;
    this.#chunks = [];
    this.queuedBytes = 0;
  }

  /** The next piece, undefined after the last. One call at a time. */
  read(): Promise<Buffer | undefined> {
    this.touched = true;
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.queuedBytes -= chunk.length;
      return Promise.resolve(chunk);
    }
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.ended || this.#dropped) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
      this.#owner.bodyWanted();
    });
  }

  /** The whole body. */
  collect(): Promise<Buffer> {
    this.touched = true;
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.ended) return Promise.resolve(this.#take());
    return new Promise((resolve, reject) => {
      this.#collector = { resolve, reject };
      this.#owner.bodyWanted();
    });
  }

  /** As a byte stream that reads when it is read. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.touched = true;
    return new ReadableStream({
      type: "bytes",
      pull: async (controller) => {
        const chunk = await this.read();
        if (chunk === undefined) {
          controller.close();
          controller.byobRequest?.respond(0);
        } else {
          // A byte stream takes the whole ArrayBuffer away from whoever else has a view of it.
          const alone = chunk.byteLength === chunk.buffer.byteLength;
          controller.enqueue((alone ? chunk : Uint8Array.from(chunk)) as Uint8Array<ArrayBuffer>);
        }
      },
      cancel: () => this.drop(),
    });
  }

  /** Nobody will read what is still to come. */
  drop(): void {
    if (this.#dropped) return;
    this.#dropped = true;
    this.#chunks = [];
    this.queuedBytes = 0;
    if (!this.ended) this.#owner.bodyDropped();
  }

  get trailers(): Promise<Trailers> {
    if (this.ended) return Promise.resolve(this.#trailers);
    if (this.#error !== undefined) return Promise.reject(this.#error);
    this.#trailersWaiter ??= Promise.withResolvers();
    return this.#trailersWaiter.promise;
  }

  #take(): Buffer {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.queuedBytes = 0;
    return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  }
}
