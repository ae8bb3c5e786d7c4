/**
 * What lives by its time, tested without a sleep: a session that ends when nobody uses it, a lock whose holder died, a limit of
 * requests in a sliding window. The clock of the server is moved, and with it every expiry.
 *
 *     node packages/redis/examples/manual-clock.ts
 */
import assert from "node:assert/strict";
import { RedisServer } from "@tenon/redis";
import { Redis } from "ioredis";

/** Lets go of a lock, if it is still ours. */
const UNLOCK = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";

/** Whether one more request is allowed: at most ARGV[1] in any ARGV[2] milliseconds. Scripts see the server's time, too. */
const ALLOW = `
  local time = redis.call('time')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('zremrangebyscore', KEYS[1], 0, now - ARGV[2])
  if redis.call('zcard', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
  redis.call('zadd', KEYS[1], now, now .. ':' .. redis.call('incr', KEYS[1] .. ':count'))
  redis.call('pexpire', KEYS[1], ARGV[2])
  return 1`;

export async function main(): Promise<void> {
  await using server = await RedisServer.listen({ clock: "manual" });
  const redis = new Redis(server.address.port, server.address.host);
  try {
    await sessions(server, redis);
    await locks(server, redis);
    await limits(server, redis);
  } finally {
    redis.disconnect();
  }
}

/** A session lasts half an hour from its latest use. */
async function sessions(server: RedisServer, redis: Redis): Promise<void> {
  await redis.hset("session:1", { user: "ada", theme: "dark" });
  await redis.expire("session:1", 1800);
  server.clock.advance("25m");
  assert.equal(await redis.hget("session:1", "user"), "ada");
  await redis.expire("session:1", 1800);
  server.clock.advance("25m");
  assert.equal(await redis.exists("session:1"), 1);
  server.clock.advance("6m");
  assert.equal(await redis.exists("session:1"), 0);
}

/** Who waits for a lock gets it when its time is over; who comes too late does not take it away from its new holder. */
async function locks(server: RedisServer, redis: Redis): Promise<void> {
  const lock = (holder: string): Promise<string | null> => redis.set("lock:report", holder, "PX", 30_000, "NX");
  assert.equal(await lock("first"), "OK");
  assert.equal(await lock("second"), null);
  server.clock.advance("31s");
  assert.equal(await lock("second"), "OK");
  assert.equal(await redis.eval(UNLOCK, 1, "lock:report", "first"), 0);
  assert.equal(await redis.get("lock:report"), "second");
  assert.equal(await redis.eval(UNLOCK, 1, "lock:report", "second"), 1);
}

/** Three requests in any ten seconds. */
async function limits(server: RedisServer, redis: Redis): Promise<void> {
  const allow = (): Promise<unknown> => redis.eval(ALLOW, 1, "limit:ada", 3, 10_000);
  const allowed: unknown[] = [];
  for (const pause of ["0s", "4s", "4s", "1s", "2s", "4s"]) {
    server.clock.advance(pause);
    allowed.push(await allow());
  }
  // At 0, 4, 8, 9, 11 and 15 seconds: the fourth is one too many, then the first and the second have slid out.
  assert.deepEqual(allowed, [1, 1, 1, 0, 1, 1]);
  server.clock.advance("1m");
  assert.equal(await redis.exists("limit:ada"), 0);
}

if (import.meta.main) await main();
