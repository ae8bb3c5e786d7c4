import { describe, expect, it } from "vitest";
import { lfuCounter, lfuIncremented, lfuWord } from "../src/keyspace/access.ts";
import { MemoryAccount } from "../src/keyspace/memory-account.ts";
import { EngineUnderTest, seededRandom, type EngineClient } from "./engine-client.ts";

const OOM = new Error("OOM command not allowed when used memory > 'maxmemory'.");
const KEYS = 1000;

/** What the keys take, measured anew. */
function measured({ engine }: EngineUnderTest): number {
  return engine.keyspace.databases.reduce((sum, { keys }) => sum + new MemoryAccount(keys).bytes, 0);
}

/** A server whose keys take `fraction` more than maxmemory allows; the next command evicts. */
function shorten(client: EngineClient, server: EngineUnderTest, fraction: number): void {
  client.line(`CONFIG SET maxmemory ${Math.floor(measured(server) * (1 - fraction))}`);
}

/** Those of the first `count` keys that are still there, by number. */
function survivors(server: EngineUnderTest, count = KEYS): number[] {
  const [database] = server.engine.keyspace.databases;
  return Array.from({ length: count }, (_, n) => n).filter((n) => database!.peekId(`k${n}`) !== 0);
}

function share(of: readonly number[], keep: (n: number) => boolean): number {
  return of.filter(keep).length / of.length;
}

/** Runs commands that change nothing until eviction, which is limited in time, has done its work. */
function settle(client: EngineClient, server: EngineUnderTest): void {
  for (let n = 0; n < 50; n++) client.line("PING");
  const limit = server.engine.config.number("maxmemory");
  expect(server.engine.keyspace.memoryBytes).toBeLessThanOrEqual(limit);
}

describe("the account of memory", () => {
  it("equals a new measurement after any commands", () => {
    const server = new EngineUnderTest(3);
    const client = server.connect();
    client.line("CONFIG SET maxmemory 1gb");
    client.line("CONFIG SET hash-max-listpack-entries 4 set-max-listpack-entries 4 zset-max-listpack-entries 4");
    const random = seededRandom(17);
    const pick = <T>(list: readonly T[]): T => list[random.integer(list.length)]!;
    const key = (): string => `key:${random.integer(12)}`;
    const word = (): string => "x".repeat(random.integer(70)) + random.integer(30);
    const commands: readonly (() => (string | number)[])[] = [
      () => ["SET", key(), word()],
      () => ["SET", key(), word(), "PX", 1 + random.integer(50)],
      () => ["APPEND", key(), word()],
      () => ["SETRANGE", key(), random.integer(300), word()],
      () => ["INCRBY", key(), random.integer(1e9)],
      () => ["LPUSH", key(), word(), word()],
      () => ["RPOP", key(), 2],
      () => ["LTRIM", key(), 0, 3],
      () => ["LMOVE", key(), key(), "LEFT", "RIGHT"],
      () => ["HSET", key(), word(), word(), word(), word()],
      () => ["HDEL", key(), word()],
      () => ["HSET", key(), "f", word()],
      () => ["HPEXPIRE", key(), 1 + random.integer(40), "FIELDS", 1, "f"],
      () => ["HGETALL", key()],
      () => ["XADD", key(), "*", word(), word()],
      () => ["XTRIM", key(), "MAXLEN", 3],
      () => ["SETBIT", key(), random.integer(4000), 1],
      () => ["PFADD", key(), word(), word()],
      () => ["GEOADD", key(), random.integer(90), random.integer(80), word()],
      () => ["SORT", key(), "ALPHA", "STORE", key()],
      () => ["SADD", key(), word(), word(), random.integer(99)],
      () => ["SPOP", key()],
      () => ["SMOVE", key(), key(), word()],
      () => ["SINTERSTORE", key(), key(), key()],
      () => ["ZADD", key(), random.integer(9), word(), random.integer(9), word()],
      () => ["ZPOPMIN", key()],
      () => ["ZUNIONSTORE", key(), 2, key(), key()],
      () => ["DEL", key(), key()],
      () => ["RENAME", key(), key()],
      () => ["COPY", key(), key(), "REPLACE"],
      () => ["COPY", key(), key(), "DB", 1],
      () => ["MOVE", key(), 1],
      () => ["SWAPDB", 0, 1],
      () => ["EXPIRE", key(), 10],
      () => ["PERSIST", key()],
      () => ["GETDEL", key()],
      () => (random.integer(20) === 0 ? ["FLUSHDB"] : ["PING"]),
    ];
    for (let n = 0; n < 4000; n++) {
      const command = pick(commands)();
      client.raw(...command);
      if (n % 10 === 0) server.advance(random.integer(20));
      expect([command, server.engine.keyspace.memoryBytes]).toEqual([command, measured(server)]);
    }
    client.line("CONFIG SET maxmemory 0");
    expect(server.engine.keyspace.memoryBytes).toBe(0);
  });
});

