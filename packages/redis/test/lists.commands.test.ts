import { beforeEach, describe, expect, it } from "vitest";
import { EngineUnderTest, type EngineClient } from "./engine-client.ts";

let world: EngineUnderTest;
let client: EngineClient;

beforeEach(() => {
  world = new EngineUnderTest();
  client = world.connect();
});

describe("list commands", () => {
  it("LPUSH and RPUSH add in the order given, LPUSHX and RPUSHX only to a list that is there", () => {
    expect(client.line("LPUSHX l a")).toBe(0);
    expect(client.line("EXISTS l")).toBe(0);
    expect(client.line("RPUSH l c d")).toBe(2);
    expect(client.line("LPUSH l b a")).toBe(4);
    expect(client.line("RPUSHX l e")).toBe(5);
    expect(client.line("LRANGE l 0 -1")).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("popping the last element removes the key, and events say so in the original's order", () => {
    const watcher = world.connect();
    client.line("CONFIG SET notify-keyspace-events KA");
    watcher.line("PSUBSCRIBE __keyspace@0__:*");
    client.line("RPUSH l a b");
    client.line("LPOP l 5");
    expect(client.line("EXISTS l")).toBe(0);
    const events = [...watcher.output().matchAll(/\r\n(rpush|lpop|del|new)\r\n/g)].map((match) => match[1]);
    expect(events).toEqual(["rpush", "lpop", "del"]);
  });

  it("LPOP with a count tells a missing key from an empty answer", () => {
    client.line("RPUSH l a");
    expect(client.raw("LPOP", "l", 0)).toBe("*0\r\n");
    expect(client.raw("LPOP", "missing", 1)).toBe("*-1\r\n");
    expect(client.raw("LPOP", "missing")).toBe("$-1\r\n");
  });

  it("keeps bytes as they are, and fields called __proto__", () => {
    const bytes = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join("");
    client.run("RPUSH", "l", bytes, "__proto__", "");
    expect(client.line("LRANGE l 0 -1")).toEqual([bytes, "__proto__", ""]);
  });

  it("reports the encoding, and follows CONFIG SET at once", () => {
    client.line("RPUSH l a b c");
    expect(client.line("OBJECT ENCODING l")).toBe("listpack");
    client.line("CONFIG SET list-max-listpack-size 3");
    client.line("RPUSH l d");
    expect(client.line("OBJECT ENCODING l")).toBe("quicklist");
  });

  it("LMOVE on one list rotates it", () => {
    client.line("RPUSH l a b c");
    expect(client.line("LMOVE l l LEFT RIGHT")).toBe("a");
    expect(client.line("LRANGE l 0 -1")).toEqual(["b", "c", "a"]);
  });

  it("LMOVE to a key of another type changes nothing", () => {
    client.line("RPUSH l a");
    client.line("SET s x");
    expect(client.line("LMOVE l s LEFT RIGHT")).toBeInstanceOf(Error);
    expect(client.line("LRANGE l 0 -1")).toEqual(["a"]);
  });
});

describe("waiting for lists", () => {
  it("BLPOP answers at once from the first key that has elements", () => {
    client.line("RPUSH b 1 2");
    expect(client.line("BLPOP a b 0")).toEqual(["b", "1"]);
  });

  it("BLPOP waits for a push by another client, and then its pipeline goes on", () => {
    const pusher = world.connect();
    expect(client.raw("BLPOP", "a", "b", 0)).toBe("");
    expect(pusher.line("RPUSH b x")).toBe(1);
    expect(client.output()).toBe("*2\r\n$1\r\nb\r\n$1\r\nx\r\n");
    expect(pusher.line("EXISTS b")).toBe(0);
    expect(client.line("PING")).toBe("PONG");
  });

  it("serves clients in the order in which they came, after the whole command", () => {
    const [second, third, pusher] = [world.connect(), world.connect(), world.connect()];
    client.raw("BLPOP", "l", 0);
    second.raw("BRPOP", "l", 0);
    third.raw("BLPOP", "l", 0);
    expect(pusher.line("RPUSH l a b c d")).toBe(4);
    expect(client.output()).toContain("a");
    expect(second.output()).toContain("d");
    expect(third.output()).toContain("b");
    expect(pusher.line("LRANGE l 0 -1")).toEqual(["c"]);
  });

  it("is served only when MULTI has ended, with what is left then", () => {
    const pusher = world.connect();
    client.raw("BLPOP", "l", 0);
    pusher.line("MULTI");
    pusher.line("RPUSH l a b");
    pusher.line("LPOP l");
    pusher.line("EXEC");
    expect(client.output()).toBe("*2\r\n$1\r\nl\r\n$1\r\nb\r\n");
  });

  it("goes on waiting when the key becomes something else", () => {
    const pusher = world.connect();
    client.raw("BLPOP", "l", 0);
    pusher.line("SADD l member");
    expect(client.output()).toBe("");
    pusher.line("DEL l");
    pusher.line("RPUSH l x");
    expect(client.output()).toContain("x");
  });

  it("answers a null array when its time is over, and not before", () => {
    client.raw("BLPOP", "l", "1.5");
    world.advance(1499);
    expect(client.output()).toBe("");
    world.advance(2);
    expect(client.output()).toBe("*-1\r\n");
  });

  it("does not wait inside MULTI", () => {
    client.line("MULTI");
    client.line("BLPOP l 0");
    client.line("BLMOVE l m LEFT LEFT 0");
    expect(client.raw("EXEC")).toBe("*2\r\n*-1\r\n$-1\r\n");
  });

  it("BLMOVE hands an element on, and so can wake the next in a chain", () => {
    const [next, pusher] = [world.connect(), world.connect()];
    client.raw("BLMOVE", "a", "b", "LEFT", "RIGHT", 0);
    next.raw("BLPOP", "b", 0);
    pusher.line("RPUSH a x");
    expect(client.output()).toBe("$1\r\nx\r\n");
    expect(next.output()).toBe("*2\r\n$1\r\nb\r\n$1\r\nx\r\n");
    expect(pusher.line("EXISTS a b")).toBe(0);
  });

  it("BLMPOP takes up to its count", () => {
    const pusher = world.connect();
    client.raw("BLMPOP", 0, 2, "a", "b", "RIGHT", "COUNT", 2);
    pusher.line("RPUSH b 1 2 3");
    expect(client.output()).toBe("*2\r\n$1\r\nb\r\n*2\r\n$1\r\n3\r\n$1\r\n2\r\n");
  });

  it("tells replicas what it did, not that it waited", () => {
    const effects = world.recordEffects();
    const pusher = world.connect();
    client.raw("BLPOP", "l", 0);
    pusher.line("RPUSH l a");
    client.raw("BLMOVE", "l", "m", "LEFT", "RIGHT", 0);
    pusher.line("RPUSH l b");
    pusher.line("RPUSH n 1 2 3");
    pusher.line("BLMPOP 1 1 n LEFT COUNT 2");
    expect(effects()).toEqual([
      "RPUSH l a",
      "LPOP l",
      "RPUSH l b",
      "LMOVE l m LEFT RIGHT",
      "RPUSH n 1 2 3",
      "LPOP n 2",
    ]);
  });
});
