/** Scripts and the rest of the engine: what they do reaches files, replicas, watchers and waiting clients as one step. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { EngineUnderTest, type EngineClient } from "./engine-client.ts";

/** SHA-1 of "return 1". */
const RETURN_1 = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db";

function engine(): { t: EngineUnderTest; client: EngineClient } {
  const t = new EngineUnderTest();
  return { t, client: t.connect() };
}

describe("what a script did", () => {
  test("leaves between MULTI and EXEC, without the request", () => {
    const { t, client } = engine();
    const effects = t.recordEffects();
    client.run(
      "EVAL",
      "redis.call('set', KEYS[1], ARGV[1]) redis.call('incr', 'n') return redis.call('get', KEYS[1])",
      1,
      "k",
      "v",
    );
    expect(effects()).toEqual(["MULTI", "set k v", "incr n", "EXEC"]);
    client.run("EVAL", "return redis.call('set', 'k', 'w')", 0);
    expect(effects()).toEqual(["set k w"]);
    client.run("EVAL", "return redis.call('get', 'k')", 0);
    expect(effects()).toEqual([]);
  });

  test("leaves even when the script fails afterwards", () => {
    const { t, client } = engine();
    const effects = t.recordEffects();
    client.run("EVAL", "redis.call('set', 'k', 'v') error('too late')", 0);
    expect(effects()).toEqual(["set k v"]);
    expect(client.run("GET", "k")).toBe("v");
  });

  test("is said as effects: what was random or relative to now is neither any more", () => {
    const { t, client } = engine();
    client.run("SADD", "s", "only");
    const effects = t.recordEffects();
    client.run("EVAL", "redis.call('spop', 's') redis.call('set', 'k', 'v', 'EX', 10)", 0);
    expect(effects()).toEqual(["MULTI", "SREM s only", `SET k v PXAT ${t.now + 10_000}`, "EXEC"]);
  });

  test("is one unit with the transaction around it", () => {
    const { t, client } = engine();
    const effects = t.recordEffects();
    client.run("MULTI");
    client.run("SET", "a", 1);
    client.run("EVAL", "redis.call('incr', 'a') redis.call('incr', 'a')", 0);
    client.run("INCR", "a");
    expect(client.run("EXEC")).toEqual(["OK", null, 4]);
    expect(effects()).toEqual(["MULTI", "SET a 1", "incr a", "incr a", "INCR a", "EXEC"]);
  });

  test("goes where redis.set_repl says, until the script is over", () => {
    const { t, client } = engine();
    const heard: Record<string, string[]> = { aof: [], replicas: [] };
    t.engine.effects.subscribe(
      (effects) => heard["aof"]!.push(...effects.map(({ command }) => command.strings().join(" "))),
      1,
    );
    t.engine.effects.subscribe(
      (effects) => heard["replicas"]!.push(...effects.map(({ command }) => command.strings().join(" "))),
      2,
    );
    client.run(
      "EVAL",
      `redis.call('set', 'both', 1) redis.set_repl(redis.REPL_AOF) redis.call('set', 'aof', 1) redis.set_repl(redis.REPL_REPLICA)
       redis.call('set', 'replicas', 1) redis.set_repl(redis.REPL_NONE) redis.call('set', 'none', 1)`,
      0,
    );
    client.run("SET", "after", 1);
    expect(heard).toEqual({
      aof: ["MULTI", "set both 1", "set aof 1", "EXEC", "SET after 1"],
      replicas: ["MULTI", "set both 1", "set replicas 1", "EXEC", "SET after 1"],
    });
  });
});

