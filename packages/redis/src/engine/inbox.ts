/** What clients send: bytes into commands, one after the other as long as the client may go on. */
import { Buffer } from "node:buffer";
import type { Args } from "../resp/args.ts";
import { ProtocolError } from "../resp/request-parser.ts";
import type { Client } from "./client.ts";
import type { Engine } from "./engine.ts";
import type { Outbox } from "./outbox.ts";
import type { Stopwatch } from "./stopwatch.ts";

export class Inbox {
  readonly #engine: Engine;
  readonly #outbox: Outbox;
  readonly #stopwatch: Stopwatch;
  /** Clients that were unblocked and may have commands waiting in their parsers. */
  #resumable: Client[] = [];

  constructor(engine: Engine, outbox: Outbox, stopwatch: Stopwatch) {
    this.#engine = engine;
    this.#outbox = outbox;
    this.#stopwatch = stopwatch;
  }

  /** Bytes from a client, at `now`; the chunk is free again afterwards. */
  receive(client: Client, chunk: Buffer, now: number): void {
    if (client.closing || client.closed) return;
    const engine = this.#engine;
    if (this.#outbox.held) {
      const kept = Buffer.from(chunk);
      this.#outbox.defer(() => this.receive(client, kept, engine.now));
      return;
    }
    engine.setNow(now);
    client.lastInteractionMs = now;
    client.bytesIn += chunk.length;
    engine.stats.netInputBytes += chunk.length;
    engine.stats.readsProcessed++;
    this.#stopwatch.start();
    try {
      client.parser.feed(chunk);
    } catch (error) {
      engine.stats.clientQueryBufferLimitDisconnections++;
      this.#protocolError(client, error);
      return;
    }
    this.#drain(client);
    if (this.#resumable.length > 0) this.drainResumable();
    this.#stopwatch.settle();
    client.parser.keep();
  }

  #drain(client: Client): void {
    const { parser, args, held } = client;
    let { ahead } = client.db.keys;
    try {
      if (held !== undefined && !client.paused) {
        client.held = undefined;
        this.#engine.process(client, held);
      }
      while (client.blocked === undefined && !client.closing && !client.paused) {
        if (parser.position >= ahead.end) {
          ahead.clear();
          const { keys } = client.db;
          keys.lookAhead(parser);
          ahead = keys.ahead;
        }
        if (!parser.next(args)) break;
        this.#engine.process(client, args);
      }
    } catch (error) {
      this.#protocolError(client, error);
    }
    ahead.clear();
  }

  #protocolError(client: Client, error: unknown): void {
    if (!(error instanceof ProtocolError)) throw error;
    this.#engine.replyError(client, error.message);
    this.#outbox.wrote(client);
    client.closing = true;
  }

  /** The client may go on with its pipeline: `drainResumable` does. */
  resume(client: Client): void {
    this.#outbox.wrote(client);
    this.#resumable.push(client);
  }

  drainResumable(): void {
    for (let client = this.#resumable.shift(); client !== undefined; client = this.#resumable.shift()) {
      if (!client.closed) this.#drain(client);
    }
  }

  /** Runs a command that was held back, and lets the client's pipeline go on. */
  resumeHeld(client: Client, args: Args): void {
    const engine = this.#engine;
    if (this.#outbox.held) {
      this.#outbox.defer(() => this.resumeHeld(client, args));
      return;
    }
    client.paused = false;
    if (client.closed || client.closing) return;
    const entry = engine.commands.find(args, 0);
    if (entry === undefined) return;
    this.#outbox.wrote(client);
    const subcommand = args.length > 1 ? entry.subcommands?.find(args, 1) : undefined;
    this.#stopwatch.start();
    engine.run(client, subcommand ?? entry, args);
    this.#drain(client);
    this.drainResumable();
  }
}
