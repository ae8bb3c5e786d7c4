/**
 * `npm run pack:check`: proves that what is published works. Packs every package, installs the tarballs in an empty folder
 * outside the workspace (other libraries come from the registry), and uses them there as a stranger would.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "./build.ts";
import { exitWith, mustRun, root } from "./command.ts";
import { lintAll, packAll, type Tarball } from "./pack.ts";
import { readManifest } from "./workspace.ts";

/** The stranger's programs: ran with plain Node and checked by tsc against the published declarations. */
const CONSUMER = join(root, "scripts/consumer");

/** How long `tenon up` may take until it says that it is up. */
const UP_TIMEOUT_MS = 30_000;

async function step(name: string, work: () => Promise<void>): Promise<void> {
  const start = performance.now();
  await work();
  process.stdout.write(`ok  ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)\n`);
}

async function install(directory: string, tarballs: readonly Tarball[]): Promise<void> {
  await writeFile(join(directory, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  const { devDependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  const types = `@types/node@${devDependencies["@types/node"]!}`;
  const packages = [...tarballs.map(({ path }) => path), types];
  await mustRun(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", ...packages], { cwd: directory });
}

/** Every door of every package can be opened, and has something behind it. */
async function openDoors(directory: string, tarballs: readonly Tarball[]): Promise<void> {
  for (const { manifest } of tarballs) {
    for (const door of Object.keys(manifest.exports ?? {})) {
      if (door === "./package.json") continue;
      const specifier = manifest.name + door.slice(1);
      const script = `const door = await import(${JSON.stringify(specifier)}); if (Object.keys(door).length === 0) throw new Error("nothing there")`;
      await mustRun([process.execPath, "--input-type=module", "-e", script], { cwd: directory });
    }
  }
}

/** `tenon up` starts; Redis, HTTP and the console answer; SIGINT ends it. */
async function startStack(directory: string): Promise<void> {
  const tenon = join(directory, "node_modules/.bin/tenon");
  const up = spawn(tenon, ["up", "--json", "--console-port", "0"], {
    cwd: directory,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise<number | null>((resolve) => up.once("exit", resolve));
  const timer = setTimeout(() => up.kill("SIGKILL"), UP_TIMEOUT_MS);
  try {
    let line: string | undefined;
    for await (line of createInterface({ input: up.stdout })) break;
    assert(line !== undefined, "tenon up ended without a word");
    const { environment, console: page } = JSON.parse(line) as {
      environment: Record<string, string>;
      console: { url: string };
    };
    await mustRun([process.execPath, "ask-redis.ts", environment["REDIS_URL"]!], { cwd: directory });
    const hello = await fetch(environment["HTTP_URL"]!);
    assert.equal(hello.status, 200, "the HTTP server answers");
    await hello.arrayBuffer();
    // As a browser does it: the token becomes a cookie, and leaves the address bar.
    const withToken = await fetch(page.url, { redirect: "manual" });
    const cookie = withToken.headers.getSetCookie().map((line) => line.split(";")[0]);
    const opened = await fetch(new URL("/", page.url), { headers: { cookie: cookie.join("; ") } });
    assert.equal(opened.status, 200, "the console opens with its token");
    assert.match(await opened.text(), /<script/, "the console has its page");
    const without = await fetch(new URL("/", page.url));
    assert.notEqual(without.status, 200, "the console stays shut without its token");
    await without.arrayBuffer();
  } finally {
    up.kill("SIGINT");
    const code = await exited;
    clearTimeout(timer);
    assert.equal(code, 0, "tenon up ends well on SIGINT");
  }
}

async function main(): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), "tenon-pack-check-"));
  try {
    let tarballs: Tarball[] = [];
    await step("build", build);
    await step("publint", async () => assert.deepEqual(await lintAll(), []));
    await step("pack", async () => {
      tarballs = await packAll(directory);
    });
    await step("install in an empty folder", () => install(directory, tarballs));
    await cp(CONSUMER, directory, { recursive: true });
    await step("every door opens", () => openDoors(directory, tarballs));
    await step("declarations resolve", async () => {
      await mustRun([join(root, "node_modules/.bin/tsc"), "--project", "tsconfig.json"], { cwd: directory });
    });
    await step("servers as libraries", async () => {
      await mustRun([process.execPath, "servers.ts"], { cwd: directory });
    });
    await step("npx tenon --version", async () => {
      const version = await mustRun(["npx", "--no-install", "tenon", "--version"], { cwd: directory });
      assert.equal(version.trim().split("\n").at(-1), readManifest(join(root, "packages/tenon")).version);
    });
    await step("tenon up", () => startStack(directory));
    await step("tenon/testing", async () => {
      await mustRun([process.execPath, "--test", "testing.test.ts"], { cwd: directory });
    });
  } finally {
    await rm(directory, { recursive: true });
  }
  return 0;
}

await exitWith(main);
