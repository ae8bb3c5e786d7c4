import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FastResponse, HttpServer } from "../src/index.ts";

const cli = fileURLToPath(new URL("../src/cli.ts", import.meta.url));
let directory: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tenon-http-cli-"));
  writeFileSync(join(directory, "a.txt"), "from a file");
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(directory, { recursive: true, force: true });
});

interface Run {
  readonly child: ChildProcess;
  stdout: string;
  stderr: string;
  readonly exit: Promise<number | null>;
}

function start(...args: string[]): Run {
  const script = `import { main } from ${JSON.stringify(cli)}; process.exitCode = await main(${JSON.stringify(args)}); process.exit();`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  children.push(child);
  const run: Run = { child, stdout: "", stderr: "", exit: new Promise((resolve) => child.once("close", resolve)) };
  child.stdout.on("data", (chunk) => (run.stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (run.stderr += String(chunk)));
  return run;
}

/** The address that the command prints. */
async function url(run: Run): Promise<string> {
  for (;;) {
    const found = /http:\/\/\S+/.exec(run.stderr)?.[0];
    if (found !== undefined) return found;
    if (run.child.exitCode !== null) throw new Error(run.stderr);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe("tenon http", () => {
  test("serves a directory, logs what it is asked for, and drains on SIGTERM", async () => {
    const run = start(directory, "--port", "0", "--access-log=json", "--cors", "--compress", "--browse");
    const base = await url(run);
    const response = await fetch(`${base}/a.txt`, { headers: { origin: "http://other" } });
    expect(await response.text()).toBe("from a file");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect((await fetch(`${base}/`, { headers: { accept: "text/html" } })).headers.get("content-type")).toContain(
      "text/html",
    );
    run.child.kill("SIGTERM");
    expect(await run.exit).toBe(0);
    const [first] = run.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).toMatchObject({ method: "GET", target: "/a.txt", status: 200 });
  });

  test("serves a module's handler", async () => {
    writeFileSync(
      join(directory, "app.mjs"),
      "export default { name: 'app', fetch() { return new Response('from ' + this.name); } };",
    );
    const run = start("--app", join(directory, "app.mjs"), "--port", "0");
    expect(await (await fetch(await url(run))).text()).toBe("from app");
    run.child.kill("SIGINT");
    expect(await run.exit).toBe(0);
  });

  test("says in one line that the port is in use", async () => {
    const server = await HttpServer.listen({ fetch: () => new FastResponse("") });
    const { port } = server.address;
    const run = start(directory, "--port", `${port}`);
    expect(await run.exit).toBe(1);
    expect(run.stderr).toBe(`tenon http: 127.0.0.1:${port} is in use\n`);
    await server.close();
  });

  test("says in one line what it cannot serve", async () => {
    const missing = start(join(directory, "missing"));
    expect(await missing.exit).toBe(1);
    expect(missing.stderr).toMatch(/^tenon http: .*missing is not a directory\n$/);
    const app = start("--app", join(directory, "a.txt"));
    expect(await app.exit).toBe(1);
    expect(app.stderr.trim().split("\n")).toHaveLength(1);
    if (process.getuid?.() !== 0) {
      mkdirSync(join(directory, "locked"));
      chmodSync(join(directory, "locked"), 0);
      const locked = start(join(directory, "locked"));
      expect(await locked.exit).toBe(1);
      expect(locked.stderr).toMatch(/^tenon http: cannot read .*EACCES\n$/);
    }
  });

  test("refuses what is not there yet, and what does not exist", async () => {
    for (const option of [["--tls"], ["--proxy", "/=http://x"], ["--workers", "2"]]) {
      const run = start(directory, ...option);
      expect(await run.exit).toBe(1);
      expect(run.stderr).toMatch(/^tenon http: --\w+ is not there yet .*\n$/);
    }
    const unknown = start("--nonsense");
    expect(await unknown.exit).toBe(2);
  });
});
