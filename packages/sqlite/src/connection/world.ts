/** What a connection needs of the outside: kit's World has it all. */
import type { Clock, Disk, Random } from "@tenon/kit";

export interface DatabaseWorld {
  readonly clock: Pick<Clock, "now">;
  readonly random: Pick<Random, "bytes">;
  /** Absent where there are no files: in a browser. */
  readonly disk?: Disk;
  /** How far local time is ahead of UTC at a moment: whole seconds, from milliseconds since 1970. Default: what the runtime says of this machine. */
  localOffsetSeconds?(utcMs: number): number;
}
