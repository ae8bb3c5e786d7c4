/**
 * The memory that one database's keys take, kept up as they change.
 *
 * Collections change in place, at the hands of commands that do not count; so a key that is about to change is taken out of the sum, as it is,
 * and noted; when the sum is asked for, the noted keys are measured again and put back. That costs one measurement before and one after
 * a command, whatever it did. A key that was added is noted only; one that was removed is not there to be put back.
 */
import { entryBytes } from "./entry-size.ts";
import type { KeyTable } from "./key-table.ts";

export class MemoryAccount {
  readonly #keys: KeyTable;
  readonly #unsettled = new Set<number>();
  #bytes = 0;

  /** Measures every key that is there. */
  constructor(keys: KeyTable) {
    this.#keys = keys;
    for (const id of keys.ids()) this.#bytes += entryBytes(keys, id);
  }

  /** The key `id` is about to change or go. */
  beforeWrite(id: number): void {
    if (this.#unsettled.has(id)) return;
    this.#unsettled.add(id);
    this.#bytes -= entryBytes(this.#keys, id);
  }

  /** The key `id` was added. */
  inserted(id: number): void {
    this.#unsettled.add(id);
  }

  /** Bytes of all keys, as they are now. */
  get bytes(): number {
    if (this.#unsettled.size > 0) {
      for (const id of this.#unsettled) if (this.#keys.isUsed(id)) this.#bytes += entryBytes(this.#keys, id);
      this.#unsettled.clear();
    }
    return this.#bytes;
  }
}
