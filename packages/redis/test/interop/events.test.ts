import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { EngineUnderTest } from "../engine-client.ts";
import { type OriginalServer, startOriginal } from "../original.ts";

const redisServer = peer("redis-server");

/** Every command that tells of what it did, in the situations in which it tells something else. */
const COMMANDS = `SET a 1
SET a 2 EX 100
SET a 3 KEEPTTL
SETEX a 100 x
GETSET a y
GETEX a EX 50
GETEX a PERSIST
GETDEL a
MSET a 1 b 2
MSETNX a 1 c 2
MSETNX c 1 d 2
INCR c
INCRBYFLOAT c 0.5
DECRBY b 2
APPEND b x
APPEND new x
SETRANGE b 3 x
SETRANGE b 1 y
EXPIRE a 100
EXPIRE a -1
PEXPIREAT b 1
PERSIST c
EXPIRE c 100
PERSIST c
RENAME c e
RENAME e e
SET f 1
RENAME e f
RENAMENX f g
COPY g h
COPY g h REPLACE
MOVE h 1
MOVE g 1
DEL g nothing h
UNLINK d nothing
RPUSH l 1 2 3
LPUSHX l 0
LPUSHX nothing 0
LPOP l
RPOP l 1
LINSERT l BEFORE 1 x
LINSERT l BEFORE nothing x
LSET l 0 y
LREM l 0 y
LREM l 0 nothing
LTRIM l 0 0
RPOPLPUSH l m
LMOVE m m LEFT RIGHT
RPUSH m 1 2
LMPOP 1 m LEFT COUNT 1
BLPOP m 1
LTRIM m 5 6
SADD s 1 2 3 x
SADD s 1
SREM s 1
SMOVE s t 2
SMOVE s t 2
SPOP t
SINTERSTORE u s s
SUNIONSTORE u nothing nothing2
SDIFFSTORE v nothing
SPOP s 5
HSET h1 f 1 g 2
HSETNX h1 f 1
HINCRBY h1 f 2
HINCRBYFLOAT h1 f 1.5
HDEL h1 nothing
HDEL h1 f g
ZADD z 1 a 2 b 3 c 4 d
ZADD z 1 a
ZADD z CH 5 a
ZADD z INCR 1 a
ZINCRBY z 1 b
ZREM z a
ZPOPMIN z
ZRANGESTORE y z 0 -1
ZUNIONSTORE y 2 z z
ZINTERSTORE y 2 z nothing
ZDIFFSTORE y 1 z
ZREMRANGEBYSCORE z 100 200
ZREMRANGEBYRANK z 0 0
ZMPOP 1 y MIN COUNT 5
ZREMRANGEBYSCORE z -inf +inf
RPUSH toSort 3 1 2
SORT toSort STORE sorted
SORT nothing STORE sorted
XADD x 1-1 f v
XADD x MAXLEN 1 2-1 f v
XTRIM x MAXLEN 0
XGROUP CREATE x g 0
XGROUP CREATECONSUMER x g c
XADD x 3-1 f v
XREADGROUP GROUP g d STREAMS x >
XCLAIM x g c 0 3-1
XAUTOCLAIM x g e 0 0
XGROUP SETID x g 0
XGROUP DELCONSUMER x g c
XGROUP DESTROY x g
XSETID x 9-9
XDEL x 3-1
GET nothing
EXISTS nothing
TTL nothing
HGET nothing f
TYPE nothing
MULTI
SET in 1
INCR in
DEL in
EXEC
SET p 1 PX 1
SWAPDB 0 1
FLUSHDB
FLUSHALL`.split("\n");

describe.skipIf(redisServer === undefined)("keyspace events beside redis-server", () => {
  let original: OriginalServer;
  beforeAll(async () => {
    original = await startOriginal(redisServer!);
  });
  afterAll(() => original.stop());

  it("come for the same commands, of the same classes, in the same order", async () => {
    const server = new EngineUnderTest();
    const [ours, ourEar] = [server.connect(), server.connect()];
    const [theirs, theirEar, bell] = [await original.open(), await original.open(), await original.open()];
    const classes = ["CONFIG", "SET", "notify-keyspace-events", "KEAmn"];
    ours.raw(...classes);
    await theirs.raw(classes);
    ourEar.raw("PSUBSCRIBE", "*");
    await theirEar.raw(["PSUBSCRIBE", "*"]);
    const told = (text: string): string[] =>
      Array.from(text.matchAll(/__key(space|event)@(\d+)__:(\S+)\r\n\$\d+\r\n(\S+)/g), (match) =>
        match.slice(1).join(" "),
      );
    const differences: unknown[] = [];
    for (const line of COMMANDS) {
      const words = line.split(" ");
      ours.raw(...words);
      await theirs.raw(words);
      // A message of our own behind the events shows that they are all there.
      await bell.raw(["PUBLISH", "end", line]);
      const heard = await theirEar.gather((text) => text.endsWith(`\r\n${line}\r\n`));
      theirEar.forget();
      const [mine, others] = [told(ourEar.output()), told(heard)];
      if (mine.join() !== others.join()) differences.push({ line, ours: mine, theirs: others });
    }
    theirs.end();
    theirEar.end();
    bell.end();
    expect(differences).toEqual([]);
  });
});
