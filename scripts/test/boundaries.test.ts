import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { violations } from "../boundaries.ts";

/** A small workspace with our packages' names, in which each test breaks one rule. */
let workspace: string;

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), "tenon-boundaries-"));
  for (const name of ["kit", "http", "redis", "git", "console"]) {
    write(`packages/${name}/package.json`, JSON.stringify({ name: `@tenon/${name}` }));
  }
  write("packages/tenon/package.json", JSON.stringify({ name: "tenon" }));
});
afterEach(() => rmSync(workspace, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(workspace, path)), { recursive: true });
  writeFileSync(join(workspace, path), text);
}

function found(): string[] {
  return violations(workspace).map(({ file, line, specifier, rule }) => `${file}:${line} ${specifier}: ${rule}`);
}

test("what the design allows passes", () => {
  write("packages/http/src/server.ts", 'import "@tenon/kit"; import "node:net";');
  write(
    "packages/http/src/h1/parser.ts",
    'import { Buffer } from "node:buffer"; import "@tenon/kit"; import "./fields.ts";',
  );
  write(
    "packages/http/src/h1/options.ts",
    'import type { HttpServer } from "../server.ts"; export type O = HttpServer;',
  );
  write(
    "packages/http/test/parser.test.ts",
    'import "../src/h1/parser.ts"; import "../../../scripts/test-peer.ts"; import "node:fs";',
  );
  write("packages/git/src/smart-http.ts", 'import "@tenon/http"; import "@tenon/kit/cli";');
  write(
    "packages/console/web/panel.tsx",
    'import type { Row } from "../src/protocol.ts"; export const a = (row: Row) => <b>{row}</b>;',
  );
  write(
    "packages/tenon/src/up.ts",
    'import "@tenon/console"; import "@tenon/redis"; await using server = await listen();',
  );
  expect(found()).toEqual([]);
});

test("kit imports nobody", () => {
  write("packages/kit/src/world.ts", '\nimport "@tenon/http";');
  expect(found()).toEqual(["packages/kit/src/world.ts:2 @tenon/http: kit may import no other package"]);
});

test("a system imports no other system: not lazily, not for a type, not to pass it on, not through another door", () => {
  write("packages/redis/src/a.ts", 'import "@tenon/http";');
  write("packages/redis/src/b.ts", 'export const http = () => import("@tenon/http");');
  write("packages/redis/src/c.ts", 'import type { Blob } from "@tenon/git"; export type B = Blob;');
  write("packages/redis/src/d.ts", 'export * from "@tenon/http";');
  write("packages/redis/src/e.ts", 'export const cli = () => import(/* later */ `@tenon/http${"/cli"}`);');
  const rule = "redis may import only kit, regex";
  expect(found()).toEqual([
    `packages/redis/src/a.ts:1 @tenon/http: ${rule}`,
    `packages/redis/src/b.ts:1 @tenon/http: ${rule}`,
    `packages/redis/src/c.ts:1 @tenon/git: ${rule}`,
    `packages/redis/src/d.ts:1 @tenon/http: ${rule}`,
    `packages/redis/src/e.ts:1 @tenon/http/cli: ${rule}`,
  ]);
});

test("nobody imports the console or the umbrella, tests included, and the console not the umbrella", () => {
  write("packages/http/test/a.test.ts", 'import "tenon/testing";');
  write("packages/console/src/b.ts", 'import "tenon";');
  expect(found()).toEqual([
    "packages/console/src/b.ts:1 tenon: console may not import tenon: it stands on everybody else",
    "packages/http/test/a.test.ts:1 tenon/testing: http may not import tenon: it stands on everybody else",
  ]);
});

test("a package is entered by its door", () => {
  const path = "../../kit/src/bytes/cursor.ts";
  write("packages/http/src/a.ts", `import "${path}";`);
  write("packages/http/test/a.test.ts", `import type { Cursor } from "${path}"; export type C = Cursor;`);
  const rule = "another package is imported by its name, never by a path into it";
  expect(found()).toEqual([
    `packages/http/src/a.ts:1 ${path}: ${rule}`,
    `packages/http/test/a.test.ts:1 ${path}: ${rule}`,
  ]);
});

test("codecs and engines touch no socket, file or timer, directly or through a neighbour", () => {
  write("packages/redis/src/resp/parser.ts", 'import type { Socket } from "node:net"; export type S = Socket;');
  write("packages/redis/src/types/list.ts", 'import { setTimeout } from "timers/promises"; void setTimeout;');
  write("packages/redis/src/commands/get.ts", 'import { type A, b } from "../server.ts"; export const c: A = b;');
  expect(found()).toEqual([
    "packages/redis/src/commands/get.ts:1 ../server.ts: what a pure room imports of its own package has to be as pure",
    "packages/redis/src/resp/parser.ts:1 node:net: a pure room reaches the outside only through what it is handed",
    "packages/redis/src/types/list.ts:1 timers/promises: a pure room reaches the outside only through what it is handed",
  ]);
});

test("sources import no tests", () => {
  write("packages/http/src/a.ts", 'import "../test/fixture.ts";');
  expect(found()).toEqual(["packages/http/src/a.ts:1 ../test/fixture.ts: src/ imports nothing beside it"]);
});

test("a package that the table does not know is told to get a row", () => {
  write("packages/newcomer/package.json", "{}");
  write("packages/newcomer/src/index.ts", 'import "@tenon/kit";');
  const rule = "packages/newcomer has no row in MAY_IMPORT of scripts/boundaries.ts";
  expect(found()).toEqual([`packages/newcomer/src/index.ts:1 @tenon/kit: ${rule}`]);
});

test("a file that does not parse is an error, not a pass", () => {
  write("packages/kit/src/broken.ts", "import {");
  expect(found).toThrow("packages/kit/src/broken.ts");
});
