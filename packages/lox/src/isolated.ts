/**
 * Runs a program in a thread of its own, which is ended for certain: by the clock of the calling thread, by V8's own limit on the
 * thread's memory, or with its stack. The fast engine runs there without counting anything.
 *
 * This module is also what the thread runs: there it finds the task in `workerData`. So it needs no second file beside it,
 * whether it is run from its source, from `dist/`, or out of a bundle.
 *
 * Printed text comes in batches. So that a program which prints for ever cannot fill the caller's memory, the thread waits
 * while the caller has not taken what came before.
 */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { Lox } from "./embed/lox.ts";
import { compile, type Program } from "./program.ts";
import { type LimitCode, type LoxFrame, LoxLimitError, LoxRuntimeError } from "./values/runtime-error.ts";

export interface IsolationOptions {
  /** Milliseconds from the program's start. Default: 1,000. */
  readonly timeMs?: number;
  /** Megabytes of heap; the thread itself takes about 10 of them. Default: 64. */
  readonly memoryMb?: number;
  /** Megabytes of stack, for deep recursion. Default: 16. */
  readonly stackMb?: number;
  /** Gets each line that the program prints, without its newline. */
  readonly print?: (text: string) => void;
  /** Numbers, strings, booleans and null: nothing else reaches the thread. */
  readonly globals?: Readonly<Record<string, PlainValue>>;
  /** Ends the program when it aborts. */
  readonly signal?: AbortSignal;
}

export type PlainValue = number | string | boolean | null;

interface Task {
  readonly lox: typeof TASK;
  readonly source: string;
  readonly file: string;
  readonly dialect: Program["dialect"]["name"];
  readonly globals: Readonly<Record<string, PlainValue>>;
  /** Characters on their way to the caller. */
  readonly pending: Int32Array;
}

interface Failure {
  readonly message: string;
  readonly frames: readonly LoxFrame[];
  readonly code: LimitCode | undefined;
}

type Message =
  | { readonly kind: "started" }
  | { readonly kind: "printed"; readonly lines: readonly string[]; readonly characters: number }
  | { readonly kind: "done"; readonly value: PlainValue }
  | { readonly kind: "failed"; readonly failure: Failure };

const TASK = "tenon lox task";
/** Characters printed before they are sent. */
const BATCH = 64 * 1024;
/** Characters under way at which the thread waits. */
const MOST_PENDING = 4 * 1024 * 1024;
/** For the thread to come up, on a busy machine. */
const START_MS = 30_000;

/**
 * Resolves with the value of the program's last expression statement; a function or instance comes as its text. Rejects with
 * `LoxRuntimeError`, or with `LoxLimitError` whose code is `TIME`, `MEMORY`, `DEPTH`, `STRING` or `ABORTED`.
 */
export async function runIsolated(program: Program, options: IsolationOptions = {}): Promise<PlainValue> {
  const { timeMs = 1_000, memoryMb = 64, stackMb = 16, print = () => {}, globals = {}, signal } = options;
  const pending = new Int32Array(new SharedArrayBuffer(4));
  const { source, file, dialect } = program;
  const task: Task = { lox: TASK, source, file, dialect: dialect.name, globals, pending };
  const limit = (code: LimitCode, message: string): LoxLimitError => new LoxLimitError(code, message, []);
  if (signal?.aborted) throw limit("ABORTED", "The program was aborted.");

  const worker = new Worker(new URL(import.meta.url), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 8, stackSizeMb: stackMb },
    env: {},
    execArgv: [],
  });
  let timer: NodeJS.Timeout | undefined;
  let abort: (() => void) | undefined;
  try {
    return await new Promise<PlainValue>((resolve, reject) => {
      abort = () => reject(limit("ABORTED", "The program was aborted."));
      signal?.addEventListener("abort", abort, { once: true });
      timer = setTimeout(() => reject(new Error("the thread for the program did not start")), START_MS);
      worker.on("message", (message: Message) => {
        switch (message.kind) {
          case "started":
            clearTimeout(timer);
            timer = setTimeout(() => reject(limit("TIME", `The program ran longer than ${timeMs} ms.`)), timeMs);
            break;
          case "printed":
            try {
              for (const line of message.lines) print(line);
            } catch (error) {
              reject(error);
            }
            Atomics.sub(pending, 0, message.characters);
            Atomics.notify(pending, 0);
            break;
          case "done":
            resolve(message.value);
            break;
          case "failed":
            reject(toError(message.failure));
            break;
        }
      });
      worker.on("error", (error: Error & { code?: string }) => {
        const isMemory = error.code === "ERR_WORKER_OUT_OF_MEMORY";
        reject(isMemory ? limit("MEMORY", `The program used more than ${memoryMb} MB of memory.`) : error);
      });
      worker.on("exit", () => reject(new Error("the thread ended without an answer")));
    });
  } finally {
    clearTimeout(timer);
    if (abort !== undefined) signal?.removeEventListener("abort", abort);
    await worker.terminate();
  }
}

function toError({ message, frames, code }: Failure): LoxRuntimeError {
  return code === undefined ? new LoxRuntimeError(message, frames) : new LoxLimitError(code, message, frames);
}

/** What the thread does. */
function work({ source, file, dialect, globals, pending }: Task, send: (message: Message) => void): void {
  let lines: string[] = [];
  let characters = 0;
  const flush = (): void => {
    if (lines.length === 0) return;
    Atomics.add(pending, 0, characters);
    send({ kind: "printed", lines, characters });
    lines = [];
    characters = 0;
    for (let now = Atomics.load(pending, 0); now > MOST_PENDING; now = Atomics.load(pending, 0)) {
      Atomics.wait(pending, 0, now);
    }
  };
  const print = (text: string): void => {
    lines.push(text);
    characters += text.length + 1;
    if (characters > BATCH) flush();
  };
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const program = compile(source, { dialect, file });
  const lox = new Lox({ dialect, print, globals, clock });
  send({ kind: "started" });
  try {
    const value = lox.run(program);
    flush();
    const isPlain = value === null || (typeof value !== "object" && typeof value !== "function");
    send({ kind: "done", value: isPlain ? value : lox.text(value) });
  } catch (error) {
    if (!(error instanceof LoxRuntimeError)) throw error;
    flush();
    const { message, frames } = error;
    const code = error instanceof LoxLimitError ? error.code : undefined;
    send({ kind: "failed", failure: { message, frames, code } });
  }
}

if (!isMainThread && (workerData as Task | null)?.lox === TASK) {
  const port = parentPort!;
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origins
  work(workerData as Task, (message) => port.postMessage(message));
}
