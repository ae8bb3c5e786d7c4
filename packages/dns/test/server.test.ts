/** The server as its users have it: real sockets, Node's own resolver, and a simulated world where time and loss matter. */
import { promises } from "node:dns";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { type SimulatedWorld, simulatedWorld } from "@tenon/kit";
import { afterEach, describe, expect, it } from "vitest";
import {
  decodeMessage,
  DnsServer,
  type DnsServerOptions,
  encodeMessage,
  Name,
  TYPE,
  ZoneLoadError,
} from "../src/index.ts";
import { request } from "../src/transfer/exchange.ts";

const ZONE = `
www 60 A 192.0.2.1
www AAAA 2001:db8::1
alias CNAME www
@ MX 10 www
@ TXT "one" "two words"
_sip._tcp SRV 1 2 5060 www
*.wild A 192.0.2.7
@ CAA 0 issue "ca.test"
@ NAPTR 1 2 "S" "SIP+D2U" "" _sip._tcp
local A 127.0.0.1
`;

const servers: DnsServer[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => server.close({ graceMs: 0 })));
});

async function listen(options: DnsServerOptions = { zones: { "example.com": ZONE } }): Promise<DnsServer> {
  const server = await DnsServer.listen(options);
  servers.push(server);
  return server;
}

function resolverAt(...addresses: string[]): promises.Resolver {
  const resolver = new promises.Resolver({ timeout: 10_000, tries: 1 });
  resolver.setServers(addresses);
  return resolver;
}

function query(name: string, type: number, id = 0x1234): Uint8Array {
  return encodeMessage(request({ name: Name.parse(name), type, class: 1 }, { id, recursionDesired: true }));
}

function framed(message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([message.length >>> 8, message.length & 0xff]), message]);
}

/** A TCP client that collects whole messages. */
class TcpClient {
  readonly socket: Socket;
  readonly messages: Buffer[] = [];
  #bytes = Buffer.alloc(0);
  #tell = (): void => {};
  isClosed = false;

