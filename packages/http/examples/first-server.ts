/**
 * The beginner's exercise: `node first-server.ts --directory /tmp/files`, then
 * `curl -i --compressed http://localhost:4221/echo/hello`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compress, files, HttpServer, router } from "@tenon/http";

const { values } = parseArgs({
  options: { directory: { type: "string", default: "." }, port: { type: "string", default: "4221" } },
});
const { directory } = values;
const serveFile = files(directory, { compress: false });

/** A name that stays in the directory. */
const isPlainName = (name: string): boolean => /^[^/\\\0]+$/.test(name) && name !== "." && name !== "..";

const routes = router({
  "GET /": () => new Response(),
  "GET /echo/:text": compress(
    (request) =>
      new Response(decodeURIComponent(new URL(request.url).pathname.slice("/echo/".length)), {
        headers: { "content-type": "text/plain" },
      }),
    { codings: ["gzip"], minBytes: 0 },
  ),
  "GET /user-agent": (request) =>
    new Response(request.headers.get("user-agent"), { headers: { "content-type": "text/plain" } }),
  "GET /files/:name": async (request, context, { name = "" }) => {
    const url = new URL(`/${encodeURIComponent(name)}`, request.url);
    const response = await serveFile(new Request(url, { headers: request.headers }), context);
    const headers = new Headers(response.headers);
    headers.set("content-type", "application/octet-stream");
    return new Response(response.body, { status: response.status, headers });
  },
  "POST /files/:name": async (request, _context, { name = "" }) => {
    if (!isPlainName(name)) return new Response(null, { status: 400 });
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, name), await request.bytes());
    return new Response(null, { status: 201 });
  },
});

const server = await HttpServer.listen({ port: Number(values.port), fetch: routes });
process.stdout.write(`${server.url}\n`);
