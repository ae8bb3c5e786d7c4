/** Other people's clients against this server: curl, and Node's http and fetch. */
import { execFile } from "node:child_process";
import http from "node:http";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { compress, FastResponse, HttpServer } from "../../src/index.ts";

const run = promisify(execFile);
let server: HttpServer;

beforeAll(async () => {
  server = await HttpServer.listen({
    fetch: compress(async (request, context) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/echo")
        return new FastResponse(request.body, { headers: { "content-type": "application/octet-stream" } });
      if (pathname === "/text") return new FastResponse("some text ".repeat(1000));
      if (pathname === "/hints") context.sendInformational(103, { link: "</a>; rel=preload" });
      if (pathname === "/trailers") {
        context.setTrailers({ "x-sum": "42" });
        return new FastResponse("body");
      }
      if (pathname === "/refuse") return new FastResponse("too much", { status: 413 });
      return FastResponse.json({
        method: request.method,
        url: request.url,
        body: await request.text(),
        ...Object.fromEntries(request.headers),
      });
    }),
  });
});

afterAll(() => server.close());

const curl = peer("curl");

describe.skipIf(curl === undefined)("curl", () => {
  const ask = async (...args: string[]): Promise<string> =>
    (await run(curl!, ["--silent", "--show-error", "--max-time", "20", ...args], { maxBuffer: 1 << 26 })).stdout;

  test("gets, posts, and reuses its connection", async () => {
    const before = server.metrics().find((m) => m.name === "http_connections_total")! as { value: number };
    const output = await ask("-d", "a=b", `${server.url}/one`, "--next", "-s", `${server.url}/two`);
    expect(output).toContain('"method":"POST"');
    expect(output).toContain('"body":"a=b"');
    expect(output).toContain(`"url":"${server.url}/two"`);
    const after = server.metrics().find((m) => m.name === "http_connections_total")! as { value: number };
    expect(after.value - before.value).toBe(1);
  });

  test("waits for 100 Continue before a large upload, which comes back whole", async () => {
    const data = "x".repeat(2_000_000);
    const child = execFile(
      curl!,
      ["-sS", "-i", "-T", "-", "-H", "Expect: 100-continue", "-X", "POST", `${server.url}/echo`],
      { maxBuffer: 1 << 26 },
    );
    const output = new Promise<string>((resolve) => {
      let text = "";
      child.stdout!.on("data", (chunk) => (text += String(chunk)));
      child.once("close", () => resolve(text));
    });
    child.stdin!.end(data);
    const text = await output;
    expect(text.slice(0, 200)).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
    expect(text.slice(text.lastIndexOf("\r\n\r\n") + 4) === data).toBe(true);
  });

  test("is told early that an upload is refused", async () => {
    const output = await ask("-i", "-H", "Expect: 100-continue", "-d", "x".repeat(1000), `${server.url}/refuse`);
    expect(output).toMatch(/^HTTP\/1\.1 413 /);
  });

  test("decompresses, reads interim answers, trailers, HEAD, and HTTP/1.0", async () => {
    expect(await ask("--compressed", `${server.url}/text`)).toBe("some text ".repeat(1000));
    expect(await ask("-i", `${server.url}/hints`)).toMatch(
      /^HTTP\/1\.1 103 Early Hints\r\nLink: [^]*HTTP\/1\.1 200 OK/,
    );
    expect(await ask("-i", "--raw", `${server.url}/trailers`)).toMatch(/0\r\nx-sum: 42\r\n\r\n$/);
    expect(await ask("-I", `${server.url}/text`)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/);
    expect(await ask("-0", "-i", `${server.url}/`)).toMatch(/Connection: close/);
    expect(await ask("-X", "OPTIONS", "--request-target", "*", "-i", server.url)).toMatch(/^HTTP\/1\.1 204 /);
  });
});

describe("node:http", () => {
  interface Answer {
    readonly status: number;
    readonly headers: http.IncomingHttpHeaders;
    readonly trailers: NodeJS.Dict<string>;
    readonly body: Buffer;
    readonly socket: unknown;
  }
  function ask(options: http.RequestOptions, body?: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = http.request({ port: server.address.port, ...options }, (response) => {
        const chunks: Buffer[] = [];
        const { socket } = response;
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            trailers: response.trailers,
            body: Buffer.concat(chunks),
            socket,
          }),
        );
      });
      request.on("error", reject);
      request.end(body);
    });
  }

  test("keeps its connection alive", async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(await ask({ agent, path: `/${i}` }));
    expect(new Set(answers.map(({ socket }) => socket)).size).toBe(1);
    agent.destroy();
  });

  test("sends chunks and trailers, and gets them", async () => {
    const answer = await ask({ path: "/trailers" });
    expect([answer.body.toString(), answer.trailers]).toEqual(["body", { "x-sum": "42" }]);
    const echoed = await ask({ method: "POST", path: "/echo", headers: { "transfer-encoding": "chunked" } }, "chunks");
    expect(echoed.body.toString()).toBe("chunks");
  });

  test("gets compressed answers", async () => {
    const answer = await ask({ path: "/text", headers: { "accept-encoding": "gzip" } });
    expect(answer.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(answer.body).toString()).toBe("some text ".repeat(1000));
  });
});

describe("fetch", () => {
  test("streams both ways at once", async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    // Node's client sends nothing, not even the head, before there is a first chunk.
    void writer.write(Buffer.from("one"));
    const response = await fetch(`${server.url}/echo`, { method: "POST", body: readable, duplex: "half" });
    const reader = response.body!.getReader();
    for (const word of ["one", "two"]) {
      if (word === "two") void writer.write(Buffer.from(word));
      expect(Buffer.from((await reader.read()).value!).toString()).toBe(word);
    }
    await writer.close();
    expect((await reader.read()).done).toBe(true);
  });

  test("many at once all get their own answers", async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const response = await fetch(`${server.url}/${i}`, { method: "PUT", body: `body ${i}` });
        return (await response.json()) as { url: string; body: string };
      }),
    );
    for (const [i, { url, body }] of answers.entries())
      expect([url, body]).toEqual([`${server.url}/${i}`, `body ${i}`]);
  });

  test("sees a broken stream as an error, not as an end", async () => {
    const broken = await HttpServer.listen({
      fetch: () =>
        new FastResponse(
          new ReadableStream({
            async pull(controller) {
              controller.enqueue(Buffer.from("part"));
              await new Promise((resolve) => setTimeout(resolve, 20));
              controller.error(new Error("broken"));
            },
          }),
        ),
    });
    const response = await fetch(broken.url);
    await expect(response.text()).rejects.toThrow("terminated");
    await broken.close();
  });
});