describe("maxmemory", () => {
  it("refuses what may need memory under noeviction, and nothing else; a queue needs memory too", () => {
    const server = new EngineUnderTest();
    const client = server.connect();
    client.line("SET a 1");
    client.line("CONFIG SET maxmemory 1");
    expect(client.line("SET b 1")).toEqual(OOM);
    expect(client.line("GET a")).toBe("1");
    client.line("MULTI");
    expect(client.line("GET a")).toEqual(OOM);
    expect(client.line("EXEC")).toEqual(new Error("EXECABORT Transaction discarded because of previous errors."));
    expect(client.line("DEL a")).toBe(1);
    expect(client.line("SET b 1")).toBe("OK");
  });

  it("evicts with an event, as a DEL, and counts it", () => {
    const server = new EngineUnderTest();
    const [client, listener] = [server.connect(), server.connect()];
    const effects = server.recordEffects();
    client.line("CONFIG SET maxmemory-policy allkeys-random notify-keyspace-events Ee");
    listener.line("SUBSCRIBE __keyevent@0__:evicted");
    client.line("SET victim 1");
    effects();
    client.line("CONFIG SET maxmemory 1");
    expect(client.line("GET victim")).toBe(null);
    expect(effects()).toEqual(["DEL victim"]);
    expect(listener.output()).toContain("victim");
    expect(client.line("INFO stats")).toContain("evicted_keys:1");
  });

  it.each(["volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl"])(
    "under %s takes only keys that expire, and fails when there are none left",
    (policy) => {
      const server = new EngineUnderTest();
      const client = server.connect();
      client.line(`CONFIG SET maxmemory-policy ${policy}`);
      for (let n = 0; n < 100; n++) client.line(n % 2 === 0 ? `SET k${n} x` : `SET k${n} x EX ${100 + n}`);
      client.line("CONFIG SET maxmemory 10");
      for (let n = 0; n < 20; n++) client.line("PING");
      expect(client.line("SET other x")).toEqual(OOM);
      expect(survivors(server, 100)).toEqual(Array.from({ length: 50 }, (_, n) => n * 2));
    },
  );

  it.each(["allkeys-lru", "volatile-lru"])("under %s takes what was not used for long", (policy) => {
    const server = new EngineUnderTest(5);
    const client = server.connect();
    client.line(`CONFIG SET maxmemory-policy ${policy} maxmemory-samples 10`);
    for (let n = 0; n < KEYS; n++) {
      client.line(`SET k${n} value EX 100000`);
      server.advance(1000);
    }
    // The older half was used again.
    for (let n = 0; n < KEYS / 2; n++) client.line(`GET k${n}`);
    shorten(client, server, 0.4);
    settle(client, server);
    const left = survivors(server);
    expect(left.length).toBeGreaterThan(KEYS * 0.5);
    const kept = share(
      Array.from({ length: KEYS / 2 }, (_, n) => n),
      (n) => left.includes(n),
    );
    expect(kept).toBeGreaterThan(0.97);
  });

  it("under volatile-ttl takes what expires soonest", () => {
    const server = new EngineUnderTest(6);
    const client = server.connect();
    client.line("CONFIG SET maxmemory-policy volatile-ttl maxmemory-samples 10");
    for (let n = 0; n < KEYS; n++) client.line(`SET k${n} value EX ${100 + n}`);
    shorten(client, server, 0.3);
    settle(client, server);
    const left = survivors(server);
    expect(share(left, (n) => n > KEYS * 0.2)).toBeGreaterThan(0.95);
  });

  it.each(["allkeys-lfu", "volatile-lfu"])(
    "under %s keeps what is used often, though it was not used last",
    (policy) => {
      const server = new EngineUnderTest(7);
      const client = server.connect();
      client.line(`CONFIG SET maxmemory-policy ${policy} maxmemory-samples 10 lfu-log-factor 1`);
      for (let n = 0; n < KEYS; n++) client.line(`SET k${n} value EX 100000`);
      for (let round = 0; round < 30; round++) for (let n = 0; n < 100; n++) client.line(`GET k${n}`);
      for (let n = 100; n < KEYS; n++) client.line(`GET k${n}`);
      shorten(client, server, 0.5);
      settle(client, server);
      const often = Array.from({ length: 100 }, (_, n) => n);
      expect(share(often, (n) => survivors(server).includes(n))).toBeGreaterThan(0.97);
    },
  );

  it("under allkeys-random takes from every database", () => {
    const server = new EngineUnderTest(8);
    const client = server.connect();
    client.line("CONFIG SET maxmemory-policy allkeys-random");
    for (const database of [0, 1]) {
      client.line(`SELECT ${database}`);
      for (let n = 0; n < 500; n++) client.line(`SET k${n} value`);
    }
    shorten(client, server, 0.5);
    settle(client, server);
    const [first, second] = server.engine.keyspace.databases.map((database) => database.size);
    expect(Math.abs(first! - second!)).toBeLessThan(20);
    expect(first! + second!).toBeGreaterThan(400);
  });
});

