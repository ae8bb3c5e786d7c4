import { test } from "vitest";
import { main as bullmq } from "../examples/bullmq-manual-clock.ts";
import { main as manualClock } from "../examples/manual-clock.ts";

test("examples/bullmq-manual-clock.ts", bullmq);
test("examples/manual-clock.ts", manualClock);
