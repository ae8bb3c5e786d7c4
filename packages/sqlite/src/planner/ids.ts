/** Numbers that are unique in a statement or in a program. */

/** Of sources, queries, aggregates and locals: each kind counts from 0. One for a statement, with all that its triggers and views bring in. */
export class Ids {
  #sources = 0;
  #queries = 0;
  #aggregates = 0;
  #locals = 0;

  source(): number {
    return this.#sources++;
  }

  query(): number {
    return this.#queries++;
  }

  aggregate(): number {
    return this.#aggregates++;
  }

  local(): number {
    return this.#locals++;
  }

  /** How many there are of each so far. */
  get counts(): {
    readonly sources: number;
    readonly queries: number;
    readonly aggregates: number;
    readonly locals: number;
  } {
    return { sources: this.#sources, queries: this.#queries, aggregates: this.#aggregates, locals: this.#locals };
  }
}

/** Registers of a program, handed out and never taken back. */
export class Registers {
  #count = 0;

  /** The first of `count` registers that stand in a row. */
  allocate(count = 1): number {
    const first = this.#count;
    this.#count += count;
    return first;
  }

  get count(): number {
    return this.#count;
  }
}
