/** Masters and replicas in the simulated network: whatever happens to them, in the end they hold the same. More seeds: soak/. */
import { test } from "vitest";
import { chained, cutAsTheyAre, promoted, withoutPower } from "./replication-cluster.ts";

const seeds = [1, 2, 3, 4, 5, 6];

test.for(seeds)("replicas end up with what their master has, cut as they are (seed %i)", cutAsTheyAre);

test.for(seeds)("a promoted replica leads its siblings and its old master (seed %i)", promoted);

test.for(seeds.slice(0, 3))("a chain of replicas ends up equal (seed %i)", chained);

// With the last one, the power once took the name of the data directory along.
test.for([1, 2, 3, 155])("nothing acknowledged is lost with the power, and all end up equal (seed %i)", withoutPower);
