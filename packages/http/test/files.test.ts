import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync, zstdDecompressSync } from "node:zlib";
import { manualClock, realWorld, type World } from "@tenon/kit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { files, type FilesOptions, HttpServer } from "../src/index.ts";
import { RawClient } from "./raw-client.ts";

const outside = mkdtempSync(join(tmpdir(), "tenon-http-outside-"));
const root = mkdtempSync(join(tmpdir(), "tenon-http-files-"));
const clock = manualClock();
const world: World = { ...realWorld, clock };
const TEXT = "All work and no play makes Jack a dull boy.\n".repeat(100);
const LARGE = Buffer.alloc(3_000_000, "0123456789abcdef");

beforeAll(() => {
  writeFileSync(join(outside, "secret.txt"), "secret");
  mkdirSync(join(root, "sub/deep"), { recursive: true });
  mkdirSync(join(root, ".well-known"));
  writeFileSync(join(root, "index.html"), "<h1>index</h1>");
  writeFileSync(join(root, "text.txt"), TEXT);
  writeFileSync(join(root, "large.bin"), LARGE);
  writeFileSync(join(root, "sub/a & b.txt"), "ampersand");
  writeFileSync(join(root, "sub/<script>.txt"), "x");
  writeFileSync(join(root, "sub/ünï.txt"), "unicode");
  writeFileSync(join(root, ".hidden"), "hidden");
  writeFileSync(join(root, ".well-known/x.txt"), "known");
  writeFileSync(join(root, "pre.css"), "body{}");
  writeFileSync(join(root, "pre.css.br"), brotliCompressSync("body{} /* br */"));
  writeFileSync(join(root, "pre.css.gz"), gzipSync("body{} /* gz */"));
  writeFileSync(join(root, "404.html"), "<h1>gone</h1>");
  writeFileSync(join(root, "about.html"), "about");
  symlinkSync(join(outside, "secret.txt"), join(root, "leak.txt"));
  symlinkSync(outside, join(root, "leak"));
  symlinkSync("text.txt", join(root, "inside.txt"));
});

afterAll(() => {
  rmSync(root, { recursive: true });
  rmSync(outside, { recursive: true });
});

const context = {} as Parameters<ReturnType<typeof files>>[1];

function site(
  options: FilesOptions = {},
): (path: string, fields?: Record<string, string>, method?: string) => Promise<Response> {
  const handler = files(root, { world, ...options });
  return async (path, headers = {}, method = "GET") =>
    handler(new Request(`http://x${path}`, { headers, method }), context);
}

