import { execFileSync } from "node:child_process";
import { describe, expect, test, vi } from "vitest";
import { createLog, LogBuffer, type LogRecord, manualClock, silentLog } from "../../src/index.ts";

const clock = manualClock(Date.UTC(2026, 0, 2, 3, 4, 5, 678));

class TextDestination {
  text = "";
  readonly isTTY: boolean;

  constructor(isTTY = false) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.text += text;
  }
}

const record = (service: string, level: LogRecord["level"], message: string): LogRecord => ({
  timeMs: 0,
  level,
  service,
  message,
  fields: {},
});

describe("createLog", () => {
  test("tells its sinks at once, from its level up, with the clock's time and who speaks", () => {
    const buffer = new LogBuffer(10);
    const log = createLog({ format: "none", sinks: [buffer], clock, level: "info" });
    const redis = log.child("redis");
    redis.debug("not this");
    redis.info("ready", { port: 6379 });
    redis.child("replication").warn("lagging");
    log.error("that is bad");
    expect(buffer.records()).toEqual([
      { timeMs: clock.now(), level: "info", service: "redis", message: "ready", fields: { port: 6379 } },
      { timeMs: clock.now(), level: "warn", service: "redis.replication", message: "lagging", fields: {} },
      { timeMs: clock.now(), level: "error", service: "", message: "that is bad", fields: {} },
    ]);
  });

  test("fields become data that survives JSON", () => {
    const buffer = new LogBuffer(1);
    const error = Object.assign(new Error("gone"), { code: "ENOENT" });
    createLog({ format: "none", sinks: [buffer] }).error("failed", { error, size: 2n ** 60n, path: "/x" });
    const [{ fields }] = buffer.records() as [LogRecord];
    expect(JSON.parse(JSON.stringify(fields))).toEqual({
      error: {
        name: "Error",
        message: "gone",
        code: "ENOENT",
        stack: expect.stringContaining("log.test.ts") as string,
      },
      size: "1152921504606846976",
      path: "/x",
    });
  });

  test("writes a line of JSON per record where nobody reads it directly, in order", async () => {
    const destination = new TextDestination();
    const log = createLog({ destination, clock, service: "http" });
    log.info("first", { n: 1 });
    log.child("access").warn("second");
    await log.flush();
    log.error("third");
    const lines = destination.text.split("\n").slice(0, -1);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { level: "info", time: clock.now(), service: "http", n: 1, msg: "first" },
      { level: "warn", time: clock.now(), service: "http.access", msg: "second" },
      { level: "error", time: clock.now(), service: "http", msg: "third" },
    ]);
  });

  test("writes for people on a terminal, with colours unless they are not wanted", async () => {
    vi.stubEnv("NO_COLOR", undefined);
    vi.stubEnv("FORCE_COLOR", undefined);
    const write = async (): Promise<string> => {
      const destination = new TextDestination(true);
      const log = createLog({ destination, clock, service: "redis" });
      log.info("ready", { port: 6379 });
      await log.flush();
      return destination.text;
    };
    expect(await write()).toContain("\u001b[3");
    vi.stubEnv("NO_COLOR", "1");
    expect(await write()).toMatch(/^\S*\d\d:\d\d:05\.678\S* INFO: redis: ready \{"port":6379\}\n$/);
    vi.unstubAllEnvs();
  });

  test("a flush with nothing to say resolves", async () => {
    await expect(createLog().flush()).resolves.toBeUndefined();
    await expect(createLog({ format: "none" }).flush()).resolves.toBeUndefined();
  });

  test("is readable even where its formatter cannot be loaded", async () => {
    vi.doMock("pino", () => {
      throw new Error("not installed");
    });
    const destination = new TextDestination();
    const log = createLog({ destination, clock, service: "x" });
    log.info("first", { n: 1 });
    await log.flush();
    log.info("second");
    vi.doUnmock("pino");
    const lines = destination.text.split("\n");
    expect(lines[0]).toMatch(/^the log's formatter could not be loaded: /);
    expect(lines.slice(-3)).toEqual([
      `{"level":"info","time":${clock.now()},"service":"x","n":1,"msg":"first"}`,
      `{"level":"info","time":${clock.now()},"service":"x","msg":"second"}`,
      "",
    ]);
  });

  test("what was said just before the process ends is written", () => {
    const script = `
      const { createLog } = await import(${JSON.stringify(new URL("../../src/index.ts", import.meta.url).href)});
      const log = createLog({ format: "json", service: "x" });
      log.info("starting");
      log.error("last words", { code: 3 });
      process.exit(3);`;
    const options = { encoding: "utf8", stdio: "pipe" } as const;
    const run = (): string => execFileSync(process.execPath, ["--input-type=module", "-e", script], options);
    expect(run).toThrow(
      expect.objectContaining({
        status: 3,
        stderr: expect.stringMatching(
          /^\{"level":"info","time":\d+,"service":"x","msg":"starting"\}\n\{"level":"error","time":\d+,"service":"x","code":3,"msg":"last words"\}\n$/,
        ) as string,
      }),
    );
  });
});

test("silentLog says nothing, nor do its children", () => {
  const spies = [vi.spyOn(process.stderr, "write"), vi.spyOn(process.stdout, "write")];
  silentLog.child("a").child("b").error("unheard");
  for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});

describe("LogBuffer", () => {
  test("keeps the newest, oldest first, however often it has gone round", () => {
    const buffer = new LogBuffer(3);
    for (let count = 0; count <= 10; count++) {
      const expected = Array.from({ length: Math.min(count, 3) }, (_, i) => `${count - Math.min(count, 3) + i}`);
      expect(buffer.records().map(({ message }) => message)).toEqual(expected);
      buffer.push(record("x", "info", `${count}`));
    }
  });

  test("finds by service with those below it, by level with those above it, and the newest so many", () => {
    const buffer = new LogBuffer(10);
    buffer.push(record("redis", "debug", "a"));
    buffer.push(record("redis.aof", "warn", "b"));
    buffer.push(record("redis2", "error", "c"));
    buffer.push(record("redis", "error", "d"));
    const found = (filter: Parameters<LogBuffer["records"]>[0]): string =>
      buffer
        .records(filter)
        .map(({ message }) => message)
        .join("");
    expect(found({})).toBe("abcd");
    expect(found({ service: "redis" })).toBe("abd");
    expect(found({ level: "warn" })).toBe("bcd");
    expect(found({ service: "redis", level: "warn" })).toBe("bd");
    expect(found({ limit: 2 })).toBe("cd");
    expect(found({ service: "redis", limit: 2 })).toBe("bd");
  });

  test("tells its listeners until they have heard enough", () => {
    const buffer = new LogBuffer(1);
    const heard: string[] = [];
    const stop = buffer.subscribe(({ message }) => heard.push(message));
    buffer.push(record("x", "info", "a"));
    stop();
    buffer.push(record("x", "info", "b"));
    expect(heard).toEqual(["a"]);
  });

  test("refuses a size that is none", () => {
    for (const limit of [0, -1, 1.5, Number.NaN]) expect(() => new LogBuffer(limit)).toThrow(RangeError);
  });
});
