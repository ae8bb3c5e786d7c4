import * as vitest from "vitest";
import { fixtureSuite } from "./fixture-suite.ts";

fixtureSuite({ test: vitest.test, describe: vitest.describe, beforeAll: vitest.beforeAll, hooks: vitest });
