/** The doors without a network: datagrams and who keeps their bytes; over TCP framing at every cut, one write a chunk, back-pressure, streams, limits. */
import type { Connection, DatagramHandler, DatagramSocket, Net } from "@tenon/kit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NOT_HERE } from "../src/authority/authority.ts";
import type { Answerer, SlowAnswer } from "../src/transport/answerer.ts";
import { UdpDoor } from "../src/transport/udp.ts";
import { TcpBatch, TcpSession } from "../src/transport/tcp.ts";

/** A connection that takes everything until it is told to be full. */
class FakeConnection implements Partial<Connection> {
  readonly remote = { address: "192.0.2.9", port: 4242 };
  readonly writes: Buffer[] = [];
  queuedBytes = 0;
  /** What is written stays queued. */
  isFull = false;
  isPaused = false;
  isEnded = false;
  isDestroyed = false;

  write(bytes: Uint8Array | string): boolean {
    this.writes.push(Buffer.from(bytes as Uint8Array));
    if (this.isFull) this.queuedBytes += bytes.length;
    return !this.isFull;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  end(): void {
    this.isEnded = true;
  }

  destroy(): void {
    this.isDestroyed = true;
  }

  get messages(): Buffer[] {
    const all = Buffer.concat(this.writes);
    const messages: Buffer[] = [];
    for (let at = 0; at < all.length; at += 2 + all.readUInt16BE(at)) {
      messages.push(all.subarray(at + 2, at + 2 + all.readUInt16BE(at)));
    }
    return messages;
  }
}

/** Answers with the query's own bytes; queries that begin with "s" slowly, when `finish` says so; "n…" gets no answer. */
class Echo implements Answerer {
  readonly slow: ((answer: SlowAnswer) => void)[] = [];
  observed = 0;
  failures = 0;

  answer(query: Uint8Array, length: number, _client: unknown, out: Uint8Array): number {
    const first = String.fromCharCode(query[0] ?? 0);
    if (first === "s") return NOT_HERE;
    if (first === "n") return 0;
    if (first === "!") throw new Error("mistake");
    out.set(query.subarray(0, length));
    return length;
  }

  answerSlowly(): Promise<SlowAnswer> {
    return new Promise((resolve) => this.slow.push(resolve));
  }

  observe(): void {
    this.observed += 1;
  }

