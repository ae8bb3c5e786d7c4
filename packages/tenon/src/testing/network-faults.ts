/**
 * Faults of the network between a service and its clients, made on the service's side of the wire: whatever the
 * protocol, its clients see what they would see of a bad network or a dying server.
 *
 * A service reaches the network through its World, so a net that misbehaves on demand is all that it takes.
 */
import {
  type Address,
  type BindOptions,
  type Clock,
  type Connection,
  type ConnectionHandler,
  type DatagramHandler,
  type DatagramSocket,
  durationMs,
  type Listener,
  type ListenOptions,
  type Net,
} from "@tenon/kit";

/** A service's network, misbehaving. All of it lasts until `clear()`; the fixture clears them between tests. */
export interface NetworkFaults {
  /** Cuts all connections that are open now with a TCP reset; returns how many there were. New ones are welcome. */
  dropConnections(): number;
  /** Resets every new connection as soon as it is accepted, and loses every datagram. Open connections stay. */
  refuseConnections(): void;
  /**
   * Holds back what the service sends for `duration` (milliseconds, or `"50ms"`) of the stack's clock: with a manual
   * clock, until the test moves it. Nothing is lost or reordered.
   */
  delay(duration: number | string): void;
  /** Ends all faults; what a delay holds back leaves at once. */
  clear(): void;
}

/** A net like `net`, and the faults of what listens on it. */
export class FaultyNet implements Net, NetworkFaults {
  readonly #net: Net;
  readonly #clock: Clock;
  readonly #connections = new Set<DelayedConnection>();
  #refusing = false;
  #delayMs = 0;

  constructor(net: Net, clock: Clock) {
    this.#net = net;
    this.#clock = clock;
  }

  listen(options: ListenOptions, accept: (connection: Connection) => void): Promise<Listener> {
    return this.#net.listen(options, (connection) => {
      if (this.#refusing) return connection.reset();
      const delayed = new DelayedConnection(
        connection,
        this.#clock,
        () => this.#delayMs,
        (closed) => this.#connections.delete(closed),
      );
      this.#connections.add(delayed);
      accept(delayed);
    });
  }

  connect: Net["connect"] = (options) => this.#net.connect(options);

  /** Datagrams to a service that refuses connections are lost; those that it sends are late as everything else is. */
  async bind(options: BindOptions, handler: DatagramHandler): Promise<DatagramSocket> {
    const socket = await this.#net.bind(options, {
      message: (bytes, from) => {
        if (!this.#refusing) handler.message(bytes, from);
      },
      ...(handler.error === undefined ? {} : { error: (error) => handler.error!(error) }),
    });
    return {
      address: socket.address,
      send: (bytes, to) => {
        if (this.#delayMs === 0) return socket.send(bytes, to);
        const late = Uint8Array.from(bytes);
        const { address, port } = to;
        this.#clock.setTimeout(() => void socket.send(late, { address, port }), this.#delayMs).unref();
        return true;
      },
      close: () => socket.close(),
      unref: () => socket.unref(),
    };
  }

  dropConnections(): number {
    const open = [...this.#connections];
    for (const connection of open) connection.reset();
    return open.length;
  }

  refuseConnections(): void {
    this.#refusing = true;
  }

  delay(duration: number | string): void {
    this.#delayMs = durationMs(duration);
  }

  clear(): void {
    this.#refusing = false;
    this.#delayMs = 0;
    for (const connection of this.#connections) connection.release();
  }
}

/** A connection whose sending can be held back, in order: writes, and the end after them. */
class DelayedConnection implements Connection {
  readonly #inner: Connection;
  readonly #clock: Clock;
  readonly #delayMs: () => number;
  readonly #closed: (connection: DelayedConnection) => void;
  #held: (() => void)[] = [];
  #heldBytes = 0;

  constructor(inner: Connection, clock: Clock, delayMs: () => number, closed: (connection: DelayedConnection) => void) {
    this.#inner = inner;
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#closed = closed;
  }

  get local(): Address {
    return this.#inner.local;
  }

  get remote(): Address {
    return this.#inner.remote;
  }

  get queuedBytes(): number {
    return this.#inner.queuedBytes + this.#heldBytes;
  }

  handle(handler: ConnectionHandler): void {
    this.#inner.handle({
      data: (chunk) => handler.data(chunk),
      end: () => handler.end(),
      drain: () => handler.drain(),
      close: (error) => {
        this.#forget();
        handler.close(error);
      },
    });
  }

  /** What is held back counts as sent: a delay does not push back on the service. */
  write(bytes: Uint8Array | string): boolean {
    if (this.#delayMs() === 0 && this.#held.length === 0) return this.#inner.write(bytes);
    this.#heldBytes += bytes.length;
    this.#hold(() => {
      this.#heldBytes -= bytes.length;
      this.#inner.write(bytes);
    });
    return true;
  }

  end(): void {
    if (this.#delayMs() === 0 && this.#held.length === 0) this.#inner.end();
    else this.#hold(() => this.#inner.end());
  }

  cork(): void {
    this.#inner.cork();
  }

  uncork(): void {
    this.#inner.uncork();
  }

  pause(): void {
    this.#inner.pause();
  }

  resume(): void {
    this.#inner.resume();
  }

  destroy(error?: Error): void {
    this.#forget();
    this.#inner.destroy(error);
  }

  reset(): void {
    this.#forget();
    this.#inner.reset();
  }

  setNoDelay(on: boolean): void {
    this.#inner.setNoDelay(on);
  }

  setKeepAlive(idleMs: number): void {
    this.#inner.setKeepAlive(idleMs);
  }

  /** Sends now what is held back. */
  release(): void {
    const held = this.#held;
    this.#held = [];
    for (const send of held) send();
  }

  #hold(send: () => void): void {
    this.#held.push(send);
    // Timers of equal delay fire in order, and whoever fires sends the oldest: order holds even when the delay was changed.
    this.#clock.setTimeout(() => this.#held.shift()?.(), this.#delayMs()).unref();
  }

  #forget(): void {
    this.#held = [];
    this.#heldBytes = 0;
    this.#closed(this);
  }
}
