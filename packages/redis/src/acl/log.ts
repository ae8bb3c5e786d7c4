/** ACL LOG: what was refused to whom, newest first. Equal events within a minute are one entry with a count. */

export type AclLogReason = "command" | "key" | "channel" | "auth";
export type AclLogContext = "toplevel" | "multi" | "lua";

export interface AclLogEvent {
  readonly reason: AclLogReason;
  readonly context: AclLogContext;
  /** The command, key or channel. */
  readonly object: string;
  readonly username: string;
  /** The client as CLIENT LIST describes it. */
  readonly clientInfo: string;
}

export interface AclLogEntry extends AclLogEvent {
  readonly id: number;
  readonly count: number;
  readonly createdMs: number;
  readonly updatedMs: number;
}

const GROUPING_MS = 60_000;

export class AclLog {
  #entries: AclLogEntry[] = [];
  #nextId = 0;

  /** Newest first. */
  newest(count: number): readonly AclLogEntry[] {
    return this.#entries.slice(0, count);
  }

  clear(): void {
    this.#entries = [];
  }

  /** Keeps at most `limit` entries. */
  add(event: AclLogEvent, now: number, limit: number): void {
    const at = this.#entries.findIndex(
      (entry) =>
        entry.reason === event.reason &&
        entry.context === event.context &&
        entry.username === event.username &&
        entry.object === event.object &&
        now - entry.updatedMs <= GROUPING_MS,
    );
    const known = at < 0 ? undefined : this.#entries.splice(at, 1)[0];
    this.#entries.unshift({
      ...event,
      id: known?.id ?? this.#nextId++,
      count: (known?.count ?? 0) + 1,
      createdMs: known?.createdMs ?? now,
      updatedMs: now,
    });
    if (this.#entries.length > limit) this.#entries.length = limit;
  }
}
