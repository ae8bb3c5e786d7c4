/**
 * Who watches which keys of a database (WATCH), and what counts as a change.
 *
 * A key that had expired before WATCH was as good as gone: that it is removed afterwards changes nothing, as in the original's
 * touchWatchedKey and touchAllWatchedKeysInDb.
 */

/** A client that watches keys: told when one of them changed. */
export interface Watcher {
  /** A watched key was modified, removed or replaced. */
  invalidate(): void;
}

/** What stands under a key: nothing, something whose time has come, or something. */
export type Presence = "missing" | "expired" | "there";

export class Watchers {
  /** By key: who watches it, and whether it had expired then and is still kept. */
  readonly #byKey = new Map<string, Map<Watcher, boolean>>();

  /** How many keys are watched. */
  get size(): number {
    return this.#byKey.size;
  }

  add(key: string, watcher: Watcher, isExpired: boolean): void {
    let watchers = this.#byKey.get(key);
    if (watchers === undefined) this.#byKey.set(key, (watchers = new Map()));
    watchers.set(watcher, isExpired);
  }

  delete(key: string, watcher: Watcher): void {
    const watchers = this.#byKey.get(key);
    if (watchers === undefined) return;
    watchers.delete(watcher);
    if (watchers.size === 0) this.#byKey.delete(key);
  }

  /** Whether the key had expired when the watcher came. */
  cameExpired(key: string, watcher: Watcher): boolean {
    return this.#byKey.get(key)?.get(watcher) === true;
  }

  /** `key` changed, or was removed; `isKept`: something is stored under it now. */
  changed(key: string, isKept: (key: string) => boolean): void {
    const watchers = this.#byKey.get(key);
    if (watchers === undefined) return;
    for (const [watcher, cameExpired] of watchers) {
      if (!cameExpired) watcher.invalidate();
      else if (!isKept(key)) watchers.set(watcher, false);
    }
  }

  /** Everything is replaced at once (FLUSHALL, SWAPDB): what was stored under a key, and what will be. */
  replaced(before: (key: string) => boolean, after: (key: string) => Presence): void {
    for (const [key, watchers] of this.#byKey) {
      const [wasKept, will] = [before(key), after(key)];
      if (!wasKept && will === "missing") continue;
      for (const [watcher, cameExpired] of watchers) {
        if (cameExpired && will === "missing") watchers.set(watcher, false);
        else if (cameExpired && will === "expired") continue;
        else if (!wasKept && will === "expired") watchers.set(watcher, true);
        else watcher.invalidate();
      }
    }
  }

  /** All watched keys count as changed. */
  invalidateAll(): void {
    for (const watchers of this.#byKey.values()) for (const watcher of watchers.keys()) watcher.invalidate();
  }
}
