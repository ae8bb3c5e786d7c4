/** What a search would have written to standard output and standard error, in order. */
import type { ByteSink } from "../print/output-buffer.ts";

export interface Piece {
  readonly to: "stdout" | "stderr";
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export class Transcript {
  #pieces: Piece[] = [];
  readonly stdout: ByteSink = { write: (bytes) => this.#add("stdout", bytes) };
  readonly stderr: ByteSink = { write: (bytes) => this.#add("stderr", bytes) };

  #add(to: Piece["to"], bytes: Uint8Array): void {
    this.#pieces.push({ to, bytes: new Uint8Array(bytes) });
  }

  /** All of it; the transcript is then empty. */
  take(): Piece[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }
}
