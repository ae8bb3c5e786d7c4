/**
 * The stages of the public "build your own Redis" course on connections, transactions, optimistic locking and pub/sub, in our own words, each over
 * a real socket. Its other groups have files of their own, course.*.test.ts.
 */
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RedisServer } from "../src/index.ts";

let server: RedisServer;
const sockets: Socket[] = [];

beforeEach(async () => {
  server = await RedisServer.listen({ clock: "manual" });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
});

class Peer {
  readonly #socket: Socket;
  #received = "";
  #arrived: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    sockets.push(socket);
    socket.on("data", (chunk: Buffer) => {
      this.#received += chunk.toString("latin1");
      this.#arrived?.();
    });
  }

  send(...words: string[]): void {
    this.#socket.write(`*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`);
  }

  /** Resolves when exactly `wanted` has come; what comes instead fails by the test's time limit, shown by `received`. */
  async gets(wanted: string): Promise<void> {
    while (this.#received.length < wanted.length) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
    const got = this.#received.slice(0, wanted.length);
    if (got !== wanted) throw new Error(`got ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`);
    this.#received = this.#received.slice(wanted.length);
  }

  async asks(words: string, wanted: string): Promise<void> {
    this.send(...words.split(" "));
    await this.gets(wanted);
  }
}

async function peer(): Promise<Peer> {
  const socket = connect(server.address.port, server.address.host);
  await new Promise((resolve) => socket.once("connect", resolve));
  return new Peer(socket);
}

describe("course: base", () => {
  it("Bind to a port", async () => {
    expect(server.address.port).toBeGreaterThan(0);
    await peer();
  });

  it("Respond to PING", async () => (await peer()).asks("PING", "+PONG\r\n"));

  it("Respond to multiple PINGs", async () => {
    const client = await peer();
    client.send("PING");
    client.send("PING");
    await client.gets("+PONG\r\n+PONG\r\n");
    await client.asks("PING", "+PONG\r\n");
  });

  it("Handle concurrent clients", async () => {
    const clients = await Promise.all([peer(), peer(), peer()]);
    await Promise.all(clients.map((client) => client.asks("PING", "+PONG\r\n")));
    await clients[0]!.asks("PING", "+PONG\r\n");
  });

  it("Implement the ECHO command", async () => (await peer()).asks("ECHO hey", "$3\r\nhey\r\n"));

  it("Implement the SET & GET commands", async () => {
    const client = await peer();
    await client.asks("SET foo bar", "+OK\r\n");
    await client.asks("GET foo", "$3\r\nbar\r\n");
    await client.asks("GET missing", "$-1\r\n");
  });

  it("Expiry", async () => {
    const client = await peer();
    await client.asks("SET foo bar px 100", "+OK\r\n");
    server.clock.advance(99);
    await client.asks("GET foo", "$3\r\nbar\r\n");
    server.clock.advance(2);
    await client.asks("GET foo", "$-1\r\n");
  });
});

