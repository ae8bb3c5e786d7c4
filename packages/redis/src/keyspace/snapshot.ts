/** All databases at one instant: for going back to a known state between tests. */
import type { Random } from "@tenon/kit";
import type { Database } from "./database.ts";
import { Keyspace } from "./keyspace.ts";

export class Snapshot {
  readonly #keyspace: Keyspace;

  private constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
  }

  static take(keyspace: Keyspace, random: Random): Snapshot {
    const copy = new Keyspace(keyspace.databases.length, random, { expired: () => {} });
    copyAll(keyspace, copy);
    return new Snapshot(copy);
  }

  /** Replaces what `keyspace` holds; everything watched counts as changed. */
  restore(keyspace: Keyspace): void {
    for (const database of keyspace.databases) database.invalidateWatchers();
    copyAll(this.#keyspace, keyspace);
  }
}

function copyAll(from: Keyspace, to: Keyspace): void {
  from.databases.forEach((database: Database, index) => database.cloneInto(to.databases[index]!));
}
