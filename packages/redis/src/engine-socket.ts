/**
 * A stream straight to the engine, for clients that take a stream instead of connecting: no socket, no system call. It has the
 * few methods of `net.Socket` that clients call.
 */
import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import type { Client, ClientSink } from "./engine/client.ts";
import type { Engine } from "./engine/engine.ts";

export class EngineSocket extends Duplex implements ClientSink {
  readonly remoteAddress = "127.0.0.1";
  readonly remotePort = 0;
  readonly connecting = false;
  readonly #engine: Engine;
  readonly #client: Client;
  readonly #now: () => number;
  readonly #served: () => void;

  /** `served` is called after each batch: the server sets its timers. */
  constructor(engine: Engine, now: () => number, served: () => void) {
    super({ allowHalfOpen: false });
    this.#engine = engine;
    this.#now = now;
    this.#served = served;
    this.#client = engine.connect(this, { remote: "127.0.0.1:0", local: "127.0.0.1:0", descriptor: -1 });
    queueMicrotask(() => this.emit("connect"));
  }

  get queuedBytes(): number {
    return this.readableLength;
  }

  flush(client: Client): void {
    this.push(client.reply.take());
  }

  close(): void {
    this.push(null);
    this.#engine.disconnect(this.#client);
  }

  override _read(): void {}

  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk;
    this.#engine.receive(this.#client, bytes, this.#now());
    this.#engine.flush();
    this.#served();
    done();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#engine.disconnect(this.#client);
    this.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#engine.disconnect(this.#client);
    done(error);
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}
