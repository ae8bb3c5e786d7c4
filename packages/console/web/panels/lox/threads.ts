/** The page's side of the Lox workers: one that stays, for checking what is typed, and a new one for each run. */
import { type Analysis, type CheckRequest, type Ended, type LoxReply, MAX_RUN_MS, type RunRequest } from "./wire.ts";

/** Checking is quick; a thread that takes longer is stuck on a monstrous program. */
const MAX_CHECK_MS = 5_000;

function startThread(): Worker {
  return new Worker(new URL("./lox-worker.ts", import.meta.url), { type: "module", name: "lox" });
}

/** Checks sources. Only the newest question is answered. */
export class Checker {
  #worker: Worker | undefined;
  #id = 0;
  #settle: (analysis: Analysis | undefined) => void = () => {};

  /** Resolves to undefined when a newer question has come, or the program could not be checked in time. */
  async check(request: Omit<CheckRequest, "kind" | "id">): Promise<Analysis | undefined> {
    this.#settle(undefined);
    const id = ++this.#id;
    const { promise, resolve } = Promise.withResolvers<Analysis | undefined>();
    this.#settle = resolve;
    this.#worker ??= this.#start();
    this.#worker.postMessage({ kind: "check", id, ...request } satisfies CheckRequest);
    const timer = setTimeout(() => this.close(), MAX_CHECK_MS);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  #start(): Worker {
    const worker = startThread();
    worker.addEventListener("message", ({ data }: MessageEvent<LoxReply>) => {
      if (data.kind === "analysis" && data.id === this.#id) this.#settle(data);
    });
    worker.addEventListener("error", () => this.close());
    return worker;
  }

  /** Ends the thread; the next question starts another. */
  close(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#settle(undefined);
  }
}

export interface RunListener {
  printed(text: string): void;
  /** Called once. */
  ended(result: Ended): void;
}

/** A running program. */
export class Run {
  readonly #worker = startThread();
  readonly #startMs = performance.now();
  readonly #listener: RunListener;
  readonly #timer: ReturnType<typeof setTimeout>;
  #over = false;

  constructor(request: Omit<RunRequest, "kind">, listener: RunListener) {
    this.#listener = listener;
    this.#timer = setTimeout(() => this.stop(`Stopped after ${MAX_RUN_MS / 1000} seconds.`), MAX_RUN_MS);
    this.#worker.addEventListener("message", ({ data }: MessageEvent<LoxReply>) => {
      if (this.#over) return;
      if (data.kind === "printed") listener.printed(data.text);
      else if (data.kind === "ended") this.#end(data);
    });
    this.#worker.addEventListener("error", (event) => this.stop(event.message || "The program's thread has died."));
    this.#worker.postMessage({ kind: "run", ...request } satisfies RunRequest);
  }

  /** Ends the thread, whatever the program does. */
  stop(error = "Stopped."): void {
    this.#end({ kind: "ended", compileMs: 0, runMs: performance.now() - this.#startMs, error, marks: [] });
  }

  #end(result: Ended): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#worker.terminate();
    this.#listener.ended(result);
  }
}
