/**
 * The life of a TCP server: it listens, accepts up to its limits, accounts for every connection, and closes.
 *
 * A protocol brings a session: an object that is told what happens on one connection (`ConnectionHandler`) and that
 * can be asked to `finish`. The service puts one small object of its own between the two, per connection, so
 * that it sees the end of every connection and survives a session that throws; per chunk of data that is one more
 * call, which the JIT inlines, and no allocation.
 *
 * Closing has three steps. The doors close, so that nobody new comes in. Every session is asked to finish. What is
 * still there when the grace period is over is destroyed. `close()` therefore always ends, whatever the peers do.
 *
 * A service has any number of doors: TCP ports and unix sockets, in clear text and with TLS, with the same sessions and limits.
 * Doors open and close while it runs.
 *
 * A connection above the limits is not a session. `refuse` may write the protocol's own words to it; then it is
 * closed the way nginx lingers: our side ends, what the peer sends is thrown away for a moment, so that the words
 * are not lost to a reset, and then it is dropped.
 */
import type { Log } from "../log/log.ts";
import type { Counter, MetricSet } from "../metrics/metrics.ts";
import type { Timer } from "../world/clock.ts";
import type { Address, Connection, ConnectionHandler, Listener, ListenOptions } from "../world/net.ts";
import type { TlsListenOptions } from "../world/tls.ts";
import type { World } from "../world/world.ts";

/** How long sessions may take to finish on `close()`, unless it says otherwise. */
export const DEFAULT_GRACE_MS = 5_000;
/** How long a refused connection may linger, to read why. */
export const REFUSAL_LINGER_MS = 1_000;
/** How many refused connections may linger at once; those above are dropped without a word. */
export const MAX_LINGERING = 128;

/** What one connection is to its protocol. */
export interface Session extends ConnectionHandler {
  /**
   * Asks to finish: answer what is in flight, then end the connection. Called once, on graceful close, from outside
   * the session's own calls. A session with nothing in flight should `destroy()` its connection rather than `end()` it:
   * there is nothing to lose, and a peer that does not close its side cannot hold the server up.
   */
  finish(): void;
}

export interface ServiceLimits {
  /** Most connections at once, over all doors. */
  readonly maxConnections: number;
  /** Most connections at once from one IP address; default: no limit of its own. Unix sockets are exempt. */
  readonly maxConnectionsPerAddress?: number;
}

/** Which limit a refused connection would have exceeded. */
export type RefusalReason = "max-connections" | "max-connections-per-address";

export interface ServiceOptions<S extends Session> {
  readonly world: World;
  /** The system's name, also the prefix of its metrics: `redis`. */
  readonly name: string;
  /** Where to listen; a service may have several doors, of which none opens unless all can. */
  readonly listen: ListenOptions | readonly ListenOptions[];
  readonly limits: ServiceLimits;
  /**
   * Makes the session of a new connection. The service calls `handle` on the connection; the session writes to it,
   * and leaves `handle` alone (a session that changes protocol calls `replaceSession`).
   */
  accept(connection: Connection): S;
  /** Writes the protocol's error to a connection above the limits. It is then ended by the service. */
  refuse?(connection: Connection, reason: RefusalReason): void;
  readonly metrics: MetricSet;
  readonly log: Log;
}

const NOWHERE: Address = { address: "", port: 0 };

export type ServiceState = "listening" | "closing" | "closed";

export interface ServiceAddress {
  /** Numeric address, or the path of a unix socket. */
  readonly host: string;
  /** 0 for unix sockets. */
  readonly port: number;
}

/** A connection that is open, as an onlooker sees it. */
export interface OpenConnection<S extends Session = Session> {
  readonly connection: Connection;
  readonly session: S;
  /** Milliseconds since the epoch. */
  readonly openedMs: number;
}

/** Who wants to know about connections (the console, tests). Must not throw. */
export interface ServiceObserver<S extends Session = Session> {
  open?(opened: OpenConnection<S>): void;
  close?(closed: OpenConnection<S>, error: Error | undefined): void;
  refuse?(connection: Connection, reason: RefusalReason): void;
  state?(state: ServiceState): void;
}

