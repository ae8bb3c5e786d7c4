/** TLS on the real network, with certificates that openssl makes for the occasion. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import {
  type Connection,
  type Listener,
  realWorld,
  simulatedWorld,
  type TlsConnectOptions,
  type TlsListenOptions,
} from "../../src/index.ts";
import { Recorder } from "./net-contract.ts";

const { net } = realWorld;
const openssl = peer("openssl");
let folder: string;
let listeners: Listener[] = [];

function file(name: string): Buffer {
  return readFileSync(join(folder, name));
}

/** An authority, and what it vouches for. */
function certificate(name: string, extension = ""): void {
  const run = (...args: string[]): void => void execFileSync(openssl!, args, { cwd: folder, stdio: "pipe" });
  run(
    "req",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-keyout",
    `${name}.key`,
    "-out",
    `${name}.csr`,
    "-subj",
    `/CN=${name}`,
  );
  writeFileSync(join(folder, "extension"), extension);
  run(
    "x509",
    "-req",
    "-in",
    `${name}.csr`,
    "-CA",
    "ca.crt",
    "-CAkey",
    "ca.key",
    "-CAcreateserial",
    "-out",
    `${name}.crt`,
    "-days",
    "2",
    "-extfile",
    "extension",
  );
}

beforeAll(() => {
  if (openssl === undefined) return;
  folder = mkdtempSync(join(tmpdir(), "tenon-tls-"));
  for (const name of ["ca", "stranger"]) {
    const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    execFileSync(openssl, [...args, "-keyout", `${name}.key`, "-out", `${name}.crt`, "-subj", `/CN=${name}`], {
      cwd: folder,
      stdio: "pipe",
    });
  }
  certificate("server", "subjectAltName=DNS:localhost,IP:127.0.0.1");
  certificate("renewed", "subjectAltName=DNS:elsewhere.test");
  certificate("client");
});
afterEach(async () => {
  for (const listener of listeners) await listener.close();
  listeners = [];
});
afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

function identity(name: string): { cert: Buffer; key: Buffer } {
  return { cert: file(`${name}.crt`), key: file(`${name}.key`) };
}

/** Answers in upper case what it gets; `failures` is what the door was told of. */
async function shouter(
  more: Partial<TlsListenOptions> = {},
): Promise<{ listener: Listener; failures: Recorder & { readonly errors: Error[] } }> {
  const failures = Object.assign(new Recorder(), { errors: [] as Error[] });
  const tls = {
    ...identity("server"),
    ca: [file("ca.crt")],
    failed: (error: Error) => {
      failures.errors.push(error);
      failures.close(error);
    },
    ...more,
  };
  const listener = await net.listen({ tls }, (connection) => {
    connection.handle({
      data: (chunk) => void connection.write(chunk.toString("latin1").toUpperCase()),
      end: () => connection.end(),
      drain() {},
      close() {},
    });
  });
  listeners.push(listener);
  return { listener, failures };
}

function dial(listener: Listener, tls: TlsConnectOptions = {}): Promise<Connection> {
  return net.connect({ port: listener.address.port, timeoutMs: 10_000, tls: { ca: [file("ca.crt")], ...tls } });
}

/** Sends a word and resolves with the answer; a connection that ends without one gives its error, or "ended". */
async function ask(connection: Connection): Promise<string> {
  const recorder = new Recorder();
  connection.handle(recorder);
  connection.write("word");
  await recorder.until(({ size, told }) => size >= 4 || told.includes("close") || told.includes("end"));
  const answer = recorder.size > 0 ? recorder.text : (recorder.error?.message ?? "ended");
  connection.destroy();
  return answer;
}

/** What is said when connecting, or at the first word, fails. */
async function failure(attempt: Promise<Connection>): Promise<string> {
  try {
    return await ask(await attempt);
  } catch (error) {
    return (error as Error).message;
  }
}

