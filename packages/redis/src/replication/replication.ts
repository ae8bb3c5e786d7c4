/**
 * Replication as a whole: which role this server has, and what follows from it.
 *
 * There is one history of changes (history.ts). As a master we write it: every effect is appended, and the replicas get it (replicas.ts). As
 * a replica we read it: the master's stream is applied, and recorded as it came (master-link.ts), so that replicas of our own can follow, and
 * so that, promoted, we can let the master's other replicas go on where they are.
 */
import type { Client } from "../engine/client.ts";
import { EFFECT_TARGET } from "../engine/effects.ts";
import type { Engine } from "../engine/engine.ts";
import { FLAG, type CommandEntry } from "../commands/registry.ts";
import { History } from "./history.ts";
import type { ReplicationHost } from "./host.ts";
import { MasterLink } from "./master-link.ts";
import { Replicas } from "./replicas.ts";
import { Waits } from "./waits.ts";

const TOO_FEW_REPLICAS = "NOREPLICAS Not enough good replicas to write.";
const READ_ONLY = "READONLY You can't write against a read only replica.";
const MASTER_DOWN = "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.";
const DEMOTED = "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)";

export class Replication {
  readonly history: History;
  readonly replicas: Replicas;
  readonly waits: Waits;
  /** Whether `refusal` may have something against a command. */
  restricts = false;
  readonly #engine: Engine;
  #host: ReplicationHost | undefined;
  #master: MasterLink | undefined;
  #unsubscribe: (() => void) | undefined;
  #readOnly = true;
  #servesStale = true;
  #leastReplicas = 0;
  #restored = false;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.history = new History(engine.random);
    this.replicas = new Replicas({
      engine,
      history: this.history,
      host: () => this.#host,
      follows: () => this.#master !== undefined,
      changed: () => {
        this.#listen();
        this.waits.check();
      },
    });
    this.waits = new Waits(() => engine.blocked);
    engine.config.onChange(() => this.#configure());
    this.#configure();
  }

