/**
 * From request to response, whatever the request came over: faults, the handler, and an answer for what goes wrong.
 *
 * A handler that answers synchronously is answered for synchronously: no promise is made on the way.
 */
import type { Log } from "@tenon/kit";
import type { Faults } from "./faults.ts";
import { ConnectionCut } from "./faults.ts";
import type { FetchHandler, RequestContext } from "./fetch/context.ts";
import { FastResponse } from "./fetch/fast-response.ts";
import { HttpProtocolError } from "./h1/errors.ts";

export class Pipeline {
  readonly #handler: FetchHandler;
  readonly #faults: Faults;
  readonly #log: Log;

  constructor(handler: FetchHandler, faults: Faults, log: Log) {
    this.#handler = handler;
    this.#faults = faults;
    this.#log = log;
  }

  /** Never throws; the promise rejects with ConnectionCut only. */
  answer(request: Request, context: RequestContext): Response | Promise<Response> {
    if (this.#faults.active) return this.#withFaults(request, context);
    let answer: unknown;
    try {
      answer = this.#handler(request, context);
    } catch (error) {
      return this.#failed(error);
    }
    return isResponse(answer) ? answer : this.#settled(answer);
  }

  async #withFaults(request: Request, context: RequestContext): Promise<Response> {
    try {
      return (await this.#faults.apply(request)) ?? (await this.#settled(this.#handler(request, context)));
    } catch (error) {
      if (error instanceof ConnectionCut) throw error;
      return this.#failed(error);
    }
  }

  async #settled(pending: unknown): Promise<Response> {
    try {
      const answer = await pending;
      if (isResponse(answer)) return answer;
      return this.#failed(new TypeError("the handler returned something that is not a Response"));
    } catch (error) {
      return this.#failed(error);
    }
  }

  /** A body that breaks a limit says so itself; everything else is the handler's fault, and nobody else's business. */
  #failed(error: unknown): Response {
    if (error instanceof HttpProtocolError) return new FastResponse(`${error.message}\n`, { status: error.status });
    // Work that was given up because the client left.
    if (error instanceof DOMException && error.name === "AbortError")
      this.#log.debug("a request was abandoned", { error });
    else this.#log.error("a handler failed", { error });
    return new FastResponse("Internal Server Error\n", { status: 500 });
  }
}

/** By shape: a Response of another realm, or of another implementation, is one too. */
function isResponse(value: unknown): value is Response {
  if (FastResponse.is(value)) return true;
  if (typeof value !== "object" || value === null) return false;
  const { status, headers } = value as Partial<Response>;
  return typeof status === "number" && typeof headers === "object" && "body" in value;
}
