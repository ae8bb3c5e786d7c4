import { describe, expect, it } from "vitest";
import { type Disk, manualClock, MemoryDisk, PowerLossError, SECTOR_BYTES, SimulatedDisk } from "../../src/index.ts";
import { bytes, codeOf, put, text } from "./disk-contract.ts";

/** Everything on the disk, as one text: what to compare, and what to count outcomes by. */
function contents(disk: Disk, path: string = "/"): string {
  return disk
    .readDirectory(path)
    .map(({ name, kind }) => {
      if (kind === "directory") return `${name}/(${contents(disk, `${path}/${name}`)})`;
      return `${name}=${text(disk.readFile(`${path}/${name}`))}`;
    })
    .join(" ");
}

/** What `count` crashes of this disk leave, each outcome once. */
function outcomes(disk: SimulatedDisk, count: number = 400): string[] {
  const found = new Set<string>();
  for (let seed = 0; seed < count; seed++) found.add(contents(disk.crash(seed)));
  return [...found].toSorted();
}

/** A disk on which `a` holds `content` durably. */
function diskWith(content: string, options: ConstructorParameters<typeof SimulatedDisk>[0] = {}): SimulatedDisk {
  const disk = new SimulatedDisk(options);
  put(disk, "a", content);
  disk.syncAll();
  return disk;
}

function overwrite(disk: Disk, content: string, position: number = 0): void {
  const file = disk.open("a", "update");
  file.write(bytes(content), position);
  file.close();
}

const X = "x".repeat(SECTOR_BYTES);
const Y = "y".repeat(SECTOR_BYTES);

describe("power loss and content", () => {
  it("keeps what was synced, in every outcome, and loses the unsynced in some", () => {
    const disk = diskWith("old");
    const file = disk.open("a", "update");
    file.write(bytes("new"), 0);
    expect(text(disk.readFile("a"))).toBe("new");
    expect(outcomes(disk.clone())).toEqual(["a=new", "a=old"]);
    file.sync();
    expect(outcomes(disk)).toEqual(["a=new"]);
  });

  it("tears a write at sectors, and nowhere else", () => {
    const disk = diskWith(X + X + X);
    overwrite(disk, Y + Y + Y);
    const expected = [0, 1, 2, 3, 4, 5, 6, 7].map(
      (mask) => `a=${[1, 2, 4].map((bit) => (mask & bit ? Y : X)).join("")}`,
    );
    expect(outcomes(disk)).toEqual(expected.toSorted());
  });

  it("tears an unaligned write where the sectors are, not where the write begins", () => {
    const disk = diskWith(X + X);
    overwrite(disk, Y, 100);
    const [before, after] = [X.slice(0, 100), X.slice(0, 412)];
    const [first, second] = [Y.slice(0, 412), Y.slice(0, 100)];
    expect(outcomes(disk)).toEqual(
      [before + Y + after, before + first + X, X + second + after, X + X].map((content) => `a=${content}`).toSorted(),
    );
  });

  it("lets a later write survive an earlier one, in either model", () => {
    for (const reordering of ["posix", "page-cache"] as const) {
      const disk = diskWith(X + X, { reordering });
      overwrite(disk, Y, 0);
      overwrite(disk, Y, SECTOR_BYTES);
      expect(outcomes(disk)).toEqual([`a=${X}${X}`, `a=${X}${Y}`, `a=${Y}${X}`, `a=${Y}${Y}`]);
    }
  });

  it("lets an older write to a sector beat a newer one only where nothing is promised", () => {
    const written = (reordering: "posix" | "page-cache"): string[] => {
      const disk = diskWith("..", { reordering });
      overwrite(disk, "1", 0);
      overwrite(disk, "2", 1);
      overwrite(disk, "3", 0);
      return outcomes(disk, 2000);
    };
    expect(written("page-cache")).toEqual(["a=..", "a=1.", "a=12", "a=32"]);
    expect(written("posix")).toEqual(["a=..", "a=.2", "a=1.", "a=12", "a=3.", "a=32"]);
  });

  it("keeps size and bytes apart: zeros where the size arrived alone, the old size where the bytes did", () => {
    const disk = diskWith("");
    overwrite(disk, X + Y);
    const zeros = "\0".repeat(SECTOR_BYTES);
    const found = outcomes(disk, 2000);
    for (const content of ["", X, zeros, X + Y, X + zeros, zeros + Y, zeros + zeros])
      expect(found).toContain(`a=${content}`);
    expect(found).toHaveLength(7);
  });

  it("may lose a truncation, or what was written before or after it", () => {
    const disk = diskWith(X);
    const file = disk.open("a", "update");
    file.truncate(2);
    file.write(bytes("!"), 2);
    const found = outcomes(disk.clone(), 1000);
    expect(found).toContain(`a=${X}`);
    expect(found).toContain("a=xx");
    expect(found).toContain("a=xx!");
    expect(found).toContain("a=xx\0"); // the new size without the byte
    expect(found).toContain(`a=xx!${X.slice(3)}`); // the byte, but not the truncation
    expect(found).toHaveLength(5);
    file.sync();
    expect(outcomes(disk)).toEqual(["a=xx!"]);
  });

  it("syncs with an asynchronous sync what was written before it began", async () => {
    const clock = manualClock();
    const disk = diskWith("....", { clock, syncMs: 10 });
    const file = disk.open("a", "update");
    file.write(bytes("1"), 0);
    const syncing = file.syncAsync();
    file.write(bytes("2"), 1);
    expect(outcomes(disk.clone())).toContain("a=....");
    await clock.advanceAsync(10);
    await syncing;
    expect(outcomes(disk)).toEqual(["a=1...", "a=12.."]);
  });
});

