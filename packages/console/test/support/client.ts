/** A client that says exactly what a test wants it to say: node:http, because fetch forbids to choose Host and Cookie. */
import { request } from "node:http";
import type { Console } from "@tenon/console";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export function ask(target: Console, { method = "GET", path = "/", headers = {}, body }: Ask): Promise<Answer> {
  const { host, port } = target.address;
  return new Promise((resolve, reject) => {
    const outgoing = request({ host, port, method, path, headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** A browser that came in with the token: it has the cookie, and says where it is. */
export class Visitor {
  readonly #console: Console;
  readonly origin: string;
  readonly cookie: string;

  private constructor(target: Console, cookie: string) {
    this.#console = target;
    this.origin = `http://127.0.0.1:${target.address.port}`;
    this.cookie = cookie;
  }

  static async enter(target: Console): Promise<Visitor> {
    const { pathname, search } = new URL(target.url);
    const answer = await ask(target, { path: pathname + search });
    const [cookie] = String(answer.headers["set-cookie"]).split(";");
    return new Visitor(target, cookie ?? "");
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return ask(this.#console, { path, headers: { cookie: this.cookie, ...headers } });
  }

  post(path: string, body: unknown = {}, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.send("POST", path, JSON.stringify(body), headers);
  }

  send(
    method: string,
    path: string,
    body: string | Uint8Array,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const own = { cookie: this.cookie, origin: this.origin, "content-type": "application/json" };
    return ask(this.#console, { method, path, body, headers: { ...own, ...headers } });
  }
}

export interface LiveEvent {
  readonly event: string;
  readonly data: unknown;
}

/** The visitor's event stream. Close it before the test ends. */
export class LiveStream {
  readonly #events: LiveEvent[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #abort: () => void;
  isClosed = false;

  private constructor(abort: () => void) {
    this.#abort = abort;
  }

  static open(target: Console, visitor: Visitor): Promise<LiveStream> {
    const { host, port } = target.address;
    return new Promise((resolve, reject) => {
      const outgoing = request(
        { host, port, path: "/api/live", headers: { cookie: visitor.cookie }, agent: false },
        (incoming) => {
          if (incoming.statusCode !== 200) {
            reject(new Error(`status ${incoming.statusCode}`));
            return;
          }
          let text = "";
          incoming.setEncoding("utf8");
          incoming.on("data", (chunk: string) => {
            text += chunk;
            const blocks = text.split("\n\n");
            text = blocks.pop() ?? "";
            for (const block of blocks) stream.#push(block);
          });
          const closed = (): void => {
            stream.isClosed = true;
            stream.#wake();
          };
          incoming.on("close", closed);
          incoming.on("error", closed);
          resolve(stream);
        },
      );
      const stream = new LiveStream(() => outgoing.destroy());
      outgoing.on("error", reject);
      outgoing.end();
    });
  }

  /** The first event from now or before that `matches`; events are looked at once. */
  async next(matches: (event: LiveEvent) => boolean): Promise<unknown> {
    for (;;) {
      const index = this.#events.findIndex(matches);
      if (index >= 0) return this.#events.splice(0, index + 1).at(-1)!.data;
      if (this.isClosed) throw new Error("the stream ended");
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  named(name: string): Promise<unknown> {
    return this.next(({ event }) => event === name);
  }

  async untilClosed(): Promise<void> {
    while (!this.isClosed) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.#abort();
  }

  #push(block: string): void {
    const event = /^event: (.*)$/m.exec(block)?.[1];
    const data = /^data: (.*)$/m.exec(block)?.[1];
    if (event !== undefined && data !== undefined) this.#events.push({ event, data: JSON.parse(data) });
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
