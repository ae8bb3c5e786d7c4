/**
 * The seam between a protocol and the fetch handlers: what an HTTP/1 connection offers for each request, and what an HTTP/2
 * stream will. The protocol's side is a state machine over bytes; the other side knows Request, Response and streams.
 *
 *     protocol                                          fetch
 *     head complete ────── accept(channel) ───────────▶ handler with, or without, a body
 *     body bytes ───────── body.push / end / fail ────▶ Request's body
 *                          start() ───────────────────▶ the user's handler runs
 *     bytes of the answer ◀─ begin, text | piece, end ─ Response
 *     room again, gone ─── resume / hungUp / abandoned ▶ streams go on, signal aborts
 */
import type { Address } from "@tenon/kit";
import type { RequestFields } from "../fetch/request-source.ts";
import type { FieldBlock } from "../h1/response-head.ts";

/** Field lines that follow a body. */
export type Trailers = readonly (readonly [name: string, value: string])[];

/** Hears from a body's consumer. */
export interface BodyOwner {
  /** More is wanted than there is. */
  bodyWanted(): void;
  /** What is still to come will not be read. */
  bodyDropped(): void;
}

/** Takes a request's body as it arrives. */
export interface BodyConsumer {
  /** Taken and not yet asked for. */
  readonly queuedBytes: number;
  /** Somebody has asked for the body. */
  readonly touched: boolean;
  /** A reader is waiting for bytes that have not arrived. */
  readonly wanted: boolean;
  /** Nobody will read what is still to come. */
  readonly dropped: boolean;
  push(chunk: Buffer): void;
  end(trailers: Trailers): void;
  /** The body will never be whole. */
  fail(error: unknown): void;
  drop(): void;
}

/** The fetch side of one request. */
export interface ExchangeHandler {
  /** Undefined where the request has none. */
  readonly body: BodyConsumer | undefined;
  /** What came with the head is in `body`: now the handler may run. Called once. */
  start(): void;
  /** The client takes bytes again. */
  resume(): void;
  /** The client has ended its side after a whole request: it is most likely gone, but an answer may still reach it. */
  hungUp(): void;
  /** Nobody waits for this answer any more. */
  abandoned(reason: unknown): void;
}

/** The protocol's side of one request: its facts, and the way for its answer. */
export interface ExchangeChannel {
  readonly method: string;
  /** Absolute and normalised. */
  readonly url: string;
  readonly fields: RequestFields;
  readonly httpVersion: "1.0" | "1.1";
  readonly remote: Address;
  readonly local: Address;
  /** Asked of the server as a whole (`OPTIONS *`, RFC 9110 §9.3.7): no handler has a URL for that. */
  readonly serverWide: boolean;
  readonly phase: Phase;
  /** The client is not taking what was sent: wait for `resume()`. */
  readonly stalled: boolean;

  /** What is sent between these two leaves together. They nest. */
  enter(): void;
  leave(): void;
  /** An interim answer. Nothing happens once the final one has begun, or where the client knows none. Throws TypeError. */
  inform(status: number, fields: Iterable<readonly [name: string, value: string]>): void;
  /**
   * The final answer's head. `length`: of the body, where it is known or promised; `trailerNames`, where there will be
   * trailers. Returns whether a body is to follow; `end()` is called either way.
   */
  begin(answer: AnswerHead): boolean;
  /** A piece of the body, in ASCII. */
  text(ascii: string): void;
  /** A piece of the body, which must not change. Throws TypeError for more than was promised. */
  piece(bytes: Uint8Array): void;
  /** The body is complete. Throws TypeError for less than was promised. */
  end(trailers: Trailers | undefined): void;
  /** The answer cannot be completed, and must not look complete. */
  cut(): void;
  /** Drops the connection, or the stream, without an answer. */
  reset(): void;
}

export interface AnswerHead {
  readonly status: number;
  /** Empty: the registered phrase. */
  readonly statusText: string;
  readonly block: FieldBlock;
  readonly length: number | undefined;
  readonly trailerNames: readonly string[] | undefined;
}

/** The exchange waits for its answer; sends it; is over. */
export type Phase = "waiting" | "sending" | "over";
