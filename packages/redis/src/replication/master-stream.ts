/**
 * The stream of a master: commands, applied as they come, and how far we are in it.
 *
 * A transaction counts when its EXEC was done: were the link cut before, it would be asked for again from its MULTI on. So the offset, and
 * the bytes that are passed on to replicas of our own, are always at the end of something whole.
 */
import type { Buffer } from "node:buffer";
import { Args } from "../resp/args.ts";
import { RequestParser } from "../resp/request-parser.ts";

export interface MasterStreamOptions {
  /** Where the stream begins. */
  readonly offset: number;
  /** Runs commands as one unit. */
  apply(commands: readonly Args[]): void;
  /** The master asks how far we are. */
  acknowledge(): void;
  /** Bytes that were applied. */
  applied(bytes: Buffer): void;
}

/** A master is not limited in what it sends: it was limited in what it accepted. */
const NO_LIMITS = { maxBulkBytes: Infinity, maxPendingBytes: Infinity };

export class MasterStream {
  readonly #options: MasterStreamOptions;
  readonly #parser = new RequestParser(NO_LIMITS);
  readonly #args = Args.from([]);
  /** Position behind the last byte that has come. */
  #received: number;
  /** Position behind the last byte that was applied. */
  #offset: number;
  /** Bytes from #offset on. */
  #pending: Buffer[] = [];
  /** Commands since MULTI. */
  #transaction: Args[] | undefined;

  constructor(options: MasterStreamOptions) {
    this.#options = options;
    this.#received = options.offset;
    this.#offset = options.offset;
  }

  /** Bytes of the history that have been applied. */
  get offset(): number {
    return this.#offset;
  }

  /** Bytes of the history that have come. */
  get received(): number {
    return this.#received;
  }

  /** Takes the next bytes, in memory that stays as it is. Throws ProtocolError. */
  feed(chunk: Buffer): void {
    this.#received += chunk.length;
    this.#pending.push(chunk);
    const parser = this.#parser;
    parser.feed(chunk);
    while (parser.next(this.#args)) {
      this.#advance();
      this.#take(this.#args);
    }
    this.#advance();
    parser.keep();
  }

  #take(args: Args): void {
    if (args.is(0, "MULTI")) this.#transaction = [];
    else if (args.is(0, "EXEC") && this.#transaction !== undefined) {
      const commands = this.#transaction;
      this.#transaction = undefined;
      this.#options.apply(commands);
    } else if (this.#transaction !== undefined) this.#transaction.push(args.copy());
    else if (args.is(0, "REPLCONF") && args.length > 1 && args.is(1, "GETACK")) this.#options.acknowledge();
    else this.#options.apply([args]);
  }

  /** What lies before the command that is being parsed, or before its MULTI, is done. */
  #advance(): void {
    if (this.#transaction !== undefined) return;
    let bytes = this.#received - this.#parser.pendingBytes - this.#offset;
    while (bytes > 0) {
      const first = this.#pending[0]!;
      const part = first.subarray(0, bytes);
      this.#options.applied(part);
      this.#offset += part.length;
      bytes -= part.length;
      if (part.length === first.length) this.#pending.shift();
      else this.#pending[0] = first.subarray(part.length);
    }
  }
}
