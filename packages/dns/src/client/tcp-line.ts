/**
 * A connection to a server on which many questions are under way at once; answers come in any order and are told apart by their ids
 * (RFC 7766 §6.2.1). It ends itself when nothing is under way for a while.
 */
import type { Address, Connection, ConnectionHandler, Timer, World } from "@tenon/kit";
import { type ConnectionOptions, connectTo } from "./connect.ts";
import { UpstreamError } from "./errors.ts";
import { frame, FrameReader } from "./frames.ts";
import { idOf, matchReply } from "./matching.ts";

/** Questions under way on one connection. */
export const MAX_IN_FLIGHT = 100;
/** RFC 7766 §6.2.3: seconds, so that a burst of questions shares the connection. */
export const IDLE_MS = 10_000;

interface Waiting {
  readonly query: Uint8Array;
  readonly resolve: (reply: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

export class TcpLine implements ConnectionHandler {
  readonly #server: Address;
  readonly #connection: Connection;
  readonly #frames = new FrameReader();
  readonly #waiting = new Map<number, Waiting>();
  readonly #idle: Timer;
  readonly #ended: (line: TcpLine) => void;
  /** Answers that came: a server may end a connection that it has answered on, and nothing is wrong with it. */
  answered = 0;
  isOpen = true;

  private constructor(world: World, server: Address, connection: Connection, ended: (line: TcpLine) => void) {
    this.#server = server;
    this.#connection = connection;
    this.#ended = ended;
    this.#idle = world.clock.setTimeout(() => {
      if (this.#waiting.size === 0) this.end();
    }, IDLE_MS);
    // Being open for what may come is no reason to live.
    this.#idle.unref();
    connection.handle(this);
  }

  static async open(
    world: World,
    server: Address,
    options: ConnectionOptions,
    ended: (line: TcpLine) => void,
  ): Promise<TcpLine> {
    return new TcpLine(world, server, await connectTo(world, server, options), ended);
  }

  /** Whether a question with this id can go out here. */
  takes(id: number): boolean {
    return this.isOpen && this.#waiting.size < MAX_IN_FLIGHT && !this.#waiting.has(id);
  }

  /** Asks what `takes` has allowed. Rejects when the connection ends; whoever does not want to wait longer calls `forget`. */
  ask(query: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(idOf(query), { query, resolve, reject });
      this.#connection.write(frame(query));
    });
  }

  /** Gives a question up: an answer that still comes is dropped. */
  forget(query: Uint8Array, reason: unknown): void {
    const waiting = this.#waiting.get(idOf(query));
    if (waiting?.query !== query) return;
    this.#waiting.delete(idOf(query));
    waiting.reject(reason);
    this.#idle.refresh();
  }

  data(chunk: Buffer): void {
    for (const reply of this.#frames.push(chunk)) {
      const id = reply.length < 2 ? -1 : idOf(reply);
      const waiting = this.#waiting.get(id);
      if (waiting === undefined || matchReply(waiting.query, reply) !== "answer") continue;
      this.#waiting.delete(id);
      this.answered += 1;
      // The view would keep the chunk, of which others may be larger than it.
      waiting.resolve(reply.slice());
    }
    this.#idle.refresh();
  }

  /** The peer has ended its side, or nobody needs this any more. */
  end(): void {
    this.#close(undefined);
    this.#connection.destroy();
  }

  drain(): void {}

  close(error?: Error): void {
    this.#close(error);
  }

  #close(cause: Error | undefined): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#idle.close();
    this.#ended(this);
    for (const { reject } of this.#waiting.values()) {
      reject(new UpstreamError("closed", this.#server, cause === undefined ? {} : { cause }));
    }
    this.#waiting.clear();
  }
}