  #configure(): void {
    const { config } = this.#engine;
    this.#readOnly = config.flag("replica-read-only");
    this.#servesStale = config.flag("replica-serve-stale-data");
    this.#leastReplicas = config.number("min-replicas-max-lag") > 0 ? config.number("min-replicas-to-write") : 0;
    this.#restrict();
  }

  #restrict(): void {
    this.restricts = this.#master === undefined ? this.#leastReplicas > 0 : this.#readOnly || !this.#servesStale;
  }

  /** The outside, without which nobody can be followed and no snapshot be sent. */
  set host(host: ReplicationHost | undefined) {
    this.#host = host;
  }

  get isReady(): boolean {
    return this.#host !== undefined;
  }

  /** The master that is followed; undefined: this server is one. */
  get master(): MasterLink | undefined {
    return this.#master;
  }

  /** Bytes of the history that are in the data set: master_repl_offset. */
  get offset(): number {
    return this.history.offset;
  }

  /** Whether min-replicas-to-write asks for replicas. */
  get wantsReplicas(): boolean {
    return this.#leastReplicas > 0;
  }

  /** Why a command may not run here, in the original's words; undefined: it may. Asked only while `restricts`. */
  refusal(entry: CommandEntry, writes: boolean): string | undefined {
    if (this.#master === undefined) {
      return writes && this.replicas.good < this.#leastReplicas ? TOO_FEW_REPLICAS : undefined;
    }
    if (writes && this.#readOnly) return READ_ONLY;
    const isStale = !this.#servesStale && this.#master.state !== "connected";
    return isStale && (entry.bits & FLAG.stale) === 0 ? MASTER_DOWN : undefined;
  }

  /** A write was propagated to nobody but the append-only file. */
  count(effects: number): void {
    this.history.count(effects);
  }

  /** While the history is ours and recorded, effects go into it. */
  #listen(): void {
    const wanted = this.history.recorded && this.#master === undefined;
    if (wanted)
      this.#unsubscribe ??= this.#engine.effects.subscribe(
        (effects) => this.history.append(effects),
        EFFECT_TARGET.replicas,
      );
    else {
      this.#unsubscribe?.();
      this.#unsubscribe = undefined;
    }
  }

  /** REPLICAOF host port. `known`: our own history may be a part of the master's, as after a change of masters. */
  follow(address: string, port: number, known: boolean): void {
    const engine = this.#engine;
    const host = this.#host!;
    this.#master?.stop();
    if (this.#master === undefined) this.#demote();
    this.history.settle(Infinity, 0);
    this.replicas.disconnect();
    this.#master = new MasterLink({
      engine,
      history: this.history,
      host,
      address,
      port,
      known,
      changed: () => this.#restrict(),
      diverged: () => this.replicas.disconnect(),
    });
    engine.keyspace.removesExpired = false;
    engine.config.load("replicaof", `${address} ${port}`);
    this.#listen();
    this.#restrict();
    host.log.info(`following ${address}:${port}`);
    this.#master.start();
  }

  /** Who waits for a key here would wait for a write that only the master can do. */
  #demote(): void {
    const { blocked, clients } = this.#engine;
    for (const client of clients.values()) {
      if (client.blocked === undefined) continue;
      blocked.fail(client, DEMOTED);
      client.closing = true;
    }
  }

  /** REPLICAOF NO ONE: this server is a master from here on, and whoever followed the same master may go on with us. */
  promote(): void {
    if (this.#master === undefined) return;
    this.#master.stop();
    this.#master = undefined;
    const { keyspace, config } = this.#engine;
    keyspace.removesExpired = true;
    config.load("replicaof", "");
    this.history.diverge();
    this.replicas.disconnect();
    this.replicas.begin();
    this.#listen();
    this.#restrict();
    this.#host!.log.info("a master from now on");
  }

  /** What a snapshot on disk says of the history, so that it can go on after a restart. */
  notes(): (readonly [name: string, value: string])[] {
    const { history } = this;
    if (!history.recorded) return [];
    return [
      ["repl-stream-db", String(this.#master === undefined ? 0 : history.database)],
      ["repl-id", history.id],
      ["repl-offset", String(history.offset)],
    ];
  }

  /**
   * The data set was loaded from a snapshot with these notes. A master begins a history of its own there, which those who have the old one
   * may join; a replica goes on with it.
   */
  restore(notes: ReadonlyMap<string, string>): void {
    const id = notes.get("repl-id") ?? "";
    const offset = Number(notes.get("repl-offset"));
    if (!/^[0-9a-f]{40}$/.test(id) || !Number.isSafeInteger(offset) || offset < 0) return;
    this.history.adopt(id, offset);
    this.history.database = Number(notes.get("repl-stream-db") ?? 0) || 0;
    this.#restored = true;
    if (this.#engine.config.text("replicaof") !== "") return;
    this.history.diverge();
    this.replicas.begin();
    this.#listen();
  }

  /** Whether the history comes from a snapshot, and may be a part of the master's that is followed first. */
  get restored(): boolean {
    return this.#restored;
  }

  /** DEBUG CHANGE-REPL-ID: what replicas know is no longer a part of this history. */
  rename(): void {
    this.history.rename();
  }

  /** The data set was replaced by something that no command did: what replicas have is of no use to them. */
  replaced(): void {
    this.rename();
    this.replicas.disconnect();
  }

  /** The client is gone. */
  left(client: Client): void {
    if (client.replica !== undefined) this.replicas.left(client);
  }

  /** When `tick` wants to be called next. */
  get nextWakeMs(): number {
    return this.replicas.nextWakeMs;
  }

  tick(now: number): void {
    this.replicas.tick(now);
    this.#listen();
  }

  /** The server ends: no master is followed any more, and no snapshot begun. */
  close(): void {
    this.#host = undefined;
    this.#master?.stop();
  }
}