describe("course: transactions", () => {
  it("The INCR command (1/3)", async () => {
    const client = await peer();
    await client.asks("SET foo 5", "+OK\r\n");
    await client.asks("INCR foo", ":6\r\n");
    await client.asks("INCR foo", ":7\r\n");
  });

  it("The INCR command (2/3)", async () => {
    const client = await peer();
    await client.asks("INCR missing", ":1\r\n");
    await client.asks("GET missing", "$1\r\n1\r\n");
  });

  it("The INCR command (3/3)", async () => {
    const client = await peer();
    await client.asks("SET foo xyz", "+OK\r\n");
    await client.asks("INCR foo", "-ERR value is not an integer or out of range\r\n");
  });

  it("The MULTI command", async () => (await peer()).asks("MULTI", "+OK\r\n"));

  it("The EXEC command", async () => (await peer()).asks("EXEC", "-ERR EXEC without MULTI\r\n"));

  it("Empty transaction", async () => {
    const client = await peer();
    await client.asks("MULTI", "+OK\r\n");
    await client.asks("EXEC", "*0\r\n");
    await client.asks("EXEC", "-ERR EXEC without MULTI\r\n");
  });

  it("Queueing commands", async () => {
    const [one, other] = [await peer(), await peer()];
    await one.asks("MULTI", "+OK\r\n");
    await one.asks("SET foo 41", "+QUEUED\r\n");
    await one.asks("INCR foo", "+QUEUED\r\n");
    await other.asks("GET foo", "$-1\r\n");
  });

  it("Executing a transaction", async () => {
    const [one, other] = [await peer(), await peer()];
    await one.asks("MULTI", "+OK\r\n");
    await one.asks("SET foo 6", "+QUEUED\r\n");
    await one.asks("INCR foo", "+QUEUED\r\n");
    await one.asks("INCR bar", "+QUEUED\r\n");
    await one.asks("GET bar", "+QUEUED\r\n");
    await one.asks("EXEC", "*4\r\n+OK\r\n:7\r\n:1\r\n$1\r\n1\r\n");
    await other.asks("GET foo", "$1\r\n7\r\n");
  });

  it("The DISCARD command", async () => {
    const client = await peer();
    await client.asks("MULTI", "+OK\r\n");
    await client.asks("SET foo 41", "+QUEUED\r\n");
    await client.asks("DISCARD", "+OK\r\n");
    await client.asks("GET foo", "$-1\r\n");
    await client.asks("DISCARD", "-ERR DISCARD without MULTI\r\n");
  });

  it("Failures within transactions", async () => {
    const client = await peer();
    await client.asks("SET foo abc", "+OK\r\n");
    await client.asks("SET bar 41", "+OK\r\n");
    await client.asks("MULTI", "+OK\r\n");
    await client.asks("INCR foo", "+QUEUED\r\n");
    await client.asks("INCR bar", "+QUEUED\r\n");
    await client.asks("EXEC", "*2\r\n-ERR value is not an integer or out of range\r\n:42\r\n");
    await client.asks("GET bar", "$2\r\n42\r\n");
  });

  it("Multiple transactions", async () => {
    const [one, other] = [await peer(), await peer()];
    for (const client of [one, other]) {
      await client.asks("MULTI", "+OK\r\n");
      await client.asks("INCR foo", "+QUEUED\r\n");
    }
    await one.asks("EXEC", "*1\r\n:1\r\n");
    await other.asks("EXEC", "*1\r\n:2\r\n");
  });
});

describe("course: optimistic locking", () => {
  /** One client watches and prepares a transaction, another makes a change; then the transaction is tried. */
  async function tried(watched: string, change: string, answer: string): Promise<void> {
    const [one, other] = [await peer(), await peer()];
    await other.asks("MSET foo 1 bar 1 baz 1", "+OK\r\n");
    await one.asks(`WATCH ${watched}`, "+OK\r\n");
    await one.asks("MULTI", "+OK\r\n");
    await one.asks("SET done 1", "+QUEUED\r\n");
    await other.asks(change, "+OK\r\n");
    await one.asks("EXEC", answer);
    await one.asks("EXISTS done", answer === "*-1\r\n" ? ":0\r\n" : ":1\r\n");
  }

  /** What a client watched is forgotten after `steps`: a change no longer aborts. */
  async function forgets(...steps: readonly (readonly [words: string, answer: string])[]): Promise<void> {
    const client = await peer();
    await client.asks("WATCH foo", "+OK\r\n");
    await client.asks("SET foo 2", "+OK\r\n");
    for (const [words, answer] of steps) await client.asks(words, answer);
    await client.asks("MULTI", "+OK\r\n");
    await client.asks("EXEC", "*0\r\n");
  }

  it("The WATCH command", async () => (await peer()).asks("WATCH foo bar", "+OK\r\n"));

  it("WATCH inside transaction", async () => {
    const client = await peer();
    await client.asks("MULTI", "+OK\r\n");
    await client.asks("WATCH foo", "-ERR WATCH inside MULTI is not allowed\r\n");
    await client.asks("EXEC", "*0\r\n");
  });

  it("Tracking key modifications", async () => {
    await tried("foo", "SET foo 2", "*-1\r\n");
    await tried("foo", "SET bar 2", "*1\r\n+OK\r\n");
  });

  it("Watching multiple keys", async () => {
    await tried("foo bar baz", "SET baz 2", "*-1\r\n");
    await tried("foo bar", "SET baz 3", "*1\r\n+OK\r\n");
  });

  it("Watching missing keys", async () => tried("missing", "SET missing 2", "*-1\r\n"));

  it("The UNWATCH command", async () => forgets(["UNWATCH", "+OK\r\n"]));

  it("Unwatch on EXEC", async () => forgets(["MULTI", "+OK\r\n"], ["EXEC", "*-1\r\n"]));

  it("Unwatch on DISCARD", async () => forgets(["MULTI", "+OK\r\n"], ["DISCARD", "+OK\r\n"]));
});

