/** Scripts that last: others get BUSY, SCRIPT KILL and SHUTDOWN NOSAVE come through, and no script ends the server. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RedisClient, RedisServer } from "../src/index.ts";
import { RedisError, type RespValue, StatusReply } from "../src/resp/reply-parser.ts";

const BUSY = "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.";
const FOREVER = "while true do end";

let server: RedisServer;
const clients: RedisClient[] = [];

beforeEach(async () => {
  // Scripts are held to real time, wherever the server's clock stands.
  server = await RedisServer.listen({ "busy-reply-threshold": 20, clock: "manual" });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.close();
});

async function connect(): Promise<RedisClient> {
  const client = await RedisClient.connect({ host: server.address.host, port: server.address.port });
  clients.push(client);
  return client;
}

/** What the command answers: text, numbers, lists; the message of an error. */
async function ask(client: RedisClient, ...words: string[]): Promise<unknown> {
  const plain = (value: RespValue): unknown => {
    if (value instanceof Uint8Array) return value.toString("latin1");
    if (value instanceof StatusReply) return value.text;
    if (value instanceof RedisError) return value.message;
    return Array.isArray(value) ? value.map(plain) : value;
  };
  try {
    return plain(await client.command(...words));
  } catch (error) {
    if (error instanceof RedisError) return error.message;
    throw error;
  }
}

/** Resolves when others get BUSY. */
async function untilBusy(client: RedisClient): Promise<void> {
  while ((await ask(client, "PING")) !== BUSY) await new Promise((resolve) => setImmediate(resolve));
}

describe("a script past busy-reply-threshold", () => {
  test.each([
    ["loops", FOREVER],
    ["catches every error", "while true do pcall(function() while true do end end) end"],
    ["calls itself in tail position", "local function f() return f() end return f()"],
    ["loops in a coroutine", "coroutine.wrap(function() while true do end end)()"],
    ["loops in a comparison", "table.sort({3, 1, 2, 5}, function() while true do end end)"],
    ["calls the server without end", "while true do redis.call('get', 'k') end"],
    ["keeps pcalling what fails", "while true do redis.pcall('nope') end"],
    ["loops in a replacement", "string.gsub('abc', '.', function() while true do end end)"],
    ["loops in a chunk of its own", "loadstring('while true do end')()"],
  ])("is killed by SCRIPT KILL: it %s", async (_, script) => {
    const [caller, other] = [await connect(), await connect()];
    const reply = ask(caller, "EVAL", script, "0");
    await untilBusy(other);
    expect(await ask(other, "GET", "k")).toBe(BUSY);
    expect(await ask(other, "SHUTDOWN")).toBe(BUSY);
    expect(await ask(other, "SCRIPT", "FLUSH")).toBe(BUSY);
    expect(await ask(other, "SCRIPT", "KILL")).toBe("OK");
    expect(await reply).toMatch(
      /^ERR Script killed by user with SCRIPT KILL\.\.\. script: [0-9a-f]{40}, on .+:-?\d+\.$/,
    );
    expect(await ask(other, "SCRIPT", "KILL")).toBe("NOTBUSY No scripts in execution right now.");
    expect(await ask(caller, "EVAL", "return 'alive'", "0")).toBe("alive");
  });

  test("says where it was when it was killed", async () => {
    const [caller, other] = [await connect(), await connect()];
    const reply = ask(caller, "EVAL", "local a = 1\n\nwhile true do\n  a = a + 1\nend", "0");
    await untilBusy(other);
    await ask(other, "SCRIPT", "KILL");
    expect(await reply).toMatch(/, on @user_script:3\.$/);
  });

  test("is not killed once it has written; SHUTDOWN NOSAVE ends the server", async () => {
    const [caller, other] = [await connect(), await connect()];
    void caller.command("EVAL", `redis.call('set', 'k', 1) ${FOREVER}`, "0").catch(() => {});
    await untilBusy(other);
    expect(await ask(other, "SCRIPT", "KILL")).toMatch(/^UNKILLABLE Sorry the script already executed write commands/);
    void other.command("SHUTDOWN", "NOSAVE").catch(() => {});
    await server.ended;
  });

  test("goes on to its end, and does everything once", async () => {
    const [caller, other] = [await connect(), await connect()];
    const effects: string[] = [];
    server.onEffects((unit) => effects.push(...unit.map(({ command }) => command.strings().join(" "))));
    const script = `
      local sum = 0
      for i = 1, 100 do
        sum = sum + redis.call('incr', 'n')
        for _ = 1, 1e5 do sum = sum + 0 end
      end
      return { sum, redis.call('get', 'n') }`;
    const reply = ask(caller, "EVAL", script, "0");
    const then = ask(caller, "INCR", "n");
    await untilBusy(other);
    // Nothing of an unfinished script is to be seen, by anybody.
    expect(effects).toEqual([]);
    expect(await reply).toEqual([5050, "100"]);
    expect(await then).toBe(101);
    expect(effects).toEqual(["MULTI", ...Array.from({ length: 100 }, () => "incr n"), "EXEC", "INCR n"]);
  });

  test("holds up the transaction that it is in, which then goes on", async () => {
    const [caller, other] = [await connect(), await connect()];
    await ask(caller, "MULTI");
    await ask(caller, "SET", "k", "1");
    await ask(caller, "EVAL", "local n = 0 for i = 1, 5e7 do n = n + 1 end return redis.call('incr', 'k')", "0");
    await ask(caller, "EVAL", "local n = 0 for i = 1, 5e7 do n = n + 1 end return redis.call('incr', 'k')", "0");
    await ask(caller, "INCR", "k");
    const reply = ask(caller, "EXEC");
    await untilBusy(other);
    expect(await reply).toEqual(["OK", 2, 3, 4]);
    expect(await ask(other, "GET", "k")).toBe("4");
  });

  test("goes on when its caller has gone", async () => {
    const [caller, other] = [await connect(), await connect()];
    void caller
      .command("EVAL", "local n = 0 for i = 1, 1e8 do n = n + 1 end redis.call('set', 'k', n)", "0")
      .catch(() => {});
    await untilBusy(other);
    caller.close();
    while ((await ask(other, "GET", "k")) === BUSY) await new Promise((resolve) => setImmediate(resolve));
    expect(await ask(other, "GET", "k")).toBe("100000000");
  });

  test("lets clients log in, begin a transaction and watch, but not more", async () => {
    const [caller, other] = [await connect(), await connect()];
    void caller.command("EVAL", FOREVER, "0").catch(() => {});
    await untilBusy(other);
    expect(await ask(other, "WATCH", "k")).toBe("OK");
    expect(await ask(other, "MULTI")).toBe("OK");
    expect(await ask(other, "GET", "k")).toBe(BUSY);
    expect(await ask(other, "DISCARD")).toBe("OK");
    expect(await ask(other, "UNWATCH")).toBe("OK");
    await ask(other, "SCRIPT", "KILL");
  });

  test("ends with the server", async () => {
    const [caller, other] = [await connect(), await connect()];
    void caller.command("EVAL", FOREVER, "0").catch(() => {});
    await untilBusy(other);
    await server.close({ graceMs: 0 });
  });
});

