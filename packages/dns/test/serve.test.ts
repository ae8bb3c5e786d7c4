/** `tenon dns serve` as a process: its settings, its signals, its exit codes. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { promises } from "node:dns";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const run = promisify(execFile);
const CLI = fileURLToPath(new URL("../src/cli.ts", import.meta.url));

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tenon-dns-serve-"));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

function put(file: string, text: string): string {
  const path = join(folder, file);
  writeFileSync(path, text);
  return path;
}

function zone(serial: number, rest: string): string {
  return `$TTL 60\n@ SOA ns hostmaster ${serial} 3600 600 604800 60\n@ NS ns\nns A 127.0.0.1\n${rest}\n`;
}

/** A server that runs: where, and what it said on standard error. */
class Serving {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; stderr: string }>;
  stdout = "";
  stderr = "";
  #tell = (): void => {};

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, [CLI, "serve", ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    children.push(this.child);
    this.child.stdout!.on("data", (bytes: Buffer) => {
      this.stdout += String(bytes);
      this.#tell();
    });
    this.child.stderr!.on("data", (bytes: Buffer) => {
      this.stderr += String(bytes);
      this.#tell();
    });
    this.ended = once(this.child, "close").then(([code]) => {
      this.#tell();
      return { code: code as number | null, stderr: this.stderr };
    });
  }

  async until(condition: (serving: Serving) => boolean): Promise<void> {
    while (!condition(this)) await new Promise<void>((resolve) => (this.#tell = resolve));
  }

  async resolver(): Promise<promises.Resolver> {
    await this.until(({ stdout, child }) => /listening on .*\n/.test(stdout) || child.exitCode !== null);
    const resolver = new promises.Resolver({ timeout: 10_000, tries: 1 });
    resolver.setServers([/listening on (\S+) /.exec(this.stdout)![1]!]);
    return resolver;
  }
}

/** nsupdate's language. */
function update(port: number): string {
  return `server 127.0.0.1 ${port}\nzone example.com\nupdate add new.example.com 60 A 192.0.2.7\nsend\n`;
}

/** One that nobody has now; a server that is to come back on it needs to know it. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

describe("tenon dns serve", () => {
  test("serves the zones that it is given, and ends with 0 at SIGTERM", async () => {
    const file = put("a.zone", zone(1, "www A 192.0.2.1"));
    const serving = new Serving("--port", "0", "--zone", `example.com=${file}`, "--zone", `example.org=${file}`);
    const resolver = await serving.resolver();
    expect(await resolver.resolve4("www.example.com")).toEqual(["192.0.2.1"]);
    expect(await resolver.resolve4("www.example.org")).toEqual(["192.0.2.1"]);
    await expect(resolver.resolve4("www.example.net")).rejects.toMatchObject({ code: "EREFUSED" });
    serving.child.kill("SIGTERM");
    expect((await serving.ended).code).toBe(0);
  });

  test("reads settings and zones again at SIGHUP, and keeps the old ones when the new are wrong", async () => {
    put("a.zone", zone(1, "www A 192.0.2.1"));
    const settings = (zones: string): string => `server: {listen: 127.0.0.1@0}\nzone:\n${zones}`;
    const config = put("dns.yaml", settings("  - {domain: example.com, file: a.zone}\n"));
    const serving = new Serving("-c", config);
    const resolver = await serving.resolver();
    expect(await resolver.resolve4("www.example.com")).toEqual(["192.0.2.1"]);

    put("a.zone", zone(2, "www A 192.0.2.2"));
    put("b.zone", zone(1, "@ A 192.0.2.9"));
    put("dns.yaml", settings("  - {domain: example.com, file: a.zone}\n  - {domain: example.org, file: b.zone}\n"));
    serving.child.kill("SIGHUP");
    await serving.until(({ stderr }) => stderr.includes('"reloaded"'));
    expect(await resolver.resolve4("www.example.com")).toEqual(["192.0.2.2"]);
    expect(await resolver.resolve4("example.org")).toEqual(["192.0.2.9"]);

    put("a.zone", `${zone(3, "www A 192.0.2.3")}broken LINE\n`);
    put("dns.yaml", settings("  - {domain: example.com, file: a.zone}\n"));
    serving.child.kill("SIGHUP");
    await serving.until(({ stderr }) => stderr.split('"reloaded"').length === 3);
    expect(serving.stderr).toContain(`a.zone:6: `);
    expect(await resolver.resolve4("www.example.com")).toEqual(["192.0.2.2"]);
    await expect(resolver.resolve4("example.org")).rejects.toMatchObject({ code: "EREFUSED" });

    put("dns.yaml", "server: {lisen: x}\n");
    serving.child.kill("SIGHUP");
    await serving.until(({ stderr }) => stderr.includes("stay as they were"));
    expect(serving.stderr).toContain("no such setting");
    expect(await resolver.resolve4("www.example.com")).toEqual(["192.0.2.2"]);
    serving.child.kill("SIGTERM");
    expect((await serving.ended).code).toBe(0);
  });

  test("writes nothing without a storage, and journals of changed zones with one", async () => {
    put("a.zone", zone(1, "www A 192.0.2.1"));
    const config = put("dns.yaml", "server: {listen: 127.0.0.1@0}\nzone: [{domain: example.com, file: a.zone}]\n");
    const first = new Serving("-c", config);
    await (await first.resolver()).resolve4("www.example.com");
    expect(readdirSync(folder).toSorted()).toEqual(["a.zone", "dns.yaml"]);
    first.child.kill("SIGTERM");
    await first.ended;
    put(
      "dns.yaml",
      "database: {storage: state}\nserver: {listen: 127.0.0.1@0}\nzone: [{domain: example.com, file: a.zone}]\n",
    );
    const second = new Serving("-c", config);
    await (await second.resolver()).resolve4("www.example.com");
    expect(readdirSync(join(folder, "state")).toSorted()).toEqual([
      "cookie.secret",
      "example.com.journal",
      "example.com.journal-lock",
    ]);
  });

  test("killed after an update, has it when it starts again; so has a secondary that finds no primary", async () => {
    const primaryPort = await freePort();
    put("a.zone", zone(1, "www A 192.0.2.1"));
    const rules = "acl: [{id: here, address: 127.0.0.0/8, action: [transfer, notify, update]}]\n";
    put(
      "primary.yaml",
      `${rules}server: {listen: 127.0.0.1@${primaryPort}}\ndatabase: {storage: p}\nzone: [{domain: example.com, file: a.zone, acl: here}]\n`,
    );
    put(
      "secondary.yaml",
      `${rules}server: {listen: 127.0.0.1@0}\ndatabase: {storage: s}\nremote: [{id: p, address: 127.0.0.1@${primaryPort}}]\nzone: [{domain: example.com, master: p, acl: here}]\n`,
    );
    const primary = new Serving("-c", "primary.yaml");
    await primary.resolver();
    await run(process.execPath, [CLI, "update", put("changes", update(primaryPort))]);
    const secondary = new Serving("-c", "secondary.yaml");
    await secondary.until(({ stderr }) => stderr.includes("transferred"));
    for (const { child, ended } of [primary, secondary]) {
      child.kill("SIGKILL");
      await ended;
    }
    for (const config of ["secondary.yaml", "primary.yaml"]) {
      const again = new Serving("-c", config);
      const resolver = await again.resolver();
      expect(await resolver.resolve4("new.example.com")).toEqual(["192.0.2.7"]);
      expect(await resolver.resolveSoa("example.com")).toMatchObject({ serial: 2 });
      again.child.kill("SIGTERM");
      expect((await again.ended).code).toBe(0);
    }
  });

  test.each([
    [["-c", "none.yaml"], 1, "no such file"],
    [["--zone", "example.com=none.zone"], 1, "none.zone"],
    [["--zone", "nonsense"], 2, "NAME=FILE"],
    [["--resolver", "nowhere"], 1, "nowhere"],
    [["--resolve"], 1, "not supported yet: resolving from the roots"],
    [["--port", "70000"], 2, "port"],
  ])("%j ends with %i and says why", async (args, code, text) => {
    const serving = new Serving("--port", "0", ...args);
    const ended = await serving.ended;
    expect(ended).toMatchObject({ code, stderr: expect.stringContaining(text) });
  });

  test("a zone that is wrong is told by file and line", async () => {
    const file = put("a.zone", zone(1, "www A 192.0.2"));
    const { code, stderr } = await new Serving("--port", "0", "--zone", `example.com=${file}`).ended;
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/:5: .*\n$/) });
    const config = put("dns.yaml", "zone: [{domain: example.com, file: a.zone}]");
    const configured = await new Serving("-c", config, "--port", "0").ended;
    expect(configured).toMatchObject({ code: 1, stderr: expect.stringMatching(/a\.zone:5: /) });
  });
});
