import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { EngineUnderTest, parseReply, type EngineClient } from "../engine-client.ts";
import { type Original, type OriginalServer, startOriginal } from "../original.ts";

const redisServer = peer("redis-server");

/** Right and wrong uses whose replies hold nothing that differs from run to run. */
const COMMANDS = `CLIENT GETNAME
CLIENT SETNAME me
CLIENT SETNAME a\\nb
CLIENT GETNAME
CLIENT REPLY NOPE
CLIENT REPLY SKIP ON
CLIENT KILL 1.2.3.4:5
CLIENT KILL ID x
CLIENT KILL ID 0
CLIENT KILL ID 999999
CLIENT KILL TYPE nope
CLIENT KILL USER nobody
CLIENT KILL ADDR 1.2.3.4:5 LADDR 1.2.3.4:6
CLIENT KILL SKIPME maybe ID 1
CLIENT KILL NOPE x
CLIENT KILL ID
CLIENT LIST TYPE nope
CLIENT LIST TYPE
CLIENT LIST NOPE
CLIENT LIST ID x
CLIENT LIST TYPE master
CLIENT PAUSE x
CLIENT PAUSE -1
CLIENT PAUSE 0 NOPE
CLIENT PAUSE 0 WRITE
CLIENT UNPAUSE
CLIENT UNBLOCK x
CLIENT UNBLOCK 99999
CLIENT UNBLOCK 99999 NOPE
CLIENT UNBLOCK 99999 ERROR
CLIENT NO-EVICT ON
CLIENT NO-EVICT maybe
CLIENT NO-EVICT OFF
CLIENT GETREDIR
CLIENT NOPE
CLIENT
SLOWLOG LEN
SLOWLOG GET
SLOWLOG GET -2
SLOWLOG GET x
SLOWLOG RESET
SLOWLOG NOPE
SLOWLOG GET 1 2
LATENCY HISTORY nothing
LATENCY LATEST
LATENCY RESET nothing
LATENCY GRAPH nothing
LATENCY HISTOGRAM nope
LATENCY DOCTOR
LATENCY NOPE
SET o 1
OBJECT ENCODING o
OBJECT ENCODING nothing
OBJECT REFCOUNT o
OBJECT FREQ o
OBJECT FREQ nothing
OBJECT NOPE o
OBJECT
MEMORY USAGE nothing
MEMORY USAGE o SAMPLES x
MEMORY USAGE o SAMPLES -1
MEMORY USAGE o NOPE
MEMORY DOCTOR
MEMORY PURGE
MEMORY NOPE
CONFIG GET nothing
CONFIG GET
CONFIG GET maxmemory maxmemory
CONFIG GET max*-policy
CONFIG GET HZ
CONFIG GET nothing hz
CONFIG SET
CONFIG SET hz
CONFIG SET nothing 1
CONFIG SET hz x
CONFIG SET maxmemory 1q
CONFIG SET maxmemory 1gb
CONFIG GET maxmemory
CONFIG SET maxmemory 0
CONFIG SET maxmemory-policy nope
CONFIG SET maxmemory-samples 0
CONFIG SET maxmemory-samples 65
CONFIG SET databases 3
CONFIG SET hz 10 hz 20
CONFIG SET appendonly maybe
CONFIG SET save x
CONFIG SET notify-keyspace-events Q
CONFIG SET notify-keyspace-events KA
CONFIG GET notify-keyspace-events
CONFIG SET client-output-buffer-limit x
CONFIG SET client-output-buffer-limit normal\\s1\\s2
CONFIG SET acllog-max-len -1
CONFIG REWRITE
CONFIG NOPE
COMMAND COUNT x
COMMAND LIST FILTERBY NOPE x
COMMAND LIST FILTERBY ACLCAT nope
COMMAND LIST FILTERBY MODULE nope
COMMAND LIST FILTERBY PATTERN xlen*
COMMAND INFO nothing
COMMAND NOPE
COMMAND GETKEYS
PUBSUB CHANNELS
PUBSUB NUMSUB a b
PUBSUB NUMPAT
PUBSUB SHARDCHANNELS
PUBSUB SHARDNUMSUB a
PUBSUB NOPE
SPUBLISH a x
SSUBSCRIBE a b a
SPUBLISH a x
SUNSUBSCRIBE a
SUNSUBSCRIBE
ACL WHOAMI
ACL NOPE
ACL CAT nope
ACL GENPASS -1
ACL GENPASS x
ACL GENPASS 4097
ACL DELUSER nobody
ACL GETUSER nobody
ACL SETUSER a\\sb
ACL LOG x
ACL LOG RESET
ACL SAVE
ACL LOAD
AUTH x
AUTH a b c
AUTH nobody x
HELLO 4
HELLO x
HELLO 2 NOPE
HELLO 2 AUTH nobody x
HELLO 2 SETNAME a\\nb
SELECT 16
SELECT x
SWAPDB 0 x
SWAPDB x 0
SWAPDB 0 16
MOVE o 16
MOVE o 0
MOVE o x
COPY o p DB 16
COPY o o
COPY o p NOPE
RANDOMKEY
DBSIZE
FLUSHDB NOPE
FLUSHALL ASYNC
RANDOMKEY
WAIT x 0
WAIT 0 -1
ROLE
LOLWUT VERSION x
MONITOR x
RESET`.split("\n");

/** Where 7.4 says something else than the 7.0 that is installed. */
const CHANGED_SINCE_7_0 = new Set<string>([
  // At most 64 since 7.2.
  "CONFIG SET maxmemory-samples 0",
  "CONFIG SET maxmemory-samples 65",
]);
/** Settings that say where a server runs. */
const OF_THE_RUN = new Set(["bind", "dir", "port", "save"]);

describe.skipIf(redisServer === undefined)("administration beside redis-server", () => {
  let original: OriginalServer;
  let theirs: Original;
  let ours: EngineClient;
  beforeAll(async () => {
    original = await startOriginal(redisServer!);
    theirs = await original.open();
    ours = new EngineUnderTest().connect();
  });
  afterAll(async () => {
    theirs.end();
    await original.stop();
  });

  it("answers the same, byte for byte, wrong uses included", async () => {
    const differences: unknown[] = [];
    for (const line of COMMANDS) {
      const words = line.split(" ").map((word) => word.replace("\\n", "\n").replace("\\s", " "));
      const [mine, other] = [ours.raw(...words), await theirs.raw(words)];
      if ((mine !== other) !== CHANGED_SINCE_7_0.has(line)) differences.push({ line, ours: mine, theirs: other });
    }
    expect(differences).toEqual([]);
  });

  it("knows every setting of 7.0, with the same default", async () => {
    // What the other test has set goes back to its default.
    await theirs.raw(["CONFIG", "SET", "maxmemory-samples", "5"]);
    const list = parseReply(await theirs.raw(["CONFIG", "GET", "*"])) as string[];
    const mine = ours.run("CONFIG", "GET", "*") as string[];
    const values = (words: string[]): Map<string, string> =>
      new Map(words.flatMap((word, i) => (i % 2 === 0 ? [[word, words[i + 1]!] as const] : [])));
    const [others, known] = [values(list), values(mine)];
    expect([...others.keys()].filter((name) => !known.has(name))).toEqual([]);
    const changed = [...others]
      .filter(([name, value]) => known.get(name) !== value && !OF_THE_RUN.has(name))
      .map(([name]) => name);
    expect(changed).toEqual([]);
  });
});
