import { beforeEach, describe, expect, it } from "vitest";
import { EngineUnderTest, type EngineClient } from "./engine-client.ts";

let world: EngineUnderTest;
let client: EngineClient;

beforeEach(() => {
  world = new EngineUnderTest();
  client = world.connect();
  client.line("HSET h a 1 b 2 c 3");
});

describe("fields of hashes that expire", () => {
  it("get a time, are asked for it, and lose it", () => {
    expect(client.line("HEXPIRE h 10 FIELDS 3 a b nothing")).toEqual([1, 1, -2]);
    expect(client.line("HTTL h FIELDS 3 a c nothing")).toEqual([10, -1, -2]);
    expect(client.line("HPTTL h FIELDS 1 a")).toEqual([10_000]);
    expect(client.line("HEXPIRETIME h FIELDS 1 a")).toEqual([world.now / 1000 + 10]);
    expect(client.line("HPEXPIRETIME h FIELDS 1 a")).toEqual([world.now + 10_000]);
    expect(client.line("HPERSIST h FIELDS 3 a c nothing")).toEqual([1, -1, -2]);
    expect(client.line("HTTL h FIELDS 1 a")).toEqual([-1]);
    expect(client.line("HTTL missing FIELDS 2 a b")).toEqual([-2, -2]);
    expect(client.line("HEXPIRE missing 5 FIELDS 1 a")).toEqual([-2]);
  });

  it("take the conditions NX, XX, GT and LT, where no time is later than any", () => {
    expect(client.line("HPEXPIRE h 100 XX FIELDS 1 a")).toEqual([0]);
    expect(client.line("HPEXPIRE h 100 GT FIELDS 1 a")).toEqual([0]);
    expect(client.line("HPEXPIRE h 100 LT FIELDS 1 a")).toEqual([1]);
    expect(client.line("HPEXPIRE h 200 NX FIELDS 2 a b")).toEqual([0, 1]);
    expect(client.line("HPEXPIRE h 150 GT FIELDS 2 a b")).toEqual([1, 0]);
    expect(client.line("HPEXPIRE h 150 LT FIELDS 2 a b")).toEqual([0, 1]);
    expect(client.line("HPEXPIRE h 300 XX FIELDS 2 a c")).toEqual([1, 0]);
  });

  it("are gone once their time is past, on access and without it; the last one takes the key along", () => {
    const effects = world.recordEffects();
    client.line("HPEXPIRE h 100 FIELDS 2 a b");
    effects();
    world.advance(101);
    expect(client.line("HGETALL h")).toEqual(["c", "3"]);
    expect(effects()).toEqual(["HDEL h a b"]);
    client.line("HPEXPIRE h 100 FIELDS 1 c");
    effects();
    world.now += 1000;
    world.engine.cron(world.now);
    expect(effects()).toEqual(["HDEL h c"]);
    expect(client.line("EXISTS h")).toBe(0);
  });

  it("are deleted at once by a time that is past", () => {
    const effects = world.recordEffects();
    expect(client.line("HPEXPIREAT h 5 FIELDS 2 a b")).toEqual([2, 2]);
    expect(client.line("HEXPIRE h 0 FIELDS 1 c")).toEqual([2]);
    expect(client.line("EXISTS h")).toBe(0);
    expect(effects()).toEqual(["HDEL h a b", "HDEL h c"]);
  });

  it("tell replicas the absolute time", () => {
    const effects = world.recordEffects();
    client.line("HEXPIRE h 10 FIELDS 3 a b nothing");
    client.line("HPERSIST h FIELDS 2 a c");
    expect(effects()).toEqual([`HPEXPIREAT h ${world.now + 10_000} FIELDS 2 a b`, "HPERSIST h FIELDS 1 a"]);
  });

  it("announce their events", () => {
    const listener = world.connect();
    client.line("CONFIG SET notify-keyspace-events Kgh");
    listener.raw("PSUBSCRIBE", "*");
    listener.output();
    client.line("HPEXPIRE h 50 FIELDS 1 a");
    client.line("HPERSIST h FIELDS 1 a");
    client.line("HPEXPIRE h 50 FIELDS 3 a b c");
    world.advance(51);
    client.line("HGET h a");
    const events = Array.from(listener.output().matchAll(/\$\d+\r\n([a-z]+)\r\n(?=\*|$)/g), ([, event]) => event);
    expect(events).toEqual(["hexpire", "hpersist", "hexpire", "hexpired", "del"]);
  });

  it("lose their time when they are set anew, and keep it when they are counted with", () => {
    client.line("HEXPIRE h 10 FIELDS 3 a b c");
    client.line("HSET h a 5");
    client.line("HINCRBY h b 5");
    client.line("HINCRBYFLOAT h c 0.5");
    expect(client.line("HTTL h FIELDS 3 a b c")).toEqual([-1, 10, 10]);
  });

  it("go along with COPY and RENAME", () => {
    client.line("HPEXPIRE h 100 FIELDS 1 a");
    client.line("COPY h copy");
    client.line("RENAME h moved");
    expect(client.line("HPTTL copy FIELDS 1 a")).toEqual([100]);
    world.now += 200;
    world.engine.cron(world.now);
    expect([client.line("HLEN copy"), client.line("HLEN moved")]).toEqual([2, 2]);
  });

  it("make a compact hash a listpackex, in the order of times", () => {
    expect(client.line("OBJECT ENCODING h")).toBe("listpack");
    client.line("HEXPIRE h 100 FIELDS 1 c");
    client.line("HEXPIRE h 50 FIELDS 1 b");
    expect(client.line("OBJECT ENCODING h")).toBe("listpackex");
    expect(client.line("HKEYS h")).toEqual(["b", "c", "a"]);
    client.line("HPERSIST h FIELDS 2 b c");
    expect(client.line("OBJECT ENCODING h")).toBe("listpackex");
    for (let i = 0; i < 600; i++) client.line(`HSET h f${i} x`);
    expect(client.line("OBJECT ENCODING h")).toBe("hashtable");
    expect(client.line("HEXPIRE h 50 FIELDS 2 f1 f2")).toEqual([1, 1]);
    world.advance(50_001);
    expect(client.line("HLEN h")).toBe(601);
  });

  it("refuse what makes no sense, in the original's words", () => {
    for (const [command, message] of [
      ["HEXPIRE h x FIELDS 1 a", "ERR value is not an integer or out of range"],
      ["HEXPIRE h -1 FIELDS 1 a", "ERR invalid expire time, must be >= 0"],
      ["HEXPIRE h 99999999999999 FIELDS 1 a", "ERR invalid expire time in 'hexpire' command"],
      ["HEXPIRE h 1 FIELDS 0 a", "ERR Parameter `numFields` should be greater than 0"],
      ["HEXPIRE h 1 FIELDS 2 a", "ERR The `numfields` parameter must match the number of arguments"],
      ["HEXPIRE h 1 NX XX 1 a", "ERR Mandatory argument FIELDS is missing or not at the right position"],
      ["HTTL h FIELDS 0 a", "ERR Number of fields must be a positive integer"],
      ["HTTL h NOPE 1 a", "ERR Mandatory argument FIELDS is missing or not at the right position"],
      ["HSETEX h FNX FXX FIELDS 1 a 1", "ERR syntax error"],
    ] as const) {
      expect(client.line(command)).toEqual(new Error(message));
    }
  });
});

