/** What happens in a service, sent to a page a few times a second: a thousand events must not be a thousand messages. */
import type { Clock, Timer } from "@tenon/kit";
import type { Subscriber } from "../panels/panel.ts";
import type { BatchMessage } from "../protocol.ts";

const BATCH_MS = 100;
/** More in one batch nobody reads, and no browser needs to draw. */
const MAX_PER_BATCH = 1000;

export class Batches<T> {
  readonly #clock: Clock;
  readonly #subscriber: Subscriber;
  #pending: T[] = [];
  #dropped = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock, subscriber: Subscriber) {
    this.#clock = clock;
    this.#subscriber = subscriber;
  }

  /** Sends what there was before, oldest first; call it before the first `push`. */
  begin(items: readonly T[]): void {
    this.#subscriber.send({ first: true, items, dropped: 0 } satisfies BatchMessage<T>);
  }

  push(item: T): void {
    if (this.#pending.length < MAX_PER_BATCH) this.#pending.push(item);
    else this.#dropped++;
    this.#timer ??= this.#clock.setTimeout(() => this.#flush(), BATCH_MS);
  }

  close(): void {
    this.#timer?.close();
  }

  #flush(): void {
    this.#timer = undefined;
    this.#subscriber.send({ items: this.#pending, dropped: this.#dropped } satisfies BatchMessage<T>);
    this.#pending = [];
    this.#dropped = 0;
  }
}
