/** `tenon redis`: what it makes of files, standard input, arguments and signals. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { main } from "../src/cli.ts";
import { parseCommandLine } from "../src/command-line.ts";
import { RedisClient } from "../src/index.ts";
import { redisLogLine } from "../src/redis-log.ts";

let folder: string;
const children: ChildProcess[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tenon-cli-"));
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

interface Running {
  readonly child: ChildProcess;
  /** What it has said so far, on both streams. */
  readonly said: () => string;
  readonly url: string;
}

/** Starts it as a process of its own; resolves when it serves, on a unix socket or any port that it names. */
async function start(args: readonly string[], stdin = ""): Promise<Running> {
  const cli = new URL("../src/cli.ts", import.meta.url).href;
  const script = `import { main } from ${JSON.stringify(cli)}; process.exitCode = await main(process.argv.slice(1));`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, "--", ...args], { cwd: folder });
  children.push(child);
  child.stdin.end(stdin);
  let said = "";
  const ready = new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      const url = /Ready to accept connections \w+ address=(\S+)/.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("exit", () => reject(new Error(`ended: ${said}`)));
  });
  return { child, said: () => said, url: await ready };
}

async function ended({ child }: Running, signal?: NodeJS.Signals): Promise<number | null> {
  const exit = once(child, "exit");
  if (signal !== undefined) child.kill(signal);
  const [code] = (await exit) as [number | null];
  return code;
}

