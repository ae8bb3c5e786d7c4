/** HTTP/1.1 against node:http, nginx and bare node:net, with a browser's fields. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  microScenario,
  nginx,
  nodeServer,
  type Scenario,
  type Server,
  serverScenario,
  suite,
  type Suite,
  wrk,
} from "@tenon/bench";
import { DEFAULT_LIMITS, RequestHeadParser } from "@tenon/http";

const script = (name: string): URL => new URL(`./servers/${name}.ts`, import.meta.url);

/** With Host, twelve fields and about 600 bytes. */
const BROWSER: Readonly<Record<string, string>> = {
  Connection: "keep-alive",
  "Cache-Control": "max-age=0",
  "sec-ch-ua": '"Chromium";v="124", "Google Chrome";v="124", "Not-A.Brand";v="99"',
  "sec-ch-ua-mobile": "?0",
  "sec-ch-ua-platform": '"Linux"',
  "Upgrade-Insecure-Requests": "1",
  "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
  Accept: "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8",
  "Sec-Fetch-Site": "none",
  "Accept-Encoding": "gzip, deflate",
  "Accept-Language": "en-US,en;q=0.9",
};

const hello = "location / { default_type text/plain; return 200 'hello, world!'; }";

const helloScenario = (
  name: string,
  ours: readonly string[],
  targets: Readonly<Record<string, Readonly<Record<string, number>>>>,
): Scenario =>
  serverScenario({
    name,
    ours: nodeServer({ name: "tenon", script: script("tenon-hello"), args: ours }),
    peers: [
      nodeServer({ name: "node:http", script: script("node-hello") }),
      nginx({ server: hello }),
      nodeServer({ name: "node:net", script: script("net-constant") }),
    ],
    load: wrk({ connections: 50, headers: BROWSER }),
    targets,
  });

/** A directory with one file, gone when the process ends. */
function oneFile(name: string, size: number): string {
  const directory = mkdtempSync(join(tmpdir(), "tenon-bench-http-"));
  process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(join(directory, name), Buffer.alloc(size, "static content, "));
  return directory;
}

function fileScenario(
  name: string,
  size: number,
  connections: number,
  targets: Readonly<Record<string, Readonly<Record<string, number>>>>,
): Scenario {
  let directory: string | undefined;
  const inDirectory = (make: (path: string) => Server): Server => {
    const { name: serverName } = make("");
    return { name: serverName, start: () => make((directory ??= oneFile("file.bin", size))).start() };
  };
  return serverScenario({
    name,
    ours: inDirectory((path) => nodeServer({ name: "tenon", script: script("tenon-files"), args: [path] })),
    peers: [
      inDirectory((path) => nodeServer({ name: "sirv", script: script("sirv-files"), args: [path] })),
      inDirectory((path) => nodeServer({ name: "node:http", script: script("node-files"), args: [path] })),
      inDirectory((path) => nodeServer({ name: "node:net", script: script("net-file"), args: [path] })),
      inDirectory((path) => nginx({ server: `root ${path};` })),
    ],
    load: wrk({ connections, path: "/file.bin", headers: { ...BROWSER, "Accept-Encoding": "identity" } }),
    targets,
  });
}

const HEAD = Buffer.from(
  [
    "GET /path/to/page?query=1 HTTP/1.1",
    "Host: 127.0.0.1:8080",
    ...Object.entries(BROWSER).map(([name, value]) => `${name}: ${value}`),
    "",
    "",
  ].join("\r\n"),
);

const http: Suite = suite("http", [
  helloScenario("hello, 50 connections", [], {
    "node:http": { throughput: 1.3, cpu: 1.5 },
    nginx: { throughput: 0.8, cpu: 0.75 },
    "node:net": { cpu: 0.75 },
  }),
  helloScenario("hello from Node's own Response, 50 connections", ["native"], {}),
  serverScenario({
    name: "hello, 50 connections, pipelined by 16",
    ours: nodeServer({ name: "tenon", script: script("tenon-hello") }),
    peers: [nodeServer({ name: "node:http", script: script("node-hello") }), nginx({ server: hello })],
    load: wrk({ connections: 50, headers: BROWSER, script: fileURLToPath(new URL("./pipeline.lua", import.meta.url)) }),
    targets: { "node:http": { cpu: 10 }, nginx: { cpu: 4 } },
  }),
  serverScenario({
    name: "one Hono application, 50 connections",
    ours: nodeServer({ name: "tenon", script: script("hono"), args: ["tenon"] }),
    peers: [nodeServer({ name: "@hono/node-server", script: script("hono"), args: ["node-server"] })],
    load: wrk({ connections: 50, path: "/users/1", headers: BROWSER }),
    targets: { "@hono/node-server": { cpu: 1.6 } },
  }),
  fileScenario("a file of 1 KB", 1024, 50, { sirv: { cpu: 6 }, nginx: { cpu: 0.7 } }),
  fileScenario("a file of 100 KB", 100 * 1024, 50, { sirv: { cpu: 4 }, nginx: { cpu: 0.6 } }),
  fileScenario("a file of 10 MB, 4 connections", 10 * 1024 * 1024, 4, { sirv: { cpu: 2 }, nginx: { cpu: 0.35 } }),
  microScenario({
    name: "a browser's head",
    unit: "head",
    unitsPerCall: 100,
    ours: {
      name: "tenon",
      setup() {
        const parser = new RequestHeadParser(DEFAULT_LIMITS);
        return () => {
          let end = 0;
          for (let i = 0; i < 100; i++) {
            parser.start();
            end += parser.parse(HEAD, 0, HEAD.length);
          }
          return end;
        };
      },
    },
    peers: [{ name: "llhttp, as node:http calls it", setup: llhttp }],
    targets: { "llhttp, as node:http calls it": { cpu: 2.5 } },
  }),
]);

export default http;

/**
 * Node's own parser, which makes strings of all fields and calls back for each head. It has no public door; a server's
 * connection hands it out.
 */
async function llhttp(): Promise<() => unknown> {
  const { createServer } = await import("node:http");
  const { Duplex } = await import("node:stream");
  const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  createServer().emit("connection", socket);
  const { parser } = socket as unknown as { parser: LlhttpParser };
  let strings = 0;
  // Called with version, fields, method, url, …; the answer 0 means: go on.
  parser[HEADERS_COMPLETE] = (_major, _minor, fields) => {
    strings += fields?.length ?? 0;
    return 0;
  };
  parser[MESSAGE_COMPLETE] = () => {};
  return () => {
    for (let i = 0; i < 100; i++) {
      if (parser.execute(HEAD) instanceof Error) throw new Error("llhttp refused the head");
    }
    if (strings === 0) throw new Error("llhttp was not heard");
    return strings;
  };
}

/** Indices of node:http's callbacks on its parser object. */
const HEADERS_COMPLETE = 2;
const MESSAGE_COMPLETE = 4;

interface LlhttpParser {
  [HEADERS_COMPLETE]: (major: number, minor: number, fields: string[] | undefined) => number;
  [MESSAGE_COMPLETE]: () => void;
  execute(bytes: Buffer): number | Error;
}