  constructor(port: number) {
    this.socket = connect(port, "127.0.0.1");
    sockets.push(this.socket);
    this.socket.on("error", () => {});
    this.socket.on("close", () => {
      this.isClosed = true;
      this.#tell();
    });
    this.socket.on("data", (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      while (this.#bytes.length >= 2 && this.#bytes.length >= 2 + this.#bytes.readUInt16BE(0)) {
        const end = 2 + this.#bytes.readUInt16BE(0);
        this.messages.push(this.#bytes.subarray(2, end));
        this.#bytes = this.#bytes.subarray(end);
      }
      this.#tell();
    });
  }

  async until(condition: (client: TcpClient) => boolean): Promise<void> {
    while (!condition(this)) await new Promise<void>((resolve) => (this.#tell = resolve));
  }
}

describe("what Node asks", () => {
  it("is answered over UDP: every kind of record that its resolver knows", async () => {
    const server = await listen();
    const resolver = resolverAt(server.address);
    expect(await resolver.resolve4("www.example.com", { ttl: true })).toEqual([{ address: "192.0.2.1", ttl: 60 }]);
    expect(await resolver.resolve6("www.example.com")).toEqual(["2001:db8::1"]);
    expect(await resolver.resolveCname("alias.example.com")).toEqual(["www.example.com"]);
    expect(await resolver.resolve4("alias.example.com")).toEqual(["192.0.2.1"]);
    expect(await resolver.resolveMx("example.com")).toMatchObject([{ exchange: "www.example.com", priority: 10 }]);
    expect(await resolver.resolveTxt("example.com")).toEqual([["one", "two words"]]);
    expect(await resolver.resolveSrv("_sip._tcp.example.com")).toMatchObject([{ port: 5060, priority: 1, weight: 2 }]);
    expect(await resolver.resolve4("a.b.wild.example.com")).toEqual(["192.0.2.7"]);
    await expect(resolver.resolve4("no.example.com")).rejects.toMatchObject({ code: "ENOTFOUND" });
    await expect(resolver.resolve4("example.com")).rejects.toMatchObject({ code: "ENODATA" });
    await expect(resolver.resolve4("example.org")).rejects.toMatchObject({ code: "EREFUSED" });
  });

  it("comes over TCP when it does not fit into a datagram", async () => {
    const text = Array.from({ length: 60 }, (_, i) => `big TXT "${String(i).padStart(60, "x")}"`).join("\n");
    const server = await listen({ zones: { "example.com": text } });
    expect(await resolverAt(server.address).resolveTxt("big.example.com")).toHaveLength(60);
    const transports = server.queryLog().map(({ transport }) => transport);
    expect(transports).toEqual(["udp", "tcp"]);
  });

  it("finds the server on IPv6 too", async () => {
    const server = await listen({ host: "::1", zones: { "example.com": ZONE } });
    expect(server.address).toMatch(/^\[::1\]:\d+$/);
    expect(await resolverAt(server.address).resolve4("www.example.com")).toEqual(["192.0.2.1"]);
  });
});

describe("in process", () => {
  it("methods shaped as dns.promises give what Node's give over the wire", async () => {
    const server = await listen();
    const wire = resolverAt(server.address);
    const { promises: ours } = server;
    for (const method of ["resolve4", "resolve6", "resolveCname"] as const) {
      const name = method === "resolveCname" ? "alias.example.com" : "www.example.com";
      expect(await ours[method](name)).toEqual(await wire[method](name));
    }
    expect(await ours.resolveTxt("example.com")).toEqual(await wire.resolveTxt("example.com"));
    expect(await wire.resolveSoa("example.com")).toMatchObject(await ours.resolveSoa("example.com"));
    expect(await wire.resolveMx("example.com")).toMatchObject(await ours.resolveMx("example.com"));
    expect(await wire.resolveNs("example.com")).toEqual(await ours.resolveNs("example.com"));
    expect(await wire.resolveCaa("example.com")).toMatchObject(await ours.resolveCaa("example.com"));
    expect(await wire.resolveNaptr("example.com")).toMatchObject(await ours.resolveNaptr("example.com"));
    expect(await ours.resolve("www.example.com", "AAAA")).toEqual(await wire.resolve("www.example.com", "AAAA"));
    await server.addZone("2.0.192.in-addr.arpa", "1 PTR www.example.com.");
    await server.addZone("8.b.d.0.1.0.0.2.ip6.arpa", `1${".0".repeat(23)} PTR six.example.com.`);
    for (const address of ["192.0.2.1", "2001:db8::1"]) {
      expect(await ours.reverse(address)).toEqual(await wire.reverse(address));
    }
    expect(await ours.lookup("www.example.com")).toEqual({ address: "192.0.2.1", family: 4 });
    expect(await ours.lookup("www.example.com", { all: true, family: 6 })).toHaveLength(1);
    for (const name of ["no.example.com", "example.com", "example.org"]) {
      const theirs = await wire.resolve4(name).catch((error: unknown) => error);
      const own = await ours.resolve4(name).catch((error: unknown) => error);
      expect(own).toMatchObject({
        code: (theirs as NodeJS.ErrnoException).code,
        message: (theirs as Error).message,
        syscall: "queryA",
        hostname: name,
      });
    }
  });

  it("lookup tells net.connect where a host is", async () => {
    const server = await listen();
    const greeter = createServer((socket) => socket.end("hello")).listen(0, "127.0.0.1");
    await new Promise((resolve) => greeter.once("listening", resolve));
    const { port } = greeter.address() as AddressInfo;
    const socket = connect({ host: "local.example.com", port, lookup: server.lookup as never });
    sockets.push(socket);
    expect(await new Promise((resolve) => socket.once("data", (bytes) => resolve(String(bytes))))).toBe("hello");
    const failed = connect({ host: "no.example.com", port, lookup: server.lookup as never });
    sockets.push(failed);
    expect(await new Promise((resolve) => failed.once("error", resolve))).toMatchObject({
      code: "ENOTFOUND",
      hostname: "no.example.com",
    });
    greeter.close();
  });
});

describe("zones of a running server", () => {
  it("change by update, all or nothing, with one new serial", async () => {
    const server = await listen();
    const zone = server.zone("example.com");
    const serial = zone.serial!;
    await zone.update({ add: ["new 5 A 192.0.2.9", "new 5 A 192.0.2.10"], remove: ["www A", "alias"] });
    expect(zone.serial).toBe(serial + 1);
    const resolver = resolverAt(server.address);
    expect((await resolver.resolve4("new.example.com")).toSorted()).toEqual(["192.0.2.10", "192.0.2.9"]);
    expect(await resolver.resolve6("www.example.com")).toEqual(["2001:db8::1"]);
    await expect(resolver.resolve4("www.example.com")).rejects.toMatchObject({ code: "ENODATA" });
    await expect(resolver.resolve4("alias.example.com")).rejects.toMatchObject({ code: "ENOTFOUND" });
    await zone.update({ remove: "new A 192.0.2.9" });
    expect(zone.toText()).toContain("new.example.com. 5 IN A 192.0.2.10\n");
    expect(zone.toText()).not.toContain("192.0.2.9\n");
    await expect(zone.update({ add: "broken A 1.2.3" })).rejects.toBeInstanceOf(ZoneLoadError);
    await expect(zone.update({ add: "elsewhere.test. A 1.2.3.4" })).rejects.toThrow(/NOTZONE|outside/);
    expect(zone.serial).toBe(serial + 2);
  });

  it("come and go, and are put back by restore as often as one likes", async () => {
    const server = await listen();
    const resolver = resolverAt(server.address);
    const saved = server.snapshot();
    for (let round = 0; round < 2; round++) {
      await server.zone("example.com").update({ add: `round${round} A 192.0.2.1` });
      expect(await resolver.resolve4(`round${round}.example.com`)).toEqual(["192.0.2.1"]);
      server.restore(saved);
      await expect(resolver.resolve4(`round${round}.example.com`)).rejects.toMatchObject({ code: "ENOTFOUND" });
    }
    await server.addZone("example.org", "@ A 192.0.2.3");
    expect(await resolver.resolve4("example.org")).toEqual(["192.0.2.3"]);
    expect(server.zones).toEqual(["example.com.", "example.org."]);
    await server.addZone("EXAMPLE.org.", "@ A 192.0.2.4");
    expect(await resolver.resolve4("example.org")).toEqual(["192.0.2.4"]);
    expect(server.zones).toHaveLength(2);
    expect(await server.removeZone("example.org")).toBe(true);
    await expect(resolver.resolve4("example.org")).rejects.toMatchObject({ code: "EREFUSED" });
    expect(() => server.zone("example.org")).toThrow("there is no zone example.org");
  });

  it("stay when the settings change, if they are a program's", async () => {
    const server = await listen({ zones: { "example.com": ZONE }, config: {} });
    await server.addZone("added.test", "@ A 192.0.2.4");
    await server.reconfigure({ server: { version: "two" } });
    expect(server.zones).toEqual(["example.com.", "added.test."]);
    expect(await resolverAt(server.address).resolve4("added.test")).toEqual(["192.0.2.4"]);
    await expect(server.reconfigure({ zone: [{ domain: "a", file: 3, nonsense: 1 } as never] })).rejects.toThrow(
      "zone[0].nonsense: no such setting",
    );
    expect(server.zones).toHaveLength(2);
  });

  it("are refused with the line when their text is none", async () => {
    await expect(listen({ zones: { "example.com": "www A 1.2.3.4\nbad LINE here" } })).rejects.toThrow(
      /^example\.com\.:2: /,
    );
  });
});

describe("TCP", () => {
  it("answers all queries of a chunk, however it is cut, and each with its id", async () => {
    const server = await listen();
    const stream = Buffer.concat(
      Array.from({ length: 50 }, (_, i) =>
        framed(query(i % 2 === 0 ? "www.example.com" : "no.example.com", TYPE.A, i)),
      ),
    );
    for (const step of [stream.length, 1, 7, 100]) {
      const client = new TcpClient(server.port);
      client.socket.setNoDelay(true);
      for (let at = 0; at < stream.length; at += step) client.socket.write(stream.subarray(at, at + step));
      await client.until(({ messages }) => messages.length === 50);
      const answers = client.messages.map((bytes) => decodeMessage(bytes));
      expect(answers.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, i) => i));
      expect(answers.map(({ rcode }) => rcode)).toEqual(Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? 0 : 3)));
      client.socket.destroy();
    }
  });

