/** The stages of the course "build your own Redis" that this form reaches, each over a real socket. */
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

/** Resolves when `count` clients wait. */
async function blocked(count: number): Promise<void> {
  while (!String(await server.execute(["INFO", "clients"])).includes(`blocked_clients:${count}\r\n`)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function peer(): Promise<Peer> {
  const socket = connect(server.address.port, server.address.host);
  await new Promise((resolve) => socket.once("connect", resolve));
  return new Peer(socket);
}

describe("base", () => {
  it("binds to a port", async () => {
    expect(server.address.port).toBeGreaterThan(0);
    await peer();
  });

  it("responds to PING", async () => (await peer()).asks("PING", "+PONG\r\n"));

  it("responds to multiple PINGs on one connection, pipelined or not", async () => {
    const client = await peer();
    client.send("PING");
    client.send("PING");
    await client.gets("+PONG\r\n+PONG\r\n");
    await client.asks("PING", "+PONG\r\n");
  });

  it("handles concurrent clients", async () => {
    const clients = await Promise.all([peer(), peer(), peer()]);
    await Promise.all(clients.map((client) => client.asks("PING", "+PONG\r\n")));
    await clients[0]!.asks("PING", "+PONG\r\n");
  });

  it("implements ECHO", async () => (await peer()).asks("ECHO hey", "$3\r\nhey\r\n"));

  it("implements SET and GET", async () => {
    const client = await peer();
    await client.asks("SET foo bar", "+OK\r\n");
    await client.asks("GET foo", "$3\r\nbar\r\n");
    await client.asks("GET missing", "$-1\r\n");
  });

  it("expires keys", async () => {
    const client = await peer();
    await client.asks("SET foo bar px 100", "+OK\r\n");
    server.clock.advance(99);
    await client.asks("GET foo", "$3\r\nbar\r\n");
    server.clock.advance(2);
    await client.asks("GET foo", "$-1\r\n");
  });
});

describe("transactions", () => {
  it("increments a number, a missing key, and not a word", async () => {
    const client = await peer();
    await client.asks("SET foo 5", "+OK\r\n");
    await client.asks("INCR foo", ":6\r\n");
    await client.asks("INCR missing", ":1\r\n");
    await client.asks("SET foo xyz", "+OK\r\n");
    await client.asks("INCR foo", "-ERR value is not an integer or out of range\r\n");
  });

  it("executes nothing without MULTI, and an empty transaction", async () => {
    const client = await peer();
    await client.asks("EXEC", "-ERR EXEC without MULTI\r\n");
    await client.asks("MULTI", "+OK\r\n");
    await client.asks("EXEC", "*0\r\n");
    await client.asks("EXEC", "-ERR EXEC without MULTI\r\n");
  });

  it("queues commands until EXEC, unseen by others", async () => {
    const [one, other] = [await peer(), await peer()];
    await one.asks("MULTI", "+OK\r\n");
    await one.asks("SET foo 41", "+QUEUED\r\n");
    await one.asks("INCR foo", "+QUEUED\r\n");
    await other.asks("GET foo", "$-1\r\n");
    await one.asks("EXEC", "*2\r\n+OK\r\n:42\r\n");
    await other.asks("GET foo", "$2\r\n42\r\n");
  });

  it("discards a transaction", async () => {
    const client = await peer();
    await client.asks("MULTI", "+OK\r\n");
    await client.asks("SET foo 41", "+QUEUED\r\n");
    await client.asks("DISCARD", "+OK\r\n");
    await client.asks("GET foo", "$-1\r\n");
    await client.asks("DISCARD", "-ERR DISCARD without MULTI\r\n");
  });

  it("goes on after a failure within", async () => {
    const client = await peer();
    await client.asks("SET foo abc", "+OK\r\n");
    await client.asks("MULTI", "+OK\r\n");
    await client.asks("INCR foo", "+QUEUED\r\n");
    await client.asks("SET bar 1", "+QUEUED\r\n");
    await client.asks("EXEC", "*2\r\n-ERR value is not an integer or out of range\r\n+OK\r\n");
  });

  it("keeps the transactions of clients apart", async () => {
    const [one, other] = [await peer(), await peer()];
    for (const client of [one, other]) {
      await client.asks("MULTI", "+OK\r\n");
      await client.asks("INCR foo", "+QUEUED\r\n");
    }
    await one.asks("EXEC", "*1\r\n:1\r\n");
    await other.asks("EXEC", "*1\r\n:2\r\n");
  });
});

describe("optimistic locking", () => {
  it("refuses WATCH inside MULTI", async () => {
    const client = await peer();
    await client.asks("MULTI", "+OK\r\n");
    await client.asks("WATCH foo", "-ERR WATCH inside MULTI is not allowed\r\n");
  });

  for (const [what, keys, change, answer] of [
    ["a watched key was modified", "foo", "SET foo 2", "*-1\r\n"],
    ["one of several was modified", "foo bar baz", "SET baz 2", "*-1\r\n"],
    ["a missing key was created", "missing", "SET missing 2", "*-1\r\n"],
    ["another key was modified", "foo", "SET bar 2", "*1\r\n+OK\r\n"],
  ] as const) {
    it(`answers EXEC rightly when ${what}`, async () => {
      const [one, other] = [await peer(), await peer()];
      await one.asks(`WATCH ${keys}`, "+OK\r\n");
      await one.asks("MULTI", "+OK\r\n");
      await one.asks("SET done 1", "+QUEUED\r\n");
      await other.asks(change, "+OK\r\n");
      await one.asks("EXEC", answer);
    });
  }

  for (const forgetting of ["UNWATCH", "MULTI;EXEC", "MULTI;DISCARD"]) {
    it(`forgets what was watched by ${forgetting}`, async () => {
      const client = await peer();
      await client.asks("WATCH foo", "+OK\r\n");
      await client.asks("SET foo 2", "+OK\r\n");
      for (const step of forgetting.split(";")) await client.asks(step, step === "EXEC" ? "*-1\r\n" : "+OK\r\n");
      await client.asks("MULTI", "+OK\r\n");
      await client.asks("EXEC", "*0\r\n");
    });
  }
});

describe("lists", () => {
  it("pushes, lists, counts and removes", async () => {
    const client = await peer();
    await client.asks("RPUSH l a", ":1\r\n");
    await client.asks("RPUSH l b c", ":3\r\n");
    await client.asks("LPUSH l z", ":4\r\n");
    await client.asks("LRANGE l 0 1", "*2\r\n$1\r\nz\r\n$1\r\na\r\n");
    await client.asks("LRANGE l -2 -1", "*2\r\n$1\r\nb\r\n$1\r\nc\r\n");
    await client.asks("LLEN l", ":4\r\n");
    await client.asks("LPOP l", "$1\r\nz\r\n");
    await client.asks("LPOP l 2", "*2\r\n$1\r\na\r\n$1\r\nb\r\n");
  });

  it("serves the client that has blocked longest", async () => {
    const [one, other, pusher] = [await peer(), await peer(), await peer()];
    one.send("BLPOP", "l", "0");
    await blocked(1);
    other.send("BLPOP", "l", "0");
    await blocked(2);
    await pusher.asks("RPUSH l x", ":1\r\n");
    await one.gets("*2\r\n$1\r\nl\r\n$1\r\nx\r\n");
    await pusher.asks("RPUSH l y", ":1\r\n");
    await other.gets("*2\r\n$1\r\nl\r\n$1\r\ny\r\n");
  });

  it("ends blocking when the time is over", async () => {
    const client = await peer();
    client.send("BLPOP", "l", "0.5");
    await blocked(1);
    server.clock.advance(500);
    await client.gets("*-1\r\n");
  });
});

describe("pub/sub", () => {
  it("subscribes, delivers, and restricts what a subscriber may do", async () => {
    const [listener, publisher] = [await peer(), await peer()];
    await listener.asks("SUBSCRIBE a", "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n");
    await listener.asks("SUBSCRIBE b", "*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n");
    await listener.asks(
      "SET a 1",
      "-ERR Can't execute 'set': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context\r\n",
    );
    await listener.asks("PING", "*2\r\n$4\r\npong\r\n$0\r\n\r\n");
    await publisher.asks("PUBLISH a hello", ":1\r\n");
    await listener.gets("*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$5\r\nhello\r\n");
    await listener.asks("UNSUBSCRIBE a", "*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:1\r\n");
    await publisher.asks("PUBLISH a hello", ":0\r\n");
  });
});

describe("sorted sets", () => {
  it("adds, ranks, lists, counts, scores and removes", async () => {
    const client = await peer();
    await client.asks("ZADD z 10.5 x", ":1\r\n");
    await client.asks("ZADD z 1 y 10.5 a", ":2\r\n");
    await client.asks("ZRANK z a", ":1\r\n");
    await client.asks("ZRANK z missing", "$-1\r\n");
    await client.asks("ZRANGE z 0 1", "*2\r\n$1\r\ny\r\n$1\r\na\r\n");
    await client.asks("ZRANGE z -2 -1", "*2\r\n$1\r\na\r\n$1\r\nx\r\n");
    await client.asks("ZCARD z", ":3\r\n");
    await client.asks("ZSCORE z x", "$4\r\n10.5\r\n");
    await client.asks("ZREM z x", ":1\r\n");
  });
});
