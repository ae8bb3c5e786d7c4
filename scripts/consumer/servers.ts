/** Both servers as libraries, with the types that a stranger sees. */
import assert from "node:assert/strict";
import { HttpServer } from "@tenon/http";
import { realWorld, type World } from "@tenon/kit";
import { RedisServer } from "@tenon/redis";
import { defineStack } from "tenon";

const world: World = realWorld;
export default defineStack({ redis: { port: 0 }, http: { port: 0 } });

await using redis = await RedisServer.listen({ port: 0, world });
assert.match(redis.url, /^redis:\/\/127\.0\.0\.1:\d+$/);

await using http = await HttpServer.listen({ port: 0, fetch: (request: Request) => new Response(request.method) });
const response = await fetch(http.url);
assert.equal(await response.text(), "GET");
