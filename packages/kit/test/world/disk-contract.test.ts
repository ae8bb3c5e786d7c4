import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe } from "vitest";
import { MemoryDisk, realDisk, SimulatedDisk } from "../../src/index.ts";
import { diskContract } from "./disk-contract.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

describe("the real disk", () => {
  diskContract(() => {
    const folder = mkdtempSync(join(tmpdir(), "tenon-disk-"));
    folders.push(folder);
    return realDisk(folder);
  });
});

describe("the disk in memory", () => {
  diskContract(() => new MemoryDisk());
});

describe("the simulated disk", () => {
  diskContract(() => new SimulatedDisk({ seed: 1 }));
});

describe("a copy of a simulated disk", () => {
  diskContract(() => new SimulatedDisk({ seed: 1 }).clone());
});

describe("a simulated disk found after a crash", () => {
  diskContract(() => new SimulatedDisk({ seed: 1 }).crash());
});

describe("a directory of the disk in memory as a disk of its own", () => {
  diskContract(() => {
    const disk = new MemoryDisk();
    disk.makeDirectory("inner");
    return disk.subdirectory("inner");
  });
});