describe("power loss and names", () => {
  it("keeps a new file only once its directory was synced, whatever was synced of its content", () => {
    const disk = new SimulatedDisk();
    put(disk, "f", "content");
    disk.open("f", "update").sync();
    expect(outcomes(disk.clone())).toEqual(["", "f=content"]);
    disk.syncDirectory("/");
    expect(outcomes(disk)).toEqual(["f=content"]);
  });

  it("may keep the name without the content", () => {
    const disk = new SimulatedDisk();
    put(disk, "f", "content");
    disk.syncDirectory("/");
    expect(outcomes(disk)).toEqual(["f=", "f=\0\0\0\0\0\0\0", "f=content"]);
  });

  it("renames atomically: before or after, never neither or both", () => {
    const disk = diskWith("old");
    put(disk, "b", "new");
    disk.syncAll();
    disk.rename("b", "a");
    expect(outcomes(disk.clone())).toEqual(["a=new", "a=old b=new"]);
    disk.syncDirectory("/");
    expect(outcomes(disk)).toEqual(["a=new"]);
  });

  it("keeps operations on one name in order, those on different names independent", () => {
    const disk = new SimulatedDisk();
    for (const name of ["a", "b"]) disk.makeDirectory(name);
    disk.syncAll();
    disk.rename("a", "c");
    disk.makeDirectory("a");
    disk.removeDirectory("b");
    expect(outcomes(disk)).toEqual(
      ["a/() b/()", "a/() b/() c/()", "a/() c/()", "b/() c/()", "c/()", "a/()"].toSorted(),
    );
  });

  it("removes a directory only after what was in it", () => {
    const disk = new SimulatedDisk();
    disk.makeDirectory("d");
    put(disk, "d/f", "x");
    disk.syncAll();
    disk.unlink("d/f");
    disk.removeDirectory("d");
    expect(outcomes(disk.clone())).toEqual(["", "d/()", "d/(f=x)"]);
    disk.syncDirectory("/");
    expect(outcomes(disk)).toEqual([""]);
  });

  it("needs every directory on the way synced, too", () => {
    const disk = new SimulatedDisk();
    disk.makeDirectory("d/e", { recursive: true });
    disk.syncDirectory("d");
    expect(outcomes(disk.clone())).toEqual(["", "d/(e/())"]);
    disk.syncDirectory("/");
    expect(outcomes(disk)).toEqual(["d/(e/())"]);
  });

  it("keeps hard links one file", () => {
    const disk = diskWith("1");
    disk.link("a", "b");
    disk.syncAll();
    const found = disk.crash();
    put(found, "a", "2");
    expect(contents(found)).toBe("a=2 b=2");
  });

  it("forgets locks", () => {
    const disk = new SimulatedDisk();
    expect(disk.lock("l", "exclusive")).toBeDefined();
    expect(disk.lock("l", "exclusive")).toBeUndefined();
    expect(disk.clone().lock("l", "exclusive")).toBeDefined();
    expect(disk.crash().lock("l", "exclusive")).toBeDefined();
  });
});

