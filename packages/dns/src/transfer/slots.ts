/** How many transfers come in at once: a server of a thousand secondary zones fetches them by tens when it starts. */

/** BIND's `transfers-in`. */
export const DEFAULT_TRANSFER_SLOTS = 10;

export class TransferSlots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number = DEFAULT_TRANSFER_SLOTS) {
    this.#free = count;
  }

  /** Runs `work` when there is room for it, in the order of asking. Rejects as it does, or with the signal's reason while it waits. */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#take(signal);
    try {
      return await work();
    } finally {
      this.#give();
    }
  }

  #take(signal: AbortSignal | undefined): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        reject(signal!.reason);
      };
      this.#waiting.push(turn);
      signal?.addEventListener("abort", leave, { once: true });
    });
  }

  #give(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
