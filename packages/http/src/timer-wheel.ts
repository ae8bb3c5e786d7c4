/**
 * One coarse timer for every connection (Varghese and Lauck, 1987; hashed wheel, lazily moved).
 *
 * Deadlines move with every request and almost never pass. So setting one is a store: a connection stays in the slot
 * where it is until that slot's turn comes, and is moved only then, or when its deadline got earlier than its slot.
 * A wheel with nobody on it does not tick.
 */
import type { Clock, Timer } from "@tenon/kit";

export const TICK_MS = 250;
const SLOTS = 512;

/** Somebody with a deadline. */
export interface WheelEntry {
  /** Called when the deadline passed, at most two ticks late and never early. */
  expired(): void;
}

/** A place on the wheel; make one per entry. */
export class Deadline {
  /** On the wheel's scale; Infinity: none. */
  tick: number = Infinity;
  /** In which slot; -1: in none. */
  slot = -1;
  /** The tick at which that slot has its turn. */
  slotTick = 0;
  readonly entry: WheelEntry;

  constructor(entry: WheelEntry) {
    this.entry = entry;
  }
}

export class TimerWheel {
  readonly #clock: Clock;
  readonly #slots: (Set<Deadline> | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
  #population = 0;
  #now = 0;
  #startedMs = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sets or moves the deadline to `delayMs` from now; Infinity clears it. */
  arm(deadline: Deadline, delayMs: number): void {
    if (delayMs === Infinity) {
      deadline.tick = Infinity;
      return;
    }
    if (this.#timer === undefined) this.#startTicking();
    // The current tick has begun already: one more, so that none is early.
    const tick = this.#now + Math.ceil(delayMs / TICK_MS) + 1;
    deadline.tick = tick;
    if (deadline.slot === -1) this.#place(deadline);
    else if (tick < deadline.slotTick) {
      this.#remove(deadline);
      this.#place(deadline);
    }
  }

  /** Takes the entry off the wheel. */
  disarm(deadline: Deadline): void {
    deadline.tick = Infinity;
    if (deadline.slot !== -1) this.#remove(deadline);
    if (this.#population === 0) this.#stopTicking();
  }

  #place(deadline: Deadline): void {
    // What lies beyond the horizon waits in the last slot and is placed again from there.
    const ahead = Math.min(deadline.tick - this.#now, SLOTS - 1);
    deadline.slotTick = this.#now + ahead;
    deadline.slot = deadline.slotTick % SLOTS;
    (this.#slots[deadline.slot] ??= new Set()).add(deadline);
    this.#population++;
  }

  #remove(deadline: Deadline): void {
    this.#slots[deadline.slot]!.delete(deadline);
    deadline.slot = -1;
    this.#population--;
  }

  #startTicking(): void {
    this.#startedMs = this.#clock.monotonic() - this.#now * TICK_MS;
    this.#timer = this.#clock.setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  #stopTicking(): void {
    this.#timer?.close();
    this.#timer = undefined;
  }

  #tick(): void {
    // After a blocked event loop several ticks are due at once.
    const target = Math.floor((this.#clock.monotonic() - this.#startedMs) / TICK_MS);
    while (this.#now < target) {
      this.#now++;
      const due = this.#slots[this.#now % SLOTS];
      if (due === undefined || due.size === 0) continue;
      for (const deadline of [...due]) {
        if (deadline.slot === -1 || deadline.slotTick > this.#now) continue;
        this.#remove(deadline);
        if (deadline.tick <= this.#now) {
          deadline.tick = Infinity;
          deadline.entry.expired();
        } else if (deadline.tick !== Infinity) {
          this.#place(deadline);
        }
      }
    }
    if (this.#population === 0) this.#stopTicking();
  }
}