describe("cutting the power", () => {
  it("happens during the operation that was named; nothing works afterwards", async () => {
    const disk = diskWith("old");
    const before = disk.operations;
    disk.powerOffAfter(3);
    const file = disk.open("a", "update");
    file.write(bytes("n"), 0);
    file.sync();
    expect(() => file.write(bytes("e"), 1)).toThrow(PowerLossError);
    expect(disk.operations - before).toBe(3);
    expect(disk.lastOperation).toBe("write a");
    expect(disk.powered).toBe(false);
    for (const use of [
      () => file.read(Buffer.alloc(1), 0),
      () => file.size(),
      () => file.sync(),
      () => disk.open("a", "read"),
      () => disk.open("missing", "read"),
      () => disk.readDirectory("/"),
      () => disk.stat("a"),
      () => disk.lock("l", "shared"),
      () => disk.subdirectory("d").makeDirectory("e"),
    ]) {
      expect(use).toThrow(PowerLossError);
    }
    await expect(file.syncAsync()).rejects.toThrow(PowerLossError);
    await expect(disk.syncDirectoryAsync("/")).rejects.toThrow(PowerLossError);
    expect(outcomes(disk)).toEqual(["a=ned", "a=nld"]);
  });

  it("leaves a sync that it interrupts without a promise", () => {
    const disk = diskWith("old");
    disk.powerOffAfter(2);
    const file = disk.open("a", "update");
    file.write(bytes("new"), 0);
    expect(() => file.sync()).toThrow(PowerLossError);
    expect(outcomes(disk)).toEqual(["a=new", "a=old"]);
  });

  it("gives the same outcome for the same seed, and new ones without", () => {
    const disk = diskWith(X.repeat(8));
    overwrite(disk, Y.repeat(8));
    for (let seed = 0; seed < 20; seed++) expect(contents(disk.crash(seed))).toBe(contents(disk.clone().crash(seed)));
    const unseeded = new Set(Array.from({ length: 30 }, () => contents(disk.crash())));
    expect(unseeded.size).toBeGreaterThan(3);
  });
});

