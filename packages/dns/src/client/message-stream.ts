/** A connection that brings many messages for one question, with back-pressure: while nobody takes them, it is not read. */
import type { Address, Connection, ConnectionHandler, World } from "@tenon/kit";
import { type ConnectionOptions, connectTo } from "./connect.ts";
import { UpstreamError } from "./errors.ts";
import { frame, FrameReader } from "./frames.ts";
import { idOf } from "./matching.ts";

/** Messages that may lie ready before reading stops; a chunk more may be on its way. */
const MAX_READY = 16;

export class MessageStream implements ConnectionHandler {
  readonly #world: World;
  readonly #connection: Connection;
  readonly #server: Address;
  readonly #id: number;
  readonly #options: ConnectionOptions;
  readonly #frames = new FrameReader();
  readonly #ready: Uint8Array[] = [];
  #failure: unknown;
  /** Of all messages so far, without their lengths. */
  receivedBytes = 0;
  /** Whoever waits for a message or a failure. */
  #wake: (() => void) | undefined;

  private constructor(world: World, connection: Connection, server: Address, id: number, options: ConnectionOptions) {
    this.#world = world;
    this.#connection = connection;
    this.#server = server;
    this.#id = id;
    this.#options = options;
    options.signal?.addEventListener("abort", this.#abort, { once: true });
    connection.handle(this);
  }

  /** `timeoutMs` is the longest silence. Connects and sends the query. Rejects with UpstreamError, or with the signal's reason. */
  static async open(
    world: World,
    query: Uint8Array,
    server: Address,
    options: ConnectionOptions,
  ): Promise<MessageStream> {
    const connection = await connectTo(world, server, options);
    const stream = new MessageStream(world, connection, server, idOf(query), options);
    connection.write(frame(query));
    return stream;
  }

  /** The next message. Rejects with UpstreamError("timeout" | "closed" | …), or with the signal's reason; then and at the end, `stop`. */
  async next(): Promise<Uint8Array> {
    if (this.#ready.length === 0 && this.#failure === undefined) await this.#arrival();
    const message = this.#ready.shift();
    if (message === undefined) throw this.#failure;
    if (this.#ready.length === 0) this.#connection.resume();
    return message;
  }

  stop(): void {
    this.#options.signal?.removeEventListener("abort", this.#abort);
    this.#connection.destroy();
  }

  async #arrival(): Promise<void> {
    const { timeoutMs } = this.#options;
    const timer = this.#world.clock.setTimeout(() => this.#fail(new UpstreamError("timeout", this.#server)), timeoutMs);
    await new Promise<void>((resolve) => (this.#wake = resolve));
    timer.close();
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  readonly #abort = (): void => this.#fail(this.#options.signal!.reason);

  // ------------------------------------------------------ what the connection tells

  data(chunk: Buffer): void {
    for (const message of this.#frames.push(chunk)) {
      if (message.length < 2 || idOf(message) !== this.#id) continue;
      this.#ready.push(message);
      this.receivedBytes += message.length;
    }
    if (this.#ready.length >= MAX_READY) this.#connection.pause();
    if (this.#ready.length > 0) this.#wake?.();
  }

  end(): void {
    this.#fail(new UpstreamError("closed", this.#server));
  }

  drain(): void {}

  close(error?: Error): void {
    this.#fail(
      error === undefined ? new UpstreamError("closed", this.#server) : UpstreamError.fromSystem(error, this.#server),
    );
  }
}
