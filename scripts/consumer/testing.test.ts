/** The fixtures under node:test, from the published package. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { RedisClient } from "@tenon/redis";
import { stack } from "tenon/testing";

test("a key expires when the test moves the clock", async () => {
  await using services = await stack.start({ redis: {} }, { clock: "manual" });
  await using client = await RedisClient.connect(services.redis.url);
  await client.command("SET", "session", "1", "EX", "10");
  assert.equal(await client.command("EXISTS", "session"), 1);
  services.clock.advance("11s");
  assert.equal(await client.command("EXISTS", "session"), 0);
});
