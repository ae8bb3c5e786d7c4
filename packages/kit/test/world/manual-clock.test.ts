import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { manualClock, type Timer } from "../../src/index.ts";

describe("ManualClock", () => {
  it("stands still until it is told to move", async () => {
    const clock = manualClock(1000);
    let fired = false;
    clock.setTimeout(() => (fired = true), 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(clock.now()).toBe(1000);
    expect(clock.monotonic()).toBe(0);
    expect(fired).toBe(false);
    expect(clock.nextTimerMs).toBe(1);
    clock.advance(0.5);
    expect(fired).toBe(false);
    clock.advance(0.5);
    expect(fired).toBe(true);
    expect(clock.now()).toBe(1001);
  });

  it("reads durations as people write them", () => {
    const clock = manualClock(0);
    clock.advance("250ms");
    clock.advance("1h30m");
    clock.advance("1.5s");
    clock.advance("1d");
    expect(clock.now()).toBe(250 + 5_400_000 + 1500 + 86_400_000);
    for (const wrong of ["", "10", "ten seconds", "5s ago", "-5s", -1, Number.NaN]) {
      expect(() => clock.advance(wrong)).toThrow(RangeError);
    }
  });

  it("fires every timer at its own time, in order of due time, then of setting (property)", () => {
    const action = fc.record({
      delayMs: fc.integer({ min: 0, max: 50 }),
      nestedMs: fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined }),
      cancels: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), fc.array(fc.integer({ min: 0, max: 40 })), (actions, steps) => {
        const clock = manualClock(0);
        const due: { at: number; order: number }[] = [];
        const fired: { at: number; order: number; seen: number }[] = [];
        const timers: Timer[] = [];
        const cancelled = new Set<number>();
        let orders = 0;
        const set = (delayMs: number, then?: number): void => {
          const order = orders++;
          const at = clock.monotonic() + Math.max(1, delayMs);
          due.push({ at, order });
          timers[order] = clock.setTimeout(() => {
            fired.push({ at, order, seen: clock.monotonic() });
            if (then !== undefined) set(then);
          }, delayMs);
        };
        for (const { delayMs, nestedMs, cancels } of actions) {
          set(delayMs, nestedMs);
          if (!cancels) continue;
          const victim = Math.floor(orders / 2);
          timers[victim]!.close();
          cancelled.add(victim);
        }
        for (const step of steps) clock.advance(step);
        const now = clock.monotonic();
        const expected = due
          .filter(({ at, order }) => at <= now && !cancelled.has(order))
          .toSorted((a, b) => a.at - b.at || a.order - b.order);
        expect(fired.map(({ at, order }) => ({ at, order }))).toEqual(expected);
        expect(fired.every(({ at, seen }) => at === seen)).toBe(true);
        expect(clock.pendingTimers).toBe(due.length - cancelled.size - fired.length);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("does not mind in how many steps it is moved (property)", () => {
    const run = (periods: readonly number[], steps: readonly number[]): string[] => {
      const clock = manualClock(0);
      const fired: string[] = [];
      for (const [index, period] of periods.entries()) {
        clock.setInterval(() => fired.push(`${index}@${clock.monotonic()}`), period);
      }
      for (const step of steps) clock.advance(step);
      return fired;
    };
    const steps = fc.array(fc.integer({ min: 0, max: 20 }));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 5 }), steps, (periods, parts) => {
        const whole = parts.reduce((sum, part) => sum + part, 0);
        expect(run(periods, parts)).toEqual(run(periods, [whole]));
      }),
      { seed: 2 },
    );
  });

  it("lets promise jobs run between timers when moved asynchronously, and only then", async () => {
    const order = async (move: "advance" | "advanceAsync"): Promise<string[]> => {
      const clock = manualClock();
      const seen: string[] = [];
      const worker = async (name: string): Promise<void> => {
        for (let turn = 0; turn < 2; turn++) {
          await clock.sleep(10);
          await Promise.resolve();
          seen.push(`${name} ${clock.monotonic()}`);
        }
      };
      const work = [worker("a"), worker("b")];
      await clock[move](20);
      await clock.runUntilIdle();
      await Promise.all(work);
      return seen;
    };
    expect(await order("advanceAsync")).toEqual(["a 10", "b 10", "a 20", "b 20"]);
    expect(await order("advance")).toEqual(["a 20", "b 20", "a 30", "b 30"]);
  });

  it("runs until idle, does not wait for unreferenced timers, and notices what never ends", async () => {
    const clock = manualClock();
    let done = 0;
    clock.setTimeout(() => void clock.sleep(5000).then(() => done++), 10);
    clock.setInterval(() => {}, 100).unref();
    expect(await clock.runUntilIdle()).toBeGreaterThan(1);
    expect(done).toBe(1);
    expect(clock.monotonic()).toBe(5010);
    clock.setInterval(() => {}, 10);
    await expect(clock.runUntilIdle(50)).rejects.toThrow(/not idle after 50 timers/);
  });

  it("runs until some work is done, and notices when it cannot be", async () => {
    const clock = manualClock();
    expect(await clock.runUntil(clock.sleep(70).then(() => "done"))).toBe("done");
    expect(clock.monotonic()).toBe(70);
    await expect(clock.runUntil(Promise.reject(new Error("failed")))).rejects.toThrow("failed");
    await expect(clock.runUntil(new Promise(() => {}))).rejects.toThrow(/wait for ever/);
    clock.setInterval(() => {}, 1);
    await expect(clock.runUntil(new Promise(() => {}), 10)).rejects.toThrow(/after 10 timers/);
  });

  it("stops where a callback throws, and goes on from there", () => {
    const clock = manualClock();
    const fired: number[] = [];
    clock.setTimeout(() => {
      throw new Error("in a timer");
    }, 10);
    clock.setTimeout(() => fired.push(clock.monotonic()), 20);
    expect(() => clock.advance(30)).toThrow("in a timer");
    expect(clock.monotonic()).toBe(10);
    clock.advance(30);
    expect(fired).toEqual([20]);
  });

  it("lets wall time jump without timers noticing", () => {
    const clock = manualClock(1000);
    let fired = false;
    clock.setTimeout(() => (fired = true), 10);
    clock.setNow(999_999);
    expect(clock.now()).toBe(999_999);
    clock.advance(9);
    expect(fired).toBe(false);
    clock.setNow(5);
    clock.advance(1);
    expect(fired).toBe(true);
    expect(clock.now()).toBe(6);
  });
});
