/** Peer: node:http with a file held in memory and its fields made once: the least that a file server on it can do. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { ready } from "@tenon/bench";

const directory = process.argv[2]!;
const cache = new Map<string, Buffer>();
const server = createServer((request, response) => {
  const name = request.url!.slice(1);
  let body = cache.get(name);
  if (body === undefined) cache.set(name, (body = readFileSync(join(directory, name))));
  response.writeHead(200, { "content-type": "application/octet-stream", "content-length": body.length, etag: '"1"' });
  response.end(body);
});
server.listen(0, "127.0.0.1", () => ready({ host: "127.0.0.1", port: (server.address() as AddressInfo).port }));
