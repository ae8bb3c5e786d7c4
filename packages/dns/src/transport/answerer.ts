/** What the doors ask of the server behind them. */
import type { Client } from "../authority/authority.ts";
import { RCODES } from "../message/rcodes.ts";
import { HEADER_BYTES } from "../message/message.ts";
import { headerOnly } from "../message/reply.ts";

/** One message; several, one after the other as the client takes them (transfers, over TCP); or none. */
export type SlowAnswer = Uint8Array | Iterable<Uint8Array> | undefined;

export interface Answerer {
  /** Writes the answer into `out`; its length, 0 for none, or NOT_HERE: `answerSlowly` is to be asked. Hot. */
  answer(query: Uint8Array, length: number, client: Client, out: Uint8Array): number;
  /** `query` and `client` are the answerer's to keep. Never rejects. */
  answerSlowly(query: Uint8Array, client: Client): Promise<SlowAnswer>;
  /** Told of each query with its answer, whose first `answerLength` bytes count; 0: there was none. Of a transfer it is told the first message. */
  observe(query: Uint8Array, length: number, client: Client, answer: Uint8Array, answerLength: number): void;
  /** `answer` threw. That is our fault, which costs the one query and not the process. */
  failed(error: unknown): void;
}

/** As `answer`, of an answerer that threw: SERVFAIL, but for what is no query at all. */
export function failure(
  answerer: Answerer,
  error: unknown,
  query: Uint8Array,
  length: number,
  out: Uint8Array,
): number {
  answerer.failed(error);
  if (length < HEADER_BYTES || (query[2]! & 0x80) !== 0) return 0;
  out.set(headerOnly(query, RCODES.SERVFAIL));
  return HEADER_BYTES;
}
