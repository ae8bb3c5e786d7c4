/** Two minutes of writes and cuts between us and redis-server, the roles changing now and then; whoever leads, all end up equal. */
import { SeededRandom } from "@tenon/kit";
import { expect, test } from "vitest";
import { peer } from "../../../scripts/test-peer.ts";
import { RedisServer } from "../src/index.ts";
import { startOriginal } from "../test/original.ts";
import { expectEqual, Load, Peer, until } from "../test/replication-peer.ts";

const redisServer = peer("redis-server");
const DURATION_MS = Number(process.env["TENON_SOAK_SECONDS"] ?? 120) * 1000;

test.skipIf(redisServer === undefined)("we and redis-server lead each other in turn", async () => {
  const seed = Date.now();
  const random = new SeededRandom(seed);
  const settings = ["--enable-debug-command", "yes", "--repl-diskless-sync-delay", "0", "--repl-backlog-size", "64kb"];
  const original = await startOriginal(redisServer!, settings);
  const own = { port: 0, "enable-debug-command": "yes", "repl-diskless-sync-delay": "0", "repl-backlog-size": "64kb" };
  const servers = await Promise.all([RedisServer.listen(own), RedisServer.listen(own)]);
  const peers = await Promise.all(
    [original.port, ...servers.map(({ address }) => address.port)].map((port) => Peer.at(port)),
  );
  const started = performance.now();
  try {
    for (let leader = 0; performance.now() - started < DURATION_MS; leader = random.integer(peers.length)) {
      const master = peers[leader]!;
      const others = peers.filter((each) => each !== master);
      await master.text("REPLICAOF", "NO", "ONE");
      for (const replica of others) await replica.follow(master);
      const load = await Load.on(master.port, (limit) => random.integer(limit));
      for (let cuts = random.integer(6); cuts > 0; cuts--) {
        const from = load.written;
        await until("some batches", () => load.written > from + random.integer(30));
        await master.text("CLIENT", "KILL", "TYPE", "replica");
      }
      await load.end();
      for (const replica of others) await expectEqual(master, replica);
    }
    expect(Number(await peers[0]!.info("sync_partial_ok"))).toBeGreaterThan(0);
  } catch (error) {
    throw new Error(`seed ${seed}`, { cause: error });
  } finally {
    for (const each of peers) each.end();
    for (const server of servers) await server.close({ graceMs: 0 });
    await original.stop();
  }
});
