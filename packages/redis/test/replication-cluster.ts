/** A master and its replicas in the simulated network, which cuts, delays and loses as its seed decides. */
import { SeededRandom, simulatedWorld, type SimulatedMachine, type SimulatedWorld } from "@tenon/kit";
import { expect } from "vitest";
import { RedisServer } from "../src/index.ts";
import { preparations, writes } from "./replication-load.ts";

export const PORT = 6379;
export const MASTER = "10.0.0.1";
export const REPLICAS: readonly [string, string] = ["10.0.0.2", "10.0.0.3"];

type Settings = Readonly<Record<string, string>>;

interface Status {
  readonly digest: string;
  readonly id: string;
  readonly offset: number;
  readonly link: string;
}

export class Cluster {
  readonly world: SimulatedWorld;
  readonly random: SeededRandom;
  readonly servers = new Map<string, RedisServer>();
  readonly #machines = new Map<string, SimulatedMachine>();
  readonly #settings = new Map<string, Settings>();

  constructor(seed: number) {
    this.world = simulatedWorld(seed);
    this.random = new SeededRandom(`load ${seed}`);
    this.world.network.defaults({ latencyMs: 3, jitterMs: 4, bytesPerSecond: 2e6, shred: true });
  }

  /** Starts a server on the machine; after a loss of power, on what its disk has kept. */
  async start(address: string, settings: Settings = {}): Promise<void> {
    const machine = this.#machines.get(address) ?? this.world.machine(address);
    this.#machines.set(address, machine);
    this.#settings.set(address, settings);
    const server = await this.world.clock.runUntil(
      RedisServer.listen({
        world: machine,
        host: address,
        port: PORT,
        "protected-mode": "no",
        "enable-debug-command": "yes",
        "repl-diskless-sync-delay": "0",
        // Small, so that cuts are long enough for full synchronizations too.
        "repl-backlog-size": "16384",
        ...settings,
      }),
    );
    this.servers.set(address, server);
  }

  /** The power of the machine goes, and comes back: what was not synced is lost, and nobody was told. */
  async losePower(address: string): Promise<void> {
    this.#machines.set(address, this.#machines.get(address)!.restart());
    await this.start(address, this.#settings.get(address));
  }

  async run(address: string, ...words: readonly string[]): Promise<unknown> {
    const reply = this.servers.get(address)!.execute(words);
    reply.catch(() => {});
    return await this.world.clock.runUntil(reply);
  }

  /** Sends a command without waiting for it; what it replies does not matter. */
  send(address: string, words: readonly string[]): void {
    this.servers
      .get(address)!
      .execute(words)
      .catch(() => {});
  }

  async status(address: string): Promise<Status> {
    const info = String(await this.run(address, "INFO", "replication"));
    const field = (name: string): string => new RegExp(`^${name}:(.*?)\r?$`, "m").exec(info)?.[1] ?? "";
    return {
      digest: String(await this.run(address, "DEBUG", "DIGEST")),
      id: field("master_replid"),
      offset: Number(field("master_repl_offset")),
      link: field("master_link_status"),
    };
  }

  /** Writes to `address` for a while, with cuts in between. */
  async writeAndCut(address: string, rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      for (let n = this.random.integer(20); n > 0; n--) {
        for (const words of writes((limit) => this.random.integer(limit))) this.send(address, words);
      }
      this.#misfortune();
      await this.world.clock.advanceAsync(this.random.integer(60));
    }
  }

  #misfortune(): void {
    const { network } = this.world;
    const [a, b] = [this.#any(), this.#any()];
    const fate = this.random.integer(40);
    if (fate < 2) network.resetConnections(a);
    else if (fate === 2 && a !== b) network.partition(a, b);
    else if (fate === 3 && a !== b) network.cut(a, b);
    else if (fate < 7) network.heal();
  }

