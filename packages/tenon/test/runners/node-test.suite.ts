import { before, describe, test } from "node:test";
import { fixtureSuite } from "./fixture-suite.ts";

fixtureSuite({ test, describe, beforeAll: before });
