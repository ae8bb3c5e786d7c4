/** A client that sees bytes: it sends what it is told and keeps what it gets. Works in every world. */
import { type Connection, realWorld, type World } from "@tenon/kit";

export class RawClient {
  /** Everything received, as Latin-1. */
  received = "";
  /** How many pieces it came in. */
  chunks = 0;
  ended = false;
  closed = false;
  error: Error | undefined;
  readonly connection: Connection;
  #changed = Promise.withResolvers<void>();

  static async connect(port: number, world: World = realWorld, host = "127.0.0.1"): Promise<RawClient> {
    return new RawClient(await world.net.connect({ host, port }));
  }

  private constructor(connection: Connection) {
    this.connection = connection;
    const changed = (): void => {
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    };
    connection.handle({
      data: (chunk) => {
        this.received += chunk.toString("latin1");
        this.chunks++;
        changed();
      },
      end: () => {
        this.ended = true;
        changed();
      },
      drain() {},
      close: (error) => {
        this.closed = true;
        this.error = error;
        changed();
      },
    });
  }

  send(text: string | Uint8Array): void {
    this.connection.write(text);
  }

  /** Resolves when what was received matches; rejects when it never will. */
  async until(expected: string | RegExp | ((received: string) => boolean)): Promise<string> {
    const matches = (): boolean =>
      typeof expected === "string"
        ? this.received.includes(expected)
        : expected instanceof RegExp
          ? expected.test(this.received)
          : expected(this.received);
    while (!matches()) {
      if (this.ended || this.closed)
        throw new Error(`closed; received ${JSON.stringify(this.received.slice(0, 2000))}`);
      await this.#changed.promise;
    }
    return this.received;
  }

  /** Resolves with everything received when the server has closed its side. */
  async untilEnd(): Promise<string> {
    while (!this.ended && !this.closed) await this.#changed.promise;
    return this.received;
  }

  async untilClosed(): Promise<string> {
    while (!this.closed) await this.#changed.promise;
    return this.received;
  }

  /** Forgets what was received. */
  clear(): void {
    this.received = "";
    this.chunks = 0;
  }

  destroy(): void {
    this.connection.destroy();
  }
}

/** The same for a response that is complete by its Content-Length. */
export function responses(received: string): { status: number; head: string; body: string }[] {
  const found: { status: number; head: string; body: string }[] = [];
  let rest = received;
  while (rest.includes("\r\n\r\n")) {
    const end = rest.indexOf("\r\n\r\n") + 4;
    const head = rest.slice(0, end);
    const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
    if (rest.length < end + length) break;
    found.push({ status: Number(head.slice(9, 12)), head, body: rest.slice(end, end + length) });
    rest = rest.slice(end + length);
  }
  return found;
}
