/**
 * The link of a replica to its master: connect, introduce ourselves, get the snapshot if it takes one, follow the stream; and again, when it
 * was cut. What is said and what it means is in handshake.ts, transfer.ts and master-stream.ts; here are the connection and the time.
 *
 * A data set is replaced at once, when the new one is loaded and whole: until then, and if anything goes wrong, the old one stays.
 */
import type { Buffer } from "node:buffer";
import type { Connection, ConnectionHandler, Timer } from "@tenon/kit";
import type { Client, ClientSink } from "../engine/client.ts";
import type { Engine } from "../engine/engine.ts";
import { loadOptions } from "../persistence/engine-snapshot.ts";
import { RdbLoad } from "../persistence/rdb-load.ts";
import { encodeRequest } from "../resp/request-writer.ts";
import { Handshake, MAX_REPLY_BYTES, type HandshakeStep } from "./handshake.ts";
import type { History } from "./history.ts";
import type { ReplicationHost } from "./host.ts";
import { MasterStream } from "./master-stream.ts";
import { FileSpool, MemorySpool, type Spool } from "./spool.ts";
import { Transfer } from "./transfer.ts";

/** As ROLE names them: nothing tried yet, on its way, introducing ourselves, getting the snapshot, following the stream. */
export type LinkState = "connect" | "connecting" | "handshake" | "sync" | "connected";

export interface MasterLinkOptions {
  readonly engine: Engine;
  readonly history: History;
  readonly host: ReplicationHost;
  readonly address: string;
  readonly port: number;
  /** Whether the history that we have may be a part of the master's. */
  readonly known: boolean;
  /** The state has changed. */
  changed(): void;
  /** Replicas of our own have to find out anew how far they agree with us. */
  diverged(): void;
}

/** How often the master hears of us. */
const ROUND_MS = 1000;
/** The first attempt to connect again comes after this, each further one after twice as long, up to the last. */
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1000;
const LF = 10;

export class MasterLink implements ConnectionHandler {
  readonly address: string;
  readonly port: number;
  readonly #options: MasterLinkOptions;
  readonly #engine: Engine;
  readonly #stopping = new AbortController();
  #state: LinkState = "connect";
  #connection: Connection | undefined;
  #handshake: Handshake | undefined;
  #line = "";
  /** Of which history the snapshot is, and how much of it. */
  #target: { readonly id: string; readonly offset: number } = { id: "", offset: 0 };
  #transfer: Transfer | undefined;
  #spool: Spool | undefined;
  /** The snapshot is being loaded. */
  #loading = false;
  /** What came while it was. */
  #early: Buffer[] = [];
  #stream: MasterStream | undefined;
  #client: Client | undefined;
  /** Whether our history may be continued. */
  #known: boolean;
  /** A master without PSYNC does not understand acknowledgements. */
  #isOld = false;
  #retryMs = FIRST_RETRY_MS;
  #retryTimer: Timer | undefined;
  #round: Timer | undefined;
  #lastHeardMs: number;
  #downSinceMs: number;

