/** TLS and unix sockets: our server with the original's client and others', and CONFIG against the original's own. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Log, silentLog } from "@tenon/kit";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { plainValue, RedisClient, RedisServer, type RedisServerOptions } from "../../src/index.ts";
import { type Certificates, makeCertificates } from "../certificates.ts";
import { type Original, startOriginal } from "../original.ts";

const openssl = peer("openssl");
const redisCli = peer("redis-cli");
const redisServer = peer("redis-server");
const run = promisify(execFile);
let certificates: Certificates;

beforeAll(() => {
  if (openssl !== undefined) certificates = makeCertificates(openssl);
});
afterAll(() => certificates?.remove());

/** A server on a TLS port alone. */
function listen(more: RedisServerOptions = {}): Promise<RedisServer> {
  return RedisServer.listen({
    port: -1,
    "tls-port": 0,
    "tls-cert-file": certificates.path("server.crt"),
    "tls-key-file": certificates.path("server.key"),
    "tls-ca-cert-file": certificates.path("ca.crt"),
    "tls-auth-clients": "no",
    ...more,
  });
}

function dial(server: RedisServer, more: object = {}): Promise<RedisClient> {
  return RedisClient.connect(server.url, { tls: { ca: [certificates.read("ca.crt")], ...more } });
}

