/** Lines of a file, of standard input, of a command's output, or of a string; one after the other, and nothing waits for an event. */
import { closeSync, openSync, readSync } from "node:fs";
import { textOf } from "./bytes.ts";
import { pause } from "./output.ts";

const CHUNK_BYTES = 64 * 1024;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

export interface LineSource {
  /** Without its end, `\n` or `\r\n`. Undefined: there are no more. */
  next(): string | undefined;
  close(): void;
}

export class DescriptorLines implements LineSource {
  readonly #descriptor: number;
  readonly #isOwned: boolean;
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  #rest: Uint8Array = new Uint8Array(0);
  #isAtEnd = false;

  private constructor(descriptor: number, isOwned: boolean) {
    this.#descriptor = descriptor;
    this.#isOwned = isOwned;
  }

  static ofDescriptor(descriptor: number): DescriptorLines {
    return new DescriptorLines(descriptor, false);
  }

  /** Throws what the file system says. */
  static open(path: string): DescriptorLines {
    return new DescriptorLines(openSync(path, "r"), true);
  }

  next(): string | undefined {
    let from = 0;
    for (;;) {
      const end = this.#rest.indexOf(LINE_FEED, from);
      if (end !== -1) {
        const line = lineOf(this.#rest.subarray(0, end));
        this.#rest = this.#rest.subarray(end + 1);
        return line;
      }
      from = this.#rest.length;
      if (!this.#fill()) break;
    }
    if (this.#rest.length === 0) return undefined;
    const line = textOf(this.#rest);
    this.#rest = new Uint8Array(0);
    return line;
  }

  close(): void {
    if (this.#isOwned) closeSync(this.#descriptor);
  }

  #fill(): boolean {
    while (!this.#isAtEnd) {
      const count = this.#read();
      if (count === undefined) continue;
      if (count === 0) break;
      this.#rest = Buffer.concat([this.#rest, this.#chunk.subarray(0, count)]);
      return true;
    }
    this.#isAtEnd = true;
    return false;
  }

  /** Undefined: nothing yet. */
  #read(): number | undefined {
    try {
      return readSync(this.#descriptor, this.#chunk, 0, CHUNK_BYTES, null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw error;
      pause(5);
      return undefined;
    }
  }
}

/** Lines of bytes that are there. */
export function linesOf(bytes: Uint8Array): LineSource {
  let at = 0;
  return {
    next() {
      if (at >= bytes.length) return undefined;
      const end = bytes.indexOf(LINE_FEED, at);
      const line = end === -1 ? textOf(bytes.subarray(at)) : lineOf(bytes.subarray(at, end));
      at = end === -1 ? bytes.length : end + 1;
      return line;
    },
    close() {},
  };
}

function lineOf(bytes: Uint8Array): string {
  const isDos = bytes.at(-1) === CARRIAGE_RETURN;
  return textOf(isDos ? bytes.subarray(0, -1) : bytes);
}
