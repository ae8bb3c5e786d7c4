/** The lazy Request and the fast Response beside Node's own. */
import fc from "fast-check";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FastResponse, HttpServer, installFastResponse } from "../src/index.ts";
import { RawClient } from "./raw-client.ts";

let server: HttpServer;
let probe: (request: Request) => unknown;

beforeAll(async () => {
  server = await HttpServer.listen({
    async fetch(request) {
      try {
        return FastResponse.json({ value: (await probe(request)) ?? null });
      } catch (error) {
        return FastResponse.json({ error: `${(error as Error).name}` });
      }
    },
  });
});

afterAll(() => server.close({ graceMs: 0 }));

/** What `look` sees of a request that came over the wire. */
async function incoming(text: string, look: (request: Request) => unknown): Promise<unknown> {
  probe = look;
  const client = await RawClient.connect(server.address.port);
  client.send(text);
  await client.until(/\}$/);
  client.destroy();
  const body = client.received.slice(client.received.indexOf("\r\n\r\n") + 4);
  return JSON.parse(Buffer.from(body, "latin1").toString());
}

/** What it sees of Node's own. */
async function native(request: Request, look: (request: Request) => unknown): Promise<unknown> {
  try {
    return JSON.parse(JSON.stringify({ value: (await look(request)) ?? null }));
  } catch (error) {
    return { error: (error as Error).name };
  }
}

const FIELDS: [string, string][] = [
  ["Host", "example.test"],
  ["X-Many", "one"],
  ["Cookie", "a=1"],
  ["x-many", "two"],
  ["Cookie", "b=2"],
  ["Set-Cookie", "c=3"],
  ["Set-Cookie", "d=4"],
  ["Accept", "*/*"],
];

