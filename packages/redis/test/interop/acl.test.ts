import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { EngineUnderTest, parseReply, seededRandom, type EngineClient } from "../engine-client.ts";
import { type Original, type OriginalServer, startOriginal } from "../original.ts";

const redisServer = peer("redis-server");
const ROUNDS = 400;

const RULES =
  "on off nopass resetpass >a >b <a <b allkeys resetkeys ~k* ~* %R~r* %W~w* %RW~rw* %X~a %~a allchannels resetchannels &c* &* allcommands nocommands +@all -@all +@read -@read +@write -@write +@string -@string +@fast -@dangerous +@nope +get -get +set -set +config|get -config|get +config -config +select|0 -select +get|a +nope +client|list +client -client +ping +config|get|x #zz !zz reset +@connection & ~ + -".split(
    " ",
  );
const REQUESTS = [
  ["GET", "k1"],
  ["GET", "r1"],
  ["SET", "w1", "x"],
  ["SET", "r1", "x"],
  ["SET", "rw1", "x", "GET"],
  ["MGET", "k1", "r1"],
  ["MSET", "k1", "1", "w1", "2"],
  ["COPY", "r1", "w1"],
  ["RENAME", "k1", "w1"],
  ["STRLEN", "zz"],
  ["CONFIG", "GET", "maxclients"],
  ["CONFIG", "SET", "maxclients", "10000"],
  ["CLIENT", "GETNAME"],
  ["SELECT", "0"],
  ["SELECT", "1"],
  ["PUBLISH", "c1", "x"],
  ["PUBLISH", "d1", "x"],
  ["PING"],
  ["LMPOP", "2", "k1", "r1", "LEFT"],
  ["ZUNIONSTORE", "w1", "1", "r1"],
  ["EXISTS", "nope"],
  ["OBJECT", "ENCODING", "nope"],
];

/** Errors of 7.4 that say more, or less, than those of 7.0. */
function normalized(reply: string): string {
  return reply.startsWith("-NOPERM")
    ? `-NOPERM ${/key/.test(reply) ? "key" : /channel[^']/.test(reply) ? "channel" : "command"}`
    : reply;
}

describe.skipIf(redisServer === undefined)("access control beside redis-server", () => {
  let original: OriginalServer;
  beforeAll(async () => {
    original = await startOriginal(redisServer!);
  });
  afterAll(() => original.stop());

  it(`refuses and allows the same after ${ROUNDS} random rules`, { timeout: 60_000 }, async () => {
    const random = seededRandom(99);
    const pick = <T>(list: readonly T[]): T => list[random.integer(list.length)]!;
    const engine = new EngineUnderTest();
    const [ourAdmin, ourUser] = [engine.connect(), engine.connect()];
    const [theirAdmin, theirUser] = [await original.open(), await original.open()];
    const both = async (ours: EngineClient, theirs: Original, words: readonly string[]): Promise<string> => {
      const mine = normalized(ours.raw(...words));
      expect([words, mine]).toEqual([words, normalized(await theirs.raw(words))]);
      return mine;
    };
    for (const words of [
      ["ACL", "SETUSER", "u", "on", "nopass", "+auth"],
      ["SET", "k1", "1"],
      ["SET", "r1", "1"],
    ]) {
      await both(ourAdmin, theirAdmin, words);
    }
    await both(ourUser, theirUser, ["AUTH", "u", "x"]);
    for (let round = 0; round < ROUNDS; round++) {
      await both(ourAdmin, theirAdmin, [
        "ACL",
        "SETUSER",
        "u",
        ...Array.from({ length: 1 + random.integer(3) }, () => pick(RULES)),
      ]);
      for (let n = 0; n < 5; n++) await both(ourUser, theirUser, pick(REQUESTS));
    }
    theirAdmin.end();
    theirUser.end();
  });

  it("names the same commands in every category", async () => {
    const client = new EngineUnderTest().connect();
    const theirs = await original.open();
    // WAIT is a blocking command since 7.2.
    const own = new Set(client.run("COMMAND", "LIST", "FILTERBY", "PATTERN", "*") as string[]).difference(
      new Set(["wait"]),
    );
    const all = new Set(parseReply(await theirs.raw(["COMMAND", "LIST", "FILTERBY", "PATTERN", "*"])) as string[]);
    for (const category of client.line("ACL CAT") as string[]) {
      const shared = (names: string[]): string[] => names.filter((name) => own.has(name) && all.has(name)).toSorted();
      const mine = shared(client.run("ACL", "CAT", category) as string[]);
      expect([category, mine]).toEqual([
        category,
        shared(parseReply(await theirs.raw(["ACL", "CAT", category])) as string[]),
      ]);
    }
    theirs.end();
  });
});