export interface ServiceHealth {
  readonly state: ServiceState;
  /** Listening, and able to take one more connection. */
  readonly ready: boolean;
  readonly connections: number;
  readonly maxConnections: number;
}

export class TcpService<S extends Session = Session> {
  readonly #options: ServiceOptions<S>;
  readonly #open = new Map<Connection, Attendant<S>>();
  /** Connections per remote IP address; kept only where there is a limit on them. */
  readonly #perAddress = new Map<string, number>();
  readonly #lingering = new Set<Connection>();
  readonly #observers = new Set<ServiceObserver<S>>();
  readonly #doors: Listener[] = [];
  readonly #accepted: Counter;
  readonly #refused: Counter;
  readonly #failed: Counter;
  #maxConnections: number;
  #state: ServiceState = "listening";
  #closing: Promise<void> | undefined;
  /** While closing: when on the monotonic clock the rest is destroyed, … */
  #deadline = Infinity;
  /** … and the timer that does it. */
  #hardClose: Timer | undefined;
  /** While closing: resolves the wait for the last connection. */
  #emptied: (() => void) | undefined;

  /** Opens every door. Rejects with the system's code (`EADDRINUSE`, …), and then none is open. */
  static async listen<S extends Session>(options: ServiceOptions<S>): Promise<TcpService<S>> {
    const service = new TcpService(options);
    try {
      for (const door of [options.listen].flat()) await service.addDoor(door);
    } catch (error) {
      await service.close({ graceMs: 0 });
      throw error;
    }
    return service;
  }