describe("a request from the wire behaves as Node's own:", () => {
  const fields = FIELDS.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const getText = `GET /p?q=1 HTTP/1.1\r\n${fields}\r\n`;
  const makeGet = (): Request => new Request("http://example.test/p?q=1", { headers: FIELDS });

  test.each<[string, (request: Request) => unknown]>([
    ["method and url", (r) => [r.method, r.url]],
    ["instanceof", (r) => [r instanceof Request, r.headers instanceof Headers, r.signal instanceof AbortSignal]],
    ["iteration of fields", (r) => [...r.headers]],
    ["keys, values, entries", (r) => [[...r.headers.keys()], [...r.headers.values()], [...r.headers.entries()]]],
    ["combined fields", (r) => [r.headers.get("x-many"), r.headers.get("X-MANY"), r.headers.get("none")]],
    ["has", (r) => [r.headers.has("Accept"), r.headers.has("none")]],
    ["cookies", (r) => r.headers.get("cookie")],
    ["set-cookie", (r) => r.headers.getSetCookie()],
    ["an invalid name", (r) => r.headers.get("a b")],
    [
      "changed fields",
      (r) => (r.headers.set("x", "y"), r.headers.append("x", "z"), r.headers.delete("accept"), [...r.headers]),
    ],
    [
      "forEach",
      (r) => {
        const all: unknown[] = [];
        r.headers.forEach((v, k, h) => all.push(k, v, h === r.headers));
        return all;
      },
    ],
    ["copied fields", (r) => [...new Headers(r.headers)]],
    ["fields in a Response", (r) => [...new Response(null, { headers: r.headers }).headers]],
    ["no body", async (r) => [r.body, await r.text(), r.bodyUsed, await r.text()]],
    [
      "rare getters",
      (r) => [
        r.destination,
        r.referrer,
        r.referrerPolicy,
        r.mode,
        r.credentials,
        r.cache,
        r.redirect,
        r.integrity,
        r.keepalive,
        r.duplex,
      ],
    ],
    [
      "a clone",
      (r) => {
        const c = r.clone();
        return [c.method, c.url, [...c.headers], c.body];
      },
    ],
    ["the tag", (r) => Object.prototype.toString.call(r)],
    ["JSON of a body that is none", (r) => r.json()],
  ])("%s", async (_what, look) => {
    expect(await incoming(getText, look)).toEqual(await native(makeGet(), look));
  });

  const body = JSON.stringify({ ü: "é😀" });
  const length = Buffer.byteLength(body);
  const postText = Buffer.from(
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`,
  ).toString("latin1");
  const makePost = (): Request =>
    new Request("http://a/", { method: "POST", headers: { "content-type": "application/json" }, body });

  test.each<[string, (request: Request) => unknown]>([
    ["text", (r) => r.text()],
    ["json", (r) => r.json()],
    ["bytes", async (r) => [...(await r.bytes())]],
    ["arrayBuffer", async (r) => [...new Uint8Array(await r.arrayBuffer())]],
    [
      "blob",
      async (r) => {
        const b = await r.blob();
        return [b.type, b.size, await b.text()];
      },
    ],
    [
      "bodyUsed before and after",
      async (r) => {
        const before = r.bodyUsed;
        await r.text();
        return [before, r.bodyUsed];
      },
    ],
    [
      "a body read twice",
      async (r) => {
        await r.text();
        return r.text();
      },
    ],
    [
      "a body read as a stream",
      async (r) => {
        let text = "";
        for await (const chunk of r.body!.pipeThrough(new TextDecoderStream())) text += chunk;
        return [text, r.bodyUsed];
      },
    ],
    [
      "a body read while its stream is held",
      async (r) => {
        r.body!.getReader();
        return r.text();
      },
    ],
    ["the stream's identity", (r) => r.body === r.body],
    [
      "text after the stream was looked at",
      async (r) => {
        void r.body;
        return [r.bodyUsed, await r.text(), r.bodyUsed];
      },
    ],
    [
      "a stream after text",
      async (r) => {
        await r.text();
        const { body: stream } = r;
        return [stream !== null, r.bodyUsed];
      },
    ],
    [
      "a clone and the original",
      async (r) => {
        const c = r.clone();
        return [await c.json(), await r.json(), r.bodyUsed, c.bodyUsed];
      },
    ],
    [
      "a clone after reading",
      async (r) => {
        await r.text();
        return r.clone();
      },
    ],
    [
      "a byte reader",
      async (r) => {
        const reader = r.body!.getReader({ mode: "byob" });
        const { value } = await reader.read(new Uint8Array(4));
        return [...value!];
      },
    ],
  ])("%s", async (_what, look) => {
    expect(await incoming(postText, look)).toEqual(await native(makePost(), look));
  });

  test("a multipart form", async () => {
    const look = async (r: Request): Promise<unknown> => {
      const form = await r.formData();
      const file = form.get("file") as File;
      return [form.get("a"), file.name, file.type, await file.text()];
    };
    const multipart =
      '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="f.txt"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x--\r\n';
    const type = "multipart/form-data; boundary=x";
    const text = `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nContent-Length: ${multipart.length}\r\n\r\n${multipart}`;
    const request = new Request("http://a/", { method: "POST", headers: { "content-type": type }, body: multipart });
    expect(await incoming(text, look)).toEqual(await native(request, look));
  });

  test("any fields, in any order", async () => {
    const name = fc.constantFrom("a", "B", "cookie", "Set-Cookie", "x-y", "X-Y");
    const value = fc.constantFrom("1", "two", "a, b", "\xe9", "");
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, value), { maxLength: 8 }), async (fieldPairs) => {
        const pairs: [string, string][] = [["Host", "a"], ...fieldPairs];
        const lines = pairs.map(([n, v]) => `${n}: ${v}\r\n`).join("");
        const look = (r: Request): unknown => [
          r.headers.get("x-y"),
          r.headers.get("cookie"),
          r.headers.get("set-cookie"),
          [...r.headers],
        ];
        const expected = await native(new Request("http://a/", { headers: pairs }), look);
        expect(await incoming(`GET / HTTP/1.1\r\n${lines}\r\n`, look)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
});

test("what is asked late, after other requests, is still this request's", async () => {
  const kept: Request[] = [];
  probe = (request) => void kept.push(request);
  const client = await RawClient.connect(server.address.port);
  for (const name of ["one", "two", "three"])
    client.send(`GET /${name} HTTP/1.1\r\nHost: a\r\nX-Name: ${name}\r\n\r\n`);
  await client.until((text) => text.split("}").length === 4);
  client.destroy();
  expect(kept.map((r) => `${r.url} ${r.headers.get("x-name")}`)).toEqual([
    "http://a/one one",
    "http://a/two two",
    "http://a/three three",
  ]);
});

test("a request and its fields can be printed", async () => {
  const { value } = (await incoming("GET /p HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n", (r) => inspect(r))) as {
    value: string;
  };
  expect(value).toContain("http://a/p");
  expect(value).toContain("x: 'y'");
});

describe("a fast Response behaves as Node's own:", () => {
  type Make = (R: typeof Response) => Response;
  const looks: [string, (r: Response) => unknown][] = [
    ["facts", (r) => [r.status, r.statusText, r.ok, r.type, r.url, r.redirected, r.bodyUsed, [...r.headers]]],
    ["text", async (r) => [await r.text(), r.bodyUsed]],
    ["clone", async (r) => [await r.clone().text(), await r.text()]],
    ["body", (r) => r.body === null],
    ["changed fields", (r) => (r.status < 300 && r.headers.set("x", "y"), [...r.headers])],
  ];
  test.each<[string, Make]>([
    ["text", (R) => new R("hello")],
    [
      "text with fields",
      (R) => new R("hello", { status: 201, statusText: "Made", headers: { A: "b", "content-type": "text/x" } }),
    ],
    [
      "fields as pairs",
      (R) =>
        new R("hello", {
          headers: [
            ["a", "1"],
            ["a", "2"],
          ],
        }),
    ],
    ["fields as Headers", (R) => new R(null, { headers: new Headers({ a: "b" }) })],
    ["nothing", (R) => new R()],
    ["null", (R) => new R(null, { status: 204 })],
    ["bytes", (R) => new R(new TextEncoder().encode("é"))],
    ["a form", (R) => new R(new URLSearchParams({ a: "b" }))],
    ["a blob", (R) => new R(new Blob(["x"], { type: "text/x" }))],
    ["JSON", (R) => R.json({ a: 1 }, { status: 202 })],
    ["JSON with a type", (R) => R.json([], { headers: { "Content-Type": "application/x+json" } })],
    ["a redirect", (R) => R.redirect("http://a/b", 307)],
  ])("%s", async (_what, make) => {
    for (const [, look] of looks) {
      expect(await look(make(FastResponse as unknown as typeof Response))).toEqual(await look(make(Response)));
    }
    expect(make(FastResponse as unknown as typeof Response)).toBeInstanceOf(Response);
  });

  test.each<[string, Make]>([
    ["a bad status", (R) => new R("", { status: 99 })],
    ["a status that has no body", (R) => new R("x", { status: 204 })],
    ["a bad field name", (R) => new R("", { headers: { "a b": "c" } })],
    ["a bad field value", (R) => new R("", { headers: { a: "b\nc" } })],
    ["a bad status text", (R) => new R("", { statusText: "a\nb" })],
    ["JSON of what is none", (R) => R.json(undefined)],
  ])("%s throws the same kind of error", (_what, make) => {
    const errorOf = (R: typeof Response): string => {
      try {
        make(R);
        return "none";
      } catch (error) {
        return (error as Error).name;
      }
    };
    expect(errorOf(FastResponse as unknown as typeof Response)).toBe(errorOf(Response));
  });

  test("installed, it is the global, and Node's own is still one", () => {
    const native_ = new Response("x");
    const restore = installFastResponse();
    try {
      expect(new Response("x")).toBeInstanceOf(FastResponse);
      expect(native_).toBeInstanceOf(Response);
      expect({}).not.toBeInstanceOf(Response);
    } finally {
      restore();
    }
    expect(new Response("x")).not.toHaveProperty("plainBody");
  });
});
