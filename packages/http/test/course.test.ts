/**
 * The stages of the course “Build your own HTTP server”, against examples/first-server.ts run as a beginner runs it:
 * a process of its own, spoken to through sockets.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RawClient, responses } from "./raw-client.ts";

const directory = mkdtempSync(join(tmpdir(), "tenon-http-course-"));
const program = fileURLToPath(new URL("../examples/first-server.ts", import.meta.url));
let child: ChildProcess;
let port: number;
const clients: RawClient[] = [];

beforeAll(async () => {
  child = spawn(process.execPath, [program, "--port", "0", "--directory", directory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = await new Promise<string>((resolve) => child.stdout!.once("data", (chunk) => resolve(String(chunk))));
  port = Number(new URL(line.trim()).port);
});

afterAll(async () => {
  for (const client of clients) client.destroy();
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill();
  await exited;
  rmSync(directory, { recursive: true });
});

async function connect(): Promise<RawClient> {
  const client = await RawClient.connect(port);
  clients.push(client);
  return client;
}

/** Sends one request and returns its one response. */
async function ask(client: RawClient, request: string, body = ""): Promise<ReturnType<typeof responses>[number]> {
  client.clear();
  const [line, ...fields] = request.split("\n").map((part) => part.trim());
  client.send([`${line!} HTTP/1.1`, "Host: localhost:4221", ...fields, "", body].join("\r\n"));
  await client.until((text) => responses(text).length === 1);
  return responses(client.received)[0]!;
}

describe("base", () => {
  test("Bind to a port: the default is 4221", () => {
    expect(readFileSync(program, "utf8")).toContain('default: "4221"');
    expect(port).toBeGreaterThan(0);
  });

  test("Respond with 200", async () => {
    const { head } = await ask(await connect(), "GET /");
    expect(head.startsWith("HTTP/1.1 200 OK\r\n")).toBe(true);
  });

  test("Extract URL path: an unknown one is not found", async () => {
    const { head } = await ask(await connect(), "GET /abcdefg");
    expect(head.startsWith("HTTP/1.1 404 Not Found\r\n")).toBe(true);
  });

  test("Respond with body: /echo/{text} gives the text back, with type and length", async () => {
    const { status, head, body } = await ask(await connect(), "GET /echo/mango%20pear");
    expect([status, body]).toEqual([200, "mango pear"]);
    expect(head).toContain("Content-Type: text/plain\r\n");
    expect(head).toContain("Content-Length: 10\r\n");
  });

  test("Read header: /user-agent gives the field back, however it is spelled", async () => {
    const { head, body } = await ask(await connect(), "GET /user-agent\nuser-AGENT: foobar/1.2.3");
    expect(body).toBe("foobar/1.2.3");
    expect(head).toContain("Content-Type: text/plain\r\n");
  });

  test("Concurrent connections: one that says nothing holds up nobody", async () => {
    const [silent, ...others] = await Promise.all([connect(), connect(), connect()]);
    for (const client of others) expect((await ask(client, "GET /")).status).toBe(200);
    expect((await ask(silent!, "GET /")).status).toBe(200);
  });

  test("Return a file: its bytes as application/octet-stream, or 404", async () => {
    writeFileSync(join(directory, "foo"), "Hello, World!");
    const { status, head, body } = await ask(await connect(), "GET /files/foo");
    expect([status, body]).toEqual([200, "Hello, World!"]);
    expect(head).toContain("Content-Type: application/octet-stream\r\n");
    expect(head).toContain("Content-Length: 13\r\n");
    expect((await ask(await connect(), "GET /files/missing")).status).toBe(404);
    expect((await ask(await connect(), "GET /files/..%2f..%2fetc%2fpasswd")).status).toBe(404);
  });

  test("Read request body: POST makes the file", async () => {
    const { head } = await ask(
      await connect(),
      "POST /files/made\nContent-Type: application/octet-stream\nContent-Length: 5",
      "12345",
    );
    expect(head.startsWith("HTTP/1.1 201 Created\r\n")).toBe(true);
    expect(readFileSync(join(directory, "made"), "utf8")).toBe("12345");
    expect((await ask(await connect(), "POST /files/..%2fevil\nContent-Length: 1", "x")).status).toBe(400);
  });
});

describe("http-compression", () => {
  test("Compression headers: gzip is announced when asked for, and nothing when something unknown is", async () => {
    const gzip = await ask(await connect(), "GET /echo/abc\nAccept-Encoding: gzip");
    expect(gzip.head).toContain("Content-Encoding: gzip\r\n");
    const unknown = await ask(await connect(), "GET /echo/abc\nAccept-Encoding: invalid-encoding");
    expect(unknown.head).not.toContain("Content-Encoding");
    expect(unknown.body).toBe("abc");
  });

  test("Multiple compression schemes: gzip is found among others", async () => {
    const found = await ask(await connect(), "GET /echo/abc\nAccept-Encoding: encoding-1, gzip, encoding-2");
    expect(found.head).toContain("Content-Encoding: gzip\r\n");
    const none = await ask(await connect(), "GET /echo/abc\nAccept-Encoding: encoding-1, encoding-2");
    expect(none.head).not.toContain("Content-Encoding");
  });

  test("Gzip compression: the body is compressed, and its length is that of the compressed body", async () => {
    const client = await connect();
    client.send("GET /echo/foo HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n");
    const text = await client.untilEnd();
    const [{ head, body } = { head: "", body: "" }] = /^content-length:/im.test(text)
      ? responses(text)
      : [unchunked(text)];
    expect(head).toContain("Content-Encoding: gzip\r\n");
    expect(gunzipSync(Buffer.from(body, "latin1")).toString()).toBe("foo");
  });
});

function unchunked(text: string): { head: string; body: string } {
  const end = text.indexOf("\r\n\r\n") + 4;
  let rest = text.slice(end);
  let body = "";
  for (;;) {
    const size = Number.parseInt(rest, 16);
    if (size === 0) return { head: text.slice(0, end), body };
    const start = rest.indexOf("\r\n") + 2;
    body += rest.slice(start, start + size);
    rest = rest.slice(start + size + 2);
  }
}

describe("http-persistent-connections", () => {
  test("Persistent connections: one connection serves several requests", async () => {
    const client = await connect();
    expect((await ask(client, "GET /echo/one")).body).toBe("one");
    expect((await ask(client, "GET /user-agent\nUser-Agent: two")).body).toBe("two");
    expect(client.ended).toBe(false);
  });

  test("Concurrent persistent connections: several at once serve several each", async () => {
    const [first, second] = await Promise.all([connect(), connect()]);
    for (const round of [1, 2, 3]) {
      expect((await ask(first!, `GET /echo/first-${round}`)).body).toBe(`first-${round}`);
      expect((await ask(second!, `GET /echo/second-${round}`)).body).toBe(`second-${round}`);
    }
  });

  test("Connection closure: asked for it, the server says so and closes; before, it does not", async () => {
    const client = await connect();
    expect((await ask(client, "GET /")).head).not.toMatch(/connection: close/i);
    const last = await ask(client, "GET /\nConnection: close");
    expect(last.head).toContain("Connection: close\r\n");
    await client.untilEnd();
  });
});
