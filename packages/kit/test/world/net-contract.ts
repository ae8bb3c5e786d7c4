/** What every network does, real or not. `go` lets time pass where it does not pass by itself. */
import { expect, it } from "vitest";
import type { Connection, ConnectionHandler, Listener, Net } from "../../src/index.ts";

export interface NetUnderTest {
  readonly net: Net;
  /** A path for a unix socket. */
  readonly socketPath: string;
  /** Resolves as `work` does, moving the clock where it must be moved. */
  go<T>(work: Promise<T>): Promise<T>;
  /** Enough time for everything that is going to happen to have happened. */
  settle(): Promise<void>;
}

/** Keeps what a connection told, in order; answers as `on` says. */
export class Recorder implements ConnectionHandler {
  readonly told: string[] = [];
  readonly chunks: Buffer[] = [];
  readonly #waiting: { condition: () => boolean; resolve: () => void }[] = [];
  readonly #on: Partial<ConnectionHandler>;
  error: Error | undefined;

  constructor(on: Partial<ConnectionHandler> = {}) {
    this.#on = on;
  }

  data(chunk: Buffer): void {
    this.chunks.push(chunk);
    if (this.told.at(-1) !== "data") this.told.push("data");
    this.#on.data?.(chunk);
    this.#wake();
  }
  end(): void {
    this.told.push("end");
    this.#on.end?.();
    this.#wake();
  }
  drain(): void {
    this.told.push("drain");
    this.#on.drain?.();
    this.#wake();
  }
  close(error?: Error): void {
    this.told.push("close");
    this.error = error;
    this.#on.close?.(error);
    this.#wake();
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString("latin1");
  }
  get size(): number {
    return this.chunks.reduce((size, chunk) => size + chunk.length, 0);
  }

  /** Resolves when the condition holds. */
  until(condition: (recorder: this) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ condition: () => condition(this), resolve });
      this.#wake();
    });
  }
  untilTold(what: string): Promise<void> {
    return this.until(() => this.told.includes(what));
  }
  #wake(): void {
    for (const { condition, resolve } of this.#waiting) if (condition()) resolve();
  }
}

interface Pair {
  readonly client: Connection;
  readonly server: Connection;
  readonly listener: Listener;
}

