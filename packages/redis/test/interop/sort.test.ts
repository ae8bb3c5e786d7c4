import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { EngineUnderTest, seededRandom } from "../engine-client.ts";
import { type Original, type OriginalServer, startOriginal } from "../original.ts";

const redisServer = peer("redis-server");
const ROUNDS = 1500;

describe.skipIf(redisServer === undefined)("SORT beside redis-server", () => {
  let original: OriginalServer;
  let theirs: Original;
  const server = new EngineUnderTest();
  const ours = server.connect();
  beforeAll(async () => {
    original = await startOriginal(redisServer!);
    theirs = await original.open();
  });
  afterAll(async () => {
    theirs.end();
    await original.stop();
  });

  it(`answers ${ROUNDS} random requests as the original`, { timeout: 30_000 }, async () => {
    const random = seededRandom(23);
    const pick = <T>(list: readonly T[]): T => list[random.integer(list.length)]!;
    const both = async (words: readonly string[]): Promise<void> => {
      expect([words, ours.raw(...words)]).toEqual([words, await theirs.raw(words)]);
    };
    for (let n = 0; n < 12; n++) {
      // Distinct weights, so that equal ones leave no choice of order.
      await both(["SET", `w_${n}`, String((n * 7) % 12)]);
      await both(["HSET", `h_${n}`, "weight", String(20 - n), "name", `name ${n}`]);
      await both(["RPUSH", "numbers", String((n * 5) % 12)]);
      await both(["ZADD", "ranked", String(n % 5), String(n)]);
      await both(["SADD", "members", String(n)]);
      await both(["RPUSH", "words", `word-${(n * 5) % 12}`]);
    }
    await both(["SADD", "texts", "x", "y", "z", "10"]);
    const options: readonly (() => string[])[] = [
      () => ["ASC"],
      () => ["DESC"],
      () => ["ALPHA"],
      () => ["LIMIT", String(random.integer(16) - 3), String(random.integer(16) - 3)],
      () => ["BY", pick(["w_*", "h_*->weight", "nosort", "h_*->name", "missing_*", "h_*->"])],
      () => ["GET", pick(["#", "w_*", "h_*->name", "h_*->missing", "h_*", "constant"])],
      () => ["STORE", pick(["stored", "numbers2", "text"])],
      () => [pick(["NOPE", "LIMIT", "BY"])],
    ];
    for (let round = 0; round < ROUNDS; round++) {
      const key = pick(["numbers", "ranked", "members", "words", "texts", "nothing", "w_1"]);
      const request = Array.from({ length: random.integer(4) }, () => pick(options)()).flat();
      // A set that is not sorted lies in an order of its own.
      const leavesUnsorted = request.some((word, i) => request[i - 1] === "BY" && !word.includes("*"));
      if (["members", "texts"].includes(key) && leavesUnsorted) continue;
      // Equal weights may come in any order, unless numbers break the tie: weights that are missing are equal.
      const weightsMissing = ["words", "texts"].includes(key) || /missing|->(?:,|$)/.test(request.join(","));
      if (request.includes("ALPHA") && request.includes("BY") && weightsMissing) continue;
      await both([pick(["SORT", "SORT", "SORT_RO"]), key, ...request]);
      if (request.includes("STORE"))
        for (const stored of ["stored", "numbers2", "text"]) await both(["LRANGE", stored, "0", "-1"]);
    }
  });

  it("wakes clients that wait for the key it stores", async () => {
    const waiting = server.connect();
    expect(waiting.raw("BLPOP", "destination", "0")).toBe("");
    ours.raw("RPUSH", "unsorted", "3", "1", "2");
    expect(ours.run("SORT", "unsorted", "STORE", "destination")).toBe(3);
    expect(waiting.output()).toBe("*2\r\n$11\r\ndestination\r\n$1\r\n1\r\n");
  });

  it("reads no other keys for users who may not read all", () => {
    ours.run("ACL", "SETUSER", "sorter", "on", "nopass", "+@all", "~numbers", "~out");
    const user = server.connect();
    user.run("AUTH", "sorter", "x");
    expect(user.run("SORT", "numbers", "BY", "w_*")).toEqual(
      new Error("ERR BY option of SORT denied due to insufficient ACL permissions"),
    );
    expect(user.run("SORT", "numbers", "GET", "w_*")).toEqual(
      new Error("ERR GET option of SORT denied due to insufficient ACL permissions"),
    );
    expect(user.run("SORT", "numbers", "STORE", "out")).toBe(12);
    expect(user.run("SORT", "numbers", "STORE", "elsewhere")).toEqual(
      new Error("NOPERM No permissions to access a key"),
    );
  });
});
