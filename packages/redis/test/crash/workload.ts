/**
 * A series of commands that a crash may cut anywhere, and what must be found after it.
 *
 * The commands go one after the other, each waiting for its reply, so that what was acknowledged is the first so many of them. After
 * a crash, the data must be what these made, or these and the one that was under way.
 */
import assert from "node:assert/strict";
import {
  type Clock,
  type CrashScenario,
  type Disk,
  manualClock,
  SeededRandom,
  silentLog,
  SimulatedDisk,
} from "@tenon/kit";
import type { Client, ClientSink } from "../../src/engine/client.ts";
import { Config } from "../../src/engine/config.ts";
import { Engine } from "../../src/engine/engine.ts";
import { datasetDigest } from "../../src/observe/digest.ts";
import { Persistence } from "../../src/persistence/persistence.ts";
import { encodeRequest } from "../../src/resp/request-writer.ts";

const NOW = 1_700_000_000_000;
const SETTINGS: readonly (readonly [string, string])[] = [
  ["save", ""],
  ["appendonly", "yes"],
  ["appendfsync", "always"],
];

export type Command = readonly string[];

/** `count` commands of all kinds, the same for the same seed; every `rewriteEvery`th begins a rewrite of the file, and as often the data is saved as RDB. */
export function commands(count: number, seed: number, rewriteEvery: number): Command[] {
  const random = new SeededRandom(seed);
  const key = (kind: string): string => `${kind} ${random.integer(5)}`;
  const value = (): string => `${random.integer(1000)}`;
  const kinds: readonly (() => Command[])[] = [
    () => [["SET", key("s"), value()]],
    () => [["SET", key("s"), "x".repeat(random.integer(3000))]],
    () => [["SET", key("s"), value(), "EX", `${100 + random.integer(1000)}`]],
    () => [["INCR", key("n")]],
    () => [["APPEND", key("a"), value()]],
    () => [["RPUSH", key("l"), value(), value()]],
    () => [["LPOP", key("l")]],
    () => [["SADD", key("t"), value()]],
    () => [["SPOP", key("t")]],
    () => [["HINCRBYFLOAT", key("h"), "f", "0.1"]],
    () => [["ZADD", key("z"), value(), value()]],
    () => [["XADD", key("x"), "*", "f", value()]],
    () => [["DEL", key("s")]],
    () => [["MULTI"], ["INCR", "both 1"], ["INCR", "both 2"], ["EXEC"]],
  ];
  const series: Command[] = [];
  for (let i = 0; series.length < count; i++) {
    series.push(...kinds[random.integer(kinds.length)]!());
    if (i % rewriteEvery === rewriteEvery - 1) series.push(["BGREWRITEAOF"]);
    if (i % rewriteEvery === rewriteEvery >> 1) series.push([i % 2 === 0 ? "SAVE" : "BGSAVE"]);
  }
  return series;
}

/** An engine with its append-only file on `disk`, and one client that waits for each reply; no sockets, and time only when told. */
export class Store {
  readonly #engine: Engine;
  readonly #persistence: Persistence;
  readonly #manual = manualClock(NOW);
  readonly #client: Client;
  #settle: { resolve(): void; reject(error: Error): void } | undefined;

