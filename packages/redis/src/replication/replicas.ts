/**
 * The master's side: who follows, what each still has to get, and that all of them get it.
 *
 * A replica asks with PSYNC for what comes after an offset, and gets it if that is still there; else a snapshot and what came since. What it
 * has not been sent lies in the history, once for all; at every flush each replica gets what is new, as far as it reads. So a slow one costs
 * the others nothing but memory, and `client-output-buffer-limit` says how much.
 */
import { Buffer } from "node:buffer";
import type { Client } from "../engine/client.ts";
import type { Engine } from "../engine/engine.ts";
import { Keyspace } from "../keyspace/keyspace.ts";
import { beginWalk } from "../persistence/engine-snapshot.ts";
import { FullSync } from "./full-sync.ts";
import type { History } from "./history.ts";
import type { ReplicationHost } from "./host.ts";
import { Replica } from "./replica.ts";
import { FileSpool, MemorySpool, type Spool } from "./spool.ts";

/** Bytes that are put into a replica's output at a time, … */
const CHUNK_BYTES = 64 * 1024;
/** … while there are fewer than this in it. */
const HIGH_WATER_BYTES = 256 * 1024;
/** How often the replicas are looked after. */
const ROUND_MS = 1000;
const PING: Buffer = Buffer.from("*1\r\n$4\r\nPING\r\n");
const GET_ACKNOWLEDGEMENT: Buffer = Buffer.from("*3\r\n$8\r\nREPLCONF\r\n$6\r\nGETACK\r\n$1\r\n*\r\n");

export interface ReplicasOptions {
  readonly engine: Engine;
  readonly history: History;
  host(): ReplicationHost | undefined;
  /** Whether this server follows another one itself: then the pings of its master are passed on instead of own ones. */
  follows(): boolean;
  /** One of them has come, gone, or said how far it is. */
  changed(): void;
}

export class Replicas {
  readonly #options: ReplicasOptions;
  readonly #engine: Engine;
  readonly #history: History;
  /** Those that have asked for the stream, in order of arrival. */
  readonly #all = new Set<Replica>();
  #sync: FullSync | undefined;
  #wantsAcknowledgements = false;
  #hardBytes = 0;
  #softBytes = 0;
  #softMs = 0;
  #nextRoundMs = Infinity;
  #nextPingMs = 0;
  /** Since when there is none. */
  #noneSinceMs = 0;
  #spools = 0;
  /** Statistics of INFO. */
  fullSyncs = 0;
  partialSyncs = 0;
  refusedPartialSyncs = 0;

  constructor(options: ReplicasOptions) {
    this.#options = options;
    this.#engine = options.engine;
    this.#history = options.history;
    this.#engine.config.onChange(() => this.#configure());
    this.#configure();
  }

