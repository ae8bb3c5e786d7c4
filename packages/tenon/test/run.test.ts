import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Ended, tenon, TenonProcess } from "./tenon-process.ts";

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "tenon-run-"));
});
afterEach(() => rmSync(cwd, { recursive: true }));

/** `tenon run … -- node -e script`. */
const runNode = (script: string, options: readonly string[] = []): Promise<Ended> =>
  tenon(["run", ...options, "--", process.execPath, "-e", script], { cwd });

const PRINT_ENVIRONMENT = `console.log(JSON.stringify(Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(REDIS|HTTP|CACHE)_/.test(name)))))`;

describe("tenon run", () => {
  test("gives the command the stack's addresses, at which it answers", async () => {
    const script = `
      const { connect } = require("node:net");
      const socket = connect(process.env.REDIS_PORT, process.env.REDIS_HOST, () => socket.write("PING\\r\\n"));
      socket.once("data", async (reply) => {
        socket.end();
        const echo = await (await fetch(process.env.HTTP_URL + "/anything/x")).json();
        console.log(JSON.stringify([String(reply), echo.path]));
      });`;
    expect(await runNode(script)).toEqual({
      stdout: '["+PONG\\r\\n","/anything/x"]\n',
      stderr: "",
      code: 0,
      signal: null,
    });
  });

  test("takes free ports, whatever the config says, and the config's variables", async () => {
    const config = { redis: { port: 1, env: { CACHE_URL: "{url}/1" } }, http: false };
    writeFileSync(join(cwd, "tenon.config.json"), JSON.stringify(config));
    const { stdout, code } = await runNode(PRINT_ENVIRONMENT);
    expect(code).toBe(0);
    const variables = JSON.parse(stdout) as Record<string, string>;
    expect(Object.keys(variables).toSorted()).toEqual(["CACHE_URL", "REDIS_HOST", "REDIS_PORT", "REDIS_URL"]);
    expect(Number(variables["REDIS_PORT"])).toBeGreaterThan(1023);
    expect(variables["CACHE_URL"]).toBe(`redis://127.0.0.1:${variables["REDIS_PORT"]}/1`);
  });

  test("passes an external service on", async () => {
    const external = "redis://:secret@redis.invalid:7000/2";
    writeFileSync(join(cwd, "tenon.config.json"), JSON.stringify({ redis: { external } }));
    const { stdout } = await runNode(PRINT_ENVIRONMENT);
    expect(JSON.parse(stdout)).toEqual({ REDIS_URL: external, REDIS_HOST: "redis.invalid", REDIS_PORT: "7000" });
  });

  test("--only starts these only", async () => {
    const { stdout } = await runNode(PRINT_ENVIRONMENT, ["--only", "redis"]);
    expect(Object.keys(JSON.parse(stdout) as object)).toEqual(expect.arrayContaining(["REDIS_URL"]));
    expect(stdout).not.toContain("HTTP_URL");
  });

  test("leaves the command's own options alone, with and without --", async () => {
    const script = "console.log(JSON.stringify(process.argv.slice(1)))";
    const own = ["--only", "x", "-v", "--", "--help"];
    const node = [process.execPath, "-e", script, "--", ...own];
    expect((await tenon(["run", "--only=redis", "--", ...node], { cwd })).stdout).toBe(`${JSON.stringify(own)}\n`);
    expect((await tenon(["run", "--only=redis", ...node], { cwd })).stdout).toBe(`${JSON.stringify(own)}\n`);
  });

  test.each([
    ["process.exit(0)", 0],
    ["process.exit(3)", 3],
    ["process.exit(255)", 255],
    ["process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)", 143],
    ["process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000)", 137],
  ])("exits as the command did: %s gives %i", async (script, code) => {
    expect(await runNode(script, ["--only", "redis"])).toMatchObject({ code, signal: null, stdout: "", stderr: "" });
  });

  test("a command that is not there gives 127, one that cannot be run 126, in one line", async () => {
    expect(await tenon(["run", "--", "no-such-command"], { cwd })).toMatchObject({
      code: 127,
      stderr: "tenon: no-such-command: command not found\n",
    });
    const file = join(cwd, "data.txt");
    writeFileSync(file, "x");
    chmodSync(file, 0o644);
    expect(await tenon(["run", "--", file], { cwd })).toMatchObject({
      code: 126,
      stderr: `tenon: ${file}: not executable\n`,
    });
  });

  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "%s reaches the command, and the command decides",
    async (signal) => {
      const script = `
      process.on("${signal}", () => { console.log("got it"); process.exit(7); });
      setInterval(() => {}, 1000);
      console.log("ready " + process.pid);`;
      await using running = new TenonProcess(["run", "--only", "redis", "--", process.execPath, "-e", script], { cwd });
      const [, pid] = await running.printed(/ready (\d+)\n/);
      running.child.kill(signal);
      expect(await running.ended).toMatchObject({
        code: 7,
        signal: null,
        stdout: `ready ${pid}\ngot it\n`,
        stderr: "",
      });
      expect(() => process.kill(Number(pid), 0)).toThrow(expect.objectContaining({ code: "ESRCH" }));
    },
  );

  test("says what it does with --verbose only, and then on standard error", async () => {
    const { stdout, stderr } = await runNode("console.log('mine')", ["--verbose"]);
    expect(stdout).toBe("mine\n");
    expect(stderr).toMatch(/^tenon: REDIS_URL=redis:\/\/127\.0\.0\.1:\d+$/m);
    expect(stderr).toContain("started");
  });
});
