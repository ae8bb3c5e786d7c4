/** What only the real world has: symbolic links, other processes, signals of the kernel. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connection, realDisk, realWorld } from "../../src/index.ts";
import { codeOf, put, text } from "./disk-contract.ts";
import { Recorder } from "./net-contract.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tenon-real-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("the real disk and symbolic links", () => {
  it("follows those that stay inside, refuses those that lead outside", () => {
    const root = join(folder, "links");
    mkdirSync(join(root, "inner"), { recursive: true });
    writeFileSync(join(folder, "secret"), "secret");
    writeFileSync(join(root, "inner/file"), "inside");
    symlinkSync("inner", join(root, "relative"));
    symlinkSync(join(root, "inner"), join(root, "absolute"));
    symlinkSync("../inner/../relative/file", join(root, "inner/winding"));
    symlinkSync("loop", join(root, "loop"));
    symlinkSync("../secret", join(root, "out"));
    symlinkSync("..", join(root, "up"));
    symlinkSync(folder, join(root, "outAbsolute"));
    symlinkSync("../not-there-yet", join(root, "dangling"));
    symlinkSync(`${root}-beside`, join(root, "prefix"));
    const disk = realDisk(root);
    for (const path of ["relative/file", "absolute/file", "inner/winding"]) {
      expect(text(disk.readFile(path))).toBe("inside");
    }
    expect(codeOf(() => disk.readFile("loop"))).toBe("ELOOP");
    for (const path of ["out", "up/secret", "outAbsolute/secret", "dangling", "prefix", "relative/../up/secret"]) {
      expect(codeOf(() => disk.readFile(path))).toBe("EACCES");
      expect(codeOf(() => disk.open(path, "create"))).toBe("EACCES");
      expect(codeOf(() => disk.stat(path))).toBe("EACCES");
    }
    expect(codeOf(() => disk.rename("inner/file", "up/stolen"))).toBe("EACCES");
    expect(codeOf(() => disk.link("up/secret", "mine"))).toBe("EACCES");
    expect(readdirSync(folder)).not.toContain("not-there-yet");
    expect(disk.readDirectory("/").find(({ name }) => name === "out")?.kind).toBe("symlink");
    disk.unlink("out"); // the link, not what it leads to
    expect(readdirSync(folder)).toContain("secret");
  });

  it("works below a root that is itself reached through a link", () => {
    mkdirSync(join(folder, "target"));
    symlinkSync("target", join(folder, "alias"));
    const disk = realDisk(join(folder, "alias"));
    put(disk, "a", "x");
    expect(text(realDisk(join(folder, "target")).readFile("a"))).toBe("x");
    expect(codeOf(() => disk.readFile("../secret"))).toBe("EACCES");
  });

  it("takes relative paths from the working directory on the machine's disk, absolute ones as they are", () => {
    writeFileSync(join(folder, "plain"), "plain");
    expect(text(realWorld.disk.readFile(join(folder, "plain")))).toBe("plain");
    expect(realWorld.disk.stat("package.json")?.inode).toBe(
      realWorld.disk.stat(`${process.cwd()}/package.json`)?.inode,
    );
    expect(realWorld.disk.stat("/")?.kind).toBe("directory");
    expect(text(realWorld.disk.subdirectory(folder).readFile("/plain"))).toBe("plain");
  });
});

describe("the real disk's locks between processes", () => {
  /** Another process that takes the lock, says what it got, and holds it until it is killed. */
  function contender(kind: string): { outcome: Promise<string>; kill: () => Promise<void> } {
    const program = `
      import { realDisk } from ${JSON.stringify(new URL("../../src/index.ts", import.meta.url).href)};
      const lock = realDisk(${JSON.stringify(folder)}).lock("db.lock", ${JSON.stringify(kind)});
      console.log(lock === undefined ? "busy" : "held");
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exit = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    const outcome = new Promise<string>((resolve) => child.stdout.once("data", (line) => resolve(String(line).trim())));
    return {
      outcome,
      kill: () => {
        child.kill("SIGKILL");
        return exit;
      },
    };
  }

  it("keep others out, and are free once their process was killed", async () => {
    const disk = realDisk(folder);
    const holder = contender("exclusive");
    expect(await holder.outcome).toBe("held");
    expect(disk.lock("db.lock", "shared")).toBeUndefined();
    const late = contender("shared");
    expect(await late.outcome).toBe("busy");
    await late.kill();
    await holder.kill();
    const lock = disk.lock("db.lock", "exclusive");
    expect(lock).toBeDefined();
    lock?.release();
    expect(readdirSync(folder)).not.toContain("db.lock");
  });

  it("go to one of many that want it exclusively at once", async () => {
    const crowd = Array.from({ length: 4 }, () => contender("exclusive"));
    const outcomes = await Promise.all(crowd.map(({ outcome }) => outcome));
    expect(outcomes.toSorted()).toEqual(["busy", "busy", "busy", "held"]);
    await Promise.all(crowd.map(({ kill }) => kill()));
  });

  it("go to all that share", async () => {
    const crowd = [contender("shared"), contender("shared")];
    expect(await Promise.all(crowd.map(({ outcome }) => outcome))).toEqual(["held", "held"]);
    expect(realDisk(folder).lock("db.lock", "exclusive")).toBeUndefined();
    await Promise.all(crowd.map(({ kill }) => kill()));
    realDisk(folder).lock("db.lock", "exclusive")?.release();
  });

  it("are not mistaken for those of a process that got the same id later", () => {
    mkdirSync(join(folder, "reused.lock"));
    writeFileSync(join(folder, `reused.lock/exclusive-${process.pid}-1-00ff`), "1"); // same id, started at another time
    expect(realDisk(folder).lock("reused.lock", "exclusive")).toBeDefined();
  });
});

describe("the real network's errors", () => {
  it("reach the caller with the system's code", async () => {
    const { net } = realWorld;
    await expect(net.listen({ path: join(folder, "no/such/dir.sock") }, () => {})).rejects.toMatchObject({
      code: expect.stringMatching(/^(ENOENT|EACCES)$/) as string,
    });
    await expect(net.listen({ host: "no.such.host.invalid" }, () => {})).rejects.toMatchObject({
      syscall: "getaddrinfo",
    });
    await expect(net.connect({ path: join(folder, "nobody.sock") })).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("tells a handler that comes too late why the connection was lost", async () => {
    const { net, clock } = realWorld;
    let accepted = (_: Connection): void => {};
    const accepting = new Promise<Connection>((resolve) => (accepted = resolve));
    const listener = await net.listen({}, (connection) => accepted(connection));
    const connection = await net.connect({ port: listener.address.port });
    (await accepting).reset();
    await clock.sleep(50);
    connection.write("x"); // makes the kernel notice
    await clock.sleep(50);
    const late = new Recorder();
    connection.handle(late);
    expect(late.told).toEqual([]);
    await late.untilTold("close");
    expect((late.error as NodeJS.ErrnoException | undefined)?.code).toMatch(/^(ECONNRESET|EPIPE)$/);
    await listener.close();
  });

  it("gives up a connect whose signal aborts", async () => {
    const { net } = realWorld;
    const why = new Error("enough");
    const abort = new AbortController();
    const listener = await net.listen({}, () => {});
    const connecting = net.connect({ port: listener.address.port, signal: abort.signal });
    abort.abort(why);
    await expect(connecting).rejects.toBe(why);
    await listener.close();
  });

  it("gives up a connect that nobody answers in time", async () => {
    // A stopped process accepts nothing; once its backlog is full the kernel drops further SYNs.
    const program = `
      const server = require("node:net").createServer();
      server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => console.log(server.address().port));`;
    const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
    const exit = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    const port = Number(await new Promise((resolve) => child.stdout.once("data", resolve)));
    child.kill("SIGSTOP");
    const open: Connection[] = [];
    let refusal: unknown;
    while (refusal === undefined && open.length < 20) {
      await realWorld.net.connect({ port, timeoutMs: 500 }).then(
        (connection) => open.push(connection),
        (error: unknown) => (refusal = error),
      );
    }
    expect(refusal).toMatchObject({ code: "ETIMEDOUT" });
    for (const connection of open) connection.destroy();
    child.kill("SIGKILL");
    await exit;
  });
});
