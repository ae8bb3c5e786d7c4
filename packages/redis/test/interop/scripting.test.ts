/** Scripts do what they do in redis-server, byte for byte: in RESP2 and RESP3, by EVAL and EVAL_RO, in MULTI; and SCRIPT with them. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { EngineUnderTest, type EngineClient } from "../engine-client.ts";
import { type Original, type OriginalServer, startOriginal } from "../original.ts";
import { programDifferences, scriptDifferences } from "../lua/eval-differential.ts";
import { SCRIPTS } from "../scripting-cases.ts";

const executable = peer("redis-server");

/** What a script declares, right and wrong. */
const DECLARATIONS = [
  "#!lua flags=bad\nreturn 1",
  "#!lua",
  "#!lua foo=bar\nreturn 1",
  "#!python\n",
  "#!\nreturn 1",
  "#!lua flags=no-writes\nreturn redis.call('set','a',1)",
  "#!lua flags=no-writes\nreturn redis.pcall('set','a',1)",
  "#!lua flags=no-writes,allow-oom\nreturn 7",
  "#!lua flags=no-writes, allow-oom\nreturn 7",
  "#!lua flags=\nreturn 7",
  "#!lua flags=a,,b\nreturn 7",
  "#!lua   name=x\nreturn 7",
  "#!LUA\nreturn 7",
  '#!lua "x\nreturn 7',
  "#!lua\n\nerror('third')",
  "#!lua flags=allow-stale,no-cluster,allow-cross-slot-keys\nreturn 1",
];

const NOWHERE = "f".repeat(40);
const COMMANDS: readonly (readonly string[])[] = [
  ["EVALSHA", "abc", "0"],
  ["EVALSHA", NOWHERE, "0"],
  ["EVALSHA", NOWHERE, "x"],
  ["EVALSHA", "abc", "x"],
  ["EVALSHA_RO", NOWHERE, "0"],
  ["EVAL", "return 1", "x"],
  ["EVAL", "return 1", "-1"],
  ["EVAL", "return 1", "2", "a"],
  ["EVAL", "return 1", "1e3"],
  ["EVAL", "return 1"],
  ["EVAL", "return {KEYS, ARGV}", "2", "a", "b", "c"],
  ...DECLARATIONS.flatMap((script) => [
    ["EVAL", script, "0"],
    ["EVAL_RO", script, "0"],
    ["SCRIPT", "LOAD", script],
  ]),
  ["SCRIPT", "LOAD", "return 5"],
  ["SCRIPT", "EXISTS", "4ca238f611c9d0ae4e9a75a5dbac22aedc1e44c8", "x"],
  ["EVALSHA", "4CA238F611C9D0AE4E9A75A5DBAC22AEDC1E44C8", "0"],
  ["EVALSHA_RO", "4ca238f611c9d0ae4e9a75a5dbac22aedc1e44c8", "0"],
  ["SCRIPT", "LOAD", "syntax error"],
  ["SCRIPT", "LOAD", ""],
  ["SCRIPT", "KILL"],
  ["SCRIPT", "FLUSH", "x"],
  ["SCRIPT", "FLUSH", "sync", "x"],
  ["SCRIPT", "FLUSH", "ASYNC"],
  ["SCRIPT", "EXISTS", "4ca238f611c9d0ae4e9a75a5dbac22aedc1e44c8"],
  ["SCRIPT", "DEBUG", "x"],
  ["SCRIPT", "DEBUG", "no"],
  ["SCRIPT", "FOO"],
  ["SCRIPT", "EXISTS"],
  ["SCRIPT"],
  ["SCRIPT", "LOAD"],
  ["SCRIPT", "KILL", "x"],
  ["MULTI"],
  ["EVAL", "return redis.call('set','a','1')", "0"],
  ["EVAL", "return redis.call('nope')", "0"],
  ["EVALSHA", NOWHERE, "0"],
  ["SCRIPT", "LOAD", "return 9"],
  ["EVAL", "return {redis.call('blpop','nothing',0),1}", "0"],
  ["EXEC"],
  ["MULTI"],
  ["EVAL", "return 1"],
  ["EXEC"],
  ["DEBUG", "DIGEST"],
];

describe.skipIf(executable === undefined)("scripts, against redis-server", () => {
  let server: OriginalServer;
  let original: Original;
  let ours: EngineClient;
  beforeAll(async () => {
    server = await startOriginal(executable!, ["--enable-debug-command", "yes"]);
    original = await server.open();
    const engine = new EngineUnderTest();
    engine.engine.config.load("enable-debug-command", "yes");
    ours = engine.connect();
  });
  afterAll(async () => {
    original.end();
    await server.stop();
  });

  async function compare(commands: readonly (readonly string[])[]): Promise<void> {
    for (const command of commands) {
      const theirs = await original.raw(command);
      expect.soft({ command, reply: ours.raw(...command) }).toEqual({ command, reply: theirs });
    }
  }

  it("in RESP2, by EVAL and EVAL_RO", () =>
    compare(
      SCRIPTS.flatMap((script) => [
        ["EVAL", script, "0"],
        ["EVAL_RO", script, "1", "k", "v"],
      ]),
    ));

  it("in RESP3", async () => {
    await original.raw(["HELLO", "3"]);
    ours.raw("HELLO", "3");
    await compare(SCRIPTS.map((script) => ["EVAL", script, "2", "k1", "k2", "a"]));
    await original.raw(["HELLO", "2"]);
    ours.raw("HELLO", "2");
  });

  it("what surrounds them: arguments, declarations, SCRIPT, MULTI", () => compare(COMMANDS));

  it("random programs, and random scripts that call the server", { timeout: 60_000 }, async () => {
    expect(await programDifferences(original, 1, 60)).toEqual([]);
    expect(await scriptDifferences(original, 1, 200)).toEqual([]);
  });

  it("where 7.4 differs, as 7.4 has it", () => {
    expect(ours.run("EVAL", "redis.log(5,'x')", 0)).toEqual(
      expect.objectContaining({ message: expect.stringMatching(/^ERR Invalid log level\./) as string }),
    );
    expect(ours.run("EVAL", "return redis.pcall(redis.set_repl)", 0)).toBeInstanceOf(Error);
    const stored = (number: string): unknown =>
      ours.run("EVAL", `redis.call('set','n',${number}) return redis.call('get','n')`, 0);
    expect([stored("0.1"), stored("-0"), stored("1e19"), stored("2^62"), stored("1/3")]).toEqual([
      "0.1",
      "0",
      "1e+19",
      "4611686018427387904",
      "0.3333333333333333",
    ]);
    expect(ours.run("EVAL", "return type(os.clock())", 0)).toBe("number");
    expect(ours.run("EVAL", "local n = 0 for _ in pairs(os) do n = n + 1 end return n", 0)).toBe(1);
  });
});
