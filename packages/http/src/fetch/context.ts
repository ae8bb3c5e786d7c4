/** What a handler is told beside the request. */
import type { Address } from "@tenon/kit";
import type { HeadersInit } from "./init-types.ts";

export interface RequestContext {
  /** The client's end of the connection. */
  readonly remote: Address;
  /** Our end of the connection. */
  readonly local: Address;
  /** Facts of the TLS session; undefined in clear text, which is all there is so far. */
  readonly tls: undefined;
  readonly httpVersion: "1.0" | "1.1";
  /**
   * Aborts when the client is gone before it got the whole answer. A client that ends only its own side counts as gone,
   * since nearly all who do are; whatever answer is given nevertheless is still sent.
   */
  readonly signal: AbortSignal;
  /**
   * Sends an interim answer, such as 103 Early Hints, at once. Nothing happens for an HTTP/1.0 client, or once the final
   * answer has begun. Throws RangeError for a status other than 102 to 199, TypeError for malformed fields.
   */
  sendInformational(status: number, headers?: HeadersInit): void;
  /** The fields that followed the request's body, once it was read to its end; rejects when it ends early. */
  readonly trailers: Promise<Headers>;
  /**
   * Fields to send after the answer's body. To be called before the body ends; the client is told their names where it
   * is called before the handler returns. HTTP/1.0 clients, and answers without a body, get none. Throws TypeError.
   */
  setTrailers(headers: HeadersInit): void;
  /** Work that outlives the answer: `close()` waits for it, as long as its grace lasts; failures are logged. */
  waitUntil(promise: Promise<unknown>): void;
}

/** A WHATWG fetch handler. What it throws, or what is no Response, is answered with 500 and logged. */
export type FetchHandler = (request: Request, context: RequestContext) => Response | Promise<Response>;

/** Everything that `HeadersInit` may be, as pairs. */
export function headerPairs(init: HeadersInit): Iterable<readonly [name: string, value: string]> {
  if (Symbol.iterator in init) return init as Iterable<readonly [string, string]>;
  return Object.entries(init as Record<string, string>);
}
