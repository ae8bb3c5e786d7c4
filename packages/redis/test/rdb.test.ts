import { Buffer } from "node:buffer";
import { crc64 } from "@tenon/kit";
import { describe, expect, test } from "vitest";
import { dumpValue, restoreValue, verifyPayload } from "../src/persistence/dump-payload.ts";
import { loadOptions, snapshotBytes } from "../src/persistence/engine-snapshot.ts";
import { RdbError } from "../src/persistence/rdb-format.ts";
import { memorySource } from "../src/persistence/rdb-input.ts";
import { RdbLoad } from "../src/persistence/rdb-load.ts";
import { RdbReader } from "../src/persistence/rdb-reader.ts";
import { HashValue } from "../src/types/hash.ts";
import { EngineUnderTest } from "./engine-client.ts";
import { fillWithEverything } from "./every-type.ts";
import { collectionSettings } from "./settings.ts";

const settings = collectionSettings();

function load(owner: EngineUnderTest, bytes: Uint8Array): RdbLoad {
  const loading = new RdbLoad(memorySource(bytes), loadOptions(owner.engine, false));
  loading.step(() => false);
  return loading;
}

/** A file of version `version` around `body`, with its checksum. */
function rdb(version: string, ...body: readonly (number | string | readonly number[])[]): Buffer {
  const parts = body.map((part) => Buffer.from(typeof part === "string" ? Buffer.from(part, "latin1") : [part].flat()));
  const bytes = Buffer.concat([Buffer.from(`REDIS${version}`), ...parts, Buffer.from([255]), Buffer.alloc(8)]);
  bytes.writeBigUInt64LE(crc64(bytes.subarray(0, -8)), bytes.length - 8);
  return bytes;
}

function entries(bytes: Uint8Array): [database: number, key: string, text: string, expiresAtMs: number][] {
  const reader = new RdbReader(memorySource(bytes), settings);
  const found: [number, string, string, number][] = [];
  for (let entry = reader.next(); entry !== undefined; entry = reader.next()) {
    const { value } = entry;
    const text =
      typeof value === "object" && !(value instanceof Uint8Array) ? `${value.type} ${value.size}` : String(value);
    found.push([entry.database, entry.key, text, entry.expiresAtMs]);
  }
  return found;
}

describe("writing and reading", () => {
  test("a snapshot gives back every type, in every database, with its expiry and encoding", () => {
    const owner = new EngineUnderTest();
    const client = owner.connect();
    fillWithEverything((...words) => client.run(...words));
    const names = client.run("KEYS", "*") as string[];
    const before = names.map((name) => [
      name,
      client.raw("DUMP", name),
      client.raw("OBJECT", "ENCODING", name),
      client.run("PTTL", name),
    ]);
    const bytes = snapshotBytes(owner.engine);
    client.run("FLUSHALL");
    owner.engine.keyspace.adopt(load(owner, bytes).keyspace);
    expect(client.run("DBSIZE")).toBe(names.length);
    for (const [name, dump, encoding, ttl] of before) {
      const key = name as string;
      expect([key, client.raw("OBJECT", "ENCODING", key), client.run("PTTL", key)]).toEqual([key, encoding, ttl]);
      // Tables may come in another order; what holds no table is the same to the byte.
      if (!/hashtable|skiplist/.test(encoding as string)) expect([key, client.raw("DUMP", key)]).toEqual([key, dump]);
    }
    client.run("SELECT", 3);
    expect(client.run("GET", "elsewhere")).toBe("db3");
  });

  test("version 10 is written, which Redis 7.0 reads", () => {
    const owner = new EngineUnderTest();
    fillWithEverything((...words) => owner.connect().run(...words));
    expect(snapshotBytes(owner.engine).toString("latin1", 0, 9)).toBe("REDIS0010");
  });

  test("keys that expired before the load are left out", () => {
    const owner = new EngineUnderTest();
    const client = owner.connect();
    client.run("SET", "soon", 1, "PX", 10);
    client.run("SET", "later", 1, "PX", 10_000);
    const bytes = snapshotBytes(owner.engine);
    owner.advance(1000);
    const loaded = load(owner, bytes);
    expect([loaded.keysLoaded, loaded.keysExpired]).toEqual([1, 1]);
  });
});