export function netContract(newNet: () => NetUnderTest): void {
  async function pair(world: NetUnderTest, path?: string): Promise<Pair> {
    let accepted: (connection: Connection) => void;
    const server = new Promise<Connection>((resolve) => (accepted = resolve));
    const listener = await world.go(world.net.listen(path === undefined ? {} : { path }, (each) => accepted(each)));
    const target = path === undefined ? { port: listener.address.port } : { path };
    const client = await world.go(world.net.connect(target));
    return { client, server: await world.go(server), listener };
  }

  it("connects, talks both ways, and ends in good order", async () => {
    const world = newNet();
    const { client, server, listener } = await pair(world);
    expect(server.local).toEqual(listener.address);
    expect(server.remote).toEqual(client.local);
    expect(client.remote).toEqual(listener.address);
    expect(listener.address.address).toBe("127.0.0.1");
    const atServer = new Recorder({ data: (chunk) => server.write(`<${chunk.toString()}>`), end: () => server.end() });
    const atClient = new Recorder();
    server.handle(atServer);
    client.handle(atClient);
    expect(client.write("caf\u00e9")).toBe(true);
    await world.go(atClient.until(({ text }) => text.endsWith(">")));
    client.end();
    client.end();
    expect(client.write("too late")).toBe(false);
    await world.go(Promise.all([atClient.untilTold("close"), atServer.untilTold("close")]));
    expect(atServer.chunks[0]).toEqual(Buffer.from([0x63, 0x61, 0x66, 0xe9]));
    expect(atServer.told).toEqual(["data", "end", "close"]);
    expect(atClient.told).toEqual(["data", "end", "close"]);
    expect(atServer.error).toBeUndefined();
    expect(atClient.error).toBeUndefined();
    await world.go(listener.close());
  });

  it("keeps the other direction open when one has ended", async () => {
    const world = newNet();
    const { client, server, listener } = await pair(world);
    const atServer = new Recorder();
    const atClient = new Recorder();
    server.handle(atServer);
    client.handle(atClient);
    client.write("question");
    client.end();
    await world.go(atServer.untilTold("end"));
    server.write("answer");
    await world.go(atClient.until(({ text }) => text === "answer"));
    expect(atClient.told).toEqual(["data"]);
    server.end();
    await world.go(Promise.all([atClient.untilTold("close"), atServer.untilTold("close")]));
    await world.go(listener.close());
  });

  it("holds data and the end until somebody handles them, on both sides", async () => {
    const world = newNet();
    const { client, server, listener } = await pair(world);
    client.write("early");
    client.end();
    server.write("bird");
    server.end();
    server.resume(); // must not throw data away
    await world.settle();
    const atServer = new Recorder();
    const atClient = new Recorder();
    server.handle(atServer);
    client.handle(atClient);
    expect(atServer.told).toEqual([]);
    await world.go(Promise.all([atClient.untilTold("close"), atServer.untilTold("close")]));
    expect(atServer.text).toBe("early");
    expect(atClient.text).toBe("bird");
    await world.go(listener.close());
  });

  it("hands a connection over in the middle of a chunk's handler", async () => {
    const world = newNet();
    const { client, server, listener } = await pair(world);
    const second = new Recorder();
    const first = new Recorder({ data: () => server.handle(second) });
    server.handle(first);
    const atClient = new Recorder();
    client.handle(atClient);
    client.write("one");
    await world.go(first.untilTold("data"));
    client.write("two");
    client.end();
    server.end();
    await world.go(second.untilTold("close"));
    expect(first.told).toEqual(["data"]);
    expect(first.text + second.text).toBe("onetwo");
    await world.go(atClient.untilTold("close"));
    await world.go(listener.close());
  });

  it("calls no handler from inside its owner's calls, and none after close", async () => {
    const world = newNet();
    const { client, server, listener } = await pair(world);
    const atServer = new Recorder();
    const atClient = new Recorder();
    server.handle(atServer);
    client.handle(atClient);
    client.write("x");
    client.destroy();
    client.destroy();
    expect(client.write("y")).toBe(false);
    expect(atClient.told).toEqual([]);
    await world.go(atClient.untilTold("close"));
    expect(atClient.error).toBeUndefined();
    client.handle(atClient);
    client.end();
    client.reset();
    client.resume();
    server.destroy();
    await world.go(atServer.untilTold("close"));
    await world.settle();
    expect(atClient.told).toEqual(["close"]);
    expect(atServer.told.filter((event) => event === "close")).toHaveLength(1);
    expect(atServer.told.at(-1)).toBe("close");
    await world.go(listener.close());
  });

  it("tells the owner's own error at close, and the peer of an end", async () => {
    const world = newNet();
    const { client, server, listener } = await pair(world);
    const atServer = new Recorder({ end: () => server.end() });
    const atClient = new Recorder();
    server.handle(atServer);
    client.handle(atClient);
    const why = new Error("bad request");
    client.destroy(why);
    await world.go(Promise.all([atClient.untilTold("close"), atServer.untilTold("close")]));
    expect(atClient.error).toBe(why);
    expect(atServer.told).toEqual(["end", "close"]);
    await world.go(listener.close());
  });

  it("resets: the peer gets ECONNRESET, the owner a plain close, whatever is queued", async () => {
    const world = newNet();
    const { client, server, listener } = await pair(world);
    const atServer = new Recorder();
    const atClient = new Recorder();
    client.handle(atClient);
    client.pause();
    server.handle(atServer);
    while (server.write(Buffer.alloc(100_000)) || server.queuedBytes < 1_000_000);
    client.reset();
    await world.go(Promise.all([atClient.untilTold("close"), atServer.untilTold("close")]));
    expect(atClient.error).toBeUndefined();
    expect((atServer.error as NodeJS.ErrnoException).code).toMatch(/^(ECONNRESET|EPIPE)$/);
    const again = await world.go(world.net.connect({ port: listener.address.port }));
    const atAgain = new Recorder();
    again.handle(atAgain);
    again.destroy();
    await world.go(atAgain.untilTold("close"));
    await world.go(listener.close());
  });

  it("pushes back: write returns false, the queue stands while the reader is paused, drain comes when it has left", async () => {
    const world = newNet();
    const { client, server, listener } = await pair(world);
    const total = 8_000_000;
    const atClient = new Recorder();
    client.handle(atClient);
    client.pause();
    const atServer = new Recorder();
    server.handle(atServer);
    const chunk = Buffer.alloc(80_000, "b");
    let wasFull = false;
    for (let sent = 0; sent < total; sent += chunk.length) wasFull = !server.write(chunk) || wasFull;
    expect(wasFull).toBe(true);
    await world.settle();
    expect(server.queuedBytes).toBeGreaterThan(0);
    expect(atServer.told).toEqual([]);
    const before = atClient.size;
    await world.settle();
    expect(atClient.size).toBe(before);
    client.resume();
    await world.go(Promise.all([atServer.untilTold("drain"), atClient.until(({ size }) => size === total)]));
    expect(server.queuedBytes).toBe(0);
    server.end();
    client.end();
    await world.go(Promise.all([atClient.untilTold("close"), atServer.untilTold("close")]));
    expect(atServer.told).toEqual(["drain", "end", "close"]);
    await world.go(listener.close());
  });

  it("holds corked writes back; corks nest; an end lets go", async () => {
    const world = newNet();
    const { client, server, listener } = await pair(world);
    const atServer = new Recorder();
    server.handle(atServer);
    const atClient = new Recorder();
    client.handle(atClient);
    client.cork();
    client.cork();
    client.write("a");
    client.write(Buffer.from("b"));
    client.uncork();
    await world.settle();
    expect(atServer.text).toBe("");
    client.uncork();
    await world.go(atServer.until(({ text }) => text === "ab"));
    client.cork();
    client.write("c");
    client.end();
    await world.go(atServer.untilTold("end"));
    expect(atServer.text).toBe("abc");
    server.destroy();
    await world.go(Promise.all([atClient.untilTold("close"), atServer.untilTold("close")]));
    await world.go(listener.close());
  });

  it("carries a large stream unchanged", async () => {
    const world = newNet();
    const { client, server, listener } = await pair(world);
    const sent = Buffer.alloc(1_000_000);
    for (let at = 0; at < sent.length; at++) sent[at] = (at * 2_654_435_761) >>> 24;
    const atServer = new Recorder({ end: () => server.end() });
    server.handle(atServer);
    const atClient = new Recorder();
    client.handle(atClient);
    for (let at = 0; at < sent.length; at += 7919) client.write(sent.subarray(at, at + 7919));
    client.end();
    await world.go(Promise.all([atClient.untilTold("close"), atServer.untilTold("close")]));
    expect(Buffer.concat(atServer.chunks).equals(sent)).toBe(true);
    await world.go(listener.close());
  });

  it("gives a borrower what arrives, whole and in order, and whoever comes after it chunks to keep", async () => {
    const world = newNet();
    const { client, server, listener } = await pair(world);
    const heir = new Recorder({ end: () => server.end() });
    let borrowed = "";
    server.handle({
      borrows: true,
      data: (chunk) => {
        borrowed += chunk.toString("latin1");
        if (!borrowed.endsWith(".")) return;
        server.handle(heir);
        server.write("next");
      },
      end() {},
      drain() {},
      close() {},
    });
    const atClient = new Recorder();
    client.handle(atClient);
    client.write("one two ");
    await world.settle();
    client.write("three.");
    await world.go(atClient.until(({ text }) => text === "next"));
    expect(borrowed).toBe("one two three.");
    for (const word of ["four", "five"]) {
      client.write(word);
      await world.settle();
    }
    await world.go(heir.until(({ size }) => size === 8));
    expect(heir.text).toBe("fourfive");
    client.destroy();
    await world.go(heir.untilTold("close"));
    await world.go(listener.close());
  });

  it("frees the port at close, while its connections go on", async () => {
    const world = newNet();
    const { client, server, listener } = await pair(world);
    const { port } = listener.address;
    await expect(world.go(world.net.listen({ port }, () => {}))).rejects.toMatchObject({ code: "EADDRINUSE" });
    await world.go(listener.close());
    await world.go(listener.close());
    await expect(world.go(world.net.connect({ port }))).rejects.toMatchObject({ code: "ECONNREFUSED", port });
    const next = await world.go(world.net.listen({ port }, () => {}));
    const atServer = new Recorder();
    server.handle(atServer);
    const atClient = new Recorder();
    client.handle(atClient);
    client.write("still here");
    await world.go(atServer.until(({ text }) => text === "still here"));
    client.destroy();
    server.destroy();
    await world.go(Promise.all([atClient.untilTold("close"), atServer.untilTold("close")]));
    await world.go(next.close());
  });

  it("rejects addresses that are not this machine's, names that are none, and aborted connects", async () => {
    const world = newNet();
    await expect(world.go(world.net.listen({ host: "192.0.2.1" }, () => {}))).rejects.toMatchObject({
      code: "EADDRNOTAVAIL",
    });
    await expect(world.go(world.net.bind({ host: "192.0.2.1" }, { message() {} }))).rejects.toMatchObject({
      code: "EADDRNOTAVAIL",
    });
    const why = new Error("enough");
    await expect(world.go(world.net.connect({ port: 1, signal: AbortSignal.abort(why) }))).rejects.toBe(why);
  });

  it("listens on a unix socket", async () => {
    const world = newNet();
    const { client, server, listener } = await pair(world, world.socketPath);
    expect(listener.address).toEqual({ address: world.socketPath, port: 0 });
    const atServer = new Recorder({ data: (chunk) => server.write(chunk) });
    const atClient = new Recorder();
    server.handle(atServer);
    client.handle(atClient);
    client.write("by path");
    await world.go(atClient.until(({ text }) => text === "by path"));
    client.reset();
    server.destroy();
    await world.go(Promise.all([atClient.untilTold("close"), atServer.untilTold("close")]));
    await world.go(listener.close());
    await expect(world.go(world.net.connect({ path: world.socketPath }))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("sends datagrams, each in one piece, to who is bound there", async () => {
    const world = newNet();
    const received: string[] = [];
    let arrived = (): void => {};
    const server = await world.go(
      world.net.bind(
        {},
        {
          message: (bytes, from) => {
            received.push(bytes.toString());
            server.send(Buffer.from(`re: ${bytes.toString()}`), from);
          },
        },
      ),
    );
    const answers = new Promise<void>((resolve) => (arrived = resolve));
    const replies: string[] = [];
    const client = await world.go(
      world.net.bind(
        {},
        {
          message: (bytes, from) => {
            expect(from).toMatchObject(server.address);
            replies.push(bytes.toString());
            if (replies.length === 2) arrived();
          },
        },
      ),
    );
    client.send(Buffer.from("one"), server.address);
    client.send(Buffer.from("two"), server.address);
    await world.go(answers);
    // Their order is nobody's promise.
    expect(received.toSorted()).toEqual(["one", "two"]);
    expect(replies.toSorted()).toEqual(["re: one", "re: two"]);
    await expect(world.go(world.net.bind({ port: server.address.port }, { message() {} }))).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
    await world.go(Promise.all([server.close(), client.close()]));
    await world.go(client.close());
    client.send(Buffer.from("nothing"), server.address);
  });

  it("takes datagrams at once, so that one buffer serves for all of them", async () => {
    const world = newNet();
    const expected = Array.from({ length: 50 }, (_, i) => `datagram ${String(i).padStart(2, "0")}`);
    const received: string[] = [];
    let told = (): void => {};
    const arrived = new Promise<void>((resolve) => (told = resolve));
    const server = await world.go(
      world.net.bind(
        { receiveBufferBytes: 1 << 20 },
        { message: (bytes) => void (received.push(bytes.toString()) === expected.length && told()) },
      ),
    );
    const client = await world.go(world.net.bind({}, { message() {} }));
    let buffer = Buffer.alloc(expected[0]!.length);
    for (const text of expected) {
      buffer.write(text);
      if (!client.send(buffer, server.address)) buffer = Buffer.alloc(buffer.length);
    }
    buffer.fill(0);
    await world.go(arrived);
    expect(received.toSorted()).toEqual(expected);
    await world.go(Promise.all([server.close(), client.close()]));
  });

  it("delivers to a socket that has a peer what comes from there alone, and tells it when nobody listens", async () => {
    const world = newNet();
    let target = { address: "", port: 0 };
    const peer = await world.go(
      world.net.bind({}, { message: (bytes) => peer.send(Buffer.from(`re: ${bytes.toString()}`), target) }),
    );
    const replies: string[] = [];
    let refused: Error | undefined;
    let told = (): void => {};
    const arrived = new Promise<void>((resolve) => (told = resolve));
    const client = await world.go(
      world.net.bind(
        { peer: peer.address },
        {
          message: (bytes) => {
            replies.push(bytes.toString());
            told();
          },
          error: (error) => (refused = error),
        },
      ),
    );
    target = client.address;
    const stranger = await world.go(world.net.bind({}, { message() {} }));
    stranger.send(Buffer.from("forged"), client.address);
    await world.settle();
    client.send(Buffer.from("asked"), stranger.address);
    await world.go(arrived);
    expect(replies).toEqual(["re: asked"]);
    expect(refused).toBeUndefined();
    await world.go(peer.close());
    client.send(Buffer.from("anybody?"), peer.address);
    await world.settle();
    expect(refused).toMatchObject({ code: "ECONNREFUSED" });
    await world.go(Promise.all([client.close(), stranger.close()]));
  });
}
