import type { Clock } from "../clock.ts";
import { realClock } from "../real/clock.ts";
import { TreeDisk } from "./tree.ts";

/** A disk in memory that never fails and forgets everything with the process. */
export class MemoryDisk extends TreeDisk {
  readonly #clock: Pick<Clock, "now">;

  /** `clock` stamps the files; the machine's own unless given. */
  constructor(clock: Pick<Clock, "now"> = realClock) {
    super(() => clock.now());
    this.#clock = clock;
  }

  /** A copy as it stands now, with no file open and no lock held. Shares pages with this one until either writes: cheap. */
  clone(): MemoryDisk {
    const copy = new MemoryDisk(this.#clock);
    copy.copyFrom(this);
    return copy;
  }
}