describe("what older versions wrote", () => {
  test("expiry in seconds, zipmaps and ziplists, scores as text, and no checksum before version 5", () => {
    const bytes = Buffer.concat([
      Buffer.from("REDIS0003"),
      Buffer.from([254, 2, 253, 0x40, 0x42, 0x0f, 0x00, 0, 1, 0x6b, 0xc0, 5]),
      Buffer.from([9, 1, 0x68, 7, 1, 1, 0x66, 1, 0, 0x76, 255]),
      Buffer.from([3, 1, 0x7a, 2, 1, 0x61, 3, ...Buffer.from("1.5"), 1, 0x62, 254]),
      Buffer.from([255]),
    ]);
    expect(entries(bytes)).toEqual([
      [2, "k", "5", 1_000_000_000],
      [2, "h", "hash 1", -1],
      [2, "z", "zset 2", -1],
    ]);
  });

  test("lengths of 14, 32 and 64 bits", () => {
    const long = "x".repeat(300);
    const bytes = rdb(
      "0011",
      0,
      1,
      "a",
      [0x41, 0x2c],
      long,
      0,
      1,
      "b",
      [0x80, 0, 0, 1, 0x2c],
      long,
      0,
      1,
      "c",
      [0x81, 0, 0, 0, 0, 0, 0, 0, 2],
      "ok",
    );
    expect(entries(bytes).map(([, , text]) => text)).toEqual([long, long, "ok"]);
  });

  test("idle times, frequencies, sizes, slots, libraries and modules beside the keys", () => {
    const seen: string[] = [];
    const bytes = rdb(
      "0012",
      [250, 3],
      "abc",
      1,
      "d",
      [254, 0, 251, 1, 0, 244, 5, 1, 0],
      245,
      3,
      "lib",
      [247, 1, 2, 1, 5, 4],
      "abcd",
      0,
      [248, 7, 249, 9, 0, 1],
      "k",
      1,
      "v",
      [7, 1],
      "m",
      [5, 2, 9, 0],
    );
    const reader = new RdbReader(memorySource(bytes), settings, {
      aux: (name, value) => seen.push(`${name}=${value}`),
      resize: (index, keys, expiring) => seen.push(`${index}: ${keys}, ${expiring}`),
      library: (code) => seen.push(code),
      skipped: (key) => seen.push(`skipped ${key}`),
    });
    expect(reader.next()).toMatchObject({ key: "k", value: "v", idleSeconds: 7, frequency: 9 });
    expect(reader.next()).toBeUndefined();
    expect(seen).toEqual(["abc=d", "0: 1, 0", "lib", "skipped m"]);
  });
});

