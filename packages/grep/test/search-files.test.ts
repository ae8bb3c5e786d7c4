import { MemoryDisk } from "@tenon/kit";
import { compile } from "@tenon/regex";
import { expect, test } from "vitest";
import { searchFiles, type SearchFilesOptions, type SearchResult } from "../src/index.ts";

function diskWith(files: Readonly<Record<string, string>>): MemoryDisk {
  const disk = new MemoryDisk();
  for (const [path, content] of Object.entries(files)) {
    disk.makeDirectory(path.slice(0, path.lastIndexOf("/")) || "/", { recursive: true });
    const file = disk.open(path, "create");
    file.write(Buffer.from(content), 0);
    file.close();
  }
  return disk;
}

async function results(
  pattern: string,
  disk: MemoryDisk,
  options: Partial<SearchFilesOptions> = {},
): Promise<SearchResult[]> {
  return Array.fromAsync(searchFiles(compile(pattern), { root: "/src", world: { disk }, ...options }));
}

const text = (found: SearchResult): string =>
  found.kind === "line"
    ? `${found.afterGap ? "-- " : ""}${found.path}:${found.number}${found.selected ? ":" : "-"}${Buffer.from(found.bytes).toString()}`
    : `${found.path}: ${found.kind === "binary" ? "binary" : found.code}`;

test("lines come with their files, numbers, offsets and matches, in order of the names", async () => {
  const disk = diskWith({ "/src/b.txt": "none\nan apple, a pear\n", "/src/a/x.txt": "apple", "/other": "apple\n" });
  expect((await results("a[a-z]+e|pear", disk)).map(text)).toEqual([
    "/src/a/x.txt:1:apple",
    "-- /src/b.txt:2:an apple, a pear",
  ]);
  const [, second] = await results("a[a-z]+e|pear", disk);
  expect(second).toMatchObject({
    offset: 5,
    spans: [
      { start: 3, end: 8 },
      { start: 12, end: 16 },
    ],
  });
});

test("context and gaps", async () => {
  const disk = diskWith({ "/src/f": "1\nx\n3\n4\n5\n6\nx\n8\n" });
  expect((await results("x", disk, { before: 1, after: 1 })).map(text)).toEqual([
    "/src/f:1-1",
    "/src/f:2:x",
    "/src/f:3-3",
    "-- /src/f:6-6",
    "/src/f:7:x",
    "/src/f:8-8",
  ]);
});

test("names choose files and directories", async () => {
  const disk = diskWith({
    "/src/a.ts": "x\n",
    "/src/a.md": "x\n",
    "/src/node_modules/b.ts": "x\n",
    "/src/gen.ts": "x\n",
  });
  const options = { include: ["*.ts"], exclude: ["gen*"], excludeDirectories: ["node_modules"] };
  expect((await results("x", disk, options)).map(text)).toEqual(["/src/a.ts:1:x"]);
});

test("binary files, missing roots and lines that are too long are told", async () => {
  const disk = diskWith({ "/src/binary": "x\0\n", "/src/long": "x".repeat(1_000_000) });
  expect((await results("x", disk, { maxLineBytes: 1_000 })).map(text)).toEqual([
    "/src/binary: binary",
    "/src/long: ELINE",
  ]);
  expect((await results("x", disk, { root: "/missing" })).map(text)).toEqual(["/missing: ENOENT"]);
  expect((await results("x", disk, { root: "/src/binary", binaryFiles: "without-match" })).map(text)).toEqual([]);
});

test("a signal ends the search, and leaving the loop does", async () => {
  const disk = diskWith({ "/src/a": "x\n".repeat(10), "/src/b": "x\n" });
  const controller = new AbortController();
  const reason = new Error("enough");
  const seen: string[] = [];
  const reading = (async () => {
    for await (const found of searchFiles(compile("x"), { root: "/src", world: { disk }, signal: controller.signal })) {
      seen.push(found.path);
      controller.abort(reason);
    }
  })();
  await expect(reading).rejects.toBe(reason);
  expect(new Set(seen)).toEqual(new Set(["/src/a"]));
  for await (const found of searchFiles(compile("x"), { root: "/src", world: { disk } })) {
    expect(found.path).toBe("/src/a");
    break;
  }
});
