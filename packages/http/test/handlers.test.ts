import { gunzipSync } from "node:zlib";
import { type ManualClock, manualClock } from "@tenon/kit";
import { describe, expect, test, vi } from "vitest";
import {
  accessLog,
  accessLogLine,
  basicAuth,
  compress,
  cors,
  eventStream,
  type EventSink,
  FastResponse,
  HttpServer,
  type RequestContext,
  router,
} from "../src/index.ts";
import { RawClient } from "./raw-client.ts";

const context = {} as RequestContext;
const request = (path: string, init?: RequestInit): Request => new Request(`http://x${path}`, init);

describe("eventStream", () => {
  async function text(sink: (sink: EventSink) => void, clock?: ManualClock): Promise<string> {
    const response = eventStream(
      request("/", { headers: { "last-event-id": "7" } }),
      sink,
      clock === undefined ? {} : { clock },
    );
    return response.text();
  }

  test("writes events as the standard has them", async () => {
    expect(
      await text((sink) => {
        sink.send("plain");
        sink.send({ data: "a\nb\r\nc", event: "kind", id: sink.lastEventId!, retry: 100 });
        sink.close();
      }),
    ).toBe("data: plain\n\nevent: kind\nid: 7\nretry: 100\ndata: a\ndata: b\ndata: c\n\n");
  });

  test("refuses what would forge another line", async () => {
    for (const event of [
      { data: "", id: "a\nb" },
      { data: "", event: "a\rb" },
      { data: "", id: "\0" },
      { data: "", retry: -1 },
    ]) {
      await expect(text((sink) => void sink.send(event))).rejects.toThrow(TypeError);
    }
  });

  test("sends a heartbeat after silence, and stops when it is closed", async () => {
    const clock = manualClock();
    let sink!: EventSink;
    const response = eventStream(request("/"), (given) => void (sink = given), { clock, heartbeatMs: 1000 });
    clock.advance(900);
    sink.send("x");
    clock.advance(900);
    clock.advance(1100);
    sink.close();
    clock.advance(5000);
    expect(await response.text()).toBe("data: x\n\n:\n\n:\n\n");
  });

  test("arrives at once, and ends when the client leaves", async () => {
    const cleanUp = vi.fn<() => void>();
    let sink!: EventSink;
    const server = await HttpServer.listen({
      fetch: (incoming) =>
        eventStream(incoming, (given) => {
          sink = given;
          return cleanUp;
        }),
    });
    const client = await RawClient.connect(server.address.port);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await client.until("text/event-stream");
    sink.send("now");
    await client.until("data: now\n\n");
    expect(cleanUp).not.toHaveBeenCalled();
    client.connection.end();
    await vi.waitFor(() => expect(cleanUp).toHaveBeenCalledOnce());
    expect(sink.signal.aborted).toBe(true);
    expect(sink.send("late")).toBe(false);
    await server.close();
  });

  test("gives up on a client that falls too far behind", async () => {
    let sink!: EventSink;
    const response = eventStream(request("/"), (given) => void (sink = given), { maxQueuedBytes: 1000 });
    while (sink.signal.aborted === false) sink.send("x".repeat(10_000));
    await expect(response.text()).rejects.toThrow(/keep up/);
  });
});

describe("router", () => {
  const route = router({
    "GET /": () => new Response("root"),
    "GET /users/:id": (_request, _context, { id }) => new Response(`user ${id}`),
    "POST /users/:id": () => new Response("posted"),
    "/files/*": (_request, _context, parameters) => new Response(`file ${parameters["*"]}`),
  });
  test.each([
    ["GET", "/", 200, "root"],
    ["HEAD", "/", 200, "root"],
    ["GET", "/users/a%20b?x=1", 200, "user a b"],
    ["POST", "/users/1", 200, "posted"],
    ["DELETE", "/users/1", 405, "Method Not Allowed\n"],
    ["GET", "/users/", 404, "Not Found\n"],
    ["GET", "/users/1/x", 404, "Not Found\n"],
    ["PUT", "/files/a/b", 200, "file a/b"],
    ["GET", "/users/%zz", 404, "Not Found\n"],
  ])("%s %s", async (method, path, status, body) => {
    const response = await route(request(path, { method }), context);
    expect([response.status, await response.text()]).toEqual([status, body]);
  });

  test("says which methods there are", async () => {
    const response = await route(request("/users/1", { method: "PUT" }), context);
    expect(response.headers.get("allow")).toBe("GET, HEAD, POST");
  });

  test("refuses a malformed route when it is made", () => {
    expect(() => router({ "users/:id": () => new Response() })).toThrow(TypeError);
  });
});