describe.skipIf(openssl === undefined)("TLS", () => {
  it("is spoken with our own client, by rediss: URL, with authentication and database", async () => {
    await using server = await listen({ requirepass: "secret" });
    expect(server.url).toMatch(/^rediss:\/\/127\.0\.0\.1:\d+$/);
    const url = server.url.replace("//", "//:secret@");
    await using client = await RedisClient.connect(`${url}/3`, { tls: { ca: [certificates.read("ca.crt")] } });
    await client.command("SET", "key", Buffer.alloc(100_000, 1));
    expect((await client.command("GET", "key")) as Buffer).toEqual(Buffer.alloc(100_000, 1));
    expect(plainValue(await client.command("CLIENT", "INFO"))).toMatch(/addr=127\.0\.0\.1:\d+ .* db=3 /);
    await expect(RedisClient.connect(url, {})).rejects.toThrow(/unable to (?:get|verify)|self-signed/);
  });

  it("is spoken with ioredis and node-redis", async () => {
    await using server = await listen();
    const ca = certificates.read("ca.crt");
    const ioredis = new Redis(server.url, { tls: { ca }, lazyConnect: true });
    await ioredis.connect();
    expect(await ioredis.pipeline().set("a", "1").incr("a").exec()).toEqual([
      [null, "OK"],
      [null, 2],
    ]);
    ioredis.disconnect();
    const client = createClient({ url: server.url, socket: { tls: true, ca } });
    await client.connect();
    expect(await client.get("a")).toBe("2");
    await client.close();
  });

  it.skipIf(redisCli === undefined)("is spoken with redis-cli, --pipe and --bigkeys included", async () => {
    await using server = await listen();
    const cli = ["--tls", "--cacert", certificates.path("ca.crt"), "-p", String(server.address.port)];
    const pipe = run(redisCli!, [...cli, "--pipe"]);
    for (let i = 0; i < 10_000; i++) pipe.child.stdin!.write(`SET piped:${i} ${"v".repeat(1 + (i % 100))}\r\n`);
    pipe.child.stdin!.end();
    expect((await pipe).stdout).toContain("errors: 0, replies: 10000");
    expect((await run(redisCli!, [...cli, "DBSIZE"])).stdout).toBe("10000\n");
    expect((await run(redisCli!, [...cli, "--bigkeys"])).stdout).toContain("10000 strings with 505000 bytes");
  });

  it.skipIf(redisCli === undefined)("wants client certificates as tls-auth-clients says, by default", async () => {
    const cli = async (server: RedisServer, ...more: string[]): Promise<string> => {
      const where = ["--tls", "--cacert", certificates.path("ca.crt"), "-p", String(server.address.port)];
      return await run(redisCli!, [...where, ...more, "PING"]).then(
        ({ stdout, stderr }) => stdout + stderr,
        (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
      );
    };
    const own = ["--cert", certificates.path("client.crt"), "--key", certificates.path("client.key")];
    await using required = await listen({ "tls-auth-clients": "yes" });
    expect(await cli(required)).not.toContain("PONG");
    expect(await cli(required, ...own)).toBe("PONG\n");
    await using optional = await listen({ "tls-auth-clients": "optional" });
    expect(await cli(optional)).toBe("PONG\n");
    expect(await cli(optional, ...own)).toBe("PONG\n");
  });

  it("has its own port beside the one in clear text, which plain bytes on it do not disturb", async () => {
    const warnings: string[] = [];
    const log: Log = { ...silentLog, warn: (message) => void warnings.push(message) };
    await using server = await listen({ port: 0, log });
    const [plain, encrypted] = server.urls;
    expect(server.url).toBe(plain);
    expect(encrypted).toMatch(/^rediss:/);
    const port = Number(new URL(encrypted!).port);
    const socket = connect(port);
    socket.write("*1\r\n$4\r\nPING\r\n");
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    await once(socket, "close");
    // Nothing but an alert record (RFC 8446 §6), if anything.
    for (const chunk of chunks) expect(chunk[0]).toBe(21);
    expect(warnings[0]).toMatch(/^Error accepting a client connection: .*(?:wrong version number|packet length)/);
    await using one = await RedisClient.connect(plain!);
    await using two = await RedisClient.connect(encrypted!, { tls: { ca: [certificates.read("ca.crt")] } });
    await one.command("SET", "seen", "by both");
    expect(String(await two.command("GET", "seen"))).toBe("by both");
  });

  it("opens a key with its password, trusts a folder of authorities, speaks the protocols it is told", async () => {
    const folder = certificates.path("authorities");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "one.pem"), certificates.read("ca.crt"));
    await using server = await listen({
      "tls-key-file": certificates.path("locked.key"),
      "tls-key-file-pass": "secret",
      "tls-ca-cert-file": "",
      "tls-ca-cert-dir": folder,
      "tls-auth-clients": "yes",
      "tls-protocols": "TLSv1.2",
      "tls-session-caching": "no",
      "tls-prefer-server-ciphers": "yes",
    });
    const own = { cert: certificates.read("client.crt"), key: certificates.read("client.key") };
    await using client = await dial(server, own);
    expect(String(await client.command("ECHO", "inside"))).toBe("inside");
    await expect(dial(server, { ...own, versions: ["TLSv1.3"] })).rejects.toThrow(/protocol version/);
  });

  it("is not begun with settings that cannot be followed, in the original's words", async () => {
    await expect(listen({ "tls-cert-file": "" })).rejects.toThrow("No tls-cert-file configured!");
    await expect(listen({ "tls-key-file": "" })).rejects.toThrow("No tls-key-file configured!");
    await expect(listen({ "tls-ca-cert-file": "", "tls-auth-clients": "yes" })).rejects.toThrow(
      "Either tls-ca-cert-file or tls-ca-cert-dir must be specified when",
    );
    await expect(listen({ "tls-protocols": "SSLv3" })).rejects.toThrow("Invalid tls-protocols specified");
    await expect(listen({ "tls-cert-file": "/not/there" })).rejects.toThrow("Failed to load certificate: /not/there");
    await expect(listen({ "tls-key-file": certificates.path("client.key") })).rejects.toThrow("key values mismatch");
    await expect(listen({ "tls-ciphers": "NOSUCH" })).rejects.toThrow("no cipher match");
  });

  it.skipIf(redisServer === undefined)("answers CONFIG GET and SET of its settings as the original does", async () => {
    await using server = await listen({ "tls-auth-clients": "optional" });
    const settings = ["tls-cert-file", "server.crt", "tls-key-file", "server.key", "tls-ca-cert-file", "ca.crt"];
    const paths = settings.flatMap((word, i) => (i % 2 === 0 ? [`--${word}`] : [certificates.path(word)]));
    const port = await freePort();
    const theirs = await startOriginal(redisServer!, [
      ...paths,
      "--tls-auth-clients",
      "optional",
      "--tls-port",
      String(port),
    ]);
    const original = await theirs.open();
    try {
      const client = await dial(server);
      await expectSame(client, original, certificates);
      await client[Symbol.asyncDispose]();
    } finally {
      original.end();
      await theirs.stop();
    }
  });

  it("moves to the port that CONFIG SET names, and meets new connections with new certificates", async () => {
    await using server = await listen();
    const ca = [certificates.read("ca.crt")];
    await using client = await dial(server);
    const before = server.url;
    const port = await freePort();
    await client.command(
      "CONFIG",
      "SET",
      "tls-port",
      port,
      "tls-cert-file",
      certificates.path("other.crt"),
      "tls-key-file",
      certificates.path("other.key"),
    );
    await until(() => server.urls.length === 1 && server.url === `rediss://127.0.0.1:${port}`);
    await using moved = await RedisClient.connect(server.url, { tls: { ca } });
    expect(plainValue(await moved.command("PING"))).toBe("PONG");
    await expect(RedisClient.connect(before, { tls: { ca } })).rejects.toThrow("ECONNREFUSED");
    expect(String(await client.command("ECHO", "still here"))).toBe("still here");

    // A port that is taken: all is as it was.
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    await client.command("CONFIG", "SET", "tls-port", (taken.address() as { port: number }).port);
    const portNow = async (): Promise<string> =>
      String(((await client.command("CONFIG", "GET", "tls-port")) as Map<Buffer, Buffer>).values().next().value);
    while ((await portNow()) !== String(port)) await new Promise((resolve) => setImmediate(resolve));
    expect(server.url).toBe(`rediss://127.0.0.1:${port}`);
    taken.close();

    // Clear text is opened and closed the same way.
    const plain = await freePort();
    await client.command("CONFIG", "SET", "port", plain);
    await until(() => server.urls.length === 2);
    await using inClear = await RedisClient.connect(`redis://127.0.0.1:${plain}`);
    await inClear.command("CONFIG", "SET", "port", "0");
    await until(() => server.urls.length === 1);
    await expect(RedisClient.connect(`redis://127.0.0.1:${plain}`)).rejects.toThrow("ECONNREFUSED");
  });
});

