/**
 * One end of a simulated TCP connection.
 *
 * Bytes wait in the queue until they fit into the window: what has been sent and not yet taken by the receiving handler. So a
 * receiver that pauses fills its window, then the sender's queue, and the sender's `write` returns false, as with
 * sockets. An end is gone when its owner destroyed it or its machine died; data that reaches a gone end is answered with a
 * reset, provided that there is a machine to answer.
 */
import type { Address, Connection, ConnectionHandler } from "../net.ts";
import type { Timer } from "../clock.ts";
import { ESTABLISHED, Lane, type SimulatedNetwork } from "./network.ts";

/** Sent and not yet taken: a send and a receive buffer together. */
const WINDOW_BYTES = 131_072;

/** `write` returns false from here on; Node's default for sockets. */
const HIGH_WATER_BYTES = 65_536;

/** Once the connection was silent for as long as asked: so many probes, so far apart (libuv's choice). */
const KEEP_ALIVE_PROBES = 10;
const KEEP_ALIVE_PERIOD_MS = 1000;

const NOBODY: ConnectionHandler = { data() {}, end() {}, drain() {}, close() {} };

function networkError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}

export class TcpEnd implements Connection {
  readonly local: Address;
  readonly remote: Address;
  /** Whoever sits at the other end, once there is one. */
  peer: TcpEnd | undefined;
  readonly #network: SimulatedNetwork;
  readonly #from: string;
  readonly #to: string;
  readonly #lane: Lane;
  readonly #onGone: (end: TcpEnd) => void;
  #handler: ConnectionHandler | undefined;
  #paused = false;
  #corked = 0;

  readonly #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #inFlightBytes = 0;
  #needsDrain = false;
  #pumping = false;
  #ending = false;
  #endSent = false;

  #unread: Buffer[] = [];
  #endReceived = false;
  #endTold = false;

  #gone = false;
  #closeTold = false;
  #error: Error | undefined;

  #keepAliveMs = 0;
  #probes = 0;
  #keepAlive: Timer | undefined;

