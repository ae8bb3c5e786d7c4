import type { World } from "../world.ts";
import { realClock } from "./clock.ts";
import { machineDisk } from "./disk.ts";
import { realNet } from "./net.ts";
import { realRandom } from "./random.ts";

/** This machine, through Node. Relative paths on its disk start at the working directory. */
export const realWorld: World = {
  clock: realClock,
  disk: machineDisk,
  net: realNet,
  random: realRandom,
  host: { environment: process.env },
};