describe("a unix socket", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "tenon-socket-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("takes ioredis, redis-cli and our own client, and is gone when the server is", async () => {
    const path = join(folder, "redis.sock");
    const server = await RedisServer.listen({
      port: -1,
      unixsocket: path,
      unixsocketperm: "700",
      "enable-debug-command": "local",
    });
    expect(server.urls).toEqual([`unix://${path}`]);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    const ioredis = new Redis(path);
    expect(await ioredis.set("a", "1")).toBe("OK");
    expect(await ioredis.config("GET", "unixsocket*")).toEqual(["unixsocket", path, "unixsocketperm", "700"]);
    ioredis.disconnect();
    if (redisCli !== undefined) expect((await run(redisCli, ["-s", path, "GET", "a"])).stdout).toBe("1\n");
    const client = await RedisClient.connect(`unix://${path}?db=2`);
    expect(plainValue(await client.command("CLIENT", "LIST"))).toContain(`addr=${path}:0 laddr=${path}:0`);
    expect(plainValue(await client.command("CLIENT", "INFO"))).toMatch(/ flags=U db=2 /);
    client.close();
    await server.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("takes the place of one that a dead server left, and of nothing else", async () => {
    const path = join(folder, "stale.sock");
    // A process that dies without closing leaves its socket file.
    await run(process.execPath, [
      "-e",
      `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`,
    ]).catch(() => {});
    expect(readdirSync(folder)).toEqual(["stale.sock"]);
    const server = await RedisServer.listen({ port: -1, unixsocket: path });
    const client = await RedisClient.connect(server.url);
    expect(plainValue(await client.command("PING"))).toContain("PONG");
    client.close();
    await server.close();
    writeFileSync(path, "somebody's notes");
    await expect(RedisServer.listen({ unixsocket: path })).rejects.toMatchObject({ code: "EADDRINUSE" });
    expect(statSync(path).size).toBe(16);
    rmSync(path);
  });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** The same CONFIG commands to both: the same replies, as RESP2 has them. */
async function expectSame(client: RedisClient, original: Original, { path }: Certificates): Promise<void> {
  const commands = [
    ["CONFIG", "SET", "tls-cert-file", "/not/there"],
    ["CONFIG", "GET", "tls-cert-file"],
    ["CONFIG", "SET", "tls-key-file", path("client.key")],
    ["CONFIG", "SET", "tls-protocols", "foo"],
    ["CONFIG", "SET", "tls-protocols", "TLSv1.2 TLSv1.3"],
    ["CONFIG", "GET", "tls-protocols"],
    ["CONFIG", "SET", "tls-auth-clients", "maybe"],
    ["CONFIG", "SET", "tls-ca-cert-file", ""],
    ["CONFIG", "SET", "tls-ciphers", "NOSUCH"],
    ["CONFIG", "SET", "tls-ciphersuites", "NOSUCH"],
    ["CONFIG", "SET", "tls-session-caching", "no", "tls-cert-file", "/no"],
    ["CONFIG", "GET", "tls-session-caching"],
    [
      "CONFIG",
      "SET",
      "tls-session-caching",
      "no",
      "tls-prefer-server-ciphers",
      "yes",
      "tls-session-cache-timeout",
      "60",
    ],
    ["CONFIG", "SET", "tls-port", "70000"],
    ["CONFIG", "SET", "unixsocketperm", "755"],
    ["CONFIG", "GET", "unixsocketperm"],
    ["CONFIG", "GET", "tls-auth-clients"],
    ["CONFIG", "GET", "tls-replication"],
  ];
  for (const command of commands) {
    const reply = await client.command(...command).then(
      (value) => (value instanceof Map ? [...value].flat().map(String).join("|") : "OK"),
      (error: Error) => error.message,
    );
    const raw = await original.raw(command);
    const theirs = raw.startsWith("*")
      ? raw
          .split("\r\n")
          .slice(1)
          .filter((_, i) => i % 2 === 1)
          .join("|")
      : raw.slice(1, -2);
    expect([command, reply]).toEqual([command, theirs]);
  }
}
