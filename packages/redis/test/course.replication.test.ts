/** The stages of the course "Build your own Redis" on replication, each as a test in our own words. */
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { RedisServer } from "../src/index.ts";
import { until } from "./replication-peer.ts";

const endings: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A connection that is read by hand, byte by byte if need be. */
class Wire {
  readonly #socket: Socket;
  #received = "";
  #closed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => (this.#received += chunk.toString("latin1")));
    socket.on("error", () => {});
    socket.on("close", () => (this.#closed = true));
    endings.push(() => socket.destroy());
  }

  static async to(port: number): Promise<Wire> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    await new Promise((resolve) => socket.once("connect", resolve));
    return new Wire(socket);
  }

  send(...words: readonly string[]): void {
    this.write(request(...words));
  }

  write(text: string): void {
    this.#socket.write(text, "latin1");
  }

  /** The next `length` bytes. */
  async take(length: number): Promise<string> {
    await until(`${length} bytes, beyond ${JSON.stringify(this.#received)}`, () => this.#received.length >= length);
    const taken = this.#received.slice(0, length);
    this.#received = this.#received.slice(length);
    return taken;
  }

  async line(): Promise<string> {
    await until("a line", () => this.#received.includes("\r\n"));
    return (await this.take(this.#received.indexOf("\r\n") + 2)).slice(0, -2);
  }

  /** Expects just these bytes next. */
  async expect(text: string): Promise<void> {
    expect(await this.take(text.length)).toBe(text);
  }

  /** The next bulk string, as of INFO. */
  async bulk(): Promise<string> {
    const length = Number((await this.line()).slice(1));
    return (await this.take(length + 2)).slice(0, -2);
  }

  get closed(): boolean {
    return this.#closed;
  }

  get isQuiet(): boolean {
    return this.#received === "";
  }
}

function request(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}

async function server(settings: Record<string, string> = {}): Promise<number> {
  const options = { port: 0, "repl-diskless-sync": "no", "repl-diskless-sync-delay": "0", ...settings };
  const started = await RedisServer.listen(options);
  endings.push(() => started.close({ graceMs: 0 }));
  return started.address.port;
}

/** A replica by hand: shakes hands, takes the snapshot. */
async function replicaOf(port: number): Promise<Wire> {
  const wire = await Wire.to(port);
  wire.send("PING");
  await wire.expect("+PONG\r\n");
  wire.send("REPLCONF", "listening-port", "6380");
  await wire.expect("+OK\r\n");
  wire.send("REPLCONF", "capa", "psync2");
  await wire.expect("+OK\r\n");
  wire.send("PSYNC", "?", "-1");
  expect(await wire.line()).toMatch(/^\+FULLRESYNC [0-9a-f]{40} 0$/);
  const length = Number((await wire.line()).slice(1));
  expect(await wire.take(length)).toMatch(/^REDIS00/);
  return wire;
}

/** A master by hand, that waits for a replica of ours. */
class HandMade {
  readonly #server: Server;
  readonly #accepted: Wire[] = [];

  private constructor(listening: Server) {
    this.#server = listening;
    listening.on("connection", (socket) => this.#accepted.push(new Wire(socket)));
  }

  static async listen(): Promise<HandMade> {
    const listening = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => listening.once("listening", resolve));
    endings.push(() => listening.close());
    return new HandMade(listening);
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  async link(): Promise<Wire> {
    await until("a replica", () => this.#accepted.length > 0);
    return this.#accepted.shift()!;
  }
}

/** An RDB without keys, version 11: what a master sends whose data set is empty. */
const EMPTY_RDB = Buffer.from("524544495330303131fa0972656469732d76657205372e322e30ff0000000000000000", "hex").toString(
  "latin1",
);
const ID = "8371b4fb1155b71f4a04d3e1bc3e18c4a990aeeb";

/** Shakes hands with a replica of ours, as its master; the link is then at the stream. */
async function handshaken(): Promise<{ link: Wire; port: number }> {
  const master = await HandMade.listen();
  const port = await server({ replicaof: `127.0.0.1 ${master.port}` });
  const link = await master.link();
  await link.expect(request("PING"));
  link.write("+PONG\r\n");
  await link.expect(request("REPLCONF", "listening-port", String(port)));
  link.write("+OK\r\n");
  await link.expect(request("REPLCONF", "capa", "eof", "capa", "psync2"));
  link.write("+OK\r\n");
  await link.expect(request("PSYNC", "?", "-1"));
  link.write(`+FULLRESYNC ${ID} 0\r\n$${EMPTY_RDB.length}\r\n${EMPTY_RDB}`);
  await link.expect(request("REPLCONF", "ACK", "0"));
  return { link, port };
}

async function info(port: number): Promise<string> {
  const wire = await Wire.to(port);
  wire.send("INFO", "replication");
  return await wire.bulk();
}

test("Configure listening port: the server listens where it is told", async () => {
  const wire = await Wire.to(await server());
  wire.send("PING");
  await wire.expect("+PONG\r\n");
});

test("The INFO command: a server of its own is a master", async () => {
  expect(await info(await server())).toMatch(/^role:master\r$/m);
});

test("The INFO command on a replica: one that follows another is a slave", async () => {
  const port = await server({ replicaof: `127.0.0.1 ${await server()}` });
  expect(await info(port)).toMatch(/^role:slave\r$/m);
});

test("Initial replication ID and offset: forty characters, and nothing so far", async () => {
  const text = await info(await server());
  expect(text).toMatch(/^master_replid:[0-9a-zA-Z]{40}\r$/m);
  expect(text).toMatch(/^master_repl_offset:0\r$/m);
});

test("Send handshake: PING, then REPLCONF twice, then PSYNC, each when the one before is answered", async () => {
  const master = await HandMade.listen();
  const port = await server({ replicaof: `127.0.0.1 ${master.port}` });
  const link = await master.link();
  await link.expect(request("PING"));
  expect(link.isQuiet).toBe(true);
  link.write("+PONG\r\n");
  await link.expect(request("REPLCONF", "listening-port", String(port)));
  expect(link.isQuiet).toBe(true);
  link.write("+OK\r\n");
  await link.expect(request("REPLCONF", "capa", "eof", "capa", "psync2"));
  link.write("+OK\r\n");
  await link.expect(request("PSYNC", "?", "-1"));
});

test("Receive handshake: REPLCONF is answered with OK, PSYNC with a history and where it stands", async () => {
  const port = await server();
  const wire = await Wire.to(port);
  wire.send("REPLCONF", "listening-port", "6380");
  await wire.expect("+OK\r\n");
  wire.send("REPLCONF", "capa", "psync2");
  await wire.expect("+OK\r\n");
  wire.send("PSYNC", "?", "-1");
  expect(await wire.line()).toBe(`+FULLRESYNC ${/master_replid:(\w+)/.exec(await info(port))![1]} 0`);
});

test("Empty RDB transfer: the length, and an RDB without a line end behind it", async () => {
  const wire = await Wire.to(await server());
  wire.send("PSYNC", "?", "-1");
  await wire.line();
  const length = Number(/^\$(\d+)$/.exec(await wire.line())![1]);
  expect(await wire.take(length)).toMatch(/^REDIS00\d\d/);
  expect(wire.isQuiet).toBe(true);
});

test("Single-replica propagation: what a client writes comes as it was said, in order", async () => {
  const port = await server();
  const replica = await replicaOf(port);
  const client = await Wire.to(port);
  for (const [key, value] of [
    ["foo", "1"],
    ["bar", "2"],
    ["baz", "3"],
  ] as const)
    client.send("SET", key, value);
  await client.expect("+OK\r\n+OK\r\n+OK\r\n");
  const sets = request("SET", "foo", "1") + request("SET", "bar", "2") + request("SET", "baz", "3");
  await replica.expect(request("SELECT", "0") + sets);
});

test("Multi-replica propagation: every replica gets it", async () => {
  const port = await server();
  const replicas = [await replicaOf(port), await replicaOf(port), await replicaOf(port)];
  const client = await Wire.to(port);
  client.send("SET", "foo", "1");
  await client.expect("+OK\r\n");
  for (const replica of replicas) await replica.expect(request("SELECT", "0") + request("SET", "foo", "1"));
});

test("Command processing: a replica does what its master says, several commands at once, and answers nothing", async () => {
  const { link, port } = await handshaken();
  const said =
    request("SELECT", "0") + request("SET", "foo", "1") + request("SET", "bar", "2") + request("INCR", "foo");
  link.write(said + request("REPLCONF", "GETACK", "*"));
  // The first answer to all of it is that to the question, or one of those that come each second.
  expect(await link.line()).toBe("*3");
  await link.expect("$8\r\nREPLCONF\r\n$3\r\nACK\r\n");
  const client = await Wire.to(port);
  await until("it was done", async () => (await info(port)).includes(`slave_repl_offset:${said.length + 37}`));
  client.send("MGET", "foo", "bar");
  await client.expect("*2\r\n$1\r\n2\r\n$1\r\n2\r\n");
});

test("ACKs with no commands, and with commands: the bytes that came before the question", async () => {
  const { link } = await handshaken();
  // It tells of itself each second too; each answer is one that was asked for, or says no less.
  const acknowledged = async (asked: number): Promise<void> => {
    await until(`an acknowledgement of ${asked}`, async () => {
      expect(await link.line()).toBe("*3");
      for (const word of ["REPLCONF", "ACK"]) await link.expect(`$${word.length}\r\n${word}\r\n`);
      return (await link.bulk()) === String(asked);
    });
  };
  const ask = request("REPLCONF", "GETACK", "*");
  link.write(ask);
  await acknowledged(0);
  link.write(ask);
  await acknowledged(37);
  const said = request("PING") + request("SET", "foo", "1") + request("SET", "bar", "2");
  link.write(said + ask);
  await acknowledged(37 + 37 + said.length);
});

test("WAIT with no replicas: none, at once", async () => {
  const client = await Wire.to(await server());
  client.send("WAIT", "0", "60000");
  await client.expect(":0\r\n");
});

test("WAIT with no commands: all replicas have nothing to be told", async () => {
  const port = await server();
  for (let n = 0; n < 3; n++) await replicaOf(port);
  await until("all are online", async () => (await info(port)).match(/state=online/g)?.length === 3);
  const client = await Wire.to(port);
  for (const count of ["3", "2", "0"]) {
    client.send("WAIT", count, "500");
    await client.expect(":3\r\n");
  }
});

test("WAIT with multiple commands: asks the replicas, and answers when enough have answered, or in the end", async () => {
  const port = await server();
  const replicas = [await replicaOf(port), await replicaOf(port)];
  const client = await Wire.to(port);
  const ask = request("REPLCONF", "GETACK", "*");
  client.send("SET", "foo", "123");
  await client.expect("+OK\r\n");
  client.send("WAIT", "1", "60000");
  const write = request("SELECT", "0") + request("SET", "foo", "123");
  for (const replica of replicas) await replica.expect(write + ask);
  expect(client.isQuiet).toBe(true);
  replicas[0]!.send("REPLCONF", "ACK", String(write.length));
  await client.expect(":1\r\n");
  client.send("SET", "foo", "456");
  await client.expect("+OK\r\n");
  client.send("WAIT", "2", "100");
  const second = request("SET", "foo", "456");
  for (const replica of replicas) await replica.expect(second + ask);
  replicas[1]!.send("REPLCONF", "ACK", String(write.length + ask.length + second.length));
  await client.expect(":1\r\n");
});
