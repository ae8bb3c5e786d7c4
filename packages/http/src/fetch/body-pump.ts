/**
 * Carries a body stream to where it is sent: one read at a time, one microtask per chunk, and none while the other side
 * is full.
 */

import { ByteSource } from "./byte-source.ts";

export interface PumpTarget {
  /** Takes a chunk that is not empty. False: wait for `resume()`, which says that all that was taken has left. */
  chunk(bytes: Uint8Array): boolean;
  /** The stream ended as it should. */
  finish(): void;
  /** The stream failed: what was sent must not look complete. */
  abort(error: unknown): void;
}

export class BodyPump {
  readonly #source: ByteSource | ReadableStreamDefaultReader<unknown>;
  readonly #target: PumpTarget;
  #stopped = false;
  #waiting = false;

  /** Throws TypeError where somebody else holds the stream. */
  constructor(body: ReadableStream | ByteSource, target: PumpTarget) {
    this.#source = body instanceof ByteSource ? body : body.getReader();
    this.#target = target;
  }

  /** Reads the first chunk. */
  start(): void {
    this.#read();
  }

  /** There is room again. */
  resume(): void {
    if (!this.#waiting) return;
    this.#waiting = false;
    if (this.#source instanceof ByteSource) this.#source.recycle();
    this.#read();
  }

  /** Nobody wants the rest. */
  cancel(reason: unknown): void {
    if (this.#stopped) return;
    this.#stopped = true;
    // What a source makes of being cancelled is its own affair.
    if (this.#source instanceof ByteSource) this.#source.cancel();
    else this.#source.cancel(reason).catch(() => {});
  }

  #read(): void {
    if (this.#source instanceof ByteSource) this.#source.next().then(this.#pulled, this.#failed);
    else this.#source.read().then(this.#arrived, this.#failed);
  }

  readonly #pulled = (value: Uint8Array | undefined): void => this.#arrived({ done: value === undefined, value });

  readonly #arrived = ({ done, value }: { done: boolean; value?: unknown }): void => {
    if (this.#stopped) return;
    if (done) {
      this.#stopped = true;
      this.#target.finish();
      return;
    }
    const bytes = typeof value === "string" ? Buffer.from(value) : value;
    if (!(bytes instanceof Uint8Array)) {
      const error = new TypeError("a body stream must give strings or Uint8Arrays");
      this.cancel(error);
      this.#target.abort(error);
      return;
    }
    if (bytes.length === 0 || this.#target.chunk(bytes)) this.#read();
    else this.#waiting = true;
  };

  readonly #failed = (error: unknown): void => {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#target.abort(error);
  };
}