  #configure(): void {
    const { config } = this.#engine;
    const [, hard, soft, seconds] = /slave (\d+) (\d+) (\d+)/.exec(config.text("client-output-buffer-limit"))!;
    // What is in the backlog anyway costs nothing: it is no reason to drop a replica.
    const least = config.number("repl-backlog-size");
    this.#hardBytes = hard === "0" ? Infinity : Math.max(Number(hard), least);
    this.#softBytes = soft === "0" ? Infinity : Math.max(Number(soft), least);
    this.#softMs = Number(seconds) * 1000;
  }

  get all(): ReadonlySet<Replica> {
    return this.#all;
  }

  /** Replicas that are online and have said so of late (min-replicas-max-lag). */
  get good(): number {
    const { config, now } = this.#engine;
    const limit = config.number("min-replicas-max-lag");
    return this.#count((replica) => replica.lagSeconds(now) <= limit);
  }

  /** Replicas that are online and have acknowledged `offset`. */
  acknowledging(offset: number): number {
    return this.#count((replica) => replica.acknowledged >= offset);
  }

  /** Replicas that are online and have what comes before `offset` on their disks. */
  synced(offset: number): number {
    return this.#count((replica) => replica.synced >= offset);
  }

  #count(isCounted: (replica: Replica) => boolean): number {
    let count = 0;
    for (const replica of this.#all) if (replica.state === "online" && isCounted(replica)) count++;
    return count;
  }

  /** What is known of a client that may become a replica. */
  of(client: Client): Replica {
    return (client.replica ??= new Replica(client));
  }

  /** PSYNC: returns whether the client goes on from `nextOffset` of history `id`. */
  resume(client: Client, id: string, nextOffset: number): boolean {
    if (!this.#history.continues(id, nextOffset)) {
      if (id !== "?") this.refusedPartialSyncs++;
      return false;
    }
    this.partialSyncs++;
    const replica = this.of(client);
    this.#join(replica, "online");
    replica.streams = true;
    replica.position = nextOffset - 1;
    client.reply.simple(replica.knowsNewIds ? `CONTINUE ${this.#history.id}` : "CONTINUE");
    this.#options.host()?.log.info(`replica ${client.address.remote} goes on from offset ${nextOffset}`);
    return true;
  }

  /** PSYNC or SYNC: the client waits for a full synchronization. `silent`: for SYNC, which has no reply of its own. */
  enrol(client: Client, silent: boolean): void {
    this.fullSyncs++;
    const replica = this.of(client);
    replica.silent = silent;
    replica.waitsSinceMs = this.#engine.now;
    this.#history.record();
    this.#join(replica, "waiting");
  }

  #join(replica: Replica, state: "waiting" | "online"): void {
    const { now } = this.#engine;
    replica.state = state;
    replica.acknowledgedMs = now;
    replica.client.onDrain = () => this.#drained();
    if (this.#all.size === 0) this.#nextPingMs = now + this.#pingPeriodMs;
    this.#all.add(replica);
    this.#plan(now);
    this.#options.changed();
  }

  get #pingPeriodMs(): number {
    return this.#engine.config.number("repl-ping-replica-period") * 1000;
  }

  /** This server has become the master: the time without replicas begins. */
  begin(): void {
    this.#noneSinceMs = this.#engine.now;
    this.#plan(this.#engine.now);
  }

  /** The client is gone. */
  left(client: Client): void {
    const { replica } = client;
    if (replica === undefined || !this.#all.delete(replica)) return;
    replica.streams = false;
    this.#sync?.drop(replica);
    if (this.#all.size === 0) this.#noneSinceMs = this.#engine.now;
    this.#plan(this.#engine.now);
    this.#options.changed();
    this.#options.host()?.served();
  }

  /** Ends the links to all replicas: they have to find out anew how far they agree with us. */
  disconnect(): void {
    for (const { client } of Array.from(this.#all)) this.#engine.kill(client, undefined);
  }

  /** REPLCONF ACK: how far a replica is, and how far what it has on the disk. It has no reply. */
  acknowledge(replica: Replica, offset: number, synced: number | undefined): void {
    if (!this.#all.has(replica)) return;
    replica.acknowledged = Math.max(replica.acknowledged, offset);
    if (synced !== undefined) replica.synced = Math.max(replica.synced, synced);
    replica.acknowledgedMs = this.#engine.now;
    if (replica.state === "online") replica.streams = true;
    this.#options.changed();
  }

  /** Asks all replicas how far they are, with the next flush. */
  requestAcknowledgements(): void {
    this.#wantsAcknowledgements = true;
  }

  /** Before output leaves: the replicas get what is new. */
  pump(): void {
    const history = this.#history;
    if (!history.recorded) return;
    if (this.#wantsAcknowledgements) {
      this.#wantsAcknowledgements = false;
      if (!this.#options.follows() && this.#all.size > 0) history.appendBytes(GET_ACKNOWLEDGEMENT);
    }
    let oldest = Infinity;
    for (const replica of this.#all) {
      if (replica.state !== "waiting") oldest = Math.min(oldest, replica.position);
    }
    history.settle(this.#engine.config.number("repl-backlog-size"), oldest);
    for (const replica of this.#all) {
      if (replica.client.closing) continue;
      if (replica.streams) this.#feed(replica);
      if (replica.state !== "waiting") this.#checkLimit(replica);
    }
  }

  #feed(replica: Replica): void {
    const { client } = replica;
    const { offset } = this.#history;
    while (replica.position < offset && client.sink.queuedBytes + client.reply.length < HIGH_WATER_BYTES) {
      const bytes = this.#history.read(replica.position, CHUNK_BYTES);
      client.reply.raw(bytes);
      replica.position += bytes.length;
      this.#engine.stats.netReplicationOutputBytes += bytes.length;
      this.#engine.wrote(client);
    }
  }

  /** client-output-buffer-limit: one that does not read is dropped before it fills the memory. */
  #checkLimit(replica: Replica): void {
    const { client } = replica;
    const waiting = this.#history.offset - replica.position + client.sink.queuedBytes;
    const { now } = this.#engine;
    let over = waiting > this.#hardBytes;
    if (waiting <= this.#softBytes) replica.overSoftSinceMs = 0;
    else if (replica.overSoftSinceMs === 0) replica.overSoftSinceMs = now;
    else if (now - replica.overSoftSinceMs > this.#softMs) over = true;
    if (!over) return;
    this.#engine.stats.clientOutputBufferLimitDisconnections++;
    this.#options.host()?.log.warn(`replica ${client.address.remote} reads too slowly and is dropped`);
    this.#drop(replica);
  }

  /** Ends a link whose other side may not read any more. */
  #drop({ client }: Replica): void {
    this.#engine.disconnect(client);
    client.sink.cut?.();
  }

  #drained(): void {
    this.#sync?.proceed();
    this.#engine.flush();
  }

  /** When `tick` wants to be called next. */
  get nextWakeMs(): number {
    return this.#nextRoundMs;
  }

  #plan(now: number): void {
    const { config } = this.#engine;
    if (this.#all.size === 0) {
      const ttl = config.number("repl-backlog-ttl");
      const isKept = !this.#history.recorded || ttl === 0 || this.#options.follows();
      this.#nextRoundMs = isKept ? Infinity : this.#noneSinceMs + ttl * 1000;
    } else this.#nextRoundMs = Math.min(now + ROUND_MS, this.#syncDueMs);
  }

  /** Looks after the replicas: pings, timeouts, synchronizations that are due. Call `flush` after it. */
  tick(now: number): void {
    if (now < this.#nextRoundMs) return;
    if (this.#all.size === 0) this.#history.forget();
    else {
      this.#ping(now);
      this.#dropSilent(now);
      const host = this.#options.host();
      if (host !== undefined && now >= this.#syncDueMs) this.#beginSync(host);
    }
    this.#plan(now);
  }

  #ping(now: number): void {
    if (now < this.#nextPingMs) return;
    this.#nextPingMs = now + this.#pingPeriodMs;
    if (!this.#options.follows()) this.#history.appendBytes(PING);
    for (const replica of this.#all) {
      // Newlines keep a link that is waiting: its replica skips them.
      const isQuiet = replica.state === "waiting" || (replica.state === "receiving" && this.#sync?.isQuiet === true);
      if (!isQuiet) continue;
      replica.client.reply.rawString("\n");
      this.#engine.wrote(replica.client);
    }
  }

  #dropSilent(now: number): void {
    const timeoutMs = this.#engine.config.number("repl-timeout") * 1000;
    for (const replica of Array.from(this.#all)) {
      const { client, state } = replica;
      const heardMs = Math.max(replica.acknowledgedMs, client.lastInteractionMs);
      const isSilent = state === "online" && !replica.silent && now - heardMs > timeoutMs;
      const isStuck =
        state === "receiving" && client.sink.queuedBytes > 0 && now - (this.#sync?.progressMs ?? now) > timeoutMs;
      if (!isSilent && !isStuck) continue;
      this.#options.host()?.log.warn(`replica ${client.address.remote} was silent for too long and is dropped`);
      this.#drop(replica);
    }
  }

  /** When the next full synchronization begins; Infinity: nobody waits, or one is under way. */
  get #syncDueMs(): number {
    if (this.#sync !== undefined) return Infinity;
    const { config } = this.#engine;
    let first: Replica | undefined;
    let waiting = 0;
    for (const replica of this.#all) {
      if (replica.state !== "waiting") continue;
      first ??= replica;
      waiting++;
    }
    if (first === undefined) return Infinity;
    const enough = config.number("repl-diskless-sync-max-replicas");
    // While it is sent as it is made, nobody can join: others are given the time to come too.
    if (!this.#isDiskless(first) || (enough > 0 && waiting >= enough)) return first.waitsSinceMs;
    return first.waitsSinceMs + config.number("repl-diskless-sync-delay") * 1000;
  }

  #isDiskless(replica: Replica): boolean {
    return replica.knowsEndMark && (replica.withoutData || this.#engine.config.flag("repl-diskless-sync"));
  }

  #beginSync(host: ReplicationHost): void {
    const history = this.#history;
    const waiting = Array.from(this.#all).filter(({ state }) => state === "waiting");
    const first = waiting[0]!;
    const diskless = this.#isDiskless(first);
    const replicas = waiting.filter(
      (replica) => (replica.knowsEndMark || !diskless) && replica.withoutData === first.withoutData,
    );
    history.settle(Infinity, 0);
    history.selectAgain();
    for (const replica of replicas) {
      const { client } = replica;
      replica.state = "receiving";
      replica.position = history.offset;
      if (!replica.silent) client.reply.simple(`FULLRESYNC ${history.id} ${history.offset}`);
      this.#engine.wrote(client);
      host.log.info(`full synchronization of replica ${client.address.remote} at offset ${history.offset}`);
    }
    const sync = new FullSync({
      walk: this.#snapshot(first.withoutData),
      replicas,
      mark: diskless ? this.#endMark() : undefined,
      spool: () => this.#newSpool(host),
      clock: host.clock,
      sliceMs: host.walkSliceMs,
      send: ({ client }, bytes) => {
        if (client.closing) return;
        client.reply.raw(bytes);
        this.#engine.stats.netReplicationOutputBytes += bytes.length;
        this.#engine.wrote(client);
        this.#engine.flush();
      },
    });
    this.#sync = sync;
    void this.#finishSync(sync, host);
  }

  #snapshot(withoutData: boolean): ReturnType<typeof beginWalk> {
    const { engine } = this.#options;
    const aux = [
      // Our own stream says its database again from here on; a master's, which we pass on, does not.
      ["repl-stream-db", String(this.#options.follows() ? this.#history.database : 0)],
      ["repl-id", this.#history.id],
      ["repl-offset", String(this.#history.offset)],
      ["aof-base", "0"],
    ] as const;
    if (!withoutData) return beginWalk(engine, aux);
    return beginWalk(engine, aux, new Keyspace(1, engine.random, { expired: () => {} }));
  }

  #endMark(): string {
    return Buffer.from(this.#engine.random.bytes(20)).toString("hex");
  }

  #newSpool({ folder }: ReplicationHost): Spool {
    if (folder === undefined) return new MemorySpool();
    return new FileSpool(
      folder.disk,
      folder.directory,
      `temp-repl-${this.#engine.facts.processId}-${this.#spools++}.rdb`,
    );
  }

  async #finishSync(sync: FullSync, host: ReplicationHost): Promise<void> {
    const engine = this.#engine;
    try {
      await sync.run();
      for (const replica of sync.replicas) this.#synchronized(replica, !sync.isDiskless, host.clock.now());
    } catch (error) {
      host.log.warn(`full synchronization failed: ${(error as Error).message}`);
      for (const replica of Array.from(sync.replicas)) this.#drop(replica);
    }
    this.#sync = undefined;
    if (this.#options.host() === undefined) return;
    engine.setNow(host.clock.now());
    this.#plan(engine.now);
    engine.flush();
    host.served();
  }

  #synchronized(replica: Replica, streams: boolean, now: number): void {
    const { client } = replica;
    if (replica.snapshotOnly) {
      client.closing = true;
      this.#engine.wrote(client);
      return;
    }
    replica.state = "online";
    replica.acknowledgedMs = now;
    if (streams) replica.streams = true;
    this.#options.changed();
  }
}
