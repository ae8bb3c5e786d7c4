/**
 * Replies on their way out: who has some, and when they may leave.
 *
 * Replies leave once a batch, one write per client. Before they do, `commit` is asked, with what was propagated since: false holds them
 * back, and what clients send meanwhile, until `release`. So many clients share one sync of the append-only file.
 */
import type { Client } from "./client.ts";
import type { Stats } from "./stats.ts";

export class Outbox {
  commit: (() => boolean) | undefined = undefined;
  /** Called before output leaves: more may be added to it. */
  beforeDelivery: () => void = () => {};
  readonly #stats: Stats;
  /** Clients with output that was not flushed. */
  #clients: Client[] = [];
  #held = false;
  /** What came while replies were held. */
  #deferred: (() => void)[] = [];

  constructor(stats: Stats) {
    this.#stats = stats;
  }

  /** Whether replies wait for what was committed to become durable. */
  get held(): boolean {
    return this.#held;
  }

  /** Does `work` once replies leave again. */
  defer(work: () => void): void {
    this.#deferred.push(work);
  }

  /** Notes that `client` has output. */
  wrote(client: Client): void {
    if (client.flushing) return;
    client.flushing = true;
    this.#clients.push(client);
  }

  /** Hands every client's output to its sink: one write per client and batch. */
  flush(): void {
    if (this.#held) return;
    if (this.commit !== undefined && !this.commit()) {
      this.#held = true;
      return;
    }
    this.#deliver();
  }

  /** What was committed is durable: replies leave. Returns what was deferred, in order. */
  release(): readonly (() => void)[] {
    this.#held = false;
    this.#deliver();
    const deferred = this.#deferred;
    this.#deferred = [];
    return deferred;
  }

  /** What was committed will not become durable: nobody may hear that it was done. */
  fail(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#deferred = [];
    for (const client of this.#clients) {
      client.flushing = false;
      client.reply.clear();
      client.sink.close(client);
    }
    this.#clients = [];
  }

  #deliver(): void {
    this.beforeDelivery();
    while (this.#clients.length > 0) {
      const clients = this.#clients;
      this.#clients = [];
      for (const client of clients) {
        client.flushing = false;
        if (client.closed) continue;
        const { length } = client.reply;
        if (length > 0) {
          client.bytesOut += length;
          this.#stats.netOutputBytes += length;
          this.#stats.writesProcessed++;
          client.sink.flush(client);
        }
        if (client.closing) client.sink.close(client);
      }
    }
  }
}
