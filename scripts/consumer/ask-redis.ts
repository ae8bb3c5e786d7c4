/** Talks to the Redis whose URL is the first argument, through the published client; fails when it answers wrongly. */
import assert from "node:assert/strict";
import { plainValue, RedisClient } from "@tenon/redis";

await using client = await RedisClient.connect(process.argv[2]!);
assert.equal(plainValue(await client.command("PING")), "PONG");
assert.equal(plainValue(await client.command("SET", "greeting", "hello")), "OK");
assert.equal(plainValue(await client.command("GET", "greeting")), "hello");
