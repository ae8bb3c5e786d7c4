/** As test/replication.chaos.test.ts, with many more seeds. */
import { test } from "vitest";
import { chained, cutAsTheyAre, promoted, withoutPower } from "../test/replication-cluster.ts";

const seeds = Array.from({ length: 60 }, (_, n) => 100 + n);

test.for(seeds)("replicas end up with what their master has, cut as they are (seed %i)", cutAsTheyAre);

test.for(seeds)("a promoted replica leads its siblings and its old master (seed %i)", promoted);

test.for(seeds)("a chain of replicas ends up equal (seed %i)", chained);

test.for(seeds)("nothing acknowledged is lost with the power, and all end up equal (seed %i)", withoutPower);