  private constructor(options: ServiceOptions<S>) {
    const { name, metrics, limits } = options;
    this.#options = options;
    this.#maxConnections = limits.maxConnections;
    metrics.gauge(`${name}_connections`, "Open connections.", () => this.#open.size);
    this.#accepted = metrics.counter(`${name}_connections_total`, "Connections accepted.");
    this.#refused = metrics.counter(`${name}_connections_refused_total`, "Connections refused for a limit.");
    this.#failed = metrics.counter(`${name}_session_failures_total`, "Connections dropped because a session threw.");
  }

  get state(): ServiceState {
    return this.#state;
  }

  /** Of the first door; of a service without one, an empty one. */
  get address(): ServiceAddress {
    const { address, port } = this.#doors[0]?.address ?? NOWHERE;
    return { host: address, port };
  }

  /** Of every door, in the order in which they were opened. */
  get addresses(): ServiceAddress[] {
    return this.#doors.map(({ address: { address, port } }) => ({ host: address, port }));
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#open.size;
  }

  /** The sessions of the open connections, oldest first. */
  get sessions(): Iterable<S> {
    return this.#open.values().map((attendant) => attendant.session);
  }

  /** The open connections, oldest first. */
  get openConnections(): Iterable<OpenConnection<S>> {
    return this.#open.values();
  }

  /** May be changed while the server runs (`CONFIG SET maxclients`); connections that are open stay. */
  get maxConnections(): number {
    return this.#maxConnections;
  }

  set maxConnections(limit: number) {
    this.#maxConnections = limit;
  }

  health(): ServiceHealth {
    const connections = this.#open.size;
    const ready = this.#state === "listening" && connections < this.#maxConnections;
    return { state: this.#state, ready, connections, maxConnections: this.#maxConnections };
  }

  /** Tells `observer` what happens from now on; returns what ends it. */
  observe(observer: ServiceObserver<S>): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** Listens in one more place, with the same sessions and limits. Rejects with the system's code. */
  async addDoor(where: ListenOptions): Promise<ServiceAddress> {
    if (this.#state !== "listening") throw new Error(`${this.#options.name} is ${this.#state}`);
    const door = await this.#options.world.net.listen(where, this.#accept);
    if (this.#state !== "listening") {
      await door.close();
      throw new Error(`${this.#options.name} was closed while a door was opening`);
    }
    this.#doors.push(door);
    return { host: door.address.address, port: door.address.port };
  }

  /** The door at `address`, as `addDoor` gave it or `addresses` has it, listens no more; its connections stay. Resolves when the port is free. */
  async removeDoor({ host, port }: ServiceAddress): Promise<void> {
    const at = this.#doors.findIndex((door) => door.address.port === port && door.address.address === host);
    if (at < 0) throw new Error(`${this.#options.name} has no door at ${host}:${port}`);
    const [door] = this.#doors.splice(at, 1);
    await door!.close();
  }

  /** New certificates for every door that speaks TLS; throws what is wrong with them, before any door has changed. */
  renewTls(options: TlsListenOptions): void {
    for (const door of this.#doors) door.renewTls?.(options);
  }

  /**
   * Hands an open connection to another session (an upgrade to another protocol). The service goes on accounting for
   * the connection, and asks the new session to finish.
   */
  replaceSession(connection: Connection, session: S): void {
    const attendant = this.#open.get(connection);
    if (attendant === undefined) throw new Error("the connection is not open");
    attendant.session = session;
    if (this.#state === "closing") attendant.finish();
  }

  /** Drops every connection at once, and goes on listening: what a network failure looks like. Returns how many there were. */
  dropConnections(how: "destroy" | "reset" = "reset"): number {
    const dropped = this.#open.size;
    for (const connection of this.#open.keys()) connection[how]();
    return dropped;
  }

  /**
   * Stops listening, lets every session finish, and after `graceMs` (default `DEFAULT_GRACE_MS`) destroys those that
   * did not. Resolves when the doors are closed and no connection is left. A second call joins the first, and
   * hastens it when its grace ends earlier.
   */
  close(options: { readonly graceMs?: number } = {}): Promise<void> {
    const { graceMs = DEFAULT_GRACE_MS } = options;
    if (this.#closing === undefined) {
      this.#closing = this.#close(graceMs);
    } else {
      this.#destroyAfter(graceMs);
    }
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(graceMs: number): Promise<void> {
    this.#setState("closing");
    const closed = this.#doors.map((door) => door.close());
    for (const connection of this.#lingering) connection.destroy();
    for (const attendant of this.#open.values()) attendant.finish();
    if (!this.#empty) {
      closed.push(new Promise((resolve) => (this.#emptied = resolve)));
      this.#destroyAfter(graceMs);
    }
    await Promise.all(closed);
    this.#hardClose?.close();
    this.#setState("closed");
  }

  /** While closing: destroys what is left after `graceMs`, or earlier where that was the word already. */
  #destroyAfter(graceMs: number): void {
    const { world, log } = this.#options;
    const deadline = world.clock.monotonic() + graceMs;
    if (deadline >= this.#deadline) return;
    this.#deadline = deadline;
    this.#hardClose?.close();
    if (graceMs <= 0) return this.#destroyAll();
    this.#hardClose = world.clock.setTimeout(() => {
      log.warn("dropping connections that did not finish in time", { connections: this.#open.size, graceMs });
      this.#destroyAll();
    }, graceMs);
  }

  #destroyAll(): void {
    for (const connection of this.#open.keys()) connection.destroy();
  }

  get #empty(): boolean {
    return this.#open.size === 0 && this.#lingering.size === 0;
  }

  readonly #accept = (connection: Connection): void => {
    if (this.#state !== "listening") return connection.destroy();
    const reason = this.#refusal(connection);
    if (reason !== undefined) return this.#refuse(connection, reason);
    let session: S;
    try {
      session = this.#options.accept(connection);
    } catch (error) {
      this.#failed.add();
      this.#options.log.error("a connection could not be served", { error });
      return connection.destroy();
    }
    this.#accepted.add();
    const attendant = new Attendant(connection, session, this.#options.world.clock.now(), this.#left, this.#threw);
    this.#open.set(connection, attendant);
    this.#countAddress(connection, 1);
    connection.handle(attendant);
    for (const observer of this.#observers) observer.open?.(attendant);
  };

  #refusal(connection: Connection): RefusalReason | undefined {
    if (this.#open.size >= this.#maxConnections) return "max-connections";
    const { maxConnectionsPerAddress } = this.#options.limits;
    if (maxConnectionsPerAddress === undefined) return undefined;
    const present = this.#perAddress.get(connection.remote.address) ?? 0;
    return present >= maxConnectionsPerAddress ? "max-connections-per-address" : undefined;
  }

  #refuse(connection: Connection, reason: RefusalReason): void {
    this.#refused.add();
    for (const observer of this.#observers) observer.refuse?.(connection, reason);
    if (this.#options.refuse === undefined || this.#lingering.size >= MAX_LINGERING) return connection.destroy();
    const drop = this.#options.world.clock.setTimeout(() => connection.destroy(), REFUSAL_LINGER_MS);
    drop.unref();
    this.#lingering.add(connection);
    connection.handle({
      data() {},
      end() {},
      drain() {},
      close: () => {
        drop.close();
        this.#lingering.delete(connection);
        if (this.#empty) this.#emptied?.();
      },
    });
    try {
      this.#options.refuse(connection, reason);
      connection.end();
    } catch (error) {
      this.#threw(connection, error);
    }
  }

  readonly #left = (attendant: Attendant<S>, error: Error | undefined): void => {
    this.#open.delete(attendant.connection);
    this.#countAddress(attendant.connection, -1);
    for (const observer of this.#observers) observer.close?.(attendant, error);
    if (this.#empty) this.#emptied?.();
  };

  /** A session threw: a fault of ours, which costs its connection and not the process. */
  readonly #threw = (connection: Connection, error: unknown): void => {
    this.#failed.add();
    this.#options.log.error("a session failed", { error, remote: connection.remote.address });
    connection.destroy(error instanceof Error ? error : new Error(String(error)));
  };

  #countAddress(connection: Connection, delta: 1 | -1): void {
    const { address, port } = connection.remote;
    // Unix sockets have no port, and no address to tell their peers apart.
    if (this.#options.limits.maxConnectionsPerAddress === undefined || port === 0) return;
    const count = (this.#perAddress.get(address) ?? 0) + delta;
    if (count === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, count);
  }

  #setState(state: ServiceState): void {
    this.#state = state;
    for (const observer of this.#observers) observer.state?.(state);
  }
}

/** Stands between a connection and its session. Hot: passes on every chunk. */
class Attendant<S extends Session> implements ConnectionHandler, OpenConnection<S> {
  readonly connection: Connection;
  session: S;
  readonly openedMs: number;
  readonly #left: (attendant: Attendant<S>, error: Error | undefined) => void;
  readonly #threw: (connection: Connection, error: unknown) => void;

  constructor(
    connection: Connection,
    session: S,
    openedMs: number,
    left: (attendant: Attendant<S>, error: Error | undefined) => void,
    threw: (connection: Connection, error: unknown) => void,
  ) {
    this.connection = connection;
    this.session = session;
    this.openedMs = openedMs;
    this.#left = left;
    this.#threw = threw;
  }

  get borrows(): boolean {
    return this.session.borrows === true;
  }

  data(chunk: Buffer): void {
    try {
      this.session.data(chunk);
    } catch (error) {
      this.#threw(this.connection, error);
    }
  }

  end(): void {
    try {
      this.session.end();
    } catch (error) {
      this.#threw(this.connection, error);
    }
  }

  drain(): void {
    try {
      this.session.drain();
    } catch (error) {
      this.#threw(this.connection, error);
    }
  }

  /** Not the connection's word but the service's. */
  finish(): void {
    try {
      this.session.finish();
    } catch (error) {
      this.#threw(this.connection, error);
    }
  }

  close(error?: Error): void {
    try {
      this.session.close(error);
    } catch (failure) {
      this.#threw(this.connection, failure);
    }
    this.#left(this, error);
  }
}
