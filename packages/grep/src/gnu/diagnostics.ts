/** What is said on standard error, each line after the program's name. */
import { type ByteString, toBytes } from "../byte-string.ts";
import type { ByteSink, OutputBuffer } from "../print/output-buffer.ts";

export class Diagnostics {
  readonly #stderr: ByteSink;
  readonly #out: OutputBuffer;

  constructor(stderr: ByteSink, out: OutputBuffer) {
    this.#stderr = stderr;
    this.#out = out;
  }

  /** What was output before comes first, as it should where both go to one terminal. */
  say(text: ByteString): void {
    this.#out.flush();
    this.#stderr.write(toBytes(`grep: ${text}\n`));
  }

  /** How grep is used: without the program's name. */
  sayUsage(text: ByteString): void {
    this.#out.flush();
    this.#stderr.write(toBytes(text));
  }
}