  it("answers what is ready before what takes longer", async () => {
    const server = await listen();
    const answered: (() => void)[] = [];
    server.intercept(({ name }) =>
      name === "slow.example.com" ? new Promise((resolve) => answered.push(() => resolve("192.0.2.99"))) : undefined,
    );
    const client = new TcpClient(server.port);
    client.socket.write(
      Buffer.concat([framed(query("slow.example.com", TYPE.A, 1)), framed(query("www.example.com", TYPE.A, 2))]),
    );
    await client.until(({ messages }) => messages.length === 1);
    expect(decodeMessage(client.messages[0]!).id).toBe(2);
    answered[0]!();
    await client.until(({ messages }) => messages.length === 2);
    expect(decodeMessage(client.messages[1]!).id).toBe(1);
  });

  it("takes no more than its limit of queries at once, and goes on when some are answered", async () => {
    const server = await listen({ zones: { "example.com": ZONE }, limits: { tcpInFlight: 3 } });
    const waiting: (() => void)[] = [];
    server.intercept(() => new Promise((resolve) => waiting.push(() => resolve("192.0.2.1"))));
    const client = new TcpClient(server.port);
    client.socket.write(
      Buffer.concat(Array.from({ length: 10 }, (_, i) => framed(query("www.example.com", TYPE.A, i)))),
    );
    const other = new TcpClient(server.port);
    other.socket.write(framed(query("www.example.com", TYPE.A, 77)));
    while (waiting.length < 4) await new Promise((resolve) => setImmediate(resolve));
    expect(waiting).toHaveLength(4);
    for (let i = 0; i < 11; i++) {
      while (waiting.length <= i) await new Promise((resolve) => setImmediate(resolve));
      waiting[i]!();
    }
    await client.until(({ messages }) => messages.length === 10);
    await other.until(({ messages }) => messages.length === 1);
  });

