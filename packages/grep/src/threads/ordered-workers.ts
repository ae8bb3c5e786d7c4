/** Threads that share numbered pieces of work, and whose results come in the order of the numbers, however many there are. */
import { getCompileCacheDir } from "node:module";
import { Worker } from "node:worker_threads";
import { WorkCounter } from "./work-counter.ts";

export interface OrderedWorkersOptions<Data> {
  readonly threads: number;
  /** Path of the workers' module, which calls serve(). */
  readonly script: string;
  /** What every worker is told at its start, by structured clone. */
  readonly data: Data;
}

/** What a worker is started with. */
export interface WorkerStart<Data> {
  readonly data: Data;
  readonly counter: SharedArrayBuffer;
  readonly ahead: number;
}

export interface WorkMessage<Work> {
  readonly index: number;
  readonly work: Work;
}

export interface ResultMessage<Result> {
  readonly index: number;
  /** Undefined when nobody wanted it any more. */
  readonly result: Result | undefined;
}

/** Results that a thread may be ahead of those that have been used. */
const AHEAD_PER_THREAD = 4;

export class OrderedWorkers<Data, Work, Result> implements AsyncDisposable {
  readonly #counter = new WorkCounter();
  readonly #workers: readonly Worker[];
  /** Results whose turn has not come. */
  readonly #results = new Map<number, Result | undefined>();
  #pushed = 0;
  #firstWanted = 0;
  #failure: { readonly reason: unknown } | undefined;
  #closed = false;
  #wake: () => void = () => {};

  constructor({ threads, script, data }: OrderedWorkersOptions<Data>) {
    const start: WorkerStart<Data> = { data, counter: this.#counter.buffer, ahead: threads * AHEAD_PER_THREAD };
    this.#workers = Array.from({ length: threads }, () => this.#start(script, start));
  }

  #start(script: string, workerData: WorkerStart<Data>): Worker {
    const compiled = getCompileCacheDir();
    // A worker keeps its compiled code where this thread does, but has to be told so.
    const env = compiled === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: compiled };
    const worker = new Worker(script, { workerData, env });
    worker.on("message", ({ index, result }: ResultMessage<Result>) => {
      if (index < this.#firstWanted) return;
      this.#results.set(index, result);
      this.#wake();
    });
    worker.on("error", (error) => this.fail(error));
    worker.on("exit", (code) => this.fail(new Error(`a search thread ended with code ${code}`)));
    return worker;
  }

  /** Whoever waits for a result gets this thrown instead. */
  fail(reason: unknown): void {
    if (this.#closed) return;
    this.#failure ??= { reason };
    this.#wake();
  }

  /** Adds a piece of work; its number. Every worker is told, and the first that is free takes it. */
  push(work: Work): number {
    const message: WorkMessage<Work> = { index: this.#pushed, work };
    for (const worker of this.#workers) worker.postMessage(message);
    return this.#pushed++;
  }

  /** The result of the `index`-th piece of work, to be asked for in ascending order. Throws what went wrong in a worker. */
  async result(index: number): Promise<Result> {
    this.#counter.used(index);
    while (!this.#results.has(index)) {
      if (this.#failure !== undefined) throw this.#failure.reason;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const result = this.#results.get(index)!; // only what is unwanted has none
    this.#results.delete(index);
    return result;
  }

  /** No result below `index` will be asked for. */
  skipTo(index: number): void {
    this.#firstWanted = index;
    this.#counter.unwantBelow(index);
    this.#counter.used(index);
    for (const known of this.#results.keys()) if (known < index) this.#results.delete(known);
  }

  /** Ends the workers, whatever they do. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
