/** The context of a request that came over no connection. */
import type { Address } from "@tenon/kit";
import { FieldBlock } from "../h1/response-head.ts";
import { headerPairs, type RequestContext } from "./context.ts";
import type { HeadersInit } from "./init-types.ts";

const NOWHERE: Address = { address: "", port: 0 };

export class DispatchContext implements RequestContext {
  readonly remote: Address = NOWHERE;
  readonly local: Address = NOWHERE;
  readonly tls: undefined;
  readonly httpVersion = "1.1";
  readonly trailers: Promise<Headers> = Promise.resolve(new Headers());
  readonly #request: Request;
  readonly waitUntil: (promise: Promise<unknown>) => void;

  constructor(request: Request, waitUntil: (promise: Promise<unknown>) => void) {
    this.#request = request;
    this.waitUntil = waitUntil;
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }

  /** There is nobody to inform; malformed fields throw as they would with a connection. */
  sendInformational(status: number, headers: HeadersInit = []): void {
    if (!Number.isInteger(status) || status < 102 || status > 199)
      throw new RangeError(`${status} is not an interim status`);
    void new FieldBlock(headerPairs(headers));
  }

  /** A Response has no place for them; malformed fields throw as they would with a connection. */
  setTrailers(headers: HeadersInit): void {
    void new FieldBlock(headerPairs(headers));
  }
}
