/** One Hono application over the wire and through dispatch(): middleware that makes Requests and Responses of its own included. */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { etag } from "hono/etag";
import { HTTPException } from "hono/http-exception";
import { methodOverride } from "hono/method-override";
import { secureHeaders } from "hono/secure-headers";
import { stream } from "hono/streaming";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HttpServer, installIncomingRequest } from "../src/index.ts";

const inner = new Hono().all("/echo", async (c) => c.text(`${c.req.method} ${await c.req.text()}`));

const app = new Hono();
app.use("/cors/*", cors({ origin: "https://a.test" }));
app.use("/secure", secureHeaders());
app.use("/etag", etag());
app.use("/posts", methodOverride({ app }));
app.get("/", (c) => c.text("hello"));
app.get("/users/:id", (c) => c.json({ id: c.req.param("id"), q: c.req.query("q"), all: c.req.queries("t") }));
app.get("/secure", (c) => c.html("<p>safe</p>"));
app.get("/etag", (c) => c.text("tagged"));
app.get("/cors/x", (c) => c.text("shared"));
app.get("/away", (c) => c.redirect("/", 303));
app.get("/cookies", (c) => {
  c.header("Set-Cookie", "a=1", { append: true });
  c.header("Set-Cookie", "b=2", { append: true });
  return c.body(null, 204);
});
app.get("/stream", (c) =>
  stream(c, async (out) => {
    await out.write("one ");
    await out.write("two");
  }),
);
app.post("/json", async (c) => c.json({ got: await c.req.json<unknown>() }, 201));
app.post("/form", async (c) => {
  const { name, file } = await c.req.parseBody();
  return c.json({ name, file: file instanceof File ? [file.name, await file.text()] : null });
});
app.post("/limited", bodyLimit({ maxSize: 10 }), async (c) => c.text(`took ${await c.req.text()}`));
app.delete("/posts", (c) => c.text("deleted"));
app.get("/throws", () => {
  throw new Error("on purpose");
});
app.onError((error, c) =>
  error instanceof HTTPException ? error.getResponse() : c.text(`caught: ${error.message}`, 500),
);
app.mount("/mounted", inner.fetch);
app.all("/copied", async (c) => {
  const copy = new Request(c.req.raw, { headers: { "x-copied": "yes" } });
  return c.text(`${copy.method} ${copy.headers.get("x-copied")} ${await copy.text()} ${c.req.raw.bodyUsed}`);
});

let server: HttpServer;
let uninstall: () => void;

beforeAll(async () => {
  uninstall = installIncomingRequest();
  server = await HttpServer.listen({ fetch: (request) => app.fetch(request) });
});

afterAll(async () => {
  await server.close({ graceMs: 0 });
  uninstall();
});

/** What an application decides about; the rest (dates, framing) is the connection's. */
async function seen(response: Response): Promise<unknown> {
  const headers = [...response.headers].filter(
    ([name]) => !["connection", "content-length", "date", "keep-alive", "transfer-encoding"].includes(name),
  );
  return { status: response.status, headers, body: await response.text() };
}

const text = (body: string): RequestInit => ({ method: "POST", body });
const form = (): FormData => {
  const data = new FormData();
  data.set("name", "n");
  data.set("file", new File(["content"], "f.txt"));
  return data;
};
/** A body whose length is not known beforehand. */
const chunked = (body: string): RequestInit => ({ method: "POST", body: new Blob([body]).stream(), duplex: "half" });

test.each<[path: string, init: () => RequestInit, status: number, body: RegExp]>([
  ["/", () => ({}), 200, /^hello$/],
  ["/", () => ({ method: "HEAD" }), 200, /^$/],
  ["/users/4%20x?q=1&t=a&t=b", () => ({}), 200, /^{"id":"4 x","q":"1","all":\["a","b"\]}$/],
  ["/secure", () => ({}), 200, /safe/],
  ["/etag", () => ({}), 200, /^tagged$/],
  ["/etag", () => ({ headers: { "if-none-match": "*" } }), 304, /^$/],
  ["/cors/x", () => ({ headers: { origin: "https://a.test" } }), 200, /^shared$/],
  ["/cors/x", () => ({ method: "OPTIONS", headers: { "access-control-request-method": "PUT" } }), 204, /^$/],
  ["/away", () => ({ redirect: "manual" }), 303, /^$/],
  ["/cookies", () => ({}), 204, /^$/],
  ["/stream", () => ({}), 200, /^one two$/],
  ["/json", () => text('{"a":[1]}'), 201, /^{"got":{"a":\[1\]}}$/],
  ["/form", () => ({ method: "POST", body: form() }), 200, /^{"name":"n","file":\["f\.txt","content"\]}$/],
  ["/limited", () => text("short"), 200, /^took short$/],
  ["/limited", () => text("much too long"), 413, /Payload/],
  ["/limited", () => chunked("short"), 200, /^took short$/],
  ["/limited", () => chunked("much too long"), 413, /Payload/],
  ["/posts", () => ({ method: "POST", body: new URLSearchParams({ _method: "DELETE" }) }), 200, /^deleted$/],
  ["/mounted/echo", () => text("through"), 200, /^POST through$/],
  ["/copied", () => text("moved"), 200, /^POST yes moved true$/],
  ["/throws", () => ({}), 500, /^caught: on purpose$/],
  ["/unknown", () => ({}), 404, /404/],
])("%s %o", async (path, init, status, body) => {
  const overTheWire = await seen(await fetch(`${server.url}${path}`, init()));
  expect(overTheWire).toMatchObject({ status, body: expect.stringMatching(body) as string });
  expect(overTheWire).toEqual(await seen(await server.dispatch(new Request(`${server.url}${path}`, init()))));
});

test("a used-up request makes no other, unless it brings a body of its own", async () => {
  await using reuse = await HttpServer.listen({
    async fetch(request) {
      await request.text();
      expect(() => new Request(request)).toThrow(TypeError);
      return new Response(new Request(request, { method: "POST", body: "new" }).body);
    },
  });
  expect(await (await fetch(reuse.url, text("old"))).text()).toBe("new");
});

test("fetch() takes an incoming request, as proxies do", async () => {
  await using front = await HttpServer.listen({
    fetch: (request) => fetch(new Request(request.url.replace(front.url, server.url), request)),
  });
  expect(await (await fetch(`${front.url}/mounted/echo`, text("twice"))).text()).toBe("POST twice");
  await using direct = await HttpServer.listen({
    async fetch(request) {
      return request.headers.has("x-hop")
        ? new Response(`hop ${await request.text()}`)
        : fetch(request, { headers: { "x-hop": "1" } });
    },
  });
  expect(await (await fetch(direct.url, text("self"))).text()).toBe("hop self");
});

test("uninstalled, the globals are Node's own", () => {
  const wrapped = Request;
  uninstall();
  expect(Request).not.toBe(wrapped);
  expect(new wrapped("http://x/")).toBeInstanceOf(Request);
  uninstall = installIncomingRequest();
  expect(new Request("http://x/").constructor).toBe(Object.getPrototypeOf(new wrapped("http://x/")).constructor);
});
