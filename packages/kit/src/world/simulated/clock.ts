/**
 * A clock that stands still until it is told to move.
 *
 * Timers wait in a binary heap ordered by due time, then by the order in which they were set; each knows its place
 * there, so cancelling and refreshing cost O(log n). Moving the clock stops at every due time on the way, so a callback sees
 * the time it asked for, and timers that it sets within the span fire in the same move.
 *
 * `advance` is one synchronous call: promise jobs run after it. Code that awaits between two timers needs
 * `advanceAsync` or `runUntilIdle`, which hand the event loop one turn after each timer.
 */
import { setImmediate as nextTurn } from "node:timers";
import type { Clock, Timer } from "../clock.ts";
import { durationMs } from "../duration.ts";
import { sleepOn } from "../sleep.ts";

/** As Node: a delay of 0 is a delay of 1 ms, so that an interval of 0 cannot stop time. */
const SHORTEST_DELAY_MS = 1;

/** How many timers `runUntilIdle` fires before it says that the end will never come. */
export const MAX_TIMERS_UNTIL_IDLE = 1_000_000;

class ManualTimer implements Timer {
  readonly #clock: ManualClock;
  readonly callback: () => void;
  readonly delayMs: number;
  readonly repeats: boolean;
  dueMs = 0;
  order = 0;
  /** Index in the heap; -1 when not waiting. */
  place = -1;
  keepsAlive = true;

  constructor(clock: ManualClock, callback: () => void, delayMs: number, repeats: boolean) {
    this.#clock = clock;
    this.callback = callback;
    this.delayMs = delayMs;
    this.repeats = repeats;
  }

  close(): void {
    this.#clock.cancel(this);
  }

  refresh(): void {
    this.#clock.schedule(this);
  }

  unref(): void {
    this.#clock.setKeepsAlive(this, false);
  }

  ref(): void {
    this.#clock.setKeepsAlive(this, true);
  }
}

/** A clock for tests. Wall time starts at `startMs` (default: 2025-01-01T00:00Z), monotonic time at 0. */
export class ManualClock implements Clock {
  #startMs: number;
  #elapsedMs = 0;
  #nextOrder = 0;
  /** Waiting timers that keep the clock from being idle. */
  #live = 0;
  readonly #heap: ManualTimer[] = [];

  constructor(startMs: number = Date.UTC(2025, 0, 1)) {
    this.#startMs = startMs;
  }

