/** What the example store promises, as a crash scenario. */
import { expect } from "vitest";
import type { CrashScenario } from "../../src/index.ts";
import { ExampleStore, type Sync } from "./example-store.ts";

export interface Promised {
  readonly values: Map<string, string>;
  /** The set that was under way: its outcome may be either. */
  attempted?: readonly [string, string];
}

/** Sets keys, with values of up to several sectors, and compacts now and then. */
export function scenario(without?: Sync, more: Partial<CrashScenario<Promised>> = {}): CrashScenario<Promised> {
  return {
    acknowledge: () => ({ values: new Map() }),
    setup: (disk) => new ExampleStore(disk).set("zero", "0"),
    run: (disk, promised) => {
      const store = new ExampleStore(disk, without);
      for (let count = 0; count < 8; count++) {
        const entry = [`key${count % 3}`, String(count).repeat(1 + count * 200)] as const;
        promised.attempted = entry;
        store.set(...entry);
        promised.values.set(...entry);
        delete promised.attempted;
        if (count % 3 === 2) store.compact();
      }
    },
    check: (disk, promised) => {
      const store = new ExampleStore(disk, without);
      const expected = new Map([["zero", "0"], ...promised.values]);
      store.values.delete("after"); // left by this check, when the power went during it
      for (const key of new Set([...store.values.keys(), ...expected.keys()])) {
        const found = store.values.get(key);
        const attempted = promised.attempted?.[0] === key && promised.attempted[1] === found;
        expect(found, `value of ${key}`).toBe(attempted ? found : expected.get(key));
      }
      // A store that came back must also go on.
      store.set("after", "1");
      expect(new ExampleStore(disk, without).values.get("after")).toBe("1");
      store.compact();
    },
    ...more,
  };
}
