/**
 * A session on a thread of its own, so that the terminal stays awake while a program runs: Ctrl-C sets a flag in memory
 * that both threads share, and the program looks there every few thousand steps.
 *
 * This module is both ends: the thread is started with this very file, in a source tree and in a bundle alike.
 */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { InterpreterSettings } from "../cli/interpreter.ts";
import { Output } from "../cli/output.ts";
import { errorStyle } from "../cli/report.ts";
import type { Completion } from "./completion.ts";
import { Session } from "./session.ts";

/** Every request is answered by one reply, in order. */
type Request =
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "abandon" }
  | { readonly kind: "end" }
  | { readonly kind: "complete"; readonly line: string };

interface Reply {
  readonly unfinished: boolean;
  readonly completion?: Completion;
}

interface ThreadData {
  readonly role: "lox-session";
  readonly settings: InterpreterSettings;
  readonly plain: boolean;
  readonly stopFlag: Int32Array;
}

/** The side of the terminal. One request at a time. */
export class SessionThread {
  readonly #worker: Worker;
  readonly #stopFlag = new Int32Array(new SharedArrayBuffer(4));
  #waiting: { resolve(reply: Reply): void; reject(error: Error): void } | undefined;

  constructor(settings: InterpreterSettings, plain: boolean) {
    const { engine, dialect, limits } = settings;
    const data: ThreadData = {
      role: "lox-session",
      settings: { engine, dialect, limits },
      plain,
      stopFlag: this.#stopFlag,
    };
    this.#worker = new Worker(new URL(import.meta.url), { workerData: data });
    this.#worker.on("message", (reply: Reply) => this.#waiting?.resolve(reply));
    this.#worker.on("error", (error: Error) => this.#waiting?.reject(error));
  }

  /** True when the piece that the line belongs to wants more lines. Rejects when the thread has died, of memory for example. */
  async line(text: string): Promise<boolean> {
    Atomics.store(this.#stopFlag, 0, 0);
    return (await this.#ask({ kind: "line", text })).unfinished;
  }

  async complete(line: string): Promise<Completion> {
    return (await this.#ask({ kind: "complete", line })).completion ?? [[], ""];
  }

  async abandon(): Promise<void> {
    await this.#ask({ kind: "abandon" });
  }

  /** Runs what has begun, and lets the thread end. */
  async end(): Promise<void> {
    Atomics.store(this.#stopFlag, 0, 0);
    await this.#ask({ kind: "end" });
    await this.#worker.terminate();
  }

  /** Is a request not answered yet? */
  get busy(): boolean {
    return this.#waiting !== undefined;
  }

  /** Stops the program that runs. */
  stop(): void {
    Atomics.store(this.#stopFlag, 0, 1);
  }

  async #ask(request: Request): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    this.#waiting = { resolve, reject };
    this.#worker.postMessage(request);
    try {
      return await promise;
    } finally {
      this.#waiting = undefined;
    }
  }
}

/** The side of the session. */
function serve({ settings, plain, stopFlag }: ThreadData): void {
  const output = new Output(1, "buffered");
  const errors = new Output(2, "unbuffered");
  const session = new Session({
    settings,
    output,
    errors,
    errorStyle: errorStyle({ plain }, errors),
    signal: {
      get aborted() {
        return Atomics.load(stopFlag, 0) === 1;
      },
    },
  });
  const answer = (request: Request): Reply => {
    switch (request.kind) {
      case "line":
        return { unfinished: session.line(request.text) };
      case "complete":
        return { unfinished: false, completion: session.complete(request.line) };
      case "abandon":
        session.abandon();
        return { unfinished: false };
      case "end":
        session.end();
        return { unfinished: false };
    }
  };
  parentPort!.on("message", (request: Request) => parentPort!.postMessage(answer(request)));
}

if (!isMainThread && (workerData as Partial<ThreadData> | null)?.role === "lox-session")
  serve(workerData as ThreadData);
