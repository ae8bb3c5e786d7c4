/**
 * What a statement that changes rows has in common with the programs of its triggers: how many rows it changed, foreign keys that wait for its
 * end, AUTOINCREMENT's numbers, the triggers that are active, and the cursors it works with.
 */
import type { Trigger } from "../../schema/table.ts";

/** Something that a statement opened. */
export interface Resource {
  close(): void;
}

export class StatementChanges {
  /** Rows changed so far: of the statement, or of the trigger's step that runs. */
  rows = 0;
  /** Rows without their parents, of keys that are checked when the statement ends. */
  violations = 0;
  /** Active programs of triggers and of foreign keys' actions, the innermost last. */
  readonly active: (Trigger | undefined)[] = [];
  readonly #resources = new Map<unknown, Resource>();

  /** The resource that goes by `key`, made by `open` when it is first asked for; closed when the statement ends. */
  resource<R extends Resource>(key: { readonly resource?: R }, open: () => R): R {
    const known = this.#resources.get(key) as R | undefined; // put there below, under the same key
    if (known !== undefined) return known;
    const resource = open();
    this.#resources.set(key, resource);
    return resource;
  }

  /** The statement has ended, one way or the other. Harmless when it has already. */
  close(): void {
    if (this.#resources.size === 0) return;
    for (const resource of this.#resources.values()) resource.close();
    this.#resources.clear();
  }
}
