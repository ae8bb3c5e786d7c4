/** Ours: 13 bytes through a fetch handler, as a FastResponse or, with `native`, as Node's own Response. */
import { ready } from "@tenon/bench";
import { FastResponse, HttpServer } from "@tenon/http";

const native = process.argv[2] === "native";
const server = await HttpServer.listen({
  fetch: native ? () => new Response("hello, world!") : () => new FastResponse("hello, world!"),
});
ready(server.address);
