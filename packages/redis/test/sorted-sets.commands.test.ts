import { beforeEach, describe, expect, it } from "vitest";
import { EngineUnderTest, type EngineClient } from "./engine-client.ts";

let world: EngineUnderTest;
let client: EngineClient;

beforeEach(() => {
  world = new EngineUnderTest();
  client = world.connect();
});

describe("sorted-set commands", () => {
  it("ZADD's options decide what is added, changed and counted", () => {
    expect(client.line("ZADD z XX 1 a")).toBe(0);
    expect(client.line("ZADD z 1 a 2 b")).toBe(2);
    expect(client.line("ZADD z NX 9 a 3 c")).toBe(1);
    expect(client.line("ZADD z CH 5 a 2 b 4 d")).toBe(2);
    expect(client.line("ZADD z GT CH 1 a 6 b")).toBe(1);
    expect(client.line("ZADD z LT CH 1 a 9 b")).toBe(1);
    expect(client.line("ZRANGE z 0 -1 WITHSCORES")).toEqual(["a", "1", "c", "3", "d", "4", "b", "6"]);
    expect(client.raw("ZADD", "z", "NX", "INCR", 1, "a")).toBe("$-1\r\n");
    expect(client.line("ZADD z INCR 1.5 a")).toBe("2.5");
  });

  it("refuses NaN, whatever makes it, and keeps what was there", () => {
    client.line("ZADD z inf a");
    expect(client.line("ZADD z nan b")).toEqual(new Error("ERR value is not a valid float"));
    expect(client.line("ZINCRBY z -inf a")).toEqual(new Error("ERR resulting score is not a number (NaN)"));
    expect(client.line("ZSCORE z a")).toBe("inf");
    client.line("ZADD y -inf a");
    expect(client.line("ZUNION 2 z y WITHSCORES")).toEqual(["a", "0"]);
  });

  it("prints scores as 7.4 does: the shortest digits that read back the same", () => {
    for (const [given, printed] of [
      ["0.1", "0.1"],
      ["3.0", "3"],
      ["1e20", "1e+20"],
      ["1152921504606846976", "1152921504606846976"],
      ["18446744073709551616", "18446744073709552000"],
      ["1e25", "1e+25"],
      ["1e-7", "1e-7"],
      ["-1.5", "-1.5"],
      ["123456789012345680", "123456789012345680"],
      ["0x10", "16"],
    ]) {
      client.line(`ZADD z ${given} m`);
      expect(client.line("ZSCORE z m")).toBe(printed);
    }
  });

  it("ZRANGE takes ranks, scores and names, forwards and back, with LIMIT", () => {
    client.line("ZADD z 1 a 2 b 3 c 4 d");
    expect(client.line("ZRANGE z 1 2")).toEqual(["b", "c"]);
    expect(client.line("ZRANGE z 0 1 REV")).toEqual(["d", "c"]);
    expect(client.line("ZRANGE z (1 3 BYSCORE")).toEqual(["b", "c"]);
    expect(client.line("ZRANGE z 3 (1 BYSCORE REV LIMIT 1 5")).toEqual(["b"]);
    expect(client.line("ZRANGE z +inf -inf BYSCORE REV LIMIT 1 2")).toEqual(["c", "b"]);
    client.line("ZADD names 0 a 0 b 0 c 0 aa");
    expect(client.line("ZRANGE names [a (b BYLEX")).toEqual(["a", "aa"]);
    expect(client.line("ZRANGE names + [aa BYLEX REV")).toEqual(["c", "b", "aa"]);
    expect(client.line("ZRANGE names - + BYLEX LIMIT 9223372036854775807 -1")).toEqual([]);
  });

  it("answers ranges, ranks and counts of 5000 members as of five", () => {
    for (let i = 0; i < 5000; i++) client.line(`ZADD z ${(i * 7919) % 5003} m${i}`);
    const all = client.line("ZRANGE z 0 -1 WITHSCORES") as string[];
    const scores = all.filter((_, i) => i % 2 === 1).map(Number);
    expect(scores).toEqual(scores.toSorted((a, b) => a - b));
    expect(client.line("ZCOUNT z 1000 (2000")).toBe(scores.filter((score) => score >= 1000 && score < 2000).length);
    const member = all[2 * 3210]!;
    expect(client.line(`ZRANK z ${member}`)).toBe(3210);
    expect(client.line(`ZREVRANK z ${member} WITHSCORE`)).toEqual([5000 - 1 - 3210, all[2 * 3210 + 1]]);
    expect(client.line("ZREMRANGEBYRANK z 100 4899")).toBe(4800);
    expect(client.line("ZCARD z")).toBe(200);
    expect(client.line("ZREMRANGEBYSCORE z -inf +inf")).toBe(200);
    expect(client.line("EXISTS z")).toBe(0);
  });

  it("ZUNION and its kin weigh and aggregate, and count a plain set's members as 1", () => {
    client.line("ZADD a 1 x 2 y");
    client.line("ZADD b 10 y 20 z");
    client.line("SADD s x z");
    expect(client.line("ZUNION 2 a b WEIGHTS 2 1 WITHSCORES")).toEqual(["x", "2", "y", "14", "z", "20"]);
    expect(client.line("ZINTER 2 a b AGGREGATE MAX WITHSCORES")).toEqual(["y", "10"]);
    expect(client.line("ZUNIONSTORE d 2 a s")).toBe(3);
    expect(client.line("ZRANGE d 0 -1 WITHSCORES")).toEqual(["z", "1", "x", "2", "y", "2"]);
    expect(client.line("OBJECT ENCODING d")).toBe("listpack");
    expect(client.line("ZDIFF 2 a b WITHSCORES")).toEqual(["x", "1"]);
    expect(client.line("ZINTERCARD 2 a b LIMIT 1")).toBe(1);
    expect(client.line("ZDIFFSTORE d 1 missing")).toBe(0);
    expect(client.line("EXISTS d")).toBe(0);
  });

  it("ZINTER takes 0 times infinity as the original does: a sum of 0, and no minimum", () => {
    client.line("ZADD z inf a");
    expect(client.line("ZINTER 2 z z WEIGHTS 2 0 WITHSCORES")).toEqual(["a", "0"]);
    expect(client.line("ZINTER 2 z z WEIGHTS 2 0 AGGREGATE MIN WITHSCORES")).toEqual(["a", "inf"]);
    expect(client.line("ZUNION 2 z z WEIGHTS 2 0 WITHSCORES")).toEqual(["a", "inf"]);
  });

  it("nests members with scores in RESP3, where scores are doubles", () => {
    client.line("ZADD z 1.5 a inf b");
    client.line("HELLO 3");
    expect(client.line("ZRANGE z 0 -1 WITHSCORES")).toEqual([
      ["a", { ",": "1.5" }],
      ["b", { ",": "inf" }],
    ]);
    expect(client.line("ZSCORE z a")).toEqual({ ",": "1.5" });
    expect(client.line("ZPOPMIN z")).toEqual(["a", { ",": "1.5" }]);
    expect(client.line("ZPOPMIN z 1")).toEqual([["b", { ",": "inf" }]]);
  });

  it("BZPOPMIN and BZMPOP wait for members, and tell replicas what they took", () => {
    const [second, adder] = [world.connect(), world.connect()];
    const effects = world.recordEffects();
    client.raw("BZPOPMIN", "y", "z", 0);
    second.raw("BZMPOP", 0, 1, "z", "MAX", "COUNT", 2);
    adder.line("ZADD z 1 a 2 b 3 c 4 d");
    expect(client.output()).toBe("*3\r\n$1\r\nz\r\n$1\r\na\r\n$1\r\n1\r\n");
    expect(second.output()).toBe("*2\r\n$1\r\nz\r\n*2\r\n*2\r\n$1\r\nd\r\n$1\r\n4\r\n*2\r\n$1\r\nc\r\n$1\r\n3\r\n");
    expect(effects()).toEqual(["ZADD z 1 a 2 b 3 c 4 d", "ZPOPMIN z", "ZPOPMAX z 2"]);
  });

  it("ZRANDMEMBER gives different members for a positive count", () => {
    for (let i = 0; i < 300; i++) client.line(`ZADD z ${i} m${i}`);
    expect(new Set(client.line("ZRANDMEMBER z 100") as string[]).size).toBe(100);
    expect(client.line("ZRANDMEMBER z -500")).toHaveLength(500);
  });
});