describe("hashes whose fields expire", () => {
  test("need version 12, and come back with every time", () => {
    const owner = new EngineUnderTest();
    const client = owner.connect();
    client.run("HSET", "small", "a", 1, "b", 2, "c", 3);
    client.run("HPEXPIRE", "small", 5000, "FIELDS", 1, "c");
    client.run("HPEXPIRE", "small", 3000, "FIELDS", 1, "b");
    for (let i = 0; i < 600; i++) client.run("HSET", "large", `field ${i}`, i);
    client.run("HPEXPIRE", "large", 7000, "FIELDS", 2, "field 1", "field 2");
    const ask = (): unknown => [
      client.run("HPEXPIRETIME", "small", "FIELDS", 3, "a", "b", "c"),
      client.run("HPEXPIRETIME", "large", "FIELDS", 3, "field 0", "field 1", "field 2"),
      client.run("OBJECT", "ENCODING", "small"),
      client.run("HGETALL", "small"),
      client.run("HLEN", "large"),
    ];
    const before = ask();
    const file = snapshotBytes(owner.engine);
    expect(file.toString("latin1", 0, 9)).toBe("REDIS0012");
    client.run("FLUSHALL");
    owner.engine.keyspace.adopt(load(owner, file).keyspace);
    expect(ask()).toEqual(before);
    owner.advance(4000);
    expect(client.run("HGET", "small", "b")).toBeNull();
    client.run("HPERSIST", "small", "FIELDS", 1, "c");
    client.run("DEL", "large");
    expect(snapshotBytes(owner.engine).toString("latin1", 0, 9)).toBe("REDIS0010");
  });

  test("as the versions before the release of 7.4 wrote them, with times as they are", () => {
    const at = [0x81, 0, 0, 1, 0x8b, 0xcf, 0xe5, 0x68, 0];
    const bytes = rdb("0012", 22, 1, "h", 2, at, 1, "f", 1, "v", 0, 1, "g", 1, "w");
    const value = new RdbReader(memorySource(bytes), settings).next()?.value;
    expect(value).toBeInstanceOf(HashValue);
    expect([(value as HashValue).expiresAt("f"), (value as HashValue).expiresAt("g")]).toEqual([1_700_000_000_000, -1]);
  });
});