describe("course: pub/sub", () => {
  const subscribed = (channel: string, count: number): string =>
    `*3\r\n$9\r\nsubscribe\r\n$${channel.length}\r\n${channel}\r\n:${count}\r\n`;

  it("Subscribe to a channel", async () => (await peer()).asks("SUBSCRIBE news", subscribed("news", 1)));

  it("Subscribe to multiple channels", async () => {
    const [one, other] = [await peer(), await peer()];
    await one.asks("SUBSCRIBE news", subscribed("news", 1));
    await one.asks("SUBSCRIBE weather", subscribed("weather", 2));
    await one.asks("SUBSCRIBE news", subscribed("news", 2));
    await other.asks("SUBSCRIBE tides", subscribed("tides", 1));
  });

  it("Enter subscribed mode", async () => {
    const client = await peer();
    await client.asks("SUBSCRIBE news", subscribed("news", 1));
    for (const words of ["SET a 1", "GET a", "ECHO x"]) {
      const name = words.split(" ")[0]!.toLowerCase();
      await client.asks(
        words,
        `-ERR Can't execute '${name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context\r\n`,
      );
    }
  });

  it("PING in subscribed mode", async () => {
    const [listener, other] = [await peer(), await peer()];
    await listener.asks("SUBSCRIBE news", subscribed("news", 1));
    await listener.asks("PING", "*2\r\n$4\r\npong\r\n$0\r\n\r\n");
    await other.asks("PING", "+PONG\r\n");
  });

  it("Publish a message", async () => {
    const [one, two, publisher] = [await peer(), await peer(), await peer()];
    for (const client of [one, two]) await client.asks("SUBSCRIBE news", subscribed("news", 1));
    await publisher.asks("PUBLISH news hello", ":2\r\n");
    await publisher.asks("PUBLISH tides hello", ":0\r\n");
  });

  it("Deliver messages", async () => {
    const [one, two, publisher] = [await peer(), await peer(), await peer()];
    for (const client of [one, two]) await client.asks("SUBSCRIBE news", subscribed("news", 1));
    await publisher.asks("PUBLISH news hello", ":2\r\n");
    for (const client of [one, two]) await client.gets("*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nhello\r\n");
  });

  it("Unsubscribe", async () => {
    const [listener, publisher] = [await peer(), await peer()];
    await listener.asks("SUBSCRIBE news", subscribed("news", 1));
    await listener.asks("SUBSCRIBE tides", subscribed("tides", 2));
    await listener.asks("UNSUBSCRIBE tides", "*3\r\n$11\r\nunsubscribe\r\n$5\r\ntides\r\n:1\r\n");
    await publisher.asks("PUBLISH tides hello", ":0\r\n");
    await publisher.asks("PUBLISH news hello", ":1\r\n");
    await listener.gets("*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nhello\r\n");
  });
});
