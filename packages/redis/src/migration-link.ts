/**
 * Carries MIGRATE's requests to other servers: a connection for each migration, written as fast as the target reads, ended by its last
 * reply, or by a silence that is too long.
 */
import type { Buffer } from "node:buffer";
import type { Clock, Connection, ConnectionHandler, Net, Timer } from "@tenon/kit";
import type { Delivery, MigrationDoor, MigrationTarget } from "./engine/migrations.ts";
import type { Engine } from "./engine/engine.ts";
import { PushReply, RedisError, ReplyParser } from "./resp/reply-parser.ts";

/** What is written at once, so that a timeout can tell a slow target from one that does not read. */
const SLICE_BYTES = 64 * 1024;
/** A system that connects without waiting, as the original does, is told these when it writes. */
const NOTICED_WHEN_WRITING = /^(?:ECONNREFUSED|ECONNRESET|EHOSTUNREACH)$/;

export interface MigrationLinksOptions {
  readonly engine: Engine;
  readonly net: Net;
  readonly clock: Clock;
  /** After the engine did something on its own: timers may have to be set. */
  served(): void;
}

export class MigrationLinks implements MigrationDoor {
  readonly #options: MigrationLinksOptions;
  readonly #closing = new AbortController();
  readonly #open = new Set<Link>();

  constructor(options: MigrationLinksOptions) {
    this.#options = options;
  }

  deliver(target: MigrationTarget, requests: readonly Buffer[], done: (delivery: Delivery) => void): void {
    void this.#carry(target, requests, done);
  }

  async #carry(
    target: MigrationTarget,
    requests: readonly Buffer[],
    done: (delivery: Delivery) => void,
  ): Promise<void> {
    const delivery = await this.#converse(target, requests);
    const { engine, clock, served } = this.#options;
    if (this.#closing.signal.aborted) return;
    engine.whenFree(() => {
      engine.setNow(clock.now());
      done(delivery);
      engine.tick(clock.now());
    });
    engine.flush();
    served();
  }

  async #converse({ host, port, timeoutMs }: MigrationTarget, requests: readonly Buffer[]): Promise<Delivery> {
    const { net, clock } = this.#options;
    const { signal } = this.#closing;
    let connection: Connection;
    try {
      connection = await net.connect({ host, port, timeoutMs, signal });
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      return { replies: [], failure: NOTICED_WHEN_WRITING.test(code) ? "writing" : "connecting" };
    }
    const link = new Link(connection, { clock, timeoutMs, requests });
    this.#open.add(link);
    try {
      return await link.delivery;
    } finally {
      this.#open.delete(link);
    }
  }

  /** The server ends: what is on its way is given up, and nobody is told. */
  close(): void {
    this.#closing.abort();
    for (const link of this.#open) link.end();
  }
}

interface LinkOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly requests: readonly Buffer[];
}

class Link implements ConnectionHandler {
  readonly delivery: Promise<Delivery>;
  readonly #connection: Connection;
  readonly #requests: readonly Buffer[];
  readonly #parser = new ReplyParser();
  readonly #replies: (string | undefined)[] = [];
  readonly #silence: Timer;
  #settle!: (delivery: Delivery) => void;
  /** Where to go on writing: request, and byte of it. */
  #request = 0;
  #at = 0;

  constructor(connection: Connection, { clock, timeoutMs, requests }: LinkOptions) {
    this.#connection = connection;
    this.#requests = requests;
    this.delivery = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#silence = clock.setTimeout(() => this.end(), timeoutMs);
    connection.setNoDelay(true);
    connection.handle(this);
    this.drain();
  }

  /** Goes on writing. */
  drain(): void {
    this.#silence.refresh();
    this.#connection.cork();
    for (let isTaken = true; isTaken && this.#request < this.#requests.length;) {
      const request = this.#requests[this.#request]!;
      isTaken = this.#connection.write(request.subarray(this.#at, this.#at + SLICE_BYTES));
      this.#at += SLICE_BYTES;
      if (this.#at < request.length) continue;
      this.#request++;
      this.#at = 0;
    }
    this.#connection.uncork();
  }

  data(chunk: Buffer): void {
    this.#silence.refresh();
    try {
      for (const reply of this.#parser.feed(chunk)) {
        if (!(reply instanceof PushReply)) this.#replies.push(reply instanceof RedisError ? reply.message : undefined);
      }
    } catch {
      // It speaks something else.
      this.end();
      return;
    }
    if (this.#replies.length >= this.#requests.length) this.end();
  }

  /** Nothing more will come, or is wanted. */
  end(): void {
    this.#silence.close();
    this.#connection.destroy();
    const isWritten = this.#request === this.#requests.length;
    const isAnswered = this.#replies.length >= this.#requests.length;
    this.#settle({ replies: this.#replies, failure: isAnswered ? undefined : isWritten ? "reading" : "writing" });
  }

  close(): void {
    this.end();
  }
}