describe("the frequency counter", () => {
  it("grows with the logarithm of the accesses, and loses one per period without any", () => {
    const random = seededRandom(1);
    const after = (accesses: number, factor: number): number => {
      let counter = 5;
      for (let n = 0; n < accesses; n++) counter = lfuIncremented(counter, factor, random.float());
      return counter;
    };
    // The table of redis.conf: factor 10 gives about 10 after 100 accesses, 18 after 1000, 142 after 100,000; 1 saturates there.
    expect(after(100, 10)).toBeGreaterThan(6);
    expect(after(1000, 10)).toBeGreaterThan(13);
    expect(after(1000, 10)).toBeLessThan(25);
    expect(Math.abs(after(100_000, 10) - 142)).toBeLessThan(20);
    expect(after(100_000, 1)).toBe(255);
    const start = 1_700_000_000_000;
    const word = lfuWord(start, 100);
    expect(lfuCounter(word, start + 59_000, 1)).toBeGreaterThanOrEqual(99);
    expect(lfuCounter(word, start + 10 * 60_000, 1)).toBe(90);
    expect(lfuCounter(word, start + 10 * 60_000, 5)).toBe(98);
    expect(lfuCounter(word, start + 600 * 60_000, 1)).toBe(0);
    expect(lfuCounter(word, start + 600 * 60_000, 0)).toBe(100);
  });

  it("is what OBJECT FREQ shows under an LFU policy; the idle time is shown under the others", () => {
    const server = new EngineUnderTest();
    const client = server.connect();
    client.line("SET a 1");
    server.advance(42_000);
    expect(client.line("OBJECT IDLETIME a")).toBe(42);
    expect(client.line("OBJECT FREQ a")).toBeInstanceOf(Error);
    client.line("TOUCH a");
    expect(client.line("OBJECT IDLETIME a")).toBe(0);
    client.line("CONFIG SET maxmemory-policy allkeys-lfu");
    client.line("SET b 1");
    expect(client.line("OBJECT FREQ b")).toBe(5);
    server.advance(3 * 60_000);
    expect(client.line("OBJECT FREQ b")).toBe(2);
    expect(client.line("OBJECT IDLETIME b")).toBeInstanceOf(Error);
  });

  it("is left alone by clients with CLIENT NO-TOUCH, but for TOUCH", () => {
    const server = new EngineUnderTest();
    const client = server.connect();
    client.line("SET a 1");
    client.line("CLIENT NO-TOUCH ON");
    server.advance(10_000);
    client.line("GET a");
    expect(client.line("OBJECT IDLETIME a")).toBe(10);
    client.line("TOUCH a");
    expect(client.line("OBJECT IDLETIME a")).toBe(0);
  });
});