  /** `hosts`: the addresses of the machines, as the wires know them; on one machine they are equal. */
  constructor(
    network: SimulatedNetwork,
    hosts: { readonly from: string; readonly to: string },
    local: Address,
    remote: Address,
    onGone: (end: TcpEnd) => void,
  ) {
    this.#network = network;
    this.local = local;
    this.remote = remote;
    this.#from = hosts.from;
    this.#to = hosts.to;
    this.#onGone = onGone;
    this.#lane = new Lane(network, hosts.from, hosts.to, ESTABLISHED, () =>
      this.#finish(networkError("ETIMEDOUT", "write")),
    );
  }

  get gone(): boolean {
    return this.#gone;
  }

  // ------------------------------------------------------------ for the owner

  handle(handler: ConnectionHandler): void {
    if (this.#closeTold) return;
    this.#handler = handler;
    this.#soon(() => (this.#gone ? this.#tellClose() : this.#deliver()));
  }

  write(bytes: Uint8Array | string): boolean {
    if (this.#ending || this.#gone) return false;
    const chunk = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes;
    if (chunk.length > 0) {
      this.#queue.push(chunk);
      this.#queuedBytes += chunk.length;
      this.#pumpSoon();
    }
    const room = this.#queuedBytes < HIGH_WATER_BYTES;
    if (!room) this.#needsDrain = true;
    return room;
  }

  cork(): void {
    this.#corked++;
  }

  uncork(): void {
    if (this.#corked > 0) this.#corked--;
    this.#pumpSoon();
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#soon(() => this.#deliver());
  }

  end(): void {
    if (this.#ending || this.#gone) return;
    this.#ending = true;
    this.#corked = 0;
    this.#pumpSoon();
  }

  destroy(error?: Error): void {
    if (this.#gone) return;
    if (this.#unread.length > 0) this.#lane.sendLast("reset", () => this.peer?.receiveReset());
    else if (!this.#endSent) this.#lane.send("end", 0, () => this.peer?.receiveEnd());
    this.#finish(error);
  }

  reset(): void {
    if (this.#gone) return;
    this.#lane.sendLast("reset", () => this.peer?.receiveReset());
    this.#finish(undefined);
  }

  setNoDelay(_on: boolean): void {
    // What is written in one turn travels together and at once; there is no Nagle to turn off.
  }

  setKeepAlive(idleMs: number): void {
    this.#keepAliveMs = idleMs;
    this.#heard();
  }

  // ------------------------------------------------------------- from the wire

  /** The machine of this end is dead: not a word to anybody. */
  vanish(): void {
    this.#gone = this.#closeTold = true;
    this.#handler = NOBODY;
    this.#lane.close();
    this.#keepAlive?.close();
  }

  /** The first word of a connection, in either direction, before any data. */
  greet(event: string, arrive: () => void): void {
    this.#lane.send(event, 0, arrive);
  }

  receive(segment: Buffer): void {
    if (this.#gone) {
      this.#refuse();
      return;
    }
    this.#heard();
    this.#unread.push(segment);
    this.#deliver();
  }

  receiveEnd(): void {
    if (this.#gone) return;
    this.#heard();
    this.#endReceived = true;
    this.#deliver();
  }

  receiveReset(): void {
    this.#lane.close();
    this.#finish(networkError("ECONNRESET", "read"));
  }

  /** The peer has taken so many bytes. */
  acknowledged(bytes: number): void {
    if (this.#gone) return;
    this.#heard();
    this.#inFlightBytes -= bytes;
    this.#pump();
  }

  /** Not over the lane, which ended with this end: it is the machine that answers, restarted perhaps since. */
  #refuse(): void {
    const network = this.#network;
    if (network.loses(this.#from, this.#to)) return;
    network.trace.record("reset", this.#from, this.#to);
    network.clock.after(network.travelMs(this.#from, this.#to, 0), () => this.peer?.receiveReset());
  }

  // --------------------------------------------------------------- in between

  /** Later, from the event loop. */
  #soon(action: () => void): void {
    this.#network.clock.after(0, action);
  }

  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    this.#soon(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#gone || this.#corked > 0) return;
    const { segmentBytes, shred } = this.#network.options(this.#from, this.#to);
    while (this.#queuedBytes > 0) {
      const most = Math.min(segmentBytes, this.#queuedBytes);
      // Waits for room for a whole segment, or the pieces get smaller and smaller (RFC 9293 §3.8.6.2, the silly window syndrome).
      if (this.#inFlightBytes > 0 && this.#inFlightBytes + most > WINDOW_BYTES) return;
      const segment = this.#takeFromQueue(shred ? 1 + this.#network.random.integer(most) : most);
      this.#inFlightBytes += segment.length;
      this.#lane.send("data", segment.length, () => this.peer?.receive(segment));
    }
    if (this.#queuedBytes > 0) return;
    if (this.#needsDrain) {
      this.#needsDrain = false;
      this.#soon(() => {
        if (!this.#gone) this.#handler?.drain();
      });
    }
    if (this.#ending && !this.#endSent) {
      this.#endSent = true;
      this.#lane.send("end", 0, () => this.peer?.receiveEnd());
      this.#closeWhenBothEnded();
    }
  }

  /** A copy: once sent, bytes belong to the receiver. */
  #takeFromQueue(count: number): Buffer {
    const segment = Buffer.allocUnsafe(count);
    let filled = 0;
    while (filled < count) {
      const chunk = this.#queue[0]!;
      const taken = Math.min(chunk.length, count - filled);
      segment.set(taken < chunk.length ? chunk.subarray(0, taken) : chunk, filled);
      filled += taken;
      if (taken < chunk.length) this.#queue[0] = chunk.subarray(taken);
      else this.#queue.shift();
    }
    this.#queuedBytes -= count;
    return segment;
  }

  #deliver(): void {
    if (this.#handler === undefined) return;
    let taken = 0;
    // A stream has no packets: what waits comes piece by piece or at once.
    if (this.#unread.length > 1 && this.#network.random.chance(0.5)) this.#unread = [Buffer.concat(this.#unread)];
    while (this.#unread.length > 0 && !this.#paused && !this.#gone) {
      const chunk = this.#unread.shift()!;
      taken += chunk.length;
      this.#handler.data(chunk);
    }
    if (taken > 0 && !this.#gone) this.#lane.send("ack", 0, () => this.peer?.acknowledged(taken));
    const ended = this.#endReceived && this.#unread.length === 0;
    if (!ended || this.#endTold || this.#paused || this.#gone) return;
    this.#endTold = true;
    this.#handler.end();
    this.#closeWhenBothEnded();
  }

  #closeWhenBothEnded(): void {
    if (this.#endSent && this.#endTold) this.#finish(undefined);
  }

  #finish(error: Error | undefined): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#error = error;
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    this.#unread = [];
    this.#keepAlive?.close();
    this.#onGone(this);
    this.#soon(() => this.#tellClose());
  }

  #tellClose(): void {
    if (this.#closeTold || this.#handler === undefined) return;
    this.#closeTold = true;
    const handler = this.#handler;
    this.#handler = NOBODY;
    handler.close(this.#error);
  }

  /** The peer lives: starts the silence anew. */
  #heard(): void {
    this.#probes = 0;
    this.#keepAlive?.close();
    this.#keepAlive = undefined;
    if (this.#keepAliveMs > 0 && !this.#gone) this.#probeAfter(this.#keepAliveMs);
  }

  #probeAfter(delayMs: number): void {
    this.#keepAlive = this.#network.clock.after(delayMs, () => this.#probe());
    this.#keepAlive.unref();
  }

  #probe(): void {
    const network = this.#network;
    if (this.#probes === KEEP_ALIVE_PROBES) {
      this.#lane.close();
      this.#finish(networkError("ETIMEDOUT", "read"));
      return;
    }
    this.#probes++;
    this.#probeAfter(KEEP_ALIVE_PERIOD_MS);
    const [here, there] = [this.#from, this.#to];
    network.trace.record("probe", here, there);
    if (network.loses(here, there)) return;
    network.clock
      .after(network.travelMs(here, there, 0), () => {
        const answers = network.station(there)?.up === true && !network.loses(there, here);
        if (!answers) return;
        const peerGone = this.peer?.gone === true && !this.#endReceived;
        network.clock
          .after(network.travelMs(there, here, 0), () => (peerGone ? this.receiveReset() : this.#heard()))
          .unref();
      })
      .unref();
  }
}