  failed(): void {
    this.failures += 1;
  }
}

function framed(...texts: readonly string[]): Buffer {
  return Buffer.concat(
    texts.map((text) => Buffer.concat([Buffer.from([text.length >>> 8, text.length & 0xff]), Buffer.from(text)])),
  );
}

function session(inFlight = 100): {
  echo: Echo;
  connection: FakeConnection;
  session: TcpSession;
  at: { nowMs: number };
} {
  const echo = new Echo();
  const connection = new FakeConnection();
  const at = { nowMs: 0 };
  const batch = new TcpBatch(echo, { inFlight, idleMs: 10_000 }, () => at.nowMs);
  return { echo, connection, session: new TcpSession(batch, connection as unknown as Connection), at };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A socket whose sends are recorded; `isFull` keeps their bytes, as a system does that has no room. */
class FakeNet {
  handler!: DatagramHandler;
  readonly sent: { bytes: Uint8Array; text: string; port: number }[] = [];
  isFull = false;
  isClosed = false;

  bind(_options: unknown, handler: DatagramHandler): Promise<DatagramSocket> {
    this.handler = handler;
    return Promise.resolve({
      address: { address: "127.0.0.1", port: 53 },
      send: (bytes, { port }) => {
        if (port === 0) throw new RangeError("Port should be > 0 and < 65536");
        this.sent.push({ bytes, text: Buffer.from(bytes).toString(), port });
        return !this.isFull;
      },
      close: async () => void (this.isClosed = true),
      unref() {},
    });
  }
}

async function door(): Promise<{
  echo: Echo;
  net: FakeNet;
  udp: UdpDoor;
  hear: (text: string, port?: number) => void;
}> {
  const [echo, net] = [new Echo(), new FakeNet()];
  const udp = await UdpDoor.open(net as unknown as Net, { host: "127.0.0.1", port: 0 }, echo);
  const hear = (text: string, port = 4242): void =>
    net.handler.message(Buffer.from(text), { address: "192.0.2.9", port });
  return { echo, net, udp, hear };
}

describe("a UDP door", () => {
  it("answers at once and later, each to whom asked", async () => {
    const { echo, net, hear } = await door();
    hear("slow", 1001);
    hear("quick", 1002);
    hear("nothing", 1003);
    echo.slow[0]!(Buffer.from("late"));
    await settled();
    expect(net.sent.map(({ text, port }) => [text, port])).toEqual([
      ["quick", 1002],
      ["late", 1001],
    ]);
    expect(echo.observed).toBe(3);
  });

  it("does not write over what the system still holds", async () => {
    const { net, hear } = await door();
    net.isFull = true;
    for (const text of ["one", "two", "333"]) hear(text);
    expect(net.sent.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(["one", "two", "333"]);
    net.isFull = false;
    hear("four");
    hear("five");
    expect(net.sent.map(({ text }) => text).slice(3)).toEqual(["four", "five"]);
  });

  it("is not ended by senders that cannot be, by mistakes of the answerer, or by its own closing", async () => {
    const { echo, net, udp, hear } = await door();
    hear("forged", 0);
    hear("!");
    expect([net.sent, echo.failures]).toEqual([[], 1]);
    hear("s1");
    const closed = udp.close(new Promise(() => {}));
    hear("s2 comes too late");
    expect(echo.slow).toHaveLength(1);
    echo.slow[0]!(Buffer.from("done"));
    await closed;
    expect([net.sent.map(({ text }) => text), net.isClosed]).toEqual([["done"], true]);
  });

  it("closes without what takes longer than the patience for it", async () => {
    const { net, udp, hear } = await door();
    hear("s1");
    await udp.close(Promise.resolve());
    expect([net.sent, net.isClosed]).toEqual([[], true]);
  });
});

describe("a TCP session", () => {
  it("finds the same messages however the bytes are cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom("a", "b", "n", "x"), maxLength: 300 }), { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }),
        (texts, cuts) => {
          const { connection, session: tcp } = session();
          const bytes = framed(...texts);
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const size = cuts[i % cuts.length]!;
            // What is borrowed is overwritten by the next chunk.
            const chunk = Buffer.from(bytes.subarray(at, at + size));
            tcp.data(chunk);
            chunk.fill(0xff);
            at += size;
          }
          const expected = texts.filter((text) => text !== "" && !text.startsWith("n"));
          expect(connection.messages.map(String)).toEqual(expected);
        },
      ),
    );
  });

  it("answers a chunk in one write", () => {
    const { connection, session: tcp, echo } = session();
    tcp.data(framed(..."abcdefgh"));
    expect(connection.writes).toHaveLength(1);
    expect(echo.observed).toBe(8);
  });

  it("writes more than once only when a chunk's answers are above 64 KiB, and loses none", () => {
    const { connection, session: tcp } = session();
    const long = "x".repeat(40_000);
    tcp.data(framed(long, long, long, "end"));
    expect(connection.messages.map(({ length }) => length)).toEqual([40_000, 40_000, 40_000, 3]);
    expect(connection.writes.length).toBeLessThan(4);
  });

  it("stops reading at its limit of queries under way, keeps what was read, and goes on", async () => {
    const { connection, session: tcp, echo } = session(2);
    tcp.data(framed("s1", "s2", "a", "s3", "b"));
    expect(connection.isPaused).toBe(true);
    // A chunk that was on its way may still come.
    tcp.data(framed("c"));
    expect(connection.messages).toEqual([]);
    echo.slow[1]!(Buffer.from("slow 2"));
    await settled();
    expect(connection.messages.map(String)).toEqual(["slow 2", "a"]);
    echo.slow[0]!(Buffer.from("slow 1"));
    await settled();
    expect(connection.messages.map(String)).toEqual(["slow 2", "a", "slow 1", "b", "c"]);
    expect(connection.isPaused).toBe(false);
    echo.slow[2]!(undefined);
    await settled();
    expect(connection.messages).toHaveLength(5);
  });