/** Runs it here, for what ends before there is a server. */
async function said(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((text) => ((out += String(text)), true));
  const stderr = vi.spyOn(process.stderr, "write").mockImplementation((text) => ((err += String(text)), true));
  try {
    return { code: await main(args), out, err };
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
}

describe("the command line", () => {
  it.each([
    [[], undefined, false, ""],
    [["a.conf"], "a.conf", false, ""],
    [["a.conf", "--port", "1", "--save", "900 1", "5", "6"], "a.conf", false, 'port "1"\nsave "900 1" "5" "6"'],
    [["-"], undefined, true, ""],
    [["a.conf", "--port", "1", "-"], "a.conf", true, 'port "1"'],
    [["--requirepass", "--secret"], undefined, false, 'requirepass "--secret"'],
    [["--port 1", "--hz 2"], undefined, false, "port 1\nhz 2"],
    [["--save", "--port", "1", "--save"], undefined, false, 'save ""\nport "1"\nsave ""'],
    [["--requirepass", 'a"b\\\n\u00e9'], undefined, false, 'requirepass "a\\"b\\\\\\n\\xc3\\xa9"'],
    [["-x"], undefined, false, '"-x"'],
  ])("%j", (args, configFile, readsStdin, options) => {
    expect(parseCommandLine(args)).toEqual({ configFile, readsStdin, options });
  });

  it("says its version as the original does, and what it does not do", async () => {
    for (const flag of ["-v", "--version"]) {
      const { code, out } = await said(flag);
      expect([code, out]).toEqual([
        0,
        expect.stringMatching(/^Redis server v=7\.4\.\d+ sha=\w+:\d malloc=\S+ bits=64 build=\S+\n$/),
      ]);
    }
    expect((await said("--help")).out).toContain("Usage: tenon redis [options] [config] [settings...]");
    for (const flag of ["--test-memory", "--check-system", "--sentinel"]) {
      expect(await said(flag, "1")).toEqual({ code: 1, out: "", err: expect.stringContaining(`${flag}: `) });
    }
  });

  it("refuses what it cannot do, and to serve nobody", async () => {
    expect((await said("--daemonize", "yes")).err).toContain(">>> 'daemonize \"yes\"'\ntenon stays in the foreground");
    expect((await said("--loadmodule", "x.so")).err).toContain("modules are not supported");
    expect(await said("--port", "0")).toEqual({
      code: 1,
      out: "",
      err: "tenon redis: Configured to not listen anywhere, exiting.\n",
    });
    expect((await said("--tls-port", "1", "--port", "0")).err).toContain("No tls-cert-file configured!");
  });

  it("stops at a circle of includes", async () => {
    const path = file("circle.conf", `include ${join(folder, "circle.conf")}\n`);
    expect((await said(path)).err).toContain("Too many levels of include");
  });
});

describe("a server from redis.conf", () => {
  it("takes file, included files, standard input and arguments, the later ones first", async () => {
    mkdirSync(join(folder, "parts"), { recursive: true });
    file("parts/1.conf", "hz 21\nmaxclients 100\n");
    file("parts/2.conf", "timeout 31\n");
    const conf = file(
      "whole.conf",
      `# of the test\nport 0\nunixsocket ${folder}/redis.sock\ninclude ${folder}/parts/*.conf\nMAXMEMORY 1mb\nrequirepass "a \\"b\\" \\x21"\n` +
        `save 900 1\nsave 300 10\nclient-output-buffer-limit normal 1mb 2mb 3\nrename-command FLUSHALL ""\nrename-command config Cfg\nuser alice on >pw ~* +@all\n`,
    );
    const running = await start([conf, "--maxclients", "50", "--hz", "41", "-"], "hz 11\ntcp-keepalive 7\n");
    const client = await RedisClient.connect(`unix://${folder}/redis.sock`, { password: 'a "b" !' });
    const setting = async (name: string): Promise<string> =>
      String(((await client.command("CFG", "GET", name)) as Map<Buffer, Buffer>).values().next().value);
    expect(await setting("hz")).toBe("41");
    expect(await setting("tcp-keepalive")).toBe("7");
    expect(await setting("maxclients")).toBe("50");
    expect(await setting("timeout")).toBe("31");
    expect(await setting("maxmemory")).toBe("1048576");
    expect(await setting("save")).toBe("900 1 300 10");
    expect(await setting("client-output-buffer-limit")).toContain("normal 1048576 2097152 3 slave 268435456");
    await expect(client.command("CONFIG", "GET", "hz")).rejects.toThrow("ERR unknown command 'CONFIG'");
    await expect(client.command("FLUSHALL")).rejects.toThrow("ERR unknown command");
    await client.command("AUTH", "alice", "pw");
    client.close();
    expect(await ended(running, "SIGTERM")).toBe(0);
    expect(existsSync(join(folder, "redis.sock"))).toBe(false);
  });

  it("rewrites its file, and leaves what was included where it is", async () => {
    file("included.conf", "timeout 31\n");
    const conf = file(
      "rewritten.conf",
      `port 0\nunixsocket ${folder}/rewrite.sock\ninclude ${folder}/included.conf\nhz 20\n`,
    );
    const running = await start([conf]);
    const client = await RedisClient.connect(running.url);
    await client.command("CONFIG", "SET", "hz", "30", "maxmemory", "2mb");
    await client.command("CONFIG", "REWRITE");
    client.close();
    expect(await ended(running, "SIGTERM")).toBe(0);
    const text = readFileSync(conf, "latin1");
    expect(text).toContain(`\ninclude ${folder}/included.conf\nhz 30\n`);
    expect(text).toMatch(/# Generated by CONFIG REWRITE\n[^]*maxmemory 2mb/);
    expect(readFileSync(join(folder, "included.conf"), "latin1")).toBe("timeout 31\n");
    const again = await start([conf]);
    expect(await ended(again, "SIGINT")).toBe(0);
  });

  it("logs to its file at its level, keeps its pid in its file, in its folder", async () => {
    mkdirSync(join(folder, "home"));
    const running = start([
      "--port",
      "0",
      "--unixsocket",
      "in.sock",
      "--dir",
      "home",
      "--logfile",
      "redis.log",
      "--pidfile",
      "redis.pid",
    ]);
    running.catch(() => {});
    await until(() => existsSync(join(folder, "home/redis.pid")));
    const client = await RedisClient.connect(`unix://${folder}/home/in.sock`);
    expect(readFileSync(join(folder, "home/redis.pid"), "latin1")).toBe(`${children[0]!.pid}\n`);
    expect(readFileSync(join(folder, "home/redis.log"), "latin1")).toMatch(
      /^\d+:M \d\d \w{3} \d{4} \d\d:\d\d:\d\d\.\d{3} \* Ready to accept connections unix address=unix:/m,
    );
    const exit = once(children[0]!, "exit");
    client.command("SHUTDOWN", "NOSAVE").catch(() => {});
    expect(await exit).toEqual([0, null]);
    expect(readdirSync(join(folder, "home"))).toEqual(["redis.log"]);
    expect(readFileSync(join(folder, "home/redis.log"), "latin1")).toContain(
      "# Redis is now ready to exit, bye bye...\n",
    );
  });
});

describe("SIGTERM and SIGINT", () => {
  async function withKey(...args: string[]): Promise<Running> {
    const running = await start(["--port", "0", "--unixsocket", "signal.sock", ...args]);
    const client = await RedisClient.connect(running.url);
    await client.command("SET", "a", "1");
    client.close();
    return running;
  }

  it.each(["SIGTERM", "SIGINT"] as const)("%s saves where there are save points, and exits with 0", async (signal) => {
    mkdirSync(join(folder, signal));
    const dir = ["--dir", join(folder, signal)];
    expect(await ended(await withKey(...dir, "--save", "3600 1"), signal)).toBe(0);
    expect(readdirSync(join(folder, signal))).toEqual(["dump.rdb"]);
    rmSync(join(folder, signal, "dump.rdb"));
    expect(await ended(await withKey(...dir, "--save", ""), signal)).toBe(0);
    expect(readdirSync(join(folder, signal))).toEqual([]);
    const nosave = [`--shutdown-on-${signal.toLowerCase()}`, "nosave"];
    expect(await ended(await withKey(...dir, "--save", "3600 1", ...nosave), signal)).toBe(0);
    expect(readdirSync(join(folder, signal))).toEqual([]);
  });

  it("go on serving when the last save fails, unless they are told to force it", async () => {
    const dir = join(folder, "vanishing");
    mkdirSync(dir);
    const running = await start([
      "--port",
      "0",
      "--unixsocket",
      join(folder, "v.sock"),
      "--dir",
      dir,
      "--save",
      "3600 1",
    ]);
    const client = await RedisClient.connect(running.url);
    await client.command("SET", "a", "1");
    rmSync(dir, { recursive: true });
    running.child.kill("SIGTERM");
    await until(() => running.said().includes("Errors trying to shut down the server."));
    expect(String(await client.command("GET", "a"))).toBe("1");
    await client.command("CONFIG", "SET", "shutdown-on-sigterm", "nosave");
    mkdirSync(dir);
    expect(await ended(running, "SIGTERM")).toBe(0);
    expect(running.said()).toContain("bye bye...");
  });
});

it("log lines are the original's", () => {
  const timeMs = new Date(2026, 10, 2, 5, 4, 3, 7).getTime();
  const record = {
    timeMs,
    level: "warn",
    service: "",
    message: "told",
    fields: { n: 1, error: new Error("why") },
  } as const;
  expect(redisLogLine(record, 42)).toBe('42:M 02 Nov 2026 05:04:03.007 # told n=1 error="why"\n');
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
