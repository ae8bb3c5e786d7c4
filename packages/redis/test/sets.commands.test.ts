import { beforeEach, describe, expect, it } from "vitest";
import { EngineUnderTest, type EngineClient, type Reply } from "./engine-client.ts";

let world: EngineUnderTest;
let client: EngineClient;

beforeEach(() => {
  world = new EngineUnderTest();
  client = world.connect();
});

function fill(key: string, from: number, to: number, prefix = ""): void {
  client.run("SADD", key, ...Array.from({ length: to - from }, (_, i) => `${prefix}${from + i}`));
}

function sorted(reply: Reply): string[] {
  return (reply as string[]).toSorted();
}

describe("set commands", () => {
  it("SPOP takes members at random, tells replicas which, and removes an emptied key", () => {
    const effects = world.recordEffects();
    fill("s", 0, 3, "m");
    const first = client.line("SPOP s") as string;
    const rest = client.line("SPOP s 5") as string[];
    expect(sorted([first, ...rest])).toEqual(["m0", "m1", "m2"]);
    expect(client.line("EXISTS s")).toBe(0);
    expect(effects()).toEqual(["SADD s m0 m1 m2", `SREM s ${first}`, "DEL s"]);
  });

  it("SPOP with a count is exact whichever way it goes, and says so in batches", () => {
    for (const count of [10, 2500, 2950]) {
      client.line("DEL s");
      fill("s", 0, 3000, "m");
      const effects = world.recordEffects();
      const popped = client.line(`SPOP s ${count}`) as string[];
      expect(new Set(popped).size).toBe(count);
      const left = client.line("SMEMBERS s") as string[];
      expect(new Set([...popped, ...left]).size).toBe(3000);
      const removed = effects()
        .filter((effect) => effect.startsWith("SREM s "))
        .flatMap((effect) => effect.split(" ").slice(2));
      expect(new Set(removed)).toEqual(new Set(popped));
    }
  });

  it("a set of which SPOP leaves little is compact again, and keeps its expiry", () => {
    fill("s", 0, 1000, "m");
    client.line("EXPIRE s 100");
    expect(client.line("OBJECT ENCODING s")).toBe("hashtable");
    client.line("SPOP s 990");
    expect(client.line("OBJECT ENCODING s")).toBe("listpack");
    expect(client.line("TTL s")).toBe(100);
  });

  it("SRANDMEMBER draws uniformly", () => {
    fill("s", 0, 20, "m");
    const counts = new Map<string, number>();
    for (let i = 0; i < 4000; i++) {
      const member = client.line("SRANDMEMBER s") as string;
      counts.set(member, (counts.get(member) ?? 0) + 1);
    }
    // 200 expected, standard deviation 14: five of them either way.
    expect(counts.size).toBe(20);
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(70);
  });

  it("SMOVE moves, and does nothing for what is not there or stays where it is", () => {
    client.line("SADD a x y");
    expect(client.line("SMOVE a b x")).toBe(1);
    expect(client.line("SMOVE a b x")).toBe(0);
    expect(client.line("SMOVE b b x")).toBe(1);
    expect(client.line("SMEMBERS b")).toEqual(["x"]);
    client.line("SMOVE a b y");
    expect(client.line("EXISTS a")).toBe(0);
  });

  it("computes intersections, unions and differences, also of large sets and missing keys", () => {
    fill("a", 0, 1000);
    fill("b", 500, 2000);
    client.line("SADD c 700 701 none");
    expect(sorted(client.line("SINTER a b c"))).toEqual(["700", "701"]);
    expect(client.line("SINTERCARD 2 a b LIMIT 7")).toBe(7);
    expect(client.line("SINTERCARD 2 a b")).toBe(500);
    expect((client.line("SUNION a b c") as string[]).length).toBe(2001);
    expect((client.line("SDIFF a b c") as string[]).length).toBe(500);
    expect(client.line("SDIFF c a b")).toEqual(["none"]);
    expect(client.line("SINTER a missing")).toEqual([]);
    expect(client.line("SINTERSTORE c a missing")).toBe(0);
    expect(client.line("EXISTS c")).toBe(0);
  });

  it("stores results in the encoding that fits them", () => {
    client.line("SADD a 3 1 2 x");
    client.line("SADD b 2 3 1");
    client.line("SINTERSTORE i a b");
    expect(client.line("OBJECT ENCODING i")).toBe("intset");
    expect(client.line("SMEMBERS i")).toEqual(["1", "2", "3"]);
    client.line("SUNIONSTORE u a b");
    expect(client.line("OBJECT ENCODING u")).toBe("listpack");
  });

  it("SSCAN returns every member that stays while others come and go", () => {
    fill("s", 0, 500, "stays");
    const seen = new Set<string>();
    let cursor = "0";
    let extra = 0;
    do {
      const [next, found] = client.run("SSCAN", "s", cursor, "COUNT", 20) as [string, string[]];
      for (const member of found) seen.add(member);
      cursor = next;
      if (extra < 4000) fill("s", extra, (extra += 400), "goes");
      else client.run("SREM", "s", ...Array.from({ length: 500 }, () => `goes${--extra}`));
    } while (cursor !== "0");
    for (let i = 0; i < 500; i++) expect(seen.has(`stays${i}`)).toBe(true);
  });

  it("is a set in RESP3", () => {
    client.line("SADD s a");
    client.line("HELLO 3");
    for (const command of ["SMEMBERS s", "SINTER s", "SUNION s s", "SPOP s 1"]) {
      expect(client.line(command)).toEqual({ "~": ["a"] });
    }
  });
});
