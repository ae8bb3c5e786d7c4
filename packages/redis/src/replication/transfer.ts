/**
 * A snapshot as it arrives from a master: `$<length>\r\n` and as many bytes, or `$EOF:<40 characters>\r\n` and bytes up to the same 40
 * characters (see full-sync.ts). Newlines before it only say that the master lives.
 *
 * The second form ends where what has arrived ends with the mark: a master sends nothing behind it before it hears from us.
 */
import { Buffer } from "node:buffer";
import type { Spool } from "./spool.ts";

const MARK_BYTES = 40;
const MAX_HEAD_BYTES = 128;
const LF = 10;

/** The master sent what is no snapshot; the message says what. */
export class TransferError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TransferError";
  }
}

export class Transfer {
  readonly #spool: Spool;
  #head = "";
  /** Bytes that are to come in all; -1: not known. */
  #length = -1;
  #mark: Buffer | undefined;
  /** With a mark: the newest bytes, which may be the mark. */
  #tail: Buffer = Buffer.alloc(0);
  #begun = false;
  #received = 0;

  constructor(spool: Spool) {
    this.#spool = spool;
  }

  /** Bytes of the snapshot that have come, and that are to come: 0 when nobody knows. */
  get progress(): { readonly received: number; readonly total: number } {
    return { received: this.#received, total: Math.max(0, this.#length) };
  }

  /** Takes the next bytes; when the snapshot is whole, what is left of them, else undefined. Throws TransferError, and the spool's error. */
  feed(chunk: Buffer): Buffer | undefined {
    let at = 0;
    while (!this.#begun) {
      const newline = chunk.indexOf(LF, at);
      this.#head += chunk.toString("latin1", at, newline < 0 ? chunk.length : newline);
      if (this.#head.length > MAX_HEAD_BYTES) throw new TransferError("the master sent no snapshot");
      if (newline < 0) return undefined;
      at = newline + 1;
      this.#begin(this.#head.replace(/\r$/, ""));
      this.#head = "";
    }
    const rest = chunk.subarray(at);
    return this.#mark === undefined ? this.#counted(rest) : this.#marked(rest, this.#mark);
  }

  #begin(line: string): void {
    if (line === "") return;
    if (line.startsWith("-")) throw new TransferError(`the master aborted replication with an error: ${line.slice(1)}`);
    this.#begun = true;
    if (line.startsWith("$EOF:") && line.length === "$EOF:".length + MARK_BYTES) {
      this.#mark = Buffer.from(line.slice("$EOF:".length), "latin1");
    } else if (/^\$\d{1,15}$/.test(line)) this.#length = Number(line.slice(1));
    else throw new TransferError(`bad protocol from the master, the first byte is not '$': ${line}`);
  }

  #counted(bytes: Buffer): Buffer | undefined {
    const part = bytes.subarray(0, this.#length - this.#received);
    this.#spool.append(part);
    this.#received += part.length;
    return this.#received === this.#length ? bytes.subarray(part.length) : undefined;
  }

  #marked(bytes: Buffer, mark: Buffer): Buffer | undefined {
    const seen = this.#tail.length === 0 ? bytes : Buffer.concat([this.#tail, bytes]);
    const kept = Math.max(0, seen.length - MARK_BYTES);
    this.#spool.append(seen.subarray(0, kept));
    this.#received += kept;
    this.#tail = Buffer.from(seen.subarray(kept));
    return this.#tail.equals(mark) ? Buffer.alloc(0) : undefined;
  }
}
