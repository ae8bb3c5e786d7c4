/** Where the shell's output goes: standard output, a file, or a command that reads it. Buffered; whoever writes elsewhere flushes first. */
import { spawnSync } from "node:child_process";
import { closeSync, openSync, writeSync } from "node:fs";
import { bytesOf } from "./bytes.ts";

const BUFFER_CHARACTERS = 64 * 1024;

export interface Output {
  write(text: string): void;
  flush(): void;
  close(): void;
}

/** A file that is open for writing. */
export class FileOutput implements Output {
  readonly #descriptor: number;
  readonly #isOwned: boolean;
  #pending = "";

  private constructor(descriptor: number, isOwned: boolean) {
    this.#descriptor = descriptor;
    this.#isOwned = isOwned;
  }

  /** A descriptor of the process, which stays open. */
  static ofDescriptor(descriptor: number): FileOutput {
    return new FileOutput(descriptor, false);
  }

  /** Makes or empties a file. Throws what the file system says. */
  static create(path: string): FileOutput {
    return new FileOutput(openSync(path, "w"), true);
  }

  write(text: string): void {
    this.#pending += text;
    if (this.#pending.length >= BUFFER_CHARACTERS) this.flush();
  }

  flush(): void {
    const bytes = bytesOf(this.#pending);
    this.#pending = "";
    for (let at = 0; at < bytes.length;) at += this.#writeSome(bytes.subarray(at));
  }

  close(): void {
    this.flush();
    if (this.#isOwned) closeSync(this.#descriptor);
  }

  /** Waits while a pipe that does not block is full. */
  #writeSome(bytes: Uint8Array): number {
    try {
      return writeSync(this.#descriptor, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      pause(1);
      return 0;
    }
  }
}

/** Gives all of it to a command of the system's shell, when it is closed. */
export class CommandOutput implements Output {
  readonly #command: string;
  #text = "";

  constructor(command: string) {
    this.#command = command;
  }

  write(text: string): void {
    this.#text += text;
  }

  flush(): void {}

  close(): void {
    spawnSync("/bin/sh", ["-c", this.#command], {
      argv0: "sh",
      input: bytesOf(this.#text),
      stdio: ["pipe", "inherit", "inherit"],
    });
    this.#text = "";
  }
}

/** Blocks the thread. */
export function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
