/** Random operations on the real disk and on the simulated one: the same answers, errors included, and the same files. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect } from "vitest";
import { type Disk, type DiskFile, type OpenMode, realDisk, SimulatedDisk } from "../../src/index.ts";

interface State {
  readonly disk: Disk;
  readonly files: DiskFile[];
}

interface Operation {
  readonly name: string;
  readonly apply: (state: State) => unknown;
}

const path = fc.constantFrom(
  "a",
  "b",
  "d",
  "d/a",
  "d/b",
  "d/e",
  "d/e/a",
  "/d/../a",
  "./d//a",
  "..",
  "d/../../a",
  "a/x",
  "/",
  "",
);
const mode = fc.constantFrom<OpenMode>("read", "update", "create", "truncate", "exclusive");
const position = fc.integer({ min: 0, max: 9000 });
const operation = (name: string, apply: Operation["apply"]): Operation => ({ name, apply });

const operations: fc.Arbitrary<Operation> = fc.oneof(
  fc
    .tuple(path, mode)
    .map(([at, how]) => operation(`open ${at} ${how}`, ({ disk, files }) => void files.push(disk.open(at, how)))),
  fc
    .tuple(fc.nat(5), position, fc.integer({ min: 0, max: 5000 }))
    .map(([which, at, length]) =>
      operation(`write ${which} ${at} ${length}`, ({ files }) =>
        files.at(-1 - which)?.write(Buffer.alloc(length, `${at}`), at),
      ),
    ),
  fc.tuple(fc.nat(5), position).map(([which, at]) =>
    operation(`read ${which} ${at}`, ({ files }) => {
      const into = Buffer.alloc(3000);
      return `${files.at(-1 - which)?.read(into, at)} ${into.toString("latin1")}`;
    }),
  ),
  fc
    .tuple(fc.nat(5), position)
    .map(([which, size]) =>
      operation(`truncate ${which} ${size}`, ({ files }) => files.at(-1 - which)?.truncate(size)),
    ),
  fc.nat(5).map((which) => operation(`size ${which}`, ({ files }) => files.at(-1 - which)?.size())),
  fc.nat(5).map((which) => operation(`sync ${which}`, ({ files }) => files.at(-1 - which)?.sync())),
  fc.nat(5).map((which) => operation(`close ${which}`, ({ files }) => files.splice(-1 - which, 1)[0]?.close())),
  path.map((at) => operation(`mkdir ${at}`, ({ disk }) => disk.makeDirectory(at))),
  path.map((at) => operation(`mkdir -p ${at}`, ({ disk }) => disk.makeDirectory(at, { recursive: true }))),
  path.map((at) => operation(`rmdir ${at}`, ({ disk }) => disk.removeDirectory(at))),
  path.map((at) => operation(`unlink ${at}`, ({ disk }) => disk.unlink(at))),
  path.map((at) => operation(`syncDirectory ${at}`, ({ disk }) => disk.syncDirectory(at))),
  path.map((at) => operation(`readFile ${at}`, ({ disk }) => Buffer.from(disk.readFile(at)).toString("latin1"))),
  path.map((at) =>
    operation(`stat ${at}`, ({ disk }) => {
      const stat = disk.stat(at);
      return stat?.kind === "file" ? `file of ${stat.size}` : stat?.kind;
    }),
  ),
  path.map((at) => operation(`readDirectory ${at}`, ({ disk }) => disk.readDirectory(at))),
  fc.tuple(path, path).map(([from, to]) => operation(`rename ${from} ${to}`, ({ disk }) => disk.rename(from, to))),
  fc.tuple(path, path).map(([from, to]) => operation(`link ${from} ${to}`, ({ disk }) => disk.link(from, to))),
);

/** The answer as something to compare: a value, or the error's code. */
function answer({ apply }: Operation, state: State): unknown {
  try {
    return apply(state);
  } catch (error) {
    return { code: (error as { code?: string }).code ?? String(error) };
  }
}

function everything(disk: Disk, at: string): unknown {
  return disk.readDirectory(at).map(({ name, kind }) => {
    const below = `${at}/${name}`;
    return [
      name,
      kind === "directory" ? everything(disk, below) : Buffer.from(disk.readFile(below)).toString("latin1"),
    ];
  });
}

/** Compares the two on `runs` random sequences of operations; also what a copy and a crash after a sync of everything hold. */
export function compareDisks({ seed, runs }: { readonly seed: number; readonly runs: number }): void {
  const top = mkdtempSync(join(tmpdir(), "tenon-differential-"));
  const property = fc.property(fc.array(operations, { maxLength: 40, size: "max" }), (sequence) => {
    const folder = mkdtempSync(join(top, "run-"));
    const simulatedDisk = new SimulatedDisk();
    const real: State = { disk: realDisk(folder), files: [] };
    const simulated: State = { disk: simulatedDisk, files: [] };
    try {
      for (const step of sequence) expect(answer(step, simulated), step.name).toEqual(answer(step, real));
      const found = everything(simulatedDisk, "");
      expect(found).toEqual(everything(real.disk, ""));
      expect(everything(simulatedDisk.clone(), "")).toEqual(found);
      simulatedDisk.syncAll();
      expect(everything(simulatedDisk.crash(), "")).toEqual(found);
    } finally {
      for (const file of real.files) file.close();
      rmSync(folder, { recursive: true });
    }
  });
  try {
    fc.assert(property, { seed, numRuns: runs });
  } finally {
    rmSync(top, { recursive: true });
  }
}
