import { expect, test } from "vitest";
import { type Line, compile } from "../src/index.ts";

const text = Array.from(
  { length: 3_000 },
  (_, i) => `line ${i} ${i % 7 === 0 ? "needle é" : "hay"}${i % 100 === 3 ? " ж" : ""}`,
).join("\n");
const bytes = new TextEncoder().encode(text);

function* chunks(size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

const SIZES = [1, 2, 3, 7, 64 * 1024];
const count = (pattern: RegExp): number => text.split("\n").filter((line) => pattern.test(line)).length;

const RUNS = SIZES.flatMap((size) => (["js", "wasm"] as const).map((engine) => [size, engine] as const));

test.each(RUNS)("a counter that is fed %i bytes at a time counts every matching line once: %s", (size, engine) => {
  for (const [pattern, expected] of [
    ["needle é$", count(/needle é$/)],
    ["^line [0-9]*5 ", count(/^line \d*5 /)],
    ["", count(/(?:)/)],
    ["[^ -~]$", count(/[^ -~]$/u)],
    [String.raw`(1)\1`, count(/(1)\1/)],
  ] as const) {
    const counter = compile(pattern, { engine }).counter();
    for (const chunk of chunks(size)) counter.push(chunk);
    expect(counter.end(), pattern).toBe(expected);
    counter.push(bytes);
    expect(counter.end()).toBe(expected);
  }
});

test.each(SIZES)("lines() over chunks of %i bytes hands out matches with their context", async (size) => {
  const found: Line[] = [];
  for await (const line of compile("ж").lines(chunks(size), { before: 1, after: 2 })) found.push(line);
  expect(found).toHaveLength(30 * 4);
  const decoder = new TextDecoder();
  for (const [i, line] of found.entries()) {
    expect(line.selected).toBe(i % 4 === 1);
    expect(line.number).toBe(Math.floor(i / 4) * 100 + 3 + (i % 4));
    expect(decoder.decode(bytes.subarray(line.offset, line.offset + line.bytes.length))).toBe(
      decoder.decode(line.bytes),
    );
  }
});

test("lines() ends with the signal's reason, though the source never answers", async () => {
  const abort = new AbortController();
  const source = {
    async *[Symbol.asyncIterator]() {
      yield new TextEncoder().encode("a\nb\n");
      await new Promise(() => {});
    },
  };
  const lines: number[] = [];
  const reading = (async () => {
    for await (const line of compile("a|b").lines(source, { signal: abort.signal })) {
      lines.push(line.number);
      if (line.number === 2) abort.abort(new Error("enough"));
    }
  })();
  await expect(reading).rejects.toThrow("enough");
  expect(lines).toEqual([1, 2]);
});

test("records that end with NUL may hold newlines, and a text may be one record", () => {
  const records = compile("a.b$", { lineTerminator: 0 });
  expect([...records.findAll("a\nb\0xa-b\0")]).toEqual([
    { start: 0, end: 3 },
    { start: 5, end: 8 },
  ]);
  expect(compile("a.b", { lineTerminator: -1 }).find("a\nb")).toEqual({ start: 0, end: 3 });
  expect(compile("^b", { lineTerminator: -1 }).find("a\nb")).toBeUndefined();
  expect(compile("^b").find("a\nb")).toEqual({ start: 2, end: 3 });
});
