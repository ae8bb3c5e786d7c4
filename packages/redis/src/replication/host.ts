/** What replication asks of whoever owns the engine. */
import type { Clock, ConnectOptions, Disk, Log, Net } from "@tenon/kit";

export interface ReplicationHost {
  readonly clock: Clock;
  readonly net: Net;
  /** How the link to a master is encrypted (tls-replication); undefined: not at all. Throws what is wrong with its settings. */
  tls(): ConnectOptions["tls"];
  readonly log: Log;
  /** Where snapshots are spooled; undefined: in memory. */
  readonly folder: { readonly disk: Disk; readonly directory: string } | undefined;
  /** Walking and loading let others have their turn after these. Infinity: where a clock that is moved by hand would not let a pause end. */
  readonly walkSliceMs: number;
  readonly loadSliceMs: number;
  /** Where this server listens; 0: nowhere. */
  port(): number;
  /** After the engine did something on its own: timers may have to be set. */
  served(): void;
}