describe("others", () => {
  test("who wait for a key are served after the script, not within", () => {
    const { t, client } = engine();
    const waiting = t.connect();
    waiting.raw("BLPOP", "list", 0);
    expect(client.run("EVAL", "redis.call('rpush', 'list', 'a', 'b') return redis.call('llen', 'list')", 0)).toBe(2);
    expect(waiting.output()).toBe("*2\r\n$4\r\nlist\r\n$1\r\na\r\n");
  });

  test("who watch a key notice that a script changed it", () => {
    const { t, client } = engine();
    const watching = t.connect();
    watching.run("WATCH", "k");
    client.run("EVAL", "redis.call('set', 'k', 1)", 0);
    watching.run("MULTI");
    expect(watching.run("EXEC")).toEqual({ "*": null });
  });

  test("who listen to keyspace events hear of each change", () => {
    const { t, client } = engine();
    client.run("CONFIG", "SET", "notify-keyspace-events", "KEA");
    const listening = t.connect();
    listening.raw("PSUBSCRIBE", "__keyevent@0__:*");
    client.run("EVAL", "redis.call('set', 'k', 1) redis.call('del', 'k')", 0);
    expect(listening.output()).toContain("__keyevent@0__:set");
  });

  test("who monitor see the script first, then what it calls", () => {
    const { t, client } = engine();
    const monitor = t.connect();
    monitor.raw("MONITOR");
    client.run("SELECT", 2);
    client.run("EVAL", "redis.call('select', 3) return redis.call('set', 'k', 'v')", 0);
    expect(
      monitor
        .output()
        .replace(/\+\d+\.\d+ /g, "")
        .trimEnd()
        .split("\r\n"),
    ).toEqual([
      '[2 127.0.0.1:1] "SELECT" "2"',
      `[2 127.0.0.1:1] "EVAL" "redis.call('select', 3) return redis.call('set', 'k', 'v')" "0"`,
      '[3 lua] "select" "3"',
      '[3 lua] "set" "k" "v"',
    ]);
  });
});

describe("the caller's rights", () => {
  test("hold for what its script calls", () => {
    const { t, client } = engine();
    client.run("ACL", "SETUSER", "bob", "on", "nopass", "+@scripting", "+set", "+get", "+acl|whoami", "~x*");
    const bob = t.connect();
    bob.run("AUTH", "bob", "any");
    expect(bob.run("EVAL", "return redis.call('set', 'x1', 1)", 0)).toBe("OK");
    const call = (script: string): string => (bob.run("EVAL", `return redis.pcall(${script}).err`, 0) as string) ?? "";
    expect(call("'hset', 'x', 'f', 1")).toBe(
      "ERR ACL failure in script: User bob has no permissions to run the 'hset' command",
    );
    expect(call("'get', 'y'")).toBe("ERR ACL failure in script: No permissions to access a key");
    const allowed = (script: string): unknown => bob.run("EVAL", `return redis.acl_check_cmd(${script})`, 0);
    expect([allowed("'set', 'x', 1"), allowed("'set', 'y', 1"), allowed("'hset', 'x', 'f', 1")]).toEqual([
      1,
      null,
      null,
    ]);
    const [newest] = client.run("ACL", "LOG") as string[][];
    expect(newest!.slice(0, 8)).toEqual(["count", 1, "reason", "key", "context", "lua", "object", "y"]);
  });
});

describe("while memory is short", () => {
  function full(): EngineClient {
    const { client } = engine();
    client.run("SET", "big", "x".repeat(5000));
    client.run("CONFIG", "SET", "maxmemory", 1000);
    return client;
  }

  test("the first command that needs more is refused, and none once the script has written", () => {
    const client = full();
    expect(client.run("EVAL", "return redis.pcall('set', 'k', 1).err", 0)).toBe(
      "OOM command not allowed when used memory > 'maxmemory'.",
    );
    expect(client.run("EVAL", "redis.call('del', 'nothing') return redis.call('set', 'k', 1)", 0)).toBe("OK");
  });

  test("a script that declares itself is refused as a whole, unless it says allow-oom or no-writes", () => {
    const client = full();
    expect(client.run("EVAL", "#!lua\nreturn 1", 0)).toEqual(
      new Error("OOM command not allowed when used memory > 'maxmemory'."),
    );
    expect(client.run("EVAL", "#!lua flags=no-writes\nreturn 1", 0)).toBe(1);
    expect(client.run("EVAL", "#!lua flags=allow-oom\nreturn redis.call('set', 'k', 1)", 0)).toBe("OK");
  });
});

