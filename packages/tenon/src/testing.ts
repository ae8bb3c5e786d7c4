/**
 * Fixtures for tests, in Vitest, node:test and Jest alike:
 *
 *     const t = stack({ redis: true, http: { fetch: app } }, { clock: "manual" });
 *
 *     test("a session ends after an hour", async () => {
 *       const client = new Redis(t.redis.url);
 *       …
 *       t.clock.advance("1h");
 *     });
 *
 * The servers start before the first test of the file (or of the `describe` around the call), listen on free ports
 * and hold their data in memory. Before every test they are put back to what they were when the first one began, so
 * what a `beforeAll` put into them stays, and what tests do to them does not.
 */
import type { StackConfig } from "./config/config.ts";
import { servicesOf } from "./stack.ts";
import {
  controlsOf,
  type FixtureControls,
  type FixtureOptions,
  type Handles,
  RunningFixture,
  type StackFixture,
} from "./testing/fixture.ts";
import { type Hooks, hooksOf } from "./testing/hooks.ts";

export type { NetworkFaults } from "./testing/network-faults.ts";
export type { FixtureControls, FixtureOptions, Handles, ServiceHandle, StackFixture } from "./testing/fixture.ts";
export type { Hooks } from "./testing/hooks.ts";

export interface HookedOptions extends FixtureOptions {
  /** The runner's hooks, where they are not found by themselves: `{ hooks: vitest }`. */
  readonly hooks?: Hooks;
  /** `file` (default): one stack, restored before every test. `test`: a new one for every test. */
  readonly per?: "file" | "test";
}

export interface StackFunction {
  /** A stack that lives with the tests of this file. Throws when there is no test runner. */
  <const Config extends StackConfig>(config?: Config, options?: HookedOptions): Handles<Config> & FixtureControls;
  /** A stack without a runner: `await using s = await stack.start({ redis: true })`. */
  start<const Config extends StackConfig>(config?: Config, options?: FixtureOptions): Promise<StackFixture<Config>>;
}

export const stack: StackFunction = Object.assign(hooked, { start });

function hooked<const Config extends StackConfig>(
  config: Config = {} as Config,
  options: HookedOptions = {},
): Handles<Config> & FixtureControls {
  const { beforeAll, afterAll, beforeEach, afterEach } = hooksOf(options.hooks);
  let running: RunningFixture | undefined;
  const begin = async (): Promise<void> => {
    running = await RunningFixture.start(config, options);
  };
  const end = async (): Promise<void> => {
    await running?.close();
    running = undefined;
  };
  // Runners look at how many parameters a hook takes, so these take none.
  if (options.per === "test") {
    beforeEach(begin);
    afterEach(end);
  } else {
    let isFirst = true;
    beforeAll(begin);
    beforeEach(async () => {
      // The file's own beforeAll hooks have run by now; what they did is what every test shall find.
      if (isFirst) running?.snapshot();
      else running?.restore();
      isFirst = false;
    });
    afterAll(end);
  }
  return controlsOf<Config>(servicesOf(config), () => {
    if (running === undefined)
      throw new Error("the stack runs during tests and hooks, not while the test file is being read");
    return running;
  });
}

async function start<const Config extends StackConfig>(
  config: Config = {} as Config,
  options: FixtureOptions = {},
): Promise<StackFixture<Config>> {
  const running = await RunningFixture.start(config, options);
  const close = (): Promise<void> => running.close();
  return Object.assign(
    controlsOf<Config>(servicesOf(config), () => running),
    { close, [Symbol.asyncDispose]: close },
  );
}
