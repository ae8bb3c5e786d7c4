/**
 * The test runner's own hooks, so that a fixture lives and ends with the tests that use it.
 *
 * Jest always, and Vitest with `globals: true`, have them as globals; node:test is a module of Node itself, which can be
 * had without an import. Vitest without globals has them in its module only, which cannot be reached from here: there
 * the test hands them over, `stack(config, { hooks: vitest })` after `import * as vitest from "vitest"`.
 */

type Hook = (work: () => Promise<void>) => unknown;

/** What a fixture needs of a test runner; `vitest`, `@jest/globals` and `node:test` as modules are such. */
export interface Hooks {
  readonly beforeAll?: Hook;
  /** What node:test calls `beforeAll`. */
  readonly before?: Hook;
  readonly afterAll?: Hook;
  /** What node:test calls `afterAll`. */
  readonly after?: Hook;
  readonly beforeEach: Hook;
  readonly afterEach: Hook;
}

/** Hooks under one name each. */
export interface NamedHooks {
  readonly beforeAll: Hook;
  readonly afterAll: Hook;
  readonly beforeEach: Hook;
  readonly afterEach: Hook;
}

/** `given`, or those of the runner that runs this file. Throws an Error that says what to write when none is found. */
export function hooksOf(given: Hooks | undefined): NamedHooks {
  const named = nameHooks(given ?? globalThis);
  if (named !== undefined) return named;
  if (given !== undefined) {
    throw new Error("hooks must have beforeAll (or before), afterAll (or after), beforeEach and afterEach");
  }
  if (runsUnderNodeTest()) {
    const fromNode = nameHooks(process.getBuiltinModule("node:test"));
    if (fromNode !== undefined) return fromNode;
  }
  throw new Error(
    'stack() found no test runner. In Vitest: import * as vitest from "vitest" and pass { hooks: vitest }, or set ' +
      'globals: true. In node:test without --test: import * as test from "node:test" and pass { hooks: test }. ' +
      "Outside of runners: await using s = await stack.start(config).",
  );
}

function nameHooks(hooks: object): NamedHooks | undefined {
  const named = hooks as Partial<Hooks>;
  const beforeAll = named.beforeAll ?? named.before;
  const afterAll = named.afterAll ?? named.after;
  const { beforeEach, afterEach } = named;
  const all = [beforeAll, afterAll, beforeEach, afterEach];
  if (!all.every((hook) => typeof hook === "function")) return undefined;
  return { beforeAll: beforeAll!, afterAll: afterAll!, beforeEach: beforeEach!, afterEach: afterEach! };
}

/** `node --test` marks the processes that it starts for files; in one process with it, the flag is in sight. */
function runsUnderNodeTest(): boolean {
  return process.env["NODE_TEST_CONTEXT"] !== undefined || process.execArgv.includes("--test");
}
