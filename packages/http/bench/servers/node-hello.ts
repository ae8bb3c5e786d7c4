/** Peer: node:http answering 13 bytes from its callback. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ready } from "@tenon/bench";

const body = "hello, world!";
const server = createServer((_request, response) => {
  response.writeHead(200, { "content-type": "text/plain;charset=UTF-8", "content-length": body.length });
  response.end(body);
});
server.listen(0, "127.0.0.1", () => ready({ host: "127.0.0.1", port: (server.address() as AddressInfo).port }));