describe("damaged files", () => {
  const owner = new EngineUnderTest();
  fillWithEverything((...words) => owner.connect().run(...words), 20);
  const file = snapshotBytes(owner.engine);

  test("every truncation is refused", () => {
    for (let length = 0; length < file.length; length += length < 600 ? 1 : 101) {
      expect(() => load(owner, file.subarray(0, length))).toThrow(RdbError);
    }
  });

  test("any changed byte is noticed by the checksum, and does no harm without it", () => {
    let refused = 0;
    for (let at = 9; at < file.length - 8; at += 29) {
      const mutated = Buffer.from(file);
      mutated[at] = mutated[at]! ^ (1 << (at % 8));
      expect(() => load(owner, mutated)).toThrow(RdbError);
      mutated.fill(0, mutated.length - 8);
      try {
        load(owner, mutated);
      } catch (error) {
        if (!(error instanceof RdbError)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(20);
  });

  test("the original's words say what is wrong", () => {
    const say = (bytes: Buffer): string => {
      try {
        load(owner, bytes);
        return "";
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(say(Buffer.from("RUBIS0010000000000"))).toBe("Wrong signature trying to load DB from file");
    expect(say(rdb("0099"))).toBe("Can't handle RDB format version 99");
    expect(say(Buffer.from("REDIS0010"))).toBe("Short read or OOM loading DB. Unrecoverable error, aborting now.");
    expect(say(rdb("0010", 0, 1, "a", 1, "b", 0, 1, "a", 1, "c"))).toBe("RDB has duplicated key 'a' in DB 0");
    expect(say(rdb("0010", [254, 63], 0, 1, "a", 1, "b"))).toMatch("configured to handle more than 16 databases");
  });

  test("a claimed length allocates nothing", () => {
    for (const type of [0, 1, 2, 3, 4, 5, 14, 18]) {
      expect(() => load(owner, rdb("0010", type, 1, "k", [0x81, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff]))).toThrow(
        RdbError,
      );
    }
    expect(() => load(owner, rdb("0010", 0, 1, "k", [0xc3, 2, 0x80, 0x3f, 0xff, 0xff, 0xff, 0, 0x61]))).toThrow(
      RdbError,
    );
  });
});

describe("DUMP payloads", () => {
  test("are refused when version or checksum are wrong, or the value is followed by anything", () => {
    const payload = dumpValue("hello", true);
    expect(verifyPayload(payload)).toBe(true);
    for (let at = 0; at < payload.length; at++) {
      const mutated = Buffer.from(payload);
      mutated[at] = mutated[at]! ^ 1;
      expect(verifyPayload(mutated)).toBe(false);
    }
    const longer = Buffer.concat([payload.subarray(0, -10), Buffer.from("x"), payload.subarray(-10)]);
    longer.writeBigUInt64LE(crc64(longer.subarray(0, -8)), longer.length - 8);
    expect(verifyPayload(longer)).toBe(true);
    expect(restoreValue(longer, settings)).toBeUndefined();
  });

  test("members that come twice, empty collections and scores that are no number are refused", () => {
    const payload = (...body: readonly (number | string)[]): Buffer =>
      Buffer.concat([
        ...body.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from([part]))),
        Buffer.from([10, 0]),
        Buffer.alloc(8),
      ]);
    expect(restoreValue(payload(2, 2, 1, "a", 1, "a"), settings)).toBeUndefined();
    expect(restoreValue(payload(4, 2, 1, "a", 1, "1", 1, "a", 1, "2"), settings)).toBeUndefined();
    expect(restoreValue(payload(3, 1, 1, "a", 253), settings)).toBeUndefined();
    expect(restoreValue(payload(1, 0), settings)).toBeUndefined();
    expect(restoreValue(payload(1, 1, 1, "a"), settings)).toMatchObject({ type: "list", size: 1 });
  });
});

describe("RESTORE", () => {
  const owner = new EngineUnderTest();
  const client = owner.connect();
  const bulk = (raw: string): string => raw.slice(raw.indexOf("\r\n") + 2, -2);
  client.run("RPUSH", "list", "a", "b");
  const payload = bulk(client.raw("DUMP", "list"));

  test("gives a key its value and its time", () => {
    expect(client.run("RESTORE", "copy", 5000, payload)).toBe("OK");
    expect(client.run("LRANGE", "copy", 0, -1)).toEqual(["a", "b"]);
    expect(client.run("PTTL", "copy")).toBe(5000);
    expect(client.run("RESTORE", "absolute", owner.now + 77, payload, "ABSTTL")).toBe("OK");
    expect(client.run("PTTL", "absolute")).toBe(77);
    expect(client.run("RESTORE", "idle", 0, payload, "IDLETIME", 1000)).toBe("OK");
    expect(client.run("OBJECT", "IDLETIME", "idle")).toBe(1000);
  });

  test("refuses what is wrong in the original's words", () => {
    const error = (...words: readonly (string | number)[]): string =>
      (client.run("RESTORE", ...words) as Error).message;
    expect(error("copy", 0, payload)).toBe("BUSYKEY Target key name already exists.");
    expect(error("new", -1, payload)).toBe("ERR Invalid TTL value, must be >= 0");
    expect(error("new", 0, payload, "IDLETIME", -1)).toBe("ERR Invalid IDLETIME value, must be >= 0");
    expect(error("new", 0, payload, "FREQ", 256)).toBe("ERR Invalid FREQ value, must be >= 0 and <= 255");
    expect(error("new", 0, "x")).toBe("ERR DUMP payload version or checksum are wrong");
    expect(error("new", 0, `\x01${payload.slice(1)}`)).toBe("ERR DUMP payload version or checksum are wrong");
    expect(error("new", 0, payload, "NONSENSE")).toBe("ERR syntax error");
    expect(client.run("EXISTS", "new")).toBe(0);
  });

  test("with REPLACE and a time that is over removes the key, and says so to replicas", () => {
    const effects = owner.recordEffects();
    expect(client.run("RESTORE", "copy", 1, payload, "REPLACE", "ABSTTL")).toBe("OK");
    expect(effects()).toEqual(["DEL copy"]);
    client.run("RESTORE", "copy", 500, payload, "FREQ", 3);
    expect(effects()).toEqual([`RESTORE copy ${owner.now + 500} ${payload} ABSTTL FREQ 3`]);
  });
});