  it("answers what was asked before the client has ended its side, and then ends too", async () => {
    const server = await listen();
    const client = new TcpClient(server.port);
    client.socket.end(framed(query("www.example.com", TYPE.A, 5)));
    await client.until(({ isClosed }) => isClosed);
    expect(client.messages.map((bytes) => decodeMessage(bytes).id)).toEqual([5]);
  });

  it("refuses clients above its limit", async () => {
    const server = await listen({ zones: { "example.com": ZONE }, limits: { tcpClients: 2 } });
    const clients = [new TcpClient(server.port), new TcpClient(server.port)];
    for (const client of clients) {
      client.socket.write(framed(query("www.example.com", TYPE.A)));
      await client.until(({ messages }) => messages.length === 1);
    }
    const third = new TcpClient(server.port);
    await third.until(({ isClosed }) => isClosed);
    expect(third.messages).toEqual([]);
    clients[0]!.socket.destroy();
    await clients[0]!.until(({ isClosed }) => isClosed);
    const open = (): unknown =>
      Reflect.get(
        server.metrics().find(({ name }) => name === "dns_connections")!,
        "value",
      );
    while (open() !== 1) await new Promise((resolve) => setImmediate(resolve));
    const fourth = new TcpClient(server.port);
    fourth.socket.write(framed(query("www.example.com", TYPE.A)));
    await fourth.until(({ messages }) => messages.length === 1);
  });

  it("drops connections that have been idle for ten seconds", async () => {
    const server = await listen({ zones: { "example.com": ZONE }, clock: "manual" });
    const client = new TcpClient(server.port);
    client.socket.write(framed(query("www.example.com", TYPE.A, 1)));
    await client.until(({ messages }) => messages.length === 1);
    server.clock.advance("9s");
    client.socket.write(framed(query("www.example.com", TYPE.A, 2)));
    await client.until(({ messages }) => messages.length === 2);
    expect(client.isClosed).toBe(false);
    server.clock.advance("11s");
    await client.until(({ isClosed }) => isClosed);
  });