  #any(): string {
    const addresses = Array.from(this.servers.keys());
    return addresses[this.random.integer(addresses.length)]!;
  }

  /** Heals the network and waits until everybody has what the master has. */
  async settle(master: string): Promise<Status> {
    this.world.network.heal();
    // Longer than a silent link is believed in, and than any of the short expiries.
    for (let seconds = 0; seconds < 200; seconds++) {
      await this.world.clock.advanceAsync("1s");
      const wanted = await this.status(master);
      const others = await Promise.all(this.#others(master).map((address) => this.status(address)));
      if (others.every((other) => other.digest === wanted.digest && other.offset === wanted.offset)) return wanted;
    }
    return await this.status(master);
  }

  #others(master: string): string[] {
    return Array.from(this.servers.keys()).filter((address) => address !== master);
  }

  async expectEqual(master: string): Promise<void> {
    const wanted = await this.settle(master);
    expect(wanted.digest).not.toBe("0".repeat(40));
    for (const address of this.#others(master)) {
      const status = await this.status(address);
      // What differs has names.
      if (status.digest !== wanted.digest) expect(await this.#values(address)).toEqual(await this.#values(master));
      expect([address, status]).toEqual([address, { ...wanted, link: "up" }]);
    }
  }

  /** Every key with what it holds: type, signature, whether it expires. */
  async #values(address: string): Promise<string[]> {
    const values: string[] = [];
    for (const database of ["0", "1", "2"]) {
      await this.run(address, "SELECT", database);
      for (const key of ((await this.run(address, "KEYS", "*")) as string[]).toSorted()) {
        const type = await this.run(address, "TYPE", key);
        const [digest] = (await this.run(address, "DEBUG", "DIGEST-VALUE", key)) as string[];
        const expires = await this.run(address, "PEXPIRETIME", key);
        values.push(`${database} ${key} ${String(type)} ${digest} ${String(expires)}`);
      }
    }
    await this.run(address, "SELECT", "0");
    return values;
  }

  async close(): Promise<void> {
    for (const server of this.servers.values()) await this.world.clock.runUntil(server.close({ graceMs: 0 }));
  }
}

/** Replicas end up with what their master has, whatever is cut meanwhile. */
export async function cutAsTheyAre(seed: number): Promise<void> {
  const cluster = new Cluster(seed);
  // By turns: snapshots written straight to the link, and spooled for their length.
  await cluster.start(MASTER, { "repl-diskless-sync": seed % 2 === 0 ? "yes" : "no" });
  for (const words of preparations()) await cluster.run(MASTER, ...words);
  for (const address of REPLICAS) await cluster.start(address, { replicaof: `${MASTER} ${PORT}` });
  await cluster.writeAndCut(MASTER, 150);
  await cluster.expectEqual(MASTER);
  await cluster.close();
}

/** A promoted replica leads its sibling, and later the master that it had. */
export async function promoted(seed: number): Promise<void> {
  const cluster = new Cluster(1000 + seed);
  const [heir, sibling] = REPLICAS;
  await cluster.start(MASTER);
  for (const words of preparations()) await cluster.run(MASTER, ...words);
  for (const address of REPLICAS) await cluster.start(address, { replicaof: `${MASTER} ${PORT}` });
  await cluster.writeAndCut(MASTER, 60);
  await cluster.run(heir, "REPLICAOF", "NO", "ONE");
  await cluster.run(sibling, "REPLICAOF", heir, String(PORT));
  // Writes that nobody else will know of: the old master loses them when it follows.
  for (let n = 0; n < 10; n++) cluster.send(MASTER, ["INCR", "lost"]);
  await cluster.writeAndCut(heir, 30);
  await cluster.run(MASTER, "REPLICAOF", heir, String(PORT));
  await cluster.writeAndCut(heir, 30);
  await cluster.expectEqual(heir);
  await cluster.close();
}

/** Replicas behind a replica end up with what the first master has. */
export async function chained(seed: number): Promise<void> {
  const cluster = new Cluster(2000 + seed);
  const [middle, last] = REPLICAS;
  await cluster.start(MASTER);
  for (const words of preparations()) await cluster.run(MASTER, ...words);
  await cluster.start(middle, { replicaof: `${MASTER} ${PORT}` });
  await cluster.start(last, { replicaof: `${middle} ${PORT}` });
  await cluster.writeAndCut(MASTER, 100);
  await cluster.expectEqual(MASTER);
  await cluster.close();
}

/**
 * Masters and replicas lose their power. What the master has acknowledged is on its disk (appendfsync always), and no replica has what the
 * master does not: effects leave after they are durable.
 */
export async function withoutPower(seed: number): Promise<void> {
  const cluster = new Cluster(3000 + seed);
  const kept = { dir: "/data", appendonly: "yes", appendfsync: "always", save: "" };
  await cluster.start(MASTER, kept);
  for (const words of preparations()) await cluster.run(MASTER, ...words);
  for (const address of REPLICAS) {
    await cluster.start(address, { ...kept, replicaof: `${MASTER} ${PORT}` });
  }
  let acknowledged = 0;
  for (let n = 0; n < 6; n++) {
    await cluster.writeAndCut(MASTER, 20);
    cluster.world.network.heal();
    await cluster.run(MASTER, "SELECT", "5");
    for (let i = 0; i < 5; i++) acknowledged = Number(await cluster.run(MASTER, "INCR", "acknowledged"));
    await cluster.run(MASTER, "SELECT", "0");
    await cluster.losePower([MASTER, ...REPLICAS][cluster.random.integer(3)]!);
  }
  await cluster.expectEqual(MASTER);
  await cluster.run(MASTER, "SELECT", "5");
  expect(await cluster.run(MASTER, "GET", "acknowledged")).toBe(String(acknowledged));
  await cluster.close();
}