  it("stops reading while the client does not take its answers", () => {
    const { connection, session: tcp } = session();
    connection.isFull = true;
    const long = "x".repeat(60_000);
    for (let i = 0; i < 5; i++) tcp.data(framed(long));
    expect(connection.isPaused).toBe(true);
    tcp.data(framed("later"));
    expect(connection.messages).toHaveLength(5);
    connection.isFull = false;
    connection.queuedBytes = 0;
    tcp.drain();
    expect(connection.messages.map(String).at(-1)).toBe("later");
    expect(connection.isPaused).toBe(false);
  });

  it("takes of a stream what the client takes, and closes what is not finished", async () => {
    const { connection, session: tcp, echo } = session();
    let taken = 0;
    let isReturned = false;
    function* transfer(): Generator<Uint8Array> {
      try {
        for (;;) {
          taken += 1;
          yield new Uint8Array(50_000);
        }
      } finally {
        isReturned = true;
      }
    }
    connection.isFull = true;
    tcp.data(framed("s"));
    echo.slow[0]!(transfer());
    await settled();
    const first = taken;
    expect(first).toBeLessThan(8);
    connection.queuedBytes = 0;
    tcp.drain();
    expect(taken).toBe(2 * first);
    expect(echo.observed).toBe(1);
    tcp.close();
    expect(isReturned).toBe(true);
  });

  it("cuts a stream that fails, as half of a transfer must not look whole", async () => {
    const { connection, session: tcp, echo } = session();
    tcp.data(framed("s"));
    echo.slow[0]!(
      (function* (): Generator<Uint8Array> {
        yield new Uint8Array(10);
        throw new Error("the zone went away");
      })(),
    );
    await settled();
    expect([connection.isDestroyed, echo.failures]).toEqual([true, 1]);
  });

  it("survives an answerer that throws", () => {
    const { connection, session: tcp, echo } = session();
    const query = `!I\0\0${"\0".repeat(8)}`;
    tcp.data(framed("!", query, "after"));
    const [servfail, after] = connection.messages;
    expect([...servfail!]).toEqual([0x21, 0x49, 0x80, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(String(after)).toBe("after");
    expect(echo.failures).toBe(2);
  });

  it("is idle when nothing moves, and not while we make the client wait", async () => {
    const { connection, session: tcp, echo, at } = session();
    tcp.data(framed("a"));
    at.nowMs = 9_999;
    tcp.dropIfIdle(at.nowMs);
    expect(connection.isDestroyed).toBe(false);
    tcp.data(framed("s"));
    at.nowMs = 30_000;
    tcp.dropIfIdle(at.nowMs);
    expect(connection.isDestroyed).toBe(false);
    echo.slow[0]!(Buffer.from("done"));
    await settled();
    at.nowMs = 40_000;
    tcp.dropIfIdle(at.nowMs);
    expect(connection.isDestroyed).toBe(true);
  });

  it("ends when the client has ended and all is answered", async () => {
    const { connection, session: tcp, echo } = session();
    tcp.data(framed("s"));
    tcp.end();
    expect(connection.isEnded).toBe(false);
    echo.slow[0]!(Buffer.from("done"));
    await settled();
    expect(connection.isEnded).toBe(true);
    expect(connection.messages.map(String)).toEqual(["done"]);
  });

  it("asked to finish, goes at once with nothing under way, else when that is answered", async () => {
    const idle = session();
    idle.session.finish();
    expect(idle.connection.isDestroyed).toBe(true);
    const busy = session();
    busy.session.data(framed("s"));
    busy.session.finish();
    expect([busy.connection.isDestroyed, busy.connection.isEnded]).toEqual([false, false]);
    busy.echo.slow[0]!(Buffer.from("done"));
    await settled();
    expect(busy.connection.isEnded).toBe(true);
  });
});
