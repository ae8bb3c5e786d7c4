/**
 * The locks of SQLite (https://www.sqlite.org/lockingv3.html) between connections of one process on one file: any number read; one is about to
 * write, beside them; and when it writes, nobody reads.
 *
 * Nobody waits here: connections of one thread would wait for themselves.
 */
import { SqliteError } from "../errors.ts";

/** By the original's names. `pending`: wants to write, so that nobody begins to read any more. */
export type LockLevel = "none" | "shared" | "reserved" | "pending" | "exclusive";

/** What one connection holds of a file. */
export class FileLock {
  readonly #locks: FileLocks;
  level: LockLevel = "none";

  constructor(locks: FileLocks) {
    this.#locks = locks;
  }

  /** Throws SQLITE_BUSY while another one writes, or is about to. */
  share(): void {
    if (this.level !== "none") return;
    const { writer } = this.#locks;
    if (writer?.level === "pending" || writer?.level === "exclusive") throw busy();
    this.#locks.holders.add(this);
    this.level = "shared";
  }

  /** Throws SQLITE_BUSY when another one is going to write. Needs `share` before. */
  reserve(): void {
    if (this.level !== "shared") return;
    if (this.#locks.writer !== undefined) throw busy();
    this.#locks.writer = this;
    this.level = "reserved";
  }

  /** Throws SQLITE_BUSY while others read; then nobody new begins to, and the next try may succeed. Needs `reserve` before. */
  exclude(): void {
    if (this.level === "exclusive") return;
    this.level = "pending";
    if (this.othersRead) throw busy();
    this.level = "exclusive";
  }

  get othersRead(): boolean {
    return this.#locks.holders.size > (this.level === "none" ? 0 : 1);
  }

  /** Whether another connection is going to write, or writes: what journal there is is its own. */
  get othersWrite(): boolean {
    return this.#locks.writer !== undefined && this.#locks.writer !== this;
  }

  release(): void {
    this.#locks.holders.delete(this);
    if (this.#locks.writer === this) this.#locks.writer = undefined;
    this.level = "none";
  }
}

export class FileLocks {
  readonly holders: Set<FileLock> = new Set();
  /** The one that holds more than a shared lock. */
  writer: FileLock | undefined = undefined;
}

function busy(): SqliteError {
  return new SqliteError("SQLITE_BUSY", "database is locked");
}