  constructor(options: MasterLinkOptions) {
    this.#options = options;
    this.#engine = options.engine;
    this.address = options.address;
    this.port = options.port;
    this.#known = options.known;
    this.#lastHeardMs = options.host.clock.now();
    this.#downSinceMs = this.#lastHeardMs;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Milliseconds since the epoch at which the master was last heard. */
  get lastHeardMs(): number {
    return this.#lastHeardMs;
  }

  /** Since when there is no link. */
  get downSinceMs(): number {
    return this.#downSinceMs;
  }

  /** Bytes of the history that have come, applied or not. */
  get received(): number {
    return this.#stream?.received ?? this.#options.history.offset;
  }

  /** Bytes of the snapshot that have come, and that are to come (0: unknown); undefined: there is none on its way. */
  get progress(): { readonly received: number; readonly total: number } | undefined {
    return this.#transfer?.progress;
  }

  start(): void {
    const { clock } = this.#options.host;
    this.#round = clock.setInterval(() => this.#goRound(), ROUND_MS);
    this.#round.unref();
    void this.#connect();
  }

  /** Ends it for good. */
  stop(): void {
    this.#stopping.abort();
    this.#round?.close();
    this.#retryTimer?.close();
    this.#connection?.destroy();
    this.#release();
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  #enter(state: LinkState): void {
    if (state === this.#state) return;
    if (this.#state === "connected") this.#downSinceMs = this.#options.host.clock.now();
    this.#state = state;
    this.#options.changed();
  }

  async #connect(): Promise<void> {
    const { host, history } = this.#options;
    const { config } = this.#engine;
    this.#enter("connecting");
    const timeoutMs = config.number("repl-timeout") * 1000;
    try {
      const { address, port } = this;
      const { signal } = this.#stopping;
      const tls = host.tls();
      const options = { host: address, port, timeoutMs, signal };
      this.#connection = await host.net.connect(tls === undefined ? options : { ...options, tls });
    } catch (error) {
      if (this.#stopped) return;
      host.log.warn(`cannot reach the master ${this.address}:${this.port}: ${(error as Error).message}`);
      this.#lost();
      return;
    }
    if (this.#stopped) {
      this.#connection.destroy();
      return;
    }
    this.#lastHeardMs = host.clock.now();
    this.#enter("handshake");
    this.#isOld = false;
    this.#handshake = new Handshake({
      user: config.text("masteruser"),
      password: config.text("masterauth"),
      port: config.number("replica-announce-port") || host.port(),
      address: config.text("replica-announce-ip"),
      known: this.#known ? { id: history.id, nextOffset: history.offset + 1 } : undefined,
    });
    this.#connection.setNoDelay(true);
    this.#connection.handle(this);
    this.#step(this.#handshake.begin());
  }

  data(chunk: Buffer): void {
    if (this.#stopped) return;
    this.#lastHeardMs = this.#options.host.clock.now();
    let rest: Buffer | undefined = chunk;
    if (this.#handshake !== undefined) rest = this.#readReplies(rest);
    if (rest !== undefined && this.#transfer !== undefined) rest = this.#receiveSnapshot(rest, this.#transfer);
    if (rest === undefined || rest.length === 0) return;
    if (this.#loading) this.#early.push(rest);
    else if (this.#stream !== undefined) this.#follow(rest);
  }

  /** Reads replies of the handshake; returns what comes behind them, once it is over. */
  #readReplies(chunk: Buffer): Buffer | undefined {
    for (let at = 0; at < chunk.length;) {
      if (this.#handshake!.expectsSnapshot) {
        // A master that only knows SYNC names no history: what it sends is a new one.
        this.#isOld = true;
        this.#options.history.rename();
        this.#step({ kind: "full", id: this.#options.history.id, offset: 0 });
        return chunk.subarray(at);
      }
      const newline = chunk.indexOf(LF, at);
      this.#line += chunk.toString("latin1", at, newline < 0 ? chunk.length : newline);
      if (newline < 0) {
        if (this.#line.length > MAX_REPLY_BYTES) this.#fail("the master's reply is too long");
        return undefined;
      }
      at = newline + 1;
      const line = this.#line.replace(/\r$/, "");
      this.#line = "";
      if (line === "") continue;
      this.#step(this.#handshake!.reply(line));
      if (this.#handshake === undefined) return chunk.subarray(at);
    }
    return undefined;
  }

  #step(step: HandshakeStep): void {
    const { history, host } = this.#options;
    if (step.kind === "send") {
      this.#connection!.write(encodeRequest(step.command));
      return;
    }
    this.#handshake = undefined;
    if (step.kind === "refused") this.#fail(step.reason);
    else if (step.kind === "continue") {
      host.log.info(`the master continues from offset ${history.offset + 1}`);
      if (step.id !== undefined && step.id !== history.id) {
        history.continueAs(step.id);
        this.#options.diverged();
      }
      this.#beginStream();
    } else {
      host.log.info(`full synchronization with the master at offset ${step.offset}`);
      this.#enter("sync");
      try {
        this.#spool = this.#newSpool();
        this.#transfer = new Transfer(this.#spool);
        this.#target = { id: step.id, offset: step.offset };
      } catch (error) {
        this.#fail(`no room for the master's snapshot: ${(error as Error).message}`);
      }
    }
  }

  #newSpool(): Spool {
    const { folder } = this.#options.host;
    const loadsFromMemory = this.#engine.config.text("repl-diskless-load") !== "disabled";
    if (folder === undefined || loadsFromMemory) return new MemorySpool();
    return new FileSpool(folder.disk, folder.directory, `temp-master-${this.#engine.facts.processId}.rdb`);
  }

  #receiveSnapshot(chunk: Buffer, transfer: Transfer): Buffer | undefined {
    let rest: Buffer | undefined;
    try {
      rest = transfer.feed(chunk);
    } catch (error) {
      this.#fail((error as Error).message);
      return undefined;
    }
    if (rest === undefined) return undefined;
    this.#transfer = undefined;
    this.#connection!.pause();
    this.#loading = true;
    void this.#load(this.#spool!, this.#connection!);
    return rest;
  }

  async #load(spool: Spool, connection: Connection): Promise<void> {
    const { host, history } = this.#options;
    const { id, offset } = this.#target;
    let loaded = false;
    try {
      loaded = await this.#replaceData(spool);
    } catch (error) {
      if (connection === this.#connection) this.#fail(`cannot load the master's snapshot: ${(error as Error).message}`);
      else host.log.warn(`cannot load the master's snapshot: ${(error as Error).message}`);
    } finally {
      spool.discard();
      this.#spool = undefined;
      this.#loading = false;
    }
    if (!loaded) {
      this.#early = [];
      return;
    }
    this.#options.diverged();
    history.adopt(id, offset);
    this.#known = !this.#isOld;
    if (connection !== this.#connection) return;
    this.#beginStream();
    connection.resume();
    const early = this.#early;
    this.#early = [];
    for (const chunk of early) this.#follow(chunk);
  }

  /** Loads the snapshot beside the data set, and puts it in its place. False: it is not wanted any more. Throws RdbError. */
  async #replaceData(spool: Spool): Promise<boolean> {
    const engine = this.#engine;
    const { clock, loadSliceMs, log } = this.#options.host;
    let database = 0;
    const aux = (name: string, value: string): void => {
      if (name === "repl-stream-db") database = Math.max(0, Number(value) || 0);
    };
    // Others are answered from the old data set meanwhile, or not at all, as the original would do it.
    engine.loading = engine.config.text("repl-diskless-load") !== "swapdb";
    try {
      const load = new RdbLoad(spool, { ...loadOptions(engine, true), listener: { aux } });
      for (;;) {
        const started = clock.monotonic();
        if (load.step(() => clock.monotonic() - started >= loadSliceMs)) break;
        await clock.sleep(0);
        if (this.#stopped) return false;
      }
      await new Promise<void>((resolve) => engine.whenFree(resolve));
      if (this.#stopped) return false;
      engine.setNow(clock.now());
      engine.keyspace.adopt(load.keyspace);
      this.#options.history.database = database;
      log.info(`${load.keysLoaded} keys loaded from the master`);
    } finally {
      engine.loading = false;
    }
    engine.persistence?.replaced();
    for (const database of engine.keyspace.databases) engine.blocked.signalAll(database);
    engine.blocked.serve();
    engine.flush();
    this.#options.host.served();
    return true;
  }

  #beginStream(): void {
    const { history } = this.#options;
    const connection = this.#connection!;
    const { local, remote } = connection;
    // What its commands reply is for nobody.
    const sink: ClientSink = {
      flush: ({ reply }) => reply.clear(),
      close: () => connection.destroy(),
      get queuedBytes() {
        return connection.queuedBytes;
      },
    };
    const client = this.#engine.connect(sink, {
      remote: `${remote.address}:${remote.port}`,
      local: `${local.address}:${local.port}`,
      descriptor: -1,
    });
    client.isMaster = true;
    client.authenticated = true;
    client.db = this.#engine.keyspace.databases[history.database] ?? client.db;
    this.#client = client;
    this.#known = !this.#isOld;
    this.#retryMs = FIRST_RETRY_MS;
    history.follow();
    this.#stream = new MasterStream({
      offset: history.offset,
      apply: (commands) => {
        this.#engine.obey(client, commands);
        history.database = client.db.index;
      },
      acknowledge: () => this.acknowledge(),
      applied: (bytes) => history.appendBytes(bytes),
    });
    this.#enter("connected");
    this.acknowledge();
  }

  /** Does what the master says, or as soon as what was done before is durable. */
  #follow(chunk: Buffer): void {
    const engine = this.#engine;
    const { host } = this.#options;
    const stream = this.#stream;
    engine.whenFree(() => {
      if (stream !== this.#stream || stream === undefined) return;
      engine.setNow(host.clock.now());
      this.#client!.lastInteractionMs = engine.now;
      this.#client!.bytesIn += chunk.length;
      engine.stats.netInputBytes += chunk.length;
      engine.stats.netReplicationInputBytes += chunk.length;
      try {
        stream.feed(chunk);
      } catch (error) {
        this.#fail(`the master's stream is broken: ${(error as Error).message}`);
      }
    });
    engine.flush();
    host.served();
  }

  /** Tells the master how far we are. */
  acknowledge(): void {
    if (this.#state !== "connected" || this.#isOld) return;
    const synced = this.#engine.persistence?.syncedOffset ?? -1;
    const offset = String(this.#stream!.offset);
    const disk = synced < 0 ? [] : ["FACK", String(synced)];
    this.#connection!.write(encodeRequest(["REPLCONF", "ACK", offset, ...disk]));
  }

  #goRound(): void {
    const { clock, log } = this.#options.host;
    if (this.#connection === undefined) return;
    if (this.#loading) {
      // A newline a second says that we live.
      this.#connection.write("\n");
      return;
    }
    const timeoutMs = this.#engine.config.number("repl-timeout") * 1000;
    if (clock.now() - this.#lastHeardMs > timeoutMs) {
      log.warn("the master was silent for too long");
      this.#connection.destroy();
      return;
    }
    this.acknowledge();
  }

  #fail(reason: string): void {
    this.#options.host.log.warn(reason);
    this.#connection?.destroy();
  }

  /** Nothing of the connection is left. */
  #release(): void {
    this.#connection = undefined;
    this.#handshake = undefined;
    this.#line = "";
    this.#transfer = undefined;
    this.#stream = undefined;
    if (!this.#loading) {
      this.#spool?.discard();
      this.#spool = undefined;
      this.#early = [];
    }
    const client = this.#client;
    this.#client = undefined;
    if (client !== undefined) this.#engine.disconnect(client);
  }

  #lost(): void {
    this.#release();
    if (this.#stopped) return;
    this.#enter("connect");
    this.#retryTimer = this.#options.host.clock.setTimeout(() => this.#tryAgain(), this.#retryMs);
    this.#retryTimer.unref();
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }

  #tryAgain(): void {
    // What is whole of the snapshot is loaded first: it may spare us another one.
    if (this.#loading) this.#retryTimer = this.#options.host.clock.setTimeout(() => this.#tryAgain(), FIRST_RETRY_MS);
    else void this.#connect();
  }

  // The connection.

  end(): void {
    this.#connection?.destroy();
  }

  drain(): void {
    // What we write is little, and needs no back-pressure.
  }

  close(): void {
    if (this.#stopped) return;
    if (this.#state === "connected") this.#options.host.log.warn("the link to the master is cut");
    this.#lost();
  }
}
