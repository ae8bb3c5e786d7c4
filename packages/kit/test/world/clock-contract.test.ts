import { describe, expect, it } from "vitest";
import { type Clock, manualClock, realWorld, simulatedWorld } from "../../src/index.ts";

/** What every clock does. `pass` lets so much time pass. */
function clockContract(clock: Clock, pass: (ms: number) => Promise<void>): void {
  it("fires once, not before its time, in order of due time and then of setting", async () => {
    const fired: string[] = [];
    const start = clock.monotonic();
    let early = 0;
    const set = (name: string, delayMs: number): void => {
      clock.setTimeout(() => {
        fired.push(name);
        // Node's timers count whole milliseconds, so one may fire within the last of them.
        if (clock.monotonic() - start < delayMs - 1) early++;
      }, delayMs);
    };
    set("late", 60);
    set("first", 10);
    set("second", 10);
    set("zero", 0);
    await pass(10);
    await pass(100);
    expect(fired).toEqual(["zero", "first", "second", "late"]);
    expect(early).toBe(0);
    await pass(100);
    expect(fired).toHaveLength(4);
  });

  it("moves both readings on, wall time in whole milliseconds", async () => {
    const wall = clock.now();
    const monotonic = clock.monotonic();
    await pass(20);
    expect(Number.isInteger(clock.now())).toBe(true);
    expect(clock.now() - wall).toBeGreaterThanOrEqual(19);
    expect(clock.monotonic() - monotonic).toBeGreaterThanOrEqual(19);
  });

  it("cancels, refreshes, and repeats until closed, also from inside a callback", async () => {
    let ticks = 0;
    const interval = clock.setInterval(() => {
      if (++ticks === 3) interval.close();
    }, 5);
    let cancelled = 0;
    const never = clock.setTimeout(() => cancelled++, 5);
    never.close();
    never.close();
    const order: string[] = [];
    const refreshed = clock.setTimeout(() => order.push("refreshed"), 50);
    clock.setTimeout(() => order.push("other"), 60);
    clock.setTimeout(() => refreshed.refresh(), 20);
    await pass(500);
    expect(ticks).toBe(3);
    expect(cancelled).toBe(0);
    expect(order).toEqual(["other", "refreshed"]);
    refreshed.close();
    refreshed.unref();
    refreshed.ref();
  });

  it("sleeps, and wakes with the signal's reason", async () => {
    let woke = false;
    const sleeping = clock.sleep(20).then(() => (woke = true));
    await pass(30);
    await sleeping;
    expect(woke).toBe(true);
    const abort = new AbortController();
    const why = new Error("wake up");
    const disturbed = clock.sleep(1_000_000, abort.signal);
    abort.abort(why);
    await expect(disturbed).rejects.toBe(why);
    await expect(clock.sleep(1, AbortSignal.abort(why))).rejects.toBe(why);
  });

  it("takes delays longer than 24.8 days for what they say", async () => {
    let fired = false;
    const timer = clock.setTimeout(() => (fired = true), 400 * 86_400_000);
    const interval = clock.setInterval(() => (fired = true), 400 * 86_400_000);
    timer.unref();
    await pass(50);
    timer.refresh();
    await pass(50);
    timer.ref();
    timer.close();
    interval.close();
    expect(fired).toBe(false);
  });
}

describe("the real clock", () => {
  clockContract(realWorld.clock, (ms) => new Promise((resolve) => setTimeout(resolve, ms + 20)));
});

describe("the manual clock", () => {
  const clock = manualClock();
  clockContract(clock, (ms) => clock.advanceAsync(ms));
});

describe("a simulated machine's clock", () => {
  const world = simulatedWorld(1);
  clockContract(world.machine("10.0.0.9").clock, (ms) => world.clock.advanceAsync(ms));
});
