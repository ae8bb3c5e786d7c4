import { once } from "node:events";
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TenonProcess } from "./tenon-process.ts";

interface Report {
  readonly services: readonly {
    readonly name: string;
    readonly state: string;
    readonly url: string;
    readonly port: number;
    readonly connect: string;
  }[];
  readonly console: { readonly url: string } | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly readyMs: number;
}

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "tenon-up-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

/** Starts `tenon up --json` and waits until it is up. */
async function up(...args: string[]): Promise<TenonProcess & { report: Report }> {
  const running = new TenonProcess(["up", "--json", ...args], { cwd });
  try {
    const [line] = await running.printed(/^\{.*\}\n/);
    return Object.assign(running, { report: JSON.parse(line) as Report });
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw error;
  }
}

function config(value: unknown): void {
  writeFileSync(join(cwd, "tenon.config.json"), JSON.stringify(value));
}

async function refused(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const [error] = (await Promise.race([
    once(socket, "connect").then(() => [undefined]),
    once(socket, "close").then(() => [true]),
  ]).catch((failure: unknown) => [failure])) as [unknown];
  socket.destroy();
  return error !== undefined;
}

describe("tenon up", () => {
  test("starts everything there is, and the console; Ctrl-C closes all of it and exits with 0", async () => {
    await using running = await up("--console-port", "0");
    const { services, console, environment, readyMs } = running.report;
    expect(services.map(({ name, state }) => [name, state])).toEqual([
      ["redis", "running"],
      ["http", "running"],
      ["dns", "running"],
    ]);
    expect(readyMs).toBeGreaterThan(0);

    const client = new Redis(environment["REDIS_URL"]!, { retryStrategy: () => null });
    client.on("error", () => undefined);
    expect(await client.set("k", "v")).toBe("OK");
    expect(await (await fetch(environment["HTTP_URL"]!)).text()).toContain("Tenon's HTTP server");
    // The token is exchanged for a cookie, and leaves the address bar.
    const welcome = await fetch(console!.url, { redirect: "manual" });
    const cookie = welcome.headers.get("set-cookie")!.split(";")[0]!;
    const page = await fetch(new URL("/", console!.url), { headers: { cookie } });
    expect([page.status, page.headers.get("content-type")]).toEqual([200, expect.stringContaining("text/html")]);
    expect((await fetch(new URL("/", console!.url))).status).toBe(401);

    running.child.kill("SIGINT");
    const { code, signal, stderr } = await running.ended;
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: "" });
    client.disconnect();
    const ports = [...services.map(({ port }) => port), Number(new URL(console!.url).port)];
    for (const port of ports) expect(await refused(port)).toBe(true);
  });

  test("gives the console the config's SQLite files, which lie beside the config", async () => {
    config({ redis: { port: 0 }, sqlite: { databases: { app: "data/app.db" } } });
    await using running = await up("--console-port", "0");
    const { services, console } = running.report;
    expect(services.map(({ name }) => name)).toEqual(["redis"]);
    const { origin } = new URL(console!.url);
    const welcome = await fetch(console!.url, { redirect: "manual" });
    const cookie = welcome.headers.get("set-cookie")!.split(";")[0]!;
    const answer = await fetch(`${origin}/api/sqlite`, {
      method: "POST",
      headers: { cookie, origin, "content-type": "application/json" },
      body: "{}",
    });
    expect(await answer.json()).toEqual({ databases: [{ name: "app", path: join(realpathSync(cwd), "data/app.db") }] });
  });

  test("prints one line per service: name, address, how to connect", async () => {
    config({ redis: { port: 0 }, http: { port: 0 } });
    await using running = new TenonProcess(["up", "--console-port", "0"], { cwd });
    const [screen] = await running.printed(/^[^]*Ctrl-C to stop\.\n/);
    expect(screen).toMatch(/^tenon \d+\.\d+\.\d+ is up, \d+ ms after its start\n\n/);
    expect(screen).toMatch(/^ {2}redis {4}redis:\/\/127\.0\.0\.1:(\d+) +redis-cli -p \1$/m);
    expect(screen).toMatch(/^ {2}http {5}(http:\/\/127\.0\.0\.1:\d+) +curl \1\/$/m);
    expect(screen).toMatch(/^ {2}console {2}http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{40,}$/m);
    running.child.kill("SIGTERM");
    expect(await running.ended).toMatchObject({ code: 0, stdout: `${screen}\nstopping …\n` });
  });

  test("starts only what it is asked for, without the console if so", async () => {
    await using running = await up("redis", "--no-console");
    expect(running.report.services.map(({ name }) => name)).toEqual(["redis"]);
    expect(running.report.console).toBeNull();
  });

  test("says so when data cannot be kept although that was asked for", async () => {
    await using running = new TenonProcess(["up", "http", "--no-console", "--port-offset", "20000", "--data", "here"], {
      cwd,
    });
    await running.printed(/Ctrl-C to stop/);
    expect(running.stdout).toContain("Everything is in memory: no service of this stack keeps data on disk.");
  });

  test("keeps redis' data where it is told, and finds it again", async () => {
    const ask = async (...words: [string, ...string[]]): Promise<unknown> => {
      await using running = await up("redis", "--no-console", "--data", "kept");
      const client = new Redis(running.report.services[0]!.url);
      const reply = await client.call(...words);
      client.disconnect();
      running.child.kill("SIGTERM");
      expect(await running.ended).toMatchObject({ code: 0 });
      return reply;
    };
    await ask("SET", "greeting", "hello");
    expect(existsSync(join(cwd, "kept/redis/dump.rdb"))).toBe(true);
    expect(await ask("GET", "greeting")).toBe("hello");
  });

  test("says plainly which usual port was taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    await using running = new TenonProcess(["up", "redis", "--no-console", "--port-offset", String(port - 6379)], {
      cwd,
    });
    await running.printed(/Ctrl-C to stop/);
    expect(running.stdout).toMatch(
      new RegExp(`redis://127\\.0\\.0\\.1:(\\d+) +redis-cli -p \\1 +\\(${port} is taken\\)`),
    );
    other.close();
  });

  test("a port of the config that is taken is one clear line, and nothing stays behind", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    config({ redis: { port }, http: { port: 0 } });
    await using running = new TenonProcess(["up", "--no-console"], { cwd });
    expect(await running.ended).toEqual({
      code: 1,
      signal: null,
      stdout: "",
      stderr: expect.stringMatching(
        new RegExp(`^tenon: redis: port ${port} on 127\\.0\\.0\\.1 is in use by another process\n`),
      ),
    });
    other.close();
  });

  test("the console's port that was asked for and is taken is an error too", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    config({ redis: { port: 0 }, console: { port } });
    await using running = new TenonProcess(["up"], { cwd });
    expect(await running.ended).toMatchObject({
      code: 1,
      stdout: "",
      stderr: `tenon: console: port ${port} is in use by another process\n`,
    });
    other.close();
  });

  test("an external service is shown without its password, and whether it can be reached", async () => {
    const gone = createServer().listen(0, "127.0.0.1");
    await once(gone, "listening");
    const { port } = gone.address() as { port: number };
    gone.close();
    await once(gone, "close");
    config({ redis: { external: `redis://me:secret@127.0.0.1:${port}` } });
    await using running = new TenonProcess(["up", "--no-console"], { cwd });
    await running.printed(/Ctrl-C to stop/);
    expect(running.stdout).toContain(`redis://me:***@127.0.0.1:${port}`);
    expect(running.stdout).toContain("(external, not reachable: connection refused)");
    expect(running.stdout + running.stderr).not.toContain("secret");
    running.child.kill("SIGINT");
    expect((await running.ended).code).toBe(0);
  });

  test("lets a request in flight finish; a second Ctrl-C does not wait", async () => {
    config({ http: { port: 0 } });
    await using polite = await up("--no-console");
    const answer = fetch(`${polite.report.services[0]!.url}/delay/500`);
    await answered(`${polite.report.services[0]!.url}/`);
    polite.child.kill("SIGINT");
    expect(await (await answer).json()).toEqual({ delayMs: 500 });
    expect((await polite.ended).code).toBe(0);

    await using hasty = await up("--no-console");
    const cut = fetch(`${hasty.report.services[0]!.url}/delay/60000`).catch(() => "cut");
    await answered(`${hasty.report.services[0]!.url}/`);
    hasty.child.kill("SIGINT");
    await until(() => refused(hasty.report.services[0]!.port));
    hasty.child.kill("SIGINT");
    expect((await hasty.ended).code).toBe(130);
    expect(await cut).toBe("cut");
  });
});

/** A request that came later was answered: so the one before has arrived. */
async function answered(url: string): Promise<void> {
  await (await fetch(url)).text();
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition()));
}
