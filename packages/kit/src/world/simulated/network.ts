/**
 * The wires of a simulated world: who can reach whom, how fast, and how badly.
 *
 * A wire goes one way between two addresses. It delays, has a bandwidth that everything on it shares, and loses. Streams
 * get over losses as TCP does, by sending again after a while that doubles; datagrams do not. What is on a wire when the network
 * is partitioned still arrives; what is sent afterwards is lost.
 *
 * Everything that happens is an event of the simulated clock and drawn from one random stream, so a seed replays it.
 */
import type { ManualClock } from "./clock.ts";
import type { SeededRandom } from "./random.ts";
import type { Trace } from "./trace.ts";

export interface WireOptions {
  /** One way. Default 0.5; on one machine 0.02. */
  readonly latencyMs: number;
  /** Up to this much more, drawn for each packet. Default 0. */
  readonly jitterMs: number;
  /** Default Infinity. */
  readonly bytesPerSecond: number;
  /** How likely a packet is lost. Default 0. */
  readonly loss: number;
  /** How likely a datagram arrives twice. Default 0. */
  readonly duplicate: number;
  /** How likely a datagram is held back by up to `reorderMs`, so that later ones overtake it. Default 0. */
  readonly reorder: number;
  /** Default 10. */
  readonly reorderMs: number;
  /** The most of a stream that arrives in one piece. Default 16384. */
  readonly segmentBytes: number;
  /** Cuts streams into pieces of random sizes up to `segmentBytes`: finds parsers that trust in packets. Default false. */
  readonly shred: boolean;
}

const LAN: WireOptions = {
  latencyMs: 0.5,
  jitterMs: 0,
  bytesPerSecond: Infinity,
  loss: 0,
  duplicate: 0,
  reorder: 0,
  reorderMs: 10,
  segmentBytes: 16_384,
  shred: false,
};

const LOOPBACK: WireOptions = { ...LAN, latencyMs: 0.02 };

/** Bytes of headers that every packet adds (Ethernet, IPv4, TCP without options). */
const PACKET_OVERHEAD_BYTES = 54;

/** What the network needs to know of a machine's end of the wires. */
export interface Station {
  readonly address: string;
  readonly up: boolean;
  /** Drops the connections to `peer` (to anybody, when undefined) as if the peer had reset them. */
  resetConnections(peer: string | undefined): void;
}

export class SimulatedNetwork {
  readonly clock: ManualClock;
  readonly random: SeededRandom;
  readonly trace: Trace;
  readonly #stations = new Map<string, Station>();
  readonly #options = new Map<string, WireOptions>();
  readonly #cut = new Set<string>();
  /** When the wire has sent what it was given so far. */
  readonly #busyUntilMs = new Map<string, number>();
  #defaults: WireOptions = LAN;
  #loopback: WireOptions = LOOPBACK;

  constructor(clock: ManualClock, random: SeededRandom, trace: Trace) {
    this.clock = clock;
    this.random = random;
    this.trace = trace;
  }

  // ------------------------------------------------------------ what a test does

  /** Sets what holds for all wires that are not set one by one; with `loopback`, for those within a machine too. */
  defaults(options: Partial<WireOptions>, loopback?: Partial<WireOptions>): void {
    this.#defaults = { ...this.#defaults, ...options };
    this.#loopback = { ...this.#loopback, ...loopback };
  }

  /** Sets the wires between `a` and `b`, both ways. */
  link(a: string, b: string, options: Partial<WireOptions>): void {
    this.wire(a, b, options);
    this.wire(b, a, options);
  }

  /** Sets the wire from one address to another, this way only. */
  wire(from: string, to: string, options: Partial<WireOptions>): void {
    this.#options.set(wireKey(from, to), { ...this.options(from, to), ...options });
  }

  /** Cuts every wire between the one side and the other (default: all other machines), both ways. */
  partition(one: string | readonly string[], other?: string | readonly string[]): void {
    for (const [a, b] of this.#pairs(one, other)) {
      this.#cut.add(wireKey(a, b));
      this.#cut.add(wireKey(b, a));
      this.trace.record("partition", a, b);
    }
  }

  /** Cuts the wire from one address to another, this way only: the one is heard no more, but hears. */
  cut(from: string, to: string): void {
    this.#cut.add(wireKey(from, to));
    this.trace.record("cut", from, to);
  }

  /** Mends what `partition` and `cut` did: everything, or between these. Streams go on when they next try. */
  heal(one?: string | readonly string[], other?: string | readonly string[]): void {
    if (one === undefined) this.#cut.clear();
    else {
      for (const [a, b] of this.#pairs(one, other)) {
        this.#cut.delete(wireKey(a, b));
        this.#cut.delete(wireKey(b, a));
      }
    }
    this.trace.record("heal", String(one ?? "all"), String(other ?? "all"));
  }

  /** Resets the connections between two machines, or all of one: both ends get `ECONNRESET`. */
  resetConnections(a: string, b?: string): void {
    this.trace.record("reset connections", a, b ?? "all");
    for (const station of this.#stations.values()) {
      if (station.address === a) station.resetConnections(b);
      else if (b === undefined || station.address === b) station.resetConnections(a);
    }
  }

  #pairs(one: string | readonly string[], other: string | readonly string[] | undefined): [string, string][] {
    const left = typeof one === "string" ? [one] : one;
    const rest = other ?? [...this.#stations.keys()].filter((address) => !left.includes(address));
    const right = typeof rest === "string" ? [rest] : rest;
    return left.flatMap((a) => right.map((b): [string, string] => [a, b]));
  }

  // ------------------------------------------------------------- what machines do