describe.skipIf(openssl === undefined)("TLS", () => {
  it("carries bytes both ways, ends each direction by itself", async () => {
    const { listener } = await shouter();
    const connection = await dial(listener);
    const recorder = new Recorder();
    connection.handle(recorder);
    connection.write("half");
    connection.end();
    await recorder.untilTold("close");
    expect(recorder.text).toBe("HALF");
    expect(recorder.told).toEqual(["data", "end", "close"]);
    expect(recorder.error).toBeUndefined();
  });

  it("carries more than a record, under back-pressure", async () => {
    const { listener } = await shouter();
    const connection = await dial(listener);
    const recorder = new Recorder();
    connection.handle(recorder);
    const sent = Buffer.alloc(1_000_000, "abc");
    expect(connection.write(sent)).toBe(false);
    await recorder.until(({ size }) => size === sent.length);
    expect(recorder.text).toBe(sent.toString().toUpperCase());
    expect(recorder.told).toContain("drain");
    connection.reset();
    await recorder.untilTold("close");
  });

  it("believes no server whose chain or name is not right, unless told", async () => {
    const { listener } = await shouter();
    expect(await failure(dial(listener, { ca: [file("stranger.crt")] }))).toMatch(/unable to verify|self-signed/);
    expect(await failure(dial(listener, { serverName: "elsewhere.test" }))).toContain("elsewhere.test");
    expect(await ask(await dial(listener, { serverName: "elsewhere.test", verify: "chain" }))).toBe("WORD");
    expect(await ask(await dial(listener, { ca: [], verify: "none" }))).toBe("WORD");
  });

  it("asks clients for certificates: none, any that holds, one in any case", async () => {
    const stranger = identity("stranger");
    for (const [clientCertificates, without, withOwn, withFalse] of [
      ["no", true, true, true],
      ["optional", true, true, false],
      ["required", false, true, false],
    ] as const) {
      const { listener, failures } = await shouter({ clientCertificates });
      const passes = async (tls: TlsConnectOptions): Promise<boolean> =>
        (await failure(dial(listener, tls))) === "WORD";
      expect(await passes({})).toBe(without);
      expect(await passes(identity("client"))).toBe(withOwn);
      expect(await passes(stranger)).toBe(withFalse);
      expect(failures.errors.length).toBe([without, withOwn, withFalse].filter((passed) => !passed).length);
    }
  });

  it("closes a connection that does not speak TLS, says so, and goes on", async () => {
    const { listener, failures } = await shouter();
    const socket = connect(listener.address.port);
    socket.write("PING\r\nPING\r\n");
    socket.resume();
    await once(socket, "close");
    await failures.untilTold("close");
    expect(failures.errors[0]!.message).toMatch(/wrong version number|http request|packet length/);
    expect(await ask(await dial(listener))).toBe("WORD");
  });

  it("speaks the versions and ciphers that it is told", async () => {
    const { listener } = await shouter({ versions: ["TLSv1.2"], ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" });
    expect(await failure(dial(listener, { versions: ["TLSv1.3"] }))).toMatch(/protocol version|unsupported/);
    expect(await failure(dial(listener, { ciphers: "ECDHE-ECDSA-AES256-GCM-SHA384" }))).toMatch(/handshake failure/);
    expect(await ask(await dial(listener))).toBe("WORD");
  });

  it("meets new connections with a renewed certificate, and keeps the old when the new is wrong", async () => {
    const { listener } = await shouter();
    const before = await dial(listener);
    expect(() => listener.renewTls!({ ...identity("server"), cert: "nothing of the kind" })).toThrow(
      /PEM|no start line/,
    );
    expect(await ask(await dial(listener))).toBe("WORD");
    listener.renewTls!(identity("renewed"));
    expect(await failure(dial(listener))).toContain("127.0.0.1");
    expect(await ask(await dial(listener, { serverName: "elsewhere.test" }))).toBe("WORD");
    expect(await ask(before)).toBe("WORD");
  });

  it("rejects ciphers that there are none of", async () => {
    const { cert, key } = identity("server");
    for (const wrong of [{ ciphers: "NOSUCH" }, { cipherSuites: "NOSUCH" }, { cipherSuites: "TLS_NO_SUCH_SUITE" }]) {
      await expect(net.listen({ tls: { cert, key, ...wrong } }, () => {})).rejects.toThrow(/no (?:such )?cipher/i);
    }
  });

  it("rejects to listen with a key that does not fit", async () => {
    const tls = { cert: file("server.crt"), key: file("client.key") };
    await expect(net.listen({ tls }, () => {})).rejects.toThrow(/key values mismatch/);
  });

  it("gives up on a server that never shakes hands", async () => {
    const silent = await net.listen({}, () => {});
    const ending = await net.listen({}, (connection) => connection.end());
    listeners.push(silent, ending);
    const attempt = net.connect({ port: silent.address.port, timeoutMs: 50, tls: {} });
    await expect(attempt).rejects.toMatchObject({ code: "ETIMEDOUT" });
    await expect(dial(ending)).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  it("works over a unix socket with the permissions that it is told", async () => {
    const path = join(folder, "socket");
    const listener = await net.listen({ path, mode: 0o700, tls: identity("server") }, (connection) => {
      connection.handle({ data: (chunk) => void connection.write(chunk), end() {}, drain() {}, close() {} });
    });
    listeners.push(listener);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    const connection = await net.connect({ path, tls: { ca: [file("ca.crt")], serverName: "localhost" } });
    expect(await ask(connection)).toBe("word");
  });
});

it("TLS in the simulated network is refused", async () => {
  const world = simulatedWorld(1);
  const tls = { cert: "", key: "" };
  await expect(world.net.listen({ tls }, () => {})).rejects.toMatchObject({ code: "ENOTSUP" });
  await expect(world.net.connect({ port: 1, tls })).rejects.toMatchObject({ code: "ENOTSUP" });
});
