/** The connection over real sockets, looked at as bytes. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { FastResponse, type FetchHandler, HttpServer, type HttpServerOptions } from "../src/index.ts";
import { RawClient, responses } from "./raw-client.ts";

const open: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

async function serve(fetch: FetchHandler, options: Partial<HttpServerOptions> = {}): Promise<HttpServer> {
  const server = await HttpServer.listen({ fetch, ...options });
  open.push(() => server.close({ graceMs: 500 }));
  return server;
}

async function connect(server: HttpServer): Promise<RawClient> {
  const client = await RawClient.connect(server.address.port);
  open.push(() => client.destroy());
  return client;
}

/** Sends `text` and returns what the server said by the time it closed. */
async function exchange(server: HttpServer, text: string): Promise<string> {
  const client = await connect(server);
  client.send(text);
  return client.untilEnd();
}

const hello: FetchHandler = () => new FastResponse("hello");
const get = (path: string, ...fields: string[]): string =>
  [`GET ${path} HTTP/1.1`, "Host: x", ...fields, "", ""].join("\r\n");
const post = (body: string, ...fields: string[]): string =>
  ["POST / HTTP/1.1", "Host: x", ...fields, "", body].join("\r\n");
const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe("answers", () => {
  test("have a date, a length, and fields in their customary case", async () => {
    const server = await serve(() => new FastResponse("héllo", { headers: { etag: '"x"', "x-own": "1" } }));
    const text = await exchange(server, get("/", "Connection: close"));
    expect(text).toMatch(
      /^HTTP\/1\.1 200 OK\r\nETag: "x"\r\nx-own: 1\r\nContent-Type: text\/plain;charset=UTF-8\r\nContent-Length: 6\r\nConnection: close\r\nDate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n\r\nh\xc3\xa9llo$/,
    );
  });

  test.each([
    ["text of Node's Response", () => new Response("hello"), "Content-Length: 5", "hello"],
    ["bytes of Node's Response", () => new Response(Buffer.from("hello")), "Content-Length: 5", "hello"],
    ["JSON of Node's Response", () => Response.json({ a: 1 }), "Content-Length: 7", '{"a":1}'],
    ["an empty Response of Node's", () => new Response(null), "Content-Length: 0", ""],
    ["an empty text", () => new FastResponse(""), "Content-Length: 0", ""],
    ["bytes", () => new FastResponse(Buffer.from("hello")), "Content-Length: 5", "hello"],
    ["a form", () => new FastResponse(new URLSearchParams({ a: "b" })), "Content-Length: 3", "a=b"],
    ["a large text", () => new FastResponse("x".repeat(100_000)), "Content-Length: 100000", "x".repeat(100_000)],
  ])("%s is sent with its length", async (_what, make, length, body) => {
    const server = await serve(make);
    const text = await exchange(server, get("/", "Connection: close"));
    expect(text).toContain(`${length}\r\n`);
    expect(text.slice(text.indexOf("\r\n\r\n") + 4)).toBe(body);
    expect(text).not.toContain("Transfer-Encoding");
  });

  test("a stream is chunked as it comes, strings as UTF-8, and never held back for more", async () => {
    let controller!: ReadableStreamDefaultController<string | Uint8Array>;
    const server = await serve(
      () => new Response(new ReadableStream({ start: (c) => void (controller = c) }) as ReadableStream<Uint8Array>),
    );
    const client = await connect(server);
    client.send(get("/"));
    await client.until("Transfer-Encoding: chunked\r\n");
    controller.enqueue("é");
    await client.until("2\r\n\xc3\xa9\r\n");
    controller.enqueue(Buffer.from("hello"));
    await client.until("5\r\nhello\r\n");
    controller.close();
    await client.until("0\r\n\r\n");
    client.clear();
    client.send(get("/"));
    await client.until("HTTP/1.1 200");
  });

  test("HEAD, 204 and 304 have no body, whatever the handler returns", async () => {
    const server = await serve(({ url }) =>
      url.endsWith("/200") ? new FastResponse("hello") : new FastResponse(null, { status: Number(url.slice(-3)) }),
    );
    const client = await connect(server);
    client.send(`${get("/200").replace("GET", "HEAD")}${get("/204")}${get("/304")}${get("/200", "Connection: close")}`);
    const text = await client.untilEnd();
    const heads = text.split(/(?=HTTP\/1\.1)/);
    expect(heads).toHaveLength(4);
    expect(heads[0]).toContain("Content-Length: 5\r\n");
    expect(heads[0]!.endsWith("\r\n\r\n")).toBe(true);
    expect(heads[1]).not.toContain("Content-Length");
    expect(heads[2]).not.toContain("Content-Length");
    expect(heads[3]!.endsWith("\r\n\r\nhello")).toBe(true);
  });

  test("a HEAD for a stream cancels it", async () => {
    const cancel = vi.fn<() => void>();
    const server = await serve(() => new FastResponse(new ReadableStream({ cancel })));
    await exchange(server, get("/", "Connection: close").replace("GET", "HEAD"));
    expect(cancel).toHaveBeenCalledOnce();
  });

  test("a handler that throws, rejects or returns something else is answered with 500, and the connection stays", async () => {
    const error = vi.fn<(message: string) => void>();
    const log = { debug() {}, info() {}, warn() {}, error, child: () => log };
    const server = await serve(
      ({ url }) => {
        if (url.endsWith("/throws")) throw new Error("secret");
        if (url.endsWith("/rejects")) return Promise.reject(new Error("secret"));
        if (url.endsWith("/nothing")) return undefined as unknown as Response;
        if (url.endsWith("/bad-field")) return new Response(null, { headers: { "x-a": "ok" }, status: 200 });
        return new FastResponse("ok");
      },
      { log },
    );
    const client = await connect(server);
    client.send(["/throws", "/rejects", "/nothing", "/ok"].map((path) => get(path)).join(""));
    await client.until((text) => responses(text).length === 4);
    expect(responses(client.received).map((r) => r.status)).toEqual([500, 500, 500, 200]);
    expect(client.received).not.toContain("secret");
    expect(error).toHaveBeenCalledTimes(3);
  });

  test("an error after the head cuts the connection, and never looks like a complete body", async () => {
    let controller!: ReadableStreamDefaultController<Uint8Array>;
    const server = await serve(() => new FastResponse(new ReadableStream({ start: (c) => void (controller = c) })));
    const client = await connect(server);
    client.send(get("/"));
    await client.until("\r\n\r\n");
    controller.enqueue(Buffer.from("part"));
    await client.until("part");
    controller.error(new Error("broken"));
    const text = await client.untilEnd();
    expect(text.endsWith("4\r\npart\r\n")).toBe(true);
  });

  test.each([
    ["longer", 3, "he"],
    ["shorter", 9, "hello"],
  ])("a stream %s than its Content-Length cuts the connection", async (_what, length) => {
    const server = await serve(
      () =>
        new FastResponse(
          new ReadableStream({
            start(controller) {
              controller.enqueue(Buffer.from("he"));
              controller.enqueue(Buffer.from("llo"));
              controller.close();
            },
          }),
          { headers: { "content-length": `${length}` } },
        ),
    );
    const text = await exchange(server, get("/") + get("/"));
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(text.slice(text.indexOf("\r\n\r\n") + 4).length).toBeLessThan(Math.max(length, 6));
    expect(text.slice(text.indexOf("\r\n\r\n") + 4).length).not.toBe(length);
  });

  test("fields that would split the answer are refused before anything is sent", async () => {
    expect(() => new FastResponse("", { headers: { "x-a": "b\r\nSet-Cookie: c" } })).toThrow(TypeError);
    expect(() => new FastResponse("", { headers: { "x a": "b" } })).toThrow(TypeError);
    expect(() => new FastResponse("", { statusText: "OK\r\nX: y" })).toThrow(TypeError);
  });

  test("a handler's own framing and connection fields do not reach the wire", async () => {
    const server = await serve(
      () =>
        new FastResponse("hello", {
          headers: { "transfer-encoding": "chunked", "content-length": "99", "keep-alive": "x" },
        }),
    );
    const text = await exchange(server, get("/", "Connection: close"));
    expect(text).toContain("Content-Length: 5\r\n");
    expect(text).not.toMatch(/transfer-encoding|keep-alive|99/i);
  });

  test("several cookies stay several", async () => {
    const headers = new Headers([
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ]);
    const server = await serve(({ url }) =>
      url.endsWith("/n") ? new Response("", { headers }) : new FastResponse("", { headers }),
    );
    for (const path of ["/n", "/f"]) {
      const text = await exchange(server, get(path, "Connection: close"));
      expect(text.match(/Set-Cookie: .=./g)).toEqual(["Set-Cookie: a=1", "Set-Cookie: b=2"]);
    }
  });
});