describe("HGETDEL, HGETEX and HSETEX of 8.0", () => {
  it("HGETDEL gives fields and deletes them", () => {
    const effects = world.recordEffects();
    expect(client.line("HGETDEL h FIELDS 2 a nothing")).toEqual(["1", null]);
    expect(client.line("HGETDEL h FIELDS 2 b c")).toEqual(["2", "3"]);
    expect(client.line("EXISTS h")).toBe(0);
    expect(effects()).toEqual(["HDEL h a", "HDEL h b c"]);
    expect(client.line("HGETDEL missing FIELDS 1 a")).toEqual([null]);
  });

  it("HGETEX gives fields and changes their times", () => {
    expect(client.line("HGETEX h EX 10 FIELDS 2 a nothing")).toEqual(["1", null]);
    expect(client.line("HGETEX h FIELDS 1 a")).toEqual(["1"]);
    expect(client.line("HTTL h FIELDS 2 a b")).toEqual([10, -1]);
    expect(client.line("HGETEX h PERSIST FIELDS 1 a")).toEqual(["1"]);
    expect(client.line("HTTL h FIELDS 1 a")).toEqual([-1]);
    expect(client.line("HGETEX h PXAT 5 FIELDS 1 a")).toEqual(["1"]);
    expect(client.line("HEXISTS h a")).toBe(0);
  });

  it("HSETEX sets fields with a time, all of them or none", () => {
    const effects = world.recordEffects();
    expect(client.line("HSETEX h FNX EX 10 FIELDS 2 a 9 d 9")).toBe(0);
    expect(client.line("HSETEX h FXX EX 10 FIELDS 2 a 9 d 9")).toBe(0);
    expect(effects()).toEqual([]);
    expect(client.line("HSETEX h FXX PX 500 FIELDS 2 a 8 b 9")).toBe(1);
    expect(effects()).toEqual(["MULTI", "HSET h a 8 b 9", `HPEXPIREAT h ${world.now + 500} FIELDS 2 a b`, "EXEC"]);
    expect(client.line("HSETEX h KEEPTTL FIELDS 1 a 7")).toBe(1);
    expect(client.line("HSETEX h FIELDS 1 b 7")).toBe(1);
    expect(client.line("HPTTL h FIELDS 2 a b")).toEqual([500, -1]);
    expect(client.line("HMGET h a b")).toEqual(["7", "7"]);
  });
});
