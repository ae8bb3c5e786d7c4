/**
 * What the real world costs over Node itself, on the paths that are walked often: a chunk through a connection, a page read
 * and written. The claim is "nothing that can be measured", so each target says at least 0.95 of the bare calls.
 * Opening and stat below a root do cost, since symbolic links are looked for there; that is shown, not bounded.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { microScenario, nodeServer, serverScenario, suite, type Suite } from "@tenon/bench";
import { MemoryDisk, realDisk, realWorld, type Disk } from "@tenon/kit";
import { echoLoad } from "./world/echo-load.ts";

const PAGE = 4096;
const PAGES = 256;

const ours = nodeServer({ name: "world.net", script: new URL("./world/echo-world.ts", import.meta.url) });
const bare = nodeServer({ name: "node:net", script: new URL("./world/echo-node.ts", import.meta.url) });

/** An open file of PAGES pages, in a folder that goes away with the process. */
function pagesFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "tenon-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true }));
  const path = join(folder, "pages");
  const fd = openSync(path, "w");
  writeSync(fd, Buffer.alloc(PAGE * PAGES, "p"), 0);
  closeSync(fd);
  return path;
}

/** Reads or writes every page once, from the last to the first. */
function everyPage(action: (position: number) => unknown): () => void {
  return () => {
    for (let page = PAGES - 1; page >= 0; page--) action(page * PAGE);
  };
}

function onDisk(disk: Disk, path: string, kind: "read" | "write"): () => void {
  const file = disk.open(path, "create");
  const bytes = Buffer.alloc(PAGE);
  return everyPage(
    kind === "read" ? (position) => file.read(bytes, position) : (position) => file.write(bytes, position),
  );
}

function onNode(path: string, kind: "read" | "write"): () => void {
  const fd = openSync(path, "r+");
  const bytes = Buffer.alloc(PAGE);
  return everyPage(
    kind === "read"
      ? (position) => readSync(fd, bytes, 0, PAGE, position)
      : (position) => writeSync(fd, bytes, 0, PAGE, position),
  );
}

const pageScenarios = (["read", "write"] as const).map((kind) =>
  microScenario({
    name: `${kind} a page of 4 KiB`,
    unit: "page",
    unitsPerCall: PAGES,
    ours: { name: "world.disk", setup: () => onDisk(realWorld.disk, pagesFile(), kind) },
    peers: [
      { name: "node:fs", setup: () => onNode(pagesFile(), kind) },
      {
        name: "MemoryDisk",
        setup: () => {
          const disk = new MemoryDisk();
          disk.open("pages", "create").write(Buffer.alloc(PAGE * PAGES), 0);
          return onDisk(disk, "pages", kind);
        },
      },
    ],
    targets: { "node:fs": { throughput: 0.95, cpu: 0.95 } },
  }),
);

const world: Suite = suite("kit", [
  serverScenario({
    name: "echo 64 B, 50 connections",
    ours,
    peers: [bare],
    load: echoLoad({ connections: 50, bytes: 64 }),
    targets: { "node:net": { throughput: 0.95, cpu: 0.95 } },
  }),
  serverScenario({
    name: "echo 16 KiB, 20 connections",
    ours,
    peers: [bare],
    load: echoLoad({ connections: 20, bytes: 16_384 }),
    targets: { "node:net": { throughput: 0.95, cpu: 0.95 } },
  }),
  ...pageScenarios,
  microScenario({
    name: "stat of a file",
    unit: "stat",
    ours: {
      name: "world.disk",
      setup: () => {
        const path = pagesFile();
        return () => realWorld.disk.stat(path);
      },
    },
    peers: [
      {
        name: "node:fs",
        setup: () => {
          const path = pagesFile();
          return () => statSync(path);
        },
      },
      {
        name: "a rooted disk",
        setup: () => {
          const path = pagesFile();
          const disk = realDisk(tmpdir());
          return () => disk.stat(path.slice(tmpdir().length));
        },
      },
    ],
  }),
]);

export default world;
