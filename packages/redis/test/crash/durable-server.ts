/** A server that keeps everything at once, for those who kill it: `durable-server.ts DIR` prints its URL. */
import process from "node:process";
import { RedisServer } from "../../src/index.ts";

const dir = process.argv[2]!;
const server = await RedisServer.listen({ port: 0, dir, save: "", appendonly: true, appendfsync: "always" });
process.stdout.write(`${server.url}\n`);
