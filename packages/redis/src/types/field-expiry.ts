/**
 * When the fields of one hash expire, in milliseconds since the epoch.
 *
 * `earliestMs` may be too early, as removals do not raise it, never too late: nothing has expired before it.
 */
export class FieldExpiry {
  readonly #at = new Map<string, number>();
  #earliestMs = Infinity;

  get size(): number {
    return this.#at.size;
  }

  get earliestMs(): number {
    return this.#earliestMs;
  }

  get(field: string): number | undefined {
    return this.#at.get(field);
  }

  set(field: string, atMs: number): void {
    this.#at.set(field, atMs);
    if (atMs < this.#earliestMs) this.#earliestMs = atMs;
  }

  delete(field: string): boolean {
    return this.#at.delete(field);
  }

  /** The fields whose time was before `nowMs`, earliest first; makes `earliestMs` exact for what is left. */
  due(nowMs: number): string[] {
    const due: [string, number][] = [];
    this.#earliestMs = Infinity;
    for (const entry of this.#at) {
      if (entry[1] < nowMs) due.push(entry);
      else this.#earliestMs = Math.min(this.#earliestMs, entry[1]);
    }
    return due.toSorted((a, b) => a[1] - b[1]).map(([field]) => field);
  }

  clone(): FieldExpiry {
    const copy = new FieldExpiry();
    for (const [field, atMs] of this.#at) copy.set(field, atMs);
    return copy;
  }
}
