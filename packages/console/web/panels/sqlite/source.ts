/** Where questions go: to the console, which has a file of the config's open, or to a thread of the browser's that has a dropped one. */
import type { Failed, SqliteAnswers, SqliteQuestion } from "../../../src/tools/sqlite/sqlite-wire.ts";
import { post, RequestError } from "../../live/api.ts";

export interface DatabaseSource {
  readonly name: string;
  /** Where it lies, for the person at the screen. */
  readonly place: string;
  /** Answered in the order of asking. Never rejects. */
  ask<Kind extends SqliteQuestion["ask"]>(
    question: Extract<SqliteQuestion, { ask: Kind }>,
  ): Promise<SqliteAnswers[Kind] | Failed>;
  /** Ends what runs: its question is answered, with that. */
  stop(): void;
  close(): void;
}

function failed(code: string, message: string): Failed {
  return { failure: { code, message } };
}

/** A file that the config names. */
export class StackSource implements DatabaseSource {
  readonly name: string;
  readonly place: string;

  constructor(name: string, path: string) {
    this.name = name;
    this.place = path;
  }

  async ask<Kind extends SqliteQuestion["ask"]>(
    question: Extract<SqliteQuestion, { ask: Kind }>,
  ): Promise<SqliteAnswers[Kind] | Failed> {
    try {
      return await post(`sqlite/${encodeURIComponent(this.name)}`, question);
    } catch (error) {
      return failed(error instanceof RequestError ? String(error.status) : "", String((error as Error).message));
    }
  }

  stop(): void {
    void post(`sqlite/${encodeURIComponent(this.name)}/stop`).catch(() => {});
  }

  close(): void {
    this.stop();
  }
}

/** A file that was dropped: its bytes stay in this page, and so does what is changed in them. */
export class FileSource implements DatabaseSource {
  readonly name: string;
  readonly place = "in this page";
  readonly #bytes: Uint8Array;
  #worker: Worker | undefined;
  #waiting: ((answer: never) => void)[] = [];

  constructor(name: string, bytes: Uint8Array) {
    this.name = name;
    this.#bytes = bytes;
  }

  ask<Kind extends SqliteQuestion["ask"]>(
    question: Extract<SqliteQuestion, { ask: Kind }>,
  ): Promise<SqliteAnswers[Kind] | Failed> {
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve) => {
      this.#waiting.push(resolve); // The thread answers each kind of question with its kind of answer.
      worker.postMessage(question);
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL("./sqlite-worker.ts", import.meta.url), { type: "module", name: "sqlite" });
    worker.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (this.#worker === worker) this.#waiting.shift()?.(data as never);
    });
    worker.addEventListener("error", (event) => this.#end(event.message || "The database's thread has died."));
    worker.postMessage(this.#bytes);
    return worker;
  }

  stop(): void {
    this.#end("Stopped. The database is again as it was opened.");
  }

  close(): void {
    this.#end("Closed.");
  }

  #end(why: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    const waiting = this.#waiting as unknown as ((answer: Failed) => void)[];
    this.#waiting = [];
    for (const resolve of waiting) resolve(failed("SQLITE_INTERRUPT", why));
  }
}
