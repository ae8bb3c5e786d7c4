/** The stages of the public "build your own Redis" course on streams, in our own words. */
import { beforeEach, describe, expect, it } from "vitest";
import { EngineUnderTest, type EngineClient } from "./engine-client.ts";

let world: EngineUnderTest;
let client: EngineClient;

beforeEach(() => {
  world = new EngineUnderTest();
  client = world.connect();
});

const TOO_SMALL = new Error("ERR The ID specified in XADD is equal or smaller than the target stream top item");
const ZERO = new Error("ERR The ID specified in XADD must be greater than 0-0");

describe("course: streams", () => {
  it("The TYPE command", () => {
    client.line("SET word pear");
    expect(client.raw("TYPE", "word")).toBe("+string\r\n");
    expect(client.raw("TYPE", "missing")).toBe("+none\r\n");
  });

  it("Create a stream", () => {
    expect(client.raw("XADD", "weather", "0-1", "temperature", "96")).toBe("$3\r\n0-1\r\n");
    expect(client.raw("TYPE", "weather")).toBe("+stream\r\n");
  });

  it("Validating entry IDs", () => {
    client.line("XADD weather 1-1 wind 3");
    client.line("XADD weather 1-2 wind 4");
    expect(client.line("XADD weather 1-2 wind 5")).toEqual(TOO_SMALL);
    expect(client.line("XADD weather 0-3 wind 5")).toEqual(TOO_SMALL);
    expect(client.line("XADD weather 0-0 wind 5")).toEqual(ZERO);
  });

  it("Partially auto-generated IDs", () => {
    expect(client.line("XADD weather 0-* wind 1")).toBe("0-1");
    expect(client.line("XADD weather 5-* wind 1")).toBe("5-0");
    expect(client.line("XADD weather 5-* wind 1")).toBe("5-1");
  });

  it("Fully auto-generated IDs", () => {
    expect(client.line("XADD weather * wind 1")).toBe(`${world.now}-0`);
  });

  const fill = (): void => {
    for (let n = 1; n <= 4; n++) client.line(`XADD weather 0-${n} wind ${n}`);
  };
  const entry = (n: number): unknown => [`0-${n}`, ["wind", String(n)]];

  it("Query entries from stream", () => {
    fill();
    expect(client.line("XRANGE weather 0-2 0-3")).toEqual([entry(2), entry(3)]);
  });

  it("Query with -", () => {
    fill();
    expect(client.line("XRANGE weather - 0-2")).toEqual([entry(1), entry(2)]);
  });

  it("Query with +", () => {
    fill();
    expect(client.line("XRANGE weather 0-3 +")).toEqual([entry(3), entry(4)]);
  });

  it("Query single stream using XREAD", () => {
    fill();
    expect(client.line("XREAD STREAMS weather 0-3")).toEqual([["weather", [entry(4)]]]);
  });

  it("Query multiple streams using XREAD", () => {
    fill();
    client.line("XADD tides 0-9 height 2");
    expect(client.line("XREAD streams weather tides 0-3 0-0")).toEqual([
      ["weather", [entry(4)]],
      ["tides", [["0-9", ["height", "2"]]]],
    ]);
  });

  it("Blocking reads", () => {
    fill();
    expect(client.raw("XREAD", "BLOCK", 1000, "STREAMS", "weather", "0-4")).toBe("");
    world.connect().line("XADD weather 0-5 wind 5");
    expect(client.output()).toBe(
      "*1\r\n*2\r\n$7\r\nweather\r\n*1\r\n*2\r\n$3\r\n0-5\r\n*2\r\n$4\r\nwind\r\n$1\r\n5\r\n",
    );
    expect(client.raw("XREAD", "BLOCK", 1000, "STREAMS", "weather", "0-5")).toBe("");
    world.advance(1001);
    expect(client.output()).toBe("*-1\r\n");
  });

  it("Blocking reads without timeout", () => {
    expect(client.raw("XREAD", "BLOCK", 0, "STREAMS", "weather", "0-1")).toBe("");
    world.advance(100_000_000);
    expect(client.output()).toBe("");
    world.connect().line("XADD weather 0-2 wind 2");
    expect(client.output()).toContain("0-2");
  });

  it("Blocking reads using $", () => {
    fill();
    expect(client.raw("XREAD", "BLOCK", 0, "STREAMS", "weather", "$")).toBe("");
    world.connect().line("XADD weather 0-5 wind 5");
    expect(client.output()).toContain("0-5");
    expect(client.raw("XREAD", "BLOCK", 1000, "STREAMS", "weather", "$")).toBe("");
    world.advance(1001);
    expect(client.output()).toBe("*-1\r\n");
  });
});
