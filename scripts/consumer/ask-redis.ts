/** Talks to the Redis whose URL is the first argument, through the published client; fails when it answers wrongly. */
import assert from "node:assert/strict";
import { RedisClient } from "@tenon/redis";

const client = await RedisClient.connect(process.argv[2]!);
try {
  assert.equal(String(await client.command("PING")), "PONG");
  assert.equal(String(await client.command("SET", "greeting", "hello")), "OK");
  assert.equal(String(await client.command("GET", "greeting")), "hello");
} finally {
  client.close();
}
