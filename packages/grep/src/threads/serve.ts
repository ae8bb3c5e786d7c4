/** A worker's life: takes piece after piece, as long as the process wants. */
import { parentPort, workerData } from "node:worker_threads";
import type { ResultMessage, WorkerStart, WorkMessage } from "./ordered-workers.ts";
import { WorkCounter } from "./work-counter.ts";

/** Does one piece of work. `wanted` tells, when asked now and then, whether anybody waits for the result. */
export type Perform<Work, Result> = (work: Work, wanted: () => boolean) => Result;

/** What this worker was told at its start. */
export function startData<Data>(): Data {
  return (workerData as WorkerStart<Data>).data; // whoever starts this module sends that
}

/** Takes work as it comes. `buffers`: what of a result is handed over instead of copied. */
export function serve<Work, Result>(perform: Perform<Work, Result>, buffers: (result: Result) => ArrayBuffer[]): void {
  const { counter: shared, ahead } = workerData as WorkerStart<unknown>;
  const counter = new WorkCounter(shared);
  const port = parentPort!; // this module runs in a worker only
  /** Heard of, and not yet taken by anybody as far as this worker knows. */
  const waiting = new Map<number, Work>();
  let index = counter.take();
  const goOn = (): void => {
    for (const known of waiting.keys()) {
      if (known < index) waiting.delete(known);
    }
    for (let work = waiting.get(index); work !== undefined; work = waiting.get(index)) {
      waiting.delete(index);
      counter.waitForTurn(index, ahead);
      const mine = index;
      const result = counter.isWanted(mine) ? perform(work, () => counter.isWanted(mine)) : undefined;
      const message: ResultMessage<Result> = { index, result };
      port.postMessage(message, result === undefined ? [] : buffers(result));
      index = counter.take();
    }
  };
  port.on("message", ({ index: told, work }: WorkMessage<Work>) => {
    if (told < index) return;
    waiting.set(told, work);
    if (told === index) goOn();
  });
}
