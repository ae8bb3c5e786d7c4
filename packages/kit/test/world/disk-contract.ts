/** What every disk does, real or not. Each test gets a new, empty disk. */
import { expect, it } from "vitest";
import type { Disk, OpenMode } from "../../src/index.ts";

export const bytes = (text: string): Buffer => Buffer.from(text, "latin1");
export const text = (content: Uint8Array): string => Buffer.from(content).toString("latin1");

export function put(disk: Disk, path: string, content: string): void {
  const file = disk.open(path, "truncate");
  file.write(bytes(content), 0);
  file.close();
}

export function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as { code?: string }).code ?? `no code: ${String(error)}`;
  }
  return "no error";
}

export function diskContract(newDisk: () => Disk): void {
  it("reads back what was written, positioned and past the end", () => {
    const disk = newDisk();
    const file = disk.open("a", "exclusive");
    file.write(bytes("hello"), 0);
    file.write(bytes("world"), 8);
    expect(file.size()).toBe(13);
    const into = Buffer.alloc(20, "?");
    expect(file.read(into, 2)).toBe(11);
    expect(text(into.subarray(0, 12))).toBe("llo\0\0\0world?");
    expect(file.read(into, 13)).toBe(0);
    expect(file.read(into, 99)).toBe(0);
    file.write(bytes(""), 50);
    expect(file.size()).toBe(13);
    file.close();
    expect(text(disk.readFile("/a"))).toBe("hello\0\0\0world");
  });

  it("does not keep the writer's buffer", () => {
    const disk = newDisk();
    const file = disk.open("a", "create");
    const buffer = bytes("before");
    file.write(buffer, 0);
    buffer.fill("x");
    expect(text(disk.readFile("a"))).toBe("before");
    file.close();
  });

  it("reads, writes and syncs without stopping the event loop", async () => {
    const disk = newDisk();
    const file = disk.open("a", "create");
    await file.writeAsync(Buffer.alloc(10_000, "z"), 5);
    await Promise.all([file.syncAsync(), file.syncAsync()]);
    const into = Buffer.alloc(20_000);
    expect(await file.readAsync(into, 0)).toBe(10_005);
    expect(into[4]).toBe(0);
    expect(into[10_004]).toBe("z".charCodeAt(0));
    file.sync();
    disk.syncDirectory("/");
    await disk.syncDirectoryAsync("/");
    expect((await disk.statAsync("a"))?.size).toBe(10_005);
    expect(await disk.statAsync("nothing")).toBeUndefined();
    await expect(disk.syncDirectoryAsync("nothing")).rejects.toMatchObject({ code: "ENOENT" });
    file.close();
  });

  it("truncates shorter and longer, with zeros where nothing was written", () => {
    const disk = newDisk();
    const file = disk.open("a", "create");
    file.write(Buffer.alloc(9000, "a"), 0);
    file.truncate(3);
    file.truncate(6);
    expect(text(disk.readFile("a"))).toBe("aaa\0\0\0");
    file.write(bytes("z"), 9000);
    const content = disk.readFile("a");
    expect(content.length).toBe(9001);
    expect(content.subarray(3, 9000).every((byte) => byte === 0)).toBe(true);
    file.close();
  });

  it("opens by what must hold of the file", () => {
    const disk = newDisk();
    put(disk, "there", "x");
    disk.makeDirectory("dir");
    const outcome = (path: string, mode: OpenMode): string =>
      codeOf(() => {
        disk.open(path, mode).close();
      });
    expect(outcome("missing", "read")).toBe("ENOENT");
    expect(outcome("missing", "update")).toBe("ENOENT");
    expect(outcome("there", "exclusive")).toBe("EEXIST");
    expect(outcome("missing/x", "create")).toBe("ENOENT");
    expect(outcome("there/x", "create")).toBe("ENOTDIR");
    for (const mode of ["read", "update", "create", "truncate"] as const) expect(outcome("dir", mode)).toBe("EISDIR");
    expect(outcome("there", "update")).toBe("no error");
    expect(text(disk.readFile("there"))).toBe("x");
    expect(outcome("there", "create")).toBe("no error");
    expect(text(disk.readFile("there"))).toBe("x");
    expect(outcome("there", "truncate")).toBe("no error");
    expect(text(disk.readFile("there"))).toBe("");
    expect(outcome("new", "create")).toBe("no error");
    expect(outcome("newer", "truncate")).toBe("no error");
    expect(outcome("newest", "exclusive")).toBe("no error");
    expect(disk.readDirectory("/").map((entry) => entry.name)).toEqual(["dir", "new", "newer", "newest", "there"]);
  });

  it("refuses writes to a file opened for reading, and everything once it is closed", () => {
    const disk = newDisk();
    put(disk, "a", "x");
    const file = disk.open("a", "read");
    expect(codeOf(() => file.write(bytes("y"), 0))).toBe("EBADF");
    expect(codeOf(() => file.truncate(0))).toBe("EINVAL");
    file.sync();
    file.close();
    file.close();
    expect(codeOf(() => file.read(Buffer.alloc(1), 0))).toBe("EBADF");
    expect(codeOf(() => file.size())).toBe("EBADF");
    expect(codeOf(() => file.sync())).toBe("EBADF");
  });

  it("lists directories in byte order, which is not the order of UTF-16", () => {
    const disk = newDisk();
    const names = ["b", "a", "B", "é", "\u{1F600}", "\uFFFD", "a.b", "ab"];
    for (const name of names) put(disk, name, "");
    disk.makeDirectory("a-directory");
    const expected = [...names, "a-directory"].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(disk.readDirectory(".").map((entry) => entry.name)).toEqual(expected);
    expect(disk.readDirectory("").find((entry) => entry.name === "a-directory")?.kind).toBe("directory");
    expect(codeOf(() => disk.readDirectory("missing"))).toBe("ENOENT");
    expect(codeOf(() => disk.readDirectory("a"))).toBe("ENOTDIR");
  });

  it("makes and removes directories", () => {
    const disk = newDisk();
    expect(codeOf(() => disk.makeDirectory("a/b"))).toBe("ENOENT");
    disk.makeDirectory("a/b/c", { recursive: true });
    disk.makeDirectory("a/b/c", { recursive: true });
    expect(codeOf(() => disk.makeDirectory("a"))).toBe("EEXIST");
    put(disk, "a/f", "");
    expect(codeOf(() => disk.makeDirectory("a/f"))).toBe("EEXIST");
    expect(codeOf(() => disk.makeDirectory("a/f", { recursive: true }))).toBe("EEXIST");
    expect(codeOf(() => disk.makeDirectory("a/f/g", { recursive: true }))).toBe("ENOTDIR");
    expect(codeOf(() => disk.removeDirectory("a/b"))).toBe("ENOTEMPTY");
    expect(codeOf(() => disk.removeDirectory("a/f"))).toBe("ENOTDIR");
    expect(codeOf(() => disk.removeDirectory("missing"))).toBe("ENOENT");
    disk.removeDirectory("a/b/c");
    disk.removeDirectory("/a/./b/");
    expect(disk.readDirectory("a").map((entry) => entry.name)).toEqual(["f"]);
  });

  it("renames over files, moves directories, and says what it cannot", () => {
    const disk = newDisk();
    put(disk, "a", "new");
    put(disk, "b", "old");
    disk.rename("a", "b");
    expect(disk.stat("a")).toBeUndefined();
    expect(text(disk.readFile("b"))).toBe("new");
    disk.makeDirectory("d/e", { recursive: true });
    put(disk, "d/e/f", "deep");
    disk.makeDirectory("empty");
    disk.rename("d/e", "empty");
    expect(text(disk.readFile("empty/f"))).toBe("deep");
    expect(codeOf(() => disk.rename("missing", "x"))).toBe("ENOENT");
    expect(codeOf(() => disk.rename("b", "d"))).toBe("EISDIR");
    expect(codeOf(() => disk.rename("d", "b"))).toBe("ENOTDIR");
    expect(codeOf(() => disk.rename("d", "empty"))).toBe("ENOTEMPTY");
    expect(codeOf(() => disk.rename("d", "d/inside"))).toBe("EINVAL");
    disk.rename("b", "b");
    expect(text(disk.readFile("b"))).toBe("new");
  });

  it("keeps one file under several names, and an open one under none", () => {
    const disk = newDisk();
    put(disk, "a", "one");
    disk.link("a", "b");
    expect(disk.stat("a")?.inode).toBe(disk.stat("b")?.inode);
    const file = disk.open("a", "update");
    disk.unlink("a");
    expect(disk.stat("a")).toBeUndefined();
    file.write(bytes("two"), 0);
    expect(text(disk.readFile("b"))).toBe("two");
    disk.link("b", "c");
    disk.rename("b", "c");
    expect(disk.readDirectory("/").map((entry) => entry.name)).toEqual(["b", "c"]);
    disk.unlink("b");
    disk.unlink("c");
    const into = Buffer.alloc(3);
    expect(file.read(into, 0)).toBe(3);
    expect(text(into)).toBe("two");
    file.close();
    disk.makeDirectory("d");
    expect(codeOf(() => disk.unlink("d"))).toBe("EISDIR");
    expect(codeOf(() => disk.unlink("a"))).toBe("ENOENT");
    expect(codeOf(() => disk.link("d", "e"))).toBe("EPERM");
    put(disk, "x", "");
    put(disk, "y", "");
    expect(codeOf(() => disk.link("x", "y"))).toBe("EEXIST");
    expect(codeOf(() => disk.link("missing", "z"))).toBe("ENOENT");
  });

  it("tells the facts of a file", () => {
    const disk = newDisk();
    put(disk, "a", "12345");
    disk.makeDirectory("d");
    const file = disk.open("a", "read");
    expect(disk.stat("a")).toEqual(file.stat());
    expect(disk.stat("a")).toMatchObject({ kind: "file", size: 5 });
    expect((disk.stat("a")?.mode ?? 0) & 0o170000).toBe(0o100000);
    expect(disk.stat("d")).toMatchObject({ kind: "directory" });
    expect((disk.stat("d")?.mode ?? 0) & 0o170000).toBe(0o040000);
    expect(disk.stat("a")?.inode).not.toBe(disk.stat("d")?.inode);
    expect(disk.stat("a")?.device).toBe(disk.stat("d")?.device);
    expect(disk.stat("a/b")).toBeUndefined();
    expect(disk.stat("/")?.kind).toBe("directory");
    file.close();
  });

  it("lets no path leave the root", () => {
    const disk = newDisk();
    disk.makeDirectory("sub/deep", { recursive: true });
    put(disk, "secret", "s");
    const sub = disk.subdirectory("sub");
    put(sub, "/mine", "m");
    expect(text(disk.readFile("sub/mine"))).toBe("m");
    for (const path of ["..", "../secret", "/../secret", "deep/../../secret", "deep/../../sub/mine"]) {
      expect(codeOf(() => sub.open(path, "read"))).toBe("EACCES");
      expect(codeOf(() => sub.open(path, "create"))).toBe("EACCES");
      expect(codeOf(() => sub.stat(path))).toBe("EACCES");
      expect(codeOf(() => sub.rename("mine", path))).toBe("EACCES");
      expect(codeOf(() => sub.link("mine", path))).toBe("EACCES");
      expect(codeOf(() => sub.unlink(path))).toBe("EACCES");
      expect(codeOf(() => sub.makeDirectory(path))).toBe("EACCES");
      expect(codeOf(() => sub.readDirectory(path))).toBe("EACCES");
      expect(codeOf(() => sub.lock(path, "shared"))).toBe("EACCES");
      expect(codeOf(() => sub.subdirectory(path))).toBe("EACCES");
    }
    expect(text(sub.readFile("deep/../mine"))).toBe("m");
    const deep = sub.subdirectory("/deep");
    expect(codeOf(() => deep.readFile("../mine"))).toBe("EACCES");
    const later = disk.subdirectory("not/yet");
    expect(later.stat("/")).toBeUndefined();
    later.makeDirectory("/", { recursive: true });
    put(later, "f", "x");
    expect(text(disk.readFile("not/yet/f"))).toBe("x");
    expect(codeOf(() => disk.open("a\0b", "create"))).toBe("EINVAL");
  });

  it("locks shared by many, exclusively by one", () => {
    const disk = newDisk();
    const first = disk.lock("db.lock", "shared");
    const second = disk.lock("db.lock", "shared");
    expect(first).toBeDefined();
    expect(second).toBeDefined();
    expect(disk.lock("db.lock", "exclusive")).toBeUndefined();
    first?.release();
    first?.release();
    expect(disk.lock("db.lock", "exclusive")).toBeUndefined();
    second?.release();
    const alone = disk.lock("db.lock", "exclusive");
    expect(alone).toBeDefined();
    expect(disk.lock("db.lock", "shared")).toBeUndefined();
    expect(disk.lock("./db.lock", "exclusive")).toBeUndefined();
    expect(disk.lock("other.lock", "exclusive")).toBeDefined();
    alone?.release();
    expect(disk.lock("db.lock", "exclusive")).toBeDefined();
    expect(codeOf(() => disk.lock("missing/db.lock", "shared"))).toBe("ENOENT");
  });
}
