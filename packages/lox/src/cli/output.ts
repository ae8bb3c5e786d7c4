/**
 * Standard output of a running program, written in large pieces.
 *
 * A program runs without giving the event loop a turn, so `process.stdout` would keep everything that it prints in memory
 * until its end. Here full buffers are written at once, synchronously; on a terminal everything is.
 */
import { fs } from "./file-system.ts";
import { encodeText } from "./source-text.ts";

/** UTF-16 units that are collected before they are written. */
const BUFFER_UNITS = 64 * 1024;
const PIPE_WAIT_MS = 1;
const NO_ENTRY_IS_FINE = { throwIfNoEntry: false } as const;

/** Output cannot be written. With the code `EPIPE`, whoever read it has gone away, and nothing is left to be done. */
export class OutputError extends Error {
  override readonly name = "OutputError";
  readonly code: string | undefined;

  constructor(cause: NodeJS.ErrnoException) {
    super(`output cannot be written: ${cause.message}`, { cause });
    this.code = cause.code;
  }
}

export interface TextSink {
  readonly isTerminal: boolean;
  write(text: string): void;
  flush(): void;
}

export class Output implements TextSink {
  readonly #descriptor: number;
  readonly #buffering: "buffered" | "unbuffered";
  #isTerminal: boolean | undefined;
  #pending = "";

  /** Terminals are never buffered. */
  constructor(descriptor: number, buffering: "buffered" | "unbuffered") {
    this.#descriptor = descriptor;
    this.#buffering = buffering;
  }

  get isTerminal(): boolean {
    return (this.#isTerminal ??= isTerminal(this.#descriptor));
  }

  /** Throws `OutputError`. */
  write(text: string): void {
    this.#pending += text;
    if (this.#buffering === "unbuffered" || this.#pending.length >= BUFFER_UNITS || this.isTerminal) this.flush();
  }

  flush(): void {
    if (this.#pending === "") return;
    const bytes = encodeText(this.#pending);
    this.#pending = "";
    writeFully(this.#descriptor, bytes);
  }
}

/** Asks the kernel first, since loading `node:tty` takes as long as running a small script: files, pipes and `/dev/null` are none. */
export function isTerminal(descriptor: number): boolean {
  try {
    const status = fs.fstatSync(descriptor);
    if (!status.isCharacterDevice() || status.rdev === fs.statSync("/dev/null", NO_ENTRY_IS_FINE)?.rdev) return false;
    return process.getBuiltinModule("node:tty").isatty(descriptor);
  } catch {
    return false;
  }
}

function writeFully(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += fs.writeSync(descriptor, bytes, at);
    } catch (error) {
      const failure = error as NodeJS.ErrnoException;
      if (failure.code !== "EAGAIN") throw new OutputError(failure);
      waitForPipe();
    }
  }
}

/** Sleeps for a moment, until the other end of a pipe that does not block may have done something. */
export function waitForPipe(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PIPE_WAIT_MS);
}
