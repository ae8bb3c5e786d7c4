/** Libraries that live on Redis' scripts, expiry and atomicity, with no code changed: locks, sessions, rate limiters. */
import { RedisStore } from "connect-redis";
import session, { type SessionData } from "express-session";
import { Redis } from "ioredis";
import { BurstyRateLimiter, RateLimiterRedis, type RateLimiterRes } from "rate-limiter-flexible";
import { createClient } from "redis";
import Redlock from "redlock";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { RedisServer } from "../../src/index.ts";

let server: RedisServer;

beforeAll(async () => {
  server = await RedisServer.listen({ clock: "manual" });
});
beforeEach(() => server.execute(["FLUSHALL"]));
afterAll(() => server.close());

describe("redlock", () => {
  let redis: Redis;
  beforeAll(() => {
    redis = new Redis(server.address.port, server.address.host);
  });
  afterAll(() => redis.disconnect());

  it("gives a lock to one at a time, extends it, and lets it go", async () => {
    const redlock = new Redlock([redis], { retryCount: 0 });
    const lock = await redlock.lock("locks:a", 10_000);
    await expect(redlock.lock("locks:a", 10_000)).rejects.toThrow("to lock the resource");
    server.clock.advance("9s");
    const extended = await lock.extend(10_000);
    server.clock.advance("9s");
    await expect(redlock.lock("locks:a", 10_000)).rejects.toThrow("to lock the resource");
    await extended.unlock();
    await (await redlock.lock("locks:a", 10_000)).unlock();
    expect(await server.execute(["EXISTS", "locks:a"])).toBe(0);
  });

  it("does not let go what has expired and belongs to somebody else", async () => {
    const redlock = new Redlock([redis], { retryCount: 0 });
    const late = await redlock.lock("locks:b", 1000);
    server.clock.advance("2s");
    const next = await redlock.lock("locks:b", 1000);
    await expect(late.unlock()).rejects.toThrow("release the lock");
    expect(await server.execute(["GET", "locks:b"])).toBe(next.value);
  });
});

describe("connect-redis", () => {
  it("keeps express's sessions, and forgets them when their time is over", async () => {
    const client = await createClient({ url: server.url }).connect();
    const store = new RedisStore({ client, prefix: "session:", ttl: 60 });
    const data = { cookie: new session.Cookie(), user: "ada" } as SessionData;
    await store.set("one", data);
    expect(await store.get("one")).toMatchObject({ user: "ada" });
    expect(await store.length()).toBe(1);
    server.clock.advance("50s");
    await store.touch("one", data);
    server.clock.advance("50s");
    expect(await store.ids()).toEqual(["one"]);
    server.clock.advance("11s");
    expect(await store.get("one")).toBeNull();
    await store.set("two", data);
    await store.destroy("two");
    expect(await store.all()).toEqual([]);
    client.destroy();
  });
});

describe("rate-limiter-flexible", () => {
  it("refuses what is too much, and counts anew when the window is over", async () => {
    const redis = new Redis(server.address.port, server.address.host);
    const limiter = new RateLimiterRedis({ storeClient: redis, points: 3, duration: 10, keyPrefix: "limit" });
    for (const left of [2, 1, 0]) expect((await limiter.consume("ada")).remainingPoints).toBe(left);
    const refused = await limiter.consume("ada").catch((result: RateLimiterRes) => result);
    expect(refused).toMatchObject({ remainingPoints: 0, consumedPoints: 4 });
    // A key lives to the end of its last millisecond.
    server.clock.advance(10_001);
    expect((await limiter.consume("ada")).remainingPoints).toBe(2);
    await limiter.block("ada", 100);
    await expect(limiter.consume("ada")).rejects.toMatchObject({ remainingPoints: 0 });
    await limiter.delete("ada");
    expect(await limiter.get("ada")).toBeNull();
    redis.disconnect();
  });

  it("lets bursts through by node-redis", async () => {
    const client = await createClient({ url: server.url }).connect();
    const storeClient = client;
    const limiter = new BurstyRateLimiter(
      new RateLimiterRedis({ storeClient, useRedisPackage: true, points: 1, duration: 1, keyPrefix: "steady" }),
      new RateLimiterRedis({ storeClient, useRedisPackage: true, points: 2, duration: 10, keyPrefix: "burst" }),
    );
    for (let i = 0; i < 3; i++) await limiter.consume("bob");
    await expect(limiter.consume("bob")).rejects.toMatchObject({ remainingPoints: 0 });
    server.clock.advance(1001);
    await limiter.consume("bob");
    client.destroy();
  });
});
