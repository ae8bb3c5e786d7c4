import { beforeEach, describe, expect, it } from "vitest";
import { EngineUnderTest, type EngineClient } from "./engine-client.ts";

let world: EngineUnderTest;
let client: EngineClient;

beforeEach(() => {
  world = new EngineUnderTest();
  client = world.connect();
});

describe("hash commands", () => {
  it("HSET counts new fields only, and __proto__ is one of them", () => {
    expect(client.line("HSET h a 1 b 2 a 3")).toBe(2);
    expect(client.line("HSET h __proto__ x constructor y")).toBe(2);
    expect(client.line("HMGET h a b c __proto__")).toEqual(["3", "2", null, "x"]);
    expect(client.line("HDEL h a b __proto__ constructor")).toBe(4);
    expect(client.line("EXISTS h")).toBe(0);
  });

  it("HINCRBY is exact in 64 bits and refuses to leave them", () => {
    client.line("HSET h n 9223372036854775806");
    expect(client.raw("HINCRBY", "h", "n", 1)).toBe(":9223372036854775807\r\n");
    expect(client.line("HINCRBY h n 1")).toEqual(new Error("ERR increment or decrement would overflow"));
    expect(client.line("HGET h n")).toBe("9223372036854775807");
    expect(client.raw("HINCRBY", "h", "low", "-9223372036854775808")).toBe(":-9223372036854775808\r\n");
  });

  it("HINCRBYFLOAT adds as a long double does, and is propagated as its result", () => {
    const effects = world.recordEffects();
    client.line("HSET h f 0.1");
    expect(client.line("HINCRBYFLOAT h f 0.2")).toBe("0.3");
    expect(client.line("HINCRBYFLOAT h f 1e2")).toBe("100.3");
    expect(effects()).toEqual(["HSET h f 0.1", "HSET h f 0.3", "HSET h f 100.3"]);
  });

  it("a failed increment makes no key", () => {
    expect(client.line("HINCRBYFLOAT h f x")).toBeInstanceOf(Error);
    expect(client.line("HINCRBY h f 1.5")).toBeInstanceOf(Error);
    expect(client.line("EXISTS h")).toBe(0);
  });

  it("HGETALL is a map in RESP3, and HRANDFIELD nests its pairs there", () => {
    client.line("HSET h a 1");
    expect(client.line("HRANDFIELD h 1 WITHVALUES")).toEqual(["a", "1"]);
    client.line("HELLO 3");
    expect(client.line("HGETALL h")).toEqual({ "%": ["a", "1"] });
    expect(client.line("HRANDFIELD h 1 WITHVALUES")).toEqual([["a", "1"]]);
  });

  it("HRANDFIELD gives different fields for a positive count, any for a negative one", () => {
    for (let i = 0; i < 1000; i++) client.line(`HSET h f${i} ${i}`);
    const different = client.line("HRANDFIELD h 200") as string[];
    expect(new Set(different).size).toBe(200);
    const pairs = client.line("HRANDFIELD h -2000 WITHVALUES") as string[];
    expect(pairs).toHaveLength(4000);
    for (let i = 0; i < pairs.length; i += 2) expect(pairs[i]).toBe(`f${pairs[i + 1]}`);
    // 2000 draws out of 1000 leave about an eighth unseen.
    expect(new Set(pairs.filter((_, i) => i % 2 === 0)).size).toBeGreaterThan(750);
  });

  it("HRANDFIELD refuses a repetition that would fill the memory", () => {
    client.line("HSET h f v");
    expect(client.line("HRANDFIELD h -9000000000000")).toEqual(new Error("ERR value is out of range"));
  });

  it("HSCAN goes through a large hash in steps, with MATCH and NOVALUES", () => {
    for (let i = 0; i < 2000; i++) client.line(`HSET h f${i} ${i}`);
    const seen = new Set<string>();
    let cursor = "0";
    let steps = 0;
    do {
      const [next, found] = client.run("HSCAN", "h", cursor, "COUNT", 50, "MATCH", "f1*", "NOVALUES") as [
        string,
        string[],
      ];
      for (const field of found) seen.add(field);
      cursor = next;
      steps++;
    } while (cursor !== "0");
    expect(seen.size).toBe(1111);
    expect(steps).toBeGreaterThan(20);
  });
});
