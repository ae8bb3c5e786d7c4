import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { EngineUnderTest, type EngineClient } from "../engine-client.ts";
import { type Original, type OriginalServer, startOriginal } from "../original.ts";

const redisServer = peer("redis-server");

/** One command a line: every type in every encoding. Scores are whole, as 7.0 signs others with all their digits. */
const DATASET = `SET text hello
SET integer 12345
SET big 9223372036854775807
SET volatile x EX 10000
APPEND appended abc
RPUSH list a b c 1 2 3
SADD intset 3 1 2
SADD set a b 1
HSET hash f v g 1
ZADD zset 1 a 2 b -7 c
XADD stream 1-1 f v g w
XADD stream 2-0 f v2
SELECT 3
SET elsewhere y
SELECT 0`.split("\n");

describe.skipIf(redisServer === undefined)("DEBUG beside redis-server", () => {
  let original: OriginalServer;
  let theirs: Original;
  let ours: EngineClient;
  beforeAll(async () => {
    original = await startOriginal(redisServer!, ["--enable-debug-command", "yes"]);
    theirs = await original.open();
    const server = new EngineUnderTest();
    server.engine.config.load("enable-debug-command", "yes");
    ours = server.connect();
  });
  afterAll(async () => {
    theirs.end();
    await original.stop();
  });

  async function same(...words: string[]): Promise<string> {
    const reply = ours.raw(...words);
    expect([words, reply]).toEqual([words, await theirs.raw(words)]);
    return reply;
  }

  it("signs every type of value, and the whole, byte for byte", async () => {
    await same("DEBUG", "DIGEST");
    const digests = new Set<string>();
    for (const line of DATASET) {
      await same(...line.split(" "));
      digests.add(await same("DEBUG", "DIGEST"));
    }
    // Each line but the two SELECTs changed the signature.
    expect(digests.size).toBe(DATASET.length - 2);
    for (let n = 0; n < 600; n++) {
      for (const command of ["HSET hash", "ZADD zset", "RPUSH list", "SADD set", "SADD intset"]) {
        const values = command.startsWith("HSET")
          ? [`f${n}`, "v"]
          : command.startsWith("ZADD")
            ? [String(n), `m${n}`]
            : [String(n)];
        await same(...command.split(" "), ...values);
      }
    }
    const keys = ["text", "integer", "big", "volatile", "list", "intset", "set", "hash", "zset", "stream", "nothing"];
    await same("DEBUG", "DIGEST-VALUE", ...keys);
    await same("DEBUG", "DIGEST");
  });

  it.each(["string integer double null array set map attrib push verbatim true false bignum other".split(" ")].flat())(
    "answers with a value of type %s",
    async (type) => {
      for (const client of [ours.raw("HELLO", "3"), await theirs.raw(["HELLO", "3"])])
        expect(client).toContain("proto");
      await same("DEBUG", "PROTOCOL", type);
    },
  );

  it("signs that a field of a hash expires, as 7.4 does, but not when", () => {
    const digest = (): string => ours.raw("DEBUG", "DIGEST-VALUE", "fields");
    ours.raw("HSET", "fields", "f", "v", "g", "w");
    const plain = digest();
    ours.raw("HEXPIRE", "fields", "100", "FIELDS", "1", "f");
    const expiring = digest();
    ours.raw("HEXPIRE", "fields", "200", "FIELDS", "1", "f");
    expect(digest()).toBe(expiring);
    expect(expiring).not.toBe(plain);
    ours.raw("HPERSIST", "fields", "FIELDS", "1", "f");
    expect(digest()).toBe(plain);
    ours.raw("DEL", "fields");
  });

  it("populates, answers errors and refuses what it does not know", async () => {
    await same("DEBUG", "POPULATE", "5", "made", "12");
    for (const n of [0, 4]) await same("GET", `made:${n}`);
    await same("DEBUG", "POPULATE", "2");
    await same("GET", "key:1");
    await same("DEBUG", "ERROR", "MYERR is here");
    await same("DEBUG", "NOPE");
    await same("DEBUG", "OBJECT", "nothing");
    await same("DEBUG", "LISTPACK", "text");
    await same("DEBUG", "SET-ACTIVE-EXPIRE", "0");
    await same("DEBUG", "QUICKLIST-PACKED-THRESHOLD", "100b");
    await same("DEBUG", "QUICKLIST-PACKED-THRESHOLD", "5gb");
    await same("DEBUG", "DIGEST");
  });

  it("is refused unless the configuration allows it", async () => {
    const locked = await startOriginal(redisServer!);
    const client = await locked.open();
    expect(new EngineUnderTest().connect().raw("DEBUG", "DIGEST")).toBe(await client.raw(["DEBUG", "DIGEST"]));
    client.end();
    await locked.stop();
  });
});
