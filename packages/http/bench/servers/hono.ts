/** One Hono application on `tenon` or on `@hono/node-server`, by the first argument. */
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { ready } from "@tenon/bench";
import { HttpServer, installFastResponse } from "@tenon/http";
import { Hono } from "hono";

const app = new Hono();
app.get("/", (c) => c.text("hello, world!"));
app.get("/users/:id", (c) => c.json({ id: c.req.param("id"), agent: c.req.header("user-agent") }));

if (process.argv[2] === "tenon") {
  // The other one puts a faster Response in the global's place as well, by default.
  installFastResponse();
  ready((await HttpServer.listen({ fetch: (request) => app.fetch(request) })).address);
} else {
  const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, () =>
    ready({ host: "127.0.0.1", port: (server.address() as AddressInfo).port }),
  );
}
