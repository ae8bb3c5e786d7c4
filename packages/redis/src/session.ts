/** One connection: bytes to the engine, replies back, limits on what waits to be read. */
import type { Buffer } from "node:buffer";
import type { Connection, Session } from "@tenon/kit";
import type { Client, ClientSink } from "./engine/client.ts";
import type { Engine } from "./engine/engine.ts";

/** Replies up to this size leave as strings, which costs no buffer; longer ones as the buffer that they were written to. */
const STRING_WRITE_BYTES = 1024;
/** A client that has not authenticated and does not read is dropped beyond this. */
const UNAUTHENTICATED_OUTPUT_BYTES = 64 * 1024;

export interface OutputLimit {
  /** 0: none. */
  readonly hardBytes: number;
  readonly softBytes: number;
  readonly softSeconds: number;
}

/** What a session asks of its server. */
export interface SessionHost {
  readonly engine: Engine;
  now(): number;
  outputLimit(kind: "normal" | "pubsub"): OutputLimit;
  /** After a batch: timers may have to be set. */
  served(): void;
}

export class RedisSession implements Session, ClientSink {
  /** The engine copies what it has to keep. */
  readonly borrows = true;
  readonly client: Client;
  readonly #connection: Connection;
  readonly #host: SessionHost;
  /** Since when the soft limit is exceeded; 0: it is not. */
  #overSoftSinceMs = 0;

  constructor(host: SessionHost, connection: Connection, descriptor: number) {
    this.#host = host;
    this.#connection = connection;
    this.client = host.engine.connect(this, {
      remote: named(connection.remote.address, connection.remote.port),
      local: named(connection.local.address, connection.local.port),
      descriptor,
    });
  }

  get queuedBytes(): number {
    return this.#connection.queuedBytes;
  }

  data(chunk: Buffer): void {
    const { engine } = this.#host;
    engine.receive(this.client, chunk, this.#host.now());
    engine.flush();
    this.#host.served();
  }

  flush(client: Client): void {
    const { reply } = client;
    const sent =
      reply.length <= STRING_WRITE_BYTES
        ? this.#connection.write(reply.takeString())
        : this.#connection.write(reply.take());
    if (!sent) this.#checkOutput();
  }

  /** client-output-buffer-limit: a client that does not read is dropped before it fills the memory. */
  #checkOutput(): void {
    const { client } = this;
    // What a replica gets is counted where it waits to be sent.
    if (client.isReplica) return;
    const queued = this.#connection.queuedBytes;
    const limit = this.#host.outputLimit(client.subscriptions + client.shardChannels.size > 0 ? "pubsub" : "normal");
    const now = this.#host.now();
    let over = limit.hardBytes > 0 && queued > limit.hardBytes;
    if (limit.softBytes > 0 && queued > limit.softBytes) {
      if (this.#overSoftSinceMs === 0) this.#overSoftSinceMs = now;
      else if (now - this.#overSoftSinceMs > limit.softSeconds * 1000) over = true;
    } else this.#overSoftSinceMs = 0;
    if (!client.authenticated && queued > UNAUTHENTICATED_OUTPUT_BYTES) over = true;
    if (!over) return;
    this.#host.engine.stats.clientOutputBufferLimitDisconnections++;
    this.#connection.destroy();
  }

  /** The engine has done with the client. */
  close(): void {
    this.#host.engine.disconnect(this.client);
    this.#connection.end();
  }

  end(): void {
    this.#host.engine.disconnect(this.client);
    this.#connection.end();
  }

  drain(): void {
    this.#overSoftSinceMs = 0;
    this.client.onDrain?.();
  }

  finish(): void {
    this.#host.engine.disconnect(this.client);
    if (this.#connection.queuedBytes > 0) this.#connection.end();
    else this.#connection.destroy();
  }

  cut(): void {
    this.#connection.destroy();
  }

  /** Drops a client that has been idle too long (the setting `timeout`), unless it waits by its nature. */
  dropIfIdle(now: number, timeoutSeconds: number): void {
    const { client } = this;
    if (client.blocked !== undefined || client.subscriptions > 0 || client.monitor || client.isReplica) return;
    if (now - client.lastInteractionMs > timeoutSeconds * 1000) this.#connection.destroy();
  }
}

function named(address: string, port: number): string {
  return address.includes(":") && !address.startsWith("/") ? `[${address}]:${port}` : `${address}:${port}`;
}