  private constructor(disk: Disk) {
    const manual = this.#manual;
    let ticks = 0;
    // Each reading is a millisecond later: slices of a snapshot are as small as they can be, and commands come between them.
    const clock: Clock = {
      now: () => manual.now(),
      monotonic: () => ++ticks,
      setTimeout: (callback, delayMs) => manual.setTimeout(callback, delayMs),
      setInterval: (callback, periodMs) => manual.setInterval(callback, periodMs),
      sleep: (delayMs, signal) => manual.sleep(delayMs, signal),
    };
    const config = new Config();
    for (const [name, value] of SETTINGS) config.load(name, value);
    this.#engine = new Engine({ random: new SeededRandom(7), now: NOW, monotonic: () => 0, config });
    if (disk.stat("/data") === undefined) {
      disk.makeDirectory("/data");
      disk.syncDirectory("/");
    }
    this.#persistence = new Persistence({
      engine: this.#engine,
      disk,
      clock,
      log: silentLog,
      directory: "/data",
      loadSliceMs: Infinity,
      served: () => {},
    });
    const sink: ClientSink = {
      queuedBytes: 0,
      flush: (client) => {
        client.reply.clear();
        this.#settle?.resolve();
      },
      close: () => this.#settle?.reject(new Error("the connection ended without a reply")),
    };
    this.#client = this.#engine.connect(sink, { remote: "", local: "", descriptor: 1 });
  }

  static async open(disk: Disk): Promise<Store> {
    const store = new Store(disk);
    await store.#persistence.start();
    return store;
  }

  /** Resolves when the reply is there; rejects when the connection ends instead. */
  async run(command: Command): Promise<void> {
    const replied = new Promise<void>((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.#engine.receive(this.#client, encodeRequest(command), this.#manual.now());
    this.#engine.flush();
    await replied;
    // What goes on in the background has its turn.
    await this.#manual.advanceAsync(1);
  }

  get digest(): string {
    return datasetDigest(this.#engine.keyspace.databases);
  }

  async close(): Promise<void> {
    await this.#persistence.quiesce();
    this.#persistence.shutdown("nosave", true);
  }
}

/** The data after each of the first so many commands: `states[n]` after n. */
export async function statesOf(series: readonly Command[], disk: Disk): Promise<string[]> {
  const store = await Store.open(disk);
  const states = [store.digest];
  for (const command of series) {
    await store.run(command);
    states.push(store.digest);
  }
  await store.close();
  return states;
}

/** The crash scenario: run `series`, and find nothing lost of what was answered. */
export function scenarioOf(series: readonly Command[], states: readonly string[]): Scenario {
  return {
    acknowledge: () => ({ count: 0 }),
    run: async (disk, acknowledged) => {
      const store = await Store.open(disk);
      for (const command of series) {
        await store.run(command);
        acknowledged.count++;
      }
      await store.close();
    },
    check: async (disk, { count }) => {
      const store = await Store.open(disk);
      assertIsOneOf(store.digest, states, count);
      await store.close();
    },
  };
}

/** A disk that tells before each operation that changes something: all before it is done, and it is not. */
class ObservedDisk extends SimulatedDisk {
  observe: (() => void) | undefined = undefined;

  protected override operate(...operation: Parameters<SimulatedDisk["operate"]>): void {
    const before = this.operations;
    super.operate(...operation);
    if (this.operations > before) this.observe?.();
  }
}

/**
 * Every crash point of one long run, which is made once: before each operation of the disk, what would be found if the power went there is
 * kept aside, in `outcomes` states, and looked at before the next command. Returns how many states were looked at.
 */
export async function everyPointOfOneRun(
  series: readonly Command[],
  { outcomes, seed }: { readonly outcomes: number; readonly seed: number },
): Promise<{ points: number; checked: number }> {
  const disk = new ObservedDisk({ seed });
  const store = await Store.open(disk);
  const states = [store.digest];
  let acknowledged = 0;
  let points = 0;
  let checked = 0;
  let found: { readonly disk: SimulatedDisk; readonly acknowledged: number; readonly where: string }[] = [];
  disk.observe = () => {
    points++;
    for (let outcome = 0; outcome < outcomes; outcome++) {
      const where = `power lost before operation ${points}, ${disk.lastOperation}, outcome ${outcome}`;
      found.push({ disk: disk.clone().crash(`${seed}/${points}/${outcome}`), acknowledged, where });
    }
  };
  for (const command of series) {
    await store.run(command);
    acknowledged++;
    states.push(store.digest);
    for (const each of found) {
      const recovered = await Store.open(each.disk);
      const { digest } = recovered;
      await recovered.close();
      try {
        assertIsOneOf(digest, states, each.acknowledged);
      } catch (cause) {
        throw new Error(each.where, { cause });
      }
      checked++;
    }
    found = [];
  }
  disk.observe = undefined;
  await store.close();
  return { points, checked };
}

type Scenario = Pick<CrashScenario<{ count: number }>, "acknowledge" | "run" | "check">;

function assertIsOneOf(found: string, states: readonly string[], acknowledged: number): void {
  const under = states.slice(acknowledged, acknowledged + 2);
  if (under.includes(found)) return;
  const at = states.lastIndexOf(found);
  const what = at < 0 ? "what no prefix of the commands makes" : `what the first ${at} make`;
  assert.fail(`${acknowledged} commands were acknowledged, but the data is ${what}`);
}