  /** @internal */
  attach(station: Station): void {
    this.#stations.set(station.address, station);
  }

  /** @internal */
  station(address: string): Station | undefined {
    return this.#stations.get(address);
  }

  /** @internal */
  options(from: string, to: string): WireOptions {
    return this.#options.get(wireKey(from, to)) ?? (from === to ? this.#loopback : this.#defaults);
  }

  /** @internal Whether a packet sent now gets nowhere: no wire, nobody there, or bad luck. */
  loses(from: string, to: string): boolean {
    if (this.#cut.has(wireKey(from, to)) || !this.#stations.get(to)?.up) return true;
    return this.random.chance(this.options(from, to).loss);
  }

  /** @internal Puts a packet on the wire; returns how long it takes to arrive, in milliseconds. */
  travelMs(from: string, to: string, bytes: number): number {
    const { latencyMs, jitterMs, bytesPerSecond } = this.options(from, to);
    const now = this.clock.monotonic();
    let sentMs = now;
    if (bytesPerSecond < Infinity) {
      const key = wireKey(from, to);
      const onWireMs = ((bytes + PACKET_OVERHEAD_BYTES) * 1000) / bytesPerSecond;
      sentMs = Math.max(now, this.#busyUntilMs.get(key) ?? 0) + onWireMs;
      this.#busyUntilMs.set(key, sentMs);
    }
    const jitter = jitterMs > 0 ? this.random.float() * jitterMs : 0;
    return sentMs - now + latencyMs + jitter;
  }
}

function wireKey(from: string, to: string): string {
  return `${from} ${to}`;
}

interface Packet {
  readonly event: string;
  readonly bytes: number;
  readonly arrive: () => void;
}

/** When a stream sends again, and when it gives up. */
export interface Persistence {
  readonly firstMs: number;
  readonly longestMs: number;
  readonly giveUpMs: number;
}

/** Linux: 200 ms at least (TCP_RTO_MIN), 120 s at most, 15 times (tcp_retries2), which makes 924.6 s. */
export const ESTABLISHED: Persistence = { firstMs: 200, longestMs: 120_000, giveUpMs: 924_600 };

/** Linux: after 1 s, six times (tcp_syn_retries), which makes 127 s. */
export const CONNECTING: Persistence = { firstMs: 1000, longestMs: 64_000, giveUpMs: 127_000 };

/** One direction of a stream: everything arrives, in order, unless the wire stays dead for too long. */
export class Lane {
  readonly #network: SimulatedNetwork;
  readonly #from: string;
  readonly #to: string;
  readonly #persistence: Persistence;
  readonly #giveUp: () => void;
  #waiting: Packet[] = [];
  #lastArrivalMs = 0;
  #blockedSinceMs: number | undefined;
  #retryMs = 0;
  #closed = false;

  constructor(network: SimulatedNetwork, from: string, to: string, persistence: Persistence, giveUp: () => void) {
    this.#network = network;
    this.#from = from;
    this.#to = to;
    this.#persistence = persistence;
    this.#giveUp = giveUp;
  }

  send(event: string, bytes: number, arrive: () => void): void {
    if (this.#closed) return;
    this.#waiting.push({ event, bytes, arrive });
    if (this.#blockedSinceMs === undefined) this.#flush();
  }

  /** Sends this instead of what waits, once, and nothing after it. It may be lost: nobody confirms a reset. */
  sendLast(event: string, arrive: () => void): void {
    if (this.#closed) return;
    this.close();
    const network = this.#network;
    const lost = network.loses(this.#from, this.#to);
    network.trace.record(lost ? `${event} lost` : event, this.#from, this.#to);
    if (!lost) this.#travel(0, arrive, () => {});
  }

  /** Sends nothing any more. What has left still arrives. */
  close(): void {
    this.#closed = true;
    this.#waiting = [];
  }

  #flush(): void {
    const network = this.#network;
    for (let packet = this.#waiting[0]; packet !== undefined; packet = this.#waiting[0]) {
      if (network.loses(this.#from, this.#to)) {
        network.trace.record("lost", this.#from, this.#to, packet.bytes);
        this.#block();
        return;
      }
      this.#waiting.shift();
      this.#blockedSinceMs = undefined;
      network.trace.record(packet.event, this.#from, this.#to, packet.bytes);
      const sent = packet;
      this.#travel(packet.bytes, packet.arrive, () => {
        // The machine went down while the packet was on its way: nobody confirms it.
        this.#waiting.unshift(sent);
        if (this.#blockedSinceMs === undefined) this.#block();
      });
    }
  }

  #block(): void {
    const { clock } = this.#network;
    const now = clock.monotonic();
    const { firstMs, longestMs, giveUpMs } = this.#persistence;
    if (this.#blockedSinceMs === undefined) {
      this.#blockedSinceMs = now;
      this.#retryMs = firstMs;
    } else this.#retryMs = Math.min(longestMs, this.#retryMs * 2);
    const leftMs = this.#blockedSinceMs + giveUpMs - now;
    if (leftMs <= 0) {
      this.close();
      this.#giveUp();
      return;
    }
    clock.after(Math.min(this.#retryMs, leftMs), () => {
      if (!this.#closed) this.#flush();
    });
  }

  #travel(bytes: number, arrive: () => void, nobodyThere: () => void): void {
    const network = this.#network;
    const now = network.clock.monotonic();
    const arrivalMs = Math.max(this.#lastArrivalMs, now + network.travelMs(this.#from, this.#to, bytes));
    this.#lastArrivalMs = arrivalMs;
    network.clock.after(arrivalMs - now, () => {
      if (network.station(this.#to)?.up) arrive();
      else if (!this.#closed) nobodyThere();
    });
  }
}
