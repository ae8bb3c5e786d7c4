import { beforeEach, describe, expect, it } from "vitest";
import { EngineUnderTest, type EngineClient } from "./engine-client.ts";

let world: EngineUnderTest;
let client: EngineClient;

beforeEach(() => {
  world = new EngineUnderTest();
  client = world.connect();
});

function addThree(): void {
  for (const id of ["1-1", "2-1", "3-1"]) client.line(`XADD s ${id} f v${id}`);
}

describe("stream commands", () => {
  it("keeps IDs exact up to the last one there is", () => {
    const huge = "18446744073709551615-18446744073709551614";
    expect(client.line("XADD s 9007199254740993-18446744073709551615 a b")).toBe(
      "9007199254740993-18446744073709551615",
    );
    expect(client.line("XADD s 9007199254740993-* a b")).toBeInstanceOf(Error);
    expect(client.line("XADD s 9007199254740994-* a b")).toBe("9007199254740994-0");
    expect(client.line(`XADD s ${huge} a b`)).toBe(huge);
    expect(client.line("XADD s * a b")).toBe("18446744073709551615-18446744073709551615");
    expect(client.line("XADD s * a b")).toEqual(
      new Error("ERR The stream has exhausted the last possible ID, unable to add more items"),
    );
    expect(client.line(`XRANGE s (${huge} +`)).toEqual([["18446744073709551615-18446744073709551615", ["a", "b"]]]);
  });

  it("gives IDs by the world's clock, and never goes back when the clock does", () => {
    expect(client.line("XADD s * a b")).toBe(`${world.now}-0`);
    expect(client.line("XADD s * a b")).toBe(`${world.now}-1`);
    world.now -= 5000;
    expect(client.line("XADD s * a b")).toBe(`${world.now + 5000}-2`);
  });

  it("trims whole macro nodes with ~, and exactly without", () => {
    client.line("CONFIG SET stream-node-max-entries 10");
    for (let i = 1; i <= 95; i++) client.line(`XADD s ${i} f v`);
    expect(client.line("XTRIM s MAXLEN ~ 42")).toBe(50);
    expect(client.line("XTRIM s MAXLEN ~ 0 LIMIT 15")).toBe(10);
    expect(client.line("XTRIM s MAXLEN 33")).toBe(2);
    expect(client.line("XTRIM s MINID ~ 75")).toBe(8);
    expect(client.line("XTRIM s MINID 75")).toBe(4);
    expect(client.line("XLEN s")).toBe(21);
  });

  it("tells replicas what ~ and * came to", () => {
    const effects = world.recordEffects();
    client.line("CONFIG SET stream-node-max-entries 2");
    for (let i = 1; i <= 5; i++) client.line(`XADD s ${i} f v`);
    effects();
    client.line("XADD s MAXLEN ~ 2 6-* f v");
    client.line("XADD s MINID ~ 5 * f v");
    client.line("XTRIM s MAXLEN ~ 1");
    expect(effects()).toEqual([
      "XADD s MAXLEN = 2 6-0 f v",
      `XADD s MINID = 5-0 ${world.now}-0 f v`,
      "XTRIM s MAXLEN = 1",
    ]);
  });

  it("serves blocked readers first come first served, after the command", () => {
    const [second, third] = [world.connect(), world.connect()];
    expect(client.raw("XREAD", "BLOCK", 0, "STREAMS", "s", "$")).toBe("");
    expect(second.raw("XREAD", "BLOCK", 0, "STREAMS", "t", "s", "0", "0")).toBe("");
    third.line("XADD s 1-1 a b");
    const reply = "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n";
    expect(client.output()).toBe(reply);
    expect(second.output()).toBe(reply);
  });

  it("waits with $ for what comes after the command, also when the stream was made anew", () => {
    addThree();
    const adder = world.connect();
    expect(client.raw("XREAD", "BLOCK", 500, "STREAMS", "s", "$")).toBe("");
    adder.line("XDEL s 3-1");
    expect(client.output()).toBe("");
    adder.line("XADD s 4-1 a b");
    expect(client.output()).toContain("4-1");
    expect(client.raw("XREAD", "BLOCK", 500, "STREAMS", "s", "$")).toBe("");
    world.advance(501);
    expect(client.output()).toBe("*-1\r\n");
  });

  it("XREAD + gives the last entry, as since 7.4", () => {
    addThree();
    expect(client.line("XREAD STREAMS s +")).toEqual([["s", [["3-1", ["f", "v3-1"]]]]]);
    client.line("XDEL s 3-1");
    expect(client.line("XREAD STREAMS s +")).toEqual([["s", [["2-1", ["f", "v2-1"]]]]]);
    expect(client.raw("XREAD", "STREAMS", "missing", "+")).toBe("*-1\r\n");
  });

  it("delivers each entry to one consumer, in turn, and repeats what is not acknowledged", () => {
    const [second, adder] = [world.connect(), world.connect()];
    client.line("XGROUP CREATE s g $ MKSTREAM");
    client.raw("XREADGROUP", "GROUP", "g", "ann", "BLOCK", 0, "STREAMS", "s", ">");
    second.raw("XREADGROUP", "GROUP", "g", "bob", "BLOCK", 0, "STREAMS", "s", ">");
    adder.line("XADD s 1-1 a b");
    expect(client.output()).toContain("1-1");
    expect(second.output()).toBe("");
    adder.line("XADD s 2-1 a b");
    expect(second.output()).toContain("2-1");
    expect(client.line("XREADGROUP GROUP g ann STREAMS s 0")).toEqual([["s", [["1-1", ["a", "b"]]]]]);
    expect(client.line("XACK s g 1-1 2-1 9-9")).toBe(2);
    expect(client.line("XPENDING s g")).toEqual([0, null, null, { "*": null }]);
  });

  it("tells who waits for a group that it is gone", () => {
    for (const [end, error] of [
      [["XGROUP", "DESTROY", "s", "g"], "NOGROUP"],
      [["DEL", "s"], "NOGROUP"],
      [["SET", "s", "string"], "WRONGTYPE"],
      [["RENAME", "s", "t"], "NOGROUP"],
      [["FLUSHALL"], "NOGROUP"],
    ] as const) {
      client.line("FLUSHALL");
      client.line("XGROUP CREATE s g $ MKSTREAM");
      const reader = world.connect();
      expect(reader.raw("XREADGROUP", "GROUP", "g", "c", "BLOCK", 0, "STREAMS", "s", ">")).toBe("");
      client.run(...end);
      expect(reader.output()).toMatch(new RegExp(`^-${error} `));
    }
  });

  it("propagates deliveries and claims as XCLAIM, and how far the group is", () => {
    addThree();
    client.line("XGROUP CREATE s g 0");
    const effects = world.recordEffects();
    const { now } = world;
    client.line("XREADGROUP GROUP g ann COUNT 1 STREAMS s >");
    expect(effects()).toEqual([
      "MULTI",
      "XGROUP CREATECONSUMER s g ann",
      `XCLAIM s g ann 0 1-1 TIME ${now} RETRYCOUNT 1 FORCE JUSTID LASTID 1-1`,
      "XGROUP SETID s g 1-1 ENTRIESREAD 1",
      "EXEC",
    ]);
    client.line("XREADGROUP GROUP g ann STREAMS s 0");
    expect(effects()).toEqual([]);
    client.line("XAUTOCLAIM s g bob 0 0 JUSTID");
    expect(effects()).toContain(`XCLAIM s g bob 0 1-1 TIME ${now} RETRYCOUNT 2 FORCE JUSTID LASTID 1-1`);
  });

  it("XAUTOCLAIM drops what was deleted, says so, and goes on from its cursor", () => {
    addThree();
    client.line("XGROUP CREATE s g 0");
    client.line("XREADGROUP GROUP g ann STREAMS s >");
    client.line("XDEL s 2-1");
    world.advance(100);
    expect(client.line("XAUTOCLAIM s g bob 50 - COUNT 2 JUSTID")).toEqual(["3-1", ["1-1"], ["2-1"]]);
    expect(client.line("XAUTOCLAIM s g bob 50 3-1")).toEqual(["0-0", [["3-1", ["f", "v3-1"]]], []]);
    expect(client.line("XPENDING s g - + 10")).toEqual([
      ["1-1", "bob", 0, 1],
      ["3-1", "bob", 0, 2],
    ]);
  });

  it("counts the entries that a group has yet to read, as long as that can be told", () => {
    const lag = (): unknown => (client.line("XINFO GROUPS s") as unknown[][])[0]!.slice(-4);
    for (let i = 1; i <= 5; i++) client.line(`XADD s ${i} f v`);
    client.line("XGROUP CREATE s g 0");
    expect(lag()).toEqual(["entries-read", null, "lag", 5]);
    client.line("XREADGROUP GROUP g c COUNT 2 STREAMS s >");
    expect(lag()).toEqual(["entries-read", 2, "lag", 3]);
    client.line("XTRIM s MAXLEN 2");
    expect(lag()).toEqual(["entries-read", 2, "lag", 2]);
    client.line("XADD s 6 f v");
    client.line("XDEL s 5");
    expect(lag()).toEqual(["entries-read", 2, "lag", null]);
    client.line("XREADGROUP GROUP g c STREAMS s >");
    expect(lag()).toEqual(["entries-read", 6, "lag", 0]);
  });

  it("tells when a consumer last asked, and when it last got something", () => {
    addThree();
    client.line("XGROUP CREATE s g $");
    client.line("XREADGROUP GROUP g ann STREAMS s >");
    world.advance(70);
    client.line("XREADGROUP GROUP g bob STREAMS s >");
    client.line("XCLAIM s g bob 0 1-1 FORCE JUSTID");
    world.advance(30);
    expect(client.line("XINFO CONSUMERS s g")).toEqual([
      ["name", "ann", "pending", 0, "idle", 100, "inactive", -1],
      ["name", "bob", "pending", 1, "idle", 30, "inactive", 30],
    ]);
  });

  it("lives on when it is empty, and is copied with its groups", () => {
    addThree();
    client.line("XGROUP CREATE s g 0");
    client.line("XREADGROUP GROUP g ann STREAMS s >");
    client.line("COPY s t");
    expect(client.line("XDEL s 1-1 2-1 3-1")).toBe(3);
    expect(client.line("XLEN s")).toBe(0);
    expect(client.line("EXISTS s")).toBe(1);
    expect(client.line("XACK t g 1-1")).toBe(1);
    expect((client.line("XPENDING s g") as unknown[])[0]).toBe(3);
    expect((client.line("XPENDING t g") as unknown[])[0]).toBe(2);
    expect(client.line("OBJECT ENCODING t")).toBe("stream");
  });
});