describe("compress", () => {
  const text = "compress me ".repeat(200);
  const answer = async (
    response: Response,
    fields: Record<string, string> = { "accept-encoding": "gzip" },
  ): Promise<Response> => compress(() => response)(request("/", { headers: fields }), context);

  test("compresses text, streams, and Node's Responses, and weakens the tag", async () => {
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from(text));
        controller.close();
      },
    });
    const type = { "content-type": "text/plain", etag: '"x"' };
    for (const response of [
      new FastResponse(text, { headers: type }),
      new Response(text, { headers: type }),
      new FastResponse(stream, { headers: type }),
    ]) {
      const compressed = await answer(response);
      expect(compressed.headers.get("content-encoding")).toBe("gzip");
      expect(compressed.headers.get("etag")).toBe('W/"x"');
      expect(compressed.headers.get("vary")).toBe("Accept-Encoding");
      expect(gunzipSync(Buffer.from(await compressed.arrayBuffer())).toString()).toBe(text);
    }
  });

  test.each([
    ["small bodies", () => new FastResponse("small")],
    ["pictures", () => new FastResponse(text, { headers: { "content-type": "image/png" } })],
    ["event streams", () => new FastResponse(text, { headers: { "content-type": "text/event-stream" } })],
    ["ranges", () => new FastResponse(text, { status: 206 })],
    [
      "what must not be transformed",
      () => new FastResponse(text, { headers: { "cache-control": "public, no-transform" } }),
    ],
    ["what has an encoding", () => new FastResponse(text, { headers: { "content-encoding": "br" } })],
    ["nothing", () => new FastResponse(null)],
  ])("leaves alone %s", async (_what, make) => {
    const response = make();
    expect(await answer(response)).toBe(response);
  });

  test("tells caches that others get it compressed, and refuses those who accept nothing", async () => {
    const plain = await answer(new FastResponse(text), {});
    expect([plain.headers.get("vary"), await plain.text()]).toEqual(["Accept-Encoding", text]);
    expect((await answer(new FastResponse(text), { "accept-encoding": "identity;q=0" })).status).toBe(406);
  });

  test("passes an error of the stream on", async () => {
    const stream = new ReadableStream({
      pull(controller) {
        controller.error(new Error("broken"));
      },
    });
    const compressed = await answer(new FastResponse(stream, { headers: { "content-type": "text/plain" } }));
    await expect(compressed.text()).rejects.toThrow("broken");
  });
});

describe("cors", () => {
  const hello = (): Response => new FastResponse("hello", { headers: { vary: "Accept" } });

  test("answers preflights itself, and marks answers for allowed origins", async () => {
    const handler = cors(hello, { origins: ["http://a"], credentials: true, maxAgeSeconds: 60 });
    const preflight = await handler(
      request("/", {
        method: "OPTIONS",
        headers: {
          origin: "http://a",
          "access-control-request-method": "PUT",
          "access-control-request-headers": "x-a",
        },
      }),
      context,
    );
    expect(preflight.status).toBe(204);
    expect(Object.fromEntries(preflight.headers)).toEqual({
      "access-control-allow-origin": "http://a",
      "access-control-allow-credentials": "true",
      "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
      "access-control-allow-headers": "x-a",
      "access-control-max-age": "60",
      vary: "Origin",
    });
    const answer = await handler(request("/", { headers: { origin: "http://a" } }), context);
    expect([
      answer.headers.get("access-control-allow-origin"),
      answer.headers.get("vary"),
      await answer.text(),
    ]).toEqual(["http://a", "Accept, Origin", "hello"]);
    const other = await handler(request("/", { headers: { origin: "http://b" } }), context);
    expect([other.headers.has("access-control-allow-origin"), other.headers.get("vary")]).toEqual([
      false,
      "Accept, Origin",
    ]);
  });

  test("lets everybody in by default, without credentials", async () => {
    const answer = await cors(hello)(request("/", { headers: { origin: "http://b" } }), context);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(() => cors(hello, { credentials: true })).toThrow(TypeError);
  });
});

