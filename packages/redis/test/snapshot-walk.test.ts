import { describe, expect, test } from "vitest";
import type { Engine } from "../src/engine/engine.ts";
import { datasetDigest } from "../src/observe/digest.ts";
import { beginWalk, loadOptions } from "../src/persistence/engine-snapshot.ts";
import { memorySource } from "../src/persistence/rdb-input.ts";
import { RdbLoad } from "../src/persistence/rdb-load.ts";
import type { SnapshotWalk } from "../src/persistence/snapshot-walk.ts";
import { EngineUnderTest, seededRandom } from "./engine-client.ts";
import { fillWithEverything } from "./every-type.ts";

/** What a file holds, as DEBUG DIGEST sees it. */
function digestOf(engine: Engine, file: Uint8Array): string {
  const load = new RdbLoad(memorySource(file), loadOptions(engine, true));
  load.step(() => false);
  return datasetDigest(load.keyspace.databases);
}

/** Writes of all kinds, to keys that are there and to new ones. */
function randomWrite(random: ReturnType<typeof seededRandom>): (string | number)[] {
  const pick = <T>(items: readonly T[]): T => items[random.integer(items.length)]!;
  const n = random.integer(700);
  const any = pick([
    "text",
    "large",
    "expires",
    "short list",
    "long list",
    "large set",
    "large hash",
    "large zset",
    "stream",
    `new ${n}`,
  ]);
  return pick<(string | number)[]>([
    ["SET", pick(["text", "small", "expires", `new ${n}`]), n],
    ["APPEND", pick(["text", "large"]), "more"],
    ["SETRANGE", "large", n, "XX"],
    ["INCR", "small"],
    ["LPUSH", pick(["short list", "long list"]), n],
    ["RPOP", pick(["short list", "long list"])],
    ["LSET", "long list", random.integer(20), "changed"],
    ["LREM", "long list", 0, `element ${n}`],
    ["SADD", pick(["integers", "short set", "large set"]), n],
    ["SREM", "large set", `member ${n}`],
    ["SMOVE", "large set", "short set", `member ${n}`],
    ["HSET", pick(["short hash", "large hash"]), `field ${n}`, "changed"],
    ["HDEL", "large hash", `field ${n}`],
    ["ZADD", pick(["short zset", "large zset"]), n, `member ${n}`],
    ["ZREM", "large zset", `member ${n}`],
    ["XADD", "stream", "*", "f", n],
    ["XACK", "stream", "readers", `${1000 + (n >> 1)}-${n}`],
    ["XREADGROUP", "GROUP", "readers", "carol", "COUNT", 1, "STREAMS", "stream", ">"],
    ["XTRIM", "stream", "MAXLEN", 600],
    ["EXPIRE", any, 1000 + n],
    ["PERSIST", any],
    ["DEL", any],
    ["RENAME", any, `renamed ${n}`],
    ["COPY", any, `copied ${n}`, "REPLACE"],
    ["MOVE", any, 5],
    ["SWAPDB", 0, random.integer(4)],
    ["SORT", "long list", "ALPHA", "LIMIT", 0, 10, "STORE", "sorted"],
  ]);
}

/** Takes the snapshot in tiny steps, with `between` called between them. */
function walkSlowly(walk: SnapshotWalk, between: () => void): Buffer {
  const parts: Buffer[] = [];
  let ended = false;
  while (!ended) {
    ended = walk.step(() => true);
    parts.push(walk.take());
    if (!ended) between();
  }
  walk.end();
  return Buffer.concat(parts);
}

describe("a snapshot that is taken while commands go on", () => {
  test.each([1, 2, 3, 4])("is of the instant when it began, whatever is written meanwhile (seed %i)", (seed) => {
    const owner = new EngineUnderTest(seed);
    const client = owner.connect();
    const random = seededRandom(seed);
    fillWithEverything((...words) => client.run(...words), 1100);
    for (let i = 0; i < 300; i++) client.run("SET", `key ${i}`, i);
    for (let i = 0; i < 50; i++) client.run("DEL", `key ${i * 3}`);
    const { engine } = owner;
    const before = datasetDigest(engine.keyspace.databases);
    const file = walkSlowly(beginWalk(engine), () => {
      for (let writes = random.integer(12); writes > 0; writes--) client.run(...randomWrite(random));
    });
    expect(datasetDigest(engine.keyspace.databases)).not.toBe(before);
    expect(digestOf(engine, file)).toBe(before);
  });

  test("does not mind that everything is flushed, or replaced by a restore", () => {
    const owner = new EngineUnderTest();
    const client = owner.connect();
    fillWithEverything((...words) => client.run(...words));
    const before = datasetDigest(owner.engine.keyspace.databases);
    let flushed = false;
    const file = walkSlowly(beginWalk(owner.engine), () => {
      if (!flushed) client.run("FLUSHALL");
      flushed = true;
      client.run("SET", "text", "after");
    });
    expect(digestOf(owner.engine, file)).toBe(before);
  });

  test("keeps apart from another one that began later", () => {
    const owner = new EngineUnderTest();
    const client = owner.connect();
    fillWithEverything((...words) => client.run(...words));
    const { engine } = owner;
    const digests = [datasetDigest(engine.keyspace.databases)];
    const first = beginWalk(engine);
    first.step(() => true);
    client.run("DEL", "large hash");
    client.run("RPUSH", "long list", "x");
    digests.push(datasetDigest(engine.keyspace.databases));
    const second = beginWalk(engine);
    const files = [first, second].map((walk) => walkSlowly(walk, () => client.run("INCR", "counter")));
    expect(files.map((file) => digestOf(engine, file))).toEqual(digests);
    for (const { contents } of engine.keyspace.databases) expect(contents.guards).toEqual([]);
  });

  test("keys that are gone when their turn comes do not leave their ids to new ones", () => {
    const owner = new EngineUnderTest();
    const client = owner.connect();
    for (let i = 0; i < 200; i++) client.run("SET", `old ${i}`, i);
    const walk = beginWalk(owner.engine);
    let done = false;
    const file = walkSlowly(walk, () => {
      for (let i = 0; i < 200 && !done; i++) client.run("DEL", `old ${i}`);
      for (let i = 0; i < 200 && !done; i++) client.run("SET", `new ${i}`, i);
      done = true;
    });
    const load = new RdbLoad(memorySource(file), loadOptions(owner.engine, true));
    load.step(() => false);
    expect(load.keysLoaded).toBe(200);
    expect(load.keyspace.databases[0]!.peekId("old 199")).not.toBe(0);
    expect(load.keyspace.databases[0]!.peekId("new 0")).toBe(0);
  });

  test("an element's image does not cost the slice more than its piece", () => {
    const owner = new EngineUnderTest();
    const client = owner.connect();
    const fields = Array.from({ length: 20_000 }, (_, i) => [`field ${i}`, i]).flat();
    client.run("HSET", "hash", ...fields);
    const walk = beginWalk(owner.engine);
    let steps = 0;
    const file = walkSlowly(walk, () => {
      steps++;
      client.run("HSET", "hash", `field ${steps}`, "changed", "other", steps);
    });
    expect(steps).toBeGreaterThan(30);
    owner.engine.keyspace.flushAll();
    const load = new RdbLoad(memorySource(file), loadOptions(owner.engine, true));
    load.step(() => false);
    owner.engine.keyspace.adopt(load.keyspace);
    expect(client.run("HLEN", "hash")).toBe(20_000);
    expect(client.run("HGET", "hash", "field 1")).toBe("1");
  });
});
