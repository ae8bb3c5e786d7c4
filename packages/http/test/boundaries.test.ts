/** What the source may import, checked in the source itself. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const source = fileURLToPath(new URL("../src/", import.meta.url));
/** These are erased before anything runs. */
const TYPES_ONLY = /^import type [^;]* from "[^"]+";$/gm;
const importsOf = new Map(
  readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => {
      const text = readFileSync(join(source, name), "utf8");
      return [
        name,
        [...text.replaceAll(TYPES_ONLY, "").matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]!),
      ] as const;
    }),
);

/** Codecs, state machines and semantics: bytes and values in, bytes and values out. */
const PURE = /^semantics\/|^h1\/|^timer-wheel\.ts$/;
test("nothing of Node's own HTTP is used", () => {
  expect(importsOf.size).toBeGreaterThan(40);
  for (const [name, imports] of importsOf) {
    expect(
      imports.filter((from) => /^(?:node:)?(?:https?|http2|_http_.*)$|undici/.test(from)),
      name,
    ).toEqual([]);
  }
});

test("codecs, the HTTP/1 machine and semantics import each other, and nothing of Node but types", () => {
  const pure = [...importsOf].filter(([name]) => PURE.test(name));
  expect(pure.length).toBeGreaterThan(15);
  expect(pure.some(([name]) => name === join("h1", "connection.ts"))).toBe(true);
  for (const [name, imports] of pure) {
    const outside = imports.filter((from) => !from.startsWith("."));
    expect(
      outside.filter((from) => from !== "mrmime"),
      name,
    ).toEqual([]);
    for (const from of imports.filter((path) => path.startsWith("."))) {
      const target = join(name, "..", from);
      expect(PURE.test(target), `${name} imports ${target}`).toBe(true);
    }
  }
});

test("the network, the disk and the clock are reached through the world only", () => {
  for (const [name, imports] of importsOf) {
    const io = imports.filter((from) => /^node:(?:net|fs|fs\/promises|dgram|tls|dns)$/.test(from));
    expect(io, name).toEqual([]);
  }
});
