/** Jest, and Vitest with `globals: true`. */
import { fixtureSuite, type Runner } from "./fixture-suite.ts";

const { test, describe, beforeAll } = globalThis as unknown as Runner;
fixtureSuite({ test, describe, beforeAll });