describe("a file", () => {
  test("comes with its type, length, strong tag and date", async () => {
    const get = site();
    const response = await get("/text.txt");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(response.headers.get("content-length")).toBe(`${TEXT.length}`);
    expect(response.headers.get("etag")).toMatch(/^"[^"]+"$/);
    expect(response.headers.get("accept-ranges")).toBe("bytes");
    expect(Date.parse(response.headers.get("last-modified")!)).toBeLessThanOrEqual(Date.now());
    expect(await response.text()).toBe(TEXT);
    const large = await get("/large.bin");
    expect(Buffer.from(await large.arrayBuffer()).equals(LARGE)).toBe(true);
  });

  test("answers conditions, with the tag, the date and Vary on a 304", async () => {
    const get = site();
    const first = await get("/text.txt");
    const etag = first.headers.get("etag")!;
    const modified = first.headers.get("last-modified")!;
    const notModified = await get("/text.txt", { "if-none-match": etag });
    expect(notModified.status).toBe(304);
    expect(notModified.headers.get("etag")).toBe(etag);
    expect(notModified.headers.get("vary")).toBe("Accept-Encoding");
    expect(notModified.headers.has("content-length")).toBe(false);
    expect((await get("/text.txt", { "if-modified-since": modified })).status).toBe(304);
    expect((await get("/text.txt", { "if-none-match": '"other"', "if-modified-since": modified })).status).toBe(200);
    expect((await get("/text.txt", { "if-match": '"other"' })).status).toBe(412);
  });

  test("answers one range, several, and those that are not there", async () => {
    const get = site();
    for (const [path, content] of [
      ["/text.txt", Buffer.from(TEXT)],
      ["/large.bin", LARGE],
    ] as const) {
      const one = await get(path, { range: "bytes=10-19" });
      expect([one.status, one.headers.get("content-range"), one.headers.get("content-length")]).toEqual([
        206,
        `bytes 10-19/${content.length}`,
        "10",
      ]);
      expect(await one.text()).toBe(content.toString("latin1", 10, 20));
      const last = await get(path, { range: "bytes=-5" });
      expect(await last.text()).toBe(content.toString("latin1", content.length - 5));
      const none = await get(path, { range: `bytes=${content.length}-` });
      expect([none.status, none.headers.get("content-range")]).toEqual([416, `bytes */${content.length}`]);
      const many = await get(path, { range: "bytes=0-1,5-6" });
      const boundary = /boundary=(\S+)/.exec(many.headers.get("content-type")!)![1]!;
      const text = await many.text();
      expect(text.length).toBe(Number(many.headers.get("content-length")));
      const parts = text.split(`--${boundary}`);
      expect(parts).toHaveLength(4);
      expect(parts[1]).toContain(
        `Content-Range: bytes 0-1/${content.length}\r\n\r\n${content.toString("latin1", 0, 2)}\r\n`,
      );
      expect(parts[2]).toContain(
        `Content-Range: bytes 5-6/${content.length}\r\n\r\n${content.toString("latin1", 5, 7)}\r\n`,
      );
      expect(parts[3]).toBe("--\r\n");
    }
    const etag = (await get("/text.txt")).headers.get("etag")!;
    expect((await get("/text.txt", { range: "bytes=0-1", "if-range": etag })).status).toBe(206);
    expect((await get("/text.txt", { range: "bytes=0-1", "if-range": '"old"' })).status).toBe(200);
    expect((await get("/text.txt", { range: "bytes=0-1", "if-range": `W/${etag}` })).status).toBe(200);
    expect((await get("/text.txt", { range: "bytes=0-1", "if-none-match": etag })).status).toBe(304);
  });

  test("is compressed once for those who accept it, each coding with its own tag, and never for ranges", async () => {
    const get = site();
    const tags = new Set<string | null>();
    for (const [coding, decode] of [
      ["gzip", gunzipSync],
      ["br", brotliDecompressSync],
      ["zstd", zstdDecompressSync],
    ] as const) {
      const response = await get("/text.txt", { "accept-encoding": coding });
      expect(response.headers.get("content-encoding")).toBe(coding);
      expect(response.headers.get("vary")).toBe("Accept-Encoding");
      tags.add(response.headers.get("etag"));
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(bytes.length).toBe(Number(response.headers.get("content-length")));
      expect(decode(bytes).toString()).toBe(TEXT);
      const etag = response.headers.get("etag")!;
      expect((await get("/text.txt", { "accept-encoding": coding, "if-none-match": etag })).status).toBe(304);
      expect((await get("/text.txt", { "if-none-match": etag })).status).toBe(200);
    }
    tags.add((await get("/text.txt")).headers.get("etag"));
    expect(tags.size).toBe(4);
    const range = await get("/text.txt", { "accept-encoding": "gzip", range: "bytes=0-3" });
    expect([range.headers.get("content-encoding"), await range.text()]).toEqual([null, "All "]);
    expect((await get("/text.txt", { "accept-encoding": "identity;q=0" })).status).toBe(406);
  });

  test("is sent from a compressed neighbour, where there is one", async () => {
    const get = site();
    const br = await get("/pre.css", { "accept-encoding": "gzip, br" });
    expect(br.headers.get("content-type")).toBe("text/css; charset=utf-8");
    expect(brotliDecompressSync(Buffer.from(await br.arrayBuffer())).toString()).toBe("body{} /* br */");
    const gz = await get("/pre.css", { "accept-encoding": "gzip" });
    expect(gunzipSync(Buffer.from(await gz.arrayBuffer())).toString()).toBe("body{} /* gz */");
    const plain = await site({ precompressed: false })("/pre.css", { "accept-encoding": "gzip, br" });
    expect(await plain.text()).toBe("body{}");
  });

  test("that changes is seen within a second, and not looked at before", async () => {
    const name = join(root, "changing.txt");
    writeFileSync(name, "before");
    const get = site();
    const first = await get("/changing.txt");
    expect(await first.text()).toBe("before");
    writeFileSync(name, "after!");
    expect(await (await get("/changing.txt")).text()).toBe("before");
    clock.advance(1000);
    const second = await get("/changing.txt");
    expect(await second.text()).toBe("after!");
    expect(second.headers.get("etag")).not.toBe(first.headers.get("etag"));
    // The same size and modification time do not hide a change.
    utimesSync(name, 1000, 1000);
    clock.advance(1000);
    const third = await get("/changing.txt");
    writeFileSync(name, "AFTER!");
    utimesSync(name, 1000, 1000);
    clock.advance(1000);
    const fourth = await get("/changing.txt");
    expect(await fourth.text()).toBe("AFTER!");
    expect(fourth.headers.get("etag")).not.toBe(third.headers.get("etag"));
    rmSync(name);
    clock.advance(1000);
    expect((await get("/changing.txt")).status).toBe(404);
  });

  test("that shrinks while it is sent breaks the answer off", async () => {
    const name = join(root, "shrinking.bin");
    writeFileSync(name, LARGE);
    const response = await site()("/shrinking.bin");
    const reader = response.body!.getReader();
    await reader.read();
    truncateSync(name, 300_000);
    await expect(
      (async () => {
        while ((await reader.read()).done !== true);
      })(),
    ).rejects.toThrow(/shrunk/);
  });

  test("memory is bounded: more files than fit are still all served", async () => {
    const get = site({ keptBytes: 20_000 });
    for (let i = 0; i < 20; i++) writeFileSync(join(root, `many-${i}.txt`), `${i}`.repeat(1000));
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 20; i++) expect(await (await get(`/many-${i}.txt`)).text()).toBe(`${i}`.repeat(1000));
    }
  });
});

