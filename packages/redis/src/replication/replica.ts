/** One replica of ours: what it said of itself, what it gets, and how far it is. */
import type { Client } from "../engine/client.ts";

/**
 * - `announced`: said something with REPLCONF, and has not asked for the stream yet.
 * - `waiting`: for its full synchronization to begin.
 * - `receiving`: the snapshot.
 * - `online`: has the snapshot, or needed none. Its stream begins at once, or when it has said that it is ready.
 */
export type ReplicaState = "announced" | "waiting" | "receiving" | "online";

export class Replica {
  readonly client: Client;
  state: ReplicaState = "announced";
  /** Where it listens itself, as it says; 0, "": as its connection shows. */
  port = 0;
  address = "";
  /** Can tell the end of a snapshot of unknown length (capa eof). */
  knowsEndMark = false;
  /** Understands a new name of the history (capa psync2). */
  knowsNewIds = false;
  /** Wants the snapshot and no stream (rdb-only 1). */
  snapshotOnly = false;
  /** Wants no keys in it (rdb-filter-only). */
  withoutData = false;
  /** Asked by SYNC: it never acknowledges. */
  silent = false;
  /** The stream flows. */
  streams = false;
  /** Position in the history of the next byte to send. */
  position = 0;
  /** What it has done, … */
  acknowledged = 0;
  /** … and what its append-only file has on the disk. */
  synced = 0;
  /** Since when it waits for its synchronization. */
  waitsSinceMs = 0;
  /** When it last said how far it is. */
  acknowledgedMs = 0;
  /** Since when more waits to be sent than the soft limit allows; 0: it does not. */
  overSoftSinceMs = 0;

  constructor(client: Client) {
    this.client = client;
  }

  /** As INFO names it. */
  get stateName(): string {
    if (this.state === "online") return "online";
    return this.state === "receiving" ? "send_bulk" : "wait_bgsave";
  }

  /** Where it listens, as far as we know. */
  get host(): string {
    if (this.address !== "") return this.address;
    const { remote } = this.client.address;
    return remote.slice(0, remote.lastIndexOf(":")).replace(/^\[(.*)\]$/, "$1");
  }

  /** Whole seconds since it last said how far it is. */
  lagSeconds(now: number): number {
    return Math.max(0, Math.floor((now - this.acknowledgedMs) / 1000));
  }
}