  now(): number {
    return Math.floor(this.#startMs + this.#elapsedMs);
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    return this.after(Math.max(SHORTEST_DELAY_MS, delayMs || 0), callback);
  }

  setInterval(callback: () => void, periodMs: number): Timer {
    const timer = new ManualTimer(this, callback, Math.max(SHORTEST_DELAY_MS, periodMs || 0), true);
    this.schedule(timer);
    return timer;
  }

  /** As `setTimeout`, but not rounded up to 1 ms: for what happens in a simulation, where light is quick. */
  after(delayMs: number, callback: () => void): Timer {
    const timer = new ManualTimer(this, callback, delayMs, false);
    this.schedule(timer);
    return timer;
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }

  /** Moves wall time to `nowMs` as an administrator would; timers and monotonic time do not notice. */
  setNow(nowMs: number): void {
    this.#startMs = nowMs - this.#elapsedMs;
  }

  /** Timers that are waiting, unreferenced ones included. */
  get pendingTimers(): number {
    return this.#heap.length;
  }

  /** Monotonic time of the next timer, in milliseconds; `undefined` when none waits. */
  get nextTimerMs(): number | undefined {
    return this.#heap[0]?.dueMs;
  }

  /** Moves time on by `duration` (milliseconds, or text such as `"10s"`) and fires what falls due, in order. An exception of a callback ends the move there. */
  advance(duration: number | string): void {
    const targetMs = this.#elapsedMs + durationMs(duration);
    while (this.#heap.length > 0 && this.#heap[0]!.dueMs <= targetMs) this.#fireNext();
    this.#elapsedMs = Math.max(this.#elapsedMs, targetMs);
  }

  /** As `advance`; promise jobs run to their end before the first timer, between timers, and after the last. */
  async advanceAsync(duration: number | string): Promise<void> {
    const targetMs = this.#elapsedMs + durationMs(duration);
    await promiseJobs();
    while (this.#heap.length > 0 && this.#heap[0]!.dueMs <= targetMs) {
      this.#fireNext();
      await promiseJobs();
    }
    this.#elapsedMs = Math.max(this.#elapsedMs, targetMs);
  }

  /**
   * Moves time on, timer by timer, until no referenced timer waits. Resolves with the number of timers fired.
   * Rejects after `maxTimers`: an interval that nobody closes never becomes idle.
   */
  async runUntilIdle(maxTimers: number = MAX_TIMERS_UNTIL_IDLE): Promise<number> {
    await promiseJobs();
    let fired = 0;
    while (this.#live > 0) {
      if (++fired > maxTimers) {
        throw new Error(
          `the clock is not idle after ${maxTimers} timers; ${this.#live} wait still, intervals among them?`,
        );
      }
      this.#fireNext();
      await promiseJobs();
    }
    return fired;
  }

  /**
   * Moves time on, timer by timer, until `work` settles, and settles alike. Rejects when no timer waits and `work`
   * does not go on: it waits for something that nothing will bring. Work that waits for the real world (sockets, files, child
   * processes) needs the real clock.
   */
  async runUntil<T>(work: PromiseLike<T>, maxTimers: number = MAX_TIMERS_UNTIL_IDLE): Promise<T> {
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    work.then(settle, settle);
    await promiseJobs();
    for (let fired = 0; !settled; fired++) {
      if (this.#heap.length === 0) throw new Error("the work waits, but no timer does: it would wait for ever");
      if (fired >= maxTimers) throw new Error(`the work waits still after ${maxTimers} timers`);
      this.#fireNext();
      await promiseJobs();
    }
    return work;
  }

  #fireNext(): void {
    const timer = this.#heap[0]!;
    this.#elapsedMs = Math.max(this.#elapsedMs, timer.dueMs);
    this.cancel(timer);
    if (timer.repeats) this.schedule(timer);
    timer.callback();
  }

  /** For the clock's own timers: (re)starts the delay from now. */
  schedule(timer: ManualTimer): void {
    this.cancel(timer);
    timer.dueMs = this.#elapsedMs + timer.delayMs;
    timer.order = this.#nextOrder++;
    if (timer.keepsAlive) this.#live++;
    this.#heap.push(timer);
    this.#siftUp(timer, this.#heap.length - 1);
  }

  /** For the clock's own timers: takes the timer out of the heap. */
  cancel(timer: ManualTimer): void {
    const place = timer.place;
    if (place < 0) return;
    timer.place = -1;
    if (timer.keepsAlive) this.#live--;
    const last = this.#heap.pop()!;
    if (last === timer) return;
    this.#siftUp(last, place);
    this.#siftDown(last, last.place);
  }

  /** For the clock's own timers. */
  setKeepsAlive(timer: ManualTimer, keepsAlive: boolean): void {
    if (timer.keepsAlive === keepsAlive) return;
    timer.keepsAlive = keepsAlive;
    if (timer.place >= 0) this.#live += keepsAlive ? 1 : -1;
  }

  #siftUp(timer: ManualTimer, start: number): void {
    const heap = this.#heap;
    let place = start;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent]!;
      if (firesBefore(above, timer)) break;
      heap[place] = above;
      above.place = place;
      place = parent;
    }
    heap[place] = timer;
    timer.place = place;
  }

  #siftDown(timer: ManualTimer, start: number): void {
    const heap = this.#heap;
    let place = start;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && firesBefore(heap[child + 1]!, heap[child]!)) child++;
      const below = heap[child]!;
      if (firesBefore(timer, below)) break;
      heap[place] = below;
      below.place = place;
      place = child;
    }
    heap[place] = timer;
    timer.place = place;
  }
}

function firesBefore(a: ManualTimer, b: ManualTimer): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}

/** One turn of the event loop: every promise job that is ready, and those that they make ready, run before it ends. */
function promiseJobs(): Promise<void> {
  return new Promise((resolve) => {
    nextTurn(resolve);
  });
}

/** A clock that a test moves by hand. `startMs`: wall time at the start, milliseconds since 1970. */
export function manualClock(startMs?: number): ManualClock {
  return new ManualClock(startMs);
}
