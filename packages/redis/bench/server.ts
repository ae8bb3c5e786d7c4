/** The process under test. Its argument: options of `listen`, as JSON. */
import { ready } from "@tenon/bench";
import { RedisServer } from "../src/index.ts";

const settings = JSON.parse(process.argv[2] ?? "{}") as Record<string, string>;
ready((await RedisServer.listen({ port: 0, ...settings })).address);