describe("faults", () => {
  it("fail the operation, path and count that were asked for", () => {
    const disk = diskWith("content");
    put(disk, "b", "other");
    const fault = disk.inject({ on: "read", path: "a", effect: "EIO", after: 1, times: 2 });
    expect(text(disk.readFile("a"))).toBe("content");
    expect(codeOf(() => disk.readFile("a"))).toBe("EIO");
    expect(text(disk.readFile("b"))).toBe("other");
    expect(codeOf(() => disk.subdirectory("/").readFile("./a"))).toBe("EIO");
    expect(text(disk.readFile("a"))).toBe("content");
    expect(fault.hits).toBe(2);
    const forAll = disk.inject({ on: ["write", "create"], path: /^\/[ab]$/, effect: "ENOSPC", times: Infinity });
    expect(codeOf(() => overwrite(disk, "x"))).toBe("ENOSPC");
    put(disk, "c", "x");
    forAll.remove();
    overwrite(disk, "C");
    expect(contents(disk)).toBe("a=Content b=other c=x");
    disk.inject({ on: "open", effect: "EMFILE", probability: 0.5, times: Infinity });
    const codes = Array.from({ length: 100 }, () => codeOf(() => disk.open("a", "read")));
    expect(new Set(codes)).toEqual(new Set(["EMFILE", "no error"]));
    disk.clearFaults();
    expect(codeOf(() => disk.open("a", "read"))).toBe("no error");
  });

  it("fails a sync as Linux does: the error once, the pages clean, the content lost", () => {
    const found = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const disk = diskWith("old", { seed });
      const file = disk.open("a", "update");
      file.write(bytes("new"), 0);
      disk.inject({ on: "sync", effect: "EIO" });
      expect(codeOf(() => file.sync())).toBe("EIO");
      expect(text(disk.readFile("a"))).toBe("new");
      file.sync(); // succeeds, and promises what it does not hold
      found.add(contents(disk.crash()));
    }
    expect(found).toEqual(new Set(["a=old", "a=new"]));
  });

  it("reads short, at least a byte, and readFile goes on", () => {
    const disk = diskWith("0123456789");
    disk.inject({ on: "read", effect: "short-read", times: 50 });
    const file = disk.open("a", "read");
    const counts = new Set(Array.from({ length: 40 }, () => file.read(Buffer.alloc(10), 0)));
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...counts)).toBeLessThan(10);
    expect(counts.size).toBeGreaterThan(3);
    expect(text(disk.readFile("a"))).toBe("0123456789");
  });

  it("flips bits, once in passing or for good on the medium", () => {
    const differingBits = (a: Uint8Array, b: Uint8Array): number =>
      a.reduce((sum, byte, at) => sum + (byte ^ b[at]!).toString(2).replaceAll("0", "").length, 0);
    const disk = diskWith("0123456789");
    const right = bytes("0123456789");
    disk.inject({ on: "read", effect: "bit-flip" });
    expect(differingBits(disk.readFile("a"), right)).toBe(1);
    expect(text(disk.readFile("a"))).toBe("0123456789");
    const [position] = disk.rot("a");
    const rotten = disk.readFile("a");
    expect(differingBits(rotten, right)).toBe(1);
    expect(rotten[position!]).not.toBe(right[position!]);
    expect(disk.crash().readFile("a")).toEqual(rotten);
  });

  it("runs out of space after the part that fits, and finds it again", () => {
    const disk = new SimulatedDisk({ capacityBytes: 3 * 4096 });
    const file = disk.open("a", "create");
    expect(codeOf(() => file.write(Buffer.alloc(20_000, "x"), 0))).toBe("ENOSPC");
    expect(file.size()).toBe(12_288);
    expect(disk.usedBytes).toBe(12_288);
    file.write(Buffer.alloc(4096, "y"), 0); // in place
    expect(codeOf(() => put(disk, "b", "x"))).toBe("ENOSPC");
    file.truncate(4096);
    put(disk, "b", "x");
    expect(disk.usedBytes).toBe(8192);
    disk.unlink("b");
    disk.unlink("a");
    expect(disk.usedBytes).toBe(0);
    put(disk, "c", "y");
    disk.syncAll();
    const found = disk.crash();
    expect(found.usedBytes).toBe(4096);
    expect(found.capacityBytes).toBe(12_288);
  });
});

describe("copies", () => {
  it("stand alone, what is pending included", () => {
    const disk = diskWith("old");
    overwrite(disk, "new");
    disk.makeDirectory("d");
    const copy = disk.clone();
    overwrite(disk, "N");
    disk.syncAll();
    expect(contents(copy)).toBe("a=new d/()");
    expect(outcomes(copy)).toEqual(["a=new", "a=new d/()", "a=old", "a=old d/()"]);
    expect(outcomes(disk)).toEqual(["a=New d/()"]);
  });

  it("cost little however large the files are", () => {
    const disk = new MemoryDisk();
    put(disk, "a", "x".repeat(8_000_000));
    const copies = Array.from({ length: 2000 }, () => disk.clone()); // 16 GB, were they whole
    overwrite(copies[7]!, "y");
    expect(text(copies[7]!.readFile("a").subarray(0, 2))).toBe("yx");
    expect(text(copies[8]!.readFile("a").subarray(0, 2))).toBe("xx");
    expect(text(disk.readFile("a").subarray(0, 2))).toBe("xx");
  });
});
