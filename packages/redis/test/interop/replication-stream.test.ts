/** What a master tells its replicas, byte for byte beside the original's: effects, their order, SELECT, MULTI, expiry. */
import type { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { RedisServer } from "../../src/index.ts";
import { type OriginalServer, startOriginal } from "../original.ts";
import { open, Peer, until } from "../replication-peer.ts";

const redisServer = peer("redis-server");

/** A replica that only listens. */
class Listener {
  readonly #socket: Socket;
  #stream = "";

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => (this.#stream += chunk.toString("latin1")));
  }

  static async of(master: Peer): Promise<Listener> {
    const listener = new Listener(await open(master.port));
    listener.#socket.write("SYNC\r\n");
    await until("it is online", async () => (await master.info("slave0")).includes("state=online"));
    // The snapshot ends somewhere in what has come: what follows begins with this.
    await master.text("SELECT", "9");
    await master.text("SET", "begin", "now");
    await listener.after("now\r\n");
    return listener;
  }

  /** What has come since it was last asked, up to `end`. */
  async after(end: string): Promise<string> {
    await until(`the stream has ${JSON.stringify(end)}`, () => this.#stream.endsWith(end));
    const stream = this.#stream;
    this.#stream = "";
    return stream;
  }

  end(): void {
    this.#socket.destroy();
  }
}

/** One command a line; what stands behind `#` is why it is here. Times are those of both servers' clocks, and are not compared. */
const CASES: Readonly<Record<string, string>> = {
  strings: `
    SET a 1
    SET a 2 EX 100
    SET a 3 PX 100000 GET
    SET a 4 EXAT 99999999999
    SET a 5 KEEPTTL
    SET a 6 NX
    SET a 7 XX GET
    SETEX b 100 x
    PSETEX b 100000 x
    GETEX b EX 50
    GETEX b PERSIST
    GETEX b
    GETDEL b
    GETDEL b
    GETSET a 8
    SETNX a 9
    SETNX c 9
    MSET d 1 e 2
    MSETNX d 1 f 2
    APPEND a x
    SETRANGE a 3 yy
    INCR n
    DECRBY n 5
    INCRBYFLOAT n 0.5
    INCRBYFLOAT n 1e2
    SETBIT bits 7 1
    BITFIELD bits SET u8 0 255
    BITFIELD bits GET u8 0
    BITOP AND bits2 bits bits
    BITOP AND nothing nothing nothing`,
  "times to live": `
    SET a 1
    EXPIRE a 100
    PEXPIRE a 100000
    EXPIREAT a 99999999999
    EXPIRE a 100 NX
    PERSIST a
    PERSIST a
    EXPIRE a -1
    EXPIRE a 100
    SET b 1
    PEXPIREAT b 1`,
  collections: `
    RPUSH l a b c d e f
    LPOP l
    RPOP l 2
    LPOP l 0
    LMOVE l m LEFT RIGHT
    RPOPLPUSH l m
    BLMOVE l m RIGHT LEFT 1
    BRPOPLPUSH m l 1
    BLPOP l m 1
    BLMPOP 1 2 l m LEFT COUNT 5
    LMPOP 2 l m LEFT
    LREM l 0 x
    SADD s a
    SADD s a
    SPOP s
    SPOP s
    SADD s a
    SPOP s 3
    SADD t 1 2 3
    SPOP t 5
    SMOVE s t x
    SINTERSTORE i s t
    SADD s 1
    SUNIONSTORE i s t
    SINTERSTORE i s nothing
    HSET h f 1
    HSETNX h f 2
    HINCRBYFLOAT h f 1.5
    HINCRBY h f2 3
    HDEL h f f2 f3
    HDEL h f
    ZADD z 1 a 2 b 3 c
    ZADD z NX 5 a
    ZADD z XX CH 1 a
    ZADD z INCR 2.5 a
    ZINCRBY z 1e3 b
    ZPOPMIN z
    ZPOPMAX z 5
    ZADD z 1 a
    BZPOPMIN z 1
    BZMPOP 1 1 z MIN
    ZMPOP 1 z MIN
    ZADD z 1 a 2 b
    ZRANGESTORE y z 0 0
    ZUNIONSTORE y 2 z y
    ZREMRANGEBYRANK z 0 0
    SORT z ALPHA STORE sorted
    GEOADD g 13.36 38.11 p
    GEOSEARCHSTORE g2 g FROMMEMBER p BYRADIUS 1 km
    GEORADIUS g 13 38 200 km STORE g3
    PFADD p a
    PFADD p a
    PFCOUNT p
    PFMERGE p2 p`,
  streams: `
    XADD x 1-1 f v
    XADD x 1-* f v
    XADD x MAXLEN ~ 10 2-1 f v
    XADD x MAXLEN = 2 3-1 f v
    XADD y NOMKSTREAM 1-1 f v
    XGROUP CREATE x g 0
    XGROUP CREATE x g2 $ MKSTREAM
    XGROUP CREATECONSUMER x g bob
    XGROUP CREATECONSUMER x g bob
    XREADGROUP GROUP g bob NOACK COUNT 1 STREAMS x >
    XREADGROUP GROUP g bob STREAMS x 0
    XCLAIM x g bob 0 2-1 3-1 FORCE
    XACK x g 2-1
    XACK x g 2-1
    XCLAIM x g bob 0 3-1
    XCLAIM x g bob 0 3-1 IDLE 5 RETRYCOUNT 7 JUSTID
    XAUTOCLAIM x g bob 0 0
    XGROUP SETID x g 2-1
    XGROUP DELCONSUMER x g bob
    XTRIM x MAXLEN 1
    XTRIM x MINID ~ 1
    XDEL x 3-1
    XDEL x 3-1
    XSETID x 9-9
    XGROUP DESTROY x g`,
  "keys and databases": `
    SET a 1
    RENAME a b
    RENAMENX b c
    COPY c d
    COPY c d
    COPY c d REPLACE
    MOVE c 3
    SELECT 3
    SET in3 1
    SELECT 9
    SWAPDB 2 4
    TOUCH d
    DEL d nothing
    DEL nothing
    UNLINK nothing
    SET a 1
    UNLINK a
    FLUSHDB
    FLUSHDB
    PUBLISH news hello
    PING
    GET nothing`,
  transactions: `
    MULTI
    EXEC
    MULTI
    GET nothing
    EXEC
    MULTI
    SET a 1
    EXEC
    MULTI
    SET a 1
    INCR a
    LPOP a
    SELECT 3
    SET b 2
    SELECT 9
    DEL a
    EXEC
    WATCH a
    SET a 1
    MULTI
    SET a 2
    EXEC
    MULTI
    PUBLISH news hello
    EXEC
    DISCARD`,
  scripts: `
    EVAL return(1) 0
    EVAL redis.call('set','a',1) 0
    EVAL redis.call('set','a',1)redis.call('incr','a')return(redis.call('get','a')) 0
    EVAL return(redis.pcall('lpop','a')) 0
    EVAL redis.call('spop','nothing')redis.call('set','a',1,'ex',100) 0`,
};

describe.skipIf(redisServer === undefined)("the stream beside redis-server's", () => {
  let original: OriginalServer;
  let server: RedisServer;
  let sides: { readonly client: Peer; readonly listener: Listener }[];

  beforeAll(async () => {
    const settings = [
      "--repl-diskless-sync",
      "no",
      "--repl-ping-replica-period",
      "3600",
      "--enable-debug-command",
      "yes",
    ];
    original = await startOriginal(redisServer!, settings);
    server = await RedisServer.listen({
      port: 0,
      "repl-diskless-sync": "no",
      "repl-ping-replica-period": "3600",
      "enable-debug-command": "yes",
    });
    sides = [];
    for (const port of [original.port, server.address.port]) {
      const client = await Peer.at(port);
      sides.push({ client, listener: await Listener.of(client) });
      await client.text("SELECT", "9");
    }
  });

  afterAll(async () => {
    for (const { client, listener } of sides) {
      client.end();
      listener.end();
    }
    await server.close();
    await original.stop();
  });

  /** Runs the commands on both sides; what each told of each command. */
  async function told(lines: readonly string[]): Promise<string[][]> {
    return await Promise.all(
      sides.map(async ({ client, listener }, side) => {
        const all: string[] = [];
        for (const [n, line] of lines.entries()) {
          await client.raw(...line.split(" "));
          await mark(side, n);
          all.push(`${line} → ${readable(await listener.after(`mark ${n}\r\n`), n)}`);
        }
        return all;
      }),
    );
  }

  /** Another client says when the command's effects are all there. */
  const markers: Peer[] = [];
  async function mark(side: number, n: number): Promise<void> {
    markers[side] ??= await markerOf(side);
    await markers[side].text("PUBLISH", "marks", `mark ${n}`);
  }
  async function markerOf(side: number): Promise<Peer> {
    const marker = await Peer.at(side === 0 ? original.port : server.address.port);
    await marker.text("SELECT", "9");
    return marker;
  }
  afterAll(() => {
    for (const marker of markers) marker.end();
  });

  function readable(stream: string, n: number): string {
    const words = stream
      .replace(/\*\d+\r\n/g, "\n")
      .replace(/\$\d+\r\n/g, "")
      .replaceAll("\r\n", " ")
      // The original's effect of GEOADD has its name in lower case.
      .replaceAll("\nzadd ", "\nZADD ");
    return words.replace(`\nPUBLISH marks mark ${n} `, "").replace(/\b1[78]\d{11}\b/g, "TIME");
  }

  test.for(Object.keys(CASES))("%s", async (name) => {
    const lines = CASES[name]!.trim()
      .split("\n")
      .map((line) => line.trim());
    for (const { client, listener } of sides) {
      await client.raw("FLUSHALL");
      await client.raw("PUBLISH", "marks", "begin");
      await listener.after("begin\r\n");
    }
    const [theirs, ours] = await told(lines);
    expect(ours).toEqual(theirs);
  });

  test("what a group reads is told as 7.4 does it: the consumer first, and how many entries were read", async () => {
    const { client, listener } = sides[1]!;
    for (const line of ["DEL x", "XADD x 1-1 f v", "XGROUP CREATE x g 0"]) await client.raw(...line.split(" "));
    await client.raw("PUBLISH", "marks", "begin");
    await listener.after("begin\r\n");
    await client.raw("XREADGROUP", "GROUP", "g", "alice", "STREAMS", "x", ">");
    await mark(1, 0);
    expect(
      readable(await listener.after("mark 0\r\n"), 0)
        .trim()
        .split(" \n"),
    ).toEqual([
      "MULTI",
      "XGROUP CREATECONSUMER x g alice",
      "XCLAIM x g alice 0 1-1 TIME TIME RETRYCOUNT 1 FORCE JUSTID LASTID 1-1",
      "XGROUP SETID x g 1-1 ENTRIESREAD 1",
      "EXEC",
    ]);
  });

  test("what expires is told when it is noticed, before what noticed it", async () => {
    for (const { client } of sides) await client.text("DEBUG", "SET-ACTIVE-EXPIRE", "0");
    const lines = ["SET a 1 PX 1", "SET b 1 PX 1", "SET c 1 PX 1", "SADD d 1", "PEXPIRE d 1"];
    const [first, second] = await told(lines);
    expect(second).toEqual(first);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const [theirs, ours] = await told(["GET a", "INCR b", "MULTI", "GET c", "SADD d 2", "EXEC", "KEYS *"]);
    expect(ours).toEqual(theirs);
  });
});