describe("a connection", () => {
  test("serves one request after another, and answers a pipeline in order, in one write", async () => {
    const server = await serve(({ url }) => new FastResponse(new URL(url).pathname));
    const client = await connect(server);
    client.send(get("/first"));
    await client.until("/first");
    client.clear();
    client.send(Array.from({ length: 16 }, (_, i) => get(`/${i}`)).join(""));
    await client.until((text) => responses(text).length === 16);
    expect(responses(client.received).map((r) => r.body)).toEqual(Array.from({ length: 16 }, (_, i) => `/${i}`));
    expect(client.chunks).toBe(1);
  });

  test("answers a pipeline in order when the answers are not ready in order", async () => {
    const server = await serve(async ({ url }) => {
      if (url.endsWith("/slow")) await tick();
      return new FastResponse(new URL(url).pathname);
    });
    const client = await connect(server);
    client.send(get("/slow") + get("/a"));
    client.send(get("/slow") + get("/b"));
    await client.until((text) => responses(text).length === 4);
    expect(responses(client.received).map((r) => r.body)).toEqual(["/slow", "/a", "/slow", "/b"]);
  });

  test("does not parse a pipeline on while its answers are not drained", async () => {
    let handled = 0;
    const server = await serve(() => {
      handled++;
      return new FastResponse(Buffer.alloc(256 * 1024));
    });
    const client = await connect(server);
    client.connection.pause();
    client.send(get("/").repeat(200));
    await tick();
    await tick();
    expect(handled).toBeGreaterThan(0);
    expect(handled).toBeLessThan(100);
    client.connection.handle({ data() {}, end() {}, drain() {}, close() {} });
    client.connection.resume();
    await vi.waitFor(() => expect(handled).toBe(200), 20_000);
  });

  test("holds back a client that sends ahead without end", async () => {
    const never = Promise.withResolvers<Response>();
    const server = await serve(() => never.promise, { limits: { readAheadBytes: 1024 } });
    const client = await connect(server);
    for (let i = 0; i < 400 && client.connection.queuedBytes === 0; i++) {
      client.send(get("/").repeat(2000));
      await tick();
      if (client.connection.queuedBytes > 0) break;
    }
    expect(client.connection.queuedBytes).toBeGreaterThan(0);
    never.resolve(new FastResponse("done"));
  });

  test("of HTTP/1.0 closes unless asked to stay, and delimits streams by its end", async () => {
    const server = await serve(({ url }) =>
      url.endsWith("/s")
        ? new FastResponse(
            new ReadableStream({
              start(c) {
                c.enqueue(Buffer.from("streamed"));
                c.close();
              },
            }),
          )
        : new FastResponse("hello"),
    );
    expect(await exchange(server, "GET / HTTP/1.0\r\n\r\n")).toMatch(/Connection: close\r\n[^]*\r\n\r\nhello$/);
    const streamed = await exchange(server, "GET /s HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    expect(streamed).toMatch(/Connection: close\r\n[^]*\r\n\r\nstreamed$/);
    expect(streamed).not.toContain("chunked");
    const client = await connect(server);
    client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    await client.until("Connection: keep-alive\r\n");
    client.clear();
    client.send("GET / HTTP/1.0\r\n\r\n");
    expect(await client.untilEnd()).toContain("Connection: close");
  });

  test("whose client has closed its side still gets the answer", async () => {
    const server = await serve(async () => {
      await tick();
      return new FastResponse("late");
    });
    const client = await connect(server);
    client.send(get("/"));
    client.connection.end();
    expect(await client.untilEnd()).toMatch(/late$/);
  });

  test("whose client has closed its side aborts the signal, so that work for nobody can stop", async () => {
    const reason = Promise.withResolvers<unknown>();
    const server = await serve(async (_request, context) => {
      const { signal } = context;
      signal.addEventListener("abort", () => reason.resolve(signal.reason));
      await reason.promise;
      return new FastResponse(`aborted: ${signal.aborted}`);
    });
    const client = await connect(server);
    client.send(get("/"));
    await tick();
    client.connection.end();
    expect(await reason.promise).toMatchObject({ name: "AbortError" });
    expect(await client.untilEnd()).toMatch(/aborted: true$/);
  });

  test("is closed by the server when the client asked for it, and by nobody otherwise", async () => {
    const server = await serve(hello);
    expect(await exchange(server, get("/", "Connection: close"))).toContain("Connection: close");
    const client = await connect(server);
    client.send(get("/"));
    await client.until("hello");
    await tick();
    expect(client.ended).toBe(false);
    expect(client.received).not.toContain("Connection:");
  });
});

describe("what is sent ahead", () => {
  test("is served in its order, however it was cut and whenever it came", async () => {
    const gates: PromiseWithResolvers<void>[] = [];
    const server = await serve(async (request) => {
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      await gate.promise;
      return new FastResponse(new URL(request.url).pathname);
    });
    const client = await connect(server);
    const paths = Array.from({ length: 12 }, (_, i) => `/${i}`);
    const text = paths.map((path) => get(path)).join("");
    // Pieces that end in the middle of requests, and some that hold several.
    for (const [from, to] of [
      [0, 5],
      [5, 100],
      [100, 101],
      [101, 300],
      [300, text.length],
    ] as const) {
      client.send(text.slice(from, to));
      await tick();
    }
    for (let i = 0; i < paths.length; i++) {
      await vi.waitUntil(() => gates.length > i);
      gates[i]!.resolve();
    }
    await client.until((received) => responses(received).length === paths.length);
    expect(responses(client.received).map(({ body }) => body)).toEqual(paths);
  });
});

describe("request bodies", () => {
  const echo: FetchHandler = async (request) => new FastResponse(await request.text());

  test("by length and chunked, in one piece and byte by byte", async () => {
    const server = await serve(echo);
    for (const text of [
      post("hello", "Content-Length: 5"),
      post("5\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
    ]) {
      const client = await connect(server);
      client.send(text + text);
      await client.until((received) => responses(received).length === 2);
      client.clear();
      for (const byte of text) {
        client.send(byte);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await client.until("hello");
    }
  });

  test("that the handler leaves unread are never taken for requests", async () => {
    const server = await serve(({ method }) => new FastResponse(method));
    const client = await connect(server);
    const smuggled = get("/smuggled").replace("GET", "SMUGGLED");
    client.send(post(smuggled, `Content-Length: ${smuggled.length}`) + get("/"));
    await client.until((text) => responses(text).length === 2);
    expect(responses(client.received).map((r) => r.body)).toEqual(["POST", "GET"]);
  });

  test("left unread close the connection where draining would cost more than the limit", async () => {
    const server = await serve(hello, { limits: { drainBytes: 1000 } });
    const client = await connect(server);
    client.send(post("x".repeat(500), "Content-Length: 500"));
    await client.until("hello");
    expect(client.received).not.toContain("Connection: close");
    client.clear();
    client.send(post("x", "Content-Length: 5000"));
    expect(await client.untilEnd()).toContain("Connection: close");
  });

  test("are drained chunk by chunk, and only up to the limit", async () => {
    const server = await serve(hello, { limits: { drainBytes: 1000 } });
    const client = await connect(server);
    client.send(post("", "Transfer-Encoding: chunked"));
    await client.until("hello");
    client.send(`400\r\n${"x".repeat(1024)}\r\n`);
    await client.untilEnd();
    expect(responses(client.received)).toHaveLength(1);
  });

  test("100 Continue is sent when the handler first reads, and not when it answers without reading", async () => {
    const reads = Promise.withResolvers<void>();
    const server = await serve(async (request) => {
      if (request.url.endsWith("/refuse")) return new FastResponse("no", { status: 413 });
      await reads.promise;
      return new FastResponse(await request.text());
    });
    const client = await connect(server);
    client.send(post("", "Expect: 100-continue", "Content-Length: 5"));
    await tick();
    expect(client.received).toBe("");
    reads.resolve();
    expect(await client.until("\r\n\r\n")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    client.send("hello");
    await client.until(/hello$/);

    const refused = await exchange(
      server,
      post("", "Expect: 100-continue", "Content-Length: 5").replace(" / ", " /refuse "),
    );
    expect(refused).toMatch(/^HTTP\/1\.1 413 [^]*Connection: close/);
    expect(refused).not.toContain("100 Continue");
  });

  test("too large by their length are refused before the handler runs; too large chunked, while it reads", async () => {
    const handler = vi.fn<FetchHandler>(echo);
    const server = await serve(handler, { limits: { bodyBytes: 10 } });
    expect(await exchange(server, post("", "Content-Length: 11"))).toMatch(/^HTTP\/1\.1 413 /);
    expect(handler).not.toHaveBeenCalled();
    const client = await connect(server);
    client.send(post("", "Transfer-Encoding: chunked"));
    await vi.waitFor(() => expect(handler).toHaveBeenCalledOnce());
    client.send("b\r\n01234567890\r\n");
    expect(await client.untilEnd()).toMatch(/^HTTP\/1\.1 413 /);
  });

  test("stream in as they are read, with back-pressure on the client", async () => {
    let reader!: ReadableStreamDefaultReader<Uint8Array>;
    const finish = Promise.withResolvers<Response>();
    const server = await serve((request) => {
      reader = request.body!.getReader();
      return finish.promise;
    });
    const client = await connect(server);
    const total = 32 * 1024 * 1024;
    client.send(post("", `Content-Length: ${total}`));
    client.send(Buffer.alloc(total));
    await tick();
    await tick();
    expect(client.connection.queuedBytes).toBeGreaterThan(0);
    let received = 0;
    for (let next = await reader.read(); next.done !== true; next = await reader.read()) received += next.value.length;
    expect(received).toBe(total);
    finish.resolve(new FastResponse("got it"));
    await client.until("got it");
  });

  test("are echoed while they come: both directions at once", async () => {
    const server = await serve((request) => new FastResponse(request.body));
    const client = await connect(server);
    client.send(post("", "Transfer-Encoding: chunked"));
    await client.until("\r\n\r\n");
    for (const word of ["one", "three"]) {
      client.send(`${word.length}\r\n${word}\r\n`);
      await client.until(`${word.length}\r\n${word}\r\n`);
    }
    client.send("0\r\n\r\n");
    await client.until("0\r\n\r\n");
  });

  test("of GET are not shown to the handler, and not taken for a request", async () => {
    const server = await serve(({ body }) => new FastResponse(String(body)));
    const client = await connect(server);
    client.send(get("/", "Content-Length: 5") + "hello" + get("/"));
    await client.until((text) => responses(text).length === 2);
    expect(responses(client.received).map((r) => r.body)).toEqual(["null", "null"]);
  });

  test("that end early fail for whoever reads them", async () => {
    const failed = Promise.withResolvers<unknown>();
    const server = await serve(async (request) => {
      await request.text().catch((error: unknown) => failed.resolve(error));
      return new FastResponse("");
    });
    const client = await connect(server);
    client.send(post("part", "Content-Length: 10"));
    await tick();
    client.connection.end();
    expect(String(await failed.promise)).toContain("ended before its end");
    expect(await client.untilEnd()).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe("trailers and interim answers", () => {
  test("trailers come in after the body, without those that may not be there", async () => {
    const server = await serve(async (request, context) => {
      await request.text();
      return FastResponse.json([...(await context.trailers)]);
    });
    const text = await exchange(
      server,
      post(
        "0\r\nX-Sum: 42\r\nAuthorization: evil\r\nContent-Length: 3\r\n\r\n",
        "Transfer-Encoding: chunked",
        "Connection: close",
      ),
    );
    expect(text).toMatch(/\[\["x-sum","42"\]\]$/);
  });

  test("trailers go out after the body, announced when known in time", async () => {
    const server = await serve((_request, context) => {
      context.setTrailers({ "x-sum": "42", "content-length": "7" });
      return new FastResponse("hello");
    });
    const text = await exchange(server, get("/", "Connection: close"));
    expect(text).toContain("Transfer-Encoding: chunked\r\nTrailer: x-sum\r\n");
    expect(text).toMatch(/\r\n\r\n5\r\nhello\r\n0\r\nx-sum: 42\r\n\r\n$/);
    expect(await exchange(server, "GET / HTTP/1.0\r\n\r\n")).toMatch(/Content-Length: 5\r\n[^]*\r\n\r\nhello$/);
  });

  test("103 Early Hints leaves before the answer, and not for HTTP/1.0", async () => {
    const server = await serve(async (_request, context) => {
      context.sendInformational(103, { link: "</a.css>; rel=preload" });
      await tick();
      return new FastResponse("hello");
    });
    const client = await connect(server);
    client.send(get("/"));
    expect(await client.until("\r\n\r\n")).toBe("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n");
    await client.until("hello");
    expect(await exchange(server, "GET / HTTP/1.0\r\n\r\n")).not.toContain("103");
  });
});

describe("targets", () => {
  const url: FetchHandler = (request) => new FastResponse(request.url);

  test.each([
    ["/a/b?c=d", "http://x/a/b?c=d"],
    ["/a/../b", "http://x/b"],
    ["/%2e%2e/etc", "http://x/etc"],
    ['/a"b', "http://x/a%22b"],
    ["//evil/x", "http://x//evil/x"],
    ["http://other:81/p", "http://other:81/p"],
    ["HTTP://Other/p", "http://other/p"],
  ])("%s is the URL %s", async (target, expected) => {
    const server = await serve(url);
    expect(await exchange(server, get(target, "Connection: close"))).toMatch(
      new RegExp(`\r\n\r\n${RegExp.escape(expected)}$`),
    );
  });

  test("the Host is normalised, and refused where no URL can have it", async () => {
    const server = await serve(url);
    const withHost = (host: string): string => `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    expect(await exchange(server, withHost("EXAMPLE.test:80"))).toMatch(/\r\n\r\nhttp:\/\/example\.test\/$/);
    for (const host of ["a:99999", "1.2.3.4.5", "[::1", "a:b", ":80"]) {
      expect(await exchange(server, withHost(host)), host).toMatch(/^HTTP\/1\.1 400 /);
    }
  });

  test("OPTIONS * is answered by the server, CONNECT is not implemented", async () => {
    const handler = vi.fn<FetchHandler>(url);
    const server = await serve(handler);
    expect(await exchange(server, "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).toMatch(
      /^HTTP\/1\.1 204 /,
    );
    expect(await exchange(server, "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n")).toMatch(/^HTTP\/1\.1 501 /);
    expect(handler).not.toHaveBeenCalled();
  });
});

describe("bad input", () => {
  test("is answered with its status and a closed connection, and the handler never sees it", async () => {
    const handler = vi.fn<FetchHandler>(hello);
    const server = await serve(handler);
    for (const [text, status] of [
      ["GET / HTTP/1.1\r\n\r\n", 400],
      [`GET /${"a".repeat(9000)} HTTP/1.1\r\n\r\n`, 414],
      [get("/", `X: ${"a".repeat(40_000)}`), 431],
      ["GET / HTTP/3.0\r\n\r\n", 505],
      ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505],
      [post("zz\r\n", "Transfer-Encoding: chunked"), 400],
    ] as const) {
      const answer = await exchange(server, text);
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*Connection: close`));
      expect(responses(answer)).toHaveLength(1);
    }
    expect(handler).not.toHaveBeenCalled();
    const refused = server.metrics().filter((sample) => sample.name === "http_refused_total");
    expect(refused.map((sample) => sample.labels["reason"])).toContain("head-too-large");
  });

  test("in the middle of a pipeline does not cost the answers before it", async () => {
    const server = await serve(hello);
    const text = await exchange(server, `${get("/")}BAD\r\n\r\n${get("/")}`);
    expect(responses(text).map((r) => r.status)).toEqual([200, 400]);
  });

  test("is answered although the client is still sending", async () => {
    const server = await serve(hello, { limits: { bodyBytes: 10 } });
    const client = await connect(server);
    client.send(post("", "Content-Length: 10000000"));
    client.send(Buffer.alloc(5_000_000));
    expect(await client.untilEnd()).toMatch(/^HTTP\/1\.1 413 /);
  });
});

describe("leaving clients", () => {
  test("abort the signal and cancel the stream", async () => {
    const cancelled = Promise.withResolvers<unknown>();
    const aborted = Promise.withResolvers<void>();
    const server = await serve((_request, context) => {
      context.signal.addEventListener("abort", () => aborted.resolve());
      return new FastResponse(
        new ReadableStream({
          pull: (controller) => controller.enqueue(Buffer.alloc(65_536)),
          cancel: (reason) => cancelled.resolve(reason),
        }),
      );
    });
    const client = await connect(server);
    client.send(get("/"));
    await client.until("HTTP/1.1 200");
    client.connection.reset();
    await aborted.promise;
    expect(String(await cancelled.promise)).toContain("closed the connection");
  });

  test("hold back the stream while they do not read", async () => {
    let pulled = 0;
    const server = await serve(
      () =>
        new FastResponse(
          new ReadableStream({
            pull(controller) {
              pulled++;
              controller.enqueue(Buffer.alloc(65_536));
            },
          }),
        ),
    );
    const client = await connect(server);
    client.connection.pause();
    client.send(get("/"));
    await vi.waitFor(() => expect(pulled).toBeGreaterThan(3));
    await tick();
    const before = pulled;
    await tick();
    expect(pulled).toBe(before);
    expect(pulled).toBeLessThan(1000);
  });
});

describe("the server", () => {
  test("counts and remembers", async () => {
    const server = await serve(({ url }) => new FastResponse("hello", { status: url.endsWith("/no") ? 404 : 200 }));
    const seen: string[] = [];
    const stop = server.onRequest(({ method, target, status }) => seen.push(`${method} ${target} ${status}`));
    const answer = await exchange(server, get("/yes") + get("/no", "Connection: close", "User-Agent: test"));
    stop();
    expect(seen).toEqual(["GET /yes 200", "GET /no 404"]);
    const [first, second] = server.recentRequests();
    expect(first).toMatchObject({
      method: "GET",
      target: "/yes",
      status: 200,
      remoteAddress: "127.0.0.1",
      userAgent: null,
    });
    expect(second).toMatchObject({ target: "/no", status: 404, userAgent: "test", httpVersion: "1.1" });
    expect(first!.bytes + second!.bytes).toBe(answer.length);
    const value = (name: string, label?: string): number =>
      server
        .metrics()
        .filter((s) => s.name === name && (label === undefined || Object.values(s.labels).includes(label)))
        .map((s) => (s.kind === "histogram" ? s.count : s.value))[0]!;
    expect(value("http_requests_total")).toBe(2);
    expect(value("http_operations_total")).toBe(2);
    expect(value("http_responses_total", "4xx")).toBe(1);
    expect(value("http_request_duration_seconds")).toBe(2);
    expect(value("http_sent_bytes_total")).toBe(answer.length);
    expect(value("http_connections_total")).toBe(1);
  });

  test("keeps the newest requests only", async () => {
    const server = await serve(hello);
    const client = await connect(server);
    client.send(Array.from({ length: 300 }, (_, i) => get(`/${i}`)).join(""));
    await client.until((text) => responses(text).length === 300);
    const targets = server.recentRequests().map((r) => r.target);
    expect(targets).toHaveLength(256);
    expect(targets[0]).toBe("/44");
    expect(targets.at(-1)).toBe("/299");
  });

  test("closes idle connections at once, finishes what is under way, and waits for work behind answers", async () => {
    const answer = Promise.withResolvers<Response>();
    const work = Promise.withResolvers<void>();
    let workDone = false;
    const server = await serve((request, context) => {
      if (request.url.endsWith("/idle")) return new FastResponse("idle");
      context.waitUntil(work.promise.then(() => (workDone = true)));
      return answer.promise;
    });
    const [idle, busy] = [await connect(server), await connect(server)];
    idle.send(get("/idle"));
    busy.send(get("/busy"));
    await idle.until("idle");
    await vi.waitFor(() => expect(server.connections).toBe(2));
    await tick();
    const closed = server.close({ graceMs: 5000 });
    await idle.untilEnd();
    answer.resolve(new FastResponse("finished"));
    expect(await busy.untilEnd()).toMatch(/Connection: close[^]*finished$/);
    busy.destroy();
    work.resolve();
    await closed;
    expect(workDone).toBe(true);
    await expect(RawClient.connect(server.address.port)).rejects.toThrow(/ECONNREFUSED/);
  });

  test("does not wait longer than its grace", async () => {
    const server = await serve(() => new Promise(() => {}));
    const client = await connect(server);
    client.send(get("/"));
    await tick();
    await server.close({ graceMs: 50 });
    await client.untilEnd();
  });

  test("refuses connections above its limit with 503", async () => {
    const server = await serve(hello, { limits: { maxConnections: 1 } });
    await connect(server);
    await tick();
    const second = await connect(server);
    expect(await second.untilEnd()).toMatch(/^HTTP\/1\.1 503 /);
  });

  test("rejects listen() when the port is in use", async () => {
    const server = await serve(hello);
    await expect(HttpServer.listen({ port: server.address.port, fetch: hello })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
  });

  test("dispatches without a socket, through the same pipeline", async () => {
    const server = await serve(async (request) => {
      if (request.url.endsWith("/throws")) throw new Error("x");
      return new FastResponse(`${request.method} ${await request.text()}`);
    });
    const answer = await server.dispatch(new Request("http://x/", { method: "POST", body: "hello" }));
    expect(await answer.text()).toBe("POST hello");
    expect((await server.dispatch(new Request("http://x/throws"))).status).toBe(500);
    const headAnswer = await server.dispatch(new Request("http://x/", { method: "HEAD" }));
    expect(await headAnswer.text()).toBe("");
  });
});

describe("faults", () => {
  test("fail, cut and delay what they match, count it, and end", async () => {
    const server = await serve(hello);
    const failing = server.faults.fail("POST /a", 503);
    const cutting = server.faults.cut(/ \/cut$/);
    expect(await exchange(server, get("/a", "Connection: close"))).toMatch(/^HTTP\/1\.1 200/);
    expect(await exchange(server, post("", "Connection: close").replace(" / ", " /a "))).toMatch(/^HTTP\/1\.1 503/);
    expect(await exchange(server, get("/cut"))).toBe("");
    expect([failing.hits, cutting.hits]).toEqual([1, 1]);
    failing.remove();
    expect(await exchange(server, post("", "Connection: close").replace(" / ", " /a "))).toMatch(/^HTTP\/1\.1 200/);
    server.faults.clear();
    expect(await exchange(server, get("/cut", "Connection: close"))).toMatch(/^HTTP\/1\.1 200/);
    const slow = server.faults.delay((request) => request.url.endsWith("/slow"), 30);
    const before = performance.now();
    await exchange(server, get("/slow", "Connection: close"));
    expect(performance.now() - before).toBeGreaterThanOrEqual(29);
    expect(slow.hits).toBe(1);
  });

  test("drop every connection", async () => {
    const server = await serve(hello);
    const client = await connect(server);
    client.send(get("/"));
    await client.until("hello");
    expect(server.faults.dropConnections()).toBe(1);
    await client.untilClosed();
    expect(await exchange(server, get("/", "Connection: close"))).toMatch(/hello$/);
  });
});