  it("answers a query without sense with FORMERR, and an answer not at all", async () => {
    const server = await listen();
    const client = new TcpClient(server.port);
    const answer = query("www.example.com", TYPE.A, 1);
    answer[2]! |= 0x80;
    const broken = query("www.example.com", TYPE.A, 2).slice(0, 20);
    client.socket.write(Buffer.concat([framed(answer), framed(new Uint8Array(0)), framed(broken)]));
    await client.until(({ messages }) => messages.length === 1);
    expect([...client.messages[0]!.subarray(0, 4)]).toEqual([0, 2, expect.any(Number), 1]);
  });
});

describe("closing", () => {
  it("answers what is under way over UDP and TCP, then frees the port", async () => {
    const server = await listen();
    const finish: (() => void)[] = [];
    server.intercept(() => new Promise((resolve) => finish.push(() => resolve("192.0.2.1"))));
    const overUdp = resolverAt(server.address).resolve4("www.example.com");
    const client = new TcpClient(server.port);
    client.socket.write(framed(query("www.example.com", TYPE.A, 9)));
    while (finish.length < 2) await new Promise((resolve) => setImmediate(resolve));
    const closed = server.close();
    for (const answer of finish) answer();
    expect(await overUdp).toEqual(["192.0.2.1"]);
    await client.until(({ messages }) => messages.length === 1);
    await closed;
    await listen({ port: server.port, zones: {} });
  });

  it("does not wait for what never ends longer than it is told", async () => {
    const server = await listen();
    server.intercept(() => new Promise(() => {}));
    const impatient = new promises.Resolver({ timeout: 100, tries: 1 });
    impatient.setServers([server.address]);
    const lost = impatient.resolve4("www.example.com");
    lost.catch(() => {});
    const inFlight = (): unknown =>
      Reflect.get(
        server.metrics().find(({ name }) => name === "dns_udp_in_flight")!,
        "value",
      );
    while (inFlight() === 0) await new Promise((resolve) => setImmediate(resolve));
    await server.close({ graceMs: 20 });
    await expect(lost).rejects.toMatchObject({ code: expect.stringMatching(/ETIMEOUT|ECONNREFUSED/) });
  });

  it("rejects to listen on a port that is taken", async () => {
    const server = await listen();
    await expect(listen({ port: server.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});

describe("the query log and metrics", () => {
  it("tell of every query who asked what, and what became of it", async () => {
    const server = await listen();
    const heard: string[] = [];
    const end = server.onQuery(({ name, type, rcode }) => heard.push(`${name} ${type} ${rcode}`));
    const resolver = resolverAt(server.address);
    await resolver.resolve4("www.example.com");
    await resolver.resolve4("no.example.com").catch(() => {});
    end();
    await resolver.resolve6("www.example.com");
    expect(heard).toEqual(["www.example.com. A 0", "no.example.com. A 3"]);
    expect(server.queryLog()).toMatchObject([
      { name: "www.example.com.", type: "A", class: "IN", transport: "udp", rcode: 0, answers: 1, opcode: 0 },
      { name: "no.example.com.", rcode: 3, answers: 0, client: { address: "127.0.0.1" } },
      { name: "www.example.com.", type: "AAAA", rcode: 0 },
    ]);
    const values = new Map(
      server
        .metrics()
        .flatMap((sample) =>
          "value" in sample ? [[`${sample.name}${JSON.stringify(sample.labels)}`, sample.value]] : [],
        ),
    );
    expect(values.get('dns_queries_total{"transport":"udp"}')).toBe(3);
    expect(values.get('dns_responses_total{"rcode":"NXDOMAIN"}')).toBe(1);
    expect(values.get("dns_operations_total{}")).toBe(3);
    expect(values.get("dns_zones{}")).toBe(1);
  });

  it("keep the newest thousand, and a query that cannot be read has no name", async () => {
    const server = await listen();
    const client = new TcpClient(server.port);
    client.socket.write(
      Buffer.concat(Array.from({ length: 1030 }, (_, i) => framed(query("www.example.com", TYPE.A, i)))),
    );
    const noName = Buffer.alloc(30, 0xff);
    noName.writeUInt16BE(0, 2);
    client.socket.write(framed(noName));
    await client.until(({ messages }) => messages.length === 1031);
    const log = server.queryLog();
    expect(log).toHaveLength(1024);
    expect(log[0]!.id).toBe(7);
    expect(log.at(-1)).toMatchObject({ name: "", type: "", rcode: 1 });
  });
});

describe("in a simulated world", () => {
  /** Lets virtual time pass until `work` is done. */
  async function passing<T>({ clock }: SimulatedWorld, work: Promise<T>): Promise<T> {
    let isDone = false;
    const watch = async (): Promise<void> => {
      await work.catch(() => {});
      isDone = true;
    };
    void watch();
    while (!isDone) await clock.advanceAsync(5);
    return work;
  }

  it("serves over wires that lose and delay; a forwarder asks again", async () => {
    const world = simulatedWorld(7);
    world.network.defaults({ latencyMs: 20, loss: 0.1 });
    const [authority, forwarder] = [world.machine("10.0.0.1"), world.machine("10.0.0.2")];
    const server = await passing(
      world,
      listen({ world: authority, host: "10.0.0.1", port: 53, zones: { "example.com": ZONE } }),
    );
    const config = { resolver: { "forward-zone": [{ name: ".", address: "10.0.0.1@53" }] } };
    const relay = await passing(world, listen({ world: forwarder, host: "10.0.0.2", port: 53, config }));
    for (const name of ["www", "alias", "x.wild", "local"]) {
      expect(await passing(world, relay.promises.resolve4(`${name}.example.com`))).toHaveLength(1);
    }
    expect(server.queryLog().length).toBeGreaterThanOrEqual(4);
    await passing(world, Promise.all([relay.close(), server.close()]));
  });

  it.each([
    ["by default", undefined, 200],
    ["as it is told", [{ id: "default", "rate-limit": 50, slip: 0 }], 50],
    ["not at all when it is told so", [{ id: "default", "rate-limit": 0 }], 500],
  ])("limits equal answers to strangers, %s", async (_how, limit, most) => {
    const world = simulatedWorld(1);
    const config = limit === undefined ? {} : { "mod-rrl": limit };
    const zones = { "example.com": ZONE };
    const server = await passing(
      world,
      listen({ world: world.machine("10.0.0.1"), host: "10.0.0.1", port: 53, zones, config }),
    );
    let [whole, cut] = [0, 0];
    const stranger = await world
      .machine("10.0.0.9")
      .net.bind({ host: "10.0.0.9" }, { message: (bytes) => ((bytes[2]! & 2) === 0 ? (whole += 1) : (cut += 1)) });
    for (let i = 0; i < 500; i++) stranger.send(query("www.example.com", TYPE.A, i), { address: "10.0.0.1", port: 53 });
    await world.clock.advanceAsync(50);
    // While they come, a few milliseconds' worth is added.
    expect(whole).toBeGreaterThanOrEqual(most);
    expect(whole).toBeLessThanOrEqual(most + 10);
    if (limit === undefined) expect(cut).toBeGreaterThan(100);
    else expect(cut).toBe(0);
    await passing(world, server.close());
  });

  it("forwards names that are reserved for tests, too", async () => {
    const upstream = await listen({ zones: { "app.test": "www A 192.0.2.8" } });
    const relay = await listen({ forward: upstream.address });
    expect(await relay.promises.resolve4("www.app.test")).toEqual(["192.0.2.8"]);
    const config = { resolver: { "forward-zone": [{ name: ".", address: upstream.address }] } };
    const careful = await listen({ config });
    await expect(careful.promises.resolve4("www.app.test")).rejects.toMatchObject({ code: "ENOTFOUND" });
  });

  it("lets cached answers age by the clock that the test moves", async () => {
    const upstream = await listen();
    const relay = await listen({ forward: upstream.address, clock: "manual" });
    const [resolver, options] = [resolverAt(relay.address), { ttl: true } as const];
    const ttl = async (): Promise<number> => (await resolver.resolve4("www.example.com", options))[0]!.ttl;
    expect(await ttl()).toBe(60);
    relay.clock.advance("45s");
    expect(await ttl()).toBe(15);
    relay.clock.advance("20s");
    expect(await ttl()).toBe(60);
    expect(upstream.queryLog()).toHaveLength(2);
    expect([...relay.cache!.entries()].map(({ name }) => name.toString())).toContain("www.example.com.");
  });
});
