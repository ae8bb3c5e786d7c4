import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { capture, root } from "../command.ts";

/** A small workspace of our packages' names, in which each test breaks one rule. */
let workspace: string;

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), "tenon-boundaries-"));
  mkdirSync(join(workspace, "node_modules/@tenon"), { recursive: true });
  for (const name of ["kit", "http", "redis", "git", "console", "tenon"]) {
    write(
      `packages/${name}/package.json`,
      JSON.stringify({ name: `@tenon/${name}`, exports: { ".": "./src/index.ts" } }),
    );
    write(`packages/${name}/src/index.ts`, "export {};");
    symlinkSync(join(workspace, "packages", name), join(workspace, "node_modules/@tenon", name));
  }
});
afterEach(() => rmSync(workspace, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(workspace, path)), { recursive: true });
  writeFileSync(join(workspace, path), text);
}

/** The broken rules, each as `rule: file → what it imports`. */
async function violations(): Promise<string[]> {
  const depcruise = join(root, "node_modules/.bin/depcruise");
  const config = join(root, ".dependency-cruiser.mjs");
  const { output } = await capture([depcruise, "--config", config, "--output-type", "json", "packages"], {
    cwd: workspace,
  });
  const { summary } = JSON.parse(output) as {
    summary: { violations: { rule: { name: string }; from: string; to: string }[] };
  };
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`).toSorted();
}

test("what the design allows passes", async () => {
  write("packages/http/src/server.ts", 'import "@tenon/kit"; import "node:net";');
  write(
    "packages/http/src/h1/parser.ts",
    'import { Buffer } from "node:buffer"; import "@tenon/kit"; import "./fields.ts";',
  );
  write("packages/http/src/h1/fields.ts", "export {};");
  write("packages/git/src/smart-http.ts", 'import "@tenon/http";');
  write("packages/console/src/panel.ts", 'import "@tenon/redis"; import "@tenon/http";');
  write("packages/tenon/src/up.ts", 'import "@tenon/console"; import "@tenon/redis";');
  write("packages/tenon/src/lazy.ts", 'export const redis = () => import("@tenon/redis");');
  expect(await violations()).toEqual([]);
});

test("kit imports nobody", async () => {
  write("packages/kit/src/world.ts", 'import "@tenon/http";');
  expect(await violations()).toEqual([
    "kit-imports-only-its-floor: packages/kit/src/world.ts → packages/http/src/index.ts",
  ]);
});

test("a system imports no other system, not even lazily, nor for a type", async () => {
  write("packages/redis/src/a.ts", 'import "@tenon/http";');
  write("packages/redis/src/b.ts", 'export const http = () => import("@tenon/http");');
  write("packages/redis/src/c.ts", 'import type { Blob } from "@tenon/git"; export type B = Blob;');
  expect(await violations()).toEqual([
    "redis-imports-only-its-floor: packages/redis/src/a.ts → packages/http/src/index.ts",
    "redis-imports-only-its-floor: packages/redis/src/b.ts → packages/http/src/index.ts",
    "redis-imports-only-its-floor: packages/redis/src/c.ts → packages/git/src/index.ts",
  ]);
});

test("nobody imports the console or the umbrella, tests included", async () => {
  write("packages/http/test/a.test.ts", 'import "@tenon/tenon";');
  write("packages/console/src/b.ts", 'import "@tenon/tenon";');
  expect(await violations()).toEqual([
    "console-does-not-import-tenon: packages/console/src/b.ts → packages/tenon/src/index.ts",
    "nobody-imports-console-or-tenon: packages/http/test/a.test.ts → packages/tenon/src/index.ts",
  ]);
});

test("a package is entered by its door", async () => {
  write("packages/kit/src/bytes/cursor.ts", "export {};");
  write("packages/http/src/a.ts", 'import "../../kit/src/bytes/cursor.ts";');
  write("packages/http/test/a.test.ts", 'import "../../kit/src/bytes/cursor.ts";');
  write("packages/http/src/b.ts", 'import "@tenon/kit/src/bytes/cursor.ts";');
  expect(await violations()).toEqual([
    "everything-resolves: packages/http/src/b.ts → @tenon/kit/src/bytes/cursor.ts",
    "packages-are-entered-by-their-doors: packages/http/src/a.ts → packages/kit/src/bytes/cursor.ts",
    "packages-are-entered-by-their-doors: packages/http/test/a.test.ts → packages/kit/src/bytes/cursor.ts",
  ]);
});

test("codecs and engines touch no socket, file or timer, directly or through a neighbour", async () => {
  write("packages/redis/src/resp/parser.ts", 'import type { Socket } from "node:net"; export type S = Socket;');
  write("packages/redis/src/types/list.ts", 'import { setTimeout } from "node:timers/promises"; void setTimeout;');
  write("packages/redis/src/commands/get.ts", 'import "../server.ts";');
  write("packages/redis/src/server.ts", 'import "node:fs";');
  expect(await violations()).toEqual([
    "redis-pure-rooms-import-pure-rooms: packages/redis/src/commands/get.ts → packages/redis/src/server.ts",
    "redis-pure-rooms-touch-nothing-outside: packages/redis/src/resp/parser.ts → net",
    "redis-pure-rooms-touch-nothing-outside: packages/redis/src/types/list.ts → timers/promises",
  ]);
});

test("sources import no tests", async () => {
  write("packages/http/test/fixture.ts", "export {};");
  write("packages/http/src/a.ts", 'import "../test/fixture.ts";');
  expect(await violations()).toEqual([
    "sources-import-no-tests: packages/http/src/a.ts → packages/http/test/fixture.ts",
  ]);
});

test("a package that the table does not know is told to get a row", async () => {
  write("packages/newcomer/src/index.ts", 'import "@tenon/kit";');
  expect(await violations()).toContain(
    "packages-have-a-row: packages/newcomer/src/index.ts → packages/kit/src/index.ts",
  );
});
