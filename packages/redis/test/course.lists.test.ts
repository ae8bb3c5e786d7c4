/** The stages of the public "build your own Redis" course on lists, in our own words. */
import { beforeEach, describe, expect, it } from "vitest";
import { EngineUnderTest, type EngineClient } from "./engine-client.ts";

let world: EngineUnderTest;
let client: EngineClient;

beforeEach(() => {
  world = new EngineUnderTest();
  client = world.connect();
});

describe("course: lists", () => {
  it("Create a list", () => expect(client.raw("RPUSH", "fruits", "mango")).toBe(":1\r\n"));

  it("Append an element", () => {
    client.line("RPUSH fruits mango");
    expect(client.raw("RPUSH", "fruits", "pear")).toBe(":2\r\n");
  });

  it("Append multiple elements", () => {
    expect(client.line("RPUSH fruits mango pear plum")).toBe(3);
    expect(client.line("RPUSH fruits fig lime")).toBe(5);
  });

  it("List elements (positive indexes)", () => {
    client.line("RPUSH fruits a b c d e");
    expect(client.line("LRANGE fruits 0 1")).toEqual(["a", "b"]);
    expect(client.line("LRANGE fruits 2 40")).toEqual(["c", "d", "e"]);
    expect(client.line("LRANGE fruits 3 2")).toEqual([]);
    expect(client.line("LRANGE fruits 5 9")).toEqual([]);
    expect(client.raw("LRANGE", "missing", 0, 1)).toBe("*0\r\n");
  });

  it("List elements (negative indexes)", () => {
    client.line("RPUSH fruits a b c d e");
    expect(client.line("LRANGE fruits -2 -1")).toEqual(["d", "e"]);
    expect(client.line("LRANGE fruits 0 -3")).toEqual(["a", "b", "c"]);
    expect(client.line("LRANGE fruits -9 1")).toEqual(["a", "b"]);
  });

  it("Prepend elements", () => {
    client.line("LPUSH fruits c");
    expect(client.line("LPUSH fruits b a")).toBe(3);
    expect(client.line("LRANGE fruits 0 -1")).toEqual(["a", "b", "c"]);
  });

  it("Query list length", () => {
    client.line("RPUSH fruits a b c");
    expect(client.raw("LLEN", "fruits")).toBe(":3\r\n");
    expect(client.raw("LLEN", "missing")).toBe(":0\r\n");
  });

  it("Remove an element", () => {
    client.line("RPUSH fruits a b");
    expect(client.raw("LPOP", "fruits")).toBe("$1\r\na\r\n");
    expect(client.line("LRANGE fruits 0 -1")).toEqual(["b"]);
    expect(client.raw("LPOP", "missing")).toBe("$-1\r\n");
  });

  it("Remove multiple elements", () => {
    client.line("RPUSH fruits a b c d");
    expect(client.line("LPOP fruits 2")).toEqual(["a", "b"]);
    expect(client.line("LPOP fruits 9")).toEqual(["c", "d"]);
  });

  it("Blocking retrieval", () => {
    const [later, pusher] = [world.connect(), world.connect()];
    client.raw("BLPOP", "fruits", 0);
    later.raw("BLPOP", "fruits", 0);
    pusher.line("RPUSH fruits fig");
    expect(client.output()).toBe("*2\r\n$6\r\nfruits\r\n$3\r\nfig\r\n");
    expect(later.output()).toBe("");
  });

  it("Blocking retrieval with timeout", () => {
    client.raw("BLPOP", "fruits", "0.1");
    world.advance(50);
    expect(client.output()).toBe("");
    world.advance(60);
    expect(client.output()).toBe("*-1\r\n");
    client.raw("BLPOP", "fruits", "0.5");
    world.connect().line("RPUSH fruits fig");
    expect(client.output()).toContain("fig");
  });
});