test("CLIENT PAUSE WRITE holds scripts back that may write", () => {
  const { t, client } = engine();
  client.run("CLIENT", "PAUSE", 1000, "WRITE");
  const [undeclared, reading, readOnly] = [t.connect(), t.connect(), t.connect()];
  expect(undeclared.raw("EVAL", "return 1", 0)).toBe("");
  expect(reading.run("EVAL", "#!lua flags=no-writes\nreturn 1", 0)).toBe(1);
  expect(readOnly.run("EVAL_RO", "return 1", 0)).toBe(1);
  t.advance(1001);
  expect(undeclared.output()).toBe(":1\r\n");
});

describe("the cache", () => {
  test("keeps what was loaded until it is flushed", () => {
    const { client } = engine();
    expect(client.run("EVALSHA", RETURN_1, 0)).toEqual(new Error("NOSCRIPT No matching script. Please use EVAL."));
    expect(client.run("SCRIPT", "LOAD", "return 1")).toBe(RETURN_1);
    expect(client.run("EVALSHA", RETURN_1.toUpperCase(), 0)).toBe(1);
    expect(client.run("SCRIPT", "EXISTS", RETURN_1, "0".repeat(40))).toEqual([1, 0]);
    expect(client.run("INFO", "memory")).toMatch(/number_of_cached_scripts:1\r\n/);
    client.run("SCRIPT", "FLUSH");
    expect(client.run("SCRIPT", "EXISTS", RETURN_1)).toEqual([0]);
    expect(client.run("INFO", "memory")).toMatch(/used_memory_scripts_eval:0\r\nnumber_of_cached_scripts:0\r\n/);
  });

  test("lets go of the scripts of EVAL that were not used for longest, and of no others", () => {
    const { client } = engine();
    const loaded = client.run("SCRIPT", "LOAD", "return 'loaded'") as string;
    const first = "return 'first'";
    client.run("EVAL", first, 0);
    for (let i = 0; i < 499; i++) client.run("EVAL", `return ${i}`, 0);
    client.run("EVAL", first, 0);
    client.run("EVAL", "return 'one more'", 0);
    expect(client.run("INFO", "memory")).toMatch(/number_of_cached_scripts:501\r\n/);
    expect(client.run("INFO", "stats")).toMatch(/evicted_scripts:1\r\n/);
    expect(client.run("EVALSHA", loaded, 0)).toBe("loaded");
    const sha = (source: string): string => createHash("sha1").update(source).digest("hex");
    // The first was used again, so that the second had not been for longest.
    expect(client.run("SCRIPT", "EXISTS", sha(first), sha("return 0"), sha("return 1"))).toEqual([1, 0, 1]);
  });
});

test("time stands still in a script", () => {
  const { t, client } = engine();
  client.run("SET", "k", "v", "PX", 5);
  t.now += 4;
  expect(
    client.run(
      "EVAL",
      "local a = redis.call('time') local b = redis.call('time') return {a[1] == b[1] and a[2] == b[2], redis.call('pttl', 'k')}",
      0,
    ),
  ).toEqual([1, 1]);
});

test("a script that learns more than is kept for beginning anew goes on, and does nothing twice", () => {
  const { client } = engine();
  client.run("RPUSH", "list", ...Array.from({ length: 100 }, () => "x".repeat(10_000)));
  const script =
    "local n = 0 for i = 1, 100 do redis.call('incr', 'calls') n = n + #redis.call('lrange', 'list', 0, -1) end return {n, redis.call('get', 'calls')}";
  expect(client.run("EVAL", script, 0)).toEqual([10_000, "100"]);
});

test("SELECT in a script concerns the script alone", () => {
  const { client } = engine();
  client.run("EVAL", "redis.call('select', 5) redis.call('set', 'there', 1)", 0);
  expect(client.run("EXISTS", "there")).toBe(0);
  expect(client.run("EVAL", "return redis.call('exists', 'there')", 0)).toBe(0);
  client.run("SELECT", 5);
  expect(client.run("EXISTS", "there")).toBe(1);
});