test("a script that fills the memory of the process fails before the process does", async () => {
  const program = fileURLToPath(new URL("hungry-script.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--max-old-space-size=192", program]);
  const [hungry, frugal, ping] = stdout.trimEnd().split("\n");
  expect(hungry).toMatch(/^ERR Error running script [0-9a-f]{40}, not enough memory$/);
  expect([frugal, ping]).toEqual(["300000000", "PONG"]);
});

describe("a script that wants too much fails, and the server lives", () => {
  test.each([
    [
      "endless recursion",
      "local function f() return 1 + f() end return f()",
      "ERR user_script:1: stack overflow script: ",
    ],
    ["a huge string.rep", "return string.rep('x', 2e9)", "not enough memory"],
    ["a string that doubles", "local s = 'x' while true do s = s .. s end", "not enough memory"],
    [
      "a gigantic table.concat",
      "local t, s = {}, ('x'):rep(1e6) for i = 1, 1000 do t[i] = s end return table.concat(t)",
      "not enough memory",
    ],
    [
      "a pattern that backtracks",
      "return string.find(('a'):rep(30), ('a?'):rep(30) .. ('a'):rep(30) .. 'b')",
      "pattern too complex",
    ],
    ["unpack of a range", "return unpack({}, 0, 1e8)", "too many results to unpack"],
    [
      "nesting without end",
      "local t = {} t[1] = t return cjson.encode(t)",
      "Cannot serialise, excessive nesting (1001)",
    ],
    ["recursion through pcall", "local function f() local ok, e = pcall(f) error(e, 0) end f()", "stack overflow"],
  ])("%s", async (_, script, message) => {
    const caller = await connect();
    await ask(caller, "CONFIG", "SET", "busy-reply-threshold", "0");
    expect(await ask(caller, "EVAL", script, "0")).toContain(message);
    expect(await ask(caller, "PING")).toBe("PONG");
  });
});
