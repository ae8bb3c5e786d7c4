/**
 * The world as a parameter.
 *
 * A system reaches the outside only through a `World`: a clock, a disk, a network and randomness. The real world is
 * a thin layer over Node (`real/`); the simulated one (`simulated/`) has virtual time, disks that lose what was not
 * synced and networks that delay, cut and drop, all from one seed. Codecs and engines below a server do not even see
 * a World: they take bytes and a `now`.
 */
import type { Clock } from "./clock.ts";
import type { Disk } from "./disk.ts";
import type { Host } from "./host.ts";
import type { Net } from "./net.ts";
import type { Random } from "./random.ts";

/** Everything that a system may know of the outside. */
export interface World {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly net: Net;
  readonly random: Random;
  /** Processes and the terminal; only systems that start programs need it. */
  readonly host?: Host;
}