test("the statistics tell a script from what it calls", () => {
  const { client } = engine();
  client.run("CONFIG", "SET", "slowlog-log-slower-than", 0);
  client.run("CONFIG", "RESETSTAT");
  client.run("EVAL", "redis.call('set', 'k', 1) return redis.pcall('lpush', 'k', 1)", 0);
  client.run("EVAL", "return redis.pcall('nope')", 0);
  client.run("EVAL", "redis.pcall('get') return 1", 0);
  const stats = client.run("INFO", "commandstats") as string;
  expect(stats).toMatch(/cmdstat_eval:calls=3,.*failed_calls=2\r\n/);
  expect(stats).toMatch(/cmdstat_set:calls=1,.*failed_calls=0\r\n/);
  expect(stats).toMatch(/cmdstat_lpush:calls=1,.*failed_calls=1\r\n/);
  expect(stats).toMatch(/cmdstat_get:calls=0,.*rejected_calls=1,failed_calls=0\r\n/);
  expect(client.run("INFO", "errorstats")).toBe(
    "# Errorstats\r\nerrorstat_WRONGTYPE:count=1\r\nerrorstat_ERR:count=2\r\n",
  );
  const slow = client.run("SLOWLOG", "GET") as [number, number, number, string[], string, string][];
  const calls = slow.map(([, , , words, address]) => `${words[0]} ${address}`);
  expect(calls.slice(calls.indexOf("lpush ?:0") - 1, -2)).toEqual(["EVAL 127.0.0.1:1", "lpush ?:0", "set ?:0"]);
});

describe("nothing of a script outlives it", () => {
  test.each([
    ["globals", "x = 1"],
    ["fields of libraries", "string.format = nil"],
    ["the metatable of strings", "getmetatable('').__index = nil"],
    ["the metatable of globals", "setmetatable(_G, nil)"],
    ["the metatable of a library", "setmetatable(cjson, {})"],
    ["KEYS, from outside", "KEYS = {}"],
    ["the function that is called", "redis.call = print"],
    ["by rawset", "rawset(_G, 'x', 1)"],
    ["by table.insert", "table.insert(redis, 1)"],
    ["within a coroutine", "coroutine.wrap(function() x = 1 end)()"],
    ["by loadstring", "loadstring('x = 1')()"],
  ])("%s are read-only", (_, script) => {
    const { client } = engine();
    const reply = client.run("EVAL", script, 0);
    expect(reply).toBeInstanceOf(Error);
    expect(client.run("EVAL", "return {type(rawget(_G, 'x')), string.format('%d', 1), type(redis.call)}", 0)).toEqual([
      "nil",
      "1",
      "function",
    ]);
  });
});

test("no name in a script leads to JavaScript", () => {
  const { client } = engine();
  const names = [
    "constructor",
    "prototype",
    "__proto__",
    "toString",
    "valueOf",
    "hasOwnProperty",
    "call",
    "apply",
    "bind",
    "caller",
    "arguments",
  ];
  const objects = [
    "redis.call",
    "redis",
    "cjson.null",
    "KEYS",
    "'text'",
    "1",
    "coroutine.create(function() end)",
    "_G",
    "redis.pcall('nope')",
    "math.floor",
  ];
  for (const object of objects) {
    for (const name of names) {
      const script = `local ok, value = pcall(function() return (${object})['${name}'] end) return ok and type(value) or 'refused'`;
      const expected = object === "redis" && name === "call" ? "function" : "nil";
      expect([object, name, client.run("EVAL", script, 0)]).toEqual([
        object,
        name,
        expect.stringMatching(new RegExp(`^(${expected}|refused)$`)),
      ]);
    }
  }
  // What a hash is called is text and nothing else.
  client.run("HSET", "__proto__", "constructor", "x");
  expect(client.run("EVAL", "return redis.call('hgetall', '__proto__')", 0)).toEqual(["constructor", "x"]);
  client.run("EVAL", "local t = {} t['__proto__'] = 1 return cjson.encode(t)", 0);
  expect(client.run("EVAL", 'return cjson.decode(\'{"__proto__":{"a":1}}\').a', 0)).toBeNull();
});