describe("nothing outside the root is reachable:", () => {
  test.each([
    "/leak.txt",
    "/leak/secret.txt",
    "/..%2fsecret.txt",
    "/%2e%2e%2fsecret.txt",
    "/sub/..%2f..%2f..%2fetc/passwd",
    "/sub%2f..%2ftext.txt",
    "/..%5c..%5ctext.txt",
    "/text.txt%00.html",
    "/%c0%ae%c0%ae/text.txt",
    "/%ff",
    "/%zz",
    "//text.txt",
    "/sub//deep",
    "/.hidden",
    "/text.txt/",
    `/${"a".repeat(300)}`,
  ])("%s", async (path) => {
    const handler = files(root, { world });
    // As it came over the wire, not as `new Request` would tidy it.
    const request = Object.assign(new Request("http://x/"), {});
    Object.defineProperty(request, "url", { value: `http://x${path}` });
    expect((await handler(request, context)).status).toBe(404);
  });

  test("over the wire neither", async () => {
    const server = await HttpServer.listen({ fetch: files(root) });
    for (const target of ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..;/etc/passwd", "/sub/../../leak.txt"]) {
      const client = await RawClient.connect(server.address.port);
      client.send(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(await client.untilEnd(), target).toMatch(/^HTTP\/1\.1 404 /);
    }
    await server.close();
  });

  test("but links inside it, and .well-known, are", async () => {
    const get = site();
    expect(await (await get("/inside.txt")).text()).toBe(TEXT);
    expect(await (await get("/.well-known/x.txt")).text()).toBe("known");
    expect(await (await site({ hidden: true })("/.hidden")).text()).toBe("hidden");
    expect(await (await get("/sub/%C3%BCn%C3%AF.txt")).text()).toBe("unicode");
  });
});

describe("a directory", () => {
  test("is answered with its index, redirected to its slash, and not listed unless asked", async () => {
    const get = site();
    expect(await (await get("/")).text()).toBe("<h1>index</h1>");
    const redirect = await get("/sub?x=1");
    expect([redirect.status, redirect.headers.get("location")]).toEqual([308, "/sub/?x=1"]);
    expect((await get("/sub/")).status).toBe(404);
  });

  test("is listed for people and for programs", async () => {
    const get = site({ listing: true });
    const html = await get("/sub/", { accept: "text/html" });
    expect(html.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const page = await html.text();
    expect(page).toContain('<a href="./a%20%26%20b.txt">a &amp; b.txt</a>');
    expect(page).toContain("&lt;script&gt;.txt");
    expect(page).not.toContain("<script>");
    expect(page).toContain('<a href="./deep/">deep/</a>');
    const json = (await (await get("/sub/", { accept: "application/json" })).json()) as {
      name: string;
      type: string;
    }[];
    expect(json.map(({ name, type }) => [name, type])).toEqual([
      ["deep", "directory"],
      ["<script>.txt", "file"],
      ["a & b.txt", "file"],
      ["ünï.txt", "file"],
    ]);
    expect((await get("/leak/")).status).toBe(404);
    expect((await get("/nowhere/")).status).toBe(404);
  });
});

test("HEAD, OPTIONS and other methods", async () => {
  const get = site();
  const head = await get("/large.bin", {}, "HEAD");
  expect([head.status, head.headers.get("content-length"), head.body]).toEqual([200, `${LARGE.length}`, null]);
  expect((await get("/text.txt", {}, "OPTIONS")).status).toBe(204);
  const post = await get("/text.txt", {}, "POST");
  expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
});

test("a custom 404, single-page applications, clean URLs and cache control", async () => {
  const missing = await site({ notFound: "404.html" })("/nowhere", { "if-none-match": "*" });
  expect([missing.status, await missing.text()]).toEqual([404, "<h1>gone</h1>"]);
  const spa = site({ spa: "index.html" });
  expect((await spa("/app/route", { accept: "text/html" })).status).toBe(200);
  expect((await spa("/app/missing.js", { accept: "text/html" })).status).toBe(404);
  expect((await spa("/api/thing", { accept: "application/json" })).status).toBe(404);
  expect(await (await site({ cleanUrls: true })("/about")).text()).toBe("about");
  const cached = site({ cacheControl: (name) => (name.endsWith(".css") ? "max-age=60" : undefined) });
  expect((await cached("/pre.css")).headers.get("cache-control")).toBe("max-age=60");
  expect((await cached("/text.txt")).headers.has("cache-control")).toBe(false);
});

test("downloads that share buffers, at different speeds and some given up, get each their own file", async () => {
  const contents = ["a", "b", "c"].map((name) => Buffer.alloc(1_500_007, `${name}123456789`));
  for (const [i, content] of contents.entries()) writeFileSync(join(root, `own-${i}.bin`), content);
  await using server = await HttpServer.listen({ fetch: files(root) });
  const download = async (i: number, pauseMs: number): Promise<void> => {
    const response = await fetch(`${server.url}/own-${i % 3}.bin`);
    const pieces: Uint8Array[] = [];
    for await (const piece of response.body!) {
      pieces.push(piece);
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      else if (i % 4 === 3) return;
    }
    expect(Buffer.concat(pieces).equals(contents[i % 3]!)).toBe(true);
  };
  for (let round = 0; round < 3; round++) {
    await Promise.all(Array.from({ length: 12 }, (_, i) => download(i, i % 3 === 1 ? 2 : 0)));
  }
});
