/**
 * A database file on a thread of its own, so that a statement that takes long holds up neither the stack's servers nor the console.
 *
 * What takes too long is interrupted by a flag in shared memory, so that the thread rolls back and lets go of its locks. A thread that
 * does not heed the flag is ended; its locks then stay until this process ends.
 *
 * The thread runs this same module: its code is at the end.
 */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { Database } from "@tenon/sqlite";
import { answer } from "./answer.ts";
import { type Failed, MAX_ANSWER_MS, type SqliteQuestion } from "./sqlite-wire.ts";

const ROLE = "tenon-console-database";
/** How long the thread has to heed the flag, in milliseconds. */
const HEED_MS = 5_000;

interface ThreadData {
  readonly role: typeof ROLE;
  readonly path: string;
  readonly interruptFlag: Int32Array;
}

interface Waiting {
  readonly promise: Promise<string>;
  readonly resolve: (json: string) => void;
  readonly timer: NodeJS.Timeout;
}

export class DatabaseThread {
  readonly #path: string;
  readonly #interruptFlag = new Int32Array(new SharedArrayBuffer(4));
  #worker: Worker | undefined;
  /** In the order in which they were asked, which is that of the answers. */
  #waiting: Waiting[] = [];
  #stopping: Promise<void> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Resolves with the answer as JSON, made on the thread. */
  async ask(question: SqliteQuestion): Promise<string> {
    while (this.#stopping !== undefined) await this.#stopping;
    const worker = (this.#worker ??= this.#start());
    const timer = setTimeout(() => void this.stop(), MAX_ANSWER_MS);
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#waiting.push({ promise, resolve, timer });
    worker.postMessage(question);
    return promise;
  }

  #start(): Worker {
    const data: ThreadData = { role: ROLE, path: this.#path, interruptFlag: this.#interruptFlag };
    const worker = new Worker(new URL(import.meta.url), { workerData: data });
    worker.unref();
    worker.on("message", (json: string) => {
      const first = this.#worker === worker ? this.#waiting.shift() : undefined;
      if (first === undefined) return;
      clearTimeout(first.timer);
      first.resolve(json);
    });
    worker.on("error", (error: Error) => {
      if (this.#worker === worker) this.#giveUp(`The database's thread has died: ${error.message}`);
    });
    return worker;
  }

  /** Interrupts what was asked so far; resolves when all of it is answered. Questions that come meanwhile wait for that. */
  async stop(): Promise<void> {
    if (this.#waiting.length === 0) return;
    this.#stopping ??= this.#stop();
    await this.#stopping;
  }

  async #stop(): Promise<void> {
    Atomics.store(this.#interruptFlag, 0, 1);
    const timer = setTimeout(() => this.#giveUp("Stopped, together with the database's thread."), HEED_MS);
    await Promise.all(this.#waiting.map(({ promise }) => promise));
    clearTimeout(timer);
    Atomics.store(this.#interruptFlag, 0, 0);
    this.#stopping = undefined;
  }

  /** Ends the thread; `why` is what those are told who wait. The next question starts another. */
  #giveUp(why: string): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    void this.#worker?.terminate();
    this.#worker = undefined;
    const failed: Failed = { failure: { code: "SQLITE_INTERRUPT", message: why } };
    for (const { resolve, timer } of waiting) {
      clearTimeout(timer);
      resolve(JSON.stringify(failed));
    }
  }

  /** Lets the file go. An open transaction is rolled back. */
  async close(): Promise<void> {
    await this.stop();
    const worker = this.#worker;
    this.#worker = undefined;
    if (worker === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    worker.once("exit", () => resolve());
    worker.ref();
    worker.postMessage("close");
    await promise;
  }
}

/**
 * Who has a database open, keeps others out; so the file is opened for each question, and stays open only while a transaction does. What
 * belongs to a connection (temporary tables, most pragmas) therefore ends with the script that made it.
 */
function serve({ path, interruptFlag }: ThreadData): void {
  let db: Database | undefined;
  const open = (): Database => (db ??= Database.open(path, { create: false, interruptFlag }));
  const close = (): void => {
    db?.close();
    db = undefined;
  };
  parentPort!.on("message", (question: SqliteQuestion | "close") => {
    if (question === "close") {
      close();
      parentPort!.close();
      return;
    }
    const json = JSON.stringify(answer(open, question));
    if (db?.inTransaction !== true) close();
    parentPort!.postMessage(json);
  });
}

// Other threads may have this module in their bundle.
const started = workerData as ThreadData | undefined;
if (!isMainThread && started?.role === ROLE) serve(started);