describe("basicAuth", () => {
  const handler = basicAuth(() => new FastResponse("in"), { users: { ann: "s3:cret", böb: "ü" }, realm: 'a "b"' });
  const withCredentials = (text: string): Request =>
    request("/", { headers: { authorization: `Basic ${Buffer.from(text).toString("base64")}` } });

  test("lets in who knows the password, colons and UTF-8 included, and nobody else", async () => {
    for (const good of ["ann:s3:cret", "böb:ü"])
      expect((await handler(withCredentials(good), context)).status).toBe(200);
    for (const bad of ["ann:", "ann:wrong", "eve:s3:cret", ":", "ann"])
      expect((await handler(withCredentials(bad), context)).status).toBe(401);
    const challenged = await handler(request("/"), context);
    expect(challenged.headers.get("www-authenticate")).toBe('Basic realm="a \\"b\\"", charset="UTF-8"');
  });
});

test("access log lines cannot be forged by what a client sends", () => {
  const entry = {
    timeMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    method: "GET",
    target: '/a"b',
    status: 200,
    bytes: 10,
    durationMs: 1.23456,
    remoteAddress: "127.0.0.1",
    httpVersion: "1.1",
    userAgent: 'x" 200\n\x1b[31m\\',
    referrer: null,
  } as const;
  expect(accessLogLine(entry, "common")).toBe(
    '127.0.0.1 - - [02/Jan/2026:03:04:05 +0000] "GET /a\\"b HTTP/1.1" 200 10',
  );
  expect(accessLogLine(entry, "combined")).toBe(
    '127.0.0.1 - - [02/Jan/2026:03:04:05 +0000] "GET /a\\"b HTTP/1.1" 200 10 "-" "x\\" 200\\x0a\\x1b[31m\\\\"',
  );
  expect(JSON.parse(accessLogLine(entry, "json"))).toMatchObject({
    target: '/a"b',
    durationMs: 1.235,
    userAgent: entry.userAgent,
  });
});

describe("accessLog", () => {
  const clock = manualClock(Date.UTC(2000, 9, 10, 13, 55, 36));
  const over = { remote: { address: "10.0.0.9", port: 1 }, httpVersion: "1.1" } as RequestContext;
  const logged = async (handler: (request: Request) => Response | Promise<Response>): Promise<string> => {
    const lines: string[] = [];
    const wrapped = accessLog(handler, { write: (line) => lines.push(line), format: "common", clock });
    await Promise.resolve(wrapped(request("/a?b=1"), over)).catch(() => {});
    return lines.join("|");
  };
  const start = '10.0.0.9 - - [10/Oct/2000:13:55:36 +0000] "GET /a?b=1 HTTP/1.1"';

  test("writes a line per answer, with the bytes of the body where they are known", async () => {
    expect(await logged(() => new FastResponse("héllo"))).toBe(`${start} 200 6`);
    expect(await logged(async () => new Response("x", { status: 201 }))).toBe(`${start} 201 -`);
  });

  test("counts what fails as the 500 that it becomes, and lets it fail", async () => {
    expect(await logged(() => Promise.reject(new Error("no")))).toBe(`${start} 500 -`);
    const wrapped = accessLog(
      () => {
        throw new Error("at once");
      },
      { write: () => {}, clock },
    );
    expect(() => wrapped(request("/"), over)).toThrow("at once");
  });
});
