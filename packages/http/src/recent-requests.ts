/** The newest requests, for whoever looks: the console, a test. */

export interface RecentRequest {
  /** When it came, milliseconds since the epoch. */
  readonly timeMs: number;
  readonly method: string;
  /** As on the request line. */
  readonly target: string;
  readonly status: number;
  /** Bytes of the answer on the wire, head included. */
  readonly bytes: number;
  readonly durationMs: number;
  readonly remoteAddress: string;
  readonly httpVersion: "1.0" | "1.1";
  readonly userAgent: string | null;
  readonly referrer: string | null;
}

/** A finished request that can still say what it was. */
export interface FinishedRequest {
  describe(): RecentRequest;
}

const CAPACITY = 256;

/**
 * A ring of finished requests. Recording keeps a reference; strings are made when somebody reads. So it costs a store per
 * request, and keeps at most `CAPACITY` request heads alive.
 */
export class RecentRequests {
  readonly #ring: (FinishedRequest | undefined)[] = Array.from({ length: CAPACITY }, () => undefined);
  #next = 0;
  readonly #listeners = new Set<(request: RecentRequest) => void>();

  record(request: FinishedRequest): void {
    this.#ring[this.#next] = request;
    this.#next = this.#next + 1 === CAPACITY ? 0 : this.#next + 1;
    if (this.#listeners.size > 0) {
      const described = request.describe();
      for (const listener of this.#listeners) listener(described);
    }
  }

  /** Oldest first. */
  list(): RecentRequest[] {
    const inOrder = [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
    return inOrder.flatMap((request) => (request === undefined ? [] : [request.describe()]));
  }

  /** Tells `listener` of every request that finishes from now on; returns what ends it. It must not throw. */
  subscribe(listener: (request: RecentRequest) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
