/**
 * A world in which time, chance and misfortune are the test's to command, all from one seed.
 *
 * It has any number of machines, by address, each with a disk, a network and randomness of its own; they share the wires and the
 * clock. Nothing happens until the clock is moved (`clock.advanceAsync`, `clock.runUntilIdle`, `clock.runUntil`), and
 * then everything happens in an order that the seed decides: a run is replayed by its seed, and its `trace` proves it.
 *
 * The world is itself a machine's view of it (10.0.0.1), so that what needs one machine only takes it as it is.
 */
import type { Clock, Timer } from "../clock.ts";
import type { Net } from "../net.ts";
import { sleepOn } from "../sleep.ts";
import type { World } from "../world.ts";
import { ManualClock } from "./clock.ts";
import { SimulatedDisk, type SimulatedDiskOptions } from "./disk.ts";
import { SimulatedNet } from "./net.ts";
import { SimulatedNetwork } from "./network.ts";
import { type Seed, SeededRandom } from "./random.ts";
import { Trace } from "./trace.ts";

/** The address of the machine that the world itself stands for. */
export const FIRST_MACHINE = "10.0.0.1";

/** The clock as a machine sees it: its timers die with it. */
class MachineClock implements Clock {
  readonly #clock: ManualClock;
  readonly #isUp: () => boolean;

  constructor(clock: ManualClock, isUp: () => boolean) {
    this.#clock = clock;
    this.#isUp = isUp;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    return this.#clock.setTimeout(() => {
      if (this.#isUp()) callback();
    }, delayMs);
  }

  setInterval(callback: () => void, periodMs: number): Timer {
    const timer = this.#clock.setInterval(() => {
      if (this.#isUp()) callback();
      else timer.close();
    }, periodMs);
    return timer;
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }
}

/**
 * A machine from one power-on to the next. After `powerOff` its timers never fire, its disk throws `PowerLossError`, its network
 * says nothing, and nobody is told: to its peers the connections are half-open. The machine that comes up again is a new object.
 */
export class SimulatedMachine implements World {
  readonly address: string;
  readonly clock: Clock;
  readonly disk: SimulatedDisk;
  readonly net: Net;
  readonly random: SeededRandom;
  readonly #net: SimulatedNet;
  readonly #world: SimulatedWorld;
  readonly #starts: number;

  /** @internal */
  constructor(world: SimulatedWorld, address: string, disk: SimulatedDisk, starts: number) {
    this.address = address;
    this.disk = disk;
    this.#world = world;
    this.#starts = starts;
    this.#net = new SimulatedNet(world.network, address);
    this.net = this.#net;
    this.clock = new MachineClock(world.clock, () => this.#net.up);
    this.random = world.stream(`machine ${address} start ${starts}`);
  }

  get up(): boolean {
    return this.#net.up;
  }

  /** Cuts the power. Durable is what was synced. */
  powerOff(): void {
    if (!this.up) return;
    this.#world.trace.record("power off", this.address, "");
    this.#net.vanish();
    this.disk.powerOff();
  }

  /** Starts it again, with its disk as the crash left it. Cuts the power first when it is on. */
  restart(): SimulatedMachine {
    this.powerOff();
    this.#world.trace.record("power on", this.address, "");
    const starts = this.#starts + 1;
    const disk = this.disk.crash(`${this.#world.seed}/${this.address}/start ${starts}`);
    return this.#world.boot(this.address, disk, starts);
  }
}

export class SimulatedWorld implements World {
  readonly seed: Seed;
  /** Moves the time of all machines. */
  readonly clock: ManualClock;
  readonly network: SimulatedNetwork;
  readonly trace: Trace;
  readonly #root: SeededRandom;
  readonly #diskOptions: Omit<SimulatedDiskOptions, "seed" | "clock">;
  readonly #machines = new Map<string, SimulatedMachine>();

  constructor(seed: Seed, options: SimulatedWorldOptions = {}) {
    this.seed = seed;
    this.#diskOptions = options.disk ?? {};
    this.#root = new SeededRandom(seed);
    this.clock = new ManualClock(options.startMs);
    this.trace = new Trace(this.clock);
    this.network = new SimulatedNetwork(this.clock, this.stream("network"), this.trace);
    this.machine(FIRST_MACHINE);
  }

  get disk(): SimulatedDisk {
    return this.machine(FIRST_MACHINE).disk;
  }

  get net(): Net {
    return this.machine(FIRST_MACHINE).net;
  }

  get random(): SeededRandom {
    return this.machine(FIRST_MACHINE).random;
  }

  /** The machine with this IP address, switched on when it is new. */
  machine(address: string): SimulatedMachine {
    const known = this.#machines.get(address);
    if (known !== undefined) return known;
    const disk = new SimulatedDisk({ ...this.#diskOptions, clock: this.clock, seed: `${this.seed}/disk ${address}` });
    return this.boot(address, disk, 1);
  }

  /** @internal */
  boot(address: string, disk: SimulatedDisk, starts: number): SimulatedMachine {
    const machine = new SimulatedMachine(this, address, disk, starts);
    this.#machines.set(address, machine);
    return machine;
  }

  /** @internal */
  stream(label: string): SeededRandom {
    return this.#root.split(label);
  }
}

export interface SimulatedWorldOptions {
  /** Wall time at the start, milliseconds since 1970. Default 2025-01-01T00:00Z. */
  readonly startMs?: number;
  /** What the disks of all machines are like. */
  readonly disk?: Omit<SimulatedDiskOptions, "seed" | "clock">;
}

/** A new world. The same seed and the same calls make the same run. */
export function simulatedWorld(seed: Seed, options?: SimulatedWorldOptions): SimulatedWorld {
  return new SimulatedWorld(seed, options);
}
