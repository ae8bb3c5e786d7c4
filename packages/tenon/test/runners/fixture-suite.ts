/**
 * What `tenon/testing` promises, as tests that each runner runs: node:test, Jest and Vitest call this with their own
 * `test`, and find the hooks in their own way.
 */
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { type HookedOptions, stack } from "tenon/testing";

type Test = (name: string, work: () => Promise<void>) => unknown;

export interface Runner {
  readonly test: Test;
  readonly beforeAll: (work: () => Promise<void>) => unknown;
  readonly describe: (name: string, work: () => void) => unknown;
  readonly hooks?: HookedOptions["hooks"];
}

async function withRedis<T>(url: string, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { retryStrategy: () => null });
  client.on("error", () => undefined);
  try {
    return await use(client);
  } finally {
    // Told to disconnect when it already has, ioredis would keep the process alive for two seconds.
    if (client.status !== "end") client.disconnect();
  }
}

export function fixtureSuite({ test, beforeAll, describe, hooks }: Runner): void {
  const options = hooks === undefined ? {} : { hooks };

  describe("one stack per file", () => {
    const t = stack(
      { redis: { env: { CACHE_URL: "{url}/1" } }, http: { fetch: () => new Response("hello") } },
      options,
    );
    beforeAll(() => withRedis(t.redis.url, async (client) => void (await client.set("seed", "kept"))));

    test("servers answer, and their addresses are there", async () => {
      assert.equal(await (await fetch(t.http.url)).text(), "hello");
      assert.equal(t.env["CACHE_URL"], `${t.redis.url}/1`);
      assert.equal(t.redis.server.address.port, t.redis.port);
      await withRedis(t.redis.url, async (client) => {
        assert.equal(await client.get("seed"), "kept");
        await client.set("seed", "overwritten");
        await client.set("other", "left behind");
      });
    });

    test("the next test finds what beforeAll had made, and nothing of the last one", async () => {
      await withRedis(t.redis.url, async (client) =>
        assert.deepEqual(await client.mget("seed", "other"), ["kept", null]),
      );
      t.redis.network.refuseConnections();
      t.http.faults.fail("/", 503);
      await assert.rejects(withRedis(t.redis.url, (client) => client.ping()));
      assert.equal((await fetch(t.http.url)).status, 503);
    });

    test("faults end with the test", async () => {
      assert.equal(await withRedis(t.redis.url, (client) => client.ping()), "PONG");
      assert.equal((await fetch(t.http.url)).status, 200);
    });
  });

  describe("one stack per test, with a clock that stands still", () => {
    const t = stack({ redis: true }, { ...options, per: "test", clock: "manual" });
    let firstServer: unknown;

    test("time moves when the test says so", async () => {
      firstServer = t.redis.server;
      await withRedis(t.redis.url, async (client) => {
        await client.set("session", "1", "EX", 3600);
        t.clock.advance("59m59s");
        assert.equal(await client.ttl("session"), 1);
        t.clock.advance("1001ms");
        // Redis: a key is gone once its time has passed, not when it comes.
        assert.equal(await client.get("session"), null);
        await client.set("mine", "1");
      });
    });

    test("the next test has a server of its own", async () => {
      assert.notEqual(t.redis.server, firstServer);
      await withRedis(t.redis.url, async (client) => assert.equal(await client.dbsize(), 0));
    });
  });
}
